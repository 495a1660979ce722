//! A drawn screen as an SVG picture. The grid is the picture's own: each run of text is told its
//! length, and lines, arrows and marks are drawn as shapes, so that no reader's font can bend them.

use std::fmt::Write as _;

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier, Style};
use unicode_width::UnicodeWidthStr;

use crate::story::{Drawn, symbols};

/// A cell, in pixels.
const WIDTH: u16 = 9;
const HEIGHT: u16 = 20;
/// From the top of a cell to the line that letters stand on.
const BASE: u16 = 14;
/// The air around the cells.
const MARGIN: u16 = 18;
/// The bar with the title.
const BAR: u16 = 36;
/// The air around the window, for its shadow.
const SHADOW: u16 = 8;

const FONTS: &str =
    "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace";

/// The colours of a window that fit a ground.
struct Frame {
    bar: &'static str,
    edge: &'static str,
    dots: [&'static str; 3],
    title: &'static str,
}

const DARK: Frame = Frame {
    bar: "#2a2a2a",
    edge: "#3c3c3c",
    dots: ["#e0625b", "#dfaa3f", "#5cb85f"],
    title: "#a8a8a8",
};
const LIGHT: Frame = Frame {
    bar: "#ececec",
    edge: "#c6c6c6",
    dots: ["#e0625b", "#dfaa3f", "#5cb85f"],
    title: "#4e4e4e",
};

/// A colour of the fixed part of the 256-colour palette as xterm draws it.
fn rgb(colour: Option<Color>) -> [u8; 3] {
    match colour {
        Some(Color::Indexed(index @ 232..)) => [8 + 10 * (index - 232); 3],
        Some(Color::Indexed(index @ 16..)) => {
            let n = index - 16;
            [n / 36, n / 6 % 6, n % 6].map(|c| if c == 0 { 0 } else { 55 + 40 * c })
        }
        other => panic!("{other:?} is not of the fixed part of the palette"),
    }
}

fn hex([r, g, b]: [u8; 3]) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// Foreground and ground as they are seen.
fn colours(style: Style) -> (String, String) {
    let (fg, bg) = (hex(rgb(style.fg)), hex(rgb(style.bg)));
    if style.add_modifier.contains(Modifier::REVERSED) {
        (bg, fg)
    } else {
        (fg, bg)
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

struct Picture {
    out: String,
    left: u16,
    top: u16,
}

impl Picture {
    fn line(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    fn x(&self, column: u16) -> u16 {
        self.left + column * WIDTH
    }

    fn y(&self, row: u16) -> u16 {
        self.top + row * HEIGHT
    }

    fn rect(&mut self, (column, row): (u16, u16), columns: u16, fill: &str) {
        let (x, y) = (self.x(column), self.y(row));
        self.line(&format!(
            r#"<rect x="{x}" y="{y}" width="{}" height="{HEIGHT}" fill="{fill}"/>"#,
            columns * WIDTH
        ));
    }

    fn text(&mut self, (column, row): (u16, u16), text: &str, style: Style) {
        let mut attributes = String::new();
        if style.add_modifier.contains(Modifier::BOLD) {
            attributes.push_str(r#" font-weight="700""#);
        }
        if style.add_modifier.contains(Modifier::UNDERLINED) {
            attributes.push_str(r#" text-decoration="underline""#);
        }
        let (x, y) = (self.x(column), self.y(row) + BASE);
        let length = text.width() as u16 * WIDTH;
        self.line(&format!(
            r#"<text x="{x}" y="{y}" textLength="{length}" fill="{}"{attributes}>{}</text>"#,
            colours(style).0,
            escaped(text)
        ));
    }

    /// A character of lines and shapes, if it is one.
    fn shape(&mut self, (column, row): (u16, u16), symbol: &str, columns: u16, fill: &str) -> bool {
        let (left, top) = (f32::from(self.x(column)), f32::from(self.y(row)));
        let (w, h) = (f32::from(WIDTH), f32::from(HEIGHT));
        let (right, bottom) = (left + w * f32::from(columns), top + h);
        let (cx, cy) = (left + w / 2.0, top + h / 2.0);
        let stroke = |path: String| {
            format!(r#"<path d="{path}" fill="none" stroke="{fill}" stroke-width="1"/>"#)
        };
        let solid = |path: String| format!(r#"<path d="{path}" fill="{fill}"/>"#);
        let shape = match symbol {
            "─" => stroke(format!("M{left} {cy}H{right}")),
            "│" => stroke(format!("M{cx} {top}V{bottom}")),
            "┼" => stroke(format!("M{left} {cy}H{right}M{cx} {top}V{bottom}")),
            "├" => stroke(format!("M{cx} {cy}H{right}M{cx} {top}V{bottom}")),
            "┤" => stroke(format!("M{left} {cy}H{cx}M{cx} {top}V{bottom}")),
            "╭" => stroke(format!("M{right} {cy}Q{cx} {cy} {cx} {bottom}")),
            "╮" => stroke(format!("M{left} {cy}Q{cx} {cy} {cx} {bottom}")),
            "╰" => stroke(format!("M{right} {cy}Q{cx} {cy} {cx} {top}")),
            "╯" => stroke(format!("M{left} {cy}Q{cx} {cy} {cx} {top}")),
            "▌" => solid(format!("M{left} {}h3v12h-3z", cy - 6.0)),
            "●" => format!(
                r#"<circle cx="{cx}" cy="{}" r="3" fill="{fill}"/>"#,
                cy - 0.5
            ),
            "◆" => solid(format!("M{left} {cy}l4.5 -5l4.5 5l-4.5 5z")),
            "◇" => stroke(format!("M{} {cy}l4 -4.5l4 4.5l-4 4.5z", left + 0.5)),
            "▶" => solid(format!("M{left} {}l8 4.5l-8 4.5z", cy - 4.5)),
            "◀" => solid(format!("M{right} {}l-8 4.5l8 4.5z", cy - 4.5)),
            "▸" => solid(format!("M{} {}l5 4l-5 4z", left + 1.5, cy - 4.0)),
            "▼" => solid(format!("M{} {}h8l-4 6z", left + 0.5, cy - 3.0)),
            "␍" => return self.initials((left, top), "CR", fill),
            "␊" => return self.initials((left, top), "LF", fill),
            "␉" => return self.initials((left, top), "HT", fill),
            _ => return false,
        };
        self.line(&shape);
        true
    }

    /// A control character's picture: its two letters, one below the other.
    fn initials(&mut self, (left, top): (f32, f32), letters: &str, fill: &str) -> bool {
        for (n, letter) in (0_u8..).zip(letters.chars()) {
            let step = f32::from(n);
            let (x, y) = (left + 0.6 + 3.6 * step, top + 9.5 + 5.5 * step);
            self.line(&format!(
                r#"<text x="{x:.1}" y="{y:.1}" font-size="8" font-weight="700" fill="{fill}">{letter}</text>"#
            ));
        }
        true
    }
}

/// A run of cells that are drawn at once: of one style, without a wide gap, or of one shape.
struct Run {
    column: u16,
    text: String,
    style: Style,
    blanks: usize,
}

fn is_drawn_alone(symbol: &str) -> bool {
    !symbol.is_ascii() && !symbol.chars().all(char::is_alphanumeric) || symbol.width() > 1
}

fn runs(drawn: &Drawn, row: u16) -> Vec<Run> {
    let style_at = |x: u16| {
        let cell: &Cell = &drawn.cells[(x, row)];
        cell.style()
    };
    let mut out: Vec<Run> = Vec::new();
    let mut last_alone = String::new();
    for (column, symbol) in symbols(&drawn.cells, row) {
        let style = style_at(column);
        if symbol == " " {
            if let Some(run) = out.last_mut() {
                run.blanks += 1;
            }
            continue;
        }
        let alone = is_drawn_alone(symbol);
        if let Some(run) = out.last_mut() {
            let goes_on = if alone || !last_alone.is_empty() {
                // Rules are long; everything else that is drawn alone stays so.
                symbol == "─" && last_alone == symbol && run.blanks == 0
            } else {
                run.blanks < 2
            };
            if goes_on && run.style == style {
                run.text.extend(std::iter::repeat_n(' ', run.blanks));
                run.text.push_str(symbol);
                run.blanks = 0;
                continue;
            }
        }
        last_alone = if alone {
            symbol.to_owned()
        } else {
            String::new()
        };
        out.push(Run {
            column,
            text: symbol.to_owned(),
            style,
            blanks: 0,
        });
    }
    out
}

fn window(picture: &mut Picture, (width, height): (u16, u16), ground: &str, frame: &Frame) {
    let (w, h) = (width - 2 * SHADOW, height - 2 * SHADOW);
    picture.line(&format!(
        r#"<rect x="{SHADOW}" y="{}" width="{w}" height="{h}" rx="10" fill="black" opacity=".12"/>"#,
        SHADOW + 3
    ));
    picture.line(&format!(
        r#"<rect x="{SHADOW}" y="{SHADOW}" width="{w}" height="{h}" rx="10" fill="{}"/>"#,
        frame.bar
    ));
    let (top, bottom, right) = (SHADOW + BAR, height - SHADOW, width - SHADOW);
    picture.line(&format!(
        r#"<path d="M{SHADOW} {top}H{right}V{}a10 10 0 0 1 -10 10H{}a10 10 0 0 1 -10 -10z" fill="{ground}"/>"#,
        bottom - 10,
        SHADOW + 10
    ));
    picture.line(&format!(
        r#"<rect x="{SHADOW}.5" y="{SHADOW}.5" width="{}" height="{}" rx="9.5" fill="none" stroke="{}"/>"#,
        w - 1,
        h - 1,
        frame.edge
    ));
    for (n, dot) in (0..).zip(frame.dots) {
        picture.line(&format!(
            r#"<circle cx="{}" cy="{}" r="5.5" fill="{dot}"/>"#,
            SHADOW + 20 + n * 20,
            SHADOW + BAR / 2
        ));
    }
}

/// The picture of a screen in a window with this title.
pub fn picture(drawn: &Drawn, title: &str) -> String {
    let area = drawn.cells.area;
    let width = 2 * SHADOW + 2 * MARGIN + area.width * WIDTH;
    let height = 2 * SHADOW + BAR + 2 * (MARGIN / 2) + area.height * HEIGHT;
    let mut picture = Picture {
        out: String::new(),
        left: SHADOW + MARGIN,
        top: SHADOW + BAR + MARGIN / 2,
    };
    let bare = drawn.cells[(area.right() - 1, area.bottom() - 1)].style();
    let ground = colours(bare).1;
    let is_dark = rgb(bare.bg)[0] < 128;
    let frame = if is_dark { &DARK } else { &LIGHT };
    picture.line(&format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img">"#
    ));
    picture.line(&format!("<title>{}</title>", escaped(title)));
    window(&mut picture, (width, height), &ground, frame);
    picture.line(&format!(
        r#"<g font-family="{FONTS}" font-size="15" lengthAdjust="spacingAndGlyphs">"#
    ));
    picture.line(&format!(
        r#"<text x="{}" y="{}" text-anchor="middle" font-size="14" fill="{}">{}</text>"#,
        width / 2,
        SHADOW + BAR / 2 + 5,
        frame.title,
        escaped(title)
    ));
    for row in area.top()..area.bottom() {
        grounds(&mut picture, drawn, row, &ground);
    }
    if let Some(at) = drawn.cursor {
        let (x, y) = (picture.x(at.x), picture.y(at.y) + 1);
        let fill = colours(bare).0;
        picture.line(&format!(
            r#"<rect x="{x}" y="{y}" width="{WIDTH}" height="{}" fill="{fill}" opacity=".85"/>"#,
            HEIGHT - 2
        ));
    }
    for row in area.top()..area.bottom() {
        for run in runs(drawn, row) {
            let at = (run.column, row);
            let symbol: String = run.text.chars().take(1).collect();
            let columns = run.text.width() as u16;
            if !picture.shape(at, &symbol, columns, &colours(run.style).0) {
                picture.text(at, &run.text, run.style);
            }
        }
    }
    let _ = write!(picture.out, "</g>\n</svg>\n");
    picture.out
}

/// The cells of a row whose ground is not the window's.
fn grounds(picture: &mut Picture, drawn: &Drawn, row: u16, ground: &str) {
    let mut runs: Vec<(u16, u16, String)> = Vec::new();
    for (column, symbol) in symbols(&drawn.cells, row) {
        // The cell behind a wide symbol is not seen.
        let (columns, fill) = (
            symbol.width().max(1) as u16,
            colours(drawn.cells[(column, row)].style()).1,
        );
        match runs.last_mut() {
            Some((_, length, last)) if *last == fill => *length += columns,
            _ => runs.push((column, columns, fill)),
        }
    }
    for (column, columns, fill) in runs {
        if fill != ground {
            picture.rect((column, row), columns, &fill);
        }
    }
}

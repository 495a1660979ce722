//! The styles of a screen as text: each row as its runs of one style, so that a changed colour is a
//! changed line.

use netplay::model::launch::ThemeName;
use netplay::ui::theme::{Role, Theme};
use netplay::wire::text::Charset;
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};

use crate::story::symbols;

fn colour(colour: Option<Color>) -> String {
    match colour {
        Some(Color::Indexed(index)) => index.to_string(),
        Some(other) => format!("{other:?}").to_lowercase(),
        None => "none".to_owned(),
    }
}

fn words(style: Style) -> String {
    let mut words = format!("{} on {}", colour(style.fg), colour(style.bg));
    for (name, _) in (style.add_modifier & Modifier::all()).iter_names() {
        words = format!("{words} {}", name.to_lowercase());
    }
    words
}

/// Every row's runs that are not blank: where each begins, its style, its text.
pub fn runs(cells: &Buffer) -> String {
    let mut out = String::new();
    for y in cells.area.top()..cells.area.bottom() {
        let mut row: Vec<(u16, Style, String)> = Vec::new();
        for (x, symbol) in symbols(cells, y) {
            let style = cells[(x, y)].style();
            match row.last_mut() {
                Some((_, last, text)) if *last == style => text.push_str(symbol),
                _ => row.push((x, style, symbol.to_owned())),
            }
        }
        out = format!("{out}row {y}\n");
        for (x, style, text) in row {
            let shown = text.trim_start();
            if !shown.is_empty() {
                let x = usize::from(x) + text.len() - shown.len();
                out = format!("{out}  {x:>3}  {:<24} {}\n", words(style), shown.trim_end());
            }
        }
    }
    out
}

/// A colour on the screen that the theme does not have.
pub fn foreign(cells: &Buffer, theme: ThemeName) -> Option<String> {
    let theme = Theme::new(theme, Charset::Unicode);
    let styles = Role::ALL.map(|role| theme.style(role));
    let known = |colour: Color| {
        let plain = colour == Color::Reset && styles.iter().any(|style| style.fg.is_none());
        plain
            || styles
                .iter()
                .any(|style| style.fg == Some(colour) || style.bg == Some(colour))
    };
    let rows = cells.area.top()..cells.area.bottom();
    rows.flat_map(|y| symbols(cells, y).into_iter().map(move |(x, _)| (x, y)))
        .find_map(|at| {
            let cell = &cells[at];
            let wrong = !known(cell.fg) || !known(cell.bg);
            wrong.then(|| format!("{:?} on {:?} at {at:?}", cell.fg, cell.bg))
        })
}

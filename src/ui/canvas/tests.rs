//! What a terminal shows that is told of the differences alone must be what was drawn.

use std::ops::Range;

use ratatui::backend::TestBackend;
use ratatui::layout::{Position, Rect, Size};
use ratatui::style::{Color, Modifier, Style};

use super::{CLUSTERS, Canvas, Extent, Key, Setting};
use crate::app::display::Display;
use crate::app::side::SideState;
use crate::app::views::Columns;
use crate::model::launch::ThemeName;
use crate::model::spec::{Newline, Protocol, Side, Spec};
use crate::model::time::Stamp;
use crate::ui::theme::Theme;
use crate::wire::text::Charset;

const SIZE: Size = Size {
    width: 12,
    height: 3,
};

fn style(colour: u8) -> Style {
    Style::new()
        .fg(Color::Indexed(colour))
        .bg(Color::Indexed(255))
}

/// Draws texts, each at its column of the first row, and shows them.
fn frame(canvas: &mut Canvas, backend: &mut TestBackend, texts: &[(u16, &str)]) -> String {
    canvas.begin(style(0));
    for (x, text) in texts {
        canvas.text(*x, 0, text, style(1), 12);
    }
    canvas.end();
    let drawn = canvas.to_buffer();
    let Ok(()) = canvas.show(backend);
    let shown = backend.buffer();
    let mut row = String::new();
    let mut x = 0;
    while x < SIZE.width {
        let (cell, wanted) = (&shown[(x, 0)], &drawn[(x, 0)]);
        assert_eq!((x, cell), (x, wanted), "{texts:?}");
        row.push_str(cell.symbol());
        x += ratatui::buffer::CellWidth::cell_width(cell.symbol()).max(1);
    }
    row.trim_end().to_owned()
}

fn screen() -> (Canvas, TestBackend) {
    (Canvas::new(SIZE), TestBackend::new(SIZE.width, SIZE.height))
}

#[test]
fn wide_symbols_come_and_go_without_a_trace() {
    let (mut canvas, mut backend) = screen();
    for (texts, wanted) in [
        (&[(0, "日本語")][..], "日本語"),
        (&[(1, "日本語")], " 日本語"),
        (&[(0, "abcdefg")], "abcdefg"),
        (&[(0, "a🙂b❤️c")], "a🙂b❤️c"),
        (&[(0, "a👩‍👩‍👧‍👦b🇩🇪c")], "a👩‍👩‍👧‍👦b🇩🇪c"),
        (&[(0, "e\u{301}x\u{200b}y")], "e\u{301}xy"),
        // Over the second half of one, and over the first.
        (&[(0, "日本"), (1, "x")], "日本"),
        (&[(0, "日本"), (2, "x")], "日x"),
        (&[(0, "ab\x1b[1m\tc")], "ab[1mc"),
        (&[(11, "日")], ""),
        (&[(10, "日本")], "          日"),
        (&[], ""),
    ] {
        let row = frame(&mut canvas, &mut backend, texts);
        assert_eq!(row, wanted, "{texts:?}");
    }
}

#[test]
fn what_did_not_change_is_not_told_again() {
    let (mut canvas, mut backend) = screen();
    frame(&mut canvas, &mut backend, &[(0, "one"), (5, "two")]);
    canvas.begin(style(0));
    canvas.text(0, 0, "one", style(1), 12);
    canvas.text(5, 0, "two", style(1).add_modifier(Modifier::BOLD), 12);
    canvas.end();
    let Ok(()) = canvas.show(&mut backend);
    let told: Vec<(u16, u16)> = canvas.changes.iter().map(|(x, y, _)| (*x, *y)).collect();
    assert_eq!(told, [(5, 0), (6, 0), (7, 0)]);
}

/// Draws entries with these numbers, one a row, and shows them; how many were known.
fn list(canvas: &mut Canvas, terminal: &mut TestBackend, numbers: Range<u64>) -> usize {
    let area = Rect {
        height: numbers.clone().count() as u16,
        ..canvas.area()
    };
    let spec = Spec::new(Protocol::Tcp, Side::Server);
    let state = SideState::new(spec, Newline::default(), 1 << 20);
    let setting = Setting {
        columns: Columns::log(&state, area.width, Charset::Unicode, Display::default()),
        started: Stamp::default(),
        theme: Theme::new(ThemeName::Dark, Charset::Unicode),
    };
    canvas.begin(style(0));
    canvas.begin_list(setting, area);
    let mut known = 0;
    for (y, number) in (0..).zip(numbers) {
        let key = Key {
            number,
            before: None,
            skip: 0,
        };
        let room = Rect {
            y,
            height: area.height - y + 1,
            ..area
        };
        let recalled = canvas.recall(key, room);
        known += usize::from(recalled.is_some());
        let extent = recalled.unwrap_or_else(|| {
            canvas.text(0, y, &format!("entry {number}"), style(1), area.width);
            Extent { height: 1, step: 1 }
        });
        canvas.keep(key, room, extent);
    }
    canvas.end();
    let drawn = canvas.to_buffer();
    let Ok(()) = canvas.show(terminal);
    assert_eq!(terminal.buffer(), &drawn);
    known
}

#[test]
fn entries_are_known_for_one_frame_wherever_they_stand() {
    let mut canvas = Canvas::new(Size::new(12, 9));
    let mut terminal = TestBackend::new(12, 9);
    for (numbers, known) in [
        (10..18, 0),
        (10..18, 8),
        (12..20, 6),
        (11..19, 7),
        (30..38, 0),
        (30..30, 0),
        (30..38, 0),
    ] {
        let found = list(&mut canvas, &mut terminal, numbers.clone());
        assert_eq!(found, known, "{numbers:?}");
    }
    // Nor are lists kept for which there was no room.
    for _ in 0..10 {
        list(&mut canvas, &mut terminal, 0..0);
    }
    assert!(canvas.strips.lists() <= 1);
}

#[test]
fn more_clusters_than_are_remembered_are_all_shown() {
    let (mut canvas, mut backend) = screen();
    for n in 0..=CLUSTERS as u32 / 2 {
        let mark = char::from_u32(0x300 + n % 0x50).unwrap_or_default();
        let letters = ["x", "y"].map(|letter| {
            let base = char::from_u32(0x4e00 + n).unwrap_or_default();
            format!("{base}{mark}{letter}{mark}")
        });
        let texts = [(0, &*letters[0]), (6, &*letters[1])];
        let row = frame(&mut canvas, &mut backend, &texts);
        assert!(row.starts_with(texts[0].1), "{row}");
        assert!(canvas.clusters.texts.len() <= CLUSTERS + 4);
    }
}

#[test]
fn nothing_is_written_outside() {
    let mut canvas = Canvas::new(SIZE);
    canvas.begin(style(0));
    let before = canvas.to_buffer();
    for at in [(12, 0), (0, 3), (u16::MAX, u16::MAX)] {
        assert_eq!(canvas.text(at.0, at.1, "日x", style(1), 9), at.0);
        canvas.put_symbol(at.0, at.1, "日");
        canvas.fill(Rect::new(at.0, at.1, 1, 1), "-", style(1));
    }
    canvas.end();
    assert_eq!(canvas.to_buffer(), before);
    assert_eq!(canvas.char_at(12, 0), ' ');
    canvas.resize(Size::new(0, 0));
    canvas.begin(style(0));
    canvas.text(0, 0, "x", style(1), 1);
    canvas.end();
    let mut backend = TestBackend::new(0, 0);
    let Ok(()) = canvas.show(&mut backend);
    assert_eq!(canvas.area(), Rect::from((Position::ORIGIN, Size::ZERO)));
}

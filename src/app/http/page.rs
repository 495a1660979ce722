//! A message as rows of text with remarks: what ends where, what was tolerated, what is wrong. The
//! bytes are read anew each time, so that nothing but the bytes has to be kept; how much of them
//! is bounded.

use std::borrow::Cow;
use std::ops::Range;

use unicode_width::UnicodeWidthStr as _;

use super::exchange::Exchange;
use super::raw::Raw;
use super::spell;
use crate::app::entry::{self, Finding, Found, Payload, Piece, Tone};
use crate::model::size::Size;
use crate::wire::hex;
use crate::wire::http1::{Broken, Item, Part, Reader};
use crate::wire::rows::{self, FORMAT_LIMIT, MAX_WIDTH, MIN_WIDTH, Row};
use crate::wire::text::{Charset, Kind, safe};

/// How many remarks a page has at most: nobody reads more, and each may take a row.
const REMARKS: usize = 2000;

/// How many rows are laid out at most; a text of line ends alone would have one for each byte.
const ROWS: usize = 10_000;

/// What is said about a line, at its right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The words.
    pub text: String,
    /// How they are meant.
    pub tone: Tone,
}

/// One row.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// The text, from the left.
    pub pieces: Vec<Piece>,
    /// How many cells that takes.
    pub width: u16,
    /// What is said about it, at the right end.
    pub remark: Option<Remark>,
}

/// A text laid out for a width.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Its rows.
    pub lines: Vec<Line>,
    /// The row in which each find begins.
    pub finds: Vec<usize>,
    /// The row in which the text ends.
    pub end: usize,
    /// It is still growing: where it ends, a cursor stands.
    pub grows: bool,
}

/// How a text is to be laid out.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// The width, in cells.
    pub width: u16,
    /// The characters that may be drawn.
    pub charset: Charset,
    /// As text or as a hex dump.
    pub payload: Payload,
    /// What is looked for in it, and which of the finds one is at.
    pub finding: Option<Finding<'a>>,
}

/// Which way a message goes, and with it how it is read.
#[derive(Clone, Copy, Debug)]
pub enum Direction<'a> {
    /// A request.
    Request,
    /// The answer to a request with this method.
    Answer(&'a str),
}

impl Direction<'_> {
    fn reader(self) -> Reader {
        match self {
            Direction::Request => Reader::requests(),
            Direction::Answer(method) => {
                let mut reader = Reader::responses();
                reader.expect(method);
                reader
            }
        }
    }
}

/// The bytes of a message, as they came or went, with what is to be said about them.
#[must_use]
pub fn message(raw: &Raw, direction: Direction, over: bool, setting: Setting) -> Page {
    let bytes = raw.start(FORMAT_LIMIT);
    let grows = !over && !raw.whole && raw.refusal().is_none();
    let mut remarks = remarks(&bytes, direction, raw, over);
    remarks.truncate(REMARKS);
    for (_, remark) in &mut remarks {
        if let Cow::Owned(spelled) = spell(&remark.text, setting.charset) {
            remark.text = spelled;
        }
    }
    let (mut page, shown) = lay_out(&bytes, remarks, setting);
    let hidden = raw.len > shown;
    more(raw.len - shown, &mut page.lines);
    if grows && !hidden && bytes.ends_with(b"\n") && setting.payload != Payload::Hex {
        page.end = page.lines.len();
        page.lines.push(Line::default());
    }
    page.grows = grows && !hidden;
    page
}

/// Bytes that are not part of an exchange, such as a request that was not sent yet.
#[must_use]
pub fn unsent(bytes: &[u8], setting: Setting) -> Page {
    let mut raw = Raw::default();
    raw.push(bytes::Bytes::copy_from_slice(bytes));
    raw.whole = true;
    message(&raw, Direction::Request, false, setting)
}

/// The body of an answer without its chunks, its Content-Encoding, and how many bytes of the answer
/// were read for it: at most `most`.
#[must_use]
pub fn decoded(exchange: &Exchange, most: usize) -> (Vec<u8>, Option<String>, u64) {
    let raw = exchange.response.start(most);
    let mut reader = Direction::Answer(&exchange.method()).reader();
    let mut input = &raw[..];
    let mut decoded = Vec::new();
    let mut coding = None;
    while let Some(item) = reader.next(&mut input) {
        match item {
            Item::Data(span) => decoded.extend_from_slice(&raw[span.within(0)]),
            Item::Response(head) => {
                let value = head.fields.get("Content-Encoding");
                coding = value.map(|value| String::from_utf8_lossy(value).into_owned());
            }
            _ => {}
        }
    }
    (decoded, coding, raw.len() as u64)
}

/// The decoded body of an answer, to be shown.
#[must_use]
pub fn body(exchange: &Exchange, setting: Setting) -> Page {
    let (decoded, coding, read) = decoded(exchange, FORMAT_LIMIT);
    let (mut page, shown) = lay_out(&decoded, Vec::new(), setting);
    let lines = &mut page.lines;
    if decoded.is_empty() {
        lines.clear();
        if exchange.response.refusal().is_some() {
            say(lines, "what came is no HTTP and has no body".to_owned());
        } else if exchange.response.whole {
            say(lines, "no body".to_owned());
        }
    } else if let Some(coding) = coding {
        let coding = safe(&coding);
        let coding = spell(&coding, setting.charset);
        say(lines, format!("shown as it came, in the coding {coding}"));
    }
    let unread = exchange.response.len - read;
    more(unread + decoded.len() as u64 - shown, lines);
    page.grows = exchange.ended.is_none() && exchange.answered.is_some();
    page
}

fn say(lines: &mut Vec<Line>, text: String) {
    lines.push(Line {
        remark: Some(Remark {
            text,
            tone: Tone::Words,
        }),
        ..Line::default()
    });
}

fn more(bytes: u64, lines: &mut Vec<Line>) {
    if bytes > 0 {
        say(lines, format!("{} more, not shown", Size(bytes)));
    }
}

/// What is to be said, each at the last byte of its line, in their order.
fn remarks(bytes: &[u8], direction: Direction, raw: &Raw, over: bool) -> Vec<(u64, Remark)> {
    let quiet = |text: String| Remark {
        text,
        tone: Tone::Words,
    };
    let mut out = Vec::new();
    let mut refused = false;
    let wrong = |text: &str| Remark {
        text: format!("! {}", safe(text)),
        tone: Tone::Error,
    };
    let refuse = |broken: Broken| {
        let text = match raw.refusal() {
            Some((_, why)) => wrong(why),
            None => wrong(&broken.text()),
        };
        (broken.at, text)
    };
    let mut reader = direction.reader();
    let mut input = bytes;
    while let Some(item) = reader.next(&mut input) {
        match item {
            Item::Line(line) => {
                let at = line.span.end - 1;
                if line.part == Part::HeadEnd {
                    out.push((at, quiet("the head ends here".to_owned())));
                }
                out.extend(line.notes.iter().map(|note| {
                    let tone = Tone::Warning;
                    let text = note.text().to_owned();
                    (at, Remark { text, tone })
                }));
                let text = match line.part {
                    Part::ChunkSize(0) => "the last chunk".to_owned(),
                    Part::ChunkSize(1) => "a chunk of 1 byte".to_owned(),
                    Part::ChunkSize(n) => format!("a chunk of {n} bytes"),
                    Part::TrailerEnd => "the body ends here".to_owned(),
                    _ => continue,
                };
                out.push((at, quiet(text)));
            }
            Item::Broken(broken) => {
                out.push(refuse(broken));
                refused = true;
            }
            _ => {}
        }
        // An interim answer is followed by another one.
        if out.len() >= REMARKS {
            return out;
        }
    }
    let all = raw.len == bytes.len() as u64;
    if let Some(Item::Broken(broken)) = (over && all && !raw.whole && !refused)
        .then(|| reader.finish())
        .flatten()
    {
        out.push(refuse(broken));
    } else if let Some((_, why)) = raw.refusal().filter(|_| !refused) {
        out.push((bytes.len() as u64, wrong(why)));
    }
    out
}

fn pieces(row: Row<'_>, here: Option<usize>) -> Vec<Piece> {
    let piece = |span: rows::Span<'_>| Piece {
        text: span.text.into_owned(),
        tone: match span.kind {
            Kind::Text => Tone::Text,
            Kind::Mark => Tone::Mark,
        },
        found: Found::of(span.found, here),
    };
    row.spans.into_iter().map(piece).collect()
}

/// A row of a text, and the bytes that it shows.
type Laid = (Line, Range<usize>);

fn text_rows<'a>(
    bytes: &'a [u8],
    found: &'a [Range<usize>],
    here: Option<usize>,
    setting: Setting,
) -> impl Iterator<Item = Laid> + 'a {
    let width = match setting.payload {
        Payload::Unwrapped => MAX_WIDTH,
        _ => setting.width,
    };
    let rows = rows::rows(bytes, width, setting.charset, FORMAT_LIMIT).finding(found);
    rows.map(move |row| {
        let source = row.source.clone();
        let line = Line {
            width: row.width,
            pieces: pieces(row, here),
            remark: None,
        };
        (line, source)
    })
}

fn hex_rows<'a>(
    bytes: &'a [u8],
    found: &'a [Range<usize>],
    here: Option<usize>,
    setting: Setting,
) -> impl Iterator<Item = Laid> + 'a {
    let columns = hex::columns(setting.width);
    hex::rows(bytes, columns).map(move |row| {
        let source = row.offset..row.offset + row.bytes.len();
        let line = Line {
            width: hex::row_width(columns),
            pieces: entry::hex_line(row, found, here),
            remark: None,
        };
        (line, source)
    })
}

/// Rows with each remark beside the row of its byte where there is room, otherwise below it; and
/// how many bytes they show.
fn lay_out(bytes: &[u8], remarks: Vec<(u64, Remark)>, setting: Setting) -> (Page, u64) {
    let found: Vec<Range<usize>> = setting
        .finding
        .map(|finding| finding.pattern.find(bytes).collect())
        .unwrap_or_default();
    let here = setting.finding.and_then(|finding| finding.here);
    let here = here.map(|here| here as usize);
    let rows: Box<dyn Iterator<Item = Laid>> = match setting.payload {
        Payload::Hex => Box::new(hex_rows(bytes, &found, here, setting)),
        _ => Box::new(text_rows(bytes, &found, here, setting)),
    };
    with_remarks(rows, bytes.len(), &found, remarks, setting)
}

fn with_remarks(
    rows: impl Iterator<Item = Laid>,
    len: usize,
    found: &[Range<usize>],
    remarks: Vec<(u64, Remark)>,
    setting: Setting,
) -> (Page, u64) {
    let mut page = Page::default();
    let mut shown = 0;
    let mut remarks = remarks.into_iter().peekable();
    for (line, source) in rows {
        let lines = &mut page.lines;
        if lines.len() >= ROWS {
            break;
        }
        while found
            .get(page.finds.len())
            .is_some_and(|place| place.start < source.end)
        {
            page.finds.push(lines.len());
        }
        let end = source.end as u64;
        shown = end;
        let last = source.end == len;
        page.end = lines.len();
        let mut beside = Some(page.end);
        lines.push(line);
        while let Some((_, remark)) = remarks.next_if(|(at, _)| *at < end || last) {
            let needed = remark.text.width() + 3;
            match beside.take().map(|n| &mut lines[n]) {
                Some(line) if needed <= usize::from(setting.width.saturating_sub(line.width)) => {
                    line.remark = Some(remark);
                }
                _ => below(lines, &remark, setting.width, setting.charset),
            }
        }
    }
    (page, shown)
}

fn below(lines: &mut Vec<Line>, remark: &Remark, width: u16, charset: Charset) {
    let room = width.saturating_sub(4).max(MIN_WIDTH);
    for text in rows::words(&remark.text, room, charset) {
        let tone = remark.tone;
        lines.push(Line {
            remark: Some(Remark { text, tone }),
            ..Line::default()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::ConnId;
    use crate::model::time::Stamp;
    use crate::wire::pattern::Pattern;

    fn shown(page: &Page) -> Vec<String> {
        let line = |line: &Line| {
            let text: String = line.pieces.iter().map(|piece| &*piece.text).collect();
            match &line.remark {
                Some(remark) => format!("{text} | {}", remark.text),
                None => text,
            }
        };
        page.lines.iter().map(line).collect()
    }

    fn wide(width: u16) -> Setting<'static> {
        Setting {
            width,
            charset: Charset::Unicode,
            payload: Payload::Wrapped,
            finding: None,
        }
    }

    fn page(bytes: &'static str, over: bool) -> Page {
        let mut raw = Raw::default();
        raw.push(bytes::Bytes::from_static(bytes.as_bytes()));
        message(&raw, Direction::Request, over, wide(78))
    }

    #[test]
    fn the_blank_line_is_marked_and_the_cursor_stands_behind_the_newest_byte() {
        let page = page(
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nchoi",
            false,
        );
        assert_eq!(
            shown(&page)[3..],
            ["␍␊ | the head ends here".to_owned(), "choi".to_owned()]
        );
        assert!(page.grows);
    }

    #[test]
    fn behind_a_line_end_the_cursor_has_a_row_of_its_own() {
        let page = page("GET / HTTP/1.1\r\n", false);
        assert_eq!(shown(&page), ["GET / HTTP/1.1␍␊", ""]);
    }

    #[test]
    fn what_is_tolerated_and_what_is_wrong_stands_at_its_line() {
        let lines = shown(&page("GET / HTTP/1.1\nHost: a\r\nA b\r\n\r\n", false));
        assert!(lines[1].starts_with(" | ended by LF alone"), "{lines:?}");
        assert_eq!(lines[3], "A b␍␊");
        assert!(lines[4].contains("this line has no colon"), "{lines:?}");
    }

    #[test]
    fn what_stopped_is_told_at_its_end_once_the_connection_is_over() {
        let text = "GET / HTTP/1.1\r\nHo";
        assert_eq!(shown(&page(text, false)).len(), 2);
        assert!(shown(&page(text, true))[1].contains("the stream ended after"));
    }

    #[test]
    fn long_remarks_stand_below_their_line() {
        let mut raw = Raw::default();
        raw.push(bytes::Bytes::from_static(b"GET / HTTP/1.1\n"));
        let page = message(&raw, Direction::Request, false, wide(40));
        let lines = shown(&page);
        assert_eq!(lines[0], "GET / HTTP/1.1␊");
        assert!(lines[1].starts_with(" | ended by LF"), "{lines:?}");
    }

    #[test]
    fn a_text_of_line_ends_alone_is_bounded_and_says_so() {
        let mut raw = Raw::default();
        raw.push(bytes::Bytes::from(vec![b'\n'; FORMAT_LIMIT]));
        let page = message(&raw, Direction::Request, false, wide(40));
        assert!(page.lines.len() <= 2 * ROWS, "{}", page.lines.len());
        let last = page.lines.last().and_then(|line| line.remark.as_ref());
        assert!(last.is_some_and(|remark| remark.text.ends_with("more, not shown")));
    }

    #[test]
    fn finds_are_told_with_the_rows_in_which_they_begin() {
        let pattern = Pattern::new("host").expect("it can be read");
        let mut raw = Raw::default();
        raw.push(bytes::Bytes::from_static(
            b"GET /host HTTP/1.1\r\nHost: host\r\n\r\n",
        ));
        for (payload, rows) in [
            (Payload::Wrapped, [0, 1, 1]),
            (Payload::Unwrapped, [0, 1, 1]),
            (Payload::Hex, [0, 1, 1]),
        ] {
            let finding = Finding {
                pattern: &pattern,
                here: Some(1),
            };
            let setting = Setting {
                payload,
                finding: Some(finding),
                ..wide(78)
            };
            let page = message(&raw, Direction::Request, true, setting);
            assert_eq!(page.finds, rows, "{payload:?}");
            let here: String = page.lines[1]
                .pieces
                .iter()
                .filter(|piece| piece.found == Found::Here)
                .map(|piece| &*piece.text)
                .collect();
            let wanted = match payload {
                Payload::Hex => "486f7374Host",
                _ => "Host",
            };
            assert_eq!(here, wanted, "{payload:?}");
        }
    }

    #[test]
    fn a_body_is_shown_without_its_chunks() {
        let mut exchange = Exchange::new(1, ConnId(1), Stamp::default());
        exchange.response.push(bytes::Bytes::from_static(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
        ));
        assert_eq!(shown(&body(&exchange, wide(40))), ["abcde"]);
    }
}

//! The built-in page: says a sentence or two and shows the request as it was received. Whatever
//! came from outside is made harmless here: escaped for HTML, control and format characters as
//! marks.

use std::sync::LazyLock;

use super::incoming::Kept;
use crate::model::size::Size;
use crate::wire::part::part;
use crate::wire::text::{Charset, Flow, Shown, incomplete_tail, tokens};

/// The most bytes of a request that a page shows; the rest is counted. As much as anyone scrolls
/// through.
const SHOWN: usize = 64 << 10;

/// What a request is shown with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words<'a> {
    /// The heading.
    pub(super) title: &'a str,
    /// What is said below it.
    pub(super) lead: &'a str,
}

/// The words of the page that answers whatever is asked.
pub(super) const WELCOME: Words<'static> = Words {
    title: "It works!",
    lead: "You have reached a web server that is a part of netplay. Below is the request that it got \
           from you, byte for byte; the same text is on the screen where netplay runs.",
};

enum Piece {
    Text(&'static str),
    Slot(&'static str),
}

const TEMPLATE_TEXT: &str = include_str!("../../../assets/page.html");

static TEMPLATE: LazyLock<Vec<Piece>> = LazyLock::new(|| pieces(TEMPLATE_TEXT));

fn pieces(mut text: &'static str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    while let Some((before, slot, after)) = next_slot(text) {
        pieces.push(Piece::Text(before));
        pieces.push(Piece::Slot(slot));
        text = after;
    }
    pieces.push(Piece::Text(text));
    pieces
}

fn next_slot(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("{{")?;
    let (slot, after) = rest.split_once("}}")?;
    Some((before, slot, after))
}

/// Makes the page.
pub(super) fn page(words: Words, kept: &Kept) -> String {
    // Marks make a text about twice as long.
    let shown = kept.bytes.len().min(SHOWN) * 2;
    let mut page = String::with_capacity(TEMPLATE_TEXT.len() + words.lead.len() + shown);
    let out = &mut page;
    for piece in TEMPLATE.iter() {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Slot("title") => escape(words.title, out),
            Piece::Slot("lead") => escape(words.lead, out),
            Piece::Slot("size") => escape(&size(kept).to_string(), out),
            Piece::Slot(_) => show(kept, out),
        }
    }
    page
}

fn size(kept: &Kept) -> Size {
    Size(kept.bytes.len() as u64 + kept.more)
}

fn show(kept: &Kept, out: &mut String) {
    let bytes = &kept.bytes;
    let mut shown = part(bytes, ..bytes.len().min(SHOWN));
    if shown.len() < bytes.len() {
        shown = part(shown, ..shown.len() - incomplete_tail(shown));
    }
    for token in tokens(shown, Charset::Unicode) {
        if let Shown::Source(text) = token.shown {
            escape(text, out);
        } else {
            // The signs of control characters are hard to read at the size of text.
            let is_sign = matches!(shown.get(token.source.start), Some(b'\r' | b'\n' | b'\t'));
            let (open, close) = if is_sign {
                ("<b>", "</b>")
            } else {
                ("<i>", "</i>")
            };
            out.push_str(open);
            token.shown.push_to(out);
            out.push_str(close);
        }
        match token.flow {
            Flow::RowEnd => out.push('\n'),
            Flow::TabStop => out.push('\t'),
            Flow::Inline => {}
        }
    }
    let rest = (bytes.len() - shown.len()) as u64 + kept.more;
    if rest > 0 {
        out.push_str("\n<i>… and ");
        out.push_str(&Size(rest).to_string());
        out.push_str(" more</i>");
    }
}

/// Appends text so that HTML shows it as it is.
fn escape(text: &str, out: &mut String) {
    for piece in text.split_inclusive(['&', '<', '>', '"', '\'']) {
        let mut plain = piece.chars();
        let entity = match plain.next_back() {
            Some('&') => "&amp;",
            Some('<') => "&lt;",
            Some('>') => "&gt;",
            Some('"') => "&quot;",
            Some('\'') => "&#39;",
            _ => {
                out.push_str(piece);
                continue;
            }
        };
        out.push_str(plain.as_str());
        out.push_str(entity);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn welcome(bytes: &[u8], more: u64) -> String {
        let kept = Kept {
            bytes: bytes.to_vec().into(),
            more,
        };
        page(WELCOME, &kept)
    }

    #[test]
    fn the_page_has_a_place_for_everything_and_nothing_of_the_outside() {
        let slots: Vec<&str> = TEMPLATE
            .iter()
            .filter_map(|piece| match piece {
                Piece::Slot(slot) => Some(*slot),
                Piece::Text(_) => None,
            })
            .collect();
        assert_eq!(slots, ["title", "title", "lead", "size", "request"]);
        let page = welcome(b"", 0);
        for outside in ["http://", "https://", "src=", "url(", "@import", "<script"] {
            assert!(!page.contains(outside), "{outside}");
        }
    }

    #[test]
    fn a_request_is_shown_line_by_line_and_can_do_no_harm() {
        let page = welcome(
            b"GET /<script>&\"' HTTP/1.1\r\n\xff\x1b\t\xe2\x80\xaex\n",
            0,
        );
        assert!(
            page.contains(
                "GET /&lt;script&gt;&amp;&quot;&#39; HTTP/1.1<b>␍␊</b>\n<i>\\xff</i><i>\\x1b</i><b>␉</b>\t<i>"
            ),
            "{page}"
        );
        assert!(page.contains("<i>\\u{202e}</i>x<b>␊</b>\n"), "{page}");
        assert!(!page.contains("{{"));
    }

    #[test]
    fn a_long_request_is_cut_and_the_rest_counted() {
        let long = "ä".repeat(SHOWN);
        let whole = welcome(long.as_bytes(), 0);
        assert!(
            whole.contains("… and 64 KiB more"),
            "{}",
            &whole[whole.len() - 400..]
        );
        assert!(!whole.contains("\\xc3"), "no character is cut");
        assert!(welcome(b"x", 9).contains("… and 9 B more"));
    }
}

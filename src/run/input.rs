//! What is typed or piped in: the lines of stdin, read on a thread that nobody waits for, since a
//! read of a terminal or pipe cannot be called off.

use std::io::{self, BufRead, ErrorKind};
use std::mem;
use std::thread;

use bytes::Bytes;
use memchr::memchr;
use tokio::sync::mpsc;

use super::terminal;
use crate::model::spec::Newline;

/// A line longer than this is sent in pieces of this size. It is what may wait in a session, so
/// that a stdin without any line end has a bound too.
const LONGEST_LINE: usize = 1 << 20;
/// How many lines may wait for the session; behind them, stdin itself waits.
const WAITING: usize = 64;

/// The messages that stdin gives: each line without its line end (LF or CR LF) and with `newline`
/// added, its bytes as they are. The channel closes at the end of stdin; an error is the last item.
pub(super) fn lines(newline: Newline) -> mpsc::Receiver<io::Result<Bytes>> {
    let (sender, receiver) = mpsc::channel(WAITING);
    let reader = move || {
        terminal::wait_for_foreground();
        let send = |line| sender.blocking_send(Ok(line)).is_ok();
        if let Err(error) = read_lines(io::stdin().lock(), newline, LONGEST_LINE, send) {
            // A session that is gone does not need to know.
            let _ = sender.blocking_send(Err(error));
        }
    };
    // Without a thread there is no input, which the session sees as its end.
    let _ = thread::Builder::new()
        .name("stdin".to_owned())
        .spawn(reader);
    receiver
}

/// Reads to the end, or until `send` refuses.
fn read_lines(
    mut input: impl BufRead,
    newline: Newline,
    limit: usize,
    mut send: impl FnMut(Bytes) -> bool,
) -> io::Result<()> {
    let mut line = Vec::new();
    // Whether the beginning of this line was sent already.
    let mut begun = false;
    loop {
        let chunk = match input.fill_buf() {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            chunk => chunk?,
        };
        if chunk.is_empty() {
            break;
        }
        let end = memchr(b'\n', chunk);
        let taken = end.unwrap_or(chunk.len()).min(limit - line.len());
        line.extend_from_slice(&chunk[..taken]);
        if end == Some(taken) {
            input.consume(taken + 1);
            if line.last() == Some(&b'\r') {
                line.pop();
            }
            line.extend_from_slice(newline.bytes());
            let nothing_left = begun && line.is_empty();
            begun = false;
            if !nothing_left && !send(Bytes::from(mem::take(&mut line))) {
                return Ok(());
            }
            continue;
        }
        input.consume(taken);
        if line.len() == limit {
            // A CR may yet turn out to belong to the line's end.
            let cr = (line.last() == Some(&b'\r')).then(|| line.pop()).flatten();
            begun = true;
            if !send(Bytes::from(mem::take(&mut line))) {
                return Ok(());
            }
            line.extend(cr);
        }
    }
    if !line.is_empty() {
        line.extend_from_slice(newline.bytes());
        send(Bytes::from(line));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use proptest::prelude::*;

    use super::*;

    /// What is sent of `input`, read in chunks of this many bytes.
    fn sent(input: &[u8], newline: Newline, limit: usize, chunk: usize) -> Vec<Bytes> {
        let mut lines = Vec::new();
        read_lines(
            BufReader::with_capacity(chunk, input),
            newline,
            limit,
            |line| {
                lines.push(line);
                true
            },
        )
        .expect("a slice can be read");
        lines
    }

    #[test]
    fn each_line_goes_without_its_end_and_with_the_chosen_one() {
        for chunk in [1, 2, 3, 100] {
            for (input, newline, want) in [
                (&b"a\nb\n"[..], Newline::None, &["a", "b"][..]),
                (b"a\nb", Newline::None, &["a", "b"]),
                (b"a\r\nb\r\n", Newline::None, &["a", "b"]),
                (b"a\n\nb\n", Newline::None, &["a", "", "b"]),
                (b"a\r\r\n\rb\n", Newline::None, &["a\r", "\rb"]),
                (b"a\r", Newline::None, &["a\r"]),
                (b"a\nb", Newline::Lf, &["a\n", "b\n"]),
                (b"a\r\n\n", Newline::CrLf, &["a\r\n", "\r\n"]),
                (b"", Newline::Lf, &[]),
            ] {
                assert_eq!(sent(input, newline, 100, chunk), want, "{input:?}");
            }
        }
    }

    #[test]
    fn bytes_that_are_not_text_go_as_they_are() {
        let lines = sent(b"\xff\0\x1b\n\xc3", Newline::None, 100, 2);
        assert_eq!(lines, [&b"\xff\0\x1b"[..], b"\xc3"]);
    }

    #[test]
    fn a_line_over_the_limit_goes_in_pieces_with_one_line_end() {
        for (input, want) in [
            (&b"abcdefgh\n"[..], &["abc", "def", "gh\n"][..]),
            (b"abc\nd\n", &["abc\n", "d\n"]),
            (b"abcdef\n", &["abc", "def\n"]),
            (b"abcdef", &["abc", "def"]),
            (b"ab\r\nd", &["ab\n", "d\n"]),
            (b"abcde\r\nf", &["abc", "de\n", "f\n"]),
            (b"ab\rc\n", &["ab", "\rc\n"]),
        ] {
            for chunk in [1, 2, 3, 100] {
                let lines = sent(input, Newline::Lf, 3, chunk);
                assert_eq!(lines.concat(), want.concat().as_bytes(), "{input:?}");
                assert!(lines.iter().all(|line| line.len() <= 4), "{lines:?}");
            }
        }
    }

    #[test]
    fn nothing_is_sent_for_a_line_that_ends_where_a_piece_ended() {
        assert_eq!(sent(b"abc\r\n", Newline::None, 3, 1), ["abc"]);
        assert_eq!(
            sent(b"abcdef\n\nx", Newline::None, 3, 100),
            ["abc", "def", "", "x"]
        );
    }

    #[test]
    fn reading_ends_when_nobody_takes_lines() {
        let mut calls = 0;
        read_lines(&b"a\nb\nc\n"[..], Newline::None, 10, |_| {
            calls += 1;
            false
        })
        .expect("a slice can be read");
        assert_eq!(calls, 1);
    }

    proptest! {
        #[test]
        fn with_lf_added_the_input_comes_out_again(
            lines in proptest::collection::vec("[a-z]{0,9}\n", 0..9),
            chunk in 1_usize..20,
            limit in 2_usize..20,
        ) {
            let input = lines.concat();
            let out = sent(input.as_bytes(), Newline::Lf, limit, chunk).concat();
            prop_assert_eq!(out, input.as_bytes());
        }
    }
}

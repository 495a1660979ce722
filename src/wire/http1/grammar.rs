//! The small grammar that heads are made of: byte classes, tokens, lists, hosts, numbers. Pure
//! functions on slices; knows nothing of messages.

use crate::wire::part::part;

#[expect(
    clippy::indexing_slicing,
    reason = "evaluated by the compiler, which refuses an index outside"
)]
const fn token_table() -> [bool; 256] {
    let mut table = [false; 256];
    let mut byte: u8 = 0;
    while byte < 128 {
        table[byte as usize] = byte.is_ascii_alphanumeric()
            || matches!(
                byte,
                b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_'
            )
            || matches!(byte, b'`' | b'|' | b'~');
        byte += 1;
    }
    table
}

static TOKEN: [bool; 256] = token_table();

/// Whether the byte may stand in a token: a method, a field name (RFC 9110 §5.6.2).
pub(super) fn is_token_byte(byte: u8) -> bool {
    TOKEN.get(usize::from(byte)) == Some(&true)
}

/// Whether the byte is SP or HTAB.
pub(super) fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

/// Whether the byte is a control that no line of a head may hold: all but HTAB (RFC 9110 §5.5).
fn is_control(byte: u8) -> bool {
    matches!(byte, 0..=0x08 | 0x0A..=0x1F | 0x7F)
}

/// Where the first control stands.
pub(super) fn first_control(text: &[u8]) -> Option<usize> {
    // Lines almost never hold one, and a loop without an early exit runs on whole vectors.
    let any = text.iter().fold(0, |any, &b| any | u8::from(is_control(b)));
    match any {
        0 => None,
        _ => text.iter().position(|&b| is_control(b)),
    }
}

/// Whether a byte above 0x7F is among them (obs-text, RFC 9110 §5.5).
pub(super) fn has_high_bytes(text: &[u8]) -> bool {
    !text.is_ascii()
}

/// The text without blanks at either end.
pub(super) fn trim(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|&b| !is_blank(b));
    let end = text.iter().rposition(|&b| !is_blank(b));
    match (start, end) {
        (Some(start), Some(end)) => part(text, start..=end),
        _ => &[],
    }
}

/// The members of a comma-separated list without blanks; empty ones do not count (RFC 9110 §5.6.1).
pub(super) fn list(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value
        .split(|&b| b == b',')
        .map(trim)
        .filter(|member| !member.is_empty())
}

/// Why digits are no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoNumber {
    /// Something other than digits, or nothing.
    NotDigits,
    /// More than 64 bits.
    TooLarge,
}

/// Reads a decimal number of digits only (RFC 9110 §8.6).
pub(super) fn decimal(digits: &[u8]) -> Result<u64, NoNumber> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(NoNumber::NotDigits);
    }
    digits
        .iter()
        .try_fold(0_u64, |n, &d| {
            n.checked_mul(10)?.checked_add(u64::from(d - b'0'))
        })
        .ok_or(NoNumber::TooLarge)
}

/// Reads at most 16 hexadecimal digits; the caller has looked at them.
pub(super) fn hexadecimal(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |n, &d| {
        let digit = match d {
            b'0'..=b'9' => d - b'0',
            _ => (d | 0x20) - b'a' + 10,
        };
        (n << 4) | u64::from(digit)
    })
}

/// Where a `Host` value stops being `host [":" port]`; `None` when it is one. An empty value is
/// one too (RFC 9110 §7.2, RFC 3986 §3.2.2).
pub(super) fn host_flaw(value: &[u8]) -> Option<usize> {
    let name_end = if value.first() == Some(&b'[') {
        let inside = part(value, 1..)
            .iter()
            .take_while(|&&b| b.is_ascii_alphanumeric() || matches!(b, b':' | b'.' | b'%' | b'-'))
            .count();
        if inside == 0 || value.get(1 + inside) != Some(&b']') {
            return Some(1 + inside);
        }
        inside + 2
    } else {
        value.iter().take_while(|&&b| is_name_byte(b)).count()
    };
    let port_end = match value.get(name_end) {
        None => return None,
        Some(b':') => {
            let digits = part(value, name_end + 1..)
                .iter()
                .take_while(|b| b.is_ascii_digit())
                .count();
            name_end + 1 + digits
        }
        Some(_) => name_end,
    };
    (port_end < value.len()).then_some(port_end)
}

/// A byte of a registered name: unreserved, percent, sub-delimiter (RFC 3986 §3.2.2).
fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'-' | b'.'
                | b'_'
                | b'~'
                | b'%'
                | b'!'
                | b'$'
                | b'&'
                | b'\''
                | b'('
                | b')'
                | b'*'
                | b'+'
                | b','
                | b';'
                | b'='
        )
}

/// The length of the `scheme://` that a target in absolute-form begins with, 0 when it has none
/// (RFC 9112 §3.2.2).
pub(super) fn scheme_len(target: &[u8]) -> usize {
    let scheme = target
        .iter()
        .take_while(|&&b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
        .count();
    let named = target.first().is_some_and(u8::is_ascii_alphabetic);
    if named && part(target, scheme..).starts_with(b"://") && target.len() > scheme + 3 {
        scheme + 3
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_the_bytes_of_the_rfc() {
        let all: Vec<u8> = (0..=255).filter(|&b| is_token_byte(b)).collect();
        let expected =
            b"!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~";
        assert_eq!(all, expected);
    }

    #[test]
    fn the_first_control_is_found_wherever_it_stands() {
        assert_eq!(first_control(b"a\tb c \x80\xff~"), None);
        for bad in (0..0x20).filter(|&b| b != b'\t').chain([0x7F]) {
            for place in 0..70 {
                let mut text = [b'x'; 70];
                text[place] = bad;
                text[69] = 0;
                assert_eq!(first_control(&text), Some(place));
            }
        }
    }

    #[test]
    fn numbers_end_where_64_bits_end() {
        assert_eq!(decimal(b"0"), Ok(0));
        assert_eq!(decimal(b"18446744073709551615"), Ok(u64::MAX));
        assert_eq!(decimal(b"18446744073709551616"), Err(NoNumber::TooLarge));
        assert_eq!(decimal(b"000000000000000000000000005"), Ok(5));
        for bad in [&b""[..], b"+5", b"-1", b"5 5", b"5,5", b"0x5", b"5.0"] {
            assert_eq!(decimal(bad), Err(NoNumber::NotDigits));
        }
        assert_eq!(hexadecimal(b"fF"), 255);
        assert_eq!(hexadecimal(b"FFFFFFFFFFFFFFFF"), u64::MAX);
    }

    #[test]
    fn a_host_is_a_name_or_an_address_with_or_without_a_port() {
        for good in [
            &b""[..],
            b"a",
            b"a.b:80",
            b"127.0.0.1:8080",
            b"[::1]",
            b"[::1]:80",
            b"a:",
            b"a_b",
            b"x%20y",
        ] {
            assert_eq!(host_flaw(good), None, "{}", good.escape_ascii());
        }
        for (bad, place) in [
            (&b"a b"[..], 1),
            (b"u@h", 1),
            (b"http://a", 5),
            (b"a:80x", 4),
            (b"[::1", 4),
            (b"[]", 1),
            (b"[::1]x", 5),
            (b"a:1:2", 3),
            (b"\xff", 0),
            (b"a/b", 1),
        ] {
            assert_eq!(host_flaw(bad), Some(place), "{}", bad.escape_ascii());
        }
    }

    #[test]
    fn lists_skip_what_is_empty() {
        let members: Vec<_> = list(b" a ,, b\t,").collect();
        assert_eq!(members, [b"a", b"b"]);
        assert_eq!(list(b" , ").count(), 0);
    }

    #[test]
    fn a_scheme_needs_something_behind_it() {
        assert_eq!(scheme_len(b"http://a/"), 7);
        assert_eq!(scheme_len(b"coap+tcp://x"), 11);
        for none in [
            &b"/"[..],
            b"http:/a",
            b"http://",
            b"://a",
            b"1http://a",
            b"a:80",
        ] {
            assert_eq!(scheme_len(none), 0, "{}", none.escape_ascii());
        }
    }
}

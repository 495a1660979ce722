//! A request as the curl command that sends it: for `sh` and everything that reads as `sh` does.
//! What curl would add by itself is taken away where the request has it not. curl sends only what
//! is well formed; what is not has no such command.

use super::http1::{Item, Reader, RequestHead, Version};
use super::part::part;
use super::text::{Charset, Kind, tokens};

/// What curl adds by itself to every request.
const ADDED: [&str; 3] = ["Host", "User-Agent", "Accept"];
/// From this body on curl would ask first whether it may send it.
const ASKS_FROM: usize = 1 << 20;
/// Linux takes no argument of 128 KiB or more.
const ARGUMENT_LIMIT: usize = 100 << 10;

/// The command that sends this request to `authority`, such as `127.0.0.1:8080`.
///
/// # Errors
/// Says why there is none.
pub fn command(raw: &[u8], authority: &str) -> Result<Vec<u8>, &'static str> {
    let (head, body) = read(raw)?;
    let mut out = b"curl".to_vec();
    let mut word = |word: &[u8]| {
        out.push(b' ');
        out.extend_from_slice(word);
    };
    match (head.method.as_str(), body.is_empty()) {
        ("GET", true) | ("POST", false) => {}
        ("HEAD", true) => word(b"-I"),
        (method, _) => {
            word(b"-X");
            word(&quoted(method.as_bytes()));
        }
    }
    if head.version == Version::HTTP_10 {
        word(b"--http1.0");
    }
    for field in fields(&head, &body, authority) {
        word(b"-H");
        word(&quoted(&field));
    }
    let piped = !body.is_empty() && !is_plain(&body);
    if piped {
        word(b"--data-binary @-");
    } else if !body.is_empty() {
        word(b"--data-binary");
        word(&quoted(&body));
    }
    let url = format!("http://{authority}");
    if is_plain_target(&head.target) {
        word(&quoted(&[url.as_bytes(), &head.target].concat()));
    } else {
        word(b"--request-target");
        word(&quoted(&head.target));
        word(&quoted(format!("{url}/").as_bytes()));
    }
    if piped {
        return Ok([&printf(&body), &b" | "[..], &out].concat());
    }
    Ok(out)
}

/// The head and the decoded body of a whole request.
fn read(raw: &[u8]) -> Result<(Box<RequestHead>, Vec<u8>), &'static str> {
    let mut reader = Reader::requests();
    let (mut input, mut head, mut body) = (raw, None, Vec::new());
    while let Some(item) = reader.next(&mut input) {
        match item {
            Item::Request(read) => head = Some(read),
            Item::Data(span) => body.extend_from_slice(part(raw, span.within(0))),
            Item::Broken(_) => return Err("curl sends only well-formed requests"),
            Item::End(_) => return head.map(|head| (head, body)).ok_or("no request"),
            _ => {}
        }
    }
    Err("the request is not whole")
}

/// The field lines that curl is to be told of, in the way of its `-H`.
fn fields(head: &RequestHead, body: &[u8], authority: &str) -> Vec<Vec<u8>> {
    let usual_host = authority.strip_suffix(":80").unwrap_or(authority);
    let mut out: Vec<Vec<u8>> = Vec::new();
    for field in head.fields.iter() {
        let is = |name: &str| field.name.eq_ignore_ascii_case(name);
        let by_itself = (is("Host") && field.value == usual_host.as_bytes())
            || (is("Content-Length") && !body.is_empty());
        if by_itself {
            continue;
        }
        let name = field.name.as_bytes();
        out.push(if field.value.is_empty() {
            [name, b";"].concat()
        } else {
            [name, b": ", field.value].concat()
        });
    }
    let mut unwanted = ADDED.to_vec();
    if !body.is_empty() {
        unwanted.push("Content-Type");
    }
    if body.len() >= ASKS_FROM {
        unwanted.push("Expect");
    }
    unwanted.retain(|name| head.fields.get(name).is_none());
    out.extend(unwanted.iter().map(|name| format!("{name}:").into_bytes()));
    out
}

/// Whether curl sends a target of a URL as it is written.
fn is_plain_target(target: &[u8]) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/?&=%+,:;@!$'()*~-._".contains(byte);
    let has_dots = target.windows(2).any(|pair| pair == b"/.");
    target.starts_with(b"/") && target.iter().all(plain) && !has_dots
}

/// Whether a body can be typed and pasted as an argument, and curl takes it for one.
fn is_plain(body: &[u8]) -> bool {
    let mut lines = body.split(|byte| *byte == b'\n');
    let text = lines.all(|line| tokens(line, Charset::Unicode).all(|one| one.kind() == Kind::Text));
    text && body.len() <= ARGUMENT_LIMIT && !body.starts_with(b"@")
}

/// A word for `sh`, in single quotes unless it needs none.
#[must_use]
pub fn quoted(word: &[u8]) -> Vec<u8> {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/%+,:@-._=".contains(byte);
    if !word.is_empty() && word.iter().all(plain) {
        return word.to_vec();
    }
    let mut out = vec![b'\''];
    for byte in word {
        match byte {
            b'\'' => out.extend_from_slice(b"'\\''"),
            byte => out.push(*byte),
        }
    }
    out.push(b'\'');
    out
}

/// The command that prints these bytes, in ASCII.
fn printf(bytes: &[u8]) -> Vec<u8> {
    let mut out = b"printf '".to_vec();
    for byte in bytes {
        match byte {
            b'%' => out.extend_from_slice(b"%%"),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b' '..=b'~' if *byte != b'\'' => out.push(*byte),
            // Always three digits: the next byte may be a digit.
            byte => out.extend_from_slice(format!("\\{byte:03o}").as_bytes()),
        }
    }
    out.push(b'\'');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(request: &str) -> String {
        let command = command(request.as_bytes(), "127.0.0.1:8080").expect("a request");
        String::from_utf8(command).expect("text")
    }

    #[test]
    fn what_curl_does_by_itself_is_not_said_and_what_it_adds_is_taken_away() {
        assert_eq!(
            of(
                "GET /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUser-Agent: x\r\nAccept: */*\r\n\r\n"
            ),
            "curl -H 'User-Agent: x' -H 'Accept: */*' 'http://127.0.0.1:8080/a?b=c'"
        );
        assert_eq!(
            of("GET / HTTP/1.0\r\n\r\n"),
            "curl --http1.0 -H Host: -H User-Agent: -H Accept: http://127.0.0.1:8080/"
        );
    }

    #[test]
    fn a_body_goes_as_an_argument_or_where_it_is_no_text_through_a_pipe() {
        let head = "POST / HTTP/1.1\r\nHost: h\r\nUser-Agent: x\r\nAccept: y\r\nContent-Type: z";
        let with = |body: &str| {
            of(&format!(
                "{head}\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            ))
        };
        assert!(with("it's").ends_with("--data-binary 'it'\\''s' http://127.0.0.1:8080/"));
        assert!(with("a\0%1'\r").starts_with("printf 'a\\000%%1\\047\\r' | curl "));
        assert!(with("@file").starts_with("printf '@file' | curl "));
        assert!(with("@file").contains("--data-binary @- "));
    }

    #[test]
    fn odd_targets_are_given_as_they_are() {
        let target = |target: &str| of(&format!("OPTIONS {target} HTTP/1.1\r\nHost: a\r\n\r\n"));
        assert!(target("*").ends_with("--request-target '*' http://127.0.0.1:8080/"));
        assert!(target("/a/../b").contains("--request-target /a/../b "));
        assert!(target("/[x]").contains("--request-target '/[x]' "));
    }

    #[test]
    fn what_curl_cannot_send_is_refused() {
        for request in ["", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nA b\r\n\r\n"] {
            assert!(command(request.as_bytes(), "h").is_err(), "{request:?}");
        }
    }
}

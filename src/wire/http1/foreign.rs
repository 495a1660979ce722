//! Names what speaks at the other end when it is no HTTP, from its first bytes. Used only after
//! the reader has found that they begin no message, so that HTTP never pays for it.

/// A protocol that is not HTTP/1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Foreign {
    /// A client that begins TLS.
    #[error("the peer speaks TLS: use http:// instead of https:// (RFC 8446 §5.1)")]
    Tls,
    /// A client that begins TLS the way of SSL 2.
    #[error("the peer speaks SSL 2: use http:// instead of https:// (RFC 5246 §E.2)")]
    Ssl2,
    /// HTTP/2 with prior knowledge.
    #[error("the peer speaks HTTP/2, and only HTTP/1.x is spoken here (RFC 9113 §3.4)")]
    Http2,
    /// Secure Shell.
    #[error("this looks like SSH, not HTTP: the peer calls the wrong port (RFC 4253 §4.2)")]
    Ssh,
    /// A mail client.
    #[error(
        "this looks like mail (SMTP), not HTTP: the peer calls the wrong port (RFC 5321 §4.1.1.1)"
    )]
    Smtp,
    /// A client that takes this for a SOCKS 4 proxy.
    #[error(
        "this looks like SOCKS 4: the peer takes this for a proxy, which it is not (RFC 9110 §3.7)"
    )]
    Socks4,
    /// A client that takes this for a SOCKS 5 proxy.
    #[error(
        "this looks like SOCKS 5: the peer takes this for a proxy, which it is not (RFC 1928 §3)"
    )]
    Socks5,
    /// A load balancer's PROXY header, version 1.
    #[error("this is a PROXY protocol header: switch it off in the load balancer (RFC 9112 §3)")]
    Proxy1,
    /// A load balancer's PROXY header, version 2.
    #[error(
        "this is a binary PROXY protocol header: switch it off in the load balancer (RFC 9112 §3)"
    )]
    Proxy2,
    /// A server that answers with TLS.
    #[error("this port speaks TLS: it wants https, not http (RFC 8446 §5.1)")]
    TlsServer,
    /// A server that answers with HTTP/2 frames.
    #[error("this port speaks HTTP/2 only (RFC 9113 §3.4)")]
    Http2Server,
    /// A Secure Shell server.
    #[error("this port speaks SSH, not HTTP (RFC 4253 §4.2)")]
    SshServer,
    /// A mail or file server's greeting, `220`.
    #[error("this port greets like a mail or FTP server, not HTTP (RFC 5321 §3.1)")]
    GreetingServer,
    /// A mailbox server's greeting, `+OK` or `* OK`.
    #[error("this port greets like a mailbox (POP3 or IMAP), not HTTP (RFC 1939 §4)")]
    MailboxServer,
    /// A server that answers `-ERR`.
    #[error("this port answers -ERR like Redis or POP3, not HTTP (RFC 1939 §3)")]
    ErrServer,
}

impl Foreign {
    /// A word of fixed spelling for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Foreign::Tls => "foreign-tls",
            Foreign::Ssl2 => "foreign-ssl2",
            Foreign::Http2 => "foreign-http2",
            Foreign::Ssh => "foreign-ssh",
            Foreign::Smtp => "foreign-smtp",
            Foreign::Socks4 => "foreign-socks4",
            Foreign::Socks5 => "foreign-socks5",
            Foreign::Proxy1 => "foreign-proxy1",
            Foreign::Proxy2 => "foreign-proxy2",
            Foreign::TlsServer => "foreign-tls-server",
            Foreign::Http2Server => "foreign-http2-server",
            Foreign::SshServer => "foreign-ssh-server",
            Foreign::GreetingServer => "foreign-greeting-server",
            Foreign::MailboxServer => "foreign-mailbox-server",
            Foreign::ErrServer => "foreign-err-server",
        }
    }

    /// The status to answer with; `None` for peers that cannot read one.
    #[must_use]
    pub fn status(self) -> Option<u16> {
        match self {
            Foreign::Tls | Foreign::Ssl2 => None,
            Foreign::Http2 => Some(505),
            _ => Some(400),
        }
    }
}

/// What first bytes look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guess {
    /// This.
    Known(Foreign),
    /// Nothing known.
    Unknown,
    /// More bytes will tell.
    Unsure,
}

/// A byte of a signature.
#[derive(Clone, Copy)]
enum Want {
    /// This byte.
    Is(u8),
    /// A byte from the first to the second.
    In(u8, u8),
}

use Want::{In, Is};

/// Where the signature stands in what the connection received, and its bytes.
type Signature = (Foreign, u64, &'static [Want]);

/// What clients of other protocols begin with.
const CLIENTS: &[Signature] = &[
    (Foreign::Tls, 0, &[Is(0x16), Is(0x03)]),
    (
        Foreign::Ssl2,
        0,
        &[In(0x80, 0xFF), In(0, 0xFF), Is(0x01), In(0x00, 0x03)],
    ),
    (
        Foreign::Ssh,
        0,
        &[Is(b'S'), Is(b'S'), Is(b'H'), Is(b'-'), In(b'1', b'2')],
    ),
    (
        Foreign::Smtp,
        0,
        &[Is(b'E'), Is(b'H'), Is(b'L'), Is(b'O'), Is(b' ')],
    ),
    (
        Foreign::Smtp,
        0,
        &[Is(b'H'), Is(b'E'), Is(b'L'), Is(b'O'), Is(b' ')],
    ),
    (Foreign::Socks4, 0, &[Is(0x04), In(0x01, 0x02)]),
    // Version, how many methods, the first of them.
    (Foreign::Socks5, 0, &[Is(0x05), In(0x01, 0xFF), In(0, 0x0A)]),
    (
        Foreign::Proxy1,
        0,
        &[
            Is(b'P'),
            Is(b'R'),
            Is(b'O'),
            Is(b'X'),
            Is(b'Y'),
            Is(b' '),
            In(b'T', b'U'),
        ],
    ),
    // It begins with two empty lines, CR LF CR LF, which are ignored.
    (
        Foreign::Proxy2,
        4,
        &[
            Is(0),
            Is(b'\r'),
            Is(b'\n'),
            Is(b'Q'),
            Is(b'U'),
            Is(b'I'),
            Is(b'T'),
            Is(b'\n'),
        ],
    ),
];

/// What servers of other protocols begin with.
const SERVERS: &[Signature] = &[
    (Foreign::TlsServer, 0, &[In(0x15, 0x16), Is(0x03)]),
    // A SETTINGS frame: a length below 256, type 4.
    (
        Foreign::Http2Server,
        0,
        &[Is(0), Is(0), In(0, 0xFF), Is(0x04)],
    ),
    (
        Foreign::SshServer,
        0,
        &[Is(b'S'), Is(b'S'), Is(b'H'), Is(b'-')],
    ),
    (
        Foreign::GreetingServer,
        0,
        &[Is(b'2'), Is(b'2'), Is(b'0'), In(b' ', b'-')],
    ),
    (Foreign::MailboxServer, 0, &[Is(b'+'), Is(b'O'), Is(b'K')]),
    (
        Foreign::MailboxServer,
        0,
        &[Is(b'*'), Is(b' '), Is(b'O'), Is(b'K')],
    ),
    (
        Foreign::ErrServer,
        0,
        &[Is(b'-'), Is(b'E'), Is(b'R'), Is(b'R')],
    ),
];

/// Names the client that sends these bytes at this offset of the connection.
pub(super) fn guess_client(at: u64, bytes: &[u8]) -> Guess {
    guess(CLIENTS, at, bytes)
}

/// Names the server that sends these bytes at this offset of the connection.
pub(super) fn guess_server(at: u64, bytes: &[u8]) -> Guess {
    guess(SERVERS, at, bytes)
}

fn guess(signatures: &[Signature], at: u64, bytes: &[u8]) -> Guess {
    let mut answer = Guess::Unknown;
    for &(foreign, place, wanted) in signatures {
        let fits = place == at
            && bytes.iter().zip(wanted).all(|(&byte, want)| match *want {
                Is(only) => byte == only,
                In(low, high) => (low..=high).contains(&byte),
            });
        if fits && bytes.len() >= wanted.len() {
            return Guess::Known(foreign);
        }
        if fits {
            answer = Guess::Unsure;
        }
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_known_at_its_last_byte_and_unsure_before() {
        for signatures in [CLIENTS, SERVERS] {
            for &(foreign, at, wanted) in signatures {
                let bytes: Vec<u8> = wanted
                    .iter()
                    .map(|want| match *want {
                        Is(byte) | In(_, byte) => byte,
                    })
                    .collect();
                for len in 0..bytes.len() {
                    assert_eq!(
                        guess(signatures, at, &bytes[..len]),
                        Guess::Unsure,
                        "{foreign:?} after {len} bytes"
                    );
                }
                assert_eq!(guess(signatures, at, &bytes), Guess::Known(foreign));
                assert_eq!(guess(signatures, at + 1, &bytes), Guess::Unknown);
            }
        }
        assert_eq!(guess(CLIENTS, 0, b"GET "), Guess::Unknown);
        assert_eq!(guess(CLIENTS, 0, &[0x16, 0x04]), Guess::Unknown);
    }
}

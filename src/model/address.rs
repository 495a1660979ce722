//! Addresses as people write them: `HOST:PORT`, `HOST`, `:PORT`, `PORT`, `[v6]:PORT`. The usual
//! slips (a URL, a port over 65535, a missing port) are told apart before anything is resolved.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Where to listen or whom to call: a name or IP address, not yet resolved, and a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// A host name or an IP address (IPv6 without brackets, with its zone if it has one).
    pub host: String,
    /// The port; 0 lets the system choose one (servers only).
    pub port: u16,
}

/// Why an address could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Nothing there.
    #[error("an address is needed; write HOST:PORT, such as 127.0.0.1:23456")]
    Empty,
    /// The port is a number, but no port.
    #[error("port {0} does not exist (0 to 65535)")]
    PortTooLarge(String),
    /// The port is no number.
    #[error("{0:?} is not a port; a port is a number from 0 to 65535")]
    PortNotANumber(String),
    /// A colon and nothing behind it.
    #[error("the port is missing after the colon; write HOST:PORT")]
    PortMissing,
    /// A URL where a host is asked for.
    #[error("{0:?} is a URL; write only HOST:PORT, or use the HTTP client")]
    Url(String),
    /// Brackets that do not hold an IPv6 address.
    #[error("{0:?} is not an IPv6 address in brackets; write [::1]:23456")]
    BadBrackets(String),
    /// A character that no host name has.
    #[error("{0:?} cannot be a host name: {1:?} does not belong there")]
    BadHost(String, char),
}

impl Address {
    /// 127.0.0.1 at this port.
    #[must_use]
    pub fn loopback(port: u16) -> Address {
        Address {
            host: "127.0.0.1".to_owned(),
            port,
        }
    }

    /// Reads what a user wrote; what is left out is taken from `default_host` and `default_port`.
    pub fn parse(
        text: &str,
        default_host: &str,
        default_port: u16,
    ) -> Result<Address, AddressError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(AddressError::Empty);
        }
        if text.contains("://") {
            return Err(AddressError::Url(text.to_owned()));
        }
        if let Some(rest) = text.strip_prefix('[') {
            let bad = || AddressError::BadBrackets(text.to_owned());
            let (host, after) = rest.split_once(']').ok_or_else(bad)?;
            if !is_ipv6(host) {
                return Err(bad());
            }
            let port = match after.strip_prefix(':') {
                Some(port) => parse_port(port)?,
                None if after.is_empty() => default_port,
                None => return Err(bad()),
            };
            return Ok(Address {
                host: host.to_owned(),
                port,
            });
        }
        if is_ipv6(text) {
            return Ok(Address {
                host: text.to_owned(),
                port: default_port,
            });
        }
        if text.bytes().all(|b| b.is_ascii_digit()) {
            return Ok(Address {
                host: default_host.to_owned(),
                port: parse_port(text)?,
            });
        }
        match text.rsplit_once(':') {
            Some(("", port)) => Ok(Address {
                host: default_host.to_owned(),
                port: parse_port(port)?,
            }),
            Some((host, port)) => Ok(Address {
                host: parse_host(host)?,
                port: parse_port(port)?,
            }),
            None => Ok(Address {
                host: parse_host(text)?,
                port: default_port,
            }),
        }
    }

    /// Where a server with this address is called from the same machine: a wildcard stands for
    /// every address of it, and cannot be dialled.
    #[must_use]
    pub fn dialled(&self) -> Address {
        let host = match self.ip() {
            Some(IpAddr::V4(ip)) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.to_string(),
            Some(IpAddr::V6(ip)) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.to_string(),
            _ => self.host.clone(),
        };
        Address {
            host,
            port: self.port,
        }
    }

    /// Whether only this machine can mean it.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        match self.ip() {
            Some(ip) => ip.is_loopback(),
            None => self.host.eq_ignore_ascii_case("localhost"),
        }
    }

    /// The address as an IP address, when the host is one already (zones are left to the system).
    #[must_use]
    pub fn ip(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }
}

/// The addresses of a server and a client: whoever has none gets the one where the other can be
/// met on this machine; without any both are at this port of 127.0.0.1.
#[must_use]
pub fn meet(server: Option<Address>, client: Option<Address>, port: u16) -> [Address; 2] {
    match (server, client) {
        (Some(server), Some(client)) => [server, client],
        (Some(server), None) => {
            let client = server.dialled();
            [server, client]
        }
        (None, Some(client)) if client.is_loopback() => [client.clone(), client],
        (None, Some(client)) => [Address::loopback(client.port), client],
        (None, None) => [Address::loopback(port), Address::loopback(port)],
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

impl From<SocketAddr> for Address {
    fn from(addr: SocketAddr) -> Address {
        Address {
            host: addr.ip().to_string(),
            port: addr.port(),
        }
    }
}

fn is_ipv6(text: &str) -> bool {
    let (address, zone) = text.split_once('%').unwrap_or((text, "0"));
    // A zone is the name or number of an interface, in the characters of RFC 6874.
    let in_zone = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
    address.parse::<Ipv6Addr>().is_ok() && !zone.is_empty() && zone.bytes().all(in_zone)
}

/// Reads a port, 0 to 65535.
pub fn parse_port(text: &str) -> Result<u16, AddressError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(AddressError::PortMissing);
    }
    if !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(AddressError::PortNotANumber(text.to_owned()));
    }
    text.parse()
        .map_err(|_| AddressError::PortTooLarge(text.to_owned()))
}

/// Reads a host: a name or an IP address, with or without brackets.
pub fn parse_host(text: &str) -> Result<String, AddressError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(AddressError::Empty);
    }
    if text.contains("://") {
        return Err(AddressError::Url(text.to_owned()));
    }
    if let Some(inner) = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        && is_ipv6(inner)
    {
        return Ok(inner.to_owned());
    }
    if is_ipv6(text) {
        return Ok(text.to_owned());
    }
    if text.contains('/') {
        return Err(AddressError::Url(text.to_owned()));
    }
    match text.chars().find(|c| {
        c.is_whitespace() || c.is_control() || matches!(c, ':' | '[' | ']' | '@' | '?' | '#')
    }) {
        Some(c) => Err(AddressError::BadHost(text.to_owned(), c)),
        None => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<String, AddressError> {
        Address::parse(text, "127.0.0.1", 23456).map(|a| a.to_string())
    }

    #[test]
    fn every_form_of_the_contract_is_read() {
        for (text, want) in [
            ("localhost:80", "localhost:80"),
            ("localhost", "localhost:23456"),
            (":99", "127.0.0.1:99"),
            ("99", "127.0.0.1:99"),
            ("0", "127.0.0.1:0"),
            ("[::1]:99", "[::1]:99"),
            ("[::1]", "[::1]:23456"),
            ("::1", "[::1]:23456"),
            ("::", "[::]:23456"),
            ("fe80::1%eth0", "[fe80::1%eth0]:23456"),
            ("10.0.0.7:1", "10.0.0.7:1"),
        ] {
            assert_eq!(parse(text).as_deref(), Ok(want), "{text:?}");
        }
    }

    #[test]
    fn every_slip_has_words_of_its_own() {
        assert_eq!(parse("  "), Err(AddressError::Empty));
        assert_eq!(
            parse("70000"),
            Err(AddressError::PortTooLarge("70000".into()))
        );
        assert_eq!(
            parse("a:70000"),
            Err(AddressError::PortTooLarge("70000".into()))
        );
        assert_eq!(parse("a:"), Err(AddressError::PortMissing));
        assert_eq!(
            parse("a:http"),
            Err(AddressError::PortNotANumber("http".into()))
        );
        assert_eq!(parse("http://a"), Err(AddressError::Url("http://a".into())));
        assert_eq!(parse("a.b/c"), Err(AddressError::Url("a.b/c".into())));
        assert_eq!(parse("[::1"), Err(AddressError::BadBrackets("[::1".into())));
        assert_eq!(
            parse("[a]:1"),
            Err(AddressError::BadBrackets("[a]:1".into()))
        );
        assert_eq!(parse("a b"), Err(AddressError::BadHost("a b".into(), ' ')));
    }

    #[test]
    fn a_zone_holds_nothing_that_would_end_the_address_or_move_the_cursor() {
        assert!(parse("fe80::1%25eth0").is_ok());
        for text in [
            "::%%b\x13",
            "::%25/:",
            "A::8%[::1]",
            "::1%é",
            "[::1%a b]:1",
            "::1%\u{1b}",
        ] {
            assert!(parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn what_is_written_out_reads_back_the_same() {
        for text in ["a:1", "[::1]:2", "127.0.0.1:3"] {
            assert_eq!(parse(text).as_deref(), Ok(text));
        }
    }
}

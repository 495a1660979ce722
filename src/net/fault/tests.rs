use std::net::SocketAddr;

use super::*;
use crate::model::address::Address;
use crate::model::failure::Holder;

/// Every fault there is words for, about this address.
fn all(address: SocketAddr) -> Vec<Failure> {
    let mut all = Vec::new();
    let named = Address::from(address);
    let unspecified = SocketAddr::new("0.0.0.0".parse().unwrap(), 80);
    for protocol in [Protocol::Tcp, Protocol::Udp] {
        for kind in [
            ErrorKind::AddrInUse,
            ErrorKind::AddrNotAvailable,
            ErrorKind::PermissionDenied,
            ErrorKind::ConnectionRefused,
            ErrorKind::NetworkUnreachable,
            ErrorKind::TimedOut,
            ErrorKind::ConnectionReset,
        ] {
            let error = io::Error::from(kind);
            let holder = Holder::Other {
                name: "gnome-terminal-".to_owned(),
                pid: 4_194_304,
            };
            let low = SocketAddr::new(address.ip(), 80);
            all.extend([
                bind(protocol, low, &error, None, None),
                bind(protocol, address, &error, Some(holder), Some(65535)),
                connect(protocol, address, &error),
                transfer(protocol, What::Send, address, &error),
                transfer(protocol, What::Receive, address, &error),
                accept(protocol, address, &error),
                datagrams(What::Receive, address, &error),
            ]);
        }
        all.extend(bad_target(protocol, unspecified));
        all.extend([
            connect_timeout(protocol, address),
            not_reading(protocol, address, 1 << 20),
            no_greeting(protocol, address),
            greeting_rejected(protocol, address),
            too_many_connections(protocol, address, 20_000),
            unknown_host(protocol, &named, None),
            name_server_silent(protocol, &named),
            port_unreachable(What::Send, address),
            too_large(address, 1_048_576, 65_507),
        ]);
    }
    all
}

#[test]
fn every_line_fits_into_80_columns_for_every_ipv4_address() {
    for failure in all("255.255.255.255:65535".parse().unwrap()) {
        for text in [&failure.message, &failure.hint] {
            assert!(text.chars().count() <= WIDTH, "{text}");
            assert!(!text.contains('\n'), "{text}");
        }
    }
}

#[test]
fn every_message_names_the_address_and_the_protocol() {
    let address = "127.0.0.1:23456";
    for failure in all(address.parse().unwrap()) {
        let message = &failure.message;
        let names = [address, "127.0.0.1:80", "0.0.0.0:80"];
        assert!(names.iter().any(|name| message.contains(name)), "{message}");
        assert!(
            message.contains("TCP ") || message.contains("UDP "),
            "{message}"
        );
    }
}

#[test]
fn the_systems_own_text_comes_last_where_there_is_room_for_it() {
    let error = io::Error::from_raw_os_error(2);
    let text = system_text(&error);
    assert!(!text.contains("os error"), "{text}");
    assert_eq!(
        and_system("short".to_owned(), &error),
        format!("short ({text})")
    );
    let long = "x".repeat(70);
    assert_eq!(and_system(long.clone(), &error), long);
}

#[test]
fn a_list_ends_where_the_line_does() {
    let few = list("yours are ", &["a", "b"], ".");
    assert_eq!(few, "yours are a, b.");
    let many: Vec<String> = (0..30).map(|n| format!("10.0.0.{n}")).collect();
    let many = list("yours are ", &many, ".");
    assert!(many.len() <= WIDTH && many.ends_with(", ...."), "{many}");
}

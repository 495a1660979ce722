//! A server that runs out of descriptors. The limit is the whole process's, so this test has one
//! to itself.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "support/net.rs"]
mod support;

use std::fs::File;
use std::net::Ipv4Addr;

use netplay::model::failure::{FailureKind, What};
use netplay::model::spec::{Protocol, Side};
use netplay::net;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use support::{ONE, Watch, spec};

fn limit_descriptors(to: u64) {
    let maximum = getrlimit(Resource::Nofile).maximum;
    let limit = Rlimit {
        current: Some(to),
        maximum,
    };
    setrlimit(Resource::Nofile, limit).unwrap();
}

#[tokio::test]
async fn without_descriptors_a_server_waits_tells_it_once_and_recovers() {
    limit_descriptors(80);
    net::raise_descriptor_limit();
    assert!(
        getrlimit(Resource::Nofile)
            .current
            .is_none_or(|now| now > 80)
    );

    let mut watch = Watch::start(spec(Protocol::Tcp, Side::Server, (Ipv4Addr::LOCALHOST, 0)));
    let address = watch.listening().await;
    limit_descriptors(80);
    let mut files: Vec<File> = std::iter::from_fn(|| File::open("/dev/null").ok()).collect();
    files.pop();
    // The peer takes the last descriptor, so that the server has none to accept with.
    let mut peer = std::net::TcpStream::connect(address).unwrap();
    let failure = watch.failed().await;
    assert_eq!(
        (failure.what, failure.kind),
        (What::Accept, FailureKind::TooManyOpen)
    );
    std::io::Write::write_all(&mut peer, b"I can wait").unwrap();
    // Several tries later that is still all there is to tell.
    let tries = tokio::time::sleep(std::time::Duration::from_millis(400));
    watch.during(tries).await;
    assert_eq!(watch.words(), ["listening", "failed"]);
    drop(files);
    watch.received(ONE, b"I can wait").await;
    assert_eq!(watch.count("failed"), 1);
}

//! More peers than descriptors: one word about it, no effort, and all is well when they leave.

use std::net::TcpStream;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::Signal;

use crate::process::{Netplay, binary, wait_until};

/// The processor time that a process has used, in hundredths of a second.
fn ticks(pid: i32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("it runs");
    let fields = stat
        .rsplit_once(')')
        .map_or("", |(_, rest)| rest)
        .split_whitespace();
    fields
        .skip(11)
        .take(2)
        .map(|n| n.parse::<u64>().unwrap_or(0))
        .sum()
}

#[test]
fn two_hundred_clients_of_a_server_with_64_descriptors_cost_one_event_and_no_effort() {
    let line = r#"ulimit -n 64 && exec "$0" tcp server :0 --echo --json"#;
    let mut command = std::process::Command::new("sh");
    command
        .args(["-c", line, &binary()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut netplay = Netplay::of(command);
    let address = netplay.address();
    let clients: Vec<TcpStream> = (0..200)
        .map(|_| TcpStream::connect(address).expect("the queue takes it"))
        .collect();
    let failed = netplay.event("failed");
    let name = |key: &str| failed[key].as_str().unwrap_or_default().to_owned();
    assert!(
        ["too-many-open", "limit"].contains(&&*name("kind")),
        "{failed}"
    );
    let pid = netplay.pid().as_raw_nonzero().get();
    let before = ticks(pid);
    std::thread::sleep(Duration::from_secs(2));
    let used = ticks(pid) - before;
    assert!(used < 20, "{used} hundredths of two seconds");
    drop(clients);
    // A new one is served again.
    let mut late = TcpStream::connect(address).expect("it listens");
    late.set_read_timeout(Some(Duration::from_secs(9)))
        .expect("not zero");
    std::io::Write::write_all(&mut late, b"after all").expect("it reads");
    let mut answer = [0; 9];
    std::io::Read::read_exact(&mut late, &mut answer).expect("it answers");
    assert_eq!(&answer, b"after all");
    drop(late);
    let mut closed = 0;
    wait_until("all are closed", || {
        closed += usize::from(netplay.event("closed")["conn"].is_number());
        closed == 201
    });
    netplay.signal(Signal::INT);
    let end = netplay.end();
    assert_eq!(end.code, Some(0));
    assert_eq!(
        end.names().iter().filter(|name| *name == "failed").count(),
        1,
        "{failed}"
    );
}

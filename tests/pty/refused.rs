//! Where no full screen can be shown, one line says what to do instead.

use crate::pty::{Start, netplay};

/// What is said, after the program has ended as on wrong usage.
fn refusal(start: Start) -> String {
    let screen = start.open();
    let text = screen.ends(2);
    let raw = screen.seen().raw.clone();
    assert!(!raw.contains(&0x1b), "an escape sequence in {raw:?}");
    assert_eq!(text.trim().lines().count(), 1, "one line: {text}");
    assert!(text.contains("--headless"), "{text}");
    text
}

#[test]
fn without_a_terminal_one_line_names_the_other_way() {
    let text = refusal(netplay("tcp server :0").by_shell(r#"exec "$0" "$@" </dev/null"#));
    assert!(text.contains("stdin is none"), "{text}");
    let text = refusal(netplay("").by_shell(r#"exec "$0" "$@" >/dev/null"#));
    assert!(text.contains("stdout is none"), "{text}");
}

#[test]
fn on_a_dumb_terminal_one_line_names_the_other_way() {
    let text = refusal(netplay("tcp client :1").env("TERM", "dumb"));
    assert!(text.contains("TERM=dumb"), "{text}");
}

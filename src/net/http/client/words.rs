//! What can go wrong with an answer, in words: what happened is the message, why and what to try
//! the hint.

use std::net::SocketAddr;
use std::time::Duration;

use super::connection::MAX_INTERIM;
use crate::model::failure::{Failure, FailureKind, What};
use crate::model::size::Size;
use crate::wire::http1::{Broken, Foreign, Progress, Span, Verdict};

fn failure(what: What, kind: FailureKind, message: String, hint: impl Into<String>) -> Failure {
    Failure {
        what,
        kind,
        message,
        hint: hint.into(),
        holder: None,
    }
}

/// Whether the answer was good as far as it came.
pub(super) fn is_cut(verdict: Verdict) -> bool {
    matches!(
        verdict,
        Verdict::NoAnswer
            | Verdict::StoppedInHead(_)
            | Verdict::StoppedInBody { .. }
            | Verdict::StoppedInChunks(_)
            | Verdict::StoppedInTrailers
    )
}

fn is_limit(verdict: Verdict) -> bool {
    matches!(
        verdict,
        Verdict::LineTooLong
            | Verdict::HeadTooLong
            | Verdict::TooManyFields
            | Verdict::ExtensionTooLong
            | Verdict::ExtensionsTooLong
            | Verdict::TrailersTooLong
    )
}

/// What came is no whole answer.
pub(super) fn refused(peer: SocketAddr, broken: &Broken) -> Failure {
    let bytes = |n: u64| if n == 1 { "byte" } else { "bytes" };
    let stopped = "the server stopped in the middle: it crashed, or its lengths are wrong";
    let cut = |message: String, hint: &str| {
        let message = format!("HTTP {peer}: {message}");
        failure(What::Receive, FailureKind::CutShort, message, hint)
    };
    match broken.verdict {
        Verdict::NoAnswer => cut(
            "closed without an answer".to_owned(),
            "does this port speak another protocol, such as https?",
        ),
        Verdict::StoppedInHead(got) => {
            let words = format!("{got} {} of a head, then closed", bytes(got));
            cut(words, stopped)
        }
        Verdict::StoppedInBody { got, of } => {
            cut(format!("{got} of {of} {}, then closed", bytes(of)), stopped)
        }
        Verdict::StoppedInChunks(got) => {
            let words = format!("{got} {} in chunks, then closed", bytes(got));
            cut(words + " before the last chunk", stopped)
        }
        Verdict::StoppedInTrailers => {
            cut("closed inside the trailers of a body".to_owned(), stopped)
        }
        verdict => {
            let (kind, message) = match verdict {
                _ if is_limit(verdict) => (FailureKind::Limit, "the answer is over a limit"),
                Verdict::Foreign(Foreign::TlsServer) => {
                    (FailureKind::Malformed, "this port speaks https, not http")
                }
                Verdict::Foreign(_) | Verdict::NotAResponse => {
                    (FailureKind::Malformed, "the answer is no HTTP")
                }
                _ => (FailureKind::Malformed, "the answer is malformed"),
            };
            let message = format!("HTTP {peer}: {message} at byte {}", broken.at);
            failure(What::Receive, kind, message, broken.text())
        }
    }
}

/// Nothing was received or sent for so long. `unsent` bytes of the request still wait.
pub(super) fn late(
    peer: SocketAddr,
    patience: Duration,
    progress: Progress,
    unsent: usize,
) -> Failure {
    let came = match progress {
        Progress::Head { got, .. } => format!("{} of a head, then", Size(got)),
        Progress::Body {
            got, of: Some(of), ..
        } => format!("{got} of {of} bytes, then"),
        Progress::Body { got, of: None, .. } => format!("{} of a body, then", Size(got)),
        Progress::Idle | Progress::Over if unsent > 0 => {
            format!("does not read, {} wait here,", Size(unsent as u64))
        }
        Progress::Idle | Progress::Over => "no answer:".to_owned(),
    };
    failure(
        What::Receive,
        FailureKind::Timeout,
        format!("HTTP {peer}: {came} nothing for {patience:?}"),
        "is the request complete, with its empty line? --patience waits longer",
    )
}

/// More interim answers than anyone sends.
pub(super) fn too_many_interim(peer: SocketAddr) -> Failure {
    failure(
        What::Receive,
        FailureKind::Limit,
        format!("HTTP {peer}: more than {MAX_INTERIM} interim answers"),
        "a 1xx announces another answer; the server never comes to it",
    )
}

/// There is no request.
pub(super) fn nothing_to_send() -> Failure {
    failure(
        What::Send,
        FailureKind::Other,
        "the request is empty: nothing was sent".to_owned(),
        "a request begins with a line such as GET / HTTP/1.1",
    )
}

/// Why bytes that nobody asked for end a connection.
pub(super) fn surplus(span: Span) -> String {
    let (bytes, have) = match span.len() {
        1 => ("byte", "belongs"),
        _ => ("bytes", "belong"),
    };
    format!(
        "{} {bytes} after the response {have} to no other one: this connection is not used again \
         (RFC 9112 §6.3)",
        span.len()
    )
}

//! What can be copied of that which the keys act on: an entry of a log, a request or an answer, an
//! address, a command. The menu holds what it was opened on, so that what arrives meanwhile changes
//! nothing; what a row copies is made when it is picked.

use std::net::SocketAddr;

use bytes::Bytes;

use super::commands::{self, Clients};
use super::http::{View, exchange::Exchange, page};
use super::overlay::{Overlay, entry_title};
use super::tab::Pane;
use super::{App, raw};
use crate::model::event::{Event, EventKind};
use crate::model::size::Size;
use crate::model::spec::Side;
use crate::wire::text::{Charset, one_line};
use crate::wire::{curl, hex, words};

/// A hex dump stops after so many bytes, and says so: it is four times as long as they are.
const HEX_LIMIT: usize = 1 << 20;

/// What is copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// As it is shown, what is no text as escapes.
    Shown,
    /// The bytes, exactly.
    Raw,
    /// A hex dump.
    Hex,
    /// The address.
    Address,
    /// The curl command that sends the request.
    Curl,
    /// The command for another terminal, with programs that many have.
    Others,
    /// The same with netplay.
    Ours,
    /// The same in Python, for where there is neither nc nor curl.
    Python,
}

impl What {
    /// What it is, in a word or two.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            What::Shown => "the text as shown",
            What::Raw => "the exact bytes",
            What::Hex => "the hex dump",
            What::Address => "the address",
            What::Curl => "the curl command",
            What::Others | What::Ours | What::Python => "the command",
        }
    }
}

/// What the menu was opened on.
#[derive(Clone, Debug)]
enum Subject {
    Nothing,
    Entry {
        event: Box<Event>,
        /// Time, mark, connection and size, as its row begins.
        front: String,
        /// netplay's own words about it.
        sentence: String,
    },
    Message {
        bytes: Bytes,
        /// All of it is kept.
        whole: bool,
    },
}

/// The menu.
#[derive(Clone, Debug)]
pub struct Copying {
    /// What it was opened on, in words.
    pub title: String,
    subject: Subject,
    address: Option<String>,
    clients: Result<Clients, &'static str>,
    /// Why nobody needs a command, or the one that starts our other end.
    ours: Option<String>,
    curl: Result<Vec<u8>, &'static str>,
}

const NO_BYTES: &str = "it has no bytes";

impl Copying {
    /// The menu for what the keys act on now.
    #[must_use]
    pub fn of(app: &App) -> Copying {
        let tab = app.tab();
        let (side, pane) = (tab.side, tab.pane());
        if let Some(Overlay::Entry { event, side, .. }) = app.overlays.last() {
            return Copying::of_entry(app, *side, event);
        }
        if pane == Pane::Requests || (pane.shows_views() && !app.shows_log(side, pane)) {
            return Copying::of_message(app, side, pane);
        }
        if pane == Pane::Form {
            return Copying::new(app, side, "the settings".to_owned(), Subject::Nothing);
        }
        match app.entry_at_cursor() {
            Some((side, event)) => Copying::of_entry(app, side, event),
            None => Copying::new(app, side, "nothing yet".to_owned(), Subject::Nothing),
        }
    }

    fn new(app: &App, side: Side, title: String, subject: Subject) -> Copying {
        let tab = app.tab();
        let state = tab.get(side);
        let picked = state
            .connections
            .picked()
            .filter(|_| tab.pane() == Pane::Connections);
        let peer = picked
            .and_then(|conn| state.connections.get(conn))
            .map(|c| c.peer);
        let server = match side {
            Side::Server if state.phase.is_active() => state.reachable_at(),
            _ => commands::intended(tab, side),
        };
        let form = || state.form.address().map(|address| address.to_string());
        let server = server.map(|server| server.to_string()).or_else(form);
        let address = peer.map(|peer| peer.to_string()).or_else(|| server.clone());
        let (clients, ours) = match side {
            Side::Server => {
                let local = server.as_ref().and_then(|server| server.parse().ok());
                let clients = local.map(|local| commands::clients(app, tab.protocol, local));
                (clients.ok_or("the address is not known yet"), None)
            }
            Side::Client => {
                let word = tab.protocol.word();
                let ours = server.map(|server| format!("netplay {word} server {server}"));
                (Err("here is the client: n is its server"), ours)
            }
        };
        Copying {
            title,
            subject,
            address,
            clients,
            ours,
            curl: Err("for HTTP requests only"),
        }
    }

    fn of_entry(app: &App, side: Side, event: &Event) -> Copying {
        let protocol = app.tab().protocol;
        let kind = &event.kind;
        let mark = match app.charset() {
            Charset::Unicode => words::mark(kind),
            Charset::Ascii => words::ascii_mark(kind),
        };
        let mut front = format!("{} {mark}", app.machine.clock(event.at));
        if let Some(conn) = kind.conn().filter(|_| side == Side::Server) {
            front = format!("{front} {conn}");
        }
        if let Some(data) = kind.data() {
            front = format!("{front} {}", Size(data.len() as u64));
        }
        let title = match kind.data() {
            Some(_) => entry_title(event, protocol, side),
            None => kind.word().to_owned(),
        };
        let subject = Subject::Entry {
            event: Box::new(event.clone()),
            front,
            sentence: words::sentence(kind, protocol, side),
        };
        let mut menu = Copying::new(app, side, title, subject);
        let conn = kind.conn();
        let open = conn.and_then(|conn| app.tab().get(side).connections.get(conn));
        if let Some(address) = address(kind).or(open.map(|open| open.peer)) {
            menu.address = Some(address.to_string());
        }
        menu
    }

    fn of_message(app: &App, side: Side, pane: Pane) -> Copying {
        let state = app.tab().get(side);
        let http = &state.http;
        let unsent = http.unsent(side).filter(|_| pane != Pane::Answer);
        let exchange = http.shown();
        let (what, bytes, len) = match (unsent, exchange) {
            (Some(bytes), _) => ("the request", bytes.clone(), bytes.len() as u64),
            (None, Some(exchange)) => message(exchange, side, pane, http.view),
            (None, None) => {
                return Copying::new(app, side, "no request yet".to_owned(), Subject::Nothing);
            }
        };
        let title = format!("{what}, {} bytes", bytes.len());
        let whole = bytes.len() as u64 == len;
        let mut menu = Copying::new(app, side, title, Subject::Message { bytes, whole });
        let asked = match (unsent, exchange) {
            (Some(bytes), _) => bytes.clone(),
            (None, Some(exchange)) => Bytes::from(exchange.request.start(usize::MAX)),
            (None, None) => Bytes::new(),
        };
        let spec = state.spec.as_ref().map(|spec| spec.address.to_string());
        let server = menu.address.take();
        let authority = spec.filter(|_| side == Side::Client).or(server);
        if let Some(authority) = authority {
            menu.curl = curl::command(&asked, &authority);
            let target = exchange.filter(|_| unsent.is_none()).map(Exchange::target);
            let mut url = format!("http://{authority}");
            one_line(
                target
                    .as_deref()
                    .filter(|one| one.starts_with(b"/"))
                    .unwrap_or(b"/"),
                &mut url,
            );
            menu.address = Some(url);
        }
        menu
    }

    /// Why this cannot be copied; `None` when it can.
    #[must_use]
    pub fn refusal(&self, what: What) -> Option<&'static str> {
        match (what, &self.subject) {
            (What::Raw | What::Hex, Subject::Message { bytes, .. }) if bytes.is_empty() => {
                Some(NO_BYTES)
            }
            (What::Raw, Subject::Message { whole: false, .. }) => {
                Some("it is too long to be kept whole")
            }
            (What::Raw | What::Hex, Subject::Entry { event, .. }) => {
                let empty = event.kind.data().is_none_or(Bytes::is_empty);
                empty.then_some(NO_BYTES)
            }
            (What::Shown | What::Raw | What::Hex, Subject::Nothing) => Some("nothing is there"),
            (What::Shown | What::Raw | What::Hex, _) => None,
            (What::Address, _) => self.address.is_none().then_some("it is not known yet"),
            (What::Curl, _) => self.curl.as_ref().err().copied(),
            (What::Ours, _) if self.ours.is_some() => None,
            (What::Others | What::Ours | What::Python, _) => self.clients.as_ref().err().copied(),
        }
    }

    /// What is copied; `None` when it cannot be.
    #[must_use]
    pub fn bytes(&self, what: What) -> Option<Vec<u8>> {
        if self.refusal(what).is_some() {
            return None;
        }
        let data = match &self.subject {
            Subject::Nothing => None,
            Subject::Entry { event, .. } => event.kind.data(),
            Subject::Message { bytes, .. } => Some(bytes),
        };
        match what {
            What::Shown => Some(self.shown().into_bytes()),
            What::Raw => data.map(|data| data.to_vec()),
            What::Hex => data.map(|data| dump(data).into_bytes()),
            What::Address => self.address.clone().map(String::into_bytes),
            What::Curl => self.curl.clone().ok(),
            What::Others => Some(self.clients.as_ref().ok()?.others.clone().into_bytes()),
            What::Python => Some(self.clients.as_ref().ok()?.python.clone().into_bytes()),
            What::Ours => {
                let server = self.ours.clone();
                let ours = server.or_else(|| Some(self.clients.as_ref().ok()?.ours.clone()));
                ours.map(String::into_bytes)
            }
        }
    }

    fn shown(&self) -> String {
        match &self.subject {
            Subject::Nothing => String::new(),
            Subject::Message { bytes, .. } => raw::to_text(bytes),
            Subject::Entry {
                event,
                front,
                sentence,
            } => {
                let mut out = front.clone();
                if let Some(data) = event.kind.data().filter(|data| !data.is_empty()) {
                    out.push(' ');
                    one_line(data, &mut out);
                }
                if !sentence.is_empty() {
                    out.push(' ');
                    out.push_str(sentence);
                }
                out
            }
        }
    }
}

/// The message that a pane shows, what it is called, and how long it is on the wire.
fn message(exchange: &Exchange, side: Side, pane: Pane, view: View) -> (&'static str, Bytes, u64) {
    let whole = |raw: &super::http::raw::Raw| (Bytes::from(raw.start(usize::MAX)), raw.len);
    match (side, pane, view) {
        (Side::Client, Pane::Answer, View::Body) => {
            let body = page::decoded(exchange, usize::MAX).0;
            let complete = exchange.response.kept() == exchange.response.len;
            let len = if complete {
                body.len() as u64
            } else {
                u64::MAX
            };
            ("the decoded body", body.into(), len)
        }
        (Side::Client, Pane::Answer, _) | (Side::Server, _, View::Answer) => {
            let (bytes, len) = whole(&exchange.response);
            ("the answer", bytes, len)
        }
        _ => {
            let (bytes, len) = whole(&exchange.request);
            ("the request", bytes, len)
        }
    }
}

/// The address that an event is about.
fn address(kind: &EventKind) -> Option<SocketAddr> {
    match kind {
        EventKind::Opened { peer, .. }
        | EventKind::Received { peer, .. }
        | EventKind::Sent { peer, .. } => Some(*peer),
        EventKind::Listening { local } | EventKind::Ready { local, .. } => Some(*local),
        EventKind::Tried { address, .. } => Some(*address),
        _ => None,
    }
}

fn dump(data: &[u8]) -> String {
    let shown = &data[..data.len().min(HEX_LIMIT)];
    let mut rows: Vec<String> = hex::rows(shown, 16).map(|row| row.to_string()).collect();
    if shown.len() < data.len() {
        rows.push(format!("... {} more bytes", data.len() - shown.len()));
    }
    rows.join("\n") + "\n"
}

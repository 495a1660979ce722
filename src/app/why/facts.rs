//! What is known about an entry or an exchange, for the places in its card: from the entry itself,
//! from its session, and from what else runs here.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::cards::Facts;
use super::names;
use crate::app::App;
use crate::app::http::exchange::Exchange;
use crate::app::keymap::Action;
use crate::app::side::SideState;
use crate::model::event::{ConnId, Event, EventKind};
use crate::model::failure::{Failure, FailureKind, Holder, What};
use crate::model::spec::{Protocol, Side, Spec};
use crate::wire::text::one_line_string;

/// The longest text of others that stands in a card, in characters.
const LONGEST: usize = 120;

/// A text of others, not too long.
fn short(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

/// A text as a sentence: with a capital, and a full stop.
fn sentence(text: &str) -> String {
    let text = short(text);
    let mut chars = text.chars();
    let first: String = chars
        .next()
        .map_or(String::new(), |c| c.to_uppercase().collect());
    let stop = if text.ends_with(['.', '?', '!']) {
        ""
    } else {
        "."
    };
    format!("{first}{}{stop}", chars.as_str())
}

fn bytes(n: u64) -> String {
    match n {
        1 => "1 byte".to_owned(),
        n => format!("{n} bytes"),
    }
}

fn seconds(time: Duration) -> String {
    match (time.as_secs(), time.subsec_millis()) {
        (1, 0) => "1 second".to_owned(),
        (n, 0) => format!("{n} seconds"),
        _ => format!("{time:?}"),
    }
}

impl Facts {
    /// Adds what is said of a rule of HTTP, and the section that says it.
    pub(super) fn say_rule(&mut self, why: &str) {
        let (said, rfc) = why.rsplit_once(" (RFC ").unwrap_or((why, ""));
        self.know("said", sentence(said));
        let section = rfc.trim_end_matches(')').replace('§', "section ");
        self.may_know("rfc", (!rfc.is_empty()).then(|| format!("RFC {section}")));
    }

    fn count(&mut self, received: u64, sent: u64) {
        self.know("in", bytes(received));
        self.know("out", bytes(sent));
        self.flag("sent-some", sent > 0);
    }

    fn spec(&mut self, spec: &Spec) {
        self.know("target", &spec.address);
        self.know("port", spec.address.port);
        self.know("recv-size", spec.recv_size);
        self.may_know("backlog", spec.backlog);
        let patience = match spec.side {
            Side::Server => spec.serving.patience,
            Side::Client => spec.asking.patience,
        };
        self.know("patience", seconds(patience));
    }

    fn listening(&mut self, local: SocketAddr, reach: IpAddr) {
        self.know("local", local);
        self.know("port", local.port());
        self.know("reach", SocketAddr::new(reach, local.port()));
        self.know("reach-ip", reach);
        self.flag("loopback", local.ip().is_loopback());
        self.flag("wildcard", local.ip().is_unspecified());
    }

    /// Adds what an entry itself says.
    fn event(&mut self, kind: &EventKind, protocol: Protocol) {
        match kind {
            EventKind::Connecting { to } | EventKind::Waiting { to } => self.know("to", short(to)),
            EventKind::Tried { address, failure } => {
                self.failure(failure);
                self.know("target", address);
                self.know("address", address);
            }
            EventKind::Listening { local } => self.listening(*local, reach(*local)),
            EventKind::Ready { local, peer } | EventKind::Opened { local, peer, .. } => {
                self.know("local", local);
                self.know("peer", peer);
            }
            EventKind::Received {
                peer, data, cut, ..
            } => {
                self.payload(*peer, data.len());
                self.know("cut", bytes(u64::from(*cut)));
                self.know("total", data.len() as u64 + u64::from(*cut));
            }
            EventKind::Sent { peer, data, .. } => self.payload(*peer, data.len()),
            EventKind::FileStarted { name, len, .. } => {
                self.know("file", short(name));
                self.know("file-len", bytes(*len));
            }
            EventKind::FileEnded {
                name, len, sent, ..
            } => {
                self.know("file", short(name));
                self.know("file-len", bytes(*len));
                self.know("file-sent", bytes(*sent));
            }
            EventKind::Request { request, .. } => {
                self.know("method", short(&request.method));
                self.know("path", short(&one_line_string(&request.target)));
                self.know("raw-len", bytes(request.message.raw_len));
            }
            EventKind::Response { response, .. } => {
                self.know("status", response.status);
                self.know("body", bytes(response.message.body_len));
            }
            EventKind::Malformed { why, .. } => self.say_rule(why),
            EventKind::Closed { received, sent, .. } => self.count(*received, *sent),
            EventKind::Lost {
                why,
                count,
                bytes: lost,
                ..
            } => {
                self.know("count", count);
                let reason = why.strip_prefix("not sent: ").unwrap_or(why);
                self.know("reason", short(reason));
                self.know("lost-bytes", bytes(*lost));
            }
            EventKind::Failed { failure, .. } => self.failure(failure),
            EventKind::Stopped {
                received,
                sent,
                connections,
                ..
            } => {
                self.count(*received, *sent);
                let what = match (protocol, connections) {
                    (Protocol::Udp, 1) => "peer",
                    (Protocol::Udp, _) => "peers",
                    (_, 1) => "connection",
                    (_, _) => "connections",
                };
                self.know("connections", format!("{connections} {what}"));
            }
            EventKind::Queued { .. } | EventKind::Finished { .. } => {}
        }
    }

    fn payload(&mut self, peer: SocketAddr, len: usize) {
        self.know("peer", peer);
        self.know("len", len);
        self.know("bytes", bytes(len as u64));
    }

    fn failure(&mut self, failure: &Failure) {
        self.know("message", sentence(&failure.message));
        if !failure.hint.is_empty() {
            self.know("hint", sentence(&failure.hint));
        }
        self.know("step", failure.what.word());
        match &failure.holder {
            Some(Holder::Netplay { pid }) => self.know("netplay", pid),
            Some(Holder::Other { name, pid }) => {
                self.know("holder", format!("{} (process {pid})", short(name)));
            }
            Some(Holder::TimeWait { connections: 1 }) => self.know("time-wait", "1 connection"),
            Some(Holder::TimeWait { connections }) => {
                self.know("time-wait", format!("{connections} connections"));
            }
            Some(Holder::Ourselves) | None => {}
        }
    }
}

/// The way to a server from this machine: loopback in place of a wildcard.
fn reach(local: SocketAddr) -> IpAddr {
    match local.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
    }
}

impl SideState {
    /// The ends of a connection, the other one first. Numbers begin anew with each session.
    fn ends_of(&self, event: &Event, conn: ConnId) -> Option<(SocketAddr, SocketAddr)> {
        self.newest_first()
            .skip_while(|one| one.at > event.at)
            .filter(|one| one.kind.conn() == Some(conn))
            .find_map(|one| match one.kind {
                EventKind::Opened { peer, local, .. } => Some((peer, local)),
                _ => None,
            })
    }

    /// What a connection's own entries tell: its ends, and its bytes.
    fn conn_facts(&self, event: &Event, conn: ConnId, facts: &mut Facts) {
        facts.know("conn", conn);
        if let Some((peer, local)) = self.ends_of(event, conn) {
            facts.know("peer", peer);
            facts.know("local", local);
        }
        let of_it = |one: &&Event| one.kind.conn() == Some(conn);
        let later = self.newest_first().take_while(|one| one.at >= event.at);
        let closed = later.filter(of_it).filter_map(|one| match one.kind {
            EventKind::Closed { received, sent, .. } => Some((received, sent)),
            _ => None,
        });
        let open = self
            .connections
            .get(conn)
            .map(|one| (one.received, one.sent));
        if let Some((received, sent)) = closed.last().or(open) {
            facts.count(received, sent);
        }
    }
}

impl App {
    /// The first keys of the actions that can be done now.
    fn keys(&self) -> Facts {
        let mut facts = Facts::default();
        for action in Action::all() {
            let mut rows = self.keymap.all().iter().filter(|row| row.action == action);
            let key = rows.find_map(|row| row.keys.first());
            if let Some(key) = key.filter(|_| self.can(action)) {
                facts.know(format!("key.{}", action.name()), key.name(self.charset()));
            }
        }
        facts
    }

    /// What is known about an entry.
    pub(super) fn facts_of(&self, event: &Event, protocol: Protocol, side: Side) -> Facts {
        let state = self.get(protocol).get(side);
        let mut facts = match state.exchange_of(event) {
            Some(exchange) => self.facts_of_exchange(exchange, protocol, side),
            None => self.keys(),
        };
        facts.flag("server", side == Side::Server);
        // The settings may be those of a later session.
        let spec = state.spec.as_ref().filter(|_| event.at >= state.started);
        if let Some(spec) = spec {
            facts.spec(spec);
        }
        if let Some(conn) = event.kind.conn() {
            state.conn_facts(event, conn, &mut facts);
        }
        facts.event(&event.kind, protocol);
        match &event.kind {
            EventKind::Tried { failure, .. } => {
                let names = names::of_failure(failure, protocol, side);
                let cause = super::cards::card(&names, &facts);
                facts.may_know("cause", cause.map(|card| card.title));
            }
            EventKind::Opened { .. } => facts.know("open", state.connections.len()),
            EventKind::Received { data, .. } => {
                let full = spec.is_some_and(|spec| spec.recv_size == data.len());
                facts.flag("full", full);
            }
            EventKind::Failed { conn, failure } => {
                // A server's own address is not the one that it cannot reach.
                let server = side == Side::Server;
                if server && matches!(failure.what, What::Receive | What::Send) {
                    facts.forget("target");
                    let peer = conn.and_then(|conn| state.ends_of(event, conn));
                    facts.may_know("target", peer.map(|(peer, _)| peer));
                }
                if let Some(spec) = spec {
                    self.others(failure, spec, &mut facts);
                }
            }
            _ => {}
        }
        facts
    }

    /// What else listens here that has to do with a failure.
    fn others(&self, failure: &Failure, spec: &Spec, facts: &mut Facts) {
        let is_udp = |protocol| protocol == Protocol::Udp;
        let port = spec.address.port;
        let target = spec.address.host.parse::<IpAddr>().ok();
        let servers = self.sides().filter(|one| one.side == Side::Server);
        let running = servers.filter(|one| one.phase.is_active());
        let all: Vec<(Protocol, SocketAddr)> = running
            .flat_map(|one| one.locals.iter().map(|local| (one.protocol, *local)))
            .collect();
        let (same, other): (Vec<_>, Vec<_>) = all
            .into_iter()
            .partition(|(protocol, _)| is_udp(*protocol) == is_udp(spec.protocol));
        let with_port = same.iter().find(|(_, local)| local.port() == port);
        match failure.kind {
            FailureKind::AddressInUse if !matches!(failure.holder, Some(Holder::Other { .. })) => {
                let ours = with_port.map(|(protocol, _)| protocol.name());
                facts.may_know("ours", ours);
            }
            FailureKind::Refused => {
                if let Some((_, local)) = with_port {
                    let elsewhere = Some(local.ip()) != target;
                    facts.may_know("ours-elsewhere", elsewhere.then_some(local));
                } else {
                    facts.may_know("ours-port", same.first().map(|(_, local)| local));
                }
                let named = other.iter().find(|(_, local)| local.port() == port);
                facts.may_know(
                    "other-transport",
                    named.map(|(protocol, _)| protocol.name()),
                );
            }
            _ => {}
        }
    }

    /// What is known about an exchange.
    pub(super) fn facts_of_exchange(
        &self,
        exchange: &Exchange,
        protocol: Protocol,
        side: Side,
    ) -> Facts {
        let state = self.get(protocol).get(side);
        let mut facts = self.keys();
        facts.flag("server", side == Side::Server);
        facts.flag("redirects", self.redirects());
        let spec = state
            .spec
            .as_ref()
            .filter(|_| exchange.began >= state.started);
        if let Some(spec) = spec {
            facts.spec(spec);
            let address = match side {
                Side::Server => state.reachable_at().map(|local| local.to_string()),
                Side::Client => Some(spec.address.to_string()),
            };
            facts.may_know("host", address);
        }
        facts.know("conn", exchange.conn);
        let method = exchange.method();
        if !method.is_empty() {
            facts.know("method", short(&method));
            facts.know("path", short(&one_line_string(&exchange.target())));
        }
        facts.may_know("status", exchange.status);
        facts.may_know("body", exchange.body_len.map(bytes));
        facts.know("request-len", bytes(exchange.request.len));
        facts.know("answer-len", bytes(exchange.response.len));
        facts
    }
}

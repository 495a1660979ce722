//! One side of one tab: its form, its session's state as told by events, its log and its box.

use std::net::SocketAddr;
use std::time::Duration;

use super::chatbox::ChatBox;
use super::connections::Connections;
use super::form::{Form, Name};
use super::http::Http;
use super::scroll::Scroll;
use super::sifting::Sifting;
use super::transfer::Transfers;
use crate::model::event::{Event, EventKind, Outcome, SessionId};
use crate::model::failure::{Failure, FailureKind, Holder, What};
use crate::model::http::PATIENCE;
use crate::model::log::{EntryId, Log};
use crate::model::spec::{Newline, Protocol, Side, Spec};
use crate::model::stats::Stats;
use crate::model::time::Stamp;

/// Where a session is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Never started.
    Idle,
    /// Binding, looking up, dialling or waiting for the server.
    Starting,
    /// Listening, connected, or ready to send.
    Running,
    /// Asked to stop.
    Stopping,
    /// Over.
    Ended(Outcome),
}

impl Phase {
    /// Whether a session is there.
    #[must_use]
    pub fn is_active(self) -> bool {
        matches!(self, Phase::Starting | Phase::Running | Phase::Stopping)
    }
}

/// What Enter does on a side whose session failed, besides starting it again as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// Try again.
    Retry,
    /// Try again, or wait for the server.
    RetryOrWait,
    /// Try again, or take the next free port.
    RetryOrNextPort,
    /// A netplay server holds the address: join it as a client, or take the next free port.
    JoinOrNextPort,
}

/// A word to the user, shown at the box or the form until the next key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The words.
    pub text: String,
    /// Whether something was refused.
    pub warning: bool,
    /// Whether it says what keeps us from sending: then it goes when that goes.
    pub hindrance: bool,
}

impl Notice {
    /// A word.
    #[must_use]
    pub fn word(text: impl Into<String>) -> Notice {
        Notice {
            text: text.into(),
            warning: false,
            hindrance: false,
        }
    }

    /// A word about something refused.
    #[must_use]
    pub fn warning(text: impl Into<String>) -> Notice {
        Notice {
            warning: true,
            ..Notice::word(text)
        }
    }
}

/// One side of one tab.
#[derive(Clone, Debug)]
pub struct SideState {
    /// The protocol.
    pub protocol: Protocol,
    /// Which side.
    pub side: Side,
    /// The settings.
    pub form: Form,
    /// Where the session is in its life.
    pub phase: Phase,
    /// The session, while it is there.
    pub session: Option<SessionId>,
    /// The settings that the session was started with.
    pub spec: Option<Spec>,
    /// When it was started.
    pub started: Stamp,
    /// Its listening addresses, or the client's own.
    pub locals: Vec<SocketAddr>,
    /// All that happened.
    pub log: Log,
    /// Where the log is read.
    pub scroll: Scroll,
    /// What of the log is shown, and what was found in it.
    pub sifting: Sifting,
    /// Who is connected.
    pub connections: Connections,
    /// The files on their way out.
    pub transfers: Transfers,
    /// The counters of this session.
    pub stats: Stats,
    /// The chat box.
    pub chat: ChatBox,
    /// What HTTP sides have besides.
    pub http: Http,
    /// How the session failed last.
    pub failed: Option<FailureKind>,
    /// What to do after a failure.
    pub offer: Option<Offer>,
    /// A word to the user.
    pub notice: Option<Notice>,
    /// Of a copy on a frozen screen: the number that the next entry had.
    pub frozen_at: u64,
}

impl SideState {
    /// A side that has not run yet.
    #[must_use]
    pub fn new(preset: Spec, newline: Newline, history: usize) -> SideState {
        let http = Http::new(preset.side, history);
        SideState {
            protocol: preset.protocol,
            side: preset.side,
            form: Form::new(preset),
            phase: Phase::Idle,
            session: None,
            spec: None,
            started: Stamp::default(),
            locals: Vec::new(),
            log: Log::new(history),
            scroll: Scroll::Follow,
            sifting: Sifting::default(),
            connections: Connections::default(),
            transfers: Transfers::default(),
            stats: Stats::default(),
            chat: ChatBox::new(newline),
            http,
            failed: None,
            offer: None,
            notice: None,
            frozen_at: 0,
        }
    }

    /// Takes note that a session was started.
    pub fn begin(&mut self, id: SessionId, spec: Spec, now: Stamp) {
        self.http.begin(&spec);
        self.session = Some(id);
        self.spec = Some(spec);
        self.started = now;
        self.phase = Phase::Starting;
        self.locals.clear();
        self.connections.clear();
        self.transfers.clear();
        self.stats = Stats::default();
        self.failed = None;
        self.offer = None;
        self.notice = None;
    }

    /// How long an HTTP server waits for an unfinished or silent message.
    #[must_use]
    pub fn patience(&self) -> Duration {
        self.spec
            .as_ref()
            .map_or(PATIENCE, |spec| spec.serving.patience)
    }

    /// Whether the session takes turns.
    #[must_use]
    pub fn takes_turns(&self) -> bool {
        self.spec.as_ref().is_some_and(|spec| spec.turns)
    }

    /// The client's way to this server: its address, loopback in place of a wildcard.
    #[must_use]
    pub fn reachable_at(&self) -> Option<SocketAddr> {
        let mut local = *self.locals.first()?;
        if local.ip().is_unspecified() {
            local.set_ip(if local.is_ipv4() {
                std::net::Ipv4Addr::LOCALHOST.into()
            } else {
                std::net::Ipv6Addr::LOCALHOST.into()
            });
        }
        Some(local)
    }

    /// Why nothing can be sent now, whatever the text.
    #[must_use]
    pub fn hindrance(&self) -> Option<&'static str> {
        let udp = self.protocol == Protocol::Udp;
        // A UDP client needs nobody at the other end to send.
        let needs_peer = !(udp && self.side == Side::Client);
        if self.session.is_none() || self.phase != Phase::Running {
            Some("not connected yet")
        } else if needs_peer && self.connections.is_empty() {
            Some(if udp {
                "no peer has been heard yet"
            } else {
                "nobody is connected"
            })
        } else if self.takes_turns() && !self.connections.has_turn() {
            Some("it is their turn")
        } else {
            None
        }
    }

    /// Takes an event into log, counters and state.
    pub fn record(&mut self, event: Event) -> EntryId {
        let (at, kind) = (event.at, &event.kind);
        self.stats.record(at, kind);
        self.connections.record(at, kind, self.side == Side::Client);
        self.transfers.record(at, kind);
        if self.protocol == Protocol::Http {
            self.http.record(self.side, &event);
        }
        match kind {
            EventKind::Listening { local } => {
                self.locals.push(*local);
                self.settle();
            }
            EventKind::Ready { local, .. } => {
                self.locals = vec![*local];
                self.settle();
            }
            EventKind::Opened { local, .. } if self.side == Side::Client => {
                self.locals = vec![*local];
                self.settle();
            }
            EventKind::Failed {
                conn: None,
                failure,
            } => self.note_failure(failure),
            EventKind::Stopped { outcome, .. } => {
                self.phase = Phase::Ended(*outcome);
                self.session = None;
                if *outcome == Outcome::Done {
                    self.offer = None;
                } else {
                    self.offer.get_or_insert(Offer::Retry);
                }
            }
            _ => {}
        }
        if self.notice.as_ref().is_some_and(|notice| notice.hindrance) && self.hindrance().is_none()
        {
            self.notice = None;
        }
        let id = self.log.push(event);
        self.sifting.trim(self.log.start().0);
        id
    }

    fn settle(&mut self) {
        if self.phase == Phase::Starting {
            self.phase = Phase::Running;
        }
    }

    fn note_failure(&mut self, failure: &Failure) {
        self.failed = Some(failure.kind);
        let held_by_netplay = matches!(
            failure.holder,
            Some(Holder::Ourselves | Holder::Netplay { .. })
        );
        self.offer = Some(match (failure.what, failure.kind) {
            (What::Bind | What::Listen, FailureKind::AddressInUse) if held_by_netplay => {
                Offer::JoinOrNextPort
            }
            (What::Bind | What::Listen, FailureKind::AddressInUse) => Offer::RetryOrNextPort,
            (What::Connect, FailureKind::Refused) => Offer::RetryOrWait,
            _ => Offer::Retry,
        });
        let field = match failure.kind {
            FailureKind::UnknownHost
            | FailureKind::BadTarget
            | FailureKind::AddressNotAvailable => Name::Host,
            FailureKind::AddressInUse | FailureKind::PermissionDenied => Name::Port,
            _ => return,
        };
        if matches!(
            failure.what,
            What::Resolve | What::Bind | What::Listen | What::Connect
        ) {
            let words = match failure.kind {
                FailureKind::UnknownHost => "no such name",
                FailureKind::BadTarget => "this cannot be called",
                FailureKind::AddressNotAvailable => "not one of this machine's addresses",
                FailureKind::AddressInUse => "in use",
                _ => "not allowed",
            };
            self.form.fail(field, words.to_owned());
        }
    }
}

//! One tab: both sides of one protocol, which pane of them has the keys, and the wire between.

use std::time::Duration;

use super::filter::{Filter, Search};
use super::ladder::Ladder;
use super::scroll::Scroll;
use super::side::{Phase, SideState};
use super::sifting::Sifting;
use crate::model::event::Event;
use crate::model::spec::{Protocol, Side};
use crate::model::time::Stamp;

/// A part of a side that can have the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pane {
    /// The settings.
    Form,
    /// Who is connected.
    Connections,
    /// What happened.
    Log,
    /// What to say.
    Box,
    /// HTTP: the list of requests.
    Requests,
    /// HTTP: the raw text of one of them.
    Raw,
    /// HTTP clients: the answer to it.
    Answer,
}

impl Pane {
    /// Whether it shows one of several views, the log among them.
    #[must_use]
    pub fn shows_views(self) -> bool {
        matches!(self, Pane::Raw | Pane::Answer)
    }
}

/// What keys mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Each key is a command.
    #[default]
    Keys,
    /// Keys are text.
    Type,
}

/// One protocol's tab.
#[derive(Clone, Debug)]
pub struct Tab {
    /// The protocol.
    pub protocol: Protocol,
    sides: [SideState; 2],
    /// The side that has the keys.
    pub side: Side,
    pane: Pane,
    /// What keys mean here.
    pub mode: Mode,
    /// Both ends in one window, while both are there.
    pub ladder: Option<Ladder>,
    /// Where the ladder is read.
    pub ladder_scroll: Scroll,
    /// What of the ladder is shown, and what was found in it.
    pub ladder_sifting: Sifting,
    /// Which entries are shown.
    pub filter: Option<Filter>,
    /// What is looked for.
    pub search: Option<Search>,
    /// The client is to start as soon as the server listens.
    pub client_follows: bool,
    /// When text was last typed into a box.
    pub typed: Option<Stamp>,
    /// The session ended while its box had the keys: text may still be on its way there.
    pub cut_off: bool,
}

/// Who types has the next key down within this time; who reads what happened has not.
const TYPING_GOES_ON: Duration = Duration::from_millis(120);

impl Tab {
    /// A tab of these two sides (server, client).
    #[must_use]
    pub fn new(protocol: Protocol, sides: [SideState; 2]) -> Tab {
        Tab {
            protocol,
            sides,
            side: Side::Server,
            pane: Pane::Form,
            mode: Mode::Keys,
            ladder: None,
            ladder_scroll: Scroll::Follow,
            ladder_sifting: Sifting::default(),
            filter: None,
            search: None,
            client_follows: false,
            typed: None,
            cut_off: false,
        }
    }

    /// Whether a text key still belongs to the box, though its session has just ended.
    #[must_use]
    pub fn is_still_typed(&self, now: Stamp) -> bool {
        let recent = |typed: Stamp| now.since(typed) < TYPING_GOES_ON;
        self.cut_off && self.typed.is_some_and(recent)
    }

    /// One side.
    #[must_use]
    pub fn get(&self, side: Side) -> &SideState {
        &self.sides[side as usize]
    }

    /// One side, to change it.
    pub fn get_mut(&mut self, side: Side) -> &mut SideState {
        &mut self.sides[side as usize]
    }

    /// The side that has the keys.
    #[must_use]
    pub fn focused(&self) -> &SideState {
        self.get(self.side)
    }

    /// The side that has the keys, to change it.
    pub fn focused_mut(&mut self) -> &mut SideState {
        self.get_mut(self.side)
    }

    /// The panes that a side has now, in the order of the Tab key.
    #[must_use]
    pub fn panes(&self, side: Side) -> &'static [Pane] {
        let state = self.get(side);
        match (state.phase, side) {
            _ if self.protocol == Protocol::Http => http_panes(state),
            (phase, Side::Server) if phase.is_active() => {
                &[Pane::Connections, Pane::Log, Pane::Box]
            }
            (phase, Side::Client) if phase.is_active() => &[Pane::Log, Pane::Box],
            (Phase::Idle, _) if state.log.is_empty() => &[Pane::Form],
            _ => &[Pane::Form, Pane::Log],
        }
    }

    /// The pane that has the keys; the first of its side when the one chosen is not there now.
    #[must_use]
    pub fn pane(&self) -> Pane {
        let panes = self.panes(self.side);
        if panes.contains(&self.pane) {
            self.pane
        } else {
            panes.first().copied().unwrap_or(Pane::Form)
        }
    }

    /// Gives the keys to a pane.
    pub fn focus(&mut self, side: Side, pane: Pane) {
        self.side = side;
        self.pane = pane;
    }

    /// Gives the keys to the next or previous pane, over both sides.
    pub fn step(&mut self, forward: bool) {
        let all: Vec<(Side, Pane)> = Side::ALL
            .into_iter()
            .flat_map(|side| self.panes(side).iter().map(move |pane| (side, *pane)))
            .collect();
        let here = (self.side, self.pane());
        let Some(at) = all.iter().position(|p| *p == here) else {
            return;
        };
        let to = (at + if forward { 1 } else { all.len() - 1 }) % all.len();
        self.mode = Mode::Keys;
        self.focus(all[to].0, all[to].1);
    }

    /// Whether both ends are there, so that they are shown across a wire.
    #[must_use]
    pub fn has_both(&self) -> bool {
        self.sides.iter().all(|side| side.phase.is_active())
    }

    /// Takes an event of one side's session.
    pub fn record(&mut self, side: Side, event: Event) {
        if let Some(ladder) = &mut self.ladder {
            let next = self.sides[side as usize].log.end();
            let changed = ladder.push(self.protocol, side, next, &event);
            let [server, client] = &self.sides;
            ladder.trim(server.log.start(), client.log.start());
            self.ladder_sifting.trim(ladder.first());
            self.ladder_sifting.look_again(changed);
        }
        self.sides[side as usize].record(event);
    }

    /// Makes or drops the ladder as sides come and go.
    pub fn refresh_ladder(&mut self) {
        if self.protocol == Protocol::Http {
            return;
        }
        if self.has_both() && self.ladder.is_none() {
            let [server, client] = &self.sides;
            self.ladder = Some(Ladder::of(self.protocol, &server.log, &client.log));
            self.ladder_scroll = Scroll::Follow;
            self.ladder_sifting.restart();
        } else if !self.has_both() {
            self.ladder = None;
        }
    }
}

/// The panes of an HTTP side. The form takes room only while it has the keys.
fn http_panes(state: &SideState) -> &'static [Pane] {
    let active = state.phase.is_active();
    match state.side {
        Side::Server if active => &[Pane::Requests, Pane::Raw],
        Side::Client if active || !state.http.exchanges.is_empty() => {
            &[Pane::Requests, Pane::Raw, Pane::Answer, Pane::Form]
        }
        Side::Server if !state.http.exchanges.is_empty() => {
            &[Pane::Form, Pane::Requests, Pane::Raw]
        }
        _ if state.log.is_empty() => &[Pane::Form],
        _ => &[Pane::Form, Pane::Log],
    }
}

//! Why? A card that explains an entry, a failure or an HTTP exchange: what happened, which call it
//! was and what it returned, why, and what to try. The words are in `assets/why`; here is which card
//! it is and what is known besides.

pub mod cards;
mod facts;
pub mod names;

use super::App;
use super::http::exchange::Exchange;
use super::overlay::Overlay;
use super::side::{Phase, SideState};
use super::tab::Pane;
use crate::model::event::{Event, EventKind, Outcome};
use crate::model::failure::{Failure, FailureKind};
use crate::model::log::EntryId;
use crate::model::spec::{Protocol, Side};
use crate::wire::http1::{Item, Reader};
use cards::Card;

impl SideState {
    /// The entries of the log, the newest first.
    fn newest_first(&self) -> impl Iterator<Item = &Event> {
        let ids = (self.log.start().0..self.log.end().0).rev();
        ids.filter_map(|id| self.log.get(EntryId(id)))
    }

    /// The newest failure up to an entry.
    fn failure_before(&self, event: &Event) -> Option<&Event> {
        self.newest_first()
            .filter(|one| one.at <= event.at)
            .find(|one| matches!(one.kind, EventKind::Failed { .. }))
    }

    /// The failure that ended an exchange.
    fn failure_of(&self, exchange: &Exchange) -> Option<&Event> {
        self.newest_first()
            .skip_while(|one| exchange.ended.is_some_and(|ended| one.at > ended))
            .take_while(|one| one.at >= exchange.began)
            .find(|one| {
                let conn = Some(exchange.conn);
                matches!(one.kind, EventKind::Failed { .. }) && one.kind.conn() == conn
            })
    }

    /// The exchange that an entry belongs to.
    fn exchange_of(&self, event: &Event) -> Option<&Exchange> {
        let conn = event.kind.conn()?;
        let exchanges = &self.http.exchanges;
        (exchanges.start()..exchanges.end())
            .rev()
            .filter_map(|number| exchanges.get(number))
            .find(|one| {
                let over = one.ended.is_some_and(|ended| ended < event.at);
                one.conn == conn && one.began <= event.at && !over
            })
    }
}

/// The rule that an answer breaks, and the sentence about it. An answer that was cut is read anew.
fn broken_answer(exchange: &Exchange, failure: &Failure) -> Option<(&'static str, String)> {
    let answer = &exchange.response;
    if let Some((rule, why)) = answer.refusal() {
        return Some((rule, why.to_owned()));
    }
    if failure.kind != FailureKind::CutShort || answer.kept() != answer.len {
        return None;
    }
    let mut reader = Reader::responses();
    reader.expect(&exchange.method());
    let raw = answer.start(usize::MAX);
    let mut input = &raw[..];
    while reader.next(&mut input).is_some() {}
    match reader.finish() {
        Some(Item::Broken(broken)) => Some((broken.verdict.name(), broken.text())),
        _ => None,
    }
}

impl App {
    /// The card for what keys act on now: the entry of a page, the failure that a form stands
    /// after, the picked exchange, or the entry at the cursor.
    #[must_use]
    pub fn why(&self) -> Option<Card> {
        if let Some(Overlay::Entry {
            event,
            protocol,
            side,
            ..
        }) = self.overlays.last()
        {
            return self.card_of(event, *protocol, *side);
        }
        let tab = self.tab();
        let (state, pane) = (tab.focused(), tab.pane());
        let failed = state.phase == Phase::Ended(Outcome::Failed);
        if let Some(end) = state.newest_first().next()
            && pane == Pane::Form
            && failed
        {
            return self.card_of(end, tab.protocol, tab.side);
        }
        let reads =
            pane == Pane::Requests || (pane.shows_views() && !self.shows_log(tab.side, pane));
        if let Some(exchange) = state.http.shown().filter(|_| reads) {
            return self.card_of_exchange(exchange, tab.side);
        }
        let newest = || state.newest_first().next().map(|event| (tab.side, event));
        let (side, event) = self.entry_at_cursor().or_else(newest)?;
        self.card_of(event, tab.protocol, side)
    }

    /// The card of an entry.
    #[must_use]
    pub fn card_of(&self, event: &Event, protocol: Protocol, side: Side) -> Option<Card> {
        let state = self.get(protocol).get(side);
        let ended = matches!(
            event.kind,
            EventKind::Stopped {
                outcome: Outcome::Failed,
                ..
            }
        );
        if let Some(failure) = state.failure_before(event).filter(|_| ended) {
            return self.card_of(failure, protocol, side);
        }
        let mut facts = self.facts_of(event, protocol, side);
        let mut names = names::of_event(&event.kind, protocol, side);
        if let (EventKind::Failed { failure, .. }, Some(exchange)) =
            (&event.kind, state.exchange_of(event))
            && side == Side::Client
            && let Some((rule, why)) = broken_answer(exchange, failure)
        {
            facts.say_rule(&why);
            names.splice(0..0, names::of_rule(rule).into_iter().take(1));
        }
        cards::card(&names, &facts)
    }

    fn card_of_exchange(&self, exchange: &Exchange, side: Side) -> Option<Card> {
        let state = self.tab().get(side);
        let mut facts = self.facts_of_exchange(exchange, Protocol::Http, side);
        for raw in [&exchange.request, &exchange.response] {
            if let Some((rule, why)) = raw.refusal() {
                facts.say_rule(why);
                return cards::card(&names::of_rule(rule), &facts);
            }
        }
        let over = exchange.closed || !state.phase.is_active();
        let server = side == Side::Server;
        if let Some(status) = exchange.status.filter(|_| exchange.response.whole) {
            return cards::card(&names::of_status(status), &facts);
        }
        if let Some(failure) = state.failure_of(exchange).filter(|_| over) {
            return self.card_of(failure, Protocol::Http, side);
        }
        let begun = !exchange.response.is_empty();
        let name = match over {
            true if server && !exchange.request.whole => "exchange-stopped",
            true if begun => "exchange-cut",
            true => "exchange-unanswered",
            false if server && !exchange.request.whole => "exchange-arriving",
            false if begun => "exchange-answering",
            false if server => "exchange-waiting-server",
            false => "exchange-waiting",
        };
        cards::card(&[name.to_owned()], &facts)
    }
}

//! The loop of the full screen, that owns input, clock and network. It takes what has come, lets the
//! app change, carries out the effects, and draws when something changed.
//!
//! It knows no terminal: it draws on any ratatui backend and reads events from whatever brings them,
//! so that tests run the whole of it in-process.

mod drawing;

use std::collections::HashMap;
use std::future::ready;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crossterm::event::{Event as Input, MouseButton, MouseEvent, MouseEventKind};
use ratatui::backend::Backend;
use ratatui::layout::Position;
use tokio::runtime;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::task::yield_now;
use tokio::time::{Instant, sleep_until, timeout};

use super::clipboard::{self, Clipboard};
use super::pace::Pace;
use super::reader::Reader;
use super::signals::Signal;
use super::{frames, terminal};
use crate::app::copy::What;
use crate::app::keymap::Keymap;
use crate::app::side::Notice;
use crate::app::spot::{Pointer, Spots};
use crate::app::{App, Effect, Machine, Message};
use crate::model::event::{EventKind, SessionId};
use crate::model::launch::ScreenLaunch;
use crate::model::spec::Protocol;
use crate::net::{self, Clock, Feed, Handle};
use crate::ui::News;
use crate::ui::canvas::Canvas;

/// A frame at least this often: ages and countdowns go on.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// How long sessions may take to close their connections at the end.
const FAREWELL: Duration = Duration::from_millis(1500);
/// How long a search may hold up the loop.
const MOMENT: Duration = Duration::from_millis(2);
/// After how many bytes of looking the clock is asked.
const PIECE: usize = 256 << 10;

/// Why the loop ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The user quit.
    Quit,
    /// A signal asked for it.
    Signal(Signal),
    /// The terminal is gone.
    Gone,
}

/// Leaves the terminal, stops the process if asked to, and enters again; whether it could: not in
/// the background. `None` where there is no terminal (tests).
pub type Pause = Option<fn(stop: bool) -> io::Result<bool>>;

/// The loop and all that it owns.
pub struct Screen<B: Backend> {
    app: App,
    backend: B,
    canvas: Canvas,
    clock: Clock,
    feed: Feed,
    /// How many bytes of each session are kept.
    history: usize,
    /// Where sessions run.
    sessions: runtime::Handle,
    handles: HashMap<SessionId, Handle>,
    pause: Pause,
    /// The terminal is another's for now.
    away: bool,
    dirty: bool,
    /// What happened first since the last frame.
    news: Option<News>,
    pace: Pace,
    /// Where the cursor is, if text is typed.
    cursor: Option<Position>,
    /// What can be clicked in what was drawn last.
    spots: Spots,
    clipboard: Arc<Mutex<Clipboard>>,
    /// What came of copying.
    copied: (UnboundedSender<Notice>, UnboundedReceiver<Notice>),
}

impl<B: Backend> Screen<B> {
    /// A screen for a launch. Needs a Tokio runtime: sessions are started there, some at once.
    pub fn new(
        launch: ScreenLaunch,
        machine: Machine,
        clock: Clock,
        backend: B,
        pause: Pause,
    ) -> Result<Self, B::Error> {
        let (size, history) = (backend.size()?, launch.history);
        let (app, effects) = App::new(launch, machine, (size.width, size.height), clock.now());
        let mut screen = Screen {
            app,
            backend,
            canvas: Canvas::new(size),
            clock,
            feed: Feed::new(clock),
            history,
            sessions: runtime::Handle::current(),
            handles: HashMap::new(),
            pause,
            away: false,
            dirty: true,
            news: None,
            pace: Pace::new(),
            cursor: None,
            spots: Spots::default(),
            clipboard: Arc::default(),
            copied: mpsc::unbounded_channel(),
        };
        screen.carry_out(effects);
        Ok(screen)
    }

    /// The same with other keys.
    #[must_use]
    pub fn with_keymap(mut self, keymap: Keymap) -> Self {
        self.app.keymap = keymap;
        self
    }

    /// The state, for tests and the summary.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// What was drawn last, for tests.
    pub fn backend(&self) -> &B {
        &self.backend
    }

    /// Runs until the end, then closes all sessions in order.
    ///
    /// # Errors
    /// The backend's, when a frame cannot be written: the terminal is gone.
    pub async fn run(
        &mut self,
        input: &mut Reader,
        signals: &mut mpsc::Receiver<Signal>,
    ) -> Result<End, B::Error> {
        let end = self.turn_until_end(input, signals).await;
        self.say_farewell().await;
        end
    }

    async fn turn_until_end(
        &mut self,
        input: &mut Reader,
        signals: &mut mpsc::Receiver<Signal>,
    ) -> Result<End, B::Error> {
        let mut heartbeat = Instant::now() + HEARTBEAT;
        loop {
            let now = Instant::now();
            let due = self.pace.due(now);
            if self.dirty && now >= due {
                self.draw()?;
                heartbeat = Instant::now() + HEARTBEAT;
                continue;
            }
            let wake = if self.dirty { due } else { heartbeat };
            // While a frame is due anyway, events gather until then, or until they fill their lane.
            tokio::select! {
                biased;
                signal = signals.recv() => match signal {
                    Some(Signal::Continue) => self.pause(false)?,
                    Some(Signal::Suspend) => self.pause(true)?,
                    Some(Signal::Resize) => self.redraw()?,
                    Some(signal) => return Ok(End::Signal(signal)),
                    None => return Ok(End::Gone),
                },
                event = input.next() => {
                    let Some(event) = event else { return Ok(End::Gone) };
                    if self.take_input(event, input)? {
                        return Ok(End::Quit);
                    }
                }
                Some(notice) = self.copied.1.recv() => {
                    self.update(Message::Copied(notice));
                }
                () = sleep_until(wake) => self.tick()?,
                () = self.feed.ready(), if !self.dirty => self.take_events(),
                () = self.feed.urgent(), if self.dirty => self.take_events(),
                // Behind all else: what is searched is looked through in the time that is left.
                () = ready(()), if self.app.has_work() => {
                    self.work();
                    yield_now().await;
                }
            }
        }
    }

    fn tick(&mut self) -> Result<(), B::Error> {
        #[cfg(debug_assertions)]
        self.break_if_asked();
        // A frame that is due shows what has gathered until now.
        self.take_events();
        self.update(Message::Tick(self.clock.now()));
        if self.away { self.pause(false) } else { Ok(()) }
    }

    /// For the tests of what a panic leaves behind.
    #[cfg(debug_assertions)]
    fn break_if_asked(&self) {
        let asked = std::env::var_os("NETPLAY_PANIC").is_some_and(|place| place == "screen");
        assert!(
            !asked || self.app.running() == 0,
            "asked for by NETPLAY_PANIC"
        );
    }

    /// Takes an event and all that wait behind it. Returns whether the user quit.
    fn take_input(&mut self, first: Input, rest: &mut Reader) -> Result<bool, B::Error> {
        self.pace.hurry();
        let mut next = Some(first);
        while let Some(event) = next {
            next = rest.try_next();
            let message = match event {
                Input::Key(key) => Message::Key(key),
                Input::Paste(text) => Message::Paste(text),
                Input::Resize(..) => {
                    self.redraw()?;
                    continue;
                }
                Input::Mouse(event) => match self.pointer(event) {
                    Some(message) => message,
                    None => continue,
                },
                Input::FocusGained | Input::FocusLost => continue,
            };
            self.app.now = self.clock.now();
            self.news.get_or_insert(News::Key);
            for effect in self.update(message) {
                match effect {
                    Effect::Quit => return Ok(true),
                    Effect::Suspend => self.pause(true)?,
                    Effect::Mouse(on) => self.take_mouse(on),
                    Effect::Copy { what, bytes } => self.copy(what, bytes),
                    _ => {}
                }
            }
        }
        Ok(false)
    }

    /// What the pointer did, and over what of that which is seen.
    fn pointer(&self, event: MouseEvent) -> Option<Message> {
        let what = match event.kind {
            MouseEventKind::Down(MouseButton::Left) => Pointer::Click,
            MouseEventKind::Drag(MouseButton::Left) => Pointer::Drag,
            MouseEventKind::ScrollUp => Pointer::WheelUp,
            MouseEventKind::ScrollDown => Pointer::WheelDown,
            _ => return None,
        };
        let spot = self.spots.at(Position::new(event.column, event.row));
        Some(Message::Mouse { spot, what })
    }

    fn take_mouse(&self, on: bool) {
        if self.pause.is_some() {
            terminal::take_mouse(on);
        }
    }

    /// Copies on a thread of its own: a tool may take its time. Without a terminal (tests) nothing
    /// is copied.
    fn copy(&self, what: What, bytes: Vec<u8>) {
        if self.pause.is_none() {
            return;
        }
        let term = std::env::var_os("TERM");
        let sequence = clipboard::sequence(&bytes, term.as_deref());
        // Where the terminal is gone, the next frame tells.
        let asked = sequence.is_some_and(|sequence| frames::write(&sequence).is_ok());
        let (clipboard, outcome) = (self.clipboard.clone(), self.copied.0.clone());
        thread::spawn(move || {
            let mut clipboard = clipboard.lock().unwrap_or_else(PoisonError::into_inner);
            // A screen that has ended needs no word.
            let _ = outcome.send(clipboard.copy(what, &bytes, asked));
        });
    }

    /// Lets the app change, carries out what concerns sessions and returns the other effects.
    fn update(&mut self, message: Message) -> Vec<Effect> {
        self.dirty = true;
        let effects = self.app.update(message);
        self.carry_out(effects)
    }

    fn carry_out(&mut self, effects: Vec<Effect>) -> Vec<Effect> {
        let mut others = Vec::new();
        for effect in effects {
            match effect {
                Effect::Start(id, spec) => {
                    let emitter = match spec.protocol {
                        // Of its bytes only those that are kept are ever looked at.
                        Protocol::Tcp => self.feed.emitter_of_latest(id, self.history),
                        Protocol::Udp | Protocol::Http => self.feed.emitter(id),
                    };
                    let _there = self.sessions.enter();
                    self.handles.insert(id, net::start(*spec, emitter));
                }
                Effect::Command(id, command) => {
                    let Some(handle) = self.handles.get(&id) else {
                        continue;
                    };
                    if let Err(refused) = handle.try_command(command.clone()) {
                        let why = refused.to_string();
                        others.extend(self.app.update(Message::Refused {
                            session: id,
                            command,
                            why,
                        }));
                    }
                }
                Effect::Stop(id) => {
                    if let Some(handle) = self.handles.get(&id) {
                        handle.stop();
                    }
                }
                Effect::Suspend | Effect::Mouse(_) | Effect::Copy { .. } | Effect::Quit => {
                    others.push(effect);
                }
            }
        }
        others
    }

    fn take_events(&mut self) {
        let (app, handles, news) = (&mut self.app, &mut self.handles, &mut self.news);
        let mut effects = Vec::new();
        let taken = self.feed.drain(|id, event| {
            news.get_or_insert(News::Event(id));
            if matches!(event.kind, EventKind::Stopped { .. }) {
                handles.remove(&id);
            }
            effects.extend(app.update(Message::Event(id, event)));
        });
        self.dirty |= taken > 0;
        self.pace.took(taken);
        self.carry_out(effects);
    }

    /// Looks through what is searched, for a moment.
    fn work(&mut self) {
        let until = Instant::now() + MOMENT;
        while self.app.work(PIECE) && Instant::now() < until {}
        self.dirty = true;
    }

    /// Gives the terminal back and takes it again. A shell that stopped us has changed its modes.
    fn pause(&mut self, stop: bool) -> Result<(), B::Error> {
        if let Some(pause) = self.pause {
            // When the screen cannot be entered again, the next frame's error ends the loop.
            self.away = !pause(stop).unwrap_or(true);
            self.redraw()?;
        }
        Ok(())
    }

    async fn say_farewell(&mut self) {
        for handle in self.handles.values() {
            handle.stop();
        }
        let all_stopped = async {
            while !self.handles.is_empty() {
                self.take_events();
                if !self.handles.is_empty() {
                    self.feed.ready().await;
                }
            }
        };
        let _ = timeout(FAREWELL, all_stopped).await;
    }
}

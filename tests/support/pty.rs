//! The real binary in a pseudo-terminal: keys go in, what comes out is kept raw and as a screen.
//! Every wait is for a condition and has a deadline; a failed one shows the screen there was.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};

/// No condition may take longer than this.
pub const LIMIT: Duration = Duration::from_secs(9);
/// How often is looked where nothing wakes.
const STEP: Duration = Duration::from_millis(5);

/// A terminal with a program in it, about to be opened.
pub struct Start {
    words: Vec<String>,
    shell: Option<&'static str>,
    env: Vec<(String, String)>,
    size: (u16, u16),
    controls: bool,
}

/// The binary: the one built with the tests, or another that `NETPLAY_BINARY` names.
pub fn binary() -> String {
    let built = || env!("CARGO_BIN_EXE_netplay").to_owned();
    std::env::var("NETPLAY_BINARY").unwrap_or_else(|_| built())
}

/// The binary with these words, separated by blanks, in a terminal of 80x24 that has colours and
/// UTF-8.
pub fn netplay(words: &str) -> Start {
    let env = [
        ("TERM", "xterm-256color"),
        ("LC_ALL", "C.UTF-8"),
        ("TZ", "UTC"),
    ];
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    Start {
        words: words.split_whitespace().map(str::to_owned).collect(),
        shell: None,
        env: env.into_iter().map(owned).collect(),
        size: (80, 24),
        controls: true,
    }
}

impl Start {
    /// One more word, which may have blanks.
    pub fn word(mut self, word: &str) -> Start {
        self.words.push(word.to_owned());
        self
    }

    /// Sets a variable of the environment; later ones win.
    pub fn env(mut self, name: &str, value: &str) -> Start {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The size at the start, in columns and rows.
    pub fn size(mut self, columns: u16, rows: u16) -> Start {
        self.size = (columns, rows);
        self
    }

    /// Starts it by a line of shell, in which `"$0" "$@"` is the program and its words.
    pub fn by_shell(mut self, line: &'static str) -> Start {
        self.shell = Some(line);
        self
    }

    /// The terminal is not the controlling one: no signal comes from it.
    pub fn without_control(mut self) -> Start {
        self.controls = false;
        self
    }

    fn command(&self) -> CommandBuilder {
        let binary = binary();
        let mut command = if let Some(line) = self.shell {
            let mut command = CommandBuilder::new("/bin/sh");
            command.args(["-c", line, &binary]);
            command
        } else {
            CommandBuilder::new(&binary)
        };
        command.args(&self.words);
        command.env_clear();
        // A folder without a configuration: that of whoever runs the tests is not to count.
        command.env("XDG_CONFIG_HOME", env!("CARGO_TARGET_TMPDIR"));
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        for (name, value) in &self.env {
            command.env(name, value);
        }
        command.set_controlling_tty(self.controls);
        command
    }

    /// Opens the terminal and starts the program.
    pub fn open(self) -> Pty {
        let (columns, rows) = self.size;
        let pair = native_pty_system()
            .openpty(size(columns, rows))
            .expect("a terminal");
        let modes = modes(&*pair.master);
        let reader = pair.master.try_clone_reader().expect("a reader");
        let writer = pair.master.take_writer().expect("a writer");
        let mut child = pair
            .slave
            .spawn_command(self.command())
            .expect("the program starts");
        drop(pair.slave);
        let id = child.process_id().expect("it has just been started");
        let shared = Arc::new(Shared {
            seen: Mutex::new(Seen::new(columns, rows)),
            news: Condvar::new(),
        });
        let theirs = shared.clone();
        thread::spawn(move || read(reader, &theirs));
        let theirs = shared.clone();
        thread::spawn(move || {
            let status = child.wait().ok();
            theirs.lock().ended = Some((Instant::now(), status));
            theirs.news.notify_all();
        });
        Pty {
            shared,
            master: Some(pair.master),
            writer: Some(writer),
            pid: Pid::from_raw(id.cast_signed()).expect("not 0"),
            modes,
        }
    }
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize {
        rows,
        cols: columns,
        pixel_width: 0,
        pixel_height: 0,
    }
}

/// The terminal's modes in words, to be compared.
fn modes(master: &dyn MasterPty) -> String {
    let modes = master.get_termios().expect("the terminal is there");
    format!(
        "{:?} {:?} {:?} {:?} {:?}",
        modes.input_flags,
        modes.output_flags,
        modes.control_flags,
        modes.local_flags,
        modes.control_chars
    )
}

/// What no program should ask of a terminal on behalf of others, and what the screen does not know.
#[derive(Debug, Default)]
pub struct Odd {
    /// Titles set, clipboards touched, bells rung, unknown sequences: each in words.
    pub all: Vec<String>,
}

impl vt100::Callbacks for Odd {
    fn audible_bell(&mut self, _: &mut vt100::Screen) {
        self.all.push("bell".to_owned());
    }
    fn visual_bell(&mut self, _: &mut vt100::Screen) {
        self.all.push("visual bell".to_owned());
    }
    fn resize(&mut self, _: &mut vt100::Screen, _: (u16, u16)) {
        self.all.push("resize".to_owned());
    }
    fn set_window_icon_name(&mut self, _: &mut vt100::Screen, name: &[u8]) {
        self.all.push(format!("icon name {name:?}"));
    }
    fn set_window_title(&mut self, _: &mut vt100::Screen, title: &[u8]) {
        self.all.push(format!("title {title:?}"));
    }
    fn copy_to_clipboard(&mut self, _: &mut vt100::Screen, _: &[u8], data: &[u8]) {
        self.all.push(format!("copy {data:?}"));
    }
    fn paste_from_clipboard(&mut self, _: &mut vt100::Screen, _: &[u8]) {
        self.all.push("asks for the clipboard".to_owned());
    }
    fn unhandled_control(&mut self, _: &mut vt100::Screen, byte: u8) {
        self.all.push(format!("control {byte:#x}"));
    }
    fn unhandled_escape(&mut self, _: &mut vt100::Screen, _: Option<u8>, _: Option<u8>, byte: u8) {
        self.all.push(format!("ESC {byte:#x}"));
    }
    fn unhandled_csi(
        &mut self,
        _: &mut vt100::Screen,
        _: Option<u8>,
        _: Option<u8>,
        params: &[&[u16]],
        last: char,
    ) {
        // Synchronized output and the colour of underlines are not known to this screen.
        if !(params == [&[2026]] || params == [&[59]] && last == 'm') {
            self.all.push(format!("CSI {params:?} {last}"));
        }
    }
    fn unhandled_osc(&mut self, _: &mut vt100::Screen, params: &[&[u8]]) {
        self.all.push(format!("OSC {params:?}"));
    }
}

type Parser = vt100::Parser<Odd>;

/// All that came out so far.
pub struct Seen {
    /// Every byte.
    pub raw: Vec<u8>,
    parser: Parser,
    /// When the program ended, and how.
    ended: Option<(Instant, Option<ExitStatus>)>,
    /// Nothing more will come.
    dry: bool,
    /// Nobody reads for now.
    held: bool,
    /// The reader is to let go of the terminal.
    let_go: bool,
}

impl Seen {
    fn new(columns: u16, rows: u16) -> Seen {
        let (rows, columns) = cells(columns, rows);
        Seen {
            raw: Vec::new(),
            parser: vt100::Parser::new_with_callbacks(rows, columns, 0, Odd::default()),
            ended: None,
            dry: false,
            held: false,
            let_go: false,
        }
    }

    /// The screen as text, a line a row.
    pub fn text(&self) -> String {
        self.screen().contents()
    }

    /// The screen with its modes.
    pub fn screen(&self) -> &vt100::Screen {
        self.parser.screen()
    }

    /// Whether the program has ended.
    pub fn has_ended(&self) -> bool {
        self.ended.is_some()
    }

    /// What was odd.
    pub fn odd(&self) -> &[String] {
        &self.parser.callbacks().all
    }
}

fn cells(columns: u16, rows: u16) -> (NonZeroU16, NonZeroU16) {
    let at_least_one = |n: u16| NonZeroU16::new(n).unwrap_or(NonZeroU16::MIN);
    (at_least_one(rows), at_least_one(columns))
}

struct Shared {
    seen: Mutex<Seen>,
    news: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read(mut reader: Box<dyn Read + Send>, shared: &Shared) {
    let mut buffer = vec![0; 65536];
    loop {
        let mut seen = shared.lock();
        while seen.held && !seen.let_go {
            seen = shared
                .news
                .wait(seen)
                .unwrap_or_else(PoisonError::into_inner);
        }
        let let_go = seen.let_go;
        drop(seen);
        let n = if let_go {
            0
        } else {
            reader.read(&mut buffer).unwrap_or(0)
        };
        let mut seen = shared.lock();
        seen.raw.extend_from_slice(&buffer[..n]);
        seen.parser.process(&buffer[..n]);
        if n == 0 || seen.let_go {
            // Whoever waits for the hang-up must find the descriptor closed.
            drop(reader);
            seen.dry = true;
            drop(seen);
            shared.news.notify_all();
            return;
        }
        drop(seen);
        shared.news.notify_all();
    }
}

/// The modes that the output has changed and not put back, whatever they are.
fn left_on(raw: &[u8]) -> Vec<String> {
    let mut modes: BTreeMap<String, bool> = BTreeMap::new();
    let text = String::from_utf8_lossy(raw);
    for sequence in text.split("\x1b[").skip(1) {
        let end = sequence.find(|c: char| !matches!(c, ' '..='?'));
        let Some((parameters, rest)) = end.map(|end| sequence.split_at(end)) else {
            continue;
        };
        let on = match (rest.chars().next(), parameters.chars().next()) {
            (Some('h'), _) | (Some('u'), Some('>')) => true,
            (Some('l'), _) | (Some('u'), Some('<')) => false,
            // The keyboard's own protocol is pushed and popped.
            _ => continue,
        };
        let (kind, numbers) = match parameters.strip_prefix('?') {
            Some(numbers) => ("?", numbers),
            None if rest.starts_with('u') => ("keyboard", ""),
            None => ("", parameters),
        };
        for number in numbers.split(';') {
            // The cursor shows, and lines wrap, by themselves.
            let usual = matches!((kind, number), ("?", "25" | "7"));
            modes.insert(format!("{kind}{number}"), on != usual);
        }
    }
    let changed = modes.into_iter().filter(|(_, changed)| *changed);
    changed.map(|(mode, _)| mode).collect()
}

/// A terminal with a program in it.
pub struct Pty {
    shared: Arc<Shared>,
    master: Option<Box<dyn MasterPty + Send>>,
    writer: Option<Box<dyn Write + Send>>,
    /// The program's process number.
    pub pid: Pid,
    modes: String,
}

impl Pty {
    /// What came out so far.
    pub fn seen(&self) -> MutexGuard<'_, Seen> {
        self.shared.lock()
    }

    /// The screen as text.
    pub fn text(&self) -> String {
        self.seen().text()
    }

    /// Waits until the condition holds for what came out.
    pub fn until_seen(&self, what: &str, test: impl Fn(&Seen) -> bool) {
        self.within(LIMIT, what, test);
    }

    /// Waits until the condition holds for what came out, at most so long.
    pub fn within(&self, limit: Duration, what: &str, test: impl Fn(&Seen) -> bool) {
        let end = Instant::now() + limit;
        let mut seen = self.shared.lock();
        while !test(&seen) {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let (screen, ended) = (seen.text(), seen.ended.clone());
                drop(seen);
                panic!("not within {limit:?}: {what}\n{screen}\nended: {ended:?}");
            }
            seen = self
                .shared
                .news
                .wait_timeout(seen, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    /// Waits until the condition holds for the screen's text.
    pub fn until(&self, what: &str, test: impl Fn(&str) -> bool) {
        self.until_seen(what, |seen| test(&seen.text()));
    }

    /// Waits until the screen shows this.
    pub fn shows(&self, words: &str) {
        self.until(words, |text| text.contains(words));
    }

    /// Waits until the screen shows this no longer.
    pub fn hides(&self, words: &str) {
        self.until(&format!("no {words}"), |text| !text.contains(words));
    }

    /// Types.
    pub fn keys(&mut self, keys: impl AsRef<[u8]>) {
        let writer = self.writer.as_mut().expect("the terminal is open");
        writer
            .write_all(keys.as_ref())
            .expect("the terminal takes keys");
        writer.flush().expect("the terminal takes keys");
    }

    /// Types, then waits until the screen shows this.
    pub fn key(&mut self, keys: impl AsRef<[u8]>, shows: &str) {
        self.keys(keys);
        self.shows(shows);
    }

    fn master(&self) -> &dyn MasterPty {
        self.master.as_deref().expect("the terminal is open")
    }

    /// Changes the size, in columns and rows.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        let (high, wide) = cells(columns, rows);
        self.shared.lock().parser.set_size(high, wide);
        self.master()
            .resize(size(columns, rows))
            .expect("any size is taken");
    }

    /// The port after these words, as soon as they show.
    pub fn port(&self, words: &str) -> u16 {
        let find = |text: &str| -> Option<u16> {
            let rest = &text[text.find(words)? + words.len()..];
            let end = rest.find(|c: char| !c.is_ascii_digit())?;
            rest[..end].parse().ok()
        };
        self.until(words, |text| find(text).is_some());
        find(&self.text()).expect("it has just been there")
    }

    /// The port of a server on 127.0.0.1, as soon as it listens.
    pub fn listening(&self) -> u16 {
        self.port("listening on 127.0.0.1:")
    }

    /// Sends the program a signal.
    pub fn signal(&self, signal: Signal) {
        assert!(self.signal_if_there(signal), "the program has ended");
    }

    /// Sends the program a signal, unless it has ended. Returns whether it was there.
    pub fn signal_if_there(&self, signal: Signal) -> bool {
        kill_process(self.pid, signal).is_ok()
    }

    /// Waits until the program is stopped, as by Ctrl+Z.
    pub fn stopped(&self) {
        let end = Instant::now() + LIMIT;
        let options = WaitIdOptions::STOPPED | WaitIdOptions::NOHANG;
        while !waitid(WaitId::Pid(self.pid), options)
            .expect("the program is ours")
            .is_some_and(|status| status.stopped())
        {
            assert!(Instant::now() < end, "not stopped:\n{}", self.text());
            thread::sleep(STEP);
        }
    }

    /// Nobody reads what the program writes from now on, or again.
    pub fn hold(&self, held: bool) {
        self.shared.lock().held = held;
        self.shared.news.notify_all();
    }

    /// Closes the terminal, as a window is closed. `prod` are keys that make the program write.
    pub fn hang_up(&mut self, prod: &str) -> Instant {
        self.shared.lock().let_go = true;
        self.shared.news.notify_all();
        if !self.shared.lock().dry {
            self.keys(prod);
        }
        self.until_seen("the reader lets go", |seen| seen.dry);
        self.writer = None;
        self.master = None;
        Instant::now()
    }

    /// Waits for the program's end; gives the moment and the exit code, or nothing when a signal
    /// ended it.
    pub fn end(&self) -> (Instant, Option<u32>) {
        self.until_seen("the program ends", |seen| seen.ended.is_some());
        let (at, status) = self.seen().ended.clone().expect("it has ended");
        let code = status
            .filter(|status| status.signal().is_none())
            .map(|status| status.exit_code());
        (at, code)
    }

    /// Whether the terminal's own modes are as they were at the start.
    pub fn has_its_modes(&self) -> bool {
        modes(self.master()) == self.modes
    }

    /// Whether the screen is there, with the modes that it needs.
    pub fn is_entered(&self) -> bool {
        let seen = self.seen();
        let screen = seen.screen();
        let raw = !modes(self.master()).contains("ICANON");
        let mouse = screen.mouse_protocol_mode() == vt100::MouseProtocolMode::ButtonMotion;
        screen.alternate_screen() && screen.bracketed_paste() && mouse && raw
    }

    /// The path of the terminal's device.
    pub fn device(&self) -> std::path::PathBuf {
        self.master().tty_name().expect("it has a name")
    }

    /// Checks that the terminal is as it was before: its modes, the cursor, the screen, paste.
    pub fn is_left(&self) {
        self.until_seen("the screen is left", |seen| {
            let screen = seen.screen();
            !screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste()
        });
        let seen = self.seen();
        let screen = seen.screen();
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        let plain = vt100::Color::Default;
        assert_eq!((screen.fgcolor(), screen.bgcolor()), (plain, plain));
        assert!(!screen.bold() && !screen.inverse() && !screen.underline());
        assert_eq!(left_on(&seen.raw), [""; 0]);
        drop(seen);
        assert!(self.has_its_modes(), "the terminal's modes are changed");
    }

    /// Waits for the program's end, checks its exit code, and that it left the terminal as it was.
    /// Gives what then stands on the screen.
    pub fn ends(&self, code: u32) -> String {
        assert_eq!(self.end().1, Some(code), "{}", self.text());
        self.until_seen("all was read", |seen| seen.dry);
        self.is_left();
        let seen = self.seen();
        assert_eq!(seen.odd(), [""; 0]);
        seen.text()
    }

    /// Quits at once, from KEYS.
    pub fn quits(&mut self) -> String {
        self.keys("Q");
        self.ends(0)
    }

    /// The processor time that the program has used so far, where the system tells.
    pub fn processor_time(&self) -> Option<Duration> {
        let stat =
            std::fs::read_to_string(format!("/proc/{}/stat", self.pid.as_raw_nonzero())).ok()?;
        // The name, in parentheses, may hold blanks; the times are the 14th and 15th field.
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
        let mut ticks = || fields.next()?.parse::<u64>().ok();
        // A tick is a hundredth of a second wherever Linux runs today.
        Some(Duration::from_millis((ticks()? + ticks()?) * 10))
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        // Its end is awaited by the thread that was started with it.
        if self.seen().ended.is_none() {
            let _ = kill_process(self.pid, Signal::KILL);
        }
        self.shared.lock().let_go = true;
        self.shared.news.notify_all();
    }
}

//! The form of one side: the fields that make a [`Spec`], with errors at the field that has them.

mod field;
mod http;

use bytes::Bytes;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_textarea::CursorMove;

pub use self::field::{Field, Name, Value};
use self::field::{choice, text};
use super::chatbox::plain_area;
use crate::model::address::{Address, parse_host, parse_port};
use crate::model::size;
use crate::model::spec::{HELLO_PORT, MAX_RECV_SIZE, Protocol, Scene, Side, Spec};

/// The fields of one side, and what the command line preset besides.
#[derive(Clone, Debug)]
pub struct Form {
    preset: Spec,
    fields: Vec<Field>,
    focus: usize,
    /// A request that was written by hand and says more than the fields can.
    raw: Option<Bytes>,
}

const NO_YES: &[&str] = &["no", "yes"];
const SERVER_SCENES: &[&str] = &["chat", "hello", "echo", "reply"];
const CLIENT_SCENES: &[&str] = &["chat", "hello"];
/// The longest text of a field, in bytes.
const FIELD_LIMIT: usize = 4096;

impl Form {
    /// The form that shows and edits this spec.
    #[must_use]
    pub fn new(preset: Spec) -> Form {
        let server = preset.side == Side::Server;
        let udp = preset.protocol == Protocol::Udp;
        let http = preset.protocol == Protocol::Http;
        if http && !server {
            let fields = http::asking(&preset.asking, &preset.address);
            let raw = preset.asking.raw.clone();
            return Form {
                preset,
                fields,
                focus: 0,
                raw,
            };
        }
        let (host_hint, port_hint) = if server {
            ("0.0.0.0 is every network", "0: the system chooses")
        } else {
            ("a name or an address", "the server's port")
        };
        let mut fields = vec![
            text(Name::Host, "Address", &preset.address.host, host_hint),
            text(
                Name::Port,
                "Port",
                &preset.address.port.to_string(),
                port_hint,
            ),
        ];
        if http {
            fields.extend(http::serving(&preset.serving));
            return Form {
                preset,
                fields,
                focus: 0,
                raw: None,
            };
        }
        let at = match preset.scene {
            Scene::Chat => 0,
            Scene::Hello => 1,
            Scene::Echo => 2,
            Scene::Reply(_) => 3,
        };
        let scenes = if server { SERVER_SCENES } else { CLIENT_SCENES };
        fields.push(choice(
            Name::Scene,
            "Scene",
            scenes,
            at.min(scenes.len() - 1),
            "",
        ));
        if server {
            let reply = if let Scene::Reply(text) = &preset.scene {
                String::from_utf8_lossy(text).into_owned()
            } else {
                "thanks".to_owned()
            };
            fields.push(text(Name::Reply, "Reply", &reply, "what it answers"));
        }
        fields.push(choice(
            Name::Turns,
            "Take turns",
            NO_YES,
            preset.turns.into(),
            "wait for each answer",
        ));
        let read_hint = if udp {
            "most bytes per datagram"
        } else {
            "most bytes per read"
        };
        fields.push(text(
            Name::RecvSize,
            "Read size",
            &preset.recv_size.to_string(),
            read_hint,
        ));
        if server {
            fields.push(choice(
                Name::Once,
                "Once",
                NO_YES,
                preset.once.into(),
                "end after the first one",
            ));
        }
        if !udp {
            fields.push(choice(
                Name::KeepOpen,
                "Keep open",
                NO_YES,
                preset.keep_open.into(),
                "after the other finishes",
            ));
        }
        Form {
            preset,
            fields,
            focus: 0,
            raw: None,
        }
    }

    fn shows(&self, field: &Field) -> bool {
        match field.name {
            Name::Reply => self.word(Name::Scene) == Some("reply"),
            Name::Path => matches!(self.word(Name::Answer), Some("file" | "folder")),
            _ => true,
        }
    }

    /// The fields that show now.
    pub fn visible(&self) -> impl Iterator<Item = (&Field, bool)> {
        let focus = self.focus;
        self.fields
            .iter()
            .enumerate()
            .filter(|(_, f)| self.shows(f))
            .map(move |(n, f)| (f, n == focus))
    }

    /// The field that keys act on.
    #[must_use]
    pub fn focused(&self) -> &Field {
        &self.fields[self.focus]
    }

    /// What is said about a field, as things stand.
    #[must_use]
    pub fn hint(&self, field: &Field) -> &'static str {
        match field.name {
            Name::Scene => self.scene_hint(),
            Name::Answer => match self.word(Name::Answer) {
                Some("echo") => "the request itself",
                Some("file") => "always the same file",
                Some("folder") => "what the target names",
                _ => "shows the request",
            },
            _ => field.hint,
        }
    }

    fn scene_hint(&self) -> &'static str {
        match self.word(Name::Scene) {
            Some("hello") => "greets once, then ends",
            Some("echo") => "answers with the same",
            Some("reply") => "answers with a text",
            _ => "you type; exit ends it",
        }
    }

    fn word(&self, name: Name) -> Option<&'static str> {
        self.fields
            .iter()
            .find(|f| f.name == name)
            .and_then(|f| match &f.value {
                Value::Choice { words, at } => words.get(*at).copied(),
                Value::Text(_) => None,
            })
    }

    fn line(&self, name: Name) -> String {
        self.fields
            .iter()
            .find(|f| f.name == name)
            .map_or_else(String::new, |f| match &f.value {
                Value::Text(area) => area.lines().join(" ").trim().to_owned(),
                Value::Choice { .. } => String::new(),
            })
    }

    fn set_line(&mut self, name: Name, line: &str) {
        if let Some(field) = self.fields.iter_mut().find(|f| f.name == name) {
            field.value = Value::Text(Box::new(plain_area(line)));
            field.error = None;
        }
    }

    /// Puts an error at a field and the focus on it.
    pub fn fail(&mut self, name: Name, error: String) {
        let has_url = self.fields.iter().any(|f| f.name == Name::Url);
        let name = match name {
            Name::Host | Name::Port if has_url => Name::Url,
            name => name,
        };
        if let Some(n) = self.fields.iter().position(|f| f.name == name) {
            self.fields[n].error = Some(error);
            self.focus = n;
        }
    }

    /// Takes the errors away.
    pub fn clear_errors(&mut self) {
        self.fields.iter_mut().for_each(|f| f.error = None);
    }

    /// The address as it stands, when it can be read.
    #[must_use]
    pub fn address(&self) -> Option<Address> {
        if self.is_asking() {
            return self.url_address();
        }
        let host = parse_host(&self.line(Name::Host)).ok()?;
        let port = parse_port(&self.line(Name::Port)).ok()?;
        Some(Address { host, port })
    }

    /// Sets host and port.
    pub fn set_address(&mut self, address: &Address) {
        if self.is_asking() {
            self.set_url_address(address);
            return;
        }
        self.set_line(Name::Host, &address.host);
        self.set_line(Name::Port, &address.port.to_string());
    }

    /// Reads all fields. On an error, the error stands at its field, which has the focus.
    #[must_use]
    pub fn spec(&mut self) -> Option<Spec> {
        self.clear_errors();
        let mut spec = self.preset.clone();
        if !self.is_asking() {
            self.read_address(&mut spec);
        }
        if spec.protocol == Protocol::Http {
            self.read_http(&mut spec);
        } else {
            self.read_stream(&mut spec);
        }
        self.fields
            .iter()
            .all(|f| f.error.is_none())
            .then_some(spec)
    }

    /// Whether it holds a request, and with it a URL in place of host and port.
    fn is_asking(&self) -> bool {
        self.preset.protocol == Protocol::Http && self.preset.side == Side::Client
    }

    fn read_address(&mut self, spec: &mut Spec) {
        // The host field takes a whole address too; what it says about the port counts.
        let (host, port) = (self.line(Name::Host), self.line(Name::Port));
        match parse_port(&port) {
            Ok(port) => spec.address.port = port,
            Err(error) => self.fail(Name::Port, error.to_string()),
        }
        match parse_host(&host) {
            Ok(host) => spec.address.host = host,
            Err(error) => match Address::parse(&host, "127.0.0.1", spec.address.port) {
                Ok(address) => {
                    self.set_address(&address);
                    spec.address = address;
                }
                Err(_) => self.fail(Name::Host, error.to_string()),
            },
        }
    }

    fn read_stream(&mut self, spec: &mut Spec) {
        match size::parse(&self.line(Name::RecvSize)) {
            Ok(n) if (1..=MAX_RECV_SIZE).contains(&n) => spec.recv_size = n,
            Ok(_) => self.fail(Name::RecvSize, "from 1 byte to 16 MiB".to_owned()),
            Err(error) => self.fail(Name::RecvSize, error.to_string()),
        }
        spec.scene = match self.word(Name::Scene) {
            Some("hello") => Scene::Hello,
            Some("echo") => Scene::Echo,
            Some("reply") => Scene::Reply(Bytes::from(self.line(Name::Reply))),
            _ => Scene::Chat,
        };
        spec.turns = self.word(Name::Turns) == Some("yes");
        spec.once = self.word(Name::Once) == Some("yes");
        spec.keep_open = self.word(Name::KeepOpen) == Some("yes");
    }

    /// Moves the focus to the next or previous field that shows; stops at the ends.
    pub fn step(&mut self, forward: bool) {
        let shown: Vec<usize> = (0..self.fields.len())
            .filter(|n| self.shows(&self.fields[*n]))
            .collect();
        let at = shown.iter().position(|n| *n == self.focus).unwrap_or(0);
        let to = if forward {
            (at + 1).min(shown.len() - 1)
        } else {
            at.saturating_sub(1)
        };
        self.focus = shown[to];
    }

    /// Gives the focus to a field. Returns whether it had it already.
    pub fn select(&mut self, name: Name) -> bool {
        let Some(n) = self.fields.iter().position(|field| field.name == name) else {
            return false;
        };
        std::mem::replace(&mut self.focus, n) == n
    }

    /// Turns a choice to its next or previous word. Returns whether the focused field is a choice.
    pub fn turn(&mut self, forward: bool) -> bool {
        let usual_port = self.preset.protocol.default_port();
        let field = &mut self.fields[self.focus];
        let Value::Choice { words, at } = &mut field.value else {
            return false;
        };
        *at = (*at + if forward { 1 } else { words.len() - 1 }) % words.len();
        self.raw = None;
        let is_scene = field.name == Name::Scene;
        if is_scene {
            // The greeting has a port of its own; a port chosen by hand is left alone.
            let hello = self.word(Name::Scene) == Some("hello");
            let (from, to) = if hello {
                (usual_port, HELLO_PORT)
            } else {
                (HELLO_PORT, usual_port)
            };
            if self.line(Name::Port) == from.to_string() {
                self.set_line(Name::Port, &to.to_string());
            }
        }
        true
    }

    /// Takes a key that is text, or moves within a text. Returns whether something changed.
    pub fn input(&mut self, event: KeyEvent) -> bool {
        let field = &mut self.fields[self.focus];
        let Value::Text(area) = &mut field.value else {
            return false;
        };
        match event.code {
            KeyCode::Char(_) if event.modifiers.difference(KeyModifiers::SHIFT).is_empty() => {
                if area.lines().iter().map(String::len).sum::<usize>() < FIELD_LIMIT {
                    area.input_without_shortcuts(event);
                }
            }
            KeyCode::Backspace | KeyCode::Delete => {
                area.input_without_shortcuts(event);
            }
            KeyCode::Left => area.move_cursor(CursorMove::Back),
            KeyCode::Right => area.move_cursor(CursorMove::Forward),
            KeyCode::Home => area.move_cursor(CursorMove::Head),
            KeyCode::End => area.move_cursor(CursorMove::End),
            _ => return false,
        }
        field.error = None;
        let is_text = matches!(
            event.code,
            KeyCode::Char(_) | KeyCode::Backspace | KeyCode::Delete
        );
        if is_text {
            self.raw = None;
        }
        true
    }

    /// Pastes the first line of a text into the focused field.
    pub fn paste(&mut self, pasted: &str) {
        let field = &mut self.fields[self.focus];
        if let Value::Text(area) = &mut field.value {
            let line = pasted.trim_start().lines().next().unwrap_or("");
            area.insert_str(line.chars().take(FIELD_LIMIT).collect::<String>());
            field.error = None;
            self.raw = None;
        }
    }

    /// Empties the focused text. Returns false when it was empty or is a choice.
    pub fn clear_line(&mut self) -> bool {
        let name = self.fields[self.focus].name;
        if self.line(name).is_empty() {
            return false;
        }
        self.set_line(name, "");
        self.raw = None;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(protocol: Protocol, side: Side) -> Form {
        Form::new(Spec::new(protocol, side))
    }

    fn retype(form: &mut Form, name: Name, line: &str) {
        form.set_line(name, line);
    }

    #[test]
    fn an_untouched_form_gives_the_preset() {
        for protocol in [Protocol::Tcp, Protocol::Udp] {
            for side in Side::ALL {
                assert_eq!(form(protocol, side).spec(), Some(Spec::new(protocol, side)));
            }
        }
    }

    #[test]
    fn an_error_stands_at_its_field_in_words() {
        let mut form = form(Protocol::Tcp, Side::Server);
        retype(&mut form, Name::Port, "70000");
        assert_eq!(form.spec(), None);
        assert_eq!(form.focused().name, Name::Port);
        assert!(
            form.focused()
                .error
                .as_ref()
                .is_some_and(|e| e.contains("70000") && e.contains("65535"))
        );
        retype(&mut form, Name::Port, "80");
        retype(&mut form, Name::Host, "");
        assert_eq!(form.spec(), None);
        assert_eq!(form.focused().name, Name::Host);
    }

    #[test]
    fn a_whole_address_in_the_address_field_is_taken_apart() {
        let mut form = form(Protocol::Tcp, Side::Client);
        retype(&mut form, Name::Host, "localhost:99");
        let spec = form.spec().unwrap();
        assert_eq!(
            spec.address,
            Address {
                host: "localhost".into(),
                port: 99
            }
        );
        assert_eq!(form.line(Name::Port), "99");
    }

    #[test]
    fn the_greeting_brings_its_port_and_takes_it_away() {
        let mut form = form(Protocol::Tcp, Side::Server);
        form.step(true);
        form.step(true);
        assert_eq!(form.focused().name, Name::Scene);
        form.turn(true);
        assert_eq!(form.spec().unwrap().address.port, HELLO_PORT);
        form.turn(false);
        assert_eq!(form.spec().unwrap().address.port, 23456);
    }

    #[test]
    fn the_reply_shows_only_with_its_scene() {
        let mut form = form(Protocol::Tcp, Side::Server);
        assert!(form.visible().all(|(f, _)| f.name != Name::Reply));
        form.step(true);
        form.step(true);
        form.turn(false);
        assert!(form.visible().any(|(f, _)| f.name == Name::Reply));
        assert_eq!(form.spec().unwrap().scene, Scene::Reply("thanks".into()));
    }
}

//! Blocking python programs of the kind that netplay stands in for: greetings and chats over TCP
//! and UDP, reads of a fixed size, no line ends, turn by turn.

use std::path::PathBuf;

use tempfile::TempDir;

use crate::ours::{Ours, SHELLS, Shell, hosts};
use crate::programs::{Program, has};

const HELLO_TCP_SERVER: &str = r#"
server.listen(1)
print("Server listening on port", server.getsockname()[1])
connection, client = server.accept()
message = connection.recv(1024).decode()
print("Received:", message)
connection.send("Hello from server!".encode())
connection.close()
server.close()
"#;

const HELLO_TCP_CLIENT: &str = r#"
client.connect((host, port))
client.send("Hello from client!".encode())
message = client.recv(1024).decode()
print("Received:", message)
client.close()
"#;

const CHAT_TCP_SERVER: &str = r#"
server.listen(1)
print("Server listening on port", server.getsockname()[1])
connection, client = server.accept()
print("Connected:", client)
while True:
    message = connection.recv(1024).decode()
    if not message:
        break
    print("Client:", message)
    if message.strip().lower() == "exit":
        connection.send("Goodbye! Closing connection.".encode())
        break
    answer = input("You: ")
    connection.send(answer.encode())
connection.close()
server.close()
"#;

const CHAT_TCP_CLIENT: &str = r#"
client.connect((host, port))
while True:
    message = input("You: ")
    client.send(message.encode())
    answer = client.recv(4096).decode()
    print("Server:", answer)
    if message.strip().lower() == "exit":
        break
client.close()
"#;

const HELLO_UDP_SERVER: &str = r#"
print("Server listening on port", server.getsockname()[1])
message, client = server.recvfrom(1024)
print("Received:", message.decode())
server.sendto("Hello from server!".encode(), client)
server.close()
"#;

const HELLO_UDP_CLIENT: &str = r#"
client.sendto("Hello from client!".encode(), (host, port))
message, server = client.recvfrom(1024)
print("Received:", message.decode())
client.close()
"#;

const CHAT_UDP_SERVER: &str = r#"
print("Server listening on port", server.getsockname()[1])
while True:
    message, client = server.recvfrom(4096)
    message = message.decode()
    print("Client:", message)
    if message.strip().lower() == "exit":
        server.sendto("Goodbye! Closing session.".encode(), client)
        break
    answer = input("You: ")
    server.sendto(answer.encode(), client)
server.close()
"#;

const CHAT_UDP_CLIENT: &str = r#"
while True:
    message = input("You: ")
    client.sendto(message.encode(), (host, port))
    answer, server = client.recvfrom(4096)
    print("Server:", answer.decode())
    if message.strip().lower() == "exit":
        break
client.close()
"#;

/// The script of a side: what all have in common, then its own part.
fn script(protocol: &str, side: &str, body: &str) -> String {
    let kind = if protocol == "udp" {
        "SOCK_DGRAM"
    } else {
        "SOCK_STREAM"
    };
    let bind = if side == "server" {
        "server.bind((host, port))"
    } else {
        ""
    };
    format!(
        "import socket, sys\n\
         host, port = sys.argv[1], int(sys.argv[2])\n\
         family = socket.AF_INET6 if \":\" in host else socket.AF_INET\n\
         {side} = socket.socket(family, socket.{kind})\n\
         {bind}\n{body}"
    )
}

/// Scripts in a folder that is gone with them.
struct Scripts {
    folder: TempDir,
}

impl Scripts {
    /// `None`, and a word about it, where there is no python.
    fn new() -> Option<Scripts> {
        let folder = tempfile::tempdir().expect("a folder for the scripts");
        has("python3").then_some(Scripts { folder })
    }

    fn start(&self, name: &str, source: &str, host: &str, port: u16) -> Program {
        let path: PathBuf = self.folder.path().join(format!("{name}.py"));
        std::fs::write(&path, source).expect("the folder takes scripts");
        let path = path.to_str().expect("a plain path");
        let host = host.trim_matches(['[', ']']);
        Program::start("python3", &[path, host, &port.to_string()])
    }

    /// A server by script, and the port that it got.
    fn server(&self, protocol: &str, host: &str, body: &str) -> (Program, u16) {
        let source = script(protocol, "server", body);
        let program = self.start("server", &source, host, 0);
        let port = program.number_after("Server listening on port ");
        (program, port)
    }

    fn client(&self, protocol: &str, host: &str, port: u16, body: &str) -> Program {
        let source = script(protocol, "client", body);
        self.start("client", &source, host, port)
    }
}

/// Each shell over IPv4, and one over IPv6.
fn places() -> Vec<(Shell, &'static str)> {
    let mut places: Vec<_> = SHELLS.map(|shell| (shell, "127.0.0.1")).to_vec();
    places.extend(
        hosts()
            .into_iter()
            .skip(1)
            .map(|host| (Shell::Headless, host)),
    );
    places
}

fn greets_a_server(protocol: &str, body: &str) {
    let Some(scripts) = Scripts::new() else {
        return;
    };
    for (shell, host) in places() {
        let (mut server, port) = scripts.server(protocol, host, body);
        let mut ours = Ours::client(shell, protocol, host, port, "--hello");
        ours.hears("Hello from server!");
        server.prints("Received: Hello from client!");
        server.ends_well();
        ours.ends_well();
    }
}

fn greets_a_client(protocol: &str, body: &str) {
    let Some(scripts) = Scripts::new() else {
        return;
    };
    for (shell, host) in places() {
        let (mut ours, port) = Ours::server(shell, protocol, host, "--hello");
        let mut client = scripts.client(protocol, host, port, body);
        ours.hears("Hello from client!");
        client.prints("Received: Hello from server!");
        client.ends_well();
        ours.ends_well();
    }
}

fn chats_with_a_server(protocol: &str, body: &str, goodbye: &str) {
    let Some(scripts) = Scripts::new() else {
        return;
    };
    for (shell, host) in places() {
        let (mut server, port) = scripts.server(protocol, host, body);
        let mut ours = Ours::client(shell, protocol, host, port, "");
        ours.says("good morning");
        server.prints("Client: good morning");
        server.line("grüß Gott");
        ours.hears("grüß Gott");
        ours.says("how are you?");
        server.prints("Client: how are you?");
        server.line("well");
        ours.hears("well");
        ours.says("exit");
        ours.hears(goodbye);
        server.ends_well();
        ours.ends_well();
    }
}

fn chats_with_a_client(protocol: &str, body: &str, goodbye: &str) {
    let Some(scripts) = Scripts::new() else {
        return;
    };
    for (shell, host) in places() {
        let (mut ours, port) = Ours::server(shell, protocol, host, "");
        // Servers go on after a conversation.
        for name in ["first", "second"] {
            let mut client = scripts.client(protocol, host, port, body);
            client.line(&format!("I am the {name}"));
            ours.hears(&format!("I am the {name}"));
            ours.says(&format!("hello, {name}"));
            client.prints(&format!("Server: hello, {name}"));
            client.line("exit");
            ours.hears("exit");
            client.prints(&format!("Server: {goodbye}"));
            client.ends_well();
        }
        ours.stop();
    }
}

#[test]
fn the_greeting_goes_to_a_script_over_tcp() {
    greets_a_server("tcp", HELLO_TCP_SERVER);
}

#[test]
fn the_greeting_comes_from_a_script_over_tcp() {
    greets_a_client("tcp", HELLO_TCP_CLIENT);
}

#[test]
fn the_greeting_goes_to_a_script_over_udp() {
    greets_a_server("udp", HELLO_UDP_SERVER);
}

#[test]
fn the_greeting_comes_from_a_script_over_udp() {
    greets_a_client("udp", HELLO_UDP_CLIENT);
}

#[test]
fn a_chat_goes_to_a_script_over_tcp_until_exit() {
    chats_with_a_server("tcp", CHAT_TCP_SERVER, "Goodbye! Closing connection.");
}

#[test]
fn a_chat_comes_from_scripts_over_tcp_until_exit() {
    chats_with_a_client("tcp", CHAT_TCP_CLIENT, "Goodbye! Closing connection.");
}

#[test]
fn a_chat_goes_to_a_script_over_udp_until_exit() {
    chats_with_a_server("udp", CHAT_UDP_SERVER, "Goodbye! Closing session.");
}

#[test]
fn a_chat_comes_from_scripts_over_udp_until_exit() {
    chats_with_a_client("udp", CHAT_UDP_CLIENT, "Goodbye! Closing session.");
}

#[test]
fn taking_turns_keeps_the_second_message_until_the_script_has_answered() {
    let Some(scripts) = Scripts::new() else {
        return;
    };
    for (protocol, body) in [("tcp", CHAT_TCP_SERVER), ("udp", CHAT_UDP_SERVER)] {
        for shell in SHELLS {
            let (mut server, port) = scripts.server(protocol, "127.0.0.1", body);
            let mut ours = Ours::client(shell, protocol, "127.0.0.1", port, "--turns");
            ours.says("one");
            server.prints("Client: one\n");
            if let Ours::Screen(screen) = &ours {
                screen.shows("their turn, wait");
            }
            ours.says("two");
            if let Ours::Screen(screen) = &ours {
                screen.shows("your text stays here");
            }
            server.line("first answer");
            ours.hears("first answer");
            if let Ours::Screen(screen) = &mut ours {
                // The text has stayed in the box.
                screen.shows("your turn");
                screen.keys("\r");
            }
            server.prints("Client: two\n");
            server.line("second answer");
            ours.hears("second answer");
            ours.says("exit");
            server.ends_well();
            ours.ends_well();
        }
    }
}

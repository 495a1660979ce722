//! The programs that ours is held against, and the processes of this bench itself: started at a free
//! port of loopback, waited for, and ended with their measurement.

use std::env;
use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long a program may take to listen.
const LIMIT: Duration = Duration::from_secs(20);

/// A TCP and UDP port of loopback that was free a moment ago.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("it is bound").port()
}

/// Waits until somebody listens there. Looked up rather than tried: some take only one connection.
pub fn wait_listening(port: u16) {
    let end = Instant::now() + LIMIT;
    let wanted = format!(":{port:04X} ");
    let listens = |line: &str| {
        let mut words = line.split_whitespace().skip(1);
        let local = words.next().unwrap_or_default();
        format!("{local} ").ends_with(&wanted) && words.nth(1) == Some("0A")
    };
    while !["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok())
        .any(|table| table.lines().any(listens))
    {
        assert!(Instant::now() < end, "nobody listens at {port}");
        thread::sleep(Duration::from_millis(2));
    }
}

/// Whether a program is installed.
pub fn has(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// A running program without a terminal; killed when this is dropped.
pub struct Peer {
    child: Child,
    port: u16,
    /// Its files.
    dir: Option<TempDir>,
}

impl Peer {
    /// Where it listens. A closure that asks for it owns the whole program, not its port alone.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Starts a command whose output nobody wants, and waits until it listens.
    fn start(mut command: Command, port: u16) -> Peer {
        let null = || Stdio::null();
        command.stdin(null()).stdout(null()).stderr(null());
        let child = command.spawn().expect("it starts");
        let peer = Peer {
            child,
            port,
            dir: None,
        };
        wait_listening(port);
        peer
    }

    /// A program with these words, in which `PORT` is where it is to listen.
    pub fn program(name: &str, words: &str) -> Peer {
        let port = free_port();
        let mut command = Command::new(name);
        let word = |word: &str| word.replace("PORT", &port.to_string());
        command.args(words.split_whitespace().map(word));
        Peer::start(command, port)
    }

    /// A Python script; its argument is the port.
    pub fn python(script: &str) -> Peer {
        let port = free_port();
        let mut command = Command::new("python3");
        command.args(["-c", script, &port.to_string()]);
        Peer::start(command, port)
    }

    /// This bench itself as a bare program, see `bare`.
    pub fn bare(words: &str) -> Peer {
        let port = free_port();
        let mut command = Command::new(env::current_exe().expect("we run"));
        command.args(["--bare", &port.to_string()]);
        command.args(words.split_whitespace());
        Peer::start(command, port)
    }

    /// nginx with one worker that answers with this page.
    pub fn nginx(page: &Path, close: bool) -> Peer {
        let dir = tempfile::tempdir().expect("a folder");
        let port = free_port();
        let conf = dir.path().join("conf");
        fs::write(&conf, nginx_config(dir.path(), port, page, close)).expect("it is ours");
        let mut command = Command::new("nginx");
        command.arg("-p").arg(dir.path());
        command.arg("-e").arg(dir.path().join("errors"));
        command.arg("-c").arg(&conf);
        let mut peer = Peer::start(command, port);
        peer.dir = Some(dir);
        peer
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.dir = None;
    }
}

fn nginx_config(dir: &Path, port: u16, page: &Path, close: bool) -> String {
    let folder = page.parent().expect("it is in a folder").display();
    let name = page.file_name().expect("it has a name").display();
    let kept = if close { 0 } else { 1_000_000_000 };
    let timeout = if close { "0" } else { "75s" };
    let dir = dir.display();
    format!(
        "daemon off; master_process off; pid {dir}/pid; error_log {dir}/errors crit;
         events {{ worker_connections 1024; }}
         http {{
             access_log off; keepalive_requests {kept}; keepalive_timeout {timeout};
             open_file_cache max=10; default_type text/html;
             client_body_temp_path {dir}/a; proxy_temp_path {dir}/b; fastcgi_temp_path {dir}/c;
             uwsgi_temp_path {dir}/d; scgi_temp_path {dir}/e;
             server {{
                 listen 127.0.0.1:{port} backlog=1024;
                 root {folder}; location / {{ try_files /{name} =404; }}
             }}
         }}"
    )
}

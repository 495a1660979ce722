//! Our client against nginx, and our server behind it.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;

use tempfile::TempDir;

use crate::ours::{Server, ask};
use crate::process::wait_until;
use crate::programs::{Program, has};
use crate::pty;

/// A running nginx with all its files in a folder of its own.
struct Nginx {
    _program: Program,
    dir: TempDir,
    at: String,
}

fn config(dir: &Path, port: u16, behind: &str) -> String {
    let dir = dir.display();
    format!(
        r#"daemon off;
master_process off;
pid {dir}/pid;
error_log {dir}/errors;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {dir}/body;
    proxy_temp_path {dir}/proxy;
    fastcgi_temp_path {dir}/fastcgi;
    uwsgi_temp_path {dir}/uwsgi;
    scgi_temp_path {dir}/scgi;
    types {{ text/html html; text/plain txt; }}
    server {{
        listen 127.0.0.1:{port};
        root {dir}/site;
        location /packed/ {{ alias {dir}/site/; gzip on; gzip_types text/plain; }}
        location /moved {{ return 302 /index.html; }}
        location /none {{ return 204; }}
        location /count {{ return 200 "request $connection_requests of this connection\n"; }}
        location /old/ {{ proxy_pass http://{behind}; }}
        location /kept/ {{
            proxy_pass http://{behind};
            proxy_http_version 1.1;
            proxy_set_header Connection "";
        }}
    }}
}}
"#
    )
}

/// A port that was free a moment ago: nginx cannot tell which one it got.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback is there");
    listener.local_addr().expect("it is bound").port()
}

impl Nginx {
    /// Starts one; `behind` is the server that it passes requests on to.
    fn start(behind: &str) -> Nginx {
        let dir = tempfile::tempdir().expect("there is room for a folder");
        let port = free_port();
        let conf = dir.path().join("conf");
        fs::write(&conf, config(dir.path(), port, behind)).expect("it can be written");
        fs::create_dir(dir.path().join("site")).expect("the folder is empty");
        let path = |name: &str| dir.path().join(name).display().to_string();
        let words = ["-p", &path(""), "-e", &path("errors"), "-c", &path("conf")];
        let program = Program::start("nginx", &words);
        let at = format!("127.0.0.1:{port}");
        wait_until("nginx listens", || TcpStream::connect(&at).is_ok());
        Nginx {
            _program: program,
            dir,
            at,
        }
    }

    fn file(&self, name: &str, bytes: &[u8]) {
        fs::write(self.dir.path().join("site").join(name), bytes).expect("it can be written");
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.at)
    }
}

#[test]
fn nginx_is_asked_for_files_parts_of_them_and_packed_in_chunks() {
    if !has("nginx") {
        return;
    }
    let nginx = Nginx::start("127.0.0.1:1");
    let large = "all work and no play\n".repeat(100_000);
    nginx.file("index.html", b"<h1>Hi</h1>\n");
    nginx.file("large.txt", large.as_bytes());
    let get = |path: &str, flags: &[&str]| ask(&nginx.url(path), flags);
    let index = get("/", &[]);
    assert_eq!((index.status(), index.body()), (200, &b"<h1>Hi</h1>\n"[..]));
    let asked = format!(
        "GET / HTTP/1.1\r\nHost: {}\r\nUser-Agent: netplay/{}\r\nAccept: */*\r\n\r\n",
        nginx.at,
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(index.told.bytes("sent", 1), asked.as_bytes());
    assert!(get("/large.txt", &[]).body() == large.as_bytes());
    let part = get("/large.txt", &["-H", "Range: bytes=4-7"]);
    assert_eq!((part.status(), part.body()), (206, &b"work"[..]));
    let packed = get("/packed/large.txt", &["-H", "Accept-Encoding: gzip"]);
    assert_eq!(packed.field("transfer-encoding"), Some("chunked"));
    assert_eq!(packed.field("content-encoding"), Some("gzip"));
    let len = |name: &str| packed.response[name].as_u64().unwrap();
    assert!(len("body_len") > 1000 && len("body_len") < len("raw_len"));
    assert_eq!(len("raw_len"), packed.raw.len() as u64);
    assert!(packed.raw.ends_with(b"\r\n0\r\n\r\n"));
    let none = get("/none", &[]);
    assert_eq!(
        (none.status(), none.response["body_len"].as_u64()),
        (204, Some(0))
    );
    let moved = get("/moved", &[]);
    assert_eq!(moved.field("location"), Some(&*nginx.url("/index.html")));
    assert_eq!(
        moved.told.count("response"),
        1,
        "redirects are not followed"
    );
    let head = get("/large.txt", &["-X", "HEAD"]);
    assert_eq!(head.field("content-length"), Some("2100000"));
    assert_eq!(get("/", &["-H", "Host: "]).status(), 400);
    assert_eq!(get("/", &["-d", "a=b"]).status(), 405);
}

#[test]
fn the_screen_asks_nginx_again_over_the_connection_that_it_kept() {
    if !has("nginx") {
        return;
    }
    let nginx = Nginx::start("127.0.0.1:1");
    let url = nginx.url("/count");
    let mut screen = pty::netplay(&format!("http client {url}"))
        .size(100, 40)
        .open();
    screen.shows("request 1 of this connection␊");
    screen.key("R", "request 2 of this connection␊");
    screen.key("R", "request 3 of this connection␊");
    screen.quits();
    let mut screen = pty::netplay(&format!("http client {url} --close"))
        .size(100, 40)
        .open();
    screen.shows("request 1 of this connection␊");
    screen.keys("R");
    let twice = |text: &str| text.matches("/count  ").count() == 2;
    screen.until("two requests in the list", twice);
    screen.shows("request 1 of this connection␊");
    screen.quits();
}

#[test]
fn nginx_passes_requests_on_to_our_server_and_its_answers_back() {
    if !has("nginx") {
        return;
    }
    let server = Server::start("--echo");
    let nginx = Nginx::start(&server.address.to_string());
    // To servers behind it nginx speaks HTTP/1.0 unless told otherwise.
    let old = ask(&nginx.url("/old/x"), &["-d", "a=b"]);
    let old = String::from_utf8_lossy(old.body()).into_owned();
    assert!(old.starts_with("POST /old/x HTTP/1.0\r\n"), "{old}");
    assert!(
        old.contains("\r\nConnection: close\r\n") && old.ends_with("\r\n\r\na=b"),
        "{old}"
    );
    let kept = ask(&nginx.url("/kept/x?y"), &[]);
    let kept = String::from_utf8_lossy(kept.body()).into_owned();
    assert!(kept.starts_with("GET /kept/x?y HTTP/1.1\r\n"), "{kept}");
    let told = server.stop();
    assert_eq!(told.asked(), ["POST /old/x 3", "GET /kept/x?y 0"]);
    assert_eq!(told.bytes("received", 1), old.as_bytes());
    assert_eq!(told.bytes("received", 2), kept.as_bytes());
    assert_eq!(told.count("malformed"), 0);
}

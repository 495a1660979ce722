//! python's `http.client` and requests against our server, as a pupil's script uses them.

use crate::ours::{Server, without_date};
use crate::programs::{has, run};

const PLAIN: &str = r#"
import http.client, sys
connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=15)
asked = [("GET", "/a", None, {}), ("HEAD", "/b", None, {}), ("POST", "/c", b"a=\xff", {}),
         ("PUT", "/d", iter([b"one", b"twelve bytes"]), {"X-Two": "words here"}),
         ("DELETE", "/e", None, {}), ("OPTIONS", "*", None, {})]
for method, target, body, headers in asked:
    connection.request(method, target, body, headers)
    answer = connection.getresponse()
    print(method, answer.status, answer.reason, answer.version, answer.will_close)
    sys.stdout.flush()
    sys.stdout.buffer.write(answer.read())
    print("--")
connection.close()
"#;

const REQUESTS: &str = r#"
import sys
import requests
session = requests.Session()
session.trust_env = False
url = "http://127.0.0.1:" + sys.argv[1]
for answer in [
    session.get(url + "/grüße", params={"q": "a b"}),
    session.post(url + "/form", data={"name": "Ada", "age": 36}),
    session.post(url + "/json", json={"ok": True}),
    session.put(url + "/parts", data=iter([b"x" * 3, b"y" * 20])),
    session.post(url + "/file", files={"file": ("a.txt", b"hello\n")}),
    session.head(url + "/"),
]:
    print(answer.status_code, answer.encoding, answer.text.split("\r\n")[0], answer.text.endswith("}"))
print("done")
"#;

#[test]
fn http_client_of_python_asks_six_times_over_one_connection() {
    if !has("python3") {
        return;
    }
    let server = Server::start("--echo");
    let port = server.address.port().to_string();
    let printed = run("python3", &["-c", PLAIN, &port], b"").well();
    let told = server.stop();
    assert_eq!(told.count("opened"), 1);
    assert_eq!(told.count("malformed"), 0);
    let usual = format!("Host: 127.0.0.1:{port}\r\nAccept-Encoding: identity\r\n");
    let get = format!("GET /a HTTP/1.1\r\n{usual}\r\n");
    let head = format!("HEAD /b HTTP/1.1\r\n{usual}\r\n");
    let form = format!("POST /c HTTP/1.1\r\n{usual}Content-Length: 3\r\n\r\na=\u{1}");
    let put = format!(
        "PUT /d HTTP/1.1\r\n{usual}Transfer-Encoding: chunked\r\nX-Two: words here\r\n\r\n\
         3\r\none\r\nC\r\ntwelve bytes\r\n0\r\n\r\n"
    );
    let delete = format!("DELETE /e HTTP/1.1\r\n{usual}Content-Length: 0\r\n\r\n");
    let options = format!("OPTIONS * HTTP/1.1\r\n{usual}\r\n");
    let bytes = |text: &str| -> Vec<u8> {
        // The one byte that is no UTF-8.
        let odd = |b: u8| if b == 1 { 0xff } else { b };
        text.bytes().map(odd).collect()
    };
    let mut all = Vec::new();
    let mut expected = Vec::new();
    for (method, request) in [
        ("GET", &get),
        ("HEAD", &head),
        ("POST", &form),
        ("PUT", &put),
        ("DELETE", &delete),
        ("OPTIONS", &options),
    ] {
        all.extend(bytes(request));
        let body = if method == "HEAD" { "" } else { request };
        expected.extend(bytes(&format!("{method} 200 OK 11 False\n{body}--\n")));
    }
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    // Some versions send no length with DELETE.
    let without = |bytes: &[u8]| text(bytes).replace("Content-Length: 0\r\n", "");
    assert_eq!(without(&told.bytes("received", 1)), without(&all));
    assert_eq!(without(&printed), without(&expected));
    let sent = without_date(&told.bytes("sent", 1));
    assert!(sent.contains("\r\nAllow: GET, HEAD, "), "{sent}");
}

#[test]
fn requests_of_python_finds_nothing_odd() {
    if !has("python3") {
        return;
    }
    if !run("python3", &["-c", "import requests"], b"")
        .status
        .success()
    {
        eprintln!("skipped: python3 has no requests");
        return;
    }
    let server = Server::start("--echo");
    let port = server.address.port().to_string();
    let printed = run("python3", &["-X", "utf8", "-c", REQUESTS, &port], b"").text();
    assert_eq!(
        printed.lines().collect::<Vec<_>>(),
        [
            "200 utf-8 GET /gr%C3%BC%C3%9Fe?q=a+b HTTP/1.1 False",
            "200 utf-8 POST /form HTTP/1.1 False",
            "200 utf-8 POST /json HTTP/1.1 True",
            "200 utf-8 PUT /parts HTTP/1.1 False",
            "200 utf-8 POST /file HTTP/1.1 False",
            "200 utf-8  False",
            "done"
        ]
    );
    let told = server.stop();
    assert_eq!(told.count("opened"), 1, "one connection is kept");
    let asked = told.asked();
    assert_eq!(asked[1], "POST /form 15");
    assert_eq!(asked[3], "PUT /parts 23");
}

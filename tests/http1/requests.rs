//! What a server makes of what it receives: one row a request, each cut at every byte.

use crate::pieces::check;

#[test]
fn whole_requests_are_read() {
    check(
        None,
        &[
            (b"", ""),
            (
                b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1 | keep",
            ),
            (
                b"GET /a?b=c HTTP/1.1\r\nHost: a:8080\r\n\r\n",
                "GET /a?b=c HTTP/1.1 | keep",
            ),
            (
                b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n",
                "HEAD / HTTP/1.1 | keep",
            ),
            (
                b"DELETE /x HTTP/1.1\r\nHost: a\r\n\r\n",
                "DELETE /x HTTP/1.1 | keep",
            ),
            (
                b"PATCH /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n1",
                "PATCH /x HTTP/1.1 length 1 | \"1\" keep",
            ),
            (
                b"PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
                "PUT /x HTTP/1.1 length 0 | keep",
            ),
            (
                b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
                "OPTIONS * HTTP/1.1 | keep",
            ),
            (
                b"OPTIONS /x HTTP/1.1\r\nHost: a\r\n\r\n",
                "OPTIONS /x HTTP/1.1 | keep",
            ),
            (
                b"BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n",
                "BREW /pot HTTP/1.1 | keep",
            ),
            (
                b"get / HTTP/1.1\r\nHost: a\r\n\r\n",
                "get / HTTP/1.1 | keep",
            ),
            (
                b"!#$%&'*+-.^_`|~9 / HTTP/1.1\r\nHost: a\r\n\r\n",
                "!#$%&'*+-.^_`|~9 / HTTP/1.1 | keep",
            ),
            (
                b"GET //x/../%2e%00 HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET //x/../%2e%00 HTTP/1.1 | keep",
            ),
            (
                b"GET /\"<>\\^`{|} HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /\\\"<>\\\\^`{|} HTTP/1.1 | keep",
            ),
            (
                b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
                "POST / HTTP/1.1 length 5 | \"hello\" keep",
            ),
            (
                b"POST / HTTP/1.1\r\ncontent-LENGTH:5\r\nhOST:a\r\n\r\nhello",
                "POST / HTTP/1.1 length 5 | \"hello\" keep",
            ),
            (
                b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \t 5 \t\r\n\r\nhello",
                "POST / HTTP/1.1 length 5 | \"hello\" keep",
            ),
            (
                b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0005\r\n\r\nhello",
                "POST / HTTP/1.1 length 5 | \"hello\" keep",
            ),
            (
                b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n\r\n\0\xff",
                "POST / HTTP/1.1 length 4 | \"\\r\\n\\x00\\xff\" keep",
            ),
            (
                b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi",
                "GET / HTTP/1.1 length 2 | \"hi\" keep",
            ),
            (b"GET / HTTP/1.1\r\nHost:\r\n\r\n", "GET / HTTP/1.1 | keep"),
            (
                b"GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n",
                "GET / HTTP/1.1 | keep",
            ),
            (
                b"GET / HTTP/1.1\r\nHost: a\r\nX:\r\nY: \t\r\n\r\n",
                "GET / HTTP/1.1 | keep",
            ),
            (
                b"GET / HTTP/1.1\r\nHost: a\r\nX: a: b:c\r\nX: again\r\n\r\n",
                "GET / HTTP/1.1 | keep",
            ),
            (
                b"GET / HTTP/1.1\r\nHost: a\r\nX: one\ttwo  three\r\n\r\n",
                "GET / HTTP/1.1 | keep",
            ),
        ],
    );
}

#[test]
fn connections_stay_open_by_version_and_connection_line() {
    check(
        None,
        &[
            (b"GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.0 | close"),
            (
                b"GET / HTTP/1.0\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.0 | close",
            ),
            (
                b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
                "GET / HTTP/1.0 | keep",
            ),
            (
                b"GET / HTTP/1.0\r\nConnection: Keep-Alive, x\r\n\r\n",
                "GET / HTTP/1.0 | keep",
            ),
            (
                b"GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n",
                "GET / HTTP/1.0 | close",
            ),
            (
                b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                "GET / HTTP/1.1 | close",
            ),
            (
                b"GET / HTTP/1.1\r\nHost: a\r\nConnection: x,, CLOSE\r\n\r\n",
                "GET / HTTP/1.1 | close",
            ),
            (
                b"GET / HTTP/1.1\r\nHost: a\r\nConnection: x\r\nConnection: close\r\n\r\n",
                "GET / HTTP/1.1 | close",
            ),
            (
                b"GET / HTTP/1.1\r\nHost: a\r\nConnection: closed\r\n\r\n",
                "GET / HTTP/1.1 | keep",
            ),
            (
                b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
                "GET / HTTP/1.1 | keep",
            ),
            (
                b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nmore",
                "GET / HTTP/1.1 | close | +4",
            ),
            (b"GET / HTTP/1.0\r\n\r\n\r\n", "GET / HTTP/1.0 | close | +2"),
            (
                b"GET / HTTP/1.0\r\n\r\nGET / HTTP/1.0\r\n\r\n",
                "GET / HTTP/1.0 | close | +18",
            ),
            (
                b"POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi",
                "POST / HTTP/1.0 length 2 | \"hi\" close",
            ),
        ],
    );
}

#[test]
fn pipelined_requests_are_read_in_order() {
    check(
        None,
        &[
            (
                b"GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /1 HTTP/1.1 | keep | GET /2 HTTP/1.1 | keep",
            ),
            (
                b"POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET /2 HTTP/1.0\r\n\r\nx",
                "POST /1 HTTP/1.1 length 3 | \"abc\" keep | GET /2 HTTP/1.0 | close | +1",
            ),
            (
                b"POST /1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
                "POST /1 HTTP/1.1 chunked | \"a\" keep | GET /2 HTTP/1.1 | keep",
            ),
            // Old browsers add an empty line behind a body.
            (
                b"POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\na\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
                "POST /1 HTTP/1.1 length 1 | \"a\" keep | ~EmptyLine | GET /2 HTTP/1.1 | keep",
            ),
            (
                b"GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\n\r\n",
                "GET /1 HTTP/1.1 | keep | 400 NoHost 2:1",
            ),
            (
                b"GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2",
                "GET /1 HTTP/1.1 | keep | 400 StoppedInHead(6) @34",
            ),
        ],
    );
}

#[test]
fn bytes_after_a_message_that_begin_no_other_are_counted() {
    check(
        None,
        &[
            (
                b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi, all\r\n",
                "POST / HTTP/1.1 length 2 | \"hi\" keep | 400 Surplus 1:1 | +6",
            ),
            (
                b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi there, and more",
                "POST / HTTP/1.1 length 2 | \"hi\" keep | 400 Surplus 1:1 | +15",
            ),
            (
                b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi\x16\x03\x01",
                "POST / HTTP/1.1 length 2 | \"hi\" keep | 400 Surplus 1:1 | +2",
            ),
            (
                b"GET / HTTP/1.1\r\nHost: a\r\n\r\n{\"a\":1}",
                "GET / HTTP/1.1 | keep | 400 Surplus 1:1 | +6",
            ),
            (
                b"GET / HTTP/1.1\r\nHost: a\r\n\r\na=1&b=2\r\nmore",
                "GET / HTTP/1.1 | keep | 400 Surplus 1:1 | +11",
            ),
            (
                b"GET / HTTP/1.1\r\nHost: a\r\n\r\nname=x",
                "GET / HTTP/1.1 | keep | 400 Surplus 1:1 | +1",
            ),
            // It does begin a request, only a wrong one.
            (
                b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /\r\n",
                "GET / HTTP/1.1 | keep | 400 NoVersion 1:6",
            ),
        ],
    );
}

#[test]
fn line_ends_of_lf_only_are_tolerated_and_said_to_be_so() {
    check(
        None,
        &[
            (
                b"GET / HTTP/1.1\nHost: a\n\n",
                "~BareLf | GET / HTTP/1.1 | keep",
            ),
            (
                b"GET / HTTP/1.1\r\nHost: a\n\r\n",
                "~BareLf | GET / HTTP/1.1 | keep",
            ),
            (
                b"GET / HTTP/1.1\r\nHost: a\r\n\n",
                "~BareLf | GET / HTTP/1.1 | keep",
            ),
            (b"GET / HTTP/1.0\n\n", "~BareLf | GET / HTTP/1.0 | close"),
            (
                b"\nGET / HTTP/1.0\r\n\r\n",
                "~BareLf | ~EmptyLine | GET / HTTP/1.0 | close",
            ),
            (
                b"\r\nGET / HTTP/1.0\r\n\r\n",
                "~EmptyLine | GET / HTTP/1.0 | close",
            ),
            (
                b"\r\n\r\n\r\nGET / HTTP/1.0\r\n\r\n",
                "~EmptyLine | GET / HTTP/1.0 | close",
            ),
            (b"\r\n\r\n", "~EmptyLine"),
            (b"\r", "400 StoppedInHead(1) @1"),
            (
                b"POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n2\nhi\n0\nX: y\n\n",
                "~BareLf | POST / HTTP/1.1 chunked | {X: y} | \"hi\" keep",
            ),
        ],
    );
}

#[test]
fn controls_in_a_head_are_refused_where_they_stand() {
    check(
        None,
        &[
            (b"GET / HTTP/1.1\rHost: a\r\n\r\n", "400 BareCr 1:15 | +11"),
            (b"GET / HTTP/1.1\r\r\n", "400 BareCr 1:15 | +2"),
            (
                b"GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n",
                "400 BareCr 2:8 | +5",
            ),
            (
                b"GET / HTTP/1.1\r\nHost: a\r\r\n\r\n",
                "400 BareCr 2:8 | +4",
            ),
            (b"GET / HTTP/1.1\r\nHost: a\r\n\rX", "400 BareCr 3:1 | +1"),
            (b"\r\rGET", "400 BareCr 1:1 | +4"),
            (b"GE\rT / HTTP/1.1\r\n", "400 BareCr 1:3 | +14"),
            (b"GET /\0 HTTP/1.1\r\n\r\n", "400 ControlByte(0) 1:6 | +13"),
            (
                b"GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n",
                "400 ControlByte(0) 3:4 | +4",
            ),
            (
                b"GET / HTTP/1.1\r\nHost: a\r\nX: \x1b[31m\r\n\r\n",
                "400 ControlByte(27) 3:4 | +8",
            ),
            (
                b"GET / HTTP/1.1\r\nHost: a\r\nX\x7f: 1\r\n\r\n",
                "400 ControlByte(127) 3:2 | +7",
            ),
            (
                b"GET / HTTP/1.1\r\nHost: a\r\nX: 1\x08",
                "400 ControlByte(8) 3:5",
            ),
            (b"GE\0T / HTTP/1.1\r\n", "400 ControlByte(0) 1:3 | +14"),
            // The first bad byte decides.
            (b"G(T /\0", "400 BadMethod(40) 1:2 | +4"),
            (b"GET /\0 a b\r\n", "400 ControlByte(0) 1:6 | +6"),
        ],
    );
}

#[test]
fn request_lines_that_are_none_are_refused() {
    check(
        None,
        &[
            (b"hello\r\n", "400 NotARequest 1:1"),
            (b"hello world\r\n", "400 NotARequest 1:1"),
            (b"hello my friend\r\n\r\n", "400 NotARequest 1:1 | +2"),
            (b"GET\r\n", "400 NotARequest 1:1"),
            (b"GET \r\n", "400 NotARequest 1:1"),
            (b"GET /\r\n", "400 NoVersion 1:6"),
            (b"GET / \r\n", "400 NoVersion 1:7"),
            (b"GET /a b\r\n", "400 NoVersion 1:9"),
            (b"GET http://a/\r\n\r\n", "400 NoVersion 1:14 | +2"),
            (b"OPTIONS *\r\n", "400 NoVersion 1:10"),
            (b" GET / HTTP/1.1\r\n", "400 LeadingBlank 1:1 | +16"),
            (b"\tGET / HTTP/1.1\r\n", "400 LeadingBlank 1:1 | +16"),
            (
                b"\r\n GET / HTTP/1.1\r\n",
                "~EmptyLine | 400 LeadingBlank 1:1 | +16",
            ),
            (b"GET\t/ HTTP/1.1\r\n", "400 BadMethod(9) 1:4 | +12"),
            (b"G@T / HTTP/1.1\r\n", "400 BadMethod(64) 1:2 | +14"),
            (b"{\"json\":true}", "400 BadMethod(123) 1:1 | +12"),
            (b"G\xc3\x9cT / HTTP/1.1\r\n", "400 BadMethod(195) 1:2 | +15"),
            (b"HTTP/1.1 200 OK\r\n", "400 BadMethod(47) 1:5 | +12"),
            (b"GET / HTTP/1.1\r\n", "400 StoppedInHead(16) @16"),
            (b"GET", "400 StoppedInHead(3) @3"),
        ],
    );
}

#[test]
fn targets_have_one_of_four_forms() {
    check(
        None,
        &[
            (
                b"GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
                "~AbsoluteForm | GET http://a/ HTTP/1.1 | keep",
            ),
            (
                b"GET http://a HTTP/1.1\r\nHost: b\r\n\r\n",
                "~AbsoluteForm | GET http://a HTTP/1.1 | keep",
            ),
            (
                b"GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
                "~AbsoluteForm | GET ftp://a/ HTTP/1.1 | keep",
            ),
            (
                b"GET http://a/ HTTP/1.1\r\n\r\n",
                "~AbsoluteForm | 400 NoHost 2:1",
            ),
            (b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "400 BadHost 2:8"),
            (
                b"GET /gr\xc3\xbcn HTTP/1.1\r\nHost: a\r\n\r\n",
                "~RawTarget | GET /gr\\xc3\\xbcn HTTP/1.1 | keep",
            ),
            (b"GET /a b HTTP/1.1\r\n", "400 BlankInTarget 1:7"),
            (b"GET /a\tb HTTP/1.1\r\n", "400 BlankInTarget 1:7"),
            (b"GET / / HTTP/1.1\r\n", "400 BlankInTarget 1:6"),
            (b"GET  / HTTP/1.1\r\n", "400 BlankInTarget 1:5"),
            (b"GET /  HTTP/1.1\r\n", "400 BlankInTarget 1:6"),
            (b"GET  HTTP/1.1\r\n", "400 BadTarget 1:5"),
            (b"GET HTTP/1.1\r\n", "400 BadTarget 1:5"),
            (b"GET x HTTP/1.1\r\n", "400 BadTarget 1:5"),
            (b"GET ?a HTTP/1.1\r\n", "400 BadTarget 1:5"),
            (b"GET * HTTP/1.1\r\n", "400 BadTarget 1:5"),
            (b"GET http:// HTTP/1.1\r\n", "400 BadTarget 1:5"),
            (b"GET localhost:8080 HTTP/1.1\r\n", "400 BadTarget 1:5"),
            (b"OPTIONS ** HTTP/1.1\r\n", "400 BadTarget 1:9"),
            (
                b"CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\nxyz",
                "405 Tunnel 1:1 | +3",
            ),
            (b"CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n", "405 Tunnel 1:1"),
            (b"CONNECT a:443 HTTP/1.1\r\n\r\n", "400 NoHost 2:1"),
        ],
    );
}

#[test]
fn versions_other_than_one_are_refused() {
    check(
        None,
        &[
            (
                b"GET / HTTP/1.2\r\nHost: a\r\n\r\n",
                "~LaterVersion | GET / HTTP/1.2 | keep",
            ),
            (
                b"GET / HTTP/1.9\r\nHost: a\r\nConnection: close\r\n\r\n",
                "~LaterVersion | GET / HTTP/1.9 | close",
            ),
            (b"GET / HTTP/1.9\r\n\r\n", "~LaterVersion | 400 NoHost 2:1"),
            (
                b"GET / HTTP/2.0\r\nHost: a\r\n\r\n",
                "505 OtherVersion(2, 0) 1:7 | +11",
            ),
            (b"GET / HTTP/3.0\r\n", "505 OtherVersion(3, 0) 1:7"),
            (b"GET / HTTP/2\r\n", "505 OtherVersion(2, 0) 1:7"),
            (b"GET / HTTP/0.9\r\n", "505 OtherVersion(0, 9) 1:7"),
            (b"GET / HTTP/1\r\n", "400 BadVersion 1:7"),
            (b"GET / HTTP/1.\r\n", "400 BadVersion 1:7"),
            (b"GET / HTTP/1.10\r\n", "400 BadVersion 1:7"),
            (b"GET / HTTP/01.1\r\n", "400 BadVersion 1:7"),
            (b"GET / http/1.1\r\n", "400 BadVersion 1:7"),
            (b"GET / HTTP/1.1 \r\n", "400 BadVersion 1:7"),
            (b"GET / HTTP/1.1 x\r\n", "400 BadVersion 1:7"),
            (b"GET / HTTP/1.1\t\r\n", "400 BadVersion 1:7"),
            (b"GET / HTTP/x.y\r\n", "400 BadVersion 1:7"),
        ],
    );
}

#[test]
fn field_lines_are_held_to_their_syntax() {
    check(
        None,
        &[
            (
                b"GET / HTTP/1.1\r\nHost : a\r\n",
                "400 BlankBeforeColon 2:5",
            ),
            (
                b"GET / HTTP/1.1\r\nHost\t: a\r\n",
                "400 BlankBeforeColon 2:5",
            ),
            (b"GET / HTTP/1.1\r\nHost a\r\n", "400 NoColon 2:5"),
            (b"GET / HTTP/1.1\r\nHost\r\n", "400 NoColon 2:5"),
            (b"GET / HTTP/1.1\r\n: a\r\n", "400 NoName 2:1"),
            (b"GET / HTTP/1.1\r\nHo st: a\r\n", "400 BadName(32) 2:3"),
            (b"GET / HTTP/1.1\r\nH(st: a\r\n", "400 BadName(40) 2:2"),
            (b"GET / HTTP/1.1\r\nH\xf6st: a\r\n", "400 BadName(246) 2:2"),
            (b"GET / HTTP/1.1\r\n{\"a\": 1}\r\n", "400 BadName(123) 2:1"),
            (b"GET / HTTP/1.1\r\n Host: a\r\n", "400 FoldedLine 2:1"),
            (b"GET / HTTP/1.1\r\nHost: a\r\n b\r\n", "400 FoldedLine 3:1"),
            (
                b"GET / HTTP/1.1\r\nHost: a\r\n\tb\r\n",
                "400 FoldedLine 3:1",
            ),
            (
                b"GET / HTTP/1.1\r\nHost: a\r\n \r\n\r\n",
                "400 FoldedLine 3:1 | +2",
            ),
            (
                b"GET / HTTP/1.1\r\nHost: a\r\nX: gr\xfcn\r\n\r\n",
                "~HighBytes | GET / HTTP/1.1 | keep",
            ),
            (
                b"GET / HTTP/1.1\r\nHost: a\r\nX: \x80\xff\r\n\r\n",
                "~HighBytes | GET / HTTP/1.1 | keep",
            ),
            (
                b"GET / HTTP/1.1\r\nHost: a\r\nX",
                "400 StoppedInHead(26) @26",
            ),
        ],
    );
}

#[test]
fn exactly_one_good_host_is_asked_for() {
    check(
        None,
        &[
            (b"GET / HTTP/1.1\r\n\r\n", "400 NoHost 2:1"),
            (b"GET / HTTP/1.1\r\nX: y\r\n\r\nrest", "400 NoHost 3:1 | +4"),
            (
                b"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
                "400 SecondHost 3:1",
            ),
            (
                b"GET / HTTP/1.1\r\nHost: a\r\nX: y\r\nhost: b\r\n\r\n",
                "400 SecondHost 4:1",
            ),
            (
                b"GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n",
                "400 SecondHost 3:1",
            ),
            (
                b"GET / HTTP/1.1\r\nHost: http://a/\r\n\r\n",
                "400 BadHost 2:12",
            ),
            (b"GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", "400 BadHost 2:9"),
            (b"GET / HTTP/1.1\r\nHost: a:80a\r\n\r\n", "400 BadHost 2:11"),
            (b"GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", "400 BadHost 2:8"),
            (
                b"GET / HTTP/1.1\r\nHost: \xff\r\n\r\n",
                "~HighBytes | 400 BadHost 2:7",
            ),
            (b"GET / HTTP/1.0\r\nHost: a b\r\n\r\n", "400 BadHost 2:8"),
            (b"GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", "400 BadHost 2:11"),
        ],
    );
}

#[test]
fn expectations_other_than_continue_are_refused() {
    check(
        None,
        &[
            (
                b"PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi",
                "PUT / HTTP/1.1 length 2 | \"hi\" keep",
            ),
            (
                b"PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-CONTINUE\r\n\r\n",
                "PUT / HTTP/1.1 | keep",
            ),
            (
                b"PUT / HTTP/1.1\r\nHost: a\r\nExpect:\r\n\r\n",
                "PUT / HTTP/1.1 | keep",
            ),
            (
                b"PUT / HTTP/1.1\r\nHost: a\r\nExpect: wonders\r\n\r\n",
                "417 UnknownExpectation 3:9",
            ),
            (
                b"PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue, wonders\r\n\r\n",
                "417 UnknownExpectation 3:9",
            ),
            (
                b"PUT / HTTP/1.0\r\nExpect: wonders\r\n\r\n",
                "PUT / HTTP/1.0 | close",
            ),
        ],
    );
}

#[test]
fn other_protocols_are_named() {
    check(
        None,
        &[
            (
                b"\x16\x03\x01\x02\x00\x01\x00",
                "none Foreign(Tls) 1:1 | +5",
            ),
            (b"\x16\x02", "400 ControlByte(22) 1:1"),
            (b"\x16", "400 ControlByte(22) 1:1"),
            (
                b"\x80\x2e\x01\x00\x02\x00\x15",
                "none Foreign(Ssl2) 1:1 | +3",
            ),
            (b"\x80\x2e\x01\x03\x01", "none Foreign(Ssl2) 1:1 | +1"),
            (b"\x80abc", "400 BadMethod(128) 1:1 | +1"),
            (b"\xff\xfe", "400 BadMethod(255) 1:1"),
            (
                b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                "505 Foreign(Http2) 1:1 | +8",
            ),
            (b"GET /x HTTP/2.0\r\n", "505 OtherVersion(2, 0) 1:8"),
            (
                b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n\0\0",
                "400 Foreign(Ssh) 1:1 | +2",
            ),
            (b"SSH-2.0-x\n", "400 Foreign(Ssh) 1:1"),
            (b"EHLO mail.example\r\nMAIL", "400 Foreign(Smtp) 1:1 | +4"),
            (b"HELO x\r\n", "400 Foreign(Smtp) 1:1"),
            (b"HELLO x\r\n", "400 NotARequest 1:1"),
            (
                b"\x04\x01\x00\x50\x7f\x00\x00\x01\x00",
                "400 Foreign(Socks4) 1:1 | +7",
            ),
            (b"\x04\x07", "400 ControlByte(4) 1:1"),
            (b"\x05\x01\x00", "400 Foreign(Socks5) 1:1"),
            (b"\x05\x02\x00\x02", "400 Foreign(Socks5) 1:1 | +1"),
            (b"\x05\x00", "400 ControlByte(5) 1:1"),
            (
                b"PROXY TCP4 127.0.0.1 127.0.0.1 5 80\r\nGET",
                "400 Foreign(Proxy1) 1:1 | +3",
            ),
            (b"PROXY UNKNOWN\r\n", "400 Foreign(Proxy1) 1:1"),
            (
                b"\r\n\r\n\0\r\nQUIT\n\x21\x11",
                "~EmptyLine | 400 Foreign(Proxy2) 1:1 | +2",
            ),
            (b"\r\n\r\n\0\r\nQUI", "~EmptyLine | 400 ControlByte(0) 1:1"),
            (b"\r\n\r\n\0x", "~EmptyLine | 400 ControlByte(0) 1:1"),
            (
                b"\r\n\0\r\nQUIT\n",
                "~EmptyLine | 400 ControlByte(0) 1:1 | +7",
            ),
            (b"\0\0\0\0", "400 ControlByte(0) 1:1 | +3"),
            (
                b"GET / HTTP/1.0\r\n\x16\x03",
                "400 ControlByte(22) 2:1 | +1",
            ),
        ],
    );
}

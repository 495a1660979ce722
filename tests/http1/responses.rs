//! What a client makes of what it receives: one row a response, each cut at every byte.

use crate::pieces::check;

#[test]
fn whole_responses_are_read() {
    check(
        Some("GET"),
        &[
            (
                b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
                "HTTP/1.1 200 OK length 5 | \"hello\" keep",
            ),
            (
                b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK length 0 | keep",
            ),
            (
                b"HTTP/1.1 404 Not Found\r\ncontent-length:2\r\n\r\nno",
                "HTTP/1.1 404 Not Found length 2 | \"no\" keep",
            ),
            (
                b"HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200  length 0 | keep",
            ),
            (
                b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n",
                "~NoReason | HTTP/1.1 200  length 0 | keep",
            ),
            (
                b"HTTP/1.1 200  two  blanks\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200  two  blanks length 0 | keep",
            ),
            (
                b"HTTP/1.1 200 gr\xfcn\r\nContent-Length: 0\r\n\r\n",
                "~HighBytes | HTTP/1.1 200 gr\\xfcn length 0 | keep",
            ),
            (
                b"HTTP/1.1 200 a\tb\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 a\\tb length 0 | keep",
            ),
            (
                b"HTTP/1.1 599 X\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 599 X length 0 | keep",
            ),
            (
                b"HTTP/1.1 600 X\r\nContent-Length: 0\r\n\r\n",
                "~OddStatus | HTTP/1.1 600 X length 0 | keep",
            ),
            (
                b"HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n",
                "~OddStatus | HTTP/1.1 999 X length 0 | keep",
            ),
            (
                b"HTTP/1.7 200 OK\r\nContent-Length: 0\r\n\r\n",
                "~LaterVersion | HTTP/1.7 200 OK length 0 | keep",
            ),
            (
                b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi",
                "HTTP/1.1 200 OK length 2 | \"hi\" close",
            ),
            (
                b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi",
                "HTTP/1.0 200 OK length 2 | \"hi\" close",
            ),
            (
                b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nhi",
                "HTTP/1.0 200 OK length 2 | \"hi\" keep",
            ),
            (
                b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 302 Found length 0 | keep",
            ),
            (
                b"HTTP/1.1 200 OK\r\nSet-Cookie: a\r\nSet-Cookie: b\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK length 0 | keep",
            ),
            (
                b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nx",
                "HTTP/1.1 200 OK length 99999999999 | 400 StoppedInBody { got: 1, of: 99999999999 } @49",
            ),
            (
                b"\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                "~EmptyLine | HTTP/1.1 200 OK length 0 | keep",
            ),
            (
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n\x81\x05hello",
                "HTTP/1.1 101 Switching Protocols tunnel | close | +7",
            ),
        ],
    );
}

#[test]
fn responses_without_a_length_last_until_the_stream_ends() {
    check(
        Some("GET"),
        &[
            (
                b"HTTP/1.1 200 OK\r\n\r\nhello",
                "~UntilClose | HTTP/1.1 200 OK until close | \"hello\" close",
            ),
            (
                b"HTTP/1.0 200 OK\r\n\r\n",
                "~UntilClose | HTTP/1.0 200 OK until close | close",
            ),
            (
                b"HTTP/1.0 200 OK\n\nhello\n",
                "~BareLf | ~UntilClose | HTTP/1.0 200 OK until close | \"hello\\n\" close",
            ),
            (
                b"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\r\nx",
                "~UntilClose | HTTP/1.1 200 OK until close | \"x\" close",
            ),
            (
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nx",
                "~OtherCoding | HTTP/1.1 200 OK until close | \"x\" close",
            ),
            (
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\nx",
                "~OtherCoding | HTTP/1.1 200 OK until close | \"x\" close",
            ),
            (
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
                "~OtherCoding | HTTP/1.1 200 OK until close | \"0\\r\\n\\r\\n\" close",
            ),
        ],
    );
}

#[test]
fn chunked_responses_are_decoded() {
    check(
        Some("GET"),
        &[
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "HTTP/1.1 200 OK chunked | \"abc\" keep"),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x\r\nabc\r\n0\r\nT: u\r\n\r\n", "HTTP/1.1 200 OK chunked | ~Extension | {T: u} | \"abc\" keep"),
            (b"HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n3\nabc\n0\n\n", "~BareLf | HTTP/1.1 200 OK chunked | \"abc\" keep"),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n1\r\n\x1f\r\n0\r\n\r\n", "~OtherCoding | HTTP/1.1 200 OK chunked | \"\\x1f\" keep"),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "~OtherCoding | HTTP/1.1 200 OK chunked | keep"),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n c\r\n\r\n", "HTTP/1.1 200 OK chunked | ~Folded | {A: b   c} | keep"),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "HTTP/1.1 200 OK chunked | 400 StoppedInChunks(3) @55"),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd", "HTTP/1.1 200 OK chunked | 400 NoChunkEnd(100) @53"),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n<html>", "HTTP/1.1 200 OK chunked | 400 BadChunkSize(60) @47 | +5"),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\nFFFFFFFFFFFFFFFF\r\n", "HTTP/1.1 200 OK chunked | 400 ChunkTooLarge @53"),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2000000\r\nx", "HTTP/1.1 200 OK chunked | 400 StoppedInChunks(1) @57"),
        ],
    );
}

#[test]
fn the_request_decides_whether_there_is_a_body() {
    check(
        Some("HEAD"),
        &[
            (
                b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
                "HTTP/1.1 200 OK | keep",
            ),
            (
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                "HTTP/1.1 200 OK | keep",
            ),
            (b"HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK | keep"),
            (
                b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
                "HTTP/1.1 200 OK | keep | +5",
            ),
        ],
    );
    check(
        Some("CONNECT"),
        &[
            (
                b"HTTP/1.1 200 Go\r\n\r\n\x16\x03",
                "HTTP/1.1 200 Go tunnel | close | +2",
            ),
            (
                b"HTTP/1.1 204 Go\r\nContent-Length: 4\r\n\r\n",
                "HTTP/1.1 204 Go tunnel | close",
            ),
            (
                b"HTTP/1.1 405 No\r\nContent-Length: 2\r\n\r\nno",
                "HTTP/1.1 405 No length 2 | \"no\" keep",
            ),
        ],
    );
    check(
        Some("GET"),
        &[
            (
                b"HTTP/1.1 204 No Content\r\n\r\n",
                "HTTP/1.1 204 No Content | keep",
            ),
            (
                b"HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\n",
                "HTTP/1.1 204 No Content | keep",
            ),
            (
                b"HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n",
                "HTTP/1.1 304 Not Modified | keep",
            ),
            (
                b"HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\nabc",
                "HTTP/1.1 304 Not Modified | keep | +3",
            ),
            (
                b"HTTP/1.1 205 Reset\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 205 Reset length 0 | keep",
            ),
        ],
    );
}

#[test]
fn interim_responses_come_before_the_final_one() {
    check(
        Some("POST"),
        &[
            (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", "HTTP/1.1 100 Continue | keep | HTTP/1.1 200 OK length 1 | \"x\" keep"),
            (b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 102 P\r\n\r\nHTTP/1.1 204 No\r\n\r\n", "HTTP/1.1 103 Early Hints | keep | HTTP/1.1 102 P | keep | HTTP/1.1 204 No | keep"),
            (b"HTTP/1.1 100 Continue\r\nConnection: close\r\n\r\nHTTP/1.1 204 No\r\n\r\n", "HTTP/1.1 100 Continue | keep | HTTP/1.1 204 No | keep"),
            (b"HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 100 Continue | keep | 400 NoAnswer @25"),
            (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 2", "HTTP/1.1 100 Continue | keep | 400 StoppedInHead(10) @35"),
        ],
    );
}

#[test]
fn every_request_has_its_answer_and_what_follows_is_surplus() {
    check(
        Some("GET HEAD GET"),
        &[
            (
                b"HTTP/1.1 200 A\r\nContent-Length: 1\r\n\r\naHTTP/1.1 200 B\r\nContent-Length: 9\r\n\r\nHTTP/1.1 200 C\r\nContent-Length: 1\r\n\r\ncHTTP/1.1 200 D",
                "HTTP/1.1 200 A length 1 | \"a\" keep | HTTP/1.1 200 B | keep | HTTP/1.1 200 C length 1 | \"c\" keep | +14",
            ),
            (
                b"HTTP/1.1 200 A\r\nContent-Length: 1\r\n\r\na",
                "HTTP/1.1 200 A length 1 | \"a\" keep | 400 NoAnswer @38",
            ),
            (
                b"HTTP/1.1 200 A\r\nContent-Length: 1\r\n\r\nabcHTTP/1.1 200 OK\r\n",
                "HTTP/1.1 200 A length 1 | \"a\" keep | 400 Surplus 1:1 | +18",
            ),
        ],
    );
    check(
        Some(""),
        &[(b"", ""), (b"HTTP/1.1 200 OK\r\n", "+17"), (b"\r\n", "+2")],
    );
    check(
        Some("GET"),
        &[
            (
                b"HTTP/1.1 200 A\r\nContent-Length: 1\r\n\r\nab",
                "HTTP/1.1 200 A length 1 | \"a\" keep | +1",
            ),
            (
                b"HTTP/1.0 200 A\r\nContent-Length: 1\r\n\r\nab",
                "HTTP/1.0 200 A length 1 | \"a\" close | +1",
            ),
        ],
    );
}

#[test]
fn folded_fields_are_joined() {
    check(
        Some("GET"),
        &[
            (
                b"HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 1\r\n\r\nx",
                "~Folded | HTTP/1.1 200 OK length 1 | \"x\" keep",
            ),
            (
                b"HTTP/1.1 200 OK\r\nContent-Length:\r\n\t1\r\n\r\nx",
                "~Folded | HTTP/1.1 200 OK length 1 | \"x\" keep",
            ),
            (
                b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n \r\n\r\nx",
                "~Folded | HTTP/1.1 200 OK length 1 | \"x\" keep",
            ),
            (
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip,\r\n chunked\r\n\r\n0\r\n\r\n",
                "~Folded | ~OtherCoding | HTTP/1.1 200 OK chunked | keep",
            ),
            // The value is what it is after joining, and lines count on.
            (
                b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n 2\r\n\r\n",
                "~Folded | 400 BadLength 2:17",
            ),
            (
                b"HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\tc\r\nNo colon\r\n",
                "~Folded | 400 NoColon 5:3",
            ),
            (
                b"HTTP/1.1 200 OK\r\nX: a\r\n \0\r\n",
                "400 ControlByte(0) 3:2 | +2",
            ),
            (
                b"HTTP/1.1 200 OK\r\nX: a\r\n \xff\r\nContent-Length: 0\r\n\r\n",
                "~HighBytes | ~Folded | HTTP/1.1 200 OK length 0 | keep",
            ),
            (b"HTTP/1.1 200 OK\r\n X: a\r\n", "400 FoldedLine 2:1"),
        ],
    );
}

#[test]
fn status_lines_that_are_none_are_refused() {
    check(
        Some("GET"),
        &[
            (b"", "400 NoAnswer @0"),
            (b"\r\n", "~EmptyLine | 400 NoAnswer @2"),
            (b"H", "400 StoppedInHead(1) @1"),
            (b"HTT\r\n", "400 NotAResponse 1:1"),
            (b"hello", "400 NotAResponse 1:1 | +4"),
            (b"<html>hello</html>", "400 NotAResponse 1:1 | +17"),
            (b"HTML", "400 NotAResponse 1:3 | +1"),
            (b"http/1.1 200 OK\r\n", "400 NotAResponse 1:1 | +16"),
            (b" HTTP/1.1 200 OK\r\n", "400 NotAResponse 1:1 | +17"),
            (b"GET / HTTP/1.1\r\n", "400 NotAResponse 1:1 | +15"),
            (b"ICY 200 OK\r\n", "400 NotAResponse 1:1 | +11"),
            (b"HTTP/1.1\r\n", "400 BadStatus 1:10"),
            (b"HTTP/1.1 \r\n", "400 BadStatus 1:10"),
            (b"HTTP/1.1 20\r\n", "400 BadStatus 1:10"),
            (b"HTTP/1.1 2000 OK\r\n", "400 BadStatus 1:10"),
            (b"HTTP/1.1 2x0 OK\r\n", "400 BadStatus 1:10"),
            (b"HTTP/1.1 099 OK\r\n", "400 BadStatus 1:10"),
            (b"HTTP/1.1 OK\r\n", "400 BadStatus 1:10"),
            (b"HTTP/1.1  200 OK\r\n", "400 BadStatus 1:10"),
            (b"HTTP/1.1 200\tOK\r\n", "400 BadStatus 1:10"),
            (b"HTTP/1.1\t200 OK\r\n", "400 BadVersion 1:1"),
            (b"HTTP/1 200 OK\r\n", "400 BadVersion 1:1"),
            (b"HTTP/x 200 OK\r\n", "400 BadVersion 1:1"),
            (b"HTTP/2 200\r\n", "505 OtherVersion(2, 0) 1:1"),
            (b"HTTP/2.0 200 OK\r\n", "505 OtherVersion(2, 0) 1:1"),
            (b"HTTP/1.1 200 O\rK\r\n", "400 BareCr 1:15 | +3"),
            (b"HTTP/1.1 200 O\0K\r\n", "400 ControlByte(0) 1:15 | +3"),
        ],
    );
}

#[test]
fn heads_are_held_to_the_same_syntax_and_lengths_as_those_of_requests() {
    check(
        Some("GET"),
        &[
            (b"HTTP/1.1 200 OK\r\nX : a\r\n", "400 BlankBeforeColon 2:2"),
            (b"HTTP/1.1 200 OK\r\nX\r\n", "400 NoColon 2:2"),
            (b"HTTP/1.1 200 OK\r\n: a\r\n", "400 NoName 2:1"),
            (b"HTTP/1.1 200 OK\r\nX@: a\r\n", "400 BadName(64) 2:2"),
            (
                b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
                "400 BadLength 2:17",
            ),
            (
                b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
                "400 LengthTooLarge 2:17",
            ),
            (
                b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
                "400 SecondLength 3:1",
            ),
            (
                b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                "400 BothLengths 3:1",
            ),
            (
                b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                "400 CodingIn10 2:1",
            ),
            (
                b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello",
                "HTTP/1.1 200 OK length 50 | 400 StoppedInBody { got: 5, of: 50 } @44",
            ),
            (b"HTTP/1.1 200 OK\r\nX: y\r\n", "400 StoppedInHead(23) @23"),
        ],
    );
}

#[test]
fn other_protocols_are_named() {
    check(
        Some("GET"),
        &[
            (
                b"\x15\x03\x01\x00\x02\x02\x46",
                "400 Foreign(TlsServer) 1:1 | +5",
            ),
            (b"\x16\x03\x03\x00", "400 Foreign(TlsServer) 1:1 | +2"),
            (b"\x15", "400 ControlByte(21) 1:1"),
            (
                b"\x00\x00\x12\x04\x00\x00\x00\x00\x00",
                "400 Foreign(Http2Server) 1:1 | +5",
            ),
            (b"\x00\x01", "400 ControlByte(0) 1:1"),
            (
                b"SSH-2.0-OpenSSH_9.2p1\r\n",
                "400 Foreign(SshServer) 1:1 | +19",
            ),
            (b"SS", "400 NotAResponse 1:1"),
            (
                b"220 mail.example ESMTP\r\n",
                "400 Foreign(GreetingServer) 1:1 | +20",
            ),
            (b"220-ftp\r\n", "400 Foreign(GreetingServer) 1:1 | +5"),
            (b"2200", "400 NotAResponse 1:1"),
            (b"+OK ready\r\n", "400 Foreign(MailboxServer) 1:1 | +8"),
            (b"* OK ready\r\n", "400 Foreign(MailboxServer) 1:1 | +8"),
            (
                b"-ERR unknown command\r\n",
                "400 Foreign(ErrServer) 1:1 | +18",
            ),
        ],
    );
}

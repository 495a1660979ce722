//! What a server makes of the bodies of requests: lengths, chunks, and streams that stop.

use crate::pieces::check;

#[test]
fn lengths_are_unambiguous_or_refused() {
    check(
        None,
        &[
            (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", "400 BadLength 3:16"),
            (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", "400 BadLength 3:17"),
            (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nhello", "400 BadLength 3:17 | +5"),
            (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", "400 BadLength 3:17"),
            (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\n", "400 BadLength 3:17"),
            (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5 5\r\n\r\n", "400 BadLength 3:17"),
            (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\n", "400 BadLength 3:17"),
            (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551616\r\n\r\n", "400 LengthTooLarge 3:17"),
            (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551615\r\n\r\n", "413 BodyTooLarge(18446744073709551615) 3:17"),
            (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 16777217\r\n\r\n", "413 BodyTooLarge(16777217) 3:17"),
            (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 16777216\r\n\r\nx", "POST / HTTP/1.1 length 16777216 | 400 StoppedInBody { got: 1, of: 16777216 } @55"),
            (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n", "400 SecondLength 4:1"),
            (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nX: y\r\nContent-Length: 6\r\n\r\n", "400 SecondLength 5:1"),
            (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", "400 BothLengths 4:1"),
            (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", "400 BothLengths 4:1"),
            (b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "400 CodingIn10 2:1"),
            (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", "501 UnknownCoding 3:1"),
            (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "501 UnknownCoding 3:1"),
            (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n", "501 UnknownCoding 3:1"),
            (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", "501 UnknownCoding 3:1"),
            (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n", "501 UnknownCoding 3:1"),
            (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", "501 UnknownCoding 3:1"),
            (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked;q=1\r\n\r\n", "501 UnknownCoding 3:1"),
            (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \"chunked\"\r\n\r\n", "501 UnknownCoding 3:1"),
            (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\r\n", "501 UnknownCoding 3:1"),
        ],
    );
}

const CHUNKED: &str = "POST / HTTP/1.1 chunked | ";

/// Bodies behind the same head, with what follows it in the summary.
fn check_chunked(table: &[(&[u8], &str)]) {
    let head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n";
    let whole: Vec<(Vec<u8>, String)> = table
        .iter()
        .map(|(body, expected)| {
            let text = [&head[..], body].concat();
            (text, format!("{CHUNKED}{expected}"))
        })
        .collect();
    let rows: Vec<(&[u8], &str)> = whole
        .iter()
        .map(|(text, expected)| (text.as_slice(), expected.as_str()))
        .collect();
    check(None, &rows);
}

#[test]
fn chunked_bodies_are_read_with_extensions_and_trailers() {
    check_chunked(&[
        (b"0\r\n\r\n", "keep"),
        (b"5\r\nhello\r\n0\r\n\r\n", "\"hello\" keep"),
        (
            b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n",
            "\"hello world\" keep",
        ),
        (b"A\r\n0123456789\r\n00\r\n\r\n", "\"0123456789\" keep"),
        (b"0000000000000002\r\nhi\r\n0\r\n\r\n", "\"hi\" keep"),
        (b"2\r\n\r\n\r\n0\r\n\r\n", "\"\\r\\n\" keep"),
        (b"2;a=b\r\nhi\r\n0\r\n\r\n", "~Extension | \"hi\" keep"),
        (
            b"2 ; a=\"b c\"\r\nhi\r\n0;x\r\n\r\n",
            "~Extension | \"hi\" keep",
        ),
        (
            b"2\r\nhi\r\n0\r\nA: 1\r\nB: 2\r\n\r\n",
            "{A: 1}{B: 2} | \"hi\" keep",
        ),
        (
            b"2\r\nhi\r\n0\r\nContent-Length: 9\r\n\r\n",
            "{Content-Length: 9} | \"hi\" keep",
        ),
        (
            b"0\r\n\r\nGET / HTTP/1.0\r\n\r\n",
            "keep | GET / HTTP/1.0 | close",
        ),
    ]);
}

#[test]
fn chunk_errors_are_refused_where_they_stand() {
    // The head has 56 bytes.
    check_chunked(&[
        (b"hello", "400 BadChunkSize(104) @56 | +4"),
        (b"\r\n", "400 NoChunkSize @56"),
        (b"g\r\n", "400 BadChunkSize(103) @56 | +2"),
        (b"-1\r\n", "400 BadChunkSize(45) @56 | +3"),
        (b"0x5\r\n", "400 BadChunkSize(120) @57 | +3"),
        (b" 5\r\n", "400 BadChunkSize(32) @56 | +3"),
        (b"5 \r\nhello", "400 BadChunkSize(32) @57 | +5"),
        (b"5 x\r\nhello", "400 BadChunkSize(120) @58 | +5"),
        (b"5\rhello", "400 BareCr @57 | +5"),
        (b"5\0\r\n", "400 ControlByte(0) @57 | +2"),
        (b"5;a=\x01\r\n", "400 ControlByte(1) @60 | +2"),
        (b"00000000000000005\r\n", "400 ChunkTooLarge @72 | +2"),
        (
            b"FFFFFFFFFFFFFFFF\r\n",
            "413 BodyTooLarge(18446744073709551615) @56",
        ),
        (b"1\r\nx\r\nFFFFFFFFFFFFFFFF\r\n", "400 ChunkTooLarge @62"),
        (b"1000001\r\n", "413 BodyTooLarge(16777217) @56"),
        (b"2\r\nhix", "400 NoChunkEnd(120) @61"),
        (b"2\r\nhi\rx", "400 NoChunkEnd(13) @61 | +1"),
        (b"2\r\nhi0\r\n\r\n", "400 NoChunkEnd(48) @61 | +4"),
        (b"2\nhi\r\n0\r\n\n", "~BareLf | \"hi\" keep"),
        (b"2\r\nhi\n0\r\n\r\n", "400 NoChunkEnd(10) @61 | +5"),
        (b"2\r\nhi\0", "400 NoChunkEnd(0) @61"),
        (b"3\r\nhi\r\n0\r\n\r\n", "400 NoChunkEnd(10) @62 | +5"),
        (b"0\r\nA\r\n", "400 NoColon @60"),
        (b"0\r\n a: b\r\n", "400 FoldedLine @59"),
        (b"0\r\nA : b\r\n", "400 BlankBeforeColon @60"),
        (b"0\r\nA: b\rc", "400 BareCr @63 | +1"),
        (b"0\r\nGET / HTTP/1.1\r\n", "400 NoColon @62"),
    ]);
}

#[test]
fn streams_that_stop_inside_a_message_say_how_far_they_came() {
    check_chunked(&[
        (b"", "400 StoppedInChunks(0) @56"),
        (b"5", "400 StoppedInChunks(0) @57"),
        (b"5\r\nhel", "400 StoppedInChunks(3) @62"),
        (b"5\r\nhello", "400 StoppedInChunks(5) @64"),
        (b"5\r\nhello\r", "400 StoppedInChunks(5) @65"),
        (b"5\r\nhello\r\n", "400 StoppedInChunks(5) @66"),
        (b"0\r\n", "400 StoppedInTrailers @59"),
        (b"0\r\nA: b\r\n\r", "400 StoppedInTrailers @66"),
    ]);
    check(
        None,
        &[
            (
                b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\nhello",
                "POST / HTTP/1.1 length 50 | 400 StoppedInBody { got: 5, of: 50 } @53",
            ),
            (
                b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n",
                "POST / HTTP/1.1 length 1 | 400 StoppedInBody { got: 0, of: 1 } @47",
            ),
            (
                b"POST / HTTP/1.1\r\nHost: a\r\n\r",
                "400 StoppedInHead(27) @27",
            ),
        ],
    );
}

use super::*;

type Talk = Conversation<u32>;

fn spec(protocol: Protocol, side: Side) -> Spec {
    Spec::new(protocol, side)
}

fn tcp(side: Side) -> Spec {
    spec(Protocol::Tcp, side)
}

fn text(text: &str) -> Bytes {
    Bytes::copy_from_slice(text.as_bytes())
}

/// All steps that are due, in words.
fn steps(talk: &mut Talk) -> Vec<String> {
    let mut all = Vec::new();
    while let Some(step) = talk.step() {
        all.push(match step {
            Step::Send { data, .. } => format!("send {}", String::from_utf8_lossy(&data)),
            Step::SendFile { path, .. } => format!("file {}", path.display()),
            Step::Expect(limit) => format!("expect {} s", limit.as_secs()),
            Step::Finish => "finish".to_owned(),
            Step::Close(cause) => format!("close {cause:?}"),
        });
    }
    assert_eq!(
        talk.answers(),
        0,
        "no answer waits when all steps are taken"
    );
    all
}

fn order(talk: &mut Talk, what: &str) -> bool {
    talk.order(text(what), 7)
}

#[test]
fn exit_is_the_word_alone_in_any_case_with_any_white_space_around_it() {
    for yes in [
        "exit", "EXIT", "Exit", " exit ", "exit\r\n", "\texit\n", "\n\nexit",
    ] {
        assert!(is_exit(yes.as_bytes()), "{yes:?}");
    }
    for no in [
        "",
        "exit now",
        "exit.",
        "exi",
        "e xit",
        "exitexit",
        "exit\nexit",
        "\u{a0}exit",
    ] {
        assert!(!is_exit(no.as_bytes()), "{no:?}");
    }
}

#[test]
fn what_is_ordered_is_sent_exactly_and_in_order_with_what_came_along() {
    let mut talk = Talk::new(&tcp(Side::Client));
    assert!(talk.order(text("a\r\n"), 1));
    assert!(talk.order(text("  b "), 2));
    for (want, along) in [("a\r\n", 1), ("  b ", 2)] {
        let sent = Step::Send {
            data: text(want),
            answer: false,
            with: along,
        };
        assert_eq!(talk.step(), Some(sent));
    }
    assert_eq!(talk.step(), None);
}

#[test]
fn a_server_answers_exit_and_closes() {
    for (protocol, answer) in [
        (Protocol::Tcp, "send Goodbye! Closing connection."),
        (Protocol::Udp, "send Goodbye! Closing session."),
    ] {
        let mut talk = Talk::new(&spec(protocol, Side::Server));
        talk.received(&text("hello"));
        assert_eq!(steps(&mut talk), [""; 0]);
        talk.received(&text("Exit\r\n"));
        assert_eq!(steps(&mut talk), [answer, "close Farewell"]);
        talk.received(&text("exit"));
        assert_eq!(steps(&mut talk), [""; 0], "nothing follows a close");
        assert!(!order(&mut talk, "late"));
    }
}

#[test]
fn a_client_that_receives_exit_does_nothing_special() {
    let mut talk = Talk::new(&tcp(Side::Client));
    talk.received(&text("exit"));
    assert_eq!(steps(&mut talk), [""; 0]);
    assert!(order(&mut talk, "still here"));
}

#[test]
fn a_client_that_says_exit_waits_for_the_answer_and_closes() {
    let mut talk = Talk::new(&tcp(Side::Client));
    assert!(order(&mut talk, "EXIT\n"));
    assert_eq!(steps(&mut talk), ["send EXIT\n", "expect 5 s"]);
    assert!(!order(&mut talk, "one more"), "exit was the last word");
    talk.end_of_input();
    assert_eq!(steps(&mut talk), [""; 0], "it will close anyway");
    talk.received(&text("Goodbye!"));
    assert_eq!(steps(&mut talk), ["close Farewell"]);
    talk.late();
    assert_eq!(steps(&mut talk), [""; 0]);
}

#[test]
fn a_client_whose_exit_is_not_answered_closes_in_the_end() {
    let mut talk = Talk::new(&tcp(Side::Client));
    order(&mut talk, "exit");
    steps(&mut talk);
    talk.late();
    assert_eq!(steps(&mut talk), ["close NoFarewell"]);

    let mut talk = Talk::new(&tcp(Side::Client));
    order(&mut talk, "exit");
    steps(&mut talk);
    talk.peer_finished();
    assert_eq!(steps(&mut talk), ["close PeerFinished"]);

    let mut talk = Talk::new(&spec(Protocol::Udp, Side::Client));
    order(&mut talk, "exit");
    steps(&mut talk);
    talk.undelivered();
    assert_eq!(
        steps(&mut talk),
        ["close Farewell"],
        "nobody is there to answer"
    );
}

#[test]
fn a_server_that_says_exit_sends_it_and_closes() {
    let mut talk = Talk::new(&tcp(Side::Server));
    assert!(order(&mut talk, "exit"));
    assert_eq!(steps(&mut talk), ["send exit", "close Farewell"]);
}

#[test]
fn echo_reply_and_hello_switch_the_exit_convention_off() {
    for (scene, want) in [
        (Scene::Echo, vec!["send exit"]),
        (Scene::Reply(text("ok")), vec!["send ok"]),
        (
            Scene::Hello,
            vec!["send Hello from server!", "close Exchanged"],
        ),
    ] {
        let mut server = Talk::new(&Spec {
            scene: scene.clone(),
            ..tcp(Side::Server)
        });
        server.received(&text("exit"));
        assert_eq!(steps(&mut server), want);
    }
    let mut client = Talk::new(&Spec {
        scene: Scene::Hello,
        ..tcp(Side::Client)
    });
    steps(&mut client);
    order(&mut client, "exit");
    assert_eq!(steps(&mut client), ["send exit"]);
}

#[test]
fn the_greeting_is_one_exchange() {
    for protocol in [Protocol::Tcp, Protocol::Udp] {
        let hello = |side| Spec {
            scene: Scene::Hello,
            ..spec(protocol, side)
        };
        let mut client = Talk::new(&hello(Side::Client));
        assert_eq!(
            steps(&mut client),
            ["send Hello from client!", "expect 5 s"]
        );
        client.end_of_input();
        assert_eq!(steps(&mut client), [""; 0], "the answer is still to come");
        client.received(&text("anything"));
        assert_eq!(steps(&mut client), ["close Exchanged"]);

        let mut server = Talk::new(&hello(Side::Server));
        assert_eq!(steps(&mut server), [""; 0]);
        server.received(&text("anything"));
        assert_eq!(
            steps(&mut server),
            ["send Hello from server!", "close Exchanged"]
        );
    }
}

#[test]
fn a_greeting_without_an_answer_fails() {
    let greeted = || {
        let mut talk = Talk::new(&Spec {
            scene: Scene::Hello,
            keep_open: true,
            ..tcp(Side::Client)
        });
        steps(&mut talk);
        talk
    };
    let mut talk = greeted();
    talk.late();
    assert_eq!(steps(&mut talk), ["close NoAnswer"]);
    let mut talk = greeted();
    talk.peer_finished();
    assert_eq!(steps(&mut talk), ["close Rejected"]);
    let mut talk = greeted();
    talk.undelivered();
    assert_eq!(steps(&mut talk), ["close Rejected"]);
}

#[test]
fn a_greetings_server_outlives_a_peer_that_says_nothing() {
    let mut talk = Talk::new(&Spec {
        scene: Scene::Hello,
        ..tcp(Side::Server)
    });
    talk.peer_finished();
    assert_eq!(steps(&mut talk), ["close PeerFinished"]);
}

#[test]
fn only_servers_echo_and_reply() {
    for scene in [Scene::Echo, Scene::Reply(text("ok"))] {
        let mut client = Talk::new(&Spec {
            scene,
            ..tcp(Side::Client)
        });
        client.received(&text("hi"));
        assert_eq!(steps(&mut client), [""; 0]);
    }
}

#[test]
fn a_datagram_server_with_once_is_done_after_its_first_answer() {
    for once in [false, true] {
        let mut talk = Talk::new(&Spec {
            scene: Scene::Echo,
            once,
            ..spec(Protocol::Udp, Side::Server)
        });
        talk.received(&text(""));
        let want: &[&str] = if once {
            &["send ", "close Exchanged"]
        } else {
            &["send "]
        };
        assert_eq!(steps(&mut talk), want);
    }
}

#[test]
fn a_stream_does_not_carry_an_empty_message_but_a_datagram_may_be_empty() {
    for (protocol, want) in [(Protocol::Tcp, vec![]), (Protocol::Udp, vec!["send "])] {
        let mut talk = Talk::new(&Spec {
            turns: true,
            ..spec(protocol, Side::Client)
        });
        assert!(order(&mut talk, ""));
        assert_eq!(steps(&mut talk), want);
    }
}

#[test]
fn what_a_client_is_to_say_goes_out_first_and_in_order() {
    let mut talk = Talk::new(&Spec {
        say: vec![text("one"), text("two")],
        ..tcp(Side::Client)
    });
    order(&mut talk, "three");
    assert_eq!(steps(&mut talk), ["send one", "send two", "send three"]);
}

#[test]
fn files_go_out_in_their_place_and_behind_what_a_client_is_to_say() {
    let mut talk = Talk::new(&Spec {
        say: vec![text("one")],
        files: vec!["a".into(), "b".into()],
        ..tcp(Side::Client)
    });
    order(&mut talk, "two");
    assert!(talk.order_file("exit".into(), 7));
    order(&mut talk, "three");
    assert_eq!(
        talk.unsent(),
        (6, 11),
        "a file that waits has no length yet"
    );
    assert_eq!(
        steps(&mut talk),
        [
            "send one",
            "file a",
            "file b",
            "send two",
            "file exit",
            "send three"
        ]
    );
    talk.end_of_input();
    assert!(!talk.order_file("late".into(), 7));
    assert_eq!(steps(&mut talk), ["finish"]);
}

#[test]
fn a_file_takes_one_turn() {
    let mut talk = Talk::new(&Spec {
        turns: true,
        files: vec!["a".into()],
        ..tcp(Side::Client)
    });
    order(&mut talk, "b");
    assert_eq!(steps(&mut talk), ["file a"]);
    assert_eq!(talk.unsent(), (1, 1));
    talk.received(&text("x"));
    assert_eq!(steps(&mut talk), ["send b"]);
}

#[test]
fn exit_among_what_a_client_is_to_say_is_its_last_word() {
    let mut talk = Talk::new(&Spec {
        say: vec![text("one"), text("exit"), text("two")],
        ..tcp(Side::Client)
    });
    assert_eq!(steps(&mut talk), ["send one", "send exit", "expect 5 s"]);
    assert_eq!(talk.unsent(), (1, 3));
}

#[test]
fn with_turns_the_client_begins_and_what_comes_out_of_turn_is_held_in_order() {
    let turns = |side| Spec {
        turns: true,
        ..tcp(side)
    };
    let mut client = Talk::new(&turns(Side::Client));
    for line in ["a", "b", "c"] {
        assert!(order(&mut client, line));
    }
    assert_eq!(steps(&mut client), ["send a"]);
    assert_eq!(client.unsent(), (2, 2));
    client.received(&text("x"));
    assert_eq!(steps(&mut client), ["send b"]);
    client.received(&text("y"));
    assert_eq!(steps(&mut client), ["send c"]);
    client.received(&text("z"));
    client.received(&text("z again"));
    assert_eq!(steps(&mut client), [""; 0]);
    order(&mut client, "d");
    order(&mut client, "e");
    assert_eq!(steps(&mut client), ["send d"], "two messages give one turn");

    let mut server = Talk::new(&turns(Side::Server));
    order(&mut server, "1");
    order(&mut server, "2");
    assert_eq!(steps(&mut server), [""; 0], "the client has the first turn");
    server.received(&text("a"));
    assert_eq!(steps(&mut server), ["send 1"]);
}

#[test]
fn with_turns_what_is_to_be_said_goes_out_one_a_turn() {
    let mut talk = Talk::new(&Spec {
        turns: true,
        say: vec![text("one"), text("two")],
        ..tcp(Side::Client)
    });
    assert_eq!(steps(&mut talk), ["send one"]);
    talk.received(&text("x"));
    assert_eq!(steps(&mut talk), ["send two"]);
}

#[test]
fn with_turns_the_end_of_input_waits_for_what_is_held() {
    let mut talk = Talk::new(&Spec {
        turns: true,
        ..tcp(Side::Client)
    });
    order(&mut talk, "a");
    order(&mut talk, "b");
    talk.end_of_input();
    assert!(!order(&mut talk, "c"));
    assert_eq!(steps(&mut talk), ["send a"]);
    talk.received(&text("x"));
    assert_eq!(steps(&mut talk), ["send b", "finish"]);
    talk.received(&text("y"));
    talk.finish();
    assert_eq!(steps(&mut talk), [""; 0]);
}

#[test]
fn with_turns_a_held_exit_is_said_in_its_turn() {
    let mut talk = Talk::new(&Spec {
        turns: true,
        ..tcp(Side::Client)
    });
    order(&mut talk, "a");
    order(&mut talk, "exit");
    talk.end_of_input();
    assert_eq!(steps(&mut talk), ["send a"]);
    talk.received(&text("x"));
    assert_eq!(steps(&mut talk), ["send exit", "expect 5 s"]);
    talk.received(&text("Goodbye!"));
    assert_eq!(steps(&mut talk), ["close Farewell"]);
}

#[test]
fn with_turns_what_did_not_arrive_gives_the_turn_back() {
    let mut talk = Talk::new(&Spec {
        turns: true,
        ..spec(Protocol::Udp, Side::Client)
    });
    order(&mut talk, "a");
    order(&mut talk, "b");
    assert_eq!(steps(&mut talk), ["send a"]);
    talk.undelivered();
    assert_eq!(steps(&mut talk), ["send b"]);
}

#[test]
fn with_turns_an_answer_of_the_scene_does_not_starve_what_was_typed() {
    let mut talk = Talk::new(&Spec {
        turns: true,
        scene: Scene::Echo,
        ..tcp(Side::Server)
    });
    order(&mut talk, "typed");
    order(&mut talk, "more");
    talk.received(&text("a"));
    assert_eq!(steps(&mut talk), ["send a", "send typed"]);
    talk.received(&text("b"));
    assert_eq!(steps(&mut talk), ["send b", "send more"]);
    talk.received(&text("c"));
    assert_eq!(steps(&mut talk), ["send c"]);
    order(&mut talk, "held");
    assert_eq!(steps(&mut talk), [""; 0], "the answer used the turn");
}

#[test]
fn when_the_peer_finishes_what_is_due_is_sent_and_what_is_held_stays_unsent() {
    let mut talk = Talk::new(&Spec {
        turns: true,
        ..tcp(Side::Client)
    });
    order(&mut talk, "a");
    order(&mut talk, "held");
    talk.peer_finished();
    assert_eq!(talk.unsent(), (2, 5));
    assert_eq!(steps(&mut talk), ["send a", "close PeerFinished"]);
    assert_eq!(talk.unsent(), (1, 4));
}

#[test]
fn kept_open_the_conversation_goes_on_after_the_peers_end_without_turns() {
    let mut talk = Talk::new(&Spec {
        turns: true,
        keep_open: true,
        ..tcp(Side::Client)
    });
    order(&mut talk, "a");
    order(&mut talk, "b");
    order(&mut talk, "c");
    assert_eq!(steps(&mut talk), ["send a"]);
    talk.peer_finished();
    assert_eq!(steps(&mut talk), ["send b", "send c"]);
    order(&mut talk, "d");
    talk.finish();
    assert_eq!(steps(&mut talk), ["send d", "finish"]);
    talk.close();
    assert_eq!(steps(&mut talk), ["close Ordered"]);
}

#[test]
fn after_finishing_nothing_is_taken_or_answered_but_all_is_heard() {
    let mut talk = Talk::new(&Spec {
        scene: Scene::Echo,
        ..tcp(Side::Server)
    });
    order(&mut talk, "last");
    talk.finish();
    assert_eq!(steps(&mut talk), ["send last", "finish"]);
    assert!(!talk.takes_orders());
    assert!(!order(&mut talk, "too late"));
    talk.received(&text("hi"));
    assert_eq!(steps(&mut talk), [""; 0]);
    talk.peer_finished();
    assert_eq!(steps(&mut talk), ["close PeerFinished"]);
}

#[test]
fn a_close_follows_what_is_due_and_comes_once() {
    let mut talk = Talk::new(&tcp(Side::Server));
    order(&mut talk, "last");
    talk.close();
    talk.close();
    talk.peer_finished();
    talk.finish();
    assert_eq!(steps(&mut talk), ["send last", "close Ordered"]);
}

#[test]
fn answers_that_wait_are_counted_until_they_are_taken() {
    let mut talk = Talk::new(&Spec {
        scene: Scene::Reply(text("")),
        ..spec(Protocol::Udp, Side::Server)
    });
    for _ in 0..10 {
        talk.received(&text("?"));
    }
    assert!(talk.answers() >= 10, "empty answers cost something too");
    order(&mut talk, "typed");
    let before = talk.answers();
    talk.step();
    assert!(talk.answers() < before);
    steps(&mut talk);
}

proptest::proptest! {
    #[test]
    fn whatever_happens_nothing_ordered_is_lost_or_reordered_and_nothing_follows_a_close(
        turns: bool,
        side in 0..2usize,
        protocol in 0..2usize,
        inputs in proptest::collection::vec(0..9u8, 0..60),
    ) {
        let mut talk = Talk::new(&Spec {
            turns,
            ..spec(Protocol::ALL[protocol], Side::ALL[side])
        });
        let (mut taken, mut sent, mut closed) = (Vec::new(), Vec::new(), false);
        for (n, input) in inputs.into_iter().enumerate() {
            match input {
                0..=3 => {
                    let message = format!("message {n}");
                    if order(&mut talk, &message) {
                        taken.push(message);
                    }
                }
                4 => talk.received(&text("x")),
                5 => talk.end_of_input(),
                6 => talk.undelivered(),
                7 if n > 30 => talk.peer_finished(),
                8 if n > 30 => talk.close(),
                _ => talk.late(),
            }
            while let Some(step) = talk.step() {
                proptest::prop_assert!(!closed, "{:?} after a close", step);
                match step {
                    Step::Send { data, .. } => sent.push(String::from_utf8_lossy(&data).into_owned()),
                    Step::Close(_) => closed = true,
                    _ => {}
                }
            }
        }
        proptest::prop_assert_eq!(talk.unsent().0 as usize, taken.len() - sent.len());
        taken.truncate(sent.len());
        proptest::prop_assert_eq!(taken, sent);
    }
}

//! Both programs, on packets that they get as text.
mod support;

use testbed::{cut, frames, spoil};

use support::{error, passed, ping, replay, tcp_in, tcp_out, udp, ACK, FIN, RST, SYN, SYN_ACK};

#[test]
fn answers_pass_and_nothing_that_is_like_them() {
    let rules = "allow any from 10.0.0.0/8\nallow icmp from fd00::/8\n";
    for (opens, answer, alike) in [
        (
            udp("10.0.0.2", 1, "192.0.2.2", 2),
            udp("192.0.2.2", 2, "10.0.0.2", 1),
            vec![
                udp("192.0.2.2", 2, "10.0.0.2", 3),
                udp("192.0.2.2", 3, "10.0.0.2", 1),
                udp("192.0.2.3", 2, "10.0.0.2", 1),
                udp("192.0.2.2", 1, "10.0.0.2", 2),
                frames::ip("192.0.2.2", "10.0.0.2", 6, &frames::tcp(2, 1, SYN_ACK, &[])),
            ],
        ),
        (
            ping("10.0.0.2", "192.0.2.2", 8, 7),
            ping("192.0.2.2", "10.0.0.2", 0, 7),
            vec![
                ping("192.0.2.2", "10.0.0.2", 0, 8),
                ping("192.0.2.2", "10.0.0.2", 8, 8),
            ],
        ),
        (
            ping("fd00::2", "2001:db8::2", 128, 7),
            ping("2001:db8::2", "fd00::2", 129, 7),
            vec![ping("2001:db8::2", "fd00::2", 129, 8)],
        ),
        (tcp_out(SYN), tcp_in(SYN_ACK), vec![]),
    ] {
        let all = [vec![opens.clone(), answer.clone()], alike.clone()].concat();
        let mut wanted = vec![true, true];
        wanted.resize(all.len(), false);

        assert_eq!(passed(rules, &all), wanted);
        assert_eq!(passed(rules, &[answer, opens]), [false, true]);
    }
}

#[test]
fn a_tcp_connection_begins_with_its_first_segment() {
    for flags in [ACK, SYN_ACK, RST, FIN, SYN | RST, SYN | 0x01, 0] {
        assert_eq!(
            passed("allow any\n", &[tcp_out(flags)]),
            [false],
            "{flags:x}"
        );
    }
    assert_eq!(passed("allow any\n", &[tcp_out(SYN | 0xc0)]), [true]);
}

#[test]
fn a_connection_is_kept_for_two_hours_once_it_is_established() {
    const SECOND: u64 = 1000;
    const BRIEF: u64 = 240 * SECOND;
    const LONG: u64 = 7440 * SECOND;
    let established = [tcp_out(SYN), tcp_in(SYN_ACK), tcp_out(ACK)];
    let then = |more: &[Vec<u8>]| [&established[..], more].concat();
    let query = [udp("10.0.0.2", 1, "192.0.2.2", 2)];
    let answer = udp("192.0.2.2", 2, "10.0.0.2", 1);
    let pong = ping("192.0.2.2", "10.0.0.2", 0, 7);
    for (what, said, last, idle) in [
        (
            "asked for",
            vec![tcp_out(SYN)],
            tcp_in(SYN_ACK),
            30 * SECOND,
        ),
        (
            "asked for more than once",
            vec![tcp_out(SYN), tcp_out(SYN), tcp_out(ACK)],
            tcp_in(SYN_ACK),
            30 * SECOND,
        ),
        ("answered", established[..2].to_vec(), tcp_in(ACK), BRIEF),
        ("established", established.to_vec(), tcp_in(ACK), LONG),
        ("closed inside", then(&[tcp_out(FIN)]), tcp_in(ACK), BRIEF),
        ("closed outside", then(&[tcp_in(FIN)]), tcp_in(ACK), BRIEF),
        (
            "reset",
            then(&[tcp_in(RST), tcp_out(ACK)]),
            tcp_in(ACK),
            BRIEF,
        ),
        (
            "opened again",
            then(&[tcp_in(FIN), tcp_out(SYN)]),
            tcp_in(ACK),
            30 * SECOND,
        ),
        ("UDP", query.to_vec(), answer, 300 * SECOND),
        (
            "a ping",
            vec![ping("10.0.0.2", "192.0.2.2", 8, 7)],
            pong,
            60 * SECOND,
        ),
    ] {
        let packets: Vec<_> = said.into_iter().map(|packet| (0, packet)).collect();
        let after = |idle| {
            let packets = [&packets[..], &[(idle, last.clone())]].concat();
            let rules = "allow any from 10.0.0.0/8\n";
            replay(rules, &[], 1, &packets)
                .outcomes
                .pop()
                .unwrap()
                .is_some()
        };

        assert!(after(idle - 1), "{what}");
        assert!(!after(idle), "{what}");
    }
}

#[test]
fn errors_pass_if_they_are_about_a_connection() {
    let rules = "allow any from 10.0.0.0/8\nallow any from fd00::/8\n";
    let v6 = udp("fd00::2", 1, "2001:db8::2", 2);
    for (opens, other, router, to, kind) in [
        (
            udp("10.0.0.2", 1, "192.0.2.2", 2),
            udp("10.0.0.2", 1, "192.0.2.2", 3),
            "203.0.113.1",
            "10.0.0.2",
            3,
        ),
        (
            tcp_out(SYN),
            udp("10.0.0.2", 1000, "192.0.2.2", 80),
            "203.0.113.1",
            "10.0.0.2",
            11,
        ),
        (
            v6,
            udp("fd00::2", 2, "2001:db8::2", 2),
            "2001:db8::1",
            "fd00::2",
            2,
        ),
        (
            ping("10.0.0.2", "192.0.2.2", 8, 7),
            ping("10.0.0.2", "192.0.2.2", 8, 9),
            "203.0.113.1",
            "10.0.0.2",
            12,
        ),
    ] {
        let bytes = opens.len() - 4;
        let packets = [
            opens.clone(),
            error(router, to, kind, &opens),
            error(router, to, kind, &opens[..bytes]),
            error(router, to, kind, &other),
            error(router, to, kind, &opens[..40]),
        ];

        assert_eq!(passed(rules, &packets), [true, true, true, false, false]);
    }
}

#[test]
fn errors_pass_to_who_sent_what_they_are_about() {
    let v6 = udp("fd00::2", 1, "2001:db8::2", 2);
    for (opens, router, other, to) in [
        (tcp_out(SYN), "203.0.113.1", "10.0.0.3", "10.0.0.2"),
        (v6, "2001:db8::1", "fd00::3", "fd00::2"),
    ] {
        let packets = [
            opens.clone(),
            error(router, other, 3, &opens),
            error(router, to, 3, &opens),
        ];
        let packets = packets.map(|packet| (0, packet));

        let replayed = replay("allow any\n", &[], 1, &packets);

        let passed: Vec<_> = replayed.outcomes.iter().map(Option::is_some).collect();
        assert_eq!(passed, [true, false, true]);
        replayed.report.expect(&[("errors", 1), ("stray", 1)]);
    }
}

#[test]
fn packets_go_to_the_side_of_their_destination() {
    let stations = [
        "--to-inside",
        "02:00:00:00:01:01",
        "--to-outside",
        "02:00:00:00:01:02",
    ];
    let args = [&["--inside", "10.0.0.0/8"][..], &stations].concat();
    let packets = [tcp_out(SYN), tcp_in(SYN_ACK)].map(|packet| (0, packet));

    let both = replay("allow any\n", &args, 2, &packets).outcomes;
    let one = replay("allow any\n", &args[..2], 1, &packets).outcomes;

    let at = |number| vec![2, 0, 0, 0, 1, number, 2, 0, 0, 0, 0, 1];
    let sent: Vec<_> = both
        .iter()
        .flatten()
        .map(|(edge, packet)| (*edge, packet[..12].to_vec()))
        .collect();
    assert_eq!(sent, [(0, at(2)), (1, at(1))]);
    let unchanged = packets.map(|(_, packet)| Some((0, packet)));
    assert_eq!(one, unchanged);
}

#[test]
fn what_is_for_a_group_of_stations_is_sent_to_no_other_one() {
    let args = ["--inside", "10.0.0.0/8", "--to-outside"];
    let args = [&args[..], &["02:00:00:00:01:02"]].concat();
    let mut packet = udp("10.0.0.2", 5353, "224.0.0.251", 5353);
    packet[..6].copy_from_slice(&[1, 0, 0x5e, 0, 0, 0xfb]);
    let packets = [(0, packet.clone())];

    let as_they_are = replay("allow any\n", &args[..2], 1, &packets);
    let elsewhere = replay("allow any\n", &args, 1, &packets);

    assert_eq!(as_they_are.outcomes, [Some((0, packet))]);
    assert_eq!(elsewhere.outcomes, [None]);
    elsewhere.report.expect(&[("other", 1), ("passed", 0)]);
}

#[test]
fn there_are_no_more_connections_than_said() {
    let packet = |time, port| (time, udp("10.0.0.2", port, "192.0.2.2", 53));
    let mut packets: Vec<_> = (0..9).map(|port| packet(0, port)).collect();
    packets.extend([packet(1, 3), packet(300_000, 8)]);

    let replayed = replay("allow any\n", &["--connections", "8"], 1, &packets);

    let passed: Vec<_> = replayed.outcomes.iter().map(Option::is_some).collect();
    assert_eq!(passed[..8], [true; 8]);
    assert_eq!(passed[8..], [false, true, true]);
    replayed
        .report
        .expect(&[("crowded", 1), ("opened", 9), ("passed", 10)]);
}

#[test]
fn what_is_of_no_connection_is_dropped() {
    let mut fragment = udp("10.0.0.2", 1, "192.0.2.2", 2);
    fragment[20] |= 0x20;
    let packets = [
        fragment,
        frames::ethernet(0x0806, &[0; 28]),
        frames::ip("10.0.0.2", "192.0.2.2", 47, &[0; 20]),
        ping("10.0.0.2", "192.0.2.2", 13, 7),
        ping("fd00::2", "2001:db8::2", 135, 7),
        frames::ip("10.0.0.2", "192.0.2.2", 58, &frames::icmp(128, 7, &[])),
        frames::ip("fd00::2", "2001:db8::2", 1, &frames::icmp(8, 7, &[])),
    ]
    .map(|packet| (0, packet));

    let replayed = replay("allow any\n", &[], 1, &packets);

    assert!(replayed.outcomes.iter().all(Option::is_none));
    replayed
        .report
        .expect(&[("other", 7), ("denied", 0), ("malformed", 0)]);
}

#[test]
fn packets_that_are_cut_or_changed_do_no_harm_to_firewall() {
    let v6 = udp("fd00::2", 1, "2001:db8::2", 2);
    let query = udp("10.0.0.2", 1, "192.0.2.2", 2);
    for whole in [
        tcp_out(SYN),
        query.clone(),
        v6.clone(),
        error("203.0.113.1", "10.0.0.2", 3, &query),
        error("203.0.113.1", "10.0.0.2", 3, &tcp_out(SYN)[..54]),
        error("2001:db8::1", "fd00::2", 1, &v6),
    ] {
        let after = |packets: Vec<Vec<u8>>| -> Vec<_> {
            let first = [query.clone(), v6.clone(), tcp_out(SYN)];
            let all = first.into_iter().chain(packets);
            all.map(|packet| (0, packet)).collect()
        };
        let args = ["--inside", "10.0.0.0/8", "--to-inside", "02:00:00:00:01:01"];

        let cut = replay("allow any\n", &args, 2, &after(cut(&whole)));

        cut.report.expect(&[("malformed", whole.len() as u64)]);
        replay("allow any\n", &args, 2, &after(spoil(&whole)));
    }
}

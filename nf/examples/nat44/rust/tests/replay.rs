//! Both programs, on packets that they get as text.
use std::collections::HashSet;

use testbed::{cut, frames, replay_both, replay_each, spoil, Replayed};

const RUST: &str = env!("CARGO_BIN_EXE_nat44");

const OUTSIDE: &str = "192.0.2.1";
const SERVER: &str = "198.51.100.1";
/// As many as the smallest table has.
const PORTS: u16 = 8;
const FIRST: u16 = 40000;

const FIN: u8 = 0x11;
const SYN: u8 = 0x02;
const SYN_ACK: u8 = 0x12;
const ACK: u8 = 0x10;
const RST: u8 = 0x04;

fn replay(packets: &[(u64, Vec<u8>)]) -> Replayed {
    let args = [
        "--inside",
        "10.0.0.0/8",
        "--outside",
        OUTSIDE,
        "--ports",
        "40000-40007",
    ];
    replay_both(RUST, "nat44", &args, 2, packets)
}

fn packet(outcome: &Option<(u32, Vec<u8>)>) -> &[u8] {
    let (_, packet) = outcome.as_ref().expect("it was dropped");
    packet
}

fn udp_out(port: u16) -> Vec<u8> {
    frames::ip("10.0.0.2", SERVER, 17, &frames::udp(port, 53, b"odd"))
}

fn udp_in(port: u16) -> Vec<u8> {
    frames::ip(SERVER, OUTSIDE, 17, &frames::udp(53, port, b"odd"))
}

fn tcp_out(flags: u8) -> Vec<u8> {
    frames::ip("10.0.0.2", SERVER, 6, &frames::tcp(1000, 80, flags, b"odd"))
}

fn tcp_in(flags: u8) -> Vec<u8> {
    frames::ip(SERVER, OUTSIDE, 6, &frames::tcp(80, FIRST, flags, b"odd"))
}

/// From somebody, about a packet.
fn error(from: &str, to: &str, about: &[u8]) -> Vec<u8> {
    let mut message = frames::icmp(3, 0, &about[14..]);
    message[1] = 3;
    frames::ip(from, to, 1, &message)
}

/// The same frame but for the addresses of stations.
fn expect_same(sent: &[u8], wanted: &[u8]) {
    assert_eq!(sent[12..], wanted[12..]);
}

#[test]
fn packets_are_translated_there_and_back() {
    let ping = |kind, from, to, id| frames::ip(from, to, 1, &frames::icmp(kind, id, b"odd"));
    let cases = [
        (
            udp_out(9),
            udp_in(FIRST),
            (17, frames::udp(FIRST, 53, b"odd")),
            (17, frames::udp(53, 9, b"odd")),
        ),
        (
            tcp_out(SYN),
            tcp_in(SYN_ACK),
            (6, frames::tcp(FIRST, 80, SYN, b"odd")),
            (6, frames::tcp(80, 1000, SYN_ACK, b"odd")),
        ),
        (
            ping(8, "10.0.0.2", SERVER, 7),
            ping(0, SERVER, OUTSIDE, FIRST),
            (1, frames::icmp(8, FIRST, b"odd")),
            (1, frames::icmp(0, 7, b"odd")),
        ),
    ];
    for (outbound, inbound, (protocol, wanted_out), (_, wanted_in)) in cases {
        let mut outbound = outbound;
        outbound[6..12].copy_from_slice(&[2, 0, 0, 0, 0, 9]);
        let sent = replay(&[(0, outbound), (0, inbound)]).outcomes;

        let [Some((to_outside, out)), Some((to_inside, back))] = &sent[..] else {
            panic!("{sent:?}");
        };
        assert_eq!((to_outside, to_inside), (&0, &1));
        assert_eq!(back[..12], [2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 1]);
        expect_same(out, &frames::ip(OUTSIDE, SERVER, protocol, &wanted_out));
        expect_same(back, &frames::ip(SERVER, "10.0.0.2", protocol, &wanted_in));
    }
}

#[test]
fn a_datagram_without_a_sum_gets_none() {
    let mut without = udp_out(9);
    without[40..42].fill(0);

    let sent = replay(&[(0, without)]).outcomes;

    assert_eq!(packet(&sent[0])[40..42], [0, 0]);
    frames::expect_right_sums(packet(&sent[0]));
}

#[test]
fn errors_are_translated_with_what_they_are_about() {
    for about in [
        udp_out(9),
        tcp_out(SYN),
        frames::ip("10.0.0.2", SERVER, 1, &frames::icmp(8, 7, b"x")),
    ] {
        let out = packet(&replay(&[(0, about.clone())]).outcomes[0]).to_vec();
        // All of it, and as much as there must be.
        for bytes in [out.len(), 14 + 20 + 8] {
            let from_router = error("203.0.113.1", OUTSIDE, &out[..bytes]);
            let sent = replay(&[(0, about.clone()), (0, from_router)]).outcomes;

            expect_same(
                packet(&sent[1]),
                &error("203.0.113.1", "10.0.0.2", &about[..bytes]),
            );
        }
    }

    let came_in = packet(&replay(&[(0, udp_out(9)), (0, udp_in(FIRST))]).outcomes[1]).to_vec();
    let packets = [(0, udp_out(9)), (0, error("10.0.0.7", SERVER, &came_in))];
    let sent = replay(&packets).outcomes;
    expect_same(packet(&sent[1]), &error(OUTSIDE, SERVER, &udp_in(FIRST)));
}

#[test]
fn every_end_inside_has_a_port_until_there_are_none() {
    let ends = 0..PORTS + 1;
    let mut packets: Vec<_> = ends.map(|port| (0, udp_out(port))).collect();
    packets.push((0, udp_out(3)));
    packets.push((299_999, udp_out(2)));
    packets.push((300_000, udp_out(99)));
    packets.push((300_000, udp_in(FIRST + 2)));

    let Replayed { outcomes, report } = replay(&packets);

    let port = |index: usize| {
        let bytes = &packet(&outcomes[index])[34..36];
        u16::from_be_bytes([bytes[0], bytes[1]])
    };
    let ports: Vec<_> = (0..usize::from(PORTS)).map(port).collect();
    assert_eq!(ports, (FIRST..FIRST + PORTS).collect::<Vec<_>>());
    assert_eq!(outcomes[8], None);
    // Mappings that nobody used in five minutes have gone.
    assert_eq!([9, 10, 11].map(port), [FIRST + 3, FIRST + 2, FIRST]);
    assert_eq!(packet(&outcomes[12])[36..38], [0, 2]);
    report.expect(&[("crowded", 1), ("mappings", 9), ("unknown", 0)]);
}

#[test]
fn half_of_the_ports_are_used_before_an_end_finds_none() {
    let packets: Vec<_> = (0..5500).map(|port| (0, udp_out(port))).collect();
    let args = [
        "--inside",
        "10.0.0.0/8",
        "--outside",
        OUTSIDE,
        "--ports",
        "40000-49999",
    ];

    for replayed in replay_each(RUST, "nat44", &args, 1, &packets) {
        let ports = replayed
            .outcomes
            .iter()
            .map(|outcome| packet(outcome)[34..36].to_vec());
        assert_eq!(ports.collect::<HashSet<_>>().len(), packets.len());
        replayed
            .report
            .expect(&[("crowded", 0), ("mappings", 5500)]);
    }
}

#[test]
fn a_mapping_is_kept_for_two_hours_once_its_connection_is_established() {
    const SECOND: u64 = 1000;
    const BRIEF: u64 = 240 * SECOND;
    const LONG: u64 = 7440 * SECOND;
    let established = [tcp_out(SYN), tcp_in(SYN_ACK), tcp_out(ACK)];
    let then = |more: &[Vec<u8>]| [&established[..], more].concat();
    for (what, said, idle) in [
        ("asked for", vec![tcp_out(SYN)], BRIEF),
        ("made up inside", vec![tcp_out(ACK), tcp_out(ACK)], BRIEF),
        ("established", established.to_vec(), LONG),
        ("closed inside", then(&[tcp_out(FIN)]), BRIEF),
        (
            "closed inside, and then outside",
            then(&[tcp_out(FIN), tcp_in(FIN), tcp_out(ACK)]),
            BRIEF,
        ),
        ("closed outside", then(&[tcp_in(FIN)]), LONG),
        ("reset outside", then(&[tcp_in(RST), tcp_out(ACK)]), LONG),
        ("asked for again", then(&[tcp_in(FIN), tcp_out(SYN)]), BRIEF),
        (
            "established again",
            then(&[vec![tcp_out(FIN)], established.to_vec()].concat()),
            LONG,
        ),
    ] {
        let packets: Vec<_> = said.into_iter().map(|packet| (0, packet)).collect();
        let after = |idle| {
            let packets = [&packets[..], &[(idle, tcp_in(ACK))]].concat();
            replay(&packets).outcomes.pop().unwrap().is_some()
        };

        assert!(after(idle - 1), "{what}");
        assert!(!after(idle), "{what}");
    }
}

#[test]
fn nobody_outside_keeps_a_mapping() {
    const MINUTE: u64 = 60_000;
    for (opens, keeps, idle) in [
        (vec![tcp_out(SYN)], tcp_in(RST), 4 * MINUTE),
        (vec![tcp_out(SYN)], tcp_in(ACK), 4 * MINUTE),
        (vec![tcp_out(FIN)], tcp_in(FIN), 4 * MINUTE),
        (vec![udp_out(9)], udp_in(FIRST), 5 * MINUTE),
    ] {
        let mut packets: Vec<_> = opens.into_iter().map(|packet| (0, packet)).collect();
        packets.extend((1..=6).map(|each| (each * MINUTE, keeps.clone())));

        let outcomes = replay(&packets).outcomes;

        let times = packets.iter().map(|(time, _)| *time);
        let there: Vec<_> = times.map(|time| time < idle).collect();
        let passed: Vec<_> = outcomes.iter().map(Option::is_some).collect();
        assert_eq!(passed, there);
    }
}

#[test]
fn what_cannot_be_translated_is_dropped() {
    let mut fragment = udp_out(9);
    fragment[20] |= 0x20;
    let mut to_group = udp_out(9);
    to_group[0] |= 1;
    let mut later_fragment = udp_in(FIRST);
    later_fragment[21] = 1;
    let ping = |kind, from, to| frames::ip(from, to, 1, &frames::icmp(kind, FIRST, &[]));
    let others = [
        // Neither side may say that it is the other one.
        frames::ip("10.0.0.2", OUTSIDE, 17, &frames::udp(1, FIRST, &[])),
        error("10.0.0.2", OUTSIDE, &udp_in(FIRST)),
        to_group,
        fragment,
        later_fragment,
        ping(8, SERVER, OUTSIDE),
        ping(0, "10.0.0.2", SERVER),
        frames::ip("10.0.0.2", "10.0.0.3", 17, &frames::udp(1, 2, &[])),
        frames::ip("172.16.0.1", SERVER, 17, &frames::udp(1, 2, &[])),
        frames::ip("10.0.0.2", SERVER, 47, &[0; 20]),
        frames::ip("10.0.0.2", SERVER, 47, &[]),
        frames::ip("fd00::1", "fd00::2", 17, &frames::udp(1, 2, &[])),
        frames::ethernet(0x0806, &[0; 28]),
    ];
    let unknown = [
        udp_in(FIRST + 1),
        udp_in(FIRST - 1),
        udp_in(FIRST + PORTS),
        frames::ip(SERVER, OUTSIDE, 6, &frames::tcp(80, FIRST, ACK, &[])),
        error(SERVER, OUTSIDE, &udp_in(FIRST)),
        error("10.0.0.2", SERVER, &udp_in(FIRST)),
    ];
    let all = [&[udp_out(9)][..], &others, &unknown].concat();
    let packets: Vec<_> = all.into_iter().map(|packet| (0, packet)).collect();

    let Replayed { outcomes, report } = replay(&packets);

    assert!(outcomes[1..].iter().all(Option::is_none), "{outcomes:?}");
    report.expect(&[
        ("other", others.len() as u64),
        ("unknown", unknown.len() as u64),
        ("malformed", 0),
    ]);
}

#[test]
fn packets_that_are_cut_or_changed_do_no_harm_to_nat44() {
    let out = packet(&replay(&[(0, udp_out(9))]).outcomes[0]).to_vec();
    for whole in [
        udp_out(9),
        udp_in(FIRST),
        tcp_out(ACK),
        error(SERVER, OUTSIDE, &out),
        error(
            SERVER,
            OUTSIDE,
            &packet(&replay(&[(0, tcp_out(SYN))]).outcomes[0])[..54],
        ),
    ] {
        let after_first = |packets: Vec<Vec<u8>>| -> Vec<_> {
            let all = std::iter::once(udp_out(9)).chain(packets);
            all.map(|packet| (0, packet)).collect()
        };

        let cut = replay(&after_first(cut(&whole)));

        cut.report.expect(&[("malformed", whole.len() as u64)]);
        replay(&after_first(spoil(&whole)));
    }
}

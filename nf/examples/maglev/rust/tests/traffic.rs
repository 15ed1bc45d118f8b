//! Both programs, on a veth pair and on packets that they get as text.
use std::process::Command;

use testbed::{both, cut, frames, make_veth, on_device, replay_both, spoil, Running, Wire};

const RUST: &str = env!("CARGO_BIN_EXE_maglev");
const FLOWS: u16 = 5000;

fn flow(number: u16) -> Vec<u8> {
    let from = format!("192.0.2.{}", number % 250);
    frames::ip(
        &from,
        "198.51.100.1",
        6,
        &frames::tcp(1024 + number, 443, 0x10, b"data"),
    )
}

fn args(backends: &[String]) -> Vec<&str> {
    backends
        .iter()
        .flat_map(|each| ["--backend", each])
        .collect()
}

/// The edge of each flow with ten backends, of which some are gone.
fn edges(gone: &[usize]) -> Vec<u32> {
    let backends: Vec<_> = (0..10)
        .map(|number| format!("web{number}/{}", u8::from(!gone.contains(&number))))
        .collect();
    let packets: Vec<_> = (0..FLOWS).map(|number| (0, flow(number))).collect();
    let replayed = replay_both(RUST, "maglev", &args(&backends), 10, &packets);
    let outcomes = replayed.outcomes.into_iter().zip(packets);
    outcomes
        .map(|(outcome, (_, packet))| {
            let (edge, sent) = outcome.unwrap();
            assert_eq!(sent, packet);
            edge
        })
        .collect()
}

#[test]
#[ignore = "needs root, for a veth pair"]
fn a_flow_goes_to_the_address_of_one_backend() {
    const PACKETS: u16 = 3;
    let backends = [1, 2, 3].map(|number| format!("web{number}=02:00:00:00:01:0{number}"));
    for program in both(RUST, "maglev") {
        println!("{}", program.display());
        make_veth();
        let maglev = Running::start(&mut on_device(&program, &args(&backends)));
        let wire = Wire::open("b");
        let mut counts = [0; 3];

        for number in 0..100 {
            let sent = flow(number);
            let mut chosen = Vec::new();
            for _ in 0..PACKETS {
                wire.send(&sent);
                let received = wire.receive();
                assert_eq!(received[..5], [2, 0, 0, 0, 1]);
                assert_eq!(received[6..12], [2, 0, 0, 0, 0, 1]);
                assert_eq!(received[12..], sent[12..]);
                chosen.push(received[5]);
                counts[usize::from(received[5]) - 1] += 1;
            }
            assert!(chosen.iter().all(|each| *each == chosen[0]), "{chosen:?}");
        }

        let report = maglev.stop();
        report.expect(&[
            ("received", 300),
            ("sent", 300),
            ("dropped", 0),
            ("held", 0),
        ]);
        report.expect(&[
            ("to web1", counts[0]),
            ("to web2", counts[1]),
            ("to web3", counts[2]),
        ]);
        assert!(counts.iter().all(|&count| count > 50), "{counts:?}");
    }
}

#[test]
fn flows_are_spread_evenly_and_only_those_of_a_backend_that_goes_move() {
    let all = edges(&[]);
    for edge in 0..10 {
        let count = all.iter().filter(|&&each| each == edge).count();
        // Of so few flows: of the table, each has its share to a percent.
        assert!(
            (425..=575).contains(&count),
            "{count} of 500 on edge {edge}"
        );
    }

    let without = edges(&[3]);

    let both = all.iter().zip(&without);
    let moved = both
        .clone()
        .filter(|(&before, &after)| before != 3 && before != after)
        .count();
    println!("{moved} of 4500 flows move that were not of the backend that goes");
    assert!(moved < 45, "{moved}");
    assert!(!without.contains(&3));
}

#[test]
fn a_flow_is_what_has_the_same_ports_unless_it_comes_in_fragments() {
    let backends: Vec<_> = (0..64).map(|number| format!("web{number}")).collect();
    let udp = |from: u16| {
        frames::ip(
            "192.0.2.1",
            "198.51.100.1",
            17,
            &frames::udp(from, 53, &[0; 16]),
        )
    };
    let fragment = |from: u16, offset: u8| {
        let mut packet = udp(from);
        packet[20] = if offset == 0 { 0x20 } else { 0 };
        packet[21] = offset;
        (0, packet)
    };
    let v6 = |last: &str, from: u16| {
        let from_address = format!("2001:db8::{last}");
        (
            0,
            frames::ip(
                &from_address,
                "2001:db8::1",
                17,
                &frames::udp(from, 53, &[]),
            ),
        )
    };
    // What the first one is of, others may not say.
    let mut of_other_protocol = fragment(3, 2);
    of_other_protocol.1[23] = 6;
    let mut packets = vec![fragment(1, 0), fragment(2, 1), of_other_protocol];
    packets.extend([v6("2", 1), v6("2", 1)]);
    packets.extend((0..20).map(|port| (0, udp(port))));
    packets.extend((0..20).map(|port| v6("2", port)));
    packets.extend((10..30).map(|last| v6(&last.to_string(), 1)));

    let replayed = replay_both(RUST, "maglev", &args(&backends), 64, &packets);

    let edges: Vec<_> = replayed
        .outcomes
        .into_iter()
        .map(|each| each.unwrap().0)
        .collect();
    assert!(edges[0] == edges[1] && edges[1] == edges[2]);
    assert_eq!(edges[3], edges[4]);
    for group in edges[5..].chunks(20) {
        let first = group[0];
        assert!(group.iter().any(|&each| each != first), "{group:?}");
    }
}

#[test]
fn errors_go_where_the_flow_goes_that_they_are_about() {
    let backends: Vec<_> = (0..64).map(|number| format!("web{number}")).collect();
    let mut packets = Vec::new();
    for port in 0..20 {
        for (client, service, router, protocol) in [
            ("192.0.2.1", "198.51.100.1", "203.0.113.1", 1),
            ("2001:db8::1", "2001:db8::2", "2001:db8::3", 58),
        ] {
            let to = frames::udp(port, 53, &[]);
            let back = frames::ip(service, client, 17, &frames::udp(53, port, &[]));
            let about = frames::icmp(3, 0, &back[14..]);
            packets.push((0, frames::ip(client, service, 17, &to)));
            packets.push((0, frames::ip(router, service, protocol, &about)));
        }
    }

    let outcomes = replay_both(RUST, "maglev", &args(&backends), 64, &packets).outcomes;

    let edges: Vec<_> = outcomes.into_iter().map(|each| each.unwrap().0).collect();
    assert!(edges.chunks(2).all(|pair| pair[0] == pair[1]), "{edges:?}");
}

#[test]
fn edges_that_are_not_there_get_nothing() {
    let backends = ["a", "b", "c"].map(String::from);
    let none = ["a/0".to_owned()];
    let packets: Vec<_> = (0..100).map(|number| (0, flow(number))).collect();

    let two = replay_both(RUST, "maglev", &args(&backends), 2, &packets);
    let nobody = replay_both(RUST, "maglev", &args(&none), 1, &packets);

    two.report.expect(&[("to c", 0), ("unserved", 0)]);
    assert!(two.report.count("to a") > 30 && two.report.count("to b") > 30);
    nobody.report.expect(&[("unserved", 100), ("to a", 0)]);
}

#[test]
fn what_is_for_a_group_of_stations_is_sent_to_no_other_one() {
    let mut packet = flow(0);
    packet[0] |= 1;
    let packets = [(0, packet)];
    let with_mac = ["a=02:00:00:00:01:01".to_owned()];

    let to_edge = replay_both(RUST, "maglev", &args(&["a".to_owned()]), 1, &packets);
    let to_station = replay_both(RUST, "maglev", &args(&with_mac), 1, &packets);

    to_edge.report.expect(&[("to a", 1), ("other", 0)]);
    to_station.report.expect(&[("to a", 0), ("other", 1)]);
}

#[test]
fn backends_that_cannot_be_are_refused() {
    for (backends, why) in [
        (
            &["a=02:00:00:00:00:01", "b"][..],
            "give all backends an address, or none",
        ),
        (&["a", "a"], "a"),
        (&["a=02:00:00:00:00"], "a=02:00:00:00:00"),
        (&["a/1001"], "a/1001"),
        (&["a/-1"], "a/-1"),
        (&["a b"], "a b"),
        (
            &["01234567890123456789012345678901"],
            "01234567890123456789012345678901",
        ),
        (&[], "say which backends there are"),
    ] {
        let backends: Vec<_> = backends.iter().map(|&each| each.to_owned()).collect();
        for program in both(RUST, "maglev") {
            let output = Command::new(&program)
                .args(["--device", "nowhere"])
                .args(args(&backends))
                .output()
                .unwrap();

            let error = String::from_utf8(output.stderr).unwrap();
            let first = error.lines().next().unwrap_or_default();
            assert_eq!(
                output.status.code(),
                Some(2),
                "{}: {error}",
                program.display()
            );
            assert!(first.contains(why), "{}: {error}", program.display());
        }
    }
}

#[test]
fn packets_that_are_cut_or_changed_do_no_harm_to_maglev() {
    let backends = ["a=02:00:00:00:01:01", "b=02:00:00:00:01:02"].map(String::from);
    let v6 = frames::ip(
        "2001:db8::2",
        "2001:db8::1",
        17,
        &frames::udp(1, 2, b"data"),
    );
    let error = |kind, from, to, about: &[u8]| {
        frames::ip(from, to, kind, &frames::icmp(3, 0, &about[14..]))
    };
    let errors = [
        error(1, "203.0.113.1", "198.51.100.1", &flow(0)),
        error(58, "2001:db8::3", "2001:db8::1", &v6),
    ];
    for packet in [flow(0), v6].into_iter().chain(errors) {
        let now = |packets: Vec<Vec<u8>>| -> Vec<_> {
            packets.into_iter().map(|packet| (0, packet)).collect()
        };

        let cut = replay_both(RUST, "maglev", &args(&backends), 1, &now(cut(&packet)));

        cut.report.expect(&[("malformed", packet.len() as u64)]);
        replay_both(RUST, "maglev", &args(&backends), 1, &now(spoil(&packet)));
    }
}

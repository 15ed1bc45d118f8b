//! Both programs, on a veth pair and on packets that they get as text.
use testbed::{
    both, cut, frames, make_veth, on_device, replay_both, run, spoil, Replayed, Running,
};

const RUST: &str = env!("CARGO_BIN_EXE_responder");
const ARGS: [&str; 6] = [
    "--mac",
    "02:00:00:00:00:01",
    "--address",
    "10.0.0.1",
    "--address",
    "fd00::1",
];

fn arp(target: [u8; 4]) -> Vec<u8> {
    let mut arp = vec![0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 2, 10, 0, 0, 2];
    arp.extend([0; 6]);
    arp.extend(target);
    frames::ethernet(0x0806, &arp)
}

/// From somebody, with options.
fn solicitation(from: &str, options: &[u8]) -> Vec<u8> {
    let target = [&[0xfd, 0][..], &[0; 13], &[1]].concat();
    let message = [&[135, 0, 0, 0, 0, 0, 0, 0][..], &target, options].concat();
    frames::ip(from, "ff02::1:ff00:1", 58, &message)
}

const SOURCE_OPTION: [u8; 8] = [1, 1, 2, 0, 0, 0, 0, 2];

fn replay(packets: Vec<Vec<u8>>) -> Replayed {
    replay_with(1, packets)
}

fn replay_with(edges: u32, packets: Vec<Vec<u8>>) -> Replayed {
    let packets: Vec<_> = packets.into_iter().map(|packet| (0, packet)).collect();
    replay_both(RUST, "responder", &ARGS, edges, &packets)
}

#[test]
#[ignore = "needs root, for a veth pair"]
fn pings_are_answered() {
    for program in both(RUST, "responder") {
        println!("{}", program.display());
        make_veth();
        // What the kernel would not need to ask for.
        run("ip neighbour del 10.0.0.1 dev b");
        std::fs::write("/proc/sys/net/ipv6/conf/b/disable_ipv6", "0").unwrap();
        run("ip address add fd00::2/64 dev b nodad");
        let responder = Running::start(&mut on_device(&program, &ARGS));

        for address in ["10.0.0.1", "fd00::1"] {
            for bytes in [0, 17, 56, 1400] {
                run(&format!("ping -c 5 -i 0.002 -W 10 -s {bytes} {address}"));
            }
        }

        let report = responder.stop();
        report.expect(&[("echo", 40), ("malformed", 0), ("full", 0), ("held", 0)]);
        assert!(report.count("arp") > 0 && report.count("neighbour") > 0);
    }
}

#[test]
fn answers_are_what_the_standards_say() {
    let ping =
        |kind, from, to, protocol| frames::ip(from, to, protocol, &frames::icmp(kind, 7, b"odd"));
    let asked = vec![
        arp([10, 0, 0, 1]),
        ping(8, "10.0.0.2", "10.0.0.1", 1),
        ping(128, "fd00::2", "fd00::1", 58),
        solicitation("fd00::2", &SOURCE_OPTION),
        solicitation(
            "fd00::2",
            &[&SOURCE_OPTION[..], &[14, 1, 1, 2, 3, 4, 5, 6]].concat(),
        ),
        solicitation("fd00::2", &[]),
    ];

    let answers = replay(asked.clone()).outcomes;

    for (question, answer) in asked.iter().zip(&answers) {
        let (edge, answer) = answer.as_ref().unwrap();
        assert_eq!(
            (*edge, &answer[..12]),
            (0, &[2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1][..])
        );
        if question[12..14] != [8, 6] {
            frames::expect_right_sums(answer);
        }
    }
    let answer = |index: usize| &answers[index].as_ref().unwrap().1[14..];
    let told = [
        0, 1, 8, 0, 6, 4, 0, 2, 2, 0, 0, 0, 0, 1, 10, 0, 0, 1, 2, 0, 0, 0, 0, 2, 10, 0, 0, 2,
    ];
    assert_eq!(answer(0), told);
    assert_eq!(answer(1)[12..], ping(0, "10.0.0.1", "10.0.0.2", 1)[26..]);
    assert_eq!(answer(2)[8..], ping(129, "fd00::1", "fd00::2", 58)[22..]);
    for index in [3, 4] {
        assert_eq!(answer(index).len(), 40 + 32);
        assert_eq!(answer(index)[40..42], [136, 0]);
        assert_eq!(answer(index)[44..48], [0x60, 0, 0, 0]);
        assert_eq!(answer(index)[64..], [2, 1, 2, 0, 0, 0, 0, 1]);
    }
    assert_eq!(answer(5).len(), 40 + 24);
}

#[test]
fn what_is_not_for_it_goes_on_if_there_is_somebody() {
    let mut answer = arp([10, 0, 0, 1]);
    answer[21] = 2;
    let mut from_group = arp([10, 0, 0, 1]);
    from_group[6] |= 1;
    let mut fragment = frames::ip("10.0.0.2", "10.0.0.1", 1, &frames::icmp(8, 7, &[0; 8]));
    fragment[20] |= 0x20;
    let mut from_afar = solicitation("fd00::2", &SOURCE_OPTION);
    from_afar[21] = 254;
    let mut wrong_sum = solicitation("fd00::2", &SOURCE_OPTION);
    wrong_sum[56] ^= 1;
    let others = vec![
        arp([10, 0, 0, 9]),
        answer,
        from_group,
        fragment,
        from_afar,
        wrong_sum,
        solicitation("::", &SOURCE_OPTION),
        frames::ip("10.0.0.2", "10.0.0.9", 1, &frames::icmp(8, 7, &[])),
        frames::ip("10.0.0.2", "10.0.0.1", 1, &frames::icmp(0, 7, &[])),
        frames::ip("10.0.0.2", "10.0.0.1", 17, &frames::udp(8 << 8, 0, &[])),
        frames::ip("fd00::2", "fd00::9", 58, &frames::icmp(128, 7, &[])),
        frames::ethernet(0x88b5, &[0; 40]),
    ];

    let alone = replay_with(1, others.clone());
    let with_somebody = replay_with(2, others.clone());

    assert!(alone.outcomes.iter().all(Option::is_none));
    let unchanged: Vec<_> = others.into_iter().map(|packet| Some((1, packet))).collect();
    assert_eq!(with_somebody.outcomes, unchanged);
    alone
        .report
        .expect(&[("other", 12), ("malformed", 0), ("echo", 0)]);
}

#[test]
fn packets_that_are_cut_or_changed_do_no_harm_to_responder() {
    let whole = [
        arp([10, 0, 0, 1]),
        frames::ip("10.0.0.2", "10.0.0.1", 1, &frames::icmp(8, 7, &[1; 5])),
        frames::ip("fd00::2", "fd00::1", 58, &frames::icmp(128, 7, &[1; 5])),
        solicitation("fd00::2", &SOURCE_OPTION),
    ];
    for packet in whole {
        let mut cut = replay(cut(&packet));

        assert!(cut.outcomes.pop().unwrap().is_some());
        assert!(cut.outcomes.iter().all(Option::is_none));
        replay(spoil(&packet));
    }
}

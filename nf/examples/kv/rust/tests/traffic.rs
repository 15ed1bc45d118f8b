//! Both programs, on a veth pair and on packets that they get as text.
use std::net::UdpSocket;

use testbed::{
    bind_udp, both, cut, frames, make_veth, on_device, replay_both, run, spoil, Replayed, Running,
};

const RUST: &str = env!("CARGO_BIN_EXE_kv");

/// A request that is one datagram.
fn framed(id: u16, text: &[u8]) -> Vec<u8> {
    [&id.to_be_bytes()[..], &[0, 0, 0, 1, 0, 0], text].concat()
}

fn ask(socket: &UdpSocket, id: u16, text: &[u8]) -> String {
    socket.send(&framed(id, text)).unwrap();
    let mut reply = [0; 2000];
    let len = socket.recv(&mut reply).unwrap();
    assert_eq!(reply[..8], framed(id, &[]));
    String::from_utf8(reply[8..len].to_vec()).unwrap()
}

#[test]
#[ignore = "needs root, for a veth pair"]
fn values_are_kept_for_clients_of_both_versions_of_ip() {
    for program in both(RUST, "kv") {
        println!("{}", program.display());
        make_veth();
        std::fs::write("/proc/sys/net/ipv6/conf/b/disable_ipv6", "0").unwrap();
        run("ip address add fd00::2/64 dev b nodad");
        run("ip neighbour add fd00::1 lladdr 02:00:00:00:00:01 dev b nud permanent");
        let kv = Running::start(&mut on_device(&program, &[]));
        let clients = [
            ("10.0.0.2:0", "10.0.0.1:11211"),
            ("[fd00::2]:0", "[fd00::1]:11211"),
        ]
        .map(|(from, to)| {
            let socket = bind_udp(from);
            socket.connect(to).unwrap();
            socket
        });

        for (id, client) in (0..).zip(&clients) {
            for len in [0, 1, 17, 1000, 1024] {
                let value = "x".repeat(len);
                let set = format!("set key{id} 7 0 {len}\r\n{value}\r\n");
                assert_eq!(ask(client, len as u16, set.as_bytes()), "STORED\r\n");
                let wanted = format!("VALUE key{id} 7 {len}\r\n{value}\r\nEND\r\n");
                let get = format!("get key{id}\r\n");
                assert_eq!(ask(client, id, get.as_bytes()), wanted);
            }
        }
        // One sees what the other has said.
        assert!(ask(&clients[0], 9, b"get key1\r\n").starts_with("VALUE key1 7 1024\r\n"));
        assert_eq!(ask(&clients[0], 9, b"get nothing\r\n"), "END\r\n");

        let report = kv.stop();
        report.expect(&[("requests", 22), ("sets", 10), ("hits", 11), ("errors", 0)]);
        report.expect(&[("malformed", 0), ("full", 0), ("held", 0)]);
    }
}

fn request(text: &str) -> Vec<u8> {
    let data = framed(5, text.as_bytes());
    frames::ip("10.0.0.2", "10.0.0.1", 17, &frames::udp(7, 11211, &data))
}

fn replay(args: &[&str], packets: &[(u64, Vec<u8>)]) -> Replayed {
    replay_both(RUST, "kv", args, 1, packets)
}

/// What is said to these, one after the other.
fn replies(args: &[&str], requests: &[(u64, &str)]) -> Vec<String> {
    let packets: Vec<_> = requests
        .iter()
        .map(|(time, text)| (*time, request(text)))
        .collect();
    let outcomes = replay(args, &packets).outcomes;
    let text = |outcome: Option<(u32, Vec<u8>)>| match outcome {
        None => "nothing".to_owned(),
        Some((edge, packet)) => {
            assert_eq!(
                (edge, &packet[..12]),
                (0, &[2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1][..])
            );
            let data = &packet[42..];
            let wanted = frames::ip("10.0.0.1", "10.0.0.2", 17, &frames::udp(11211, 7, data));
            assert_eq!(packet[12..], wanted[12..]);
            assert_eq!(data[..8], framed(5, &[]));
            String::from_utf8(data[8..].to_vec()).unwrap()
        }
    };
    outcomes.into_iter().map(text).collect()
}

#[test]
fn requests_are_answered_as_memcached_does() {
    const BAD_FORMAT: &str = "CLIENT_ERROR bad command line format\r\n";
    const BAD_DATA: &str = "CLIENT_ERROR bad data chunk\r\n";
    let (longest, too_long) = ("k".repeat(250), "k".repeat(251));
    let large = "v".repeat(1024);
    let (set_large, set_larger) = (
        format!("set a 0 0 1024\r\n{large}\r\n"),
        format!("set b 0 0 1025\r\n{large}v\r\n"),
    );
    let set_longest = format!("set {longest} 0 0 1\r\nx\r\n");
    let get_longest = format!("get {longest}\r\n");
    let longest_value = format!("VALUE {longest} 0 1\r\nx\r\nEND\r\n");
    let (set_too_long, get_too_long) = (
        format!("set {too_long} 0 0 1\r\nx\r\n"),
        format!("get {too_long}\r\n"),
    );
    let cases = [
        ("get a\r\n", "END\r\n"),
        ("set a 1 0 3\r\none\r\n", "STORED\r\n"),
        ("set b 4294967295 0 5\r\n\r\n\r\n\0\r\n", "STORED\r\n"),
        ("get a\r\n", "VALUE a 1 3\r\none\r\nEND\r\n"),
        (
            "get  b  x  a \r\n",
            "VALUE b 4294967295 5\r\n\r\n\r\n\0\r\nVALUE a 1 3\r\none\r\nEND\r\n",
        ),
        ("set a 0 0 0 noreply\r\n\r\n", "nothing"),
        ("get a\r\n", "VALUE a 0 0\r\n\r\nEND\r\n"),
        (&set_large, "STORED\r\n"),
        (&set_larger, "SERVER_ERROR object too large for cache\r\n"),
        (
            "get a a\r\n",
            "SERVER_ERROR reply too large for a datagram\r\n",
        ),
        (&set_longest, "STORED\r\n"),
        (&get_longest, &longest_value),
        (&set_too_long, BAD_FORMAT),
        (&get_too_long, BAD_FORMAT),
        ("get \x01\r\n", BAD_FORMAT),
        ("set a 0 0 4\r\none\r\n", BAD_DATA),
        ("set a 0 0 2\r\none\r\n", BAD_DATA),
        ("set a 0 0 3\r\none", BAD_DATA),
        ("set a 0 0\r\none\r\n", BAD_FORMAT),
        ("set a 0 0 3 please\r\none\r\n", BAD_FORMAT),
        ("set a 0 -1 3\r\none\r\n", BAD_FORMAT),
        ("set a 4294967296 0 3\r\none\r\n", BAD_FORMAT),
        ("set a 0 99999999999 3\r\none\r\n", BAD_FORMAT),
        (
            "set a 0 2592001 3\r\none\r\n",
            "CLIENT_ERROR an item lives for 30 days at most, or for ever\r\n",
        ),
        ("get\r\n", "ERROR\r\n"),
        ("get a", "ERROR\r\n"),
        ("delete a\r\n", "ERROR\r\n"),
        ("\r\n", "ERROR\r\n"),
        ("", "ERROR\r\n"),
    ];
    let requests = cases.map(|(request, _)| (0, request));

    assert_eq!(replies(&[], &requests), cases.map(|(_, reply)| reply));
}

#[test]
fn an_item_goes_when_its_time_has_come() {
    let requests = [
        (0, "set a 0 10 1\r\nx\r\n"),
        (0, "set b 0 0 1\r\nx\r\n"),
        (9_999, "get a\r\n"),
        (10_000, "get a\r\n"),
        (10_000, "set a 0 1 1\r\ny\r\n"),
        (10_999, "set a 0 0 1\r\nz\r\n"),
        (1 << 40, "get a b\r\n"),
    ];

    let said = replies(&[], &requests);

    assert_eq!(said[2], "VALUE a 0 1\r\nx\r\nEND\r\n");
    assert_eq!(said[3], "END\r\n");
    assert_eq!(said[6], "VALUE a 0 1\r\nz\r\nVALUE b 0 1\r\nx\r\nEND\r\n");
}

#[test]
fn no_more_keys_are_kept_than_said() {
    let sets: Vec<_> = (0..9)
        .map(|key| format!("set {key} 0 0 1\r\nx\r\n"))
        .collect();
    let mut requests: Vec<_> = sets.iter().map(|set| (0, set.as_str())).collect();
    requests.push((0, "set 3 0 0 1\r\ny\r\n"));

    let said = replies(&["--keys", "8"], &requests);

    assert!(said[..8].iter().all(|reply| reply == "STORED\r\n"));
    assert_eq!(
        said[8..],
        [
            "SERVER_ERROR out of memory storing object\r\n",
            "STORED\r\n"
        ]
    );
}

#[test]
fn a_datagram_that_is_no_request_is_dropped() {
    let get = framed(5, b"get a\r\n");
    let mut several = get.clone();
    several[5] = 2;
    let packets = [
        frames::udp(7, 11212, &get),
        frames::udp(7, 11211, &several),
        frames::udp(7, 11211, &get[..7]),
        // A server, which would say ERROR as well.
        frames::udp(11211, 11211, &get),
        frames::udp(7, 11211, &framed(5, b"ERROR\r\n")),
    ]
    .map(|udp| (0, frames::ip("10.0.0.2", "10.0.0.1", 17, &udp)));

    let replayed = replay(&[], &packets);

    assert!(replayed.outcomes.iter().all(Option::is_none));
    replayed
        .report
        .expect(&[("requests", 0), ("other", 1), ("malformed", 4)]);
}

#[test]
fn a_request_to_a_group_is_no_request() {
    let get = frames::udp(7, 11211, &framed(5, b"get a\r\n"));
    let mut to_stations = frames::ip("10.0.0.2", "10.0.0.255", 17, &get);
    to_stations[..6].fill(0xff);
    let packets = [
        to_stations,
        frames::ip("10.0.0.2", "224.0.0.1", 17, &get),
        frames::ip("10.0.0.2", "255.255.255.255", 17, &get),
        frames::ip("fd00::2", "ff02::1", 17, &get),
    ]
    .map(|packet| (0, packet));

    let replayed = replay(&[], &packets);

    assert!(replayed.outcomes.iter().all(Option::is_none));
    replayed.report.expect(&[("requests", 0), ("other", 4)]);
}

#[test]
fn packets_that_are_cut_or_changed_do_no_harm_to_kv() {
    for whole in [request("set a 7 1 3\r\none\r\n"), request("get a b\r\n")] {
        let after_set = |packets: Vec<Vec<u8>>| -> Vec<_> {
            let all = std::iter::once(request("set a 1 0 3\r\none\r\n")).chain(packets);
            all.map(|packet| (0, packet)).collect()
        };

        let cut = replay(&[], &after_set(cut(&whole)));

        cut.report
            .expect(&[("requests", 2), ("malformed", whole.len() as u64)]);
        replay(&[], &after_set(spoil(&whole)));
    }
}

//! Both programs between two hosts.
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::thread;

use testbed::{bind_udp, both, echo, exchange, make_hub, on_device, run, Host, Running, BYTES};

const RUST: &str = env!("CARGO_BIN_EXE_nat44");
const SERVER: &str = "192.0.2.2:7000";

/// A client inside, and a server outside, each of which has the function for its neighbour.
fn hosts() -> (Host, Host) {
    make_hub();
    let client = Host::start(
        1,
        &[
            "ip address add 10.0.0.2/24 dev eth",
            "ip route add default via 10.0.0.1",
            "ip neighbour add 10.0.0.1 lladdr 02:00:00:00:00:01 dev eth nud permanent",
        ],
    );
    let server = Host::start(
        2,
        &[
            "ip address add 192.0.2.2/24 dev eth",
            "ip neighbour add 192.0.2.1 lladdr 02:00:00:00:00:01 dev eth nud permanent",
        ],
    );
    (client, server)
}

fn start(program: &Path) -> Running {
    println!("{}", program.display());
    let inside = ["--inside", "10.0.0.0/24", "--outside", "192.0.2.1"];
    let mut command = on_device(program, &inside);
    Running::start(command.args(["--next-hop", "02:00:00:00:01:02", "--ports", "40000-40999"]))
}

fn expect_outside(peer: SocketAddr) {
    assert_eq!(peer.ip().to_string(), "192.0.2.1");
    assert!((40000..=40999).contains(&peer.port()), "{peer}");
}

#[test]
#[ignore = "needs root, for veth pairs"]
fn connections_pings_and_datagrams_reach_a_host_outside() {
    const DATAGRAMS: u64 = 20;
    for program in both(RUST, "nat44") {
        let (client, server) = hosts();
        let nat = start(&program);

        let listener = server.run(|| TcpListener::bind(SERVER).unwrap());
        let answering = thread::spawn(move || echo(&listener));
        client.run(|| exchange(SERVER));
        expect_outside(answering.join().unwrap());

        client.run(|| run("ping -c 5 -i 0.002 -W 10 -s 1000 192.0.2.2"));

        let socket = server.run(|| bind_udp(SERVER));
        let sockets = client.run(|| [(); 2].map(|()| bind_udp("10.0.0.2:0")));
        let mut peers = Vec::new();
        for number in 0..DATAGRAMS {
            for (each, inside) in sockets.iter().enumerate() {
                let sent = [number as u8, each as u8];
                let mut received = [0; 16];
                inside.send_to(&sent, SERVER).unwrap();
                let (len, peer) = socket.recv_from(&mut received).unwrap();
                assert_eq!(received[..len], sent);
                expect_outside(peer);
                socket.send_to(&received[..len], peer).unwrap();
                let (len, _) = inside.recv_from(&mut received).unwrap();
                assert_eq!(received[..len], sent);
                peers.push(peer);
            }
        }
        assert!(peers.chunks(2).all(|each| each == &peers[..2]));
        assert_ne!(peers[0], peers[1]);

        let report = nat.stop();
        report.expect(&[
            ("mappings", 4),
            ("crowded", 0),
            ("unknown", 0),
            ("malformed", 0),
        ]);
        report.expect(&[("full", 0), ("held", 0)]);
        let both_ways = report.count("outbound") + report.count("inbound");
        assert_eq!(report.count("sent"), both_ways);
        assert!(report.count("inbound") > BYTES as u64 / 1500);
    }
}

#[test]
#[ignore = "needs root, for veth pairs"]
fn who_sends_to_a_port_that_is_closed_is_told() {
    for program in both(RUST, "nat44") {
        let (client, server) = hosts();
        let nat = start(&program);
        let mut nothing = [0; 16];

        // A server that is not there.
        let inside = client.run(|| bind_udp("10.0.0.2:5000"));
        inside.connect("192.0.2.2:9").unwrap();
        inside.send(b"hello").unwrap();
        assert_eq!(
            inside.recv(&mut nothing).unwrap_err().kind(),
            ErrorKind::ConnectionRefused
        );

        // A client that has gone.
        drop(inside);
        let outside = server.run(|| bind_udp(SERVER));
        let inside = client.run(|| bind_udp("10.0.0.2:5001"));
        inside.send_to(b"hello", SERVER).unwrap();
        let (_, peer) = outside.recv_from(&mut nothing).unwrap();
        drop(inside);
        outside.connect(peer).unwrap();
        outside.send(b"hello").unwrap();
        assert_eq!(
            outside.recv(&mut nothing).unwrap_err().kind(),
            ErrorKind::ConnectionRefused
        );

        nat.stop().expect(&[
            ("errors", 2),
            ("mappings", 2),
            ("outbound", 2),
            ("inbound", 1),
        ]);
    }
}

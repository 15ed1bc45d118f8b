//! Both programs, between hosts and on packets that they get as text.
use std::net::UdpSocket;

use testbed::{
    both, cut, frames, make_hub, on_device, replay_both, run, spoil, Host, Replayed, Running, Wire,
    DEADLINE,
};

const RUST: &str = env!("CARGO_BIN_EXE_vxlan");
const VNI: u32 = 0xabcdef;
const ARGS: [&str; 2] = ["--vni", "11259375"];

fn vxlan(flags: u8, vni: u32, inner: &[u8]) -> Vec<u8> {
    [&[flags, 0, 0, 0][..], &(vni << 8).to_be_bytes(), inner].concat()
}

fn outer(from: &str, to: &str, port: u16, data: &[u8]) -> Vec<u8> {
    frames::ip(from, to, 17, &frames::udp(1, port, data))
}

fn to_tunnel(data: &[u8]) -> Vec<u8> {
    outer("10.0.0.2", "10.0.0.1", 4789, data)
}

fn inner() -> Vec<u8> {
    frames::ip("172.16.0.1", "172.16.0.2", 17, &frames::udp(7, 8, b"inner"))
}

fn replay(args: &[&str], edges: u32, packets: &[Vec<u8>]) -> Replayed {
    let packets: Vec<_> = packets.iter().map(|packet| (0, packet.clone())).collect();
    replay_both(RUST, "vxlan", args, edges, &packets)
}

#[test]
#[ignore = "needs root, for veth pairs"]
fn what_the_kernel_packs_arrives_unpacked() {
    for program in both(RUST, "vxlan") {
        println!("{}", program.display());
        make_hub();
        let client = Host::start(
            1,
            &[
                "ip address add 10.0.0.2/24 dev eth",
                "ip neighbour add 10.0.0.1 lladdr 02:00:00:00:00:01 dev eth nud permanent",
                "ip link add vx type vxlan id 11259375 dstport 4789 remote 10.0.0.1 dev eth",
                "ethtool -K vx tx off",
                "ip link set dev vx up",
                "ip address add 172.16.0.1/24 dev vx",
                "ip neighbour add 172.16.0.2 lladdr 02:00:00:00:01:02 dev vx nud permanent",
            ],
        );
        let server = Host::start(2, &["ip address add 172.16.0.2/24 dev eth"]);
        let tunnel = Running::start(&mut on_device(&program, &ARGS));
        let socket = server.run(|| UdpSocket::bind("172.16.0.2:7000").unwrap());
        socket.set_read_timeout(Some(DEADLINE)).unwrap();
        let sender = client.run(|| UdpSocket::bind("172.16.0.1:7000").unwrap());

        for len in 0..200 {
            let sent = vec![len as u8; len * 7];
            sender.send_to(&sent, "172.16.0.2:7000").unwrap();
            let mut received = [0; 2000];
            let (count, from) = socket.recv_from(&mut received).unwrap();
            assert_eq!(received[..count], sent);
            assert_eq!(from.to_string(), "172.16.0.1:7000");
        }

        let report = tunnel.stop();
        // The kernel may have more to say, also before there are frames for it.
        assert!(report.count("unpacked") >= 200);
        report.expect(&[("malformed", 0), ("held", 0)]);
    }
}

#[test]
#[ignore = "needs root, for a veth pair"]
fn the_kernel_drops_and_counts_what_takes_several_frames() {
    for program in both(RUST, "vxlan") {
        println!("{}", program.display());
        testbed::make_veth();
        run("ip link set dev a mtu 9000");
        run("ip link set dev b mtu 9000");
        let tunnel = Running::start(&mut on_device(&program, &ARGS));
        let wire = Wire::open("b");

        wire.send(&to_tunnel(&vxlan(8, VNI, &[2; 5000])));
        wire.send(&to_tunnel(&vxlan(8, VNI, &inner())));

        assert_eq!(wire.receive(), inner());
        tunnel
            .stop()
            .expect(&[("rxDropped", 1), ("received", 1), ("unpacked", 1)]);
    }
}

#[test]
fn only_frames_of_the_vni_are_unpacked() {
    let good = vxlan(8, VNI, &inner());
    let packed = [
        to_tunnel(&good),
        [to_tunnel(&good), vec![0; 20]].concat(),
        to_tunnel(&vxlan(0xff, VNI, &inner())),
        outer("fd00::2", "fd00::1", 4789, &good),
        to_tunnel(&vxlan(8, VNI, &inner()[..14])),
    ];
    let others = [
        outer("10.0.0.2", "10.0.0.1", 4790, &good),
        to_tunnel(&vxlan(8, VNI + 1, &inner())),
        to_tunnel(&vxlan(8, 0, &inner())),
        frames::ip("10.0.0.2", "10.0.0.1", 6, &frames::tcp(1, 4789, 2, &good)),
        frames::ethernet(0x0806, &[0; 28]),
    ];
    let malformed = [
        to_tunnel(&vxlan(0, VNI, &inner())),
        to_tunnel(&vxlan(8, VNI, &inner()[..13])),
        to_tunnel(&good[..7]),
        to_tunnel(&[]),
    ];
    let mut first = to_tunnel(&good);
    first[20] |= 0x20;
    let mut later = to_tunnel(&good);
    later[21] = 1;
    let all = [&packed[..], &others, &malformed, &[first, later]].concat();

    let alone = replay(&ARGS, 1, &all);
    let with_somebody = replay(&ARGS, 2, &all);

    let mut wanted: Vec<_> = packed.iter().map(|_| Some((0, inner()))).collect();
    wanted[4] = Some((0, inner()[..14].to_vec()));
    wanted.extend([None, None, None, None, None]);
    wanted.extend(vec![None; malformed.len() + 2]);
    assert_eq!(alone.outcomes, wanted);
    for (at, other) in others.iter().enumerate() {
        wanted[packed.len() + at] = Some((1, other.clone()));
    }
    assert_eq!(with_somebody.outcomes, wanted);
    alone.report.expect(&[
        ("unpacked", 5),
        ("other", 5),
        ("malformed", 4),
        ("fragments", 2),
    ]);
}

#[test]
fn a_port_and_an_address_may_be_said() {
    let packets = [
        outer("10.0.0.2", "10.0.0.1", 8472, &vxlan(8, 0, &inner())),
        outer("10.0.0.2", "10.0.0.3", 8472, &vxlan(8, 0, &inner())),
        outer("fd00::2", "fd00::1", 8472, &vxlan(8, 0, &inner())),
        outer("10.0.0.2", "10.0.0.1", 4789, &vxlan(8, 0, &inner())),
    ];
    let unpacked = |local: &str| -> Vec<_> {
        let args = ["--vni", "0", "--port", "8472", "--local", local];
        let replayed = replay(&args, 1, &packets);
        replayed.outcomes.iter().map(Option::is_some).collect()
    };

    assert_eq!(unpacked("10.0.0.1"), [true, false, false, false]);
    assert_eq!(unpacked("fd00::1"), [false, false, true, false]);
}

#[test]
fn packets_that_are_cut_or_changed_do_no_harm_to_vxlan() {
    let good = vxlan(8, VNI, &inner()[..20]);
    for packet in [to_tunnel(&good), outer("fd00::2", "fd00::1", 4789, &good)] {
        let cut = replay(&ARGS, 1, &cut(&packet));

        cut.report
            .expect(&[("unpacked", 1), ("malformed", packet.len() as u64)]);
        replay(&ARGS, 1, &spoil(&packet));
    }
}

//! Packets on a veth pair, in copy mode.
mod support;

use std::collections::VecDeque;

use aya::programs::{Xdp, XdpFlags};
use flash_nf::{Port, Redirect, SendError};
use support::{open, options, receive, settle, total, RING};
use testbed::{make_veth, mount_bpf, run, turn_around, udp, wait_until, xdp_object, PAYLOAD_AT};

#[test]
#[ignore = "needs root, for a veth pair"]
fn a_datagram_comes_as_it_was_sent_and_its_answer_arrives() {
    make_veth();
    let port = open("a", 64);
    let socket = udp();

    for size in [0, 1, 100, 1400] {
        let payload: Vec<u8> = (0..size).map(|at| at as u8).collect();
        socket.send(&payload).unwrap();
        let mut packet = receive(&port, 1).pop().unwrap();
        assert_eq!(packet[PAYLOAD_AT..PAYLOAD_AT + size], payload);
        turn_around(&mut packet);
        packet.send(0).unwrap();
        port.flush().unwrap();

        let mut answer = [0; 2000];
        let len = socket.recv(&mut answer).unwrap();
        assert_eq!(answer[..len], payload);
    }

    let stats = port.stats().unwrap();
    assert_eq!((stats.rx_packets, stats.tx_packets), (4, 4));
    assert_eq!((stats.impossible, stats.tx_full), (0, 0));
    assert_eq!(stats.kernel.tx_invalid, 0);
}

/// Somebody else has attached the program.
#[test]
#[ignore = "needs root, for a veth pair"]
fn a_pinned_map_leads_to_a_port() {
    make_veth();
    let folder = std::env::temp_dir().join(format!("flash-pinned-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    mount_bpf(&folder);
    let mut program = aya::Bpf::load_file(xdp_object()).unwrap();
    let map = folder.join("xsks");
    program.map("xsks").map(|each| pin(each, &map)).unwrap();
    let xdp: &mut Xdp = program
        .program_mut("xsk_redirect")
        .unwrap()
        .try_into()
        .unwrap();
    xdp.load().unwrap();
    xdp.attach("a", XdpFlags::DRV_MODE).unwrap();
    let socket = udp();

    let port = Port::open(&options("a", 64).redirect(Redirect::PinnedMap(map))).unwrap();

    socket.send(b"x").unwrap();
    assert_eq!(receive(&port, 1)[0][PAYLOAD_AT], b'x');
    run(&format!("umount {}", folder.display()));
    std::fs::remove_dir(&folder).unwrap();
}

fn pin(map: &aya::maps::Map, path: &std::path::Path) {
    match map {
        aya::maps::Map::XskMap(data) => data.pin(path).unwrap(),
        other => panic!("{other:?} is no map of sockets"),
    }
}

#[test]
#[ignore = "needs root, for a veth pair"]
fn frames_of_dropped_packets_are_used_again() {
    make_veth();
    let port = open("a", RING);
    let socket = udp();

    for round in 0..50u8 {
        for _ in 0..8 {
            socket.send(&[round]).unwrap();
        }
        let packets = receive(&port, 8);
        assert!(packets.iter().all(|packet| packet[PAYLOAD_AT] == round));
        drop(packets);
        port.flush().unwrap();
    }

    assert_eq!(port.stats().unwrap().rx_packets, 400);
    assert_eq!(total(settle(&port)), RING as usize);
}

#[test]
#[ignore = "needs root, for a veth pair"]
fn who_holds_all_frames_gets_no_more_packets_until_it_lets_go() {
    make_veth();
    let port = open("a", 8);
    let socket = udp();
    for number in 0..8 {
        socket.send(&[number]).unwrap();
    }
    let held = receive(&port, 8);
    port.flush().unwrap();

    socket.send(&[8]).unwrap();
    wait_until("the kernel has dropped it", || {
        port.stats().unwrap().kernel.rx_dropped == 1
            || port.stats().unwrap().kernel.fill_ring_empty == 1
    });
    assert_eq!(port.receive(1).count(), 0);
    assert!(port.allocate().is_none());
    assert!((0..)
        .zip(&held)
        .all(|(number, packet)| packet[PAYLOAD_AT] == number));
    drop(held);
    port.flush().unwrap();
    socket.send(&[9]).unwrap();

    assert_eq!(receive(&port, 1)[0][PAYLOAD_AT], 9);
}

#[test]
#[ignore = "needs root, for a veth pair"]
fn no_frame_is_lost_whatever_is_done_with_packets() {
    const FRAMES: u32 = 40;
    make_veth();
    let ports = [open("a", FRAMES), open("b", FRAMES)];
    let mut held = [VecDeque::new(), VecDeque::new()];
    let mut random = 1u32;

    for number in 0..4000 {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let choice = random >> 24;
        let side = number as usize % 2;
        let (port, held) = (&ports[side], &mut held[side]);
        match choice % 8 {
            0 if held.len() < 20 => held.extend(port.allocate()),
            1 | 2 if held.len() < 20 => held.extend(port.receive(choice as usize % 5)),
            3 => drop(held.pop_front()),
            4 => drop(port.receive(3).next()),
            5 => port.flush().unwrap(),
            _ => {
                if let Some(mut packet) = held.pop_back() {
                    packet.truncate(0);
                    if packet.grow_back(60).is_ok() {
                        packet.fill(0xff);
                        packet.send(0).map_err(SendError::into_packet).ok();
                    }
                }
            }
        }
        assert_eq!(total(port.frames()), FRAMES as usize, "after {number}");
    }
    let kept: Vec<_> = held.iter().map(VecDeque::len).collect();
    drop(held);

    for (port, kept) in ports.iter().zip(kept) {
        let counts = settle(port);
        assert_eq!(total(counts), FRAMES as usize);
        assert_eq!(counts.held, 0, "{kept} were held");
        let stats = port.stats().unwrap();
        assert!(
            stats.rx_packets > 100 && stats.tx_packets > 100,
            "{stats:?}"
        );
        assert_eq!((stats.impossible, stats.kernel.tx_invalid), (0, 0));
        assert_eq!(stats.kernel.rx_invalid, 0);
    }
}

#[test]
#[ignore = "needs root, for a veth pair"]
fn a_port_moves_to_another_thread() {
    make_veth();
    let port = open("a", 64);
    let socket = udp();
    let worker = std::thread::spawn(move || receive(&port, 1)[0][PAYLOAD_AT]);

    socket.send(b"x").unwrap();

    assert_eq!(worker.join().unwrap(), b'x');
}

#[test]
#[ignore = "needs root, for a veth pair"]
fn a_program_that_polls_busily_gets_its_packets() {
    make_veth();
    let port = Port::open(&options("a", 64).busy_poll(true)).unwrap();
    let socket = udp();

    socket.send(b"x").unwrap();

    assert_eq!(receive(&port, 1)[0][PAYLOAD_AT], b'x');
}

#[test]
#[ignore = "needs root, for a veth pair"]
fn a_port_that_is_closed_gives_its_queue_and_its_device_back() {
    make_veth();
    drop(open("a", 64));

    let port = open("a", 64);

    let socket = udp();
    socket.send(b"x").unwrap();
    assert_eq!(receive(&port, 1).len(), 1);
}

//! What can be done with a packet.
mod support;

use flash_nf::{Packet, SendError, WaitOptions};
use support::{number_of, numbered, open, receive, settle, RING};
use testbed::{make_veth, udp, wait_until, DEADLINE, PAYLOAD_AT};

#[test]
#[ignore = "needs root, for a veth pair"]
fn a_packet_for_which_there_is_no_room_comes_back_and_is_sent_later() {
    make_veth();
    let (port, other) = (open("a", 64), open("b", 64));

    assert_eq!(port.room(), RING as usize);
    for number in 0..RING {
        numbered(&port, number).send(0).unwrap();
    }
    assert_eq!(port.room(), 0);
    let error = numbered(&port, RING).send(0).unwrap_err();
    assert!(matches!(error, SendError::Full(_)));
    let packet = error.into_packet();
    assert_eq!((packet.len(), number_of(&packet)), (64, RING));
    assert_eq!(port.pending(), 0, "nothing has left");
    port.wait(&WaitOptions::new().timeout(DEADLINE)).unwrap();
    let mut came: Vec<u32> = receive(&other, RING as usize)
        .iter()
        .map(number_of)
        .collect();
    other.flush().unwrap();
    packet.send(0).unwrap();
    port.flush().unwrap();

    came.push(number_of(&receive(&other, 1)[0]));
    assert_eq!(came, Vec::from_iter(0..=RING));
    assert_eq!(port.stats().unwrap().tx_full, 1);
    assert_eq!(settle(&port).held, 0);
}

#[test]
#[ignore = "needs root, for a veth pair"]
fn headers_are_put_in_front_and_taken_away() {
    make_veth();
    let (port, other) = (open("a", 64), open("b", 64));
    let mut packet = numbered(&port, 7);
    let (before, behind) = (packet.headroom(), packet.tailroom());

    packet.grow_front(8).unwrap();
    assert_eq!(
        (packet[..8].to_vec(), packet.headroom()),
        (vec![0; 8], before - 8)
    );
    packet.copy_within(8..22, 0);
    packet.send(0).unwrap();
    port.flush().unwrap();
    let mut came = receive(&other, 1).pop().unwrap();
    assert_eq!(came.len(), 72);
    came.strip_front(8).unwrap();

    assert_eq!((came.len(), number_of(&came)), (64, 7));
    assert!(came.strip_front(65).is_err());
    assert!(came.grow_front(came.headroom() + 1).is_err());
    assert!(came.grow_back(came.tailroom() + 1).is_err());
    assert!(came.grow_back(usize::MAX).is_err());
    came.truncate(65);
    assert_eq!(came.len(), 64);
    assert!(behind > 1500);
}

#[test]
#[ignore = "needs root, for a veth pair"]
fn bytes_that_are_added_are_not_those_of_an_older_packet() {
    make_veth();
    let port = open("a", RING + 1);
    let mut packet = port.allocate().unwrap();
    packet.grow_front(packet.headroom()).unwrap();
    packet.grow_back(packet.tailroom()).unwrap();
    packet.fill(0xff);
    drop(packet);

    let mut packet = port.allocate().unwrap();
    packet.grow_back(packet.tailroom()).unwrap();
    packet.grow_front(packet.headroom()).unwrap();

    assert_eq!(packet.len(), 2048);
    assert!(packet.iter().all(|&byte| byte == 0));
}

#[test]
#[ignore = "needs root, for a veth pair"]
fn there_is_one_edge_without_a_chain() {
    make_veth();
    let port = open("a", 64);

    let error = numbered(&port, 0).send(1).unwrap_err();

    assert!(matches!(error, SendError::NoSuchEdge(_)));
    assert_eq!(error.into_packet().len(), 64);
    assert_eq!(
        (port.edges(), port.leaving(), port.monitored()),
        (1, false, false)
    );
}

#[test]
#[ignore = "needs root, for a veth pair"]
fn what_an_iterator_is_not_asked_for_stays_on_rx() {
    make_veth();
    let port = open("a", 64);
    let socket = udp();
    for number in 0..4 {
        socket.send(&[number]).unwrap();
    }
    wait_until("all have come", || port.frames().received == 4);

    assert_eq!(port.receive(3).next().unwrap()[PAYLOAD_AT], 0);
    let two: Vec<Packet<'_>> = port.receive(2).collect();

    assert_eq!((two[0][PAYLOAD_AT], two[1][PAYLOAD_AT]), (1, 2));
    assert_eq!(port.frames().received, 1);
}

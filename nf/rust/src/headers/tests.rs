use super::{ether_type, get16, protocol, put16, sum, Headers};

fn frame(ether_type: u16, rest: &[u8]) -> Vec<u8> {
    [&[2; 12][..], &ether_type.to_be_bytes(), rest].concat()
}

fn ipv4(protocol: u8, flags: u16, rest: &[u8]) -> Vec<u8> {
    let mut ip = vec![0x45; 1];
    ip.resize(20, 0);
    put16(&mut ip, 2, (20 + rest.len()) as u16);
    put16(&mut ip, 6, flags);
    ip[9] = protocol;
    frame(ether_type::IPV4, &[&ip, rest].concat())
}

fn ipv6(next: u8, rest: &[u8]) -> Vec<u8> {
    let mut ip = vec![0x60; 1];
    ip.resize(40, 0);
    put16(&mut ip, 4, rest.len() as u16);
    ip[6] = next;
    frame(ether_type::IPV6, &[&ip, rest].concat())
}

/// A header of a datagram with so many bytes of data.
fn udp(len: usize) -> Vec<u8> {
    let mut udp = vec![0; 8 + len];
    put16(&mut udp, 4, (8 + len) as u16);
    udp
}

fn places(packet: &[u8]) -> (Option<usize>, usize, usize) {
    let headers = Headers::parse(packet).unwrap();
    (headers.transport, headers.payload, headers.end)
}

#[test]
fn headers_are_found() {
    let padded = |packet: Vec<u8>| [packet, vec![0; 9]].concat();
    let mut tcp = vec![0; 32];
    tcp[12] = 0x60;
    let tagged = frame(
        ether_type::SERVICE_VLAN,
        &[
            &[0, 1, 0x81, 0, 0, 2, 8, 0][..],
            &ipv4(17, 0, &udp(3))[14..],
        ]
        .concat(),
    );
    let extended = [&[60, 0][..], &[0; 6], &[17, 1], &[0; 14], &udp(2)].concat();
    let first = [&[17, 0, 0, 1, 0, 0, 0, 1][..], &udp(2)].concat();

    assert_eq!(places(&padded(ipv4(17, 0, &udp(3)))), (Some(34), 42, 45));
    assert_eq!(places(&tagged), (Some(42), 50, 53));
    assert_eq!(places(&ipv4(6, 0x4000, &tcp)), (Some(34), 58, 66));
    assert_eq!(places(&ipv4(50, 0, &[1, 2])), (Some(34), 34, 36));
    assert_eq!(places(&ipv4(17, 1, &[1, 2])), (None, 0, 36));
    assert_eq!(places(&ipv4(17, 0x2000, &udp(2))), (Some(34), 42, 44));
    assert_eq!(places(&ipv6(58, &[0; 8])), (Some(54), 62, 62));
    assert_eq!(places(&ipv6(0, &extended)), (Some(78), 86, 88));
    assert_eq!(places(&ipv6(44, &first)), (Some(62), 70, 72));
    assert_eq!(places(&ipv6(44, &[17, 0, 0, 8, 0, 0, 0, 1])), (None, 0, 62));
    assert_eq!(
        places(&padded(frame(ether_type::ARP, &[0; 28]))),
        (None, 0, 51)
    );
}

#[test]
fn a_packet_is_refused_at_every_length_that_its_headers_do_not_fit_in() {
    let mut tcp = vec![0; 24];
    tcp[12] = 0x60;
    let options = [&[17, 1][..], &[0; 14], &udp(2)].concat();
    for whole in [
        ipv4(17, 0, &udp(3)),
        ipv4(protocol::TCP, 0, &tcp),
        ipv4(protocol::ICMP, 0, &[0; 8]),
        ipv6(0, &options),
        ipv6(protocol::ICMPV6, &[0; 12]),
    ] {
        assert!(Headers::parse(&whole).is_some());
        for len in 0..whole.len() {
            assert_eq!(Headers::parse(&whole[..len]), None, "{whole:x?} at {len}");
        }
    }
}

#[test]
fn headers_that_cannot_be_are_refused() {
    let with = |at: usize, byte: u8, mut packet: Vec<u8>| {
        packet[at] = byte;
        packet
    };
    for (what, packet) in [
        ("a version", with(14, 0x55, ipv4(17, 0, &udp(3)))),
        ("a short IPv4 header", with(14, 0x44, ipv4(17, 0, &udp(3)))),
        ("a long IPv4 header", with(14, 0x4f, ipv4(17, 0, &udp(3)))),
        (
            "an IPv4 packet without room",
            with(17, 19, ipv4(17, 0, &udp(3))),
        ),
        ("a short datagram", with(39, 7, ipv4(17, 0, &udp(3)))),
        ("a long datagram", with(39, 12, ipv4(17, 0, &udp(3)))),
        ("a short TCP header", with(46, 0x40, ipv4(6, 0, &[0; 20]))),
        ("a long TCP header", with(46, 0x60, ipv4(6, 0, &[0; 20]))),
        (
            "a TCP header in an IPv4 packet that ends",
            with(17, 39, ipv4(6, 0, &[0x50; 20])),
        ),
        ("IPv6 as IPv4", with(14, 0x40, ipv6(17, &udp(3)))),
        (
            "a long extension",
            with(55, 1, ipv6(0, &[17, 0, 0, 0, 0, 0, 0, 0])),
        ),
    ] {
        assert_eq!(Headers::parse(&packet), None, "{what}");
    }
}

#[test]
fn a_sum_that_is_changed_is_what_would_be_computed() {
    // Ones and zeros are where the two representations of 0 meet.
    for (from, to) in [
        ([0x12, 0x34], [0xff, 0xff]),
        ([0xff, 0xff], [0, 0]),
        ([0, 0], [0xff, 0xff]),
        ([0, 1], [0, 0]),
    ] {
        let mut packet = [from[0], from[1], 0xab, 0xcd, 0, 0];
        let sum = sum::finish(sum::add(0, &packet));
        put16(&mut packet, 4, sum);
        sum::change(&mut packet, 4, &from, &to);
        packet[..2].copy_from_slice(&to);

        assert_eq!(sum::finish(sum::add(0, &packet)), 0, "{from:x?} {to:x?}");
    }
    assert_eq!(sum::add(0, &[1, 2, 3]), 0x0102 + 0x0300);
}

#[test]
fn a_sum_of_udp_is_never_0_unless_there_is_none() {
    let mut none = [0; 8];
    sum::change_udp(&mut none, 6, &[0, 0], &[1, 2]);
    let mut ends_at_0 = [0, 0, 0, 0, 0, 0, 0xff, 0xfe];
    sum::change_udp(&mut ends_at_0, 6, &[0, 0], &[0xff, 0xfe]);

    assert_eq!(get16(&none, 6), 0);
    assert_eq!(get16(&ends_at_0, 6), 0xffff);
}

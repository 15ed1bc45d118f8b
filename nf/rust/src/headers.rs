//! Where the headers of a packet are, and the Internet checksums in them.
//!
//! ```
//! use flash_nf::headers::{get16, protocol, Headers};
//!
//! fn destination_port(packet: &[u8]) -> Option<u16> {
//!     let headers = Headers::parse(packet)?;
//!     match headers.transport {
//!         Some(udp) if headers.protocol == protocol::UDP => Some(get16(packet, udp + 2)),
//!         _ => None,
//!     }
//! }
//! # assert_eq!(destination_port(&[0; 60]), None);
//! ```
//!
//! Every header that has a place is there as a whole: whoever reads only headers, and data before the end, reads
//! nothing beyond the packet.

pub mod sum;

/// What an Ethernet frame says that it carries.
pub mod ether_type {
    #![allow(missing_docs)]
    pub const IPV4: u16 = 0x0800;
    pub const ARP: u16 = 0x0806;
    pub const VLAN: u16 = 0x8100;
    pub const SERVICE_VLAN: u16 = 0x88a8;
    pub const IPV6: u16 = 0x86dd;
}

/// What an IP packet says that it carries.
pub mod protocol {
    #![allow(missing_docs)]
    pub const HOP_BY_HOP: u8 = 0;
    pub const ICMP: u8 = 1;
    pub const TCP: u8 = 6;
    pub const UDP: u8 = 17;
    pub const ROUTING: u8 = 43;
    pub const FRAGMENT: u8 = 44;
    pub const ICMPV6: u8 = 58;
    pub const DESTINATION: u8 = 60;
}

/// The bytes of an Ethernet header.
pub const ETHERNET_LEN: usize = 14;
const IPV4_LEN: usize = 20;
const IPV6_LEN: usize = 40;
const TCP_LEN: usize = 20;
const UDP_LEN: usize = 8;

/// Where what is. Places are in bytes from the first of the packet on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Headers {
    /// What is behind the VLAN tags, see [`ether_type`].
    pub ether_type: u16,
    /// The version of IP, or 0.
    pub version: u8,
    /// What is in IP, see [`protocol`].
    pub protocol: u8,
    /// Whether it is one of several that an IP packet comes in.
    pub fragment: bool,
    /// The header of IP, or whatever [`Headers::ether_type`] says.
    pub network: usize,
    /// The header of TCP, UDP, ICMP …, unless another fragment has it.
    pub transport: Option<usize>,
    /// What follows TCP, UDP or ICMP; otherwise as [`Headers::transport`].
    pub payload: usize,
    /// The end of the UDP datagram, else of the IP packet, else of all.
    pub end: usize,
}

/// Two bytes in the order of the network.
///
/// # Panics
///
/// If they are not there, as an index does.
pub fn get16(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([bytes[at], bytes[at + 1]])
}

/// Four bytes in the order of the network.
///
/// # Panics
///
/// If they are not there, as an index does.
pub fn get32(bytes: &[u8], at: usize) -> u32 {
    u32::from(get16(bytes, at)) << 16 | u32::from(get16(bytes, at + 2))
}

/// Writes two bytes in the order of the network.
///
/// # Panics
///
/// If they are not there, as an index does.
pub fn put16(bytes: &mut [u8], at: usize, value: u16) {
    bytes[at..at + 2].copy_from_slice(&value.to_be_bytes());
}

/// Writes four bytes in the order of the network.
///
/// # Panics
///
/// If they are not there, as an index does.
pub fn put32(bytes: &mut [u8], at: usize, value: u32) {
    bytes[at..at + 4].copy_from_slice(&value.to_be_bytes());
}

impl Headers {
    /// `None` if the packet is shorter than its headers say, or they say what cannot be.
    pub fn parse(packet: &[u8]) -> Option<Self> {
        let mut at = ETHERNET_LEN;
        if packet.len() < at {
            return None;
        }
        let mut ether_type = get16(packet, 12);
        while matches!(ether_type, ether_type::VLAN | ether_type::SERVICE_VLAN) {
            if packet.len() - at < 4 {
                return None;
            }
            ether_type = get16(packet, at + 2);
            at += 4;
        }
        let headers = Self {
            ether_type,
            network: at,
            end: packet.len(),
            ..Self::default()
        };
        match ether_type {
            ether_type::IPV4 => headers.parse_ipv4(packet),
            ether_type::IPV6 => headers.parse_ipv6(packet),
            _ => Some(headers),
        }
    }

    fn parse_ipv4(mut self, packet: &[u8]) -> Option<Self> {
        let ip = &packet[self.network..];
        if ip.len() < IPV4_LEN || ip[0] >> 4 != 4 {
            return None;
        }
        let header_len = usize::from(ip[0] & 15) * 4;
        let total_len = usize::from(get16(ip, 2));
        if header_len < IPV4_LEN || total_len < header_len || total_len > ip.len() {
            return None;
        }
        let fragment = get16(ip, 6);
        self.version = 4;
        self.protocol = ip[9];
        self.fragment = fragment & 0x3fff != 0;
        self.end = self.network + total_len;
        if fragment & 0x1fff != 0 {
            return Some(self);
        }
        let at = self.network + header_len;
        self.parse_transport(packet, at)
    }

    fn parse_ipv6(mut self, packet: &[u8]) -> Option<Self> {
        let ip = &packet[self.network..];
        if ip.len() < IPV6_LEN || ip[0] >> 4 != 6 {
            return None;
        }
        let payload_len = usize::from(get16(ip, 4));
        if payload_len > ip.len() - IPV6_LEN {
            return None;
        }
        let mut at = self.network + IPV6_LEN;
        self.version = 6;
        self.protocol = ip[6];
        self.end = at + payload_len;
        while matches!(
            self.protocol,
            protocol::HOP_BY_HOP | protocol::ROUTING | protocol::FRAGMENT | protocol::DESTINATION
        ) {
            let extension = &packet[at..self.end];
            if extension.len() < 8 {
                return None;
            }
            let is_fragment = self.protocol == protocol::FRAGMENT;
            self.protocol = extension[0];
            if is_fragment {
                let offset = get16(extension, 2);
                self.fragment |= offset & 0xfff9 != 0;
                if offset & 0xfff8 != 0 {
                    return Some(self);
                }
                at += 8;
            } else {
                let len = (usize::from(extension[1]) + 1) * 8;
                if len > extension.len() {
                    return None;
                }
                at += len;
            }
        }
        self.parse_transport(packet, at)
    }

    fn parse_transport(mut self, packet: &[u8], at: usize) -> Option<Self> {
        let rest = &packet[at..self.end];
        let len = match self.protocol {
            protocol::TCP => {
                let len = rest
                    .get(12)
                    .map_or(0, |offset| usize::from(offset >> 4) * 4);
                if len < TCP_LEN || len > rest.len() {
                    return None;
                }
                len
            }
            protocol::UDP | protocol::ICMP | protocol::ICMPV6 => {
                if rest.len() < UDP_LEN {
                    return None;
                }
                UDP_LEN
            }
            _ => 0,
        };
        if self.protocol == protocol::UDP && !self.fragment {
            let udp_len = usize::from(get16(rest, 4));
            if udp_len < UDP_LEN || udp_len > rest.len() {
                return None;
            }
            self.end = at + udp_len;
        }
        self.transport = Some(at);
        self.payload = at + len;
        Some(self)
    }
}

#[cfg(test)]
mod tests;

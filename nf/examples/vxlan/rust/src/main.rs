//! Unpacks what comes in a VXLAN: see ../README.md.
#![forbid(unsafe_code)]
use std::net::IpAddr;
use std::process::ExitCode;
use std::time::Duration;

use flash_nf::headers::{get16, get32, protocol, Headers, ETHERNET_LEN};
use program::lexopt::{self, Parser, ValueExt};
use program::{Counts, Frame, Function, Refusal};

const USUAL_PORT: u16 = 4789;
const MOST_VNI: u32 = 0xff_ffff;
/// RFC 7348: flags, reserved, VNI, reserved.
const VXLAN_LEN: usize = 8;
const FLAG_VNI: u8 = 0x08;

struct Vxlan {
    vni: Option<u32>,
    port: u16,
    local: Option<IpAddr>,
    edges: u32,
    unpacked: u64,
    other: u64,
    fragments: u64,
    malformed: u64,
}

impl Default for Vxlan {
    fn default() -> Self {
        Self {
            vni: None,
            port: USUAL_PORT,
            local: None,
            edges: 0,
            unpacked: 0,
            other: 0,
            fragments: 0,
            malformed: 0,
        }
    }
}

/// What is in a packet.
enum Content {
    /// A frame of the VNI, from here on. What Ethernet has added behind the datagram is not part of it.
    Inner {
        start: usize,
        end: usize,
    },
    Other,
    /// Only the first one has ports.
    Fragment,
    Malformed,
}

impl Function for Vxlan {
    const NAME: &'static str = "vxlan";
    const USAGE: &'static str = "--vni N [--port N] [--local IP]";

    fn set(&mut self, name: &str, values: &mut Parser) -> Result<bool, lexopt::Error> {
        match name {
            "vni" => self.vni = Some(values.value()?.parse_with(parse_vni)?),
            "port" => self.port = values.value()?.parse_with(parse_port)?,
            "local" => self.local = Some(values.value()?.parse()?),
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn check(&mut self) -> Result<(), Refusal> {
        match self.vni {
            Some(_) => Ok(()),
            None => Err("say which VNI is to be unpacked".into()),
        }
    }

    fn begin(&mut self, _now: Duration, edges: u32) {
        self.edges = edges;
    }

    fn handle(&mut self, packet: &mut dyn Frame) -> Option<u32> {
        match self.look_into(packet) {
            Content::Inner { start, end } => {
                packet.truncate(end);
                packet.strip_front(start).ok()?;
                self.unpacked += 1;
                Some(0)
            }
            Content::Other => {
                self.other += 1;
                (self.edges > 1).then_some(1)
            }
            Content::Fragment => {
                self.fragments += 1;
                None
            }
            Content::Malformed => {
                self.malformed += 1;
                None
            }
        }
    }

    fn report(&self, counts: &mut Counts) {
        counts.add("unpacked", self.unpacked);
        counts.add("other", self.other);
        counts.add("fragments", self.fragments);
        counts.add("malformed", self.malformed);
    }
}

impl Vxlan {
    fn look_into(&self, packet: &[u8]) -> Content {
        let Some(headers) = Headers::parse(packet) else {
            return Content::Malformed;
        };
        if !self.is_for(packet, &headers) {
            return Content::Other;
        }
        let udp = match headers.transport {
            Some(udp) if !headers.fragment => udp,
            _ => return Content::Fragment,
        };
        if get16(packet, udp + 2) != self.port {
            return Content::Other;
        }
        let vxlan = &packet[headers.payload..headers.end];
        if vxlan.len() < VXLAN_LEN + ETHERNET_LEN || vxlan[0] & FLAG_VNI == 0 {
            return Content::Malformed;
        }
        if self.vni != Some(get32(vxlan, 4) >> 8) {
            return Content::Other;
        }
        Content::Inner {
            start: headers.payload + VXLAN_LEN,
            end: headers.end,
        }
    }

    /// Whether it is a datagram of this tunnel's end, whatever is in it.
    fn is_for(&self, packet: &[u8], headers: &Headers) -> bool {
        let ip = &packet[headers.network..];
        let to = match headers.version {
            4 => <[u8; 4]>::try_from(&ip[16..20]).ok().map(IpAddr::from),
            6 => <[u8; 16]>::try_from(&ip[24..40]).ok().map(IpAddr::from),
            _ => None,
        };
        to.is_some()
            && headers.protocol == protocol::UDP
            && (self.local.is_none() || self.local == to)
    }
}

fn parse_vni(text: &str) -> Result<u32, Refusal> {
    match text.parse()? {
        vni @ 0..=MOST_VNI => Ok(vni),
        _ => Err(format!("a VNI is {MOST_VNI} at most").into()),
    }
}

fn parse_port(text: &str) -> Result<u16, Refusal> {
    match text.parse()? {
        0 => Err("there is no port 0".into()),
        port => Ok(port),
    }
}

fn main() -> ExitCode {
    program::main::<Vxlan>()
}

//! A web server of one page: see ../README.md.
#![forbid(unsafe_code)]
mod connection;
mod nic;

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::net::Ipv4Addr;
use std::process::ExitCode;
use std::time::Duration;

use flash_nf::Port;
use program::lexopt::{self, Parser, ValueExt};
use program::{Counts, Mac, Next, Refusal, Server};
use smoltcp::iface::{Config, Interface, SocketHandle, SocketSet};
use smoltcp::socket::tcp::Socket;
use smoltcp::time::Instant;
use smoltcp::wire::{EthernetAddress, Ipv4Address, Ipv4Cidr};

use connection::{listen, Connection, Outcome};
use nic::Nic;

const BATCH: usize = 64;
const USUAL_PORT: u16 = 80;
const CONNECTIONS: usize = 64;
/// How often to look for those that take too long.
const LOOK: Duration = Duration::from_secs(1);

#[derive(Default)]
struct Web {
    mac: Option<Mac>,
    address: Option<Ipv4Cidr>,
    gateway: Option<Ipv4Addr>,
    port: Option<u16>,
    page: Option<Vec<u8>>,
    /// Once there is a port.
    stack: Option<Stack>,
    answered: u64,
    refused: u64,
}

struct Stack {
    interface: Interface,
    sockets: SocketSet<'static>,
    connections: Vec<(SocketHandle, Connection)>,
}

impl Server for Web {
    const NAME: &'static str = "web";
    const USAGE: &'static str = "--mac MAC --address IP/BITS --page FILE [--gateway IP] [--port N]";

    fn set(&mut self, name: &str, values: &mut Parser) -> Result<bool, lexopt::Error> {
        match name {
            "mac" => self.mac = Some(values.value()?.parse()?),
            "address" => self.address = Some(values.value()?.parse_with(parse_address)?),
            "gateway" => self.gateway = Some(values.value()?.parse()?),
            "port" => self.port = Some(values.value()?.parse_with(parse_port)?),
            "page" => {
                let path = values.value()?.string()?;
                let page = std::fs::read(&path).map_err(|error| format!("{path}: {error}"))?;
                self.page = Some(page);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn check(&mut self) -> Result<(), Refusal> {
        if self.mac.is_none() || self.address.is_none() || self.page.is_none() {
            return Err("say a MAC, an address, and which page it has".into());
        }
        Ok(())
    }

    fn work(&mut self, port: &Port, now: Duration) -> Next {
        let mut nic = Nic::new(port, BATCH);
        let time = Instant::from_micros(now.as_micros() as i64);
        let mut stack = match self.stack.take() {
            Some(stack) => stack,
            None => self.start(&mut nic, time),
        };
        stack.interface.poll(time, &mut nic, &mut stack.sockets);
        let open = self.serve(&mut stack, now);
        // What they say. What comes meanwhile is for the next time, as they are not asked any more.
        stack
            .interface
            .poll(time, &mut Nic::new(port, 0), &mut stack.sockets);
        let delay = stack.interface.poll_delay(time, &stack.sockets);
        self.stack = Some(stack);
        if nic.is_used_up() {
            return Next::Again;
        }
        let delay = delay.map(Duration::from);
        Next::Wait(match open {
            true => Some(delay.map_or(LOOK, |delay| delay.min(LOOK))),
            false => delay,
        })
    }

    fn report(&self, counts: &mut Counts) {
        counts.add("answered", self.answered);
        counts.add("refusedRequests", self.refused);
    }
}

impl Web {
    fn start(&self, nic: &mut Nic<'_>, time: Instant) -> Stack {
        let Mac(mac) = self.mac.unwrap_or_default();
        let mut config = Config::new(EthernetAddress(mac).into());
        // First sequence numbers follow from it.
        config.random_seed = RandomState::new().build_hasher().finish();
        let mut interface = Interface::new(config, nic, time);
        if let Some(address) = self.address {
            // There is room for more than these.
            interface.update_ip_addrs(|all| {
                let _ = all.push(address.into());
            });
        }
        if let Some(gateway) = self.gateway {
            let gateway = Ipv4Address::from_bytes(&gateway.octets());
            let _ = interface.routes_mut().add_default_ipv4_route(gateway);
        }
        let mut sockets = SocketSet::new(Vec::new());
        let port = self.port.unwrap_or(USUAL_PORT);
        let connections = (0..CONNECTIONS)
            .map(|_| (sockets.add(listen(port)), Connection::at(port)))
            .collect();
        Stack {
            interface,
            sockets,
            connections,
        }
    }

    /// Whether there are connections.
    fn serve(&mut self, stack: &mut Stack, now: Duration) -> bool {
        let page = self.page.as_deref().unwrap_or_default();
        let mut open = false;
        for (handle, connection) in &mut stack.connections {
            let socket = stack.sockets.get_mut::<Socket>(*handle);
            match connection.work(socket, now, page) {
                Some(Outcome::Answered) => self.answered += 1,
                Some(Outcome::Refused) => self.refused += 1,
                None => {}
            }
            open |= connection.is_open();
        }
        open
    }
}

fn parse_address(text: &str) -> Result<Ipv4Cidr, Refusal> {
    text.parse().map_err(|()| "it is like 10.0.0.1/24".into())
}

fn parse_port(text: &str) -> Result<u16, Refusal> {
    match text.parse()? {
        0 => Err("there is no port 0".into()),
        port => Ok(port),
    }
}

fn main() -> ExitCode {
    program::main_of_server::<Web>()
}

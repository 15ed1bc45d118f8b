//! A port as smoltcp knows devices.
use flash_nf::{Packet, Port};
use smoltcp::phy::{Device, DeviceCapabilities, Medium, RxToken, TxToken};
use smoltcp::time::Instant;

/// Of an Ethernet frame.
const MOST_BYTES: usize = 1514;

/// Takes in a batch of packets, and no more until the next one is made.
pub struct Nic<'p> {
    port: &'p Port,
    left: usize,
}

impl<'p> Nic<'p> {
    pub fn new(port: &'p Port, batch: usize) -> Self {
        Self { port, left: batch }
    }

    /// Whether there may be more to come.
    pub fn is_used_up(&self) -> bool {
        self.left == 0
    }
}

impl Device for Nic<'_> {
    type RxToken<'a>
        = Received<'a>
    where
        Self: 'a;
    type TxToken<'a>
        = Room<'a>
    where
        Self: 'a;

    fn receive(&mut self, _now: Instant) -> Option<(Received<'_>, Room<'_>)> {
        // There may be an answer.
        if self.left == 0 || self.port.room() == 0 {
            return None;
        }
        let packet = self.port.receive(1).next()?;
        self.left -= 1;
        Some((Received(packet), Room(self.port)))
    }

    fn transmit(&mut self, _now: Instant) -> Option<Room<'_>> {
        (self.port.room() > 0).then_some(Room(self.port))
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Medium::Ethernet;
        capabilities.max_transmission_unit = MOST_BYTES;
        capabilities
    }
}

pub struct Received<'a>(Packet<'a>);

impl RxToken for Received<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(mut self, read: F) -> R {
        read(&mut self.0)
    }
}

/// For one packet on TX.
pub struct Room<'a>(&'a Port);

impl TxToken for Room<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, len: usize, write: F) -> R {
        let packet = self.0.allocate().and_then(|mut packet| {
            packet.grow_back(len).ok()?;
            Some(packet)
        });
        let Some(mut packet) = packet else {
            // It is lost, as it might be on its way: TCP says it again.
            return write(&mut vec![0; len]);
        };
        let result = write(&mut packet);
        // There is room.
        let _ = packet.send(0);
        result
    }
}

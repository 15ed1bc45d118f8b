use std::error::Error;

use flash_nf::Port;
use lexopt::Parser;

use crate::run::{now, Next, Program};
use crate::{replay, Counts, Function, Refusal};

const BATCH: usize = 64;
const MAC_LEN: usize = 6;

/// A function that is asked about each packet.
#[derive(Default)]
pub struct PerPacket<F> {
    function: F,
    swaps_macs: bool,
    dropped: u64,
}

impl<F: Function> Program for PerPacket<F> {
    const NAME: &'static str = F::NAME;
    const USAGE: &'static str = F::USAGE;
    const PASSES_ON: bool = F::PASSES_ON;

    fn set(&mut self, name: &str, values: &mut Parser) -> Result<bool, lexopt::Error> {
        self.function.set(name, values)
    }

    fn check(&mut self) -> Result<(), Refusal> {
        self.function.check()
    }

    fn swap_macs(&mut self) {
        self.swaps_macs = true;
    }

    fn work(&mut self, port: &Port) -> Result<Next, flash_nf::Error> {
        let mut count = 0;
        for mut packet in port.receive(port.room().min(BATCH)) {
            if count == 0 {
                self.function.begin(now(), port.edges());
            }
            count += 1;
            let Some(edge) = self.function.handle(&mut packet) else {
                self.dropped += 1;
                continue;
            };
            if self.swaps_macs {
                swap_macs(&mut packet);
            }
            // There is room.
            let _ = packet.send(edge);
        }
        if count == 0 {
            return Ok(Next::Wait(None));
        }
        self.function.end();
        Ok(Next::Again)
    }

    fn replay(self, edges: u32) -> Result<(), Box<dyn Error>> {
        replay::replay(self.function, edges)
    }

    fn report(&self, counts: &mut Counts) {
        counts.add("dropped", self.dropped);
        self.function.report(counts);
    }
}

fn swap_macs(packet: &mut [u8]) {
    if packet.len() >= 2 * MAC_LEN {
        let (destination, rest) = packet.split_at_mut(MAC_LEN);
        destination.swap_with_slice(&mut rest[..MAC_LEN]);
    }
}

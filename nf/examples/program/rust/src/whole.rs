use std::error::Error;

use flash_nf::Port;
use lexopt::Parser;

use crate::run::{now, Next, Program};
use crate::{Counts, Refusal, Server};

/// A server that has the port for itself.
#[derive(Default)]
pub struct Whole<S>(S);

impl<S: Server> Program for Whole<S> {
    const NAME: &'static str = S::NAME;
    const USAGE: &'static str = S::USAGE;
    const PASSES_ON: bool = false;

    fn set(&mut self, name: &str, values: &mut Parser) -> Result<bool, lexopt::Error> {
        self.0.set(name, values)
    }

    fn check(&mut self) -> Result<(), Refusal> {
        self.0.check()
    }

    fn swap_macs(&mut self) {}

    fn work(&mut self, port: &Port) -> Result<Next, flash_nf::Error> {
        Ok(self.0.work(port, now()))
    }

    fn replay(self, _edges: u32) -> Result<(), Box<dyn Error>> {
        Err("there is no replay of a server, which sends packets of its own".into())
    }

    fn report(&self, counts: &mut Counts) {
        self.0.report(counts);
    }
}

//! What is on the command line.
use std::ffi::OsString;
use std::time::Duration;

use flash_nf::{JoinOptions, OpenOptions, Redirect};
use lexopt::{Arg, Parser, ValueExt};

use crate::run::Program;

const QUEUE_WAIT: Duration = Duration::from_secs(2);

pub enum Place {
    Device(OpenOptions),
    Chain(JoinOptions),
    /// With so many edges.
    Replay(u32),
}

pub struct Options {
    pub place: Place,
    pub busy: Duration,
}

#[derive(Default)]
struct Given {
    device: Option<String>,
    queue: u32,
    xdp: Option<OsString>,
    chain: Option<String>,
    function: Option<String>,
    monitor: Option<OsString>,
    replay: Option<u32>,
    busy_us: u64,
    swap_macs: bool,
}

pub fn usage<P: Program>() -> String {
    let swap_macs = if P::PASSES_ON { " [--swap-macs]" } else { "" };
    let own = if P::USAGE.is_empty() { "" } else { " " };
    format!(
        "usage: {} --device NAME [--queue N] --xdp OBJECT | --chain NAME --function NAME \
         [--monitor PATH]\n\t[--busy-us N]{swap_macs}{own}{}",
        P::NAME,
        P::USAGE
    )
}

pub fn parse<P: Program>(
    arguments: impl IntoIterator<Item = OsString>,
    program: &mut P,
) -> Result<Options, lexopt::Error> {
    let mut parser = Parser::from_iter(arguments);
    let mut given = Given::default();
    while let Some(argument) = parser.next()? {
        let Arg::Long(name) = argument else {
            return Err(argument.unexpected());
        };
        let name = name.to_owned();
        match name.as_str() {
            "swap-macs" if P::PASSES_ON => given.swap_macs = true,
            "device" => given.device = Some(parser.value()?.string()?),
            "queue" => given.queue = parser.value()?.parse()?,
            "xdp" => given.xdp = Some(parser.value()?),
            "chain" => given.chain = Some(parser.value()?.string()?),
            "function" => given.function = Some(parser.value()?.string()?),
            "monitor" => given.monitor = Some(parser.value()?),
            "busy-us" => given.busy_us = parser.value()?.parse()?,
            "replay" => given.replay = Some(parser.value()?.parse()?),
            _ if program.set(&name, &mut parser)? => {}
            _ => return Err(Arg::Long(&name).unexpected()),
        }
    }
    if given.swap_macs {
        program.swap_macs();
    }
    let options = Options {
        busy: Duration::from_micros(given.busy_us),
        place: place_of(given)?,
    };
    program.check().map_err(lexopt::Error::Custom)?;
    Ok(options)
}

fn place_of(given: Given) -> Result<Place, lexopt::Error> {
    let Given {
        device,
        queue,
        xdp,
        chain,
        function,
        monitor,
        replay,
        ..
    } = given;
    match (device, chain, function, replay) {
        (Some(device), None, None, None) => {
            let options = OpenOptions::new(device).queue(queue).queue_wait(QUEUE_WAIT);
            Ok(Place::Device(match xdp {
                Some(path) => options.redirect(Redirect::Object(path.into())),
                None => options,
            }))
        }
        (None, Some(chain), Some(function), None) => {
            let options = JoinOptions::new(chain, function).queue_wait(QUEUE_WAIT);
            Ok(Place::Chain(match monitor {
                Some(path) => options.monitor(path),
                None => options,
            }))
        }
        (None, None, None, Some(edges)) if edges > 0 => Ok(Place::Replay(edges)),
        _ => Err("say either a device, or a chain and a function".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::{parse, Options, Place};
    use crate::run::{Next, Program};
    use crate::{lexopt, Counts, Refusal};
    use std::error::Error;

    /// Has one option.
    #[derive(Default)]
    struct Example {
        rate: Option<u32>,
        swaps_macs: bool,
    }

    impl Program for Example {
        const NAME: &'static str = "example";
        const USAGE: &'static str = "";
        const PASSES_ON: bool = true;

        fn set(&mut self, name: &str, values: &mut lexopt::Parser) -> Result<bool, lexopt::Error> {
            use lexopt::ValueExt;
            if name == "rate" {
                self.rate = Some(values.value()?.parse()?);
            }
            Ok(name == "rate")
        }

        fn check(&mut self) -> Result<(), Refusal> {
            match self.rate {
                Some(0) => Err("say a rate".into()),
                _ => Ok(()),
            }
        }

        fn swap_macs(&mut self) {
            self.swaps_macs = true;
        }

        fn work(&mut self, _port: &flash_nf::Port) -> Result<Next, flash_nf::Error> {
            Ok(Next::Wait(None))
        }

        fn replay(self, _edges: u32) -> Result<(), Box<dyn Error>> {
            Ok(())
        }

        fn report(&self, _counts: &mut Counts) {}
    }

    fn parsed(line: &str) -> Result<(Options, Example), String> {
        let mut example = Example::default();
        match parse(line.split(' ').map(Into::into), &mut example) {
            Ok(options) => Ok((options, example)),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn a_device_or_a_chain_is_said() {
        let (device, swapping) =
            parsed("example --device a --queue 3 --xdp x.o --swap-macs").unwrap();
        let (chain, example) =
            parsed("example --chain web --rate 7 --function first --busy-us=50").unwrap();

        assert!(matches!(device.place, Place::Device(_)));
        assert!(swapping.swaps_macs && device.busy.is_zero());
        assert!(matches!(chain.place, Place::Chain(_)));
        assert_eq!((example.swaps_macs, chain.busy.as_micros()), (false, 50));
        assert_eq!(example.rate, Some(7));
    }

    #[test]
    fn anything_else_is_refused() {
        let either = "say either a device, or a chain and a function";
        for (line, why) in [
            ("example", either),
            ("example --chain web", either),
            ("example --device a --chain web --function first", either),
            ("example --replay 0", either),
            ("example --device", "missing argument for option '--device'"),
            ("example --device a b", "unexpected argument \"b\""),
            ("example --device a --rate 0", "say a rate"),
            ("example --fast", "invalid option '--fast'"),
            (
                "example --device a --queue x",
                "cannot parse argument \"x\": invalid digit found in string",
            ),
        ] {
            assert_eq!(parsed(line).err().as_deref(), Some(why), "{line}");
        }
    }
}

//! What is on the command line.
use std::ffi::OsString;
use std::time::Duration;

use flash_nf::{JoinOptions, OpenOptions, Redirect};
use lexopt::{Arg, Parser, ValueExt};

use crate::Function;

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
    pub swap_macs: bool,
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

pub fn usage<F: Function>() -> String {
    let swap_macs = if F::PASSES_ON { " [--swap-macs]" } else { "" };
    let own = if F::USAGE.is_empty() { "" } else { " " };
    format!(
        "usage: {} --device NAME [--queue N] --xdp OBJECT | --chain NAME --function NAME \
         [--monitor PATH]\n\t[--busy-us N]{swap_macs}{own}{}",
        F::NAME,
        F::USAGE
    )
}

pub fn parse<F: Function>(
    arguments: impl IntoIterator<Item = OsString>,
    function: &mut F,
) -> Result<Options, lexopt::Error> {
    let mut parser = Parser::from_iter(arguments);
    let mut given = Given::default();
    while let Some(argument) = parser.next()? {
        let Arg::Long(name) = argument else {
            return Err(argument.unexpected());
        };
        let name = name.to_owned();
        match name.as_str() {
            "swap-macs" if F::PASSES_ON => given.swap_macs = true,
            "device" => given.device = Some(parser.value()?.string()?),
            "queue" => given.queue = parser.value()?.parse()?,
            "xdp" => given.xdp = Some(parser.value()?),
            "chain" => given.chain = Some(parser.value()?.string()?),
            "function" => given.function = Some(parser.value()?.string()?),
            "monitor" => given.monitor = Some(parser.value()?),
            "busy-us" => given.busy_us = parser.value()?.parse()?,
            "replay" => given.replay = Some(parser.value()?.parse()?),
            _ if function.set(&name, &mut parser)? => {}
            _ => return Err(Arg::Long(&name).unexpected()),
        }
    }
    let options = Options {
        busy: Duration::from_micros(given.busy_us),
        swap_macs: given.swap_macs,
        place: place_of(given)?,
    };
    function.check().map_err(lexopt::Error::Custom)?;
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
    use crate::{lexopt, Frame, Function, Refusal};

    /// Has one option.
    #[derive(Default)]
    struct Example(Option<u32>);

    impl Function for Example {
        const NAME: &'static str = "example";
        const PASSES_ON: bool = true;

        fn set(&mut self, name: &str, values: &mut lexopt::Parser) -> Result<bool, lexopt::Error> {
            use lexopt::ValueExt;
            if name == "rate" {
                self.0 = Some(values.value()?.parse()?);
            }
            Ok(name == "rate")
        }

        fn check(&mut self) -> Result<(), Refusal> {
            match self.0 {
                Some(0) => Err("say a rate".into()),
                _ => Ok(()),
            }
        }

        fn handle(&mut self, _packet: &mut dyn Frame) -> Option<u32> {
            None
        }
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
        let (device, _) = parsed("example --device a --queue 3 --xdp x.o --swap-macs").unwrap();
        let (chain, example) =
            parsed("example --chain web --rate 7 --function first --busy-us=50").unwrap();

        assert!(matches!(device.place, Place::Device(_)));
        assert!(device.swap_macs && device.busy.is_zero());
        assert!(matches!(chain.place, Place::Chain(_)));
        assert_eq!((chain.swap_macs, chain.busy.as_micros()), (false, 50));
        assert_eq!(example.0, Some(7));
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

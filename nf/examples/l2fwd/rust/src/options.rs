//! What is on the command line.
use std::ffi::OsString;
use std::time::Duration;

use flash_nf::{JoinOptions, OpenOptions, Redirect};
use lexopt::{Arg, Parser, ValueExt};

pub const USAGE: &str =
    "usage: l2fwd --device NAME [--queue N] --xdp OBJECT | --chain NAME --function NAME \
     [--monitor PATH]\n\t[--swap-macs] [--busy-us N]";

const QUEUE_WAIT: Duration = Duration::from_secs(2);

pub enum Place {
    Device(OpenOptions),
    Chain(JoinOptions),
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
    busy_us: u64,
    swap_macs: bool,
}

pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Options, lexopt::Error> {
    let mut parser = Parser::from_iter(arguments);
    let mut given = Given::default();
    while let Some(argument) = parser.next()? {
        let Arg::Long(name) = argument else {
            return Err(argument.unexpected());
        };
        match name {
            "swap-macs" => given.swap_macs = true,
            "device" => given.device = Some(parser.value()?.string()?),
            "queue" => given.queue = parser.value()?.parse()?,
            "xdp" => given.xdp = Some(parser.value()?),
            "chain" => given.chain = Some(parser.value()?.string()?),
            "function" => given.function = Some(parser.value()?.string()?),
            "monitor" => given.monitor = Some(parser.value()?),
            "busy-us" => given.busy_us = parser.value()?.parse()?,
            _ => return Err(argument.unexpected()),
        }
    }
    Ok(Options {
        busy: Duration::from_micros(given.busy_us),
        swap_macs: given.swap_macs,
        place: place_of(given)?,
    })
}

fn place_of(given: Given) -> Result<Place, lexopt::Error> {
    let Given {
        device,
        queue,
        xdp,
        chain,
        function,
        monitor,
        ..
    } = given;
    match (device, chain, function) {
        (Some(device), None, None) => {
            let options = OpenOptions::new(device).queue(queue).queue_wait(QUEUE_WAIT);
            Ok(Place::Device(match xdp {
                Some(path) => options.redirect(Redirect::Object(path.into())),
                None => options,
            }))
        }
        (None, Some(chain), Some(function)) => {
            let options = JoinOptions::new(chain, function).queue_wait(QUEUE_WAIT);
            Ok(Place::Chain(match monitor {
                Some(path) => options.monitor(path),
                None => options,
            }))
        }
        _ => Err("say either a device, or a chain and a function".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::{parse, Place};

    fn parsed(line: &str) -> Result<super::Options, String> {
        parse(line.split(' ').map(Into::into)).map_err(|error| error.to_string())
    }

    #[test]
    fn a_device_or_a_chain_is_said() {
        let device = parsed("l2fwd --device a --queue 3 --xdp x.o --swap-macs").unwrap();
        let chain = parsed("l2fwd --chain web --function first --busy-us=50").unwrap();

        assert!(matches!(device.place, Place::Device(_)));
        assert!(device.swap_macs && device.busy.is_zero());
        assert!(matches!(chain.place, Place::Chain(_)));
        assert_eq!((chain.swap_macs, chain.busy.as_micros()), (false, 50));
    }

    #[test]
    fn anything_else_is_refused() {
        let either = "say either a device, or a chain and a function";
        for (line, why) in [
            ("l2fwd", either),
            ("l2fwd --chain web", either),
            ("l2fwd --device a --chain web --function first", either),
            ("l2fwd --device", "missing argument for option '--device'"),
            ("l2fwd --device a b", "unexpected argument \"b\""),
            ("l2fwd --fast", "invalid option '--fast'"),
            (
                "l2fwd --device a --queue x",
                "cannot parse argument \"x\": invalid digit found in string",
            ),
        ] {
            assert_eq!(parsed(line).err().as_deref(), Some(why), "{line}");
        }
    }
}

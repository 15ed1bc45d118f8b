//! The XDP program on a device that hands its packets to sockets.
use std::os::fd::{AsRawFd, BorrowedFd};
use std::path::{Path, PathBuf};

use aya::maps::{Map, MapData, XskMap};
use aya::programs::{Xdp, XdpFlags};
use aya::Bpf;

use crate::error::Error;

/// What hands a port the packets of its queue.
#[derive(Clone, Debug)]
pub enum Redirect {
    /// The program `xsk_redirect` of this file is attached to the device in driver mode, as long as the port is open.
    /// It looks sockets up in its map `xsks`.
    Object(PathBuf),
    /// The map pinned here, of a program that is attached already.
    PinnedMap(PathBuf),
}

/// Is detached when it is dropped.
pub(crate) struct Attached {
    _program: Option<Bpf>,
    _map: XskMap<MapData>,
}

type Cause = Box<dyn std::error::Error + Send + Sync>;

impl Attached {
    pub(crate) fn new(
        redirect: &Redirect,
        device: &str,
        queue: u32,
        socket: BorrowedFd<'_>,
    ) -> Result<Self, Error> {
        match redirect {
            Redirect::Object(path) => Self::load(path, device, queue, socket)
                .map_err(|source| failed(format!("attaching {} to {device}", show(path)), source)),
            Redirect::PinnedMap(path) => Self::pinned(path, queue, socket)
                .map_err(|source| failed(format!("using the map {}", show(path)), source)),
        }
    }

    fn load(path: &Path, device: &str, queue: u32, socket: BorrowedFd<'_>) -> Result<Self, Cause> {
        let mut program = Bpf::load_file(path)?;
        let map = program.take_map("xsks").ok_or("it has no map xsks")?;
        let mut map = XskMap::try_from(map)?;
        map.set(queue, socket.as_raw_fd(), 0)?;
        let xdp: &mut Xdp = program
            .program_mut("xsk_redirect")
            .ok_or("it has no program xsk_redirect")?
            .try_into()?;
        xdp.load()?;
        xdp.attach(device, XdpFlags::DRV_MODE)?;
        Ok(Self {
            _program: Some(program),
            _map: map,
        })
    }

    fn pinned(path: &Path, queue: u32, socket: BorrowedFd<'_>) -> Result<Self, Cause> {
        let mut map = XskMap::try_from(Map::XskMap(MapData::from_pin(path)?))?;
        map.set(queue, socket.as_raw_fd(), 0)?;
        Ok(Self {
            _program: None,
            _map: map,
        })
    }
}

fn show(path: &Path) -> std::path::Display<'_> {
    path.display()
}

/// With all that is behind it: the loader's own words say little.
fn failed(what: String, source: Cause) -> Error {
    let mut causes = Vec::new();
    let mut next: Option<&dyn std::error::Error> = source.source();
    while let Some(cause) = next {
        causes.push(cause.to_string());
        next = cause.source();
    }
    let what = match causes.as_slice() {
        [] => what,
        _ => format!("{what}: {}", causes.join(": ")),
    };
    Error::Xdp { what, source }
}

use std::os::fd::{AsFd, OwnedFd};
use std::ptr;

use rustix::fs::{fcntl_add_seals, ftruncate, memfd_create, MemfdFlags, SealFlags};
use rustix::mm::{mmap, munmap, MapFlags, ProtFlags};
use rustix::net::netdevice::name_to_index;
use rustix::net::sockopt::{
    set_xdp_rx_ring_size, set_xdp_tx_ring_size, set_xdp_umem_completion_ring_size,
    set_xdp_umem_fill_ring_size, set_xdp_umem_reg,
};
use rustix::net::xdp::{SocketAddrXdp, SocketAddrXdpFlags, XdpUmemReg, XdpUmemRegFlags};
use rustix::net::{bind, socket as open, AddressFamily, SocketType};

/// Of all four rings of a place.
pub const RING_SIZE: u32 = 64;

/// What a monitor has ready for a function.
pub struct Place {
    /// Bound to queue 0 of a device.
    pub socket: OwnedFd,
    /// Its memory, sealed.
    pub memory: OwnedFd,
}

impl Place {
    /// With that many frames of 2048 bytes.
    pub fn open(device: &str, frames: u32) -> Self {
        let len = frames as usize * 2048;
        let memory = memfd_create("place", MemfdFlags::ALLOW_SEALING).unwrap();
        ftruncate(&memory, len as u64).unwrap();
        fcntl_add_seals(&memory, SealFlags::SHRINK).unwrap();
        let socket = open(AddressFamily::XDP, SocketType::RAW, None).unwrap();
        register(&socket, &memory, len);
        set_xdp_umem_fill_ring_size(&socket, RING_SIZE).unwrap();
        set_xdp_umem_completion_ring_size(&socket, RING_SIZE).unwrap();
        set_xdp_rx_ring_size(&socket, RING_SIZE).unwrap();
        set_xdp_tx_ring_size(&socket, RING_SIZE).unwrap();
        let any = open(AddressFamily::UNIX, SocketType::DGRAM, None).unwrap();
        let ifindex = name_to_index(any, device).unwrap();
        let flags = SocketAddrXdpFlags::XDP_USE_NEED_WAKEUP | SocketAddrXdpFlags::XDP_COPY;
        bind(&socket, &SocketAddrXdp::new(flags, ifindex, 0)).unwrap();
        Self { socket, memory }
    }
}

fn register(socket: impl AsFd, memory: impl AsFd, len: usize) {
    let both = ProtFlags::READ | ProtFlags::WRITE;
    // SAFETY: nothing else knows of the mapping, and the kernel keeps the pages.
    unsafe {
        let start = mmap(ptr::null_mut(), len, both, MapFlags::SHARED, memory, 0).unwrap();
        let area = XdpUmemReg {
            addr: start as u64,
            len: len as u64,
            chunk_size: 2048,
            headroom: 0,
            flags: XdpUmemRegFlags::empty(),
            tx_metadata_len: 0,
        };
        set_xdp_umem_reg(socket, area).unwrap();
        munmap(start, len).unwrap();
    }
}

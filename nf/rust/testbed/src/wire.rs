use std::io;
use std::os::fd::{AsRawFd, OwnedFd};

use rustix::event::{poll, PollFd, PollFlags, Timespec};
use rustix::net::netdevice::name_to_index;
use rustix::net::{recv, send, socket, AddressFamily, RecvFlags, SendFlags, SocketType};

use crate::DEADLINE;

/// One end of a wire as it is: all that comes in, beside what the kernel makes of it.
pub struct Wire(OwnedFd);

impl Wire {
    /// Of a device that is up.
    pub fn open(device: &str) -> Self {
        let fd = socket(AddressFamily::PACKET, SocketType::RAW, None).unwrap();
        let all = (libc::ETH_P_ALL as u16).to_be();
        // SAFETY: all zeros are a sockaddr_ll.
        let mut address: libc::sockaddr_ll = unsafe { std::mem::zeroed() };
        address.sll_family = libc::AF_PACKET as u16;
        address.sll_protocol = all;
        address.sll_ifindex = name_to_index(&fd, device).unwrap() as i32;
        let yes: libc::c_int = 1;
        // SAFETY: both are of the size that is said.
        let result = unsafe {
            libc::setsockopt(
                fd.as_raw_fd(),
                libc::SOL_PACKET,
                libc::PACKET_IGNORE_OUTGOING,
                std::ptr::addr_of!(yes).cast(),
                std::mem::size_of_val(&yes) as u32,
            ) | libc::bind(
                fd.as_raw_fd(),
                std::ptr::addr_of!(address).cast(),
                std::mem::size_of_val(&address) as u32,
            )
        };
        assert_eq!(result, 0, "{}", io::Error::last_os_error());
        Self(fd)
    }

    /// A frame.
    pub fn send(&self, frame: &[u8]) {
        send(&self.0, frame, SendFlags::empty()).unwrap();
    }

    /// The next frame that comes.
    pub fn receive(&self) -> Vec<u8> {
        let timeout = Timespec::try_from(DEADLINE).unwrap();
        let mut fds = [PollFd::new(&self.0, PollFlags::IN)];
        assert_eq!(poll(&mut fds, Some(&timeout)), Ok(1), "nothing comes");
        let mut frame = vec![0; 1 << 16];
        let (len, _) = recv(&self.0, &mut frame, RecvFlags::empty()).unwrap();
        frame.truncate(len);
        frame
    }
}

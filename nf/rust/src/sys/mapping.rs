//! Memory that is shared with the kernel or with other processes.
use std::ffi::c_void;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::ptr::{self, NonNull};

use rustix::mm::{mmap, mmap_anonymous, munmap, MapFlags, ProtFlags};

/// Is unmapped when it is dropped.
pub(crate) struct Mapping {
    start: NonNull<u8>,
    len: usize,
}

// SAFETY: the memory belongs to the process and not to a thread.
unsafe impl Send for Mapping {}

impl Mapping {
    /// New memory, full of zeros.
    pub(crate) fn anonymous(len: usize) -> io::Result<Self> {
        // SAFETY: a new mapping, at an address that the kernel chooses, overlaps nothing.
        let start = unsafe {
            mmap_anonymous(
                ptr::null_mut(),
                len,
                ProtFlags::READ | ProtFlags::WRITE,
                MapFlags::SHARED,
            )?
        };
        Self::new(start, len)
    }

    /// The memory behind a file that cannot shrink, so that it is there as long as it is mapped.
    pub(crate) fn of_file(file: impl AsFd, len: usize) -> io::Result<Self> {
        Self::map(file.as_fd(), 0, len, MapFlags::SHARED)
    }

    /// That of a ring of an AF_XDP socket.
    pub(crate) fn of_ring(socket: BorrowedFd<'_>, page: u64, len: usize) -> io::Result<Self> {
        Self::map(socket, page, len, MapFlags::SHARED | MapFlags::POPULATE)
    }

    fn map(fd: BorrowedFd<'_>, offset: u64, len: usize, flags: MapFlags) -> io::Result<Self> {
        // SAFETY: as in anonymous().
        let start = unsafe {
            mmap(
                ptr::null_mut(),
                len,
                ProtFlags::READ | ProtFlags::WRITE,
                flags,
                fd,
                offset,
            )?
        };
        Self::new(start, len)
    }

    fn new(start: *mut c_void, len: usize) -> io::Result<Self> {
        let start = NonNull::new(start.cast()).ok_or(io::ErrorKind::Unsupported)?;
        Ok(Self { start, len })
    }

    pub(crate) fn start(&self) -> NonNull<u8> {
        self.start
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: it was mapped with this length, and what points to it borrows self.
        let _ = unsafe { munmap(self.start.as_ptr().cast(), self.len) };
    }
}

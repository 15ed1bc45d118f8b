//! A file of packets that tcpdump and Wireshark read: draft-ietf-opsawg-pcapng.
use std::fs::File;
use std::io::{BufWriter, Error, Result, Write};
use std::time::Duration;

use rustix::fs::{flock, FlockOperation};
use rustix::io::Errno;

const SECTION_BLOCK: u32 = 0x0a0d_0d0a;
const INTERFACE_BLOCK: u32 = 1;
const PACKET_BLOCK: u32 = 6;

const BYTE_ORDER_MAGIC: u32 = 0x1a2b_3c4d;
const LINK_ETHERNET: u16 = 1;
const OPTION_RESOLUTION: u16 = 9;
const NANOSECONDS: u8 = 9;
/// Type and length in front, and the length again behind.
const AROUND: usize = 12;
/// Of a packet: interface, time, and both lengths.
const PACKET_HEADER: usize = 20;

/// Of Ethernet packets.
#[derive(Debug)]
pub struct PcapNg {
    file: BufWriter<File>,
    snap: usize,
    written: u64,
}

impl PcapNg {
    /// With so many bytes of each packet at most.
    pub fn create(path: &str, snap: usize) -> Result<Self> {
        let file = BufWriter::new(open_empty(path)?);
        let mut pcapng = Self {
            file,
            snap,
            written: 0,
        };
        let mut section = BYTE_ORDER_MAGIC.to_ne_bytes().to_vec();
        section.extend([1u16, 0].map(u16::to_ne_bytes).concat());
        // Until the end of the file.
        section.extend([0xff; 8]);
        pcapng.write_block(SECTION_BLOCK, &section)?;

        let mut interface = [LINK_ETHERNET, 0].map(u16::to_ne_bytes).concat();
        interface.extend((snap as u32).to_ne_bytes());
        interface.extend([OPTION_RESOLUTION, 1].map(u16::to_ne_bytes).concat());
        interface.extend([NANOSECONDS, 0, 0, 0]);
        interface.extend([0; 4]);
        pcapng.write_block(INTERFACE_BLOCK, &interface)?;
        pcapng.flush()?;
        Ok(pcapng)
    }

    /// How many bytes a packet takes.
    pub fn size(&self, len: usize) -> usize {
        AROUND + PACKET_HEADER + padded(len.min(self.snap))
    }

    /// How many there are.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// The time is from 1970 on. What is written is buffered.
    pub fn write(&mut self, time: Duration, packet: &[u8]) -> Result<()> {
        let captured = &packet[..packet.len().min(self.snap)];
        let time = time.as_nanos() as u64;
        let header = [
            0,
            (time >> 32) as u32,
            time as u32,
            captured.len() as u32,
            packet.len() as u32,
        ];
        let header = header.map(u32::to_ne_bytes).concat();
        let len = (AROUND + header.len() + padded(captured.len())) as u32;
        self.write_all(&PACKET_BLOCK.to_ne_bytes())?;
        self.write_all(&len.to_ne_bytes())?;
        self.write_all(&header)?;
        self.write_all(captured)?;
        self.write_all(&[0; 3][..padded(captured.len()) - captured.len()])?;
        self.write_all(&len.to_ne_bytes())
    }

    pub fn flush(&mut self) -> Result<()> {
        self.file.flush()
    }

    /// Of whole words.
    fn write_block(&mut self, kind: u32, body: &[u8]) -> Result<()> {
        let len = ((AROUND + body.len()) as u32).to_ne_bytes();
        self.write_all(&kind.to_ne_bytes())?;
        self.write_all(&len)?;
        self.write_all(body)?;
        self.write_all(&len)
    }

    fn write_all(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes)?;
        self.written += bytes.len() as u64;
        Ok(())
    }
}

/// What is in a file goes only if nobody else writes to it.
fn open_empty(path: &str) -> Result<File> {
    let mut options = File::options();
    let file = options
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Err(Errno::WOULDBLOCK) => return Err(Error::other("another program writes to it")),
        result => result?,
    }
    if file.metadata()?.is_file() {
        file.set_len(0)?;
    }
    Ok(file)
}

fn padded(len: usize) -> usize {
    (len + 3) & !3
}

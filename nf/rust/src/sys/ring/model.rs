//! Every order in which the program and the kernel can meet at a ring: `RUSTFLAGS="--cfg loom" cargo test --lib`.
use loom::cell::UnsafeCell;
use loom::sync::atomic::{fence, AtomicU32, Ordering};
use loom::sync::Arc;
use loom::thread;

use super::{Consumer, Producer, Shared, NEED_WAKEUP};

const SIZE: u32 = 2;

struct Ring {
    producer: AtomicU32,
    consumer: AtomicU32,
    flags: AtomicU32,
    /// Loom fails if two threads have one at the same time, and neither knows of the other.
    slots: [UnsafeCell<u64>; SIZE as usize],
}

/// The indices wrap around soon.
fn ring() -> Arc<Ring> {
    let start = u32::MAX;
    Arc::new(Ring {
        producer: AtomicU32::new(start),
        consumer: AtomicU32::new(start),
        flags: AtomicU32::new(0),
        slots: [UnsafeCell::new(0), UnsafeCell::new(0)],
    })
}

impl Shared for Arc<Ring> {
    type Entry = u64;

    fn producer(&self) -> &AtomicU32 {
        &self.producer
    }

    fn consumer(&self) -> &AtomicU32 {
        &self.consumer
    }

    fn flags(&self) -> &AtomicU32 {
        &self.flags
    }

    fn size(&self) -> u32 {
        SIZE
    }

    fn read(&self, slot: u32) -> u64 {
        self.slots[slot as usize].with(|entry| unsafe { *entry })
    }

    fn write(&self, slot: u32, entry: u64) {
        self.slots[slot as usize].with_mut(|place| unsafe { *place = entry });
    }
}

/// As `xskq_cons_peek_desc()` and `xskq_cons_release()`, one entry at a time.
fn kernel_takes(ring: &Arc<Ring>) -> Option<u64> {
    let consumer = ring.consumer.load(Ordering::Relaxed);
    if ring.producer.load(Ordering::Acquire) == consumer {
        return None;
    }
    let entry = ring.read(consumer % SIZE);
    ring.consumer
        .store(consumer.wrapping_add(1), Ordering::Release);
    Some(entry)
}

/// As `xskq_prod_reserve()` and `xskq_prod_submit()`.
fn kernel_gives(ring: &Arc<Ring>, entry: u64) -> bool {
    let producer = ring.producer.load(Ordering::Relaxed);
    if producer.wrapping_sub(ring.consumer.load(Ordering::Acquire)) == SIZE {
        return false;
    }
    ring.write(producer % SIZE, entry);
    ring.producer
        .store(producer.wrapping_add(1), Ordering::Release);
    true
}

#[test]
fn the_kernel_takes_what_was_published_in_order_and_whole() {
    loom::model(|| {
        let ring = ring();
        let kernel = {
            let ring = ring.clone();
            thread::spawn(move || (0..3).filter_map(|_| kernel_takes(&ring)).collect())
        };
        let ours = Producer::new(ring.clone());

        let mut written = Vec::new();
        for entry in 1..=3 {
            if ours.write(entry) {
                written.push(entry);
            }
            ours.publish();
        }

        let mut taken: Vec<u64> = kernel.join().unwrap();
        taken.extend(std::iter::from_fn(|| kernel_takes(&ring)));
        assert_eq!(taken, written);
        assert!(written.len() >= SIZE as usize);
    });
}

#[test]
fn we_read_what_the_kernel_gave_in_order_and_whole() {
    loom::model(|| {
        let ring = ring();
        let ours = Consumer::new(ring.clone());
        // It is the kernel that goes first: loom tries no other value for a load that comes before all stores.
        let reader = thread::spawn(move || {
            let mut read = Vec::new();
            for _ in 0..3 {
                read.extend(ours.read());
                ours.release();
            }
            (read, ours)
        });

        let given: Vec<u64> = (1..=3)
            .filter(|&entry| kernel_gives(&ring, entry))
            .collect();

        let (mut read, ours) = reader.join().unwrap();
        read.extend(std::iter::from_fn(|| ours.read()));
        assert_eq!(read, given);
        assert!(given.len() >= SIZE as usize);
    });
}

#[test]
fn what_is_not_published_is_not_seen() {
    loom::model(|| {
        let ring = ring();
        let ours = Producer::new(ring.clone());
        ours.write(1);

        assert_eq!(ours.pending(), 0);
        assert_eq!(kernel_takes(&ring), None);
        ours.publish();

        assert_eq!(ours.pending(), 1);
        assert_eq!(kernel_takes(&ring), Some(1));
        assert_eq!(ours.room(SIZE), SIZE);
    });
}

#[test]
fn a_kernel_that_goes_to_sleep_sees_the_packet_or_is_called() {
    loom::model(|| {
        let ring = ring();
        let kernel = {
            let ring = ring.clone();
            thread::spawn(move || {
                let flags = ring.flags.load(Ordering::Relaxed);
                ring.flags.store(flags | NEED_WAKEUP, Ordering::Relaxed);
                fence(Ordering::SeqCst);
                kernel_takes(&ring).is_some()
            })
        };
        let ours = Producer::new(ring);
        ours.write(1);
        ours.publish();

        let called = ours.wants_wakeup();

        assert!(kernel.join().unwrap() || called);
    });
}

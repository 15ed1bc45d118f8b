use super::{Frame, Frames, Mapping, Owners};

use rustix::fs::{ftruncate, memfd_create, MemfdFlags};

const SIZE: u32 = 2048;
const COUNT: u32 = 4;

fn frames() -> Frames {
    let memory = Mapping::anonymous((SIZE * COUNT) as usize).unwrap();
    let frames = Frames::new(memory, SIZE);
    assert!(frames.add(0..COUNT));
    frames
}

fn lend_all(frames: &Frames) -> Vec<u64> {
    std::iter::from_fn(|| frames.lend_free()).collect()
}

#[test]
fn each_frame_is_had_once() {
    let frames = frames();

    let mut all: Vec<Frame<'_>> = std::iter::from_fn(|| frames.allocate()).collect();

    assert_eq!(all.len(), COUNT as usize);
    assert_eq!((frames.free(), frames.held()), (0, COUNT));
    for (mark, frame) in (1..).zip(&mut all) {
        frame.bytes_mut().fill(mark);
    }
    for (mark, frame) in (1..).zip(&all) {
        assert!(frame.bytes().iter().all(|&byte| byte == mark));
    }
    drop(all);
    assert_eq!((frames.free(), frames.held()), (COUNT as usize, 0));
}

#[test]
fn a_frame_of_the_kernel_comes_back_with_the_packet_that_it_names() {
    let frames = frames();
    let addrs = lend_all(&frames);

    let (frame, range) = frames.accept(addrs[2] + 256, 60).unwrap();

    assert_eq!(range, 256..316);
    assert_eq!(frames.held(), 1);
    assert_eq!(frame.lend(), addrs[2]);
    assert_eq!(
        (frames.free(), frames.held(), frames.impossible()),
        (0, 0, 0)
    );
}

#[test]
fn a_frame_that_we_have_is_not_taken_from_the_kernel() {
    let frames = frames();
    let addrs = lend_all(&frames);
    let (held, _) = frames.accept(addrs[0], 60).unwrap();
    frames.reclaim(addrs[1]);

    assert!(frames.accept(addrs[0] + 1, 60).is_none(), "it is held");
    assert!(frames.accept(addrs[1], 60).is_none(), "it is free");
    frames.reclaim(addrs[0]);
    frames.reclaim(addrs[1]);

    assert_eq!(frames.impossible(), 4);
    drop(held);
    assert_eq!(frames.free(), 2);
}

#[test]
fn what_is_outside_of_the_memory_or_of_the_frame_is_not_believed() {
    let frames = frames();
    let addrs = lend_all(&frames);

    for addr in [u64::from(SIZE * COUNT), u64::MAX, 1 << 48] {
        assert!(frames.accept(addr, 60).is_none());
        frames.reclaim(addr);
    }
    assert!(frames.accept(addrs[0] + 2000, 60).is_none());
    assert!(frames.accept(addrs[1], u32::MAX).is_none());

    assert_eq!(frames.impossible(), 8);
    assert_eq!(
        (frames.free(), frames.held()),
        (2, 0),
        "the frames came back all the same"
    );
}

/// Two of the same bytes, as two functions have them.
fn shared(ours: [u8; COUNT as usize]) -> (Frames, Owners) {
    let file = memfd_create("owners", MemfdFlags::CLOEXEC).unwrap();
    ftruncate(&file, COUNT.into()).unwrap();
    let map = || Mapping::of_file(&file, COUNT as usize).unwrap();
    for (index, &owner) in (0..).zip(&ours) {
        Owners::new(map(), owner).make_ours(index);
    }
    let memory = Mapping::anonymous((SIZE * COUNT) as usize).unwrap();
    let frames = Frames::shared(memory, SIZE, Owners::new(map(), OURS));
    (frames, Owners::new(map(), OURS))
}

const OURS: u8 = 7;

#[test]
fn of_a_shared_memory_those_frames_are_had_that_are_said_to_be_ours() {
    let (frames, owners) = shared([OURS, 9, 0, OURS]);

    let mut addrs = lend_all(&frames);

    addrs.sort_unstable();
    assert_eq!(addrs, [0, u64::from(3 * SIZE)]);
    assert!(!owners.is_ours(1) && !owners.is_ours(2) && !owners.is_ours(COUNT));
}

#[test]
fn a_frame_of_another_function_is_ours_once_the_kernel_has_given_it() {
    let (frames, owners) = shared([OURS, 9, 9, 0]);

    let (packet, _) = frames.accept(u64::from(SIZE) + 256, 60).unwrap();
    assert_eq!([1, 2].map(|index| owners.is_ours(index)), [true, false]);
    frames.reclaim(u64::from(2 * SIZE));
    assert!(owners.is_ours(2));

    drop(packet);
    assert_eq!((frames.free(), frames.impossible()), (3, 0));
    frames.reclaim(u64::from(SIZE * COUNT));
    assert!(!owners.is_ours(3), "nothing else is");
}

#[test]
fn frames_are_added_once_and_only_those_that_are_there() {
    let frames = frames();

    assert!(frames.add(1..3), "they are there already");
    assert!(!frames.add(COUNT..COUNT + 1));
    assert!(!frames.add(0..u32::MAX));

    assert_eq!(frames.free(), COUNT as usize);
}

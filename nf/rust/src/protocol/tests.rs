use super::{decode, encode_join, Joined, Message, JOIN_LEN};

fn message(words: &[u32], text: &[u8]) -> Vec<u8> {
    let mut data: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).collect();
    data.extend(text);
    data
}

fn refused(errno: u32, why: &str) -> Vec<u8> {
    let mut text = [0; 200];
    text[..why.len()].copy_from_slice(why.as_bytes());
    message(&[1, 3, errno], &text)
}

#[test]
fn a_request_has_the_names_in_their_places() {
    let data = encode_join("web", "firewall").unwrap();

    assert_eq!(data[..8], message(&[1, 1], b"")[..]);
    assert_eq!(&data[8..12], b"web\0");
    assert_eq!(&data[40..49], b"firewall\0");
    assert!(data[49..].iter().all(|&byte| byte == 0));
}

#[test]
fn a_name_has_1_to_31_bytes_and_no_zeros() {
    let longest = "a".repeat(31);

    assert!(encode_join(&longest, &longest).is_some());
    for name in ["", "a\0b", &"a".repeat(32)] {
        assert!(encode_join(name, "b").is_none());
        assert!(encode_join("a", name).is_none());
    }
}

#[test]
fn what_the_monitor_says_is_understood() {
    let joined = Joined {
        frame_size: 2048,
        frame_count: 10,
        owner: 2,
        own_frames: 8,
        rx: 64,
        tx: 128,
        fill: 256,
        completion: 512,
        edges: 3,
    };
    let data = message(&[1, 2, 2048, 10, 2, 8, 64, 128, 256, 512, 3], b"");

    assert_eq!(decode(&data), Some(Message::Joined(joined)));
    assert_eq!(decode(&message(&[1, 4, 2], b"")), Some(Message::Edges(2)));
    assert_eq!(decode(&message(&[1, 5], b"")), Some(Message::Leave));
    let why = "it is of another user".to_owned();
    assert_eq!(
        decode(&refused(13, &why)),
        Some(Message::Refused { errno: 13, why })
    );
}

#[test]
fn there_are_1_to_64_edges_whatever_the_monitor_says() {
    for (said, understood) in [(0, 1), (64, 64), (65, 64), (u32::MAX, 64)] {
        let data = message(&[1, 4, said], b"");

        assert_eq!(decode(&data), Some(Message::Edges(understood)));
    }
}

#[test]
fn nothing_else_is_a_message() {
    for data in [
        message(&[2, 5], b""),
        message(&[1, 1], b""),
        message(&[1, 6], b""),
        message(&[1, 4], b""),
        message(&[1, 4, 1, 1], b""),
        message(&[1, 2, 2048, 10], b""),
        message(&[1, 2, 2048, 10, 255, 8, 64, 64, 64, 64, 1], b""),
        message(&[1, 3, 13], b"too short"),
        message(&[1], b""),
        message(&[1], b"abc"),
        Vec::new(),
    ] {
        assert_eq!(decode(&data), None, "{data:?}");
    }
}

/// A header in C has what this module has in Rust.
#[test]
fn the_library_in_c_says_the_same() {
    let header = include_str!("../../../c/protocol.h");

    for line in [
        "protocol_version = 1, name_len = 32, why_len = 200, most_owner = 254",
        "message_join = 1,",
        "message_joined = 2,",
        "message_refused = 3,",
        "message_edges = 4,",
        "message_leave = 5,",
        "__u32 frame_size, frame_count;",
        "__u32 owner, own_frames;",
        "__u32 rx, tx, fill, completion;",
        &format!("sizeof(struct join_message) == {JOIN_LEN},"),
        "sizeof(struct joined_message) == 44,",
        "sizeof(struct refused_message) == 212,",
        "sizeof(struct edges_message) == 12,",
    ] {
        assert!(header.contains(line), "{line}");
    }
}

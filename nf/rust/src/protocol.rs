//! What functions and the monitor say to each other, see nf/README.md. Each message is one packet.

const VERSION: u32 = 1;
const NAME_LEN: usize = 32;
const WHY_LEN: usize = 200;
/// Longer than any message that a function hears.
pub(crate) const MOST_BYTES: usize = 256;
/// As many targets as the kernel takes.
const MOST_EDGES: u32 = 64;

const JOIN: u32 = 1;
const JOINED: u32 = 2;
const REFUSED: u32 = 3;
const EDGES: u32 = 4;
const LEAVE: u32 = 5;

pub(crate) const JOIN_LEN: usize = 8 + 2 * NAME_LEN;

/// Those that functions have in the owner bytes.
const MOST_OWNER: u32 = 254;

/// What a function has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Joined {
    pub frame_size: u32,
    pub frame_count: u32,
    /// Its number in the owner bytes; 0 if the memory is its own.
    pub owner: u32,
    pub own_frames: u32,
    pub rx: u32,
    pub tx: u32,
    pub fill: u32,
    pub completion: u32,
    pub edges: u32,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Message {
    Joined(Joined),
    Refused { errno: i32, why: String },
    Edges(u32),
    Leave,
}

/// The request to join. None if a name is too long, or is none.
pub(crate) fn encode_join(chain: &str, function: &str) -> Option<[u8; JOIN_LEN]> {
    let mut data = [0; JOIN_LEN];
    data[..4].copy_from_slice(&VERSION.to_ne_bytes());
    data[4..8].copy_from_slice(&JOIN.to_ne_bytes());
    let (first, second) = data[8..].split_at_mut(NAME_LEN);
    for (field, name) in [(first, chain), (second, function)] {
        if name.is_empty() || name.len() >= NAME_LEN || name.contains('\0') {
            return None;
        }
        field[..name.len()].copy_from_slice(name.as_bytes());
    }
    Some(data)
}

/// None if it is not one that a function may hear.
pub(crate) fn decode(data: &[u8]) -> Option<Message> {
    let (words, rest) = match word(data, 1)? {
        REFUSED if data.len() == 12 + WHY_LEN => (3, &data[12..]),
        _ if data.len() % 4 == 0 => (data.len() / 4, &[][..]),
        _ => return None,
    };
    if word(data, 0)? != VERSION {
        return None;
    }
    let at = |index| word(data, index);
    match (at(1)?, words) {
        (JOINED, 11) if at(4)? <= MOST_OWNER => Some(Message::Joined(Joined {
            frame_size: at(2)?,
            frame_count: at(3)?,
            owner: at(4)?,
            own_frames: at(5)?,
            rx: at(6)?,
            tx: at(7)?,
            fill: at(8)?,
            completion: at(9)?,
            edges: edges(at(10)?),
        })),
        (REFUSED, 3) => Some(Message::Refused {
            errno: i32::try_from(at(2)?).ok()?,
            why: text(rest),
        }),
        (EDGES, 3) => Some(Message::Edges(edges(at(2)?))),
        (LEAVE, 2) => Some(Message::Leave),
        _ => None,
    }
}

fn word(data: &[u8], index: usize) -> Option<u32> {
    let bytes = data.get(4 * index..4 * index + 4)?;
    Some(u32::from_ne_bytes(bytes.try_into().ok()?))
}

fn edges(count: u32) -> u32 {
    count.clamp(1, MOST_EDGES)
}

/// Up to the first 0.
fn text(field: &[u8]) -> String {
    let end = field
        .iter()
        .position(|&byte| byte == 0)
        .unwrap_or(field.len());
    String::from_utf8_lossy(&field[..end]).into_owned()
}

#[cfg(test)]
mod tests;

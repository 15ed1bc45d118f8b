//! The text protocol of memcached, as far as get and set go: requests to replies.
use std::time::Duration;

use program::Table;

const MOST_KEY: usize = 250;
const MOST_VALUE: usize = 1024;
const MOST_REPLY: usize = 1400;
const MOST_SECONDS: u32 = 30 * 24 * 3600;
const MOST_DIGITS: usize = 10;
const END_OF_LINE: &[u8] = b"\r\n";

const BAD_FORMAT: &str = "CLIENT_ERROR bad command line format\r\n";
const BAD_DATA: &str = "CLIENT_ERROR bad data chunk\r\n";
const TOO_LONG: &str = "CLIENT_ERROR an item lives for 30 days at most, or for ever\r\n";
const TOO_LARGE: &str = "SERVER_ERROR object too large for cache\r\n";
const NO_ROOM: &str = "SERVER_ERROR out of memory storing object\r\n";
const LARGE_REPLY: &str = "SERVER_ERROR reply too large for a datagram\r\n";

#[derive(Clone, Debug, Default)]
struct Item {
    flags: u32,
    value: Vec<u8>,
}

pub struct Store {
    table: Table<Vec<u8>, Item>,
    pub now: Duration,
    pub gets: u64,
    pub hits: u64,
    pub sets: u64,
    pub errors: u64,
}

impl Store {
    pub fn new(keys: usize) -> Self {
        Self {
            table: Table::new(keys),
            now: Duration::ZERO,
            gets: 0,
            hits: 0,
            sets: 0,
            errors: 0,
        }
    }

    /// Nothing if that was wished.
    pub fn answer(&mut self, request: &[u8]) -> Option<Vec<u8>> {
        let end = request.windows(2).position(|pair| pair == END_OF_LINE);
        let (line, data) = match end {
            Some(end) => (&request[..end], &request[end + 2..]),
            None => (&[][..], &[][..]),
        };
        let mut words = line
            .split(|&byte| byte == b' ')
            .filter(|word| !word.is_empty());
        let result = match words.next() {
            Some(b"get") => self.get(words).map(Some),
            Some(b"set") => self.set(words, data),
            _ => Err("ERROR\r\n"),
        };
        result.unwrap_or_else(|error| {
            self.errors += 1;
            Some(error.into())
        })
    }

    /// `get KEY...`
    fn get<'a>(&mut self, keys: impl Iterator<Item = &'a [u8]>) -> Result<Vec<u8>, &'static str> {
        let mut reply = Vec::new();
        let mut asked = false;
        for word in keys {
            asked = true;
            let key = parse_key(word)?;
            self.gets += 1;
            let Some(place) = self.table.find(&key, self.now) else {
                continue;
            };
            self.hits += 1;
            let Item { flags, value } = &self.table[place];
            reply.extend(b"VALUE ");
            reply.extend(&key);
            reply.extend(format!(" {flags} {}\r\n", value.len()).as_bytes());
            reply.extend(value);
            reply.extend(END_OF_LINE);
            if reply.len() > MOST_REPLY {
                return Err(LARGE_REPLY);
            }
        }
        if !asked {
            return Err("ERROR\r\n");
        }
        reply.extend(b"END\r\n");
        match reply.len() {
            0..=MOST_REPLY => Ok(reply),
            _ => Err(LARGE_REPLY),
        }
    }

    /// `set KEY FLAGS SECONDS BYTES [noreply]`
    fn set<'a>(
        &mut self,
        mut words: impl Iterator<Item = &'a [u8]>,
        data: &[u8],
    ) -> Result<Option<Vec<u8>>, &'static str> {
        let mut word = || words.next().ok_or(BAD_FORMAT);
        let key = parse_key(word()?)?;
        let flags = parse_number(word()?)?;
        let seconds = parse_number(word()?)?;
        let bytes = parse_number(word()?)? as usize;
        let replies = match words.next() {
            None => true,
            Some(b"noreply") => false,
            Some(_) => return Err(BAD_FORMAT),
        };
        if seconds > MOST_SECONDS {
            return Err(TOO_LONG);
        }
        if bytes > MOST_VALUE {
            return Err(TOO_LARGE);
        }
        let value = data.strip_suffix(END_OF_LINE);
        let value = value.filter(|value| value.len() == bytes).ok_or(BAD_DATA)?;
        let item = Item {
            flags,
            value: value.to_owned(),
        };
        let said = match self.keep(key, item, seconds) {
            Some(_) => {
                self.sets += 1;
                "STORED\r\n"
            }
            None => {
                self.errors += 1;
                NO_ROOM
            }
        };
        Ok(replies.then(|| said.into()))
    }

    fn keep(&mut self, key: Vec<u8>, item: Item, seconds: u32) -> Option<usize> {
        let until = match seconds {
            0 => Duration::MAX,
            _ => self.now + Duration::from_secs(seconds.into()),
        };
        let Some(place) = self.table.find(&key, self.now) else {
            return self.table.add(key, item, self.now, until);
        };
        self.table[place] = item;
        self.table.keep(place, until);
        Some(place)
    }
}

fn parse_key(word: &[u8]) -> Result<Vec<u8>, &'static str> {
    let is_key = word.len() <= MOST_KEY && !word.iter().any(u8::is_ascii_control);
    is_key.then(|| word.to_owned()).ok_or(BAD_FORMAT)
}

fn parse_number(word: &[u8]) -> Result<u32, &'static str> {
    let digits = word.len() <= MOST_DIGITS && word.iter().all(u8::is_ascii_digit);
    let text = std::str::from_utf8(word).ok().filter(|_| digits);
    text.and_then(|text| text.parse().ok()).ok_or(BAD_FORMAT)
}

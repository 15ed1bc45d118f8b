//! Which connections may be opened: the first rule that says something about one decides, see ../README.md.
use std::ops::RangeInclusive;

use flash_nf::headers::protocol;
use program::{Network, Refusal};

use crate::flow::{End, Flow};

const MOST_RULES: usize = 1000;

#[derive(Debug)]
pub struct Rules(Vec<Rule>);

#[derive(Debug)]
struct Rule {
    allows: bool,
    protocol: Option<u8>,
    from: Side,
    to: Side,
}

#[derive(Debug)]
struct Side {
    network: Option<Network>,
    ports: RangeInclusive<u16>,
}

/// The words of a line, one after the other.
struct Words<'a> {
    rest: std::str::SplitAsciiWhitespace<'a>,
    word: Option<&'a str>,
}

impl<'a> Words<'a> {
    fn of(line: &'a str) -> Self {
        let mut rest = line.split_ascii_whitespace();
        let word = rest.next();
        Self { rest, word }
    }

    fn go_on(&mut self) {
        self.word = self.rest.next();
    }

    /// Takes a word if it is the one.
    fn take(&mut self, word: &str) -> bool {
        let is = self.word == Some(word);
        if is {
            self.go_on();
        }
        is
    }
}

impl Rules {
    /// What a file says, or what is wrong in which line.
    pub fn read(path: &str) -> Result<Self, Refusal> {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
        let mut rules = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.split('#').next().unwrap_or_default();
            let mut words = Words::of(line);
            if words.word.is_none() {
                continue;
            }
            if rules.len() == MOST_RULES {
                return Err(
                    format!("{path}:{number}: there are {MOST_RULES} rules at most").into(),
                );
            }
            // It stops at the word that makes no sense, or at the end if one is missing.
            let rule = parse(&mut words).ok_or_else(|| {
                let word = words.word.unwrap_or("the end of the line");
                format!("{path}:{number}: this makes no sense here: {word}")
            })?;
            rules.push(rule);
        }
        Ok(Self(rules))
    }

    /// What no rule is about may not be opened.
    pub fn allow(&self, flow: &Flow) -> bool {
        let about = self.0.iter().find(|rule| {
            rule.protocol.map_or(true, |each| each == flow.protocol)
                && rule.from.has(flow.from)
                && rule.to.has(flow.to)
        });
        about.is_some_and(|rule| rule.allows)
    }
}

impl Side {
    fn has(&self, end: End) -> bool {
        let is_there = self
            .network
            .map_or(true, |network| network.has(end.address));
        is_there && self.ports.contains(&end.port)
    }
}

fn parse(words: &mut Words<'_>) -> Option<Rule> {
    let allows = words.take("allow");
    if !allows && !words.take("deny") {
        return None;
    }
    let protocol = match words.word? {
        "any" => None,
        "tcp" => Some(protocol::TCP),
        "udp" => Some(protocol::UDP),
        "icmp" => Some(protocol::ICMP),
        _ => return None,
    };
    words.go_on();
    let rule = Rule {
        allows,
        protocol,
        from: parse_side(words, "from", protocol)?,
        to: parse_side(words, "to", protocol)?,
    };
    words.word.is_none().then_some(rule)
}

/// `[from NETWORK [port PORTS]]`
fn parse_side(words: &mut Words<'_>, name: &str, protocol: Option<u8>) -> Option<Side> {
    let mut side = Side {
        network: None,
        ports: 0..=u16::MAX,
    };
    if !words.take(name) {
        return Some(side);
    }
    if !words.take("any") {
        side.network = Some(words.word?.parse().ok()?);
        words.go_on();
    }
    if words.word != Some("port") {
        return Some(side);
    }
    if !matches!(protocol, Some(protocol::TCP | protocol::UDP)) {
        return None;
    }
    words.go_on();
    side.ports = parse_ports(words.word?)?;
    words.go_on();
    Some(side)
}

/// `80` or `8000-8100`
fn parse_ports(text: &str) -> Option<RangeInclusive<u16>> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let ports = parse_port(first)?..=parse_port(last)?;
    (!ports.is_empty()).then_some(ports)
}

fn parse_port(text: &str) -> Option<u16> {
    let digits = text.chars().all(|digit| digit.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

use std::str::FromStr;

/// An Ethernet address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mac(pub [u8; 6]);

#[derive(Debug)]
pub struct NoMac;

impl std::fmt::Display for NoMac {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("an Ethernet address is six bytes like 02:00:00:00:00:01")
    }
}

impl std::error::Error for NoMac {}

impl FromStr for Mac {
    type Err = NoMac;

    fn from_str(text: &str) -> Result<Self, NoMac> {
        let mut bytes = [0; 6];
        let mut parts = text.split(':');
        for byte in &mut bytes {
            let part = parts.next().filter(|part| part.len() == 2);
            // Without this, + would be a sign.
            let digits = part.filter(|part| part.chars().all(|digit| digit.is_ascii_hexdigit()));
            *byte = u8::from_str_radix(digits.ok_or(NoMac)?, 16).map_err(|_| NoMac)?;
        }
        match parts.next() {
            None => Ok(Self(bytes)),
            Some(_) => Err(NoMac),
        }
    }
}

use std::net::IpAddr;
use std::str::FromStr;

use crate::Refusal;

/// A network of IP: what has the same first bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u32,
}

impl Network {
    /// Whether an address is in it.
    pub fn has(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(first), IpAddr::V4(address)) => {
                let differs = u32::from(first) ^ u32::from(address);
                differs.leading_zeros() >= self.bits
            }
            (IpAddr::V6(first), IpAddr::V6(address)) => {
                let differs = u128::from(first) ^ u128::from(address);
                differs.leading_zeros() >= self.bits
            }
            _ => false,
        }
    }

    /// Whether it is one of IPv4.
    pub fn is_ipv4(&self) -> bool {
        self.address.is_ipv4()
    }
}

impl FromStr for Network {
    type Err = Refusal;

    /// An address, or the first one of a network and its bits, like 10.0.0.0/8.
    fn from_str(text: &str) -> Result<Self, Refusal> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.parse()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            Some(bits) => bits.parse()?,
            None => most,
        };
        if bits > most {
            return Err(format!("a network has {most} bits at most").into());
        }
        let zeros = match address {
            IpAddr::V4(address) => u32::from(address).trailing_zeros(),
            IpAddr::V6(address) => u128::from(address).trailing_zeros(),
        };
        match zeros + bits >= most {
            true => Ok(Self { address, bits }),
            false => Err("a network is said by its first address".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Network;

    fn has(network: &str, address: &str) -> bool {
        let network: Network = network.parse().unwrap();
        network.has(address.parse().unwrap())
    }

    #[test]
    fn a_network_has_what_has_its_first_bits() {
        for (network, inside, outside) in [
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.1"),
            ("10.0.0.128/25", "10.0.0.128", "10.0.0.127"),
            ("10.0.0.1", "10.0.0.1", "10.0.0.2"),
            ("0.0.0.0/0", "192.0.2.1", "::"),
            ("fd00::/15", "fd01::1", "fd02::"),
            ("::/0", "fd00::1", "10.0.0.1"),
            ("fd00::1", "fd00::1", "fd00::2"),
        ] {
            assert!(has(network, inside), "{network} {inside}");
            assert!(!has(network, outside), "{network} {outside}");
        }
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in [
            "",
            "10.0.0.0/33",
            "10.0.0.1/31",
            "10.0.0.0/",
            "fd00::1/127",
            "::/129",
            "any",
        ] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }
}

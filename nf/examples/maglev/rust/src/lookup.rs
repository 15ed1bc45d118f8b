//! Maglev's consistent hashing (Eisenbud et al., NSDI 2016): every backend has an order of its own in which it wants slots,
//! and they take turns. With weights a backend takes a turn less often, as in Envoy.

/// How many slots there are: a prime.
pub const SIZE: usize = 65537;

/// What a backend wants next: it wants every slot once.
struct Order {
    at: usize,
    skip: usize,
    weight: u64,
    /// When it is its turn.
    turn: u64,
}

/// FNV-1a, and what MurmurHash3 ends with.
pub fn hash(seed: u64, bytes: &[u8]) -> u64 {
    let mix = |hash: u64, by: u64| (hash ^ (hash >> 33)).wrapping_mul(by);
    let start = 0xcbf2_9ce4_8422_2325 ^ seed;
    let hash = bytes.iter().fold(start, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    });
    let hash = mix(mix(hash, 0xff51_afd7_ed55_8ccd), 0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

/// The slot of a flow.
pub fn slot(seed: u64, flow: &[u8]) -> usize {
    (hash(seed, flow) % SIZE as u64) as usize
}

/// Which backend each slot leads to, by names, which are the same on every balancer, and weights; nothing if no backend has
/// a weight.
pub fn fill<'a>(backends: impl Iterator<Item = (&'a str, u32)>) -> Vec<u8> {
    let mut orders: Vec<_> = backends
        .map(|(name, weight)| Order::new(name, weight))
        .collect();
    let most = orders.iter().map(|order| order.weight).max();
    let most = most.unwrap_or_default();
    if most == 0 {
        return Vec::new();
    }
    let mut slots = vec![None; SIZE];
    let mut free = SIZE;
    for round in 1.. {
        for (backend, order) in (0u8..).zip(&mut orders) {
            if free == 0 || order.weight == 0 || round * order.weight < order.turn {
                continue;
            }
            order.turn += most;
            order.take(&mut slots, backend);
            free -= 1;
        }
        if free == 0 {
            break;
        }
    }
    slots.into_iter().flatten().collect()
}

impl Order {
    fn new(name: &str, weight: u32) -> Self {
        let number = |seed, below: usize| (hash(seed, name.as_bytes()) % below as u64) as usize;
        Self {
            at: number(1, SIZE),
            skip: number(2, SIZE - 1) + 1,
            weight: weight.into(),
            turn: 0,
        }
    }

    fn take(&mut self, slots: &mut [Option<u8>], backend: u8) {
        while slots[self.at].is_some() {
            self.at = (self.at + self.skip) % SIZE;
        }
        slots[self.at] = Some(backend);
    }
}

#[cfg(test)]
mod tests {
    use super::{fill, SIZE};

    fn with_weights(weights: &[u32]) -> Vec<u8> {
        let names: Vec<_> = (0..weights.len())
            .map(|number| format!("web{number}"))
            .collect();
        fill(
            names
                .iter()
                .map(String::as_str)
                .zip(weights.iter().copied()),
        )
    }

    #[test]
    fn each_backend_has_its_share_to_a_percent() {
        for weights in [&[1; 10][..], &[1; 64], &[3, 1, 2], &[1, 100], &[5, 0, 5]] {
            let slots = with_weights(weights);

            assert_eq!(slots.len(), SIZE);
            let all: u32 = weights.iter().sum();
            for (backend, &weight) in weights.iter().enumerate() {
                let has = slots
                    .iter()
                    .filter(|&&slot| usize::from(slot) == backend)
                    .count();
                let wanted = SIZE as f64 * f64::from(weight) / f64::from(all);
                assert!(
                    (has as f64 - wanted).abs() <= wanted * 0.01,
                    "{has} slots instead of {wanted} of backend {backend} of {weights:?}"
                );
            }
        }
    }

    #[test]
    fn hardly_a_slot_of_others_moves_when_a_backend_goes_or_comes_back() {
        let all = with_weights(&[1; 10]);
        for gone in 0..10 {
            let mut weights = [1; 10];
            weights[gone] = 0;
            let rest = with_weights(&weights);

            let both = all.iter().zip(&rest);
            let of_others = both.filter(|(&before, _)| usize::from(before) != gone);
            let moved = of_others
                .clone()
                .filter(|(before, after)| before != after)
                .count();
            let share = moved as f64 / of_others.count() as f64;
            println!(
                "without backend {gone} {:.2} % of the others move",
                share * 100.0
            );
            assert!(share < 0.01, "{share}");
        }
    }

    #[test]
    fn without_weights_there_are_no_slots() {
        assert!(with_weights(&[0, 0]).is_empty());
        assert!(with_weights(&[]).is_empty());
    }
}

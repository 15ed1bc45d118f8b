use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hash};
use std::ops::{Index, IndexMut};
use std::time::Duration;

const WAYS: usize = 8;

/// A table of bounded size, whose entries are there for a while: connections, or whatever else is known of those who send
/// packets.
///
/// A key has two sets of eight places, which a hash with a secret chooses, and goes where more are free. An entry whose time
/// has passed is not there, and its place is free: nobody has to clean up. Finding and adding take the same time, whatever
/// is in the table. The first key that finds no place comes when about three quarters are taken. The index of a table is
/// the number of a place that was found, or that there is an entry in.
#[derive(Debug)]
pub struct Table<K, V> {
    hash: RandomState,
    entries: Vec<Entry<K, V>>,
}

#[derive(Clone, Debug, Default)]
struct Entry<K, V> {
    until: Duration,
    key: K,
    value: V,
}

impl<K: Clone + Default + Eq + Hash, V: Clone + Default> Table<K, V> {
    /// With so many places, rounded down to a multiple of eight, but not to 0.
    pub fn new(places: usize) -> Self {
        Self {
            hash: RandomState::new(),
            entries: vec![Entry::default(); (places / WAYS).max(1) * WAYS],
        }
    }

    /// How many there are.
    pub fn places(&self) -> usize {
        self.entries.len()
    }

    /// The first ones of both sets.
    fn sets_of(&self, key: &K) -> [usize; 2] {
        let sets = (self.entries.len() / WAYS) as u64;
        let hash = self.hash.hash_one(key);
        [hash >> 32, hash & 0xffff_ffff].map(|half| ((half * sets) >> 32) as usize * WAYS)
    }

    /// Where the key is.
    pub fn find(&self, key: &K, now: Duration) -> Option<usize> {
        let mut places = self
            .sets_of(key)
            .into_iter()
            .flat_map(|first| first..first + WAYS);
        places.find(|&place| {
            let entry = &self.entries[place];
            entry.until > now && entry.key == *key
        })
    }

    /// Where the key, which is not there yet, is until `until`, unless all its places are taken.
    pub fn add(&mut self, key: K, value: V, now: Duration, until: Duration) -> Option<usize> {
        let is_free = |&place: &usize| self.entries[place].until <= now;
        let free = |first: usize| (first..first + WAYS).filter(is_free);
        let [one, other] = self.sets_of(&key).map(free);
        let place = match other.clone().count() > one.clone().count() {
            true => other.min(),
            false => one.min(),
        }?;
        self.entries[place] = Entry { until, key, value };
        Some(place)
    }

    /// Has an entry be there until another time.
    pub fn keep(&mut self, place: usize, until: Duration) {
        self.entries[place].until = until;
    }

    /// The key and the value in a place, if there is an entry.
    pub fn at(&self, place: usize, now: Duration) -> Option<(&K, &V)> {
        let entry = self.entries.get(place)?;
        (entry.until > now).then_some((&entry.key, &entry.value))
    }
}

impl<K, V> Index<usize> for Table<K, V> {
    type Output = V;

    fn index(&self, place: usize) -> &V {
        &self.entries[place].value
    }
}

impl<K, V> IndexMut<usize> for Table<K, V> {
    fn index_mut(&mut self, place: usize) -> &mut V {
        &mut self.entries[place].value
    }
}

#[cfg(test)]
mod tests {
    use super::{Table, WAYS};
    use std::time::Duration;

    const NOW: Duration = Duration::from_secs(10);
    const LATER: Duration = Duration::from_secs(20);

    #[test]
    fn entries_are_there_until_their_time_has_passed() {
        let mut table = Table::new(1000);
        let place = table.add(7, "seven", NOW, LATER).unwrap();

        assert_eq!(table.places(), 1000);
        assert_eq!(table.find(&7, NOW), Some(place));
        assert_eq!(table.at(place, NOW), Some((&7, &"seven")));
        assert_eq!(table.find(&8, NOW), None);
        assert_eq!(
            (table.find(&7, LATER), table.at(place, LATER)),
            (None, None)
        );
        table.keep(place, LATER * 2);
        assert_eq!(table.find(&7, LATER), Some(place));
        assert_eq!(table[place], "seven");
    }

    #[test]
    fn a_table_that_is_full_takes_a_key_when_one_has_gone() {
        let mut table = Table::new(3);
        for key in 1..=WAYS {
            assert_eq!(table.add(key, (), NOW, LATER), Some(key - 1));
        }

        assert_eq!(table.add(9, (), NOW, LATER), None);
        table.keep(4, NOW);
        assert_eq!(table.add(9, (), NOW, LATER), Some(4));
        assert_eq!((table.find(&5, NOW), table.find(&9, NOW)), (None, Some(4)));
    }

    #[test]
    fn keys_are_spread_over_all_places() {
        let mut table = Table::new(8 * 1000);
        let most = 8 * 550;
        let added = (0..most).filter(|&key| table.add(key, (), NOW, LATER).is_some());

        assert_eq!(added.count(), most);
        assert!((0..most).all(|key| table.find(&key, NOW).is_some()));
    }
}

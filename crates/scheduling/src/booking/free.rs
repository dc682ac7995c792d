//! Which resources are free for a start.

use super::{Resource, Task};
use crate::Micros;

/// A set of resources, by index.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct FreeSet {
    words: Vec<u64>,
}

impl FreeSet {
    /// The set of nobody, with room for so many.
    #[must_use]
    pub fn new(resources: usize) -> Self {
        Self { words: vec![0; resources.div_ceil(64)] }
    }

    /// Adds one.
    pub fn insert(&mut self, resource: usize) {
        let word = resource / 64;
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= 1 << (resource % 64);
    }

    /// Takes one away.
    pub fn remove(&mut self, resource: usize) {
        if let Some(word) = self.words.get_mut(resource / 64) {
            *word &= !(1 << (resource % 64));
        }
    }

    /// Whether it is in.
    #[must_use]
    pub fn contains(&self, resource: usize) -> bool {
        contains(&self.words, resource)
    }

    /// All of them, ascending.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        ones(&self.words)
    }

    pub(super) fn words(&self) -> &[u64] {
        &self.words
    }
}

impl FromIterator<usize> for FreeSet {
    fn from_iter<I: IntoIterator<Item = usize>>(resources: I) -> Self {
        let mut set = Self::default();
        resources.into_iter().for_each(|resource| set.insert(resource));
        set
    }
}

/// Whether the bit is set.
pub(super) fn contains(words: &[u64], bit: usize) -> bool {
    words.get(bit / 64).is_some_and(|word| word >> (bit % 64) & 1 == 1)
}

/// The set bits, ascending.
pub(super) fn ones(words: &[u64]) -> impl Iterator<Item = usize> + '_ {
    words.iter().enumerate().flat_map(|(at, word)| {
        let mut rest = *word;
        std::iter::from_fn(move || {
            (rest != 0).then(|| {
                let bit = rest.trailing_zeros() as usize;
                rest &= rest - 1;
                at * 64 + bit
            })
        })
    })
}

/// Who serves the start, of all the resources.
#[must_use]
pub fn free_at(task: &Task, resources: &[Resource], start: Micros) -> FreeSet {
    let mut set = FreeSet::new(resources.len());
    let (attended, occupied) = (task.attended(start), task.occupied(start));
    for (index, resource) in resources.iter().enumerate() {
        let open = resource.available.contains(attended);
        if open && !resource.busy.overlaps(occupied) && !resource.held.overlaps(occupied) {
            set.insert(index);
        }
    }
    set
}

//! Ids of booking slots (PLATFORM section 7): what a slot is, sealed into 32 characters. Nothing is stored, any process
//! of the installation opens what another has sealed, and identical slots have identical ids.
//!
//! `4f`, then 176 bits in base 62: a header of 112 bits (template 36, start minute 28, combination 48) and a tag of 64.
//! The tag is an HMAC over the header; the header is hidden under a keystream that a second key makes of the tag. So
//! the id tells nobody anything, and there is no nonce that could be used twice: equal tags mean equal headers.

use crate::{base62, keys};
use aws_lc_rs::constant_time;
use aws_lc_rs::hmac;
use kalends_engine::Micros;

/// Prefix of every slot id.
pub const PREFIX: &str = "4f";

const MINUTE: Micros = 60 * 1_000_000;
const HEADER: usize = 14;
const TAG: usize = base62::BYTES - HEADER;
const SUBJECT_BITS: u32 = 36;
const MINUTE_BITS: u32 = 28;
const COMBINATION_BITS: u32 = 48;

/// What a slot id names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Slot {
    /// `seq` of the template's record; below 2^36.
    pub subject: i64,
    /// Start of the appointment: a whole minute, from 1970 to 2480.
    pub start: Micros,
    /// [`combination_hash`] of the resources that the customer chose; 48 bits.
    pub combination: u64,
}

struct Pair {
    tag: hmac::Key,
    stream: hmac::Key,
}

/// The keys that seal and open slot ids, ready to use.
pub struct SlotKeys {
    pairs: Vec<Pair>,
}

impl std::fmt::Debug for SlotKeys {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("SlotKeys").finish_non_exhaustive()
    }
}

impl SlotKeys {
    /// Keys of the installation's secrets: the first seals, every one opens.
    ///
    /// # Panics
    /// When there is no secret at all.
    pub fn new(secrets: &[&str]) -> Self {
        assert!(!secrets.is_empty(), "slot ids need a secret");
        let pair = |secret: &&str| {
            let key = |part| keys::derive(secret.as_bytes(), "kalends slot ids", part);
            Pair { tag: key("tag v1"), stream: key("stream v1") }
        };
        Self { pairs: secrets.iter().map(pair).collect() }
    }

    /// The id of the slot. A slot outside the ranges told at [`Slot`] gets an id that opens as nothing, never the id of
    /// another slot.
    pub fn seal(&self, slot: Slot) -> String {
        let header = pack(slot);
        let pair = &self.pairs[0];
        let tag = pair.tag_of(&header.unwrap_or_default());
        let mut bytes = [0; base62::BYTES];
        bytes[..HEADER].copy_from_slice(&pair.mask(&header.unwrap_or_default(), &tag));
        bytes[HEADER..].copy_from_slice(&tag);
        if header.is_none() {
            bytes[0] ^= 1;
        }
        let mut id = String::with_capacity(PREFIX.len() + base62::DIGITS);
        id.push_str(PREFIX);
        base62::push(&mut id, &bytes);
        id
    }

    /// The slot that the id names; nothing for an id that was not sealed with one of the secrets.
    pub fn open(&self, id: &str) -> Option<Slot> {
        let bytes = base62::read(id.strip_prefix(PREFIX)?)?;
        let (hidden, tag) = bytes.split_at(HEADER);
        let (hidden, tag): (&[u8; HEADER], &[u8; TAG]) = (hidden.try_into().ok()?, tag.try_into().ok()?);
        self.pairs.iter().find_map(|pair| {
            let header = pair.mask(hidden, tag);
            constant_time::verify_slices_are_equal(&pair.tag_of(&header), tag).ok()?;
            Some(unpack(&header))
        })
    }
}

impl Pair {
    fn tag_of(&self, header: &[u8; HEADER]) -> [u8; TAG] {
        first(&hmac::sign(&self.tag, header))
    }

    /// Hides the header, or shows it again.
    fn mask(&self, header: &[u8; HEADER], tag: &[u8; TAG]) -> [u8; HEADER] {
        let mut masked: [u8; HEADER] = first(&hmac::sign(&self.stream, tag));
        masked.iter_mut().zip(header).for_each(|(byte, other)| *byte ^= other);
        masked
    }
}

fn first<const N: usize>(tag: &hmac::Tag) -> [u8; N] {
    let mut bytes = [0; N];
    bytes.copy_from_slice(&tag.as_ref()[..N]);
    bytes
}

fn pack(slot: Slot) -> Option<[u8; HEADER]> {
    let subject = u64::try_from(slot.subject).ok().filter(|subject| *subject < 1 << SUBJECT_BITS)?;
    let start = u64::try_from(slot.start).ok()?;
    let minute = Some(start / MINUTE.unsigned_abs()).filter(|minute| *minute < 1 << MINUTE_BITS)?;
    if start % MINUTE.unsigned_abs() != 0 || slot.combination >= 1 << COMBINATION_BITS {
        return None;
    }
    let mut header = [0; HEADER];
    header[..8].copy_from_slice(&((subject << MINUTE_BITS) | minute).to_be_bytes());
    header[8..].copy_from_slice(&slot.combination.to_be_bytes()[2..]);
    Some(header)
}

fn unpack(header: &[u8; HEADER]) -> Slot {
    let number = |bytes: &[u8]| bytes.iter().fold(0_u64, |value, byte| (value << 8) | u64::from(*byte));
    let named = number(&header[..8]);
    let minute = named & ((1 << MINUTE_BITS) - 1);
    Slot {
        subject: (named >> MINUTE_BITS).cast_signed(),
        start: minute.cast_signed() * MINUTE,
        combination: number(&header[8..]),
    }
}

/// 48 bits that stand for a set of resources (`seq` of their records), in whatever order they are given; the same in
/// every process and version. Not a secret and no protection of its own: the id around it is authenticated.
pub fn combination_hash(ids: &[i64]) -> u64 {
    if ids.is_sorted() {
        return hash_sorted(ids);
    }
    let mut sorted = ids.to_vec();
    sorted.sort_unstable();
    hash_sorted(&sorted)
}

fn hash_sorted(ids: &[i64]) -> u64 {
    // Turned, so that an id that equals the count does not cancel it.
    let start = mix(ids.len() as u64).rotate_left(32);
    ids.iter().fold(start, |state, id| mix(state ^ mix(id.cast_unsigned()))) >> (64 - COMBINATION_BITS)
}

/// The finalizer of SplitMix64: every bit of the input reaches every bit of the output, and no two inputs share one.
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    const SECRET: &str = "a secret that is long enough to be one";
    const OTHER: &str = "another secret, just as long as that is";

    fn slots() -> impl Strategy<Value = Slot> {
        (0..1_i64 << SUBJECT_BITS, 0..1_i64 << MINUTE_BITS, 0..1_u64 << COMBINATION_BITS)
            .prop_map(|(subject, minute, combination)| Slot { subject, start: minute * MINUTE, combination })
    }

    #[test]
    fn ids_have_the_shape_of_ids_and_stay_what_they_are() {
        let keys = SlotKeys::new(&[SECRET]);
        let slot = Slot { subject: 7, start: 1_800_000_000 * 1_000_000, combination: combination_hash(&[1, 2]) };
        let id = keys.seal(slot);
        assert!(kalends_engine::id::has_shape(&id, PREFIX), "{id}");
        assert_eq!(id, SlotKeys::new(&[SECRET]).seal(slot));
        // Written down so that a release does not forget the ids that an earlier one has handed out.
        assert_eq!(id, "4f2Af4MnkDz1oYUXrPIMhwNnEJNNKdFf");
    }

    #[test]
    fn a_former_secret_opens_and_a_foreign_one_does_not() {
        let slot = Slot { subject: 7, start: 90 * MINUTE, combination: 5 };
        let old = SlotKeys::new(&[OTHER]).seal(slot);
        let rotated = SlotKeys::new(&[SECRET, OTHER]);
        assert_eq!(rotated.open(&old), Some(slot));
        assert_eq!(rotated.open(&rotated.seal(slot)), Some(slot));
        assert_ne!(rotated.seal(slot), old, "the first secret seals");
        assert_eq!(SlotKeys::new(&[SECRET]).open(&old), None);
    }

    #[test]
    fn every_character_counts() {
        let keys = SlotKeys::new(&[SECRET, OTHER]);
        for subject in 0..10 {
            let id = keys.seal(Slot { subject, start: 90 * MINUTE, combination: 5 });
            for place in 0..id.len() {
                for character in ('0'..='9').chain('A'..='Z').chain('a'..='z') {
                    let altered = format!("{}{character}{}", &id[..place], &id[place + 1..]);
                    assert_eq!(keys.open(&altered).is_some(), altered == id, "{altered} instead of {id}");
                }
            }
        }
    }

    #[test]
    fn what_cannot_be_named_opens_as_nothing() {
        let keys = SlotKeys::new(&[SECRET]);
        let good = Slot { subject: 0, start: 0, combination: 0 };
        assert_eq!(keys.open(&keys.seal(good)), Some(good));
        for slot in [
            Slot { subject: -1, ..good },
            Slot { subject: 1 << SUBJECT_BITS, ..good },
            Slot { start: -MINUTE, ..good },
            Slot { start: 1, ..good },
            Slot { start: MINUTE << MINUTE_BITS, ..good },
            Slot { combination: 1 << COMBINATION_BITS, ..good },
        ] {
            assert_eq!(keys.open(&keys.seal(slot)), None, "{slot:?}");
        }
    }

    #[test]
    fn combinations_differ() {
        let mut seen = HashSet::from([combination_hash(&[])]);
        for one in 0..300 {
            assert!(seen.insert(combination_hash(&[one])));
            for other in 0..=one {
                assert!(seen.insert(combination_hash(&[one, other])), "{one} {other}");
            }
        }
        assert!(seen.iter().all(|hash| *hash < 1 << COMBINATION_BITS));
    }

    /// Run by hand with optimization on; prints what one id costs.
    #[test]
    #[ignore = "a measurement"]
    fn cost() {
        let keys = SlotKeys::new(&[SECRET]);
        let count = 200_000;
        let start = std::time::Instant::now();
        let ids: Vec<String> =
            (0..count).map(|minute| keys.seal(Slot { subject: 7, start: minute * MINUTE, combination: 5 })).collect();
        println!("seal: {:?} each", start.elapsed() / u32::try_from(count).expect("few"));
        let start = std::time::Instant::now();
        assert!(ids.iter().all(|id| keys.open(id).is_some()));
        println!("open: {:?} each", start.elapsed() / u32::try_from(count).expect("few"));
    }

    proptest! {
        #[test]
        fn slots_come_back(slot in slots()) {
            let keys = SlotKeys::new(&[SECRET]);
            prop_assert_eq!(keys.open(&keys.seal(slot)), Some(slot));
        }

        #[test]
        fn every_alteration_is_refused(slot in slots(), place in 0..32_usize, character in "[0-9A-Za-z]|[^0-9A-Za-z]") {
            let keys = SlotKeys::new(&[SECRET]);
            let id = keys.seal(slot);
            let altered = format!("{}{character}{}", &id[..place], &id[place + 1..]);
            prop_assert_eq!(keys.open(&altered), (altered == id).then_some(slot));
        }

        #[test]
        fn other_texts_are_refused(text in "4f[0-9A-Za-z]{30}|4f.{0,40}|.*") {
            prop_assert_eq!(SlotKeys::new(&[SECRET]).open(&text), None);
        }

        #[test]
        fn order_does_not_matter(ids in prop::collection::vec(any::<i64>(), 0..8)) {
            let mut reversed = ids.clone();
            reversed.reverse();
            prop_assert_eq!(combination_hash(&ids), combination_hash(&reversed));
        }
    }
}

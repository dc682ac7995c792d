//! Links that work without an account: to move, cancel or see an appointment (signed, with an end), and the secret
//! address of a booking resource's calendar (signed, until it is renewed).
//!
//! A token is the id in clear, six characters (end in seconds, or generation), and 22 characters of signature. Every
//! purpose has a key of its own, so no token serves for anything but what it was made for. Nothing is stored.

use crate::{base62, keys};
use aws_lc_rs::{constant_time, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kalends_engine::Micros;

const SECOND: Micros = 1_000_000;
/// Characters for the end or the generation: seconds up to the year 3769.
const NUMBER: u32 = 6;
/// Bytes of the signature; 22 characters.
const TAG: usize = 16;
const TAG_TEXT: usize = 22;

/// What a link lets its holder do with the appointment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Choose another time.
    Move,
    /// Cancel it.
    Cancel,
    /// See it, and fetch it as a calendar file.
    Show,
}

impl Purpose {
    const ALL: [Self; 3] = [Self::Move, Self::Cancel, Self::Show];

    fn part(self) -> &'static str {
        match self {
            Self::Move => "move v1",
            Self::Cancel => "cancel v1",
            Self::Show => "show v1",
        }
    }
}

/// Why a link does not work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Not made here, altered, or made for another purpose.
    #[error("the link is not valid")]
    Invalid,
    /// Its time is over.
    #[error("the link has expired")]
    Expired,
}

/// What the token of a calendar feed names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// The booking resource whose appointments are shown.
    pub booking_resource_id: String,
    /// Which of the resource's addresses it is; any but the current one must be refused by the caller.
    pub generation: u32,
}

struct Keys {
    purposes: [hmac::Key; 3],
    feed: hmac::Key,
}

/// The keys that sign and verify links, ready to use.
pub struct LinkKeys {
    keys: Vec<Keys>,
}

impl std::fmt::Debug for LinkKeys {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("LinkKeys").finish_non_exhaustive()
    }
}

impl LinkKeys {
    /// Keys of the installation's secrets: the first signs, every one verifies.
    ///
    /// # Panics
    /// When there is no secret at all.
    pub fn new(secrets: &[&str]) -> Self {
        assert!(!secrets.is_empty(), "links need a secret");
        let key = |secret: &str, part| keys::derive(secret.as_bytes(), "kalends links", part);
        let keys = secrets.iter().map(|secret| Keys {
            purposes: Purpose::ALL.map(|purpose| key(secret, purpose.part())),
            feed: key(secret, "feed v1"),
        });
        Self { keys: keys.collect() }
    }

    /// The token of a link that works until `expires` (rounded up to a whole second). Letters, digits, `-` and `_`.
    pub fn token(&self, purpose: Purpose, appointment_id: &str, expires: Micros) -> String {
        let seconds = u64::try_from(expires).unwrap_or(0).div_ceil(SECOND.unsigned_abs());
        sign(self.keys[0].of(purpose), appointment_id, seconds)
    }

    /// The id of the appointment that the token was made for.
    ///
    /// # Errors
    /// `Invalid` for anything but an unaltered token of this purpose, `Expired` from its end on.
    pub fn verify<'t>(&self, purpose: Purpose, token: &'t str, now: Micros) -> Result<&'t str, LinkError> {
        let (appointment_id, seconds) =
            verify(self.keys.iter().map(|keys| keys.of(purpose)), token).ok_or(LinkError::Invalid)?;
        // Six digits times a million are far below what an instant can hold.
        if now < seconds.cast_signed() * SECOND { Ok(appointment_id) } else { Err(LinkError::Expired) }
    }

    /// The token of a booking resource's calendar feed. It has no end: raising the resource's generation renews it, and
    /// the former address is dead.
    pub fn feed_token(&self, booking_resource_id: &str, generation: u32) -> String {
        sign(&self.keys[0].feed, booking_resource_id, u64::from(generation))
    }

    /// What a feed's token names. The caller compares the generation with the resource's current one.
    ///
    /// # Errors
    /// `Invalid` for anything but an unaltered token of a feed.
    pub fn verify_feed(&self, token: &str) -> Result<Feed, LinkError> {
        let (id, generation) = verify(self.keys.iter().map(|keys| &keys.feed), token).ok_or(LinkError::Invalid)?;
        let generation = u32::try_from(generation).map_err(|_| LinkError::Invalid)?;
        Ok(Feed { booking_resource_id: id.to_owned(), generation })
    }
}

impl Keys {
    fn of(&self, purpose: Purpose) -> &hmac::Key {
        &self.purposes[purpose as usize]
    }
}

fn sign(key: &hmac::Key, id: &str, number: u64) -> String {
    let mut token = String::with_capacity(id.len() + NUMBER as usize + TAG_TEXT);
    token.push_str(id);
    base62::push_number(&mut token, number, NUMBER);
    let tag = hmac::sign(key, token.as_bytes());
    URL_SAFE_NO_PAD.encode_string(&tag.as_ref()[..TAG], &mut token);
    token
}

fn verify<'t, 'k>(keys: impl Iterator<Item = &'k hmac::Key>, token: &'t str) -> Option<(&'t str, u64)> {
    let (signed, tag) = token.split_at_checked(token.len().checked_sub(TAG_TEXT)?)?;
    // Refuses a last character with bits that no byte uses, so that a token has one spelling only.
    let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
    let (id, number) = signed.split_at_checked(signed.len().checked_sub(NUMBER as usize)?)?;
    let number = base62::read_number(number)?;
    let mut keys = keys;
    keys.any(|key| {
        let expected = hmac::sign(key, signed.as_bytes());
        constant_time::verify_slices_are_equal(&expected.as_ref()[..TAG], &tag).is_ok()
    })
    .then_some((id, number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECRET: &str = "a secret that is long enough to be one";
    const OTHER: &str = "another secret, just as long as that is";
    const ID: &str = "ed0123456789abcdefghijABCDEFGHIJ";
    const END: Micros = 1_900_000_000 * SECOND;

    #[test]
    fn a_link_serves_its_purpose_until_its_end() {
        let keys = LinkKeys::new(&[SECRET]);
        for made_for in Purpose::ALL {
            let token = keys.token(made_for, ID, END);
            assert_eq!(token.len(), 60);
            assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{token}");
            for used_for in Purpose::ALL {
                let expected = if made_for == used_for { Ok(ID) } else { Err(LinkError::Invalid) };
                assert_eq!(keys.verify(used_for, &token, END - 1), expected, "{made_for:?} as {used_for:?}");
            }
            assert_eq!(keys.verify(made_for, &token, END), Err(LinkError::Expired));
            assert_eq!(keys.verify_feed(&token), Err(LinkError::Invalid));
        }
        // Written down so that a release does not forget the links that an earlier one has mailed.
        let mailed = "ed0123456789abcdefghijABCDEFGHIJ24aCnI7me-lqLToEM-stTkRhe5YQ";
        assert_eq!(keys.token(Purpose::Cancel, ID, END), mailed);
    }

    #[test]
    fn the_end_is_rounded_up_and_kept_in_range() {
        let keys = LinkKeys::new(&[SECRET]);
        let token = keys.token(Purpose::Show, ID, END + 1);
        assert_eq!(keys.verify(Purpose::Show, &token, END + SECOND - 1), Ok(ID));
        assert_eq!(keys.verify(Purpose::Show, &token, END + SECOND), Err(LinkError::Expired));
        assert_eq!(keys.verify(Purpose::Show, &keys.token(Purpose::Show, ID, Micros::MAX), END), Ok(ID));
        assert_eq!(keys.verify(Purpose::Show, &keys.token(Purpose::Show, ID, Micros::MIN), 0), Err(LinkError::Expired));
    }

    #[test]
    fn feeds_are_renewed_by_their_generation() {
        let keys = LinkKeys::new(&[SECRET]);
        let token = keys.feed_token(ID, 3);
        assert_eq!(keys.verify_feed(&token), Ok(Feed { booking_resource_id: ID.into(), generation: 3 }));
        assert_ne!(token, keys.feed_token(ID, 4));
        assert_eq!(keys.verify_feed(&keys.feed_token(ID, u32::MAX)).map(|feed| feed.generation), Ok(u32::MAX));
        for purpose in Purpose::ALL {
            assert_eq!(keys.verify(purpose, &token, 0), Err(LinkError::Invalid));
        }
    }

    #[test]
    fn a_former_secret_verifies_and_a_foreign_one_does_not() {
        let old = LinkKeys::new(&[OTHER]);
        let rotated = LinkKeys::new(&[SECRET, OTHER]);
        let token = old.token(Purpose::Move, ID, END);
        assert_eq!(rotated.verify(Purpose::Move, &token, 0), Ok(ID));
        assert_eq!(LinkKeys::new(&[SECRET]).verify(Purpose::Move, &token, 0), Err(LinkError::Invalid));
        assert_eq!(old.verify(Purpose::Move, &rotated.token(Purpose::Move, ID, END), 0), Err(LinkError::Invalid));
        assert!(rotated.verify_feed(&old.feed_token(ID, 1)).is_ok());
    }

    #[test]
    fn a_token_has_one_spelling() {
        let keys = LinkKeys::new(&[SECRET]);
        let token = keys.token(Purpose::Move, ID, END);
        let alphabet = ('0'..='9').chain('A'..='Z').chain('a'..='z').chain(['-', '_', '=', '%', ' ']);
        for character in alphabet {
            for place in 0..token.len() {
                let altered = format!("{}{character}{}", &token[..place], &token[place + 1..]);
                assert_eq!(keys.verify(Purpose::Move, &altered, 0).is_ok(), altered == token, "{altered}");
            }
        }
    }

    proptest! {
        #[test]
        fn every_alteration_is_refused(id in "[0-9A-Za-z]{32}", end in 0..END, place in 0..60_usize, character in "[-_0-9A-Za-z]|.|\\PC{0,3}") {
            let keys = LinkKeys::new(&[SECRET]);
            let (link, feed) = (keys.token(Purpose::Move, &id, end + SECOND), keys.feed_token(&id, 9));
            for token in [&link, &feed] {
                let altered = format!("{}{character}{}", &token[..place], &token[place + 1..]);
                prop_assert_eq!(keys.verify(Purpose::Move, &altered, end).is_ok(), altered == link);
                prop_assert_eq!(keys.verify_feed(&altered).is_ok(), altered == feed);
            }
        }

        #[test]
        fn other_texts_are_refused(text in "[-_0-9A-Za-z]{60}|.{0,70}") {
            let keys = LinkKeys::new(&[SECRET]);
            prop_assert_eq!(keys.verify(Purpose::Move, &text, 0), Err(LinkError::Invalid));
            prop_assert_eq!(keys.verify_feed(&text), Err(LinkError::Invalid));
        }
    }
}

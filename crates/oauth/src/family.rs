//! Families: all refresh tokens that came from one authorization code (RFC 9700 section 4.14).
//!
//! A rotating family counts generations. The token of the newest generation is the only live one; whoever shows an older
//! one has a copy, or did not get our answer. The latter is believed once, for ten seconds, of the immediate predecessor.

use crate::Micros;

/// How long the immediate predecessor of the newest token is answered once more, in microseconds.
pub const GRACE: Micros = 10 * 1_000_000;

/// A family as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Family {
    /// Each exchange gives a new refresh token; otherwise the first serves for its whole life.
    pub rotating: bool,
    /// Generation of the newest refresh token.
    pub generation: i64,
    /// When that was given.
    pub rotated: Micros,
    /// When the login ends, whatever is rotated.
    pub expires: Micros,
    /// When it was ended; 0 while it lives.
    pub revoked: Micros,
}

/// A refresh token of a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// Its generation.
    pub generation: i64,
    /// When it ends unused.
    pub expires: Micros,
    /// When it was ended by itself; 0 while it was not.
    pub revoked: Micros,
}

/// What to do with a refresh token that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// It stays what it is and is exchanged.
    Keep,
    /// It is exchanged and replaced.
    Next,
    /// Our answer was lost: it is exchanged once more, and the unused newest one ends.
    Again,
    /// It was used before: the whole family ends.
    Replayed,
    /// Its time is over.
    Expired,
    /// It was ended.
    Ended,
}

/// Decides by generations, never by times that two tokens may share.
pub fn turn(family: Family, member: Member, now: Micros) -> Turn {
    if family.revoked != 0 {
        return Turn::Ended;
    }
    if family.expires <= now || member.expires <= now {
        return Turn::Expired;
    }
    let newest = member.generation == family.generation;
    if newest && member.revoked != 0 {
        return Turn::Ended;
    }
    if !family.rotating {
        return if newest { Turn::Keep } else { Turn::Replayed };
    }
    if newest {
        return Turn::Next;
    }
    // A clock that was set back makes no old token young.
    let recent = (0..=GRACE).contains(&now.saturating_sub(family.rotated));
    if member.generation + 1 == family.generation && member.revoked == 0 && recent {
        Turn::Again
    } else {
        Turn::Replayed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAMILY: Family = Family { rotating: true, generation: 5, rotated: 100, expires: i64::MAX, revoked: 0 };

    fn member(generation: i64) -> Member {
        Member { generation, expires: i64::MAX, revoked: 0 }
    }

    #[test]
    fn g5_g6_g7_g9_generations() {
        assert_eq!(turn(FAMILY, member(5), 100), Turn::Next);
        assert_eq!(turn(FAMILY, member(4), 100), Turn::Again);
        assert_eq!(turn(FAMILY, member(4), 100 + GRACE), Turn::Again);
        assert_eq!(turn(FAMILY, member(4), 101 + GRACE), Turn::Replayed);
        assert_eq!(turn(FAMILY, member(3), 100), Turn::Replayed, "the grandparent, however fast");
        assert_eq!(
            turn(FAMILY, Member { revoked: 100, ..member(4) }, 100),
            Turn::Replayed,
            "replaced after a lost answer"
        );
        assert_eq!(turn(FAMILY, member(6), 100), Turn::Replayed, "none that was given");
        assert_eq!(turn(FAMILY, member(4), 99), Turn::Replayed, "j4: the clock was set back");
    }

    #[test]
    fn g16_ends() {
        let family = Family { expires: 200, ..FAMILY };
        assert_eq!(turn(family, member(5), 199), Turn::Next);
        assert_eq!(turn(family, member(5), 200), Turn::Expired, "the absolute end");
        assert_eq!(turn(FAMILY, Member { expires: 150, ..member(5) }, 150), Turn::Expired, "unused for too long");
        assert_eq!(
            turn(FAMILY, Member { expires: 150, ..member(3) }, 150),
            Turn::Expired,
            "an old one that is over is no theft"
        );
        assert_eq!(turn(Family { revoked: 1, ..FAMILY }, member(5), 100), Turn::Ended);
        assert_eq!(turn(FAMILY, Member { revoked: 1, ..member(5) }, 100), Turn::Ended);
    }

    #[test]
    fn classic_tokens_stay() {
        let family = Family { rotating: false, generation: 0, ..FAMILY };
        assert_eq!(turn(family, member(0), 100), Turn::Keep);
        assert_eq!(turn(family, Member { revoked: 1, ..member(0) }, 100), Turn::Ended);
        assert_eq!(turn(family, Member { expires: 100, ..member(0) }, 100), Turn::Expired);
    }
}

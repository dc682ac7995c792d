//! People: how they prove who they are, what they may change of themselves, and what ends with what (PLATFORM section 2).
//!
//! Invariant: whatever acts once (a link, a code, a time step) is used up by one statement whose row count decides; and a
//! new password ends every other way in that the old one opened.

pub mod belongings;
pub mod changes;
pub mod deletion;
pub mod invitations;
pub mod links;
pub mod login;
pub mod operators;
pub mod passkeys;
pub mod passwords;
pub mod recovery;
pub mod registration;
pub mod seals;
pub mod second_factor;
pub mod sessions;
pub mod throttle;
pub mod vault;

//! `/user/…`, the pages anybody may open, and the mails they send. Tests named by a row of the attack matrix say so.

mod authenticator;
mod changes;
mod deletion;
mod invitations;
mod mail;
mod open;
mod passkeys;
mod people;
mod recovery;
mod registration;
mod second_factor;

//! Who may do what: clients, people, and the store in which organizations choose their apps.

mod fixture;
mod matrix;
mod operation;
mod person;
mod secrets;
mod store;
mod uninstall;

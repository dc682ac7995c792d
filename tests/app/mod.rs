//! `/app/v3/…`

mod access;
mod configs;
mod contract_account;
mod customer;
mod customer_group;
mod foreign;
mod guards;
mod log;
mod new_entity;
mod organization;
mod php;
mod search;
mod statics;
mod wire;

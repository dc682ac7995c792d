//! One file per entity: its fields, relations and checks. Adding an entity is its file and one line here.

pub mod app;
pub mod app_config;
pub mod contract_account;
pub mod customer;
pub mod customer_group;
pub mod developer_account;
pub mod log;
pub mod markers;
pub mod module;
pub mod module_config;
pub mod offer;
pub mod operations;
pub mod organization;
pub mod shared;

use kalends_engine::entity::Entity;
use kalends_engine::route::Table;

/// Every entity.
pub static ENTITIES: &[&Entity] = &[
    &app::ENTITY,
    &app_config::ENTITY,
    &contract_account::ENTITY,
    &customer::ENTITY,
    &customer_group::ENTITY,
    &developer_account::ENTITY,
    &log::ENTITY,
    &module::ENTITY,
    &module_config::ENTITY,
    &organization::ENTITY,
];

/// All routes of both APIs.
pub fn table() -> Table {
    Table::new(ENTITIES, operations::OPERATIONS)
}

/// The entity of that name.
pub fn by_name(name: &str) -> Option<&'static Entity> {
    ENTITIES.iter().copied().find(|entity| entity.name == name)
}

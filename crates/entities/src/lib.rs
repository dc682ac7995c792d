//! One file per entity: its fields, relations and checks. Adding an entity is its file and one line here.

pub mod app;
pub mod app_config;
pub mod appointment;
pub mod appointment_template;
pub mod appointment_template_category;
pub mod appointment_template_event_date_time;
pub mod appointment_template_step;
pub mod availability_exception;
pub mod booking_operations;
pub mod booking_resource;
pub mod booking_template;
pub mod calendar_operations;
pub mod contract_account;
pub mod customer;
pub mod customer_group;
pub mod developer_account;
pub mod employee;
pub mod employee_group;
pub mod extra_field;
pub mod license;
pub mod log;
pub mod markers;
pub mod module;
pub mod module_config;
pub mod offer;
pub mod operations;
pub mod organization;
pub mod resource;
pub mod shared;
pub mod value_types;

use kalends_engine::entity::Entity;
use kalends_engine::route::Table;

/// Every entity.
pub static ENTITIES: &[&Entity] = &[
    &app::ENTITY,
    &app_config::ENTITY,
    &appointment::ENTITY,
    &appointment_template::ENTITY,
    &appointment_template_category::ENTITY,
    &appointment_template_event_date_time::ENTITY,
    &appointment_template_step::ENTITY,
    &availability_exception::ENTITY,
    &booking_resource::ENTITY,
    &booking_template::ENTITY,
    &contract_account::ENTITY,
    &customer::ENTITY,
    &customer_group::ENTITY,
    &developer_account::ENTITY,
    &employee::ENTITY,
    &employee_group::ENTITY,
    &extra_field::ENTITY,
    &license::ENTITY,
    &log::ENTITY,
    &module::ENTITY,
    &module_config::ENTITY,
    &organization::ENTITY,
    &resource::ENTITY,
];

/// All routes of both APIs.
pub fn table() -> Table {
    table_of(ENTITIES)
}

/// The routes of the given entities and of all hand-written operations.
pub fn table_of(entities: &[&'static Entity]) -> Table {
    let written = [operations::OPERATIONS, booking_operations::OPERATIONS];
    Table::new(entities, &[&written[..], &calendar_operations::OPERATIONS].concat())
}

/// The entity of that name.
pub fn by_name(name: &str) -> Option<&'static Entity> {
    ENTITIES.iter().copied().find(|entity| entity.name == name)
}

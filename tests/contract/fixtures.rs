//! What the examples of the contract cannot say themselves.

use super::document::Operation;
use kalends_service::Call;
use kalends_service::developer::{ClientKind, NewClient};
use kalends_testkit::app::TestApp;
use serde_json::{Value, json};
use std::sync::Arc;

/// Values of path parameters that name no record.
pub(super) const FIXED: &[(&str, &str)] = &[
    ("page", "1"),
    ("year", "2027"),
    // The day after tests begin: within every booking window.
    ("month", "1"),
    ("day", "5"),
    ("week", "1"),
    ("errorCode", "404"),
    ("customEntityType", "rentalCar"),
];

/// A parameter or property that is taken from what another operation (or a client made beforehand) answered, because the
/// usual choice (the first record of its kind) does not fit: operation, name, where from, which property.
pub(super) const TAKEN: &[(&str, &str, &str, &str)] = &[
    // The root everything lives in must stay.
    ("app organization_delete", "organizationId", "app organization_subOrganization_addSub", "id"),
    ("app organization_move", "{organizationId}", "app organization_subOrganization_addSub", "id"),
    // These look below the path's organization.
    ("app organization_subOrganization_identify", "customId", "app organization_subOrganization_addSub", "customId"),
    ("module organization_identify", "customId", "app organization_subOrganization_addSub", "customId"),
    // Declares the settings of the example, and is not installed yet.
    ("app appConfig_add", "appId", "offered app", "id"),
    ("app appConfig_app_index", "appId", "offered app", "id"),
    ("app appConfig_app_filter", "appId", "offered app", "id"),
    ("app appConfig_app_list", "appId", "offered app", "id"),
    ("app app_showByInstallKey", "appInstallKey", "offered app", "installKey"),
    // Only templates of this type have dates.
    ("app appointmentTemplateEventDateTime_*", "{appointmentTemplateId}", "event template", "id"),
    // What one API moved and canceled is left alone by the other.
    ("module appointment_*", "{appointmentId}", "module appointment_add", "id"),
    ("module appointment_identify", "customId", "module appointment_add", "customId"),
    ("app module_showByInstallKey", "moduleInstallKey", "module", "installKey"),
];

/// Operations that need a token with a person.
pub(super) const PERSONAL: &[&str] = &["employee_permission"];

/// Properties whose example is no value at all: operation, property, JSON.
pub(super) const WRITTEN: &[(&str, &str, &str)] = &[
    (
        "app image_add",
        "fileContent",
        "\"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==\"",
    ),
    ("module file_add", "fileContent", "\"RGllcyBpc3QgZWluZSBUZXh0ZGF0ZWk=\""),
];

/// Calls that make later ones possible: a name for what they answer, the operation, its body. Each is made as soon as
/// its operation is served and every parameter known.
pub(super) const STEPS: &[(&str, &str, &str)] = &[
    ("event template", "app appointmentTemplate_add", r#"{"type": "EVENT", "name": "Zumba", "duration": 60}"#),
    // The examples' organization offers what is written and nothing else.
    ("hours", "app organization_availability_edit", HOURS),
    ("hours of an employee", "app employee_availability_edit", HOURS),
    (
        "grid",
        "app organization_timeGrid_edit",
        r#"{"rangeStart": "2027-01-01T00:00:00+01:00", "rangeEnd": "2027-02-01T00:00:00+01:00", "timeGrid": [
            "2027-01-05T09:00:00+01:00", "2027-01-05T12:00:00+01:00", "2027-01-05T15:00:00+01:00",
            "2027-01-06T09:00:00+01:00", "2027-01-06T12:00:00+01:00", "2027-01-06T15:00:00+01:00"]}"#,
    ),
];

const HOURS: &str = r#"{"rangeStart": "2027-01-01T00:00:00+01:00", "rangeEnd": "2027-02-01T00:00:00+01:00", "availability": [
    {"start": "2027-01-05T08:00:00+01:00", "end": "2027-01-05T18:00:00+01:00"},
    {"start": "2027-01-06T08:00:00+01:00", "end": "2027-01-06T18:00:00+01:00"}]}"#;

/// The settings that a configuration's example fills in: the type is the second half of the key.
fn declared(example: &Value) -> Value {
    let list = example["settingList"].as_array().into_iter().flatten();
    list.map(|setting| {
        let key = setting["key"].as_str().expect("a key");
        let kind = key.split_once('_').map_or(key, |(_, kind)| kind).to_uppercase();
        json!({"key": key, "name": key, "type": kind})
    })
    .collect()
}

/// Apps and a module that exist before the walk begins.
pub(super) struct Clients {
    /// Offered in the store with the settings of `appConfig_add`'s example.
    pub offered: NewClient,
    /// Two more that `organization_add` installs.
    pub others: [NewClient; 2],
    /// Calls the Module API; has the settings of `moduleConfig_add`'s example.
    pub module: NewClient,
}

impl Clients {
    pub(super) async fn of_examples(app: &TestApp, contract: &[Operation]) -> Self {
        let example = |name: &str| {
            let operation = contract.iter().find(|operation| operation.name == name).expect("an operation");
            operation.request_example.clone().expect("an example")
        };
        let service = &app.web.service;
        let call = Call::system(service.clock.now(), Arc::clone(&service.entropy));
        let make = async |kind, document: Value| {
            service.make_client(&call, &app.account.id, kind, &document, &[]).await.expect("a client")
        };
        Self {
            offered: make(
                ClientKind::App,
                json!({"name": "Offered", "settingDefinitionList": declared(&example("appConfig_add"))}),
            )
            .await,
            others: [
                make(ClientKind::App, json!({"name": "Second"})).await,
                make(ClientKind::App, json!({"name": "Third"})).await,
            ],
            module: make(
                ClientKind::Module,
                json!({"name": "Walker", "settingDefinitionList": declared(&example("moduleConfig_add"))}),
            )
            .await,
        }
    }
}

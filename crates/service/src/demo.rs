//! The demo organization of a developer account, made through the same paths as any other organization.

use crate::accounts::Person;
use crate::call::Call;
use crate::organization_write::{self, inside};
use crate::write::{self, Place};
use kalends_engine::Body;
use kalends_engine::problem::Failure;
use kalends_engine::record::Record;
use kalends_entities as entities;
use kalends_store::{Tx, organizations};
use serde_json::{Value, json};

fn object(value: Value) -> Body {
    value.as_object().cloned().unwrap_or_default()
}

/// Makes the organization with everything in it.
pub(crate) async fn organization(tx: &mut Tx, call: &Call, account: &Record, user: &Person) -> Result<Record, Failure> {
    let german = user.locale.starts_with("de") || user.locale.is_empty();
    let contract = object(
        json!({"name": account.text("name"), "locale": if german { "de" } else { "en" }, "timeZone": "Europe/Berlin"}),
    );
    let entity = &entities::contract_account::ENTITY;
    let (contract, _) = write::add(tx, call, &Place::default(), entity, &contract).await?;
    let document = if german { GERMAN } else { ENGLISH };
    let mut document: Body = serde_json::from_str(document).expect("the demo document is valid JSON, tested");
    document.insert("email".into(), json!({"value": user.email}));
    let new = organization_write::make(tx, call, None, &contract.id, document).await?;
    let place = Place::default();
    let mut owned = new.record.clone();
    owned.set("demoDeveloperAccountId", account.id.clone());
    let record = write::update(tx, call, &place, &entities::organization::ENTITY, &new.record, owned).await?;
    organizations::touch(tx, &record.id).await?;
    let groups = if german { ["Stammkunden", "Neukunden"] } else { ["Regulars", "New customers"] };
    for name in groups {
        let group = object(json!({"name": name}));
        write::add(tx, call, &inside(&record), &entities::customer_group::ENTITY, &group).await?;
    }
    for (gender, first, last) in
        [("FEMALE", "Erika", "Sommer"), ("MALE", "Jonas", "Winter"), ("DIVERSE", "Kim", "Herbst")]
    {
        let email = format!("{}.{}@example.com", first.to_lowercase(), last.to_lowercase());
        let customer = object(json!({"gender": gender, "firstName": first, "lastName": last, "email": email}));
        write::add(tx, call, &inside(&record), &entities::customer::ENTITY, &customer).await?;
    }
    Ok(record)
}

const GERMAN: &str = r#"{
    "name": "Praxis am Park (Demo)",
    "address": {"value": {"name": "Praxis am Park", "street": "Parkallee 12", "zip": "20144", "city": "Hamburg", "country": "DE"}},
    "description": {"value": "Eine Organisation zum Ausprobieren."},
    "descriptionI18nList": {"value": [{"key": "en", "value": "An organization to try things out."}]},
    "contactPerson": {"value": {"firstName": "Petra", "lastName": "Frühling", "email": "petra.fruehling@example.com"}},
    "sector": {"value": "01ab"},
    "settings": {"timeZone": {"value": "Europe/Berlin"}, "locale": {"value": "de"}, "currency": {"value": "EUR"}}
}"#;

const ENGLISH: &str = r#"{
    "name": "Park Practice (demo)",
    "address": {"value": {"name": "Park Practice", "street": "Parkallee 12", "zip": "20144", "city": "Hamburg", "country": "DE"}},
    "description": {"value": "An organization to try things out."},
    "descriptionI18nList": {"value": [{"key": "de", "value": "Eine Organisation zum Ausprobieren."}]},
    "contactPerson": {"value": {"firstName": "Petra", "lastName": "Spring", "email": "petra.spring@example.com"}},
    "sector": {"value": "01ab"},
    "settings": {"timeZone": {"value": "Europe/Berlin"}, "locale": {"value": "en"}, "currency": {"value": "EUR"}}
}"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documents_are_json() {
        for text in [GERMAN, ENGLISH] {
            serde_json::from_str::<Body>(text).expect("valid");
        }
    }
}

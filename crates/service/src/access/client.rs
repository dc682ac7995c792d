//! What a client may do in an organization: where it is installed, and what was granted to it there.

use crate::call::{Caller, Kind};
use kalends_engine::Body;
use kalends_engine::problem::Failure;
use kalends_entities as entities;
use kalends_store::{offers, params, records, records::Reader};
use serde_json::Value;
use std::collections::HashSet;

/// The rights of a client in one organization.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Client {
    /// Whether it may act there at all.
    pub installed: bool,
    /// What it may do: declared by its developer and granted when it was installed. Modules have none.
    pub permissions: HashSet<String>,
}

/// The texts of a body's list.
pub(crate) fn texts<'a>(body: &'a Body, name: &str) -> impl Iterator<Item = &'a str> {
    body.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// Whether a configuration counts.
pub(crate) fn is_active(body: &Body) -> bool {
    body.get("active").and_then(Value::as_bool).unwrap_or(true)
}

/// Reads what a client may do in an organization, whose demo organization it is being told by `demo_of`.
///
/// # Errors
/// Those of the database.
pub(crate) async fn load(
    reader: &mut impl Reader,
    organization_id: &str,
    demo_of: &str,
    caller: &Caller,
) -> Result<Client, Failure> {
    let (entity, config, relation) = match caller.kind {
        Kind::App => (&entities::app::ENTITY, &entities::app_config::ENTITY, "appConfig.appId"),
        Kind::Module => (&entities::module::ENTITY, &entities::module_config::ENTITY, "moduleConfig.moduleId"),
        _ => return Ok(Client::default()),
    };
    let sql = format!("SELECT {} FROM client c WHERE c.id = $1 AND c.record_id = $2", offers::ACTIVE);
    let active = reader.rows(&sql, &params![caller.client_id.as_str(), caller.record_id.as_str()]).await?;
    if !active.first().is_some_and(|row| row.bool(0)) {
        return Ok(Client::default());
    }
    let record = records::find_anywhere(reader, entity.prefix, &caller.record_id).await?;
    let Some(record) = record else { return Ok(Client::default()) };
    let sql = "SELECT r.body FROM link l JOIN record r ON r.id = l.left_id \
               JOIN organization_tree t ON t.ancestor_id = r.organization_id \
               WHERE l.relation = $1 AND l.right_id = $2 AND t.descendant_id = $3 AND r.entity = $4";
    let values = params![relation, caller.record_id.as_str(), organization_id, config.prefix];
    let rows = reader.rows(sql, &values).await?;
    let configs = rows.iter().filter_map(|row| serde_json::from_str::<Body>(row.text(0)).ok()).filter(is_active);
    let declared: HashSet<&str> = texts(&record.body, "permissionList").collect();
    // In its developer's own demo organization a client needs no configuration and has all it declared.
    let demo = !demo_of.is_empty() && demo_of == caller.developer_account_id;
    let mut client = Client { installed: demo, permissions: HashSet::new() };
    if demo {
        client.permissions.extend(declared.iter().map(|permission| (*permission).to_owned()));
    }
    for config in configs {
        client.installed = true;
        // Configurations made before grants were written down hold whatever is declared.
        if config.contains_key("permissionList") {
            let granted = texts(&config, "permissionList").filter(|granted| declared.contains(granted));
            client.permissions.extend(granted.map(str::to_owned));
        } else {
            client.permissions.extend(declared.iter().map(|permission| (*permission).to_owned()));
        }
    }
    Ok(client)
}

//! Who may do what (PLATFORM section 3.4), in the one place that every operation passes.
//!
//! What is remembered of an organization or a client is valid for exactly one value of its change counter, which is read
//! with every request: several processes on one database agree without any time-out.

use crate::Service;
use crate::booking::plan::Plan;
use crate::call::{Caller, Kind};
use jiff::tz::TimeZone;
use kalends_engine::output::{self, Effective, View};
use kalends_engine::problem::{Failure, Problem};
use kalends_engine::record::Record;
use kalends_engine::route::{Api, Route};
use kalends_entities as entities;
use kalends_store::{organizations, params, records};
use parking_lot::RwLock;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Most organizations, and most pairs of organization and client, that are remembered.
const REMEMBERED: usize = 20_000;

/// An organization with everything that answers inside it depend on.
#[derive(Debug)]
pub struct Organization {
    /// Its record.
    pub record: Record,
    /// Ids from the root to itself.
    pub lineage: Vec<String>,
    /// Effective values above it; nothing for a root.
    pub above: Option<Effective>,
    /// Its own effective values.
    pub effective: Effective,
    /// The change counter for which all this is valid.
    pub counter: i64,
    /// For each of the lineage: whether hours of its own count, or those from above always do.
    pub own_hours: Vec<bool>,
    /// Its zone.
    pub zone: TimeZone,
    /// The developer account whose demo organization its root is, or empty.
    pub demo_of: String,
    /// The content of `organization/show`, made once.
    pub shown: Arc<str>,
}

impl Organization {
    /// How records of this organization are answered.
    pub fn view(&self) -> View<'_> {
        View { zone: &self.zone, above: Some(&self.effective) }
    }

    /// How the organization itself is answered.
    pub fn own_view(&self) -> View<'_> {
        View { zone: &self.zone, above: self.above.as_ref() }
    }
}

/// What a client may do in an organization.
#[derive(Debug, PartialEq, Eq)]
pub struct Rights {
    installed: bool,
    permissions: HashSet<String>,
}

type Remembered<K, C, V> = RwLock<HashMap<K, (C, Arc<V>)>>;

/// What a process remembers.
#[derive(Debug, Default)]
pub struct Memory {
    organizations: Remembered<String, i64, Organization>,
    rights: Remembered<(String, String), (i64, i64), Rights>,
    plans: Remembered<String, i64, Plan>,
}

impl Memory {
    /// The plan of a template, if it is still valid.
    pub(crate) fn plan(&self, template_id: &str, organization: &Organization) -> Option<Arc<Plan>> {
        let plans = self.plans.read();
        let (counter, plan) = plans.get(template_id)?;
        // The template's own organization decides: nobody gets another's plan.
        let valid = *counter == organization.counter && plan.template.organization_id == organization.record.id;
        valid.then(|| Arc::clone(plan))
    }

    /// Remembers a plan for this state of its organization.
    pub(crate) fn remember_plan(&self, template_id: &str, organization: &Organization, plan: &Arc<Plan>) {
        remember(&self.plans, template_id.to_owned(), organization.counter, plan);
    }
}

fn remember<K: std::hash::Hash + Eq, C, V>(memory: &Remembered<K, C, V>, key: K, counter: C, value: &Arc<V>) {
    let mut memory = memory.write();
    if memory.len() >= REMEMBERED {
        memory.clear();
    }
    memory.insert(key, (counter, Arc::clone(value)));
}

impl Service {
    /// The organization as it is now.
    ///
    /// # Errors
    /// `not_found` (404), `unavailable` (503).
    pub async fn organization(&self, id: &str) -> Result<Arc<Organization>, Failure> {
        let (counter, _) = organizations::counters(&mut &self.store, id, "").await?;
        self.organization_at(id, counter).await?.ok_or_else(Failure::not_found)
    }

    async fn organization_at(&self, id: &str, counter: i64) -> Result<Option<Arc<Organization>>, Failure> {
        if let Some((seen, organization)) = self.memory.organizations.read().get(id)
            && *seen == counter
        {
            return Ok(Some(Arc::clone(organization)));
        }
        let Some(organization) = load_organization(&mut &self.store, id, counter).await? else { return Ok(None) };
        let organization = Arc::new(organization);
        remember(&self.memory.organizations, id.to_owned(), counter, &organization);
        Ok(Some(organization))
    }

    /// Lets the call pass or says why not. Answers the organization of the path.
    ///
    /// The rule of 401, 403 and 404 is written in `docs/API.md`.
    ///
    /// # Errors
    /// 403 and 404 as written there.
    pub async fn authorize(
        &self,
        route: &Route,
        caller: &Caller,
        organization_id: Option<&str>,
    ) -> Result<Option<Arc<Organization>>, Failure> {
        if caller.kind != Kind::System {
            right_api(route, caller)?;
        }
        let Some(id) = organization_id else {
            self.client_is_active(caller).await?;
            return Ok(None);
        };
        let (counter, client_counter) = organizations::counters(&mut &self.store, id, &caller.client_id).await?;
        let organization = self.organization_at(id, counter).await?;
        if caller.kind == Kind::System {
            return organization.map(Some).ok_or_else(Failure::not_found);
        }
        // Another organization than the token's answers the same whether it exists or not.
        let elsewhere = || Failure::forbidden("token_wrong_organization");
        let bound = caller.organization_id.as_deref().ok_or_else(elsewhere)?;
        let Some(organization) = organization else {
            return Err(if bound == id { Failure::not_found() } else { elsewhere() });
        };
        if !organization.lineage.iter().any(|ancestor| ancestor == bound) {
            return Err(elsewhere());
        }
        let rights = self.rights(&organization, caller, (counter, client_counter)).await?;
        if !rights.installed {
            return Err(Failure::forbidden("not_installed"));
        }
        // A module has the Module API and nothing else; an app has what it declared.
        if let (Some((entity, write)), Kind::App) = (route.permission, caller.kind) {
            let needed = kalends_catalog::permission::permission_for(entity, write).unwrap_or(entity);
            if !rights.permissions.contains(needed) {
                return Err(Problem::new("permission_missing").arg("permission", needed.to_owned()).with_status(403));
            }
        }
        Ok(Some(organization))
    }

    /// Whether the caller holds a permission in an organization, beyond the one its operation needs.
    ///
    /// # Errors
    /// `permission_missing` (403).
    pub(crate) async fn require_permission(
        &self,
        organization: &Organization,
        caller: &Caller,
        entity: &'static str,
        write: bool,
    ) -> Result<(), Failure> {
        if caller.kind == Kind::System {
            return Ok(());
        }
        let id = &organization.record.id;
        let counters = organizations::counters(&mut &self.store, id, &caller.client_id).await?;
        let needed = kalends_catalog::permission::permission_for(entity, write).unwrap_or(entity);
        if self.rights(organization, caller, counters).await?.permissions.contains(needed) {
            return Ok(());
        }
        Err(Problem::new("permission_missing").arg("permission", needed.to_owned()).with_status(403))
    }

    /// Whether a client may have tokens for an organization.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn may_enter(&self, caller: &Caller, organization_id: &str) -> Result<bool, Failure> {
        let counters = organizations::counters(&mut &self.store, organization_id, &caller.client_id).await?;
        let Some(organization) = self.organization_at(organization_id, counters.0).await? else { return Ok(false) };
        Ok(self.rights(&organization, caller, counters).await?.installed)
    }

    async fn rights(
        &self,
        organization: &Organization,
        caller: &Caller,
        counters: (i64, i64),
    ) -> Result<Arc<Rights>, Failure> {
        let key = (organization.record.id.clone(), caller.client_id.clone());
        if let Some((seen, rights)) = self.memory.rights.read().get(&key)
            && *seen == counters
        {
            return Ok(Arc::clone(rights));
        }
        let rights = Arc::new(self.load_rights(organization, caller).await?);
        remember(&self.memory.rights, key, counters, &rights);
        Ok(rights)
    }

    async fn load_rights(&self, organization: &Organization, caller: &Caller) -> Result<Rights, Failure> {
        let none = Rights { installed: false, permissions: HashSet::new() };
        let entity = match caller.kind {
            Kind::App => &entities::app::ENTITY,
            Kind::Module => &entities::module::ENTITY,
            _ => return Ok(none),
        };
        let active =
            self.store.query("SELECT active FROM client WHERE id = $1", &params![caller.client_id.as_str()]).await?;
        let record = records::find_anywhere(&mut &self.store, entity.prefix, &caller.record_id).await?;
        let (Some(record), true) = (record, active.first().is_some_and(|row| row.bool(0))) else { return Ok(none) };
        let declared = record.body.get("permissionList").and_then(|list| list.as_array());
        let permissions =
            declared.into_iter().flatten().filter_map(|permission| permission.as_str().map(str::to_owned)).collect();
        let demo = !organization.demo_of.is_empty() && organization.demo_of == caller.developer_account_id;
        let installed = demo || self.is_installed(organization, caller).await?;
        Ok(Rights { installed, permissions })
    }

    /// An active configuration in the organization or above.
    async fn is_installed(&self, organization: &Organization, caller: &Caller) -> Result<bool, Failure> {
        let (entity, relation) = match caller.kind {
            Kind::App => (&entities::app_config::ENTITY, "appConfig.appId"),
            _ => (&entities::module_config::ENTITY, "moduleConfig.moduleId"),
        };
        let sql = "SELECT r.body FROM link l JOIN record r ON r.id = l.left_id \
                   JOIN organization_tree t ON t.ancestor_id = r.organization_id \
                   WHERE l.relation = $1 AND l.right_id = $2 AND t.descendant_id = $3 AND r.entity = $4";
        let values = params![relation, caller.record_id.as_str(), organization.record.id.as_str(), entity.prefix];
        let rows = self.store.query(sql, &values).await?;
        Ok(rows.iter().any(|row| {
            let body: Option<kalends_engine::Body> = serde_json::from_str(row.text(0)).ok();
            body.is_some_and(|body| body.get("active").and_then(serde_json::Value::as_bool).unwrap_or(true))
        }))
    }

    async fn client_is_active(&self, caller: &Caller) -> Result<(), Failure> {
        if matches!(caller.kind, Kind::System | Kind::User) {
            return Ok(());
        }
        let rows =
            self.store.query("SELECT active FROM client WHERE id = $1", &params![caller.client_id.as_str()]).await?;
        if rows.first().is_some_and(|row| row.bool(0)) { Ok(()) } else { Err(Failure::forbidden("not_installed")) }
    }

    /// Whether the app declared the permission an organization-less operation needs.
    pub(crate) async fn require_declared(&self, route: &Route, caller: &Caller) -> Result<(), Failure> {
        let (Some((entity, write)), Kind::App) = (route.permission, caller.kind) else { return Ok(()) };
        let record = records::find_anywhere(&mut &self.store, entities::app::ENTITY.prefix, &caller.record_id).await?;
        let needed = kalends_catalog::permission::permission_for(entity, write).unwrap_or(entity);
        let declared = record.as_ref().and_then(|record| record.body.get("permissionList")?.as_array());
        if declared.is_some_and(|list| list.iter().any(|permission| permission == needed)) {
            return Ok(());
        }
        Err(Problem::new("permission_missing").arg("permission", needed.to_owned()).with_status(403))
    }
}

/// Reads an organization with all that answers inside it depend on.
///
/// # Errors
/// Those of the database.
pub(crate) async fn load_organization(
    reader: &mut impl records::Reader,
    id: &str,
    counter: i64,
) -> Result<Option<Organization>, Failure> {
    let entity = &entities::organization::ENTITY;
    let lineage = organizations::lineage(reader, id).await?;
    let (mut above, mut effective, mut found, mut demo_of) = (None, None, None, String::new());
    let mut own_hours = Vec::with_capacity(lineage.len());
    for ancestor in &lineage {
        let Some(record) = records::find_anywhere(reader, entity.prefix, ancestor).await? else {
            return Ok(None);
        };
        if found.is_none() {
            demo_of = record.text("demoDeveloperAccountId").to_owned();
        }
        let availability = record.body.get("settings").and_then(|settings| settings.get("availability"));
        let level = availability.and_then(|setting| setting.get("inheritance")?.as_str());
        own_hours.push(level != Some("ORGANIZATION"));
        above = effective.take();
        // Effective values hold no instants: the zone does not matter here.
        let view = View { zone: &TimeZone::UTC, above: above.as_ref() };
        effective = Some(output::effective(entity, &record.body, view));
        found = Some(record);
    }
    let (Some(record), Some(effective)) = (found, effective) else { return Ok(None) };
    let zone = effective.get("settings.timeZone").and_then(|zone| zone.as_str()).unwrap_or("UTC");
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let mut shown = output::full(entity, &record, View { zone: &zone, above: above.as_ref() });
    let children = records::all(reader, entity.prefix, id).await?;
    let view = View { zone: &zone, above: Some(&effective) };
    let children = children.iter().map(|child| output::short(entity, child, view).into()).collect();
    shown.insert("organizationList".into(), serde_json::Value::Array(children));
    let shown = serde_json::to_string(&shown).expect("JSON values can always be written to memory");
    let shown = shown.into();
    Ok(Some(Organization { record, lineage, above, effective, counter, own_hours, zone, demo_of, shown }))
}

fn right_api(route: &Route, caller: &Caller) -> Result<(), Failure> {
    let right = match caller.kind {
        Kind::Module => route.api == Api::Module,
        Kind::Anonymous => route.permission.is_none() && !route.in_organization && route.path.starts_with("/static/"),
        _ => route.api == Api::App,
    };
    if right { Ok(()) } else { Err(Failure::forbidden("token_wrong_kind")) }
}

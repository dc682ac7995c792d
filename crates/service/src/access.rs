//! Who may do what (PLATFORM section 3.4), in the one place that every operation passes: a client needs what it declared
//! and was granted, and with a person behind it the person needs the permission too.
//!
//! What is remembered of an organization, a client or a person is valid for exactly one value of its change counter, which
//! is read with every request: several processes on one database agree without any time-out.

mod client;
mod give;
mod person;

use crate::Service;
use crate::booking::plan::Plan;
use crate::call::{Caller, Kind};
use jiff::tz::TimeZone;
use kalends_engine::output::{self, Effective, View};
use kalends_engine::problem::{Failure, Problem};
use kalends_engine::record::Record;
use kalends_engine::route::{Api, Route};
use kalends_entities as entities;
use kalends_store::organizations::{self, Counters};
use kalends_store::{offers, params, records};
use parking_lot::RwLock;
use std::borrow::Borrow;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;
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

pub(crate) use client::{Client, texts};
pub(crate) use give::{client_in, may_give, require_admin};
pub(crate) use person::Person;

/// Operations that only make sense for a person: a token without one is refused (PLATFORM section 3.4, point 6). What of
/// them the person may ask is decided by their handlers.
const PERSONAL: [&str; 1] = ["employee_permission"];

type Remembered<K, C, V> = RwLock<HashMap<K, (C, Arc<V>)>>;

/// What a process remembers.
#[derive(Debug, Default)]
pub struct Memory {
    organizations: Remembered<String, i64, Organization>,
    clients: Remembered<(String, String), (i64, i64), Client>,
    people: Remembered<(String, String, String), (i64, i64), Person>,
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
        remember(&self.plans, template_id.to_owned(), organization.counter, Arc::clone(plan));
    }
}

/// What is remembered, if nothing has changed since.
fn recall<K, Q, C, V>(memory: &Remembered<K, C, V>, key: &Q, counter: C) -> Option<Arc<V>>
where
    K: Hash + Eq + Borrow<Q>,
    Q: Hash + Eq + ?Sized,
    C: PartialEq,
{
    memory.read().get(key).filter(|(seen, _)| *seen == counter).map(|(_, value)| Arc::clone(value))
}

fn remember<K: Hash + Eq, C, V>(memory: &Remembered<K, C, V>, key: K, counter: C, value: Arc<V>) -> Arc<V> {
    let mut memory = memory.write();
    if memory.len() >= REMEMBERED {
        memory.clear();
    }
    memory.insert(key, (counter, Arc::clone(&value)));
    value
}

/// What a caller may do in an organization: both must allow it.
#[derive(Debug, Default)]
struct Rights {
    /// The client's rights; nothing in the staff software, where a person acts without one.
    client: Option<Arc<Client>>,
    /// The person's rights, when there is one.
    person: Option<Arc<Person>>,
}

impl Rights {
    fn require_of_client(&self, needed: &'static str) -> Result<(), Failure> {
        match &self.client {
            Some(client) if !client.permissions.contains(needed) => Err(missing("permission_missing", needed)),
            _ => Ok(()),
        }
    }

    fn require_of_person(&self, needed: &'static str) -> Result<(), Failure> {
        match &self.person {
            Some(person) if !person.holds(needed) => Err(missing("user_permission_missing", needed)),
            _ => Ok(()),
        }
    }
}

/// The permission that reading or writing an entity needs.
fn permission(entity: &'static str, write: bool) -> &'static str {
    kalends_catalog::permission::permission_for(entity, write).unwrap_or(entity)
}

fn missing(code: &'static str, permission: &'static str) -> Failure {
    Problem::new(code).arg("permission", permission).with_status(403)
}

impl Service {
    /// The organization as it is now.
    ///
    /// # Errors
    /// `not_found` (404), `unavailable` (503).
    pub async fn organization(&self, id: &str) -> Result<Arc<Organization>, Failure> {
        let counters = organizations::counters(&mut &self.store, id, "", "").await?;
        self.organization_at(id, counters.organization).await?.ok_or_else(Failure::not_found)
    }

    async fn organization_at(&self, id: &str, counter: i64) -> Result<Option<Arc<Organization>>, Failure> {
        if let Some(organization) = recall(&self.memory.organizations, id, counter) {
            return Ok(Some(organization));
        }
        let Some(organization) = load_organization(&mut &self.store, id, counter).await? else { return Ok(None) };
        Ok(Some(remember(&self.memory.organizations, id.to_owned(), counter, Arc::new(organization))))
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
            self.may_act(caller).await?;
            return Ok(None);
        };
        let counters = self.counters(id, caller).await?;
        let organization = self.organization_at(id, counters.organization).await?;
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
        let rights = self.rights(&organization, caller, counters).await?;
        if rights.client.as_ref().is_some_and(|client| !client.installed) {
            return Err(Failure::forbidden("not_installed"));
        }
        if caller.user_id.is_some() && !counters.user_active {
            return Err(Failure::forbidden("user_inactive"));
        }
        if rights.person.as_ref().is_some_and(|person| !person.member) {
            return Err(Failure::forbidden("not_a_member"));
        }
        // A module has the Module API and nothing else.
        if let (Some((entity, write)), Api::App) = (route.permission, route.api) {
            let needed = permission(entity, write);
            let personal = PERSONAL.contains(&route.operation.as_str());
            rights.require_of_client(needed)?;
            if personal && caller.user_id.is_none() {
                return Err(Failure::forbidden("user_token_required"));
            }
            if !personal {
                rights.require_of_person(needed)?;
            }
        }
        Ok(Some(organization))
    }

    /// Whether the caller holds a permission in an organization, beyond the one its operation needs.
    ///
    /// # Errors
    /// `permission_missing`, `user_permission_missing` (403).
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
        let counters = self.counters(&organization.record.id, caller).await?;
        let rights = self.rights(organization, caller, counters).await?;
        let needed = permission(entity, write);
        rights.require_of_client(needed)?;
        rights.require_of_person(needed)
    }

    /// Whether a client may have tokens for an organization; with a person behind it she must be an admin or an employee of
    /// it or of one above it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn may_enter(&self, caller: &Caller, organization_id: &str) -> Result<bool, Failure> {
        let counters = self.counters(organization_id, caller).await?;
        let Some(organization) = self.organization_at(organization_id, counters.organization).await? else {
            return Ok(false);
        };
        let rights = self.rights(&organization, caller, counters).await?;
        let installed = rights.client.as_ref().is_none_or(|client| client.installed);
        let member = rights.person.as_ref().is_none_or(|person| person.member && counters.user_active);
        Ok(installed && member)
    }

    /// The organizations that name a person as an admin or an active employee; she reaches all below them too.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn organizations_of(&self, user_id: &str) -> Result<HashSet<String>, Failure> {
        person::organizations_of(&mut &self.store, user_id).await
    }

    /// What of an app's permissions a person may use in an organization.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn permissions_of(
        &self,
        organization: &Organization,
        caller: &Caller,
        user_id: &str,
    ) -> Result<Vec<&'static str>, Failure> {
        let asked = Caller { user_id: Some(user_id.to_owned()), ..caller.clone() };
        let counters = self.counters(&organization.record.id, &asked).await?;
        if !counters.user_active {
            return Ok(Vec::new());
        }
        let rights = self.rights(organization, &asked, counters).await?;
        let both = |id: &&'static str| rights.require_of_client(id).is_ok() && rights.require_of_person(id).is_ok();
        Ok(kalends_catalog::permission::ids().filter(both).collect())
    }

    async fn counters(&self, organization_id: &str, caller: &Caller) -> Result<Counters, Failure> {
        let user_id = caller.user_id.as_deref().unwrap_or_default();
        Ok(organizations::counters(&mut &self.store, organization_id, &caller.client_id, user_id).await?)
    }

    async fn rights(
        &self,
        organization: &Organization,
        caller: &Caller,
        counters: Counters,
    ) -> Result<Rights, Failure> {
        let id = &organization.record.id;
        let mut rights = Rights::default();
        if caller.kind == Kind::User {
            // Nobody in particular may do nothing.
            rights.person = Some(Arc::default());
        } else {
            let (key, valid) = ((id.clone(), caller.client_id.clone()), (counters.organization, counters.client));
            rights.client = Some(match recall(&self.memory.clients, &key, valid) {
                Some(client) => client,
                None => {
                    let client = client::load(&mut &self.store, id, &organization.demo_of, caller).await?;
                    remember(&self.memory.clients, key, valid, Arc::new(client))
                }
            });
        }
        if let Some(user_id) = &caller.user_id {
            let key = (id.clone(), caller.client_id.clone(), user_id.clone());
            let valid = (counters.organization, counters.user);
            rights.person = Some(match recall(&self.memory.people, &key, valid) {
                Some(person) => person,
                None => {
                    let app = (caller.kind == Kind::App).then_some(caller.record_id.as_str());
                    let person = person::load(&mut &self.store, id, app, user_id).await?;
                    remember(&self.memory.people, key, valid, Arc::new(person))
                }
            });
        }
        Ok(rights)
    }

    /// Whether client and person are active, for operations without an organization.
    async fn may_act(&self, caller: &Caller) -> Result<(), Failure> {
        self.client_is_active(caller).await?;
        if caller.user_id.is_some() && !self.counters("", caller).await?.user_active {
            return Err(Failure::forbidden("user_inactive"));
        }
        Ok(())
    }

    async fn client_is_active(&self, caller: &Caller) -> Result<(), Failure> {
        if matches!(caller.kind, Kind::System | Kind::User) {
            return Ok(());
        }
        let sql = format!("SELECT {} FROM client c WHERE c.id = $1", offers::ACTIVE);
        let rows = self.store.query(&sql, &params![caller.client_id.as_str()]).await?;
        if rows.first().is_some_and(|row| row.bool(0)) { Ok(()) } else { Err(Failure::forbidden("not_installed")) }
    }

    /// Whether the app declared the permission an organization-less operation needs.
    pub(crate) async fn require_declared(&self, route: &Route, caller: &Caller) -> Result<(), Failure> {
        let (Some((entity, write)), Kind::App) = (route.permission, caller.kind) else { return Ok(()) };
        let record = records::find_anywhere(&mut &self.store, entities::app::ENTITY.prefix, &caller.record_id).await?;
        let needed = permission(entity, write);
        if record.is_some_and(|record| texts(&record.body, "permissionList").any(|declared| declared == needed)) {
            return Ok(());
        }
        Err(missing("permission_missing", needed))
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

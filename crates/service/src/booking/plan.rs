//! What an appointment template says about its bookings, read once and remembered until its organization changes.
//!
//! Invariant: a plan is valid for exactly one value of its organization's change counter. Everything a plan is made of
//! (template, steps, links, booking resources, extra fields, settings above) raises that counter when it changes.

use crate::access::Organization;
use kalends_engine::Micros;
use kalends_engine::output::{self, Effective};
use kalends_engine::problem::Failure;
use kalends_engine::record::Record;
use kalends_entities as entities;
use kalends_scheduling::booking::{Step, Task};
use kalends_store::records::{self, Reader, Side};
use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// A minute in microseconds.
pub(crate) const MINUTE: Micros = 60_000_000;

/// How a template is booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One resource of each category that is linked.
    Simple,
    /// As many resources as each step says.
    Complex,
    /// Fixed dates with places.
    Event,
}

/// A booking resource of a template.
#[derive(Debug, Clone)]
pub(crate) struct Bookable {
    /// Its record.
    pub record: Record,
    /// It has hours of its own where any are written; otherwise it always has the organization's.
    pub own_hours: bool,
}

/// Allowed starts as the settings say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GridSetting {
    /// Every so many minutes of the local day.
    Every(u16),
    /// As written for the organizations of the tree and, when `true`, for the template itself.
    Written(bool),
}

/// A template, ready to be evaluated.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The template's record.
    pub template: Record,
    /// How it is booked.
    pub kind: Kind,
    /// Durations and steps; the steps name places in `resources`.
    pub task: Task,
    /// For each step of a SIMPLE template the category it stands for; otherwise empty.
    pub categories: Vec<String>,
    /// Every active booking resource that a step may use, by number.
    pub resources: Vec<Bookable>,
    /// Effective values of the template's inheritable fields.
    pub effective: Effective,
    /// Allowed starts.
    pub grid: GridSetting,
    /// Extra fields of the template and of the organization.
    pub extra_fields: Vec<Record>,
}

impl Plan {
    /// Reads a template of the organization with everything it depends on; nothing when there is none.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn load(
        reader: &mut impl Reader,
        organization: &Organization,
        template_id: &str,
    ) -> Result<Option<Self>, Failure> {
        let entity = &entities::appointment_template::ENTITY;
        let id = &organization.record.id;
        let Some(template) = records::find(reader, entity.prefix, id, template_id).await? else { return Ok(None) };
        let kind = match template.text("type") {
            "COMPLEX" => Kind::Complex,
            "EVENT" => Kind::Event,
            _ => Kind::Simple,
        };
        let (categories, groups) = match kind {
            Kind::Simple => simple(reader, &template).await?.into_iter().unzip(),
            Kind::Complex => (Vec::new(), complex(reader, &template).await?),
            Kind::Event => (Vec::new(), Vec::new()),
        };
        let mut resources: Vec<Bookable> = Vec::new();
        for record in groups.iter().flat_map(|group| &group.resources) {
            if !resources.iter().any(|known| known.record.seq == record.seq) {
                resources.push(Bookable { record: record.clone(), own_hours: super::hours::has_own_hours(record) });
            }
        }
        resources.sort_by_key(|bookable| bookable.record.seq);
        let place: HashMap<i64, usize> =
            resources.iter().enumerate().map(|(place, bookable)| (bookable.record.seq, place)).collect();
        let steps = groups
            .into_iter()
            .map(|group| {
                let mut list: Vec<usize> = group.resources.iter().map(|record| place[&record.seq]).collect();
                list.sort_unstable();
                Step { resources: list, quantity: group.quantity, by_customer: group.by_customer }
            })
            .collect();
        let minutes = |name: &str| template.body.get(name).and_then(Value::as_i64).unwrap_or(0) * MINUTE;
        let task = Task {
            preparation: minutes("preparationTime"),
            duration: minutes("duration"),
            follow_up: minutes("followUpTime"),
            steps,
        };
        let effective = output::effective(entity, &template.body, organization.view());
        let grid = grid(&template, &effective);
        let mut extra_fields =
            records::linked(reader, "appointmentTemplate_extraField", Side::Right, template_id).await?;
        extra_fields.extend(records::linked(reader, "organization_extraField", Side::Right, id).await?);
        let mut asked = HashSet::new();
        extra_fields.retain(|field| asked.insert(field.seq));
        Ok(Some(Self { template, kind, task, categories, resources, effective, grid, extra_fields }))
    }

    /// Whether it can be booked at all, by a module or by anybody else.
    pub(crate) fn is_bookable(&self, by_module: bool) -> bool {
        let flag = |name: &str| self.template.body.get(name).and_then(Value::as_bool).unwrap_or(true);
        flag("active") && (!by_module || flag("bookable"))
    }

    /// An effective setting that is a whole number.
    pub(crate) fn number(&self, path: &str) -> i64 {
        self.effective.get(path).and_then(Value::as_i64).unwrap_or(0)
    }

    /// An effective setting that is a truth value.
    pub(crate) fn flag(&self, path: &str) -> bool {
        self.effective.get(path).and_then(Value::as_bool).unwrap_or(false)
    }

    /// Id of the public view of the template.
    pub(crate) fn booking_template_id(&self) -> String {
        booking_template_id(&self.template.id)
    }

    /// Numbers of all its booking resources, ascending.
    pub(crate) fn seqs(&self) -> Vec<i64> {
        self.resources.iter().map(|bookable| bookable.record.seq).collect()
    }
}

/// The id of the booking template that shows an appointment template.
pub(crate) fn booking_template_id(template_id: &str) -> String {
    format!("{}{}", entities::booking_template::ENTITY.prefix, template_id.get(2..).unwrap_or_default())
}

/// The id of the appointment template behind a booking template's (its own is accepted as well).
pub(crate) fn template_id(id: &str) -> String {
    format!("{}{}", entities::appointment_template::ENTITY.prefix, id.get(2..).unwrap_or_default())
}

struct Group {
    resources: Vec<Record>,
    quantity: usize,
    by_customer: bool,
}

fn is_active(record: &Record) -> bool {
    record.body.get("active").and_then(Value::as_bool).unwrap_or(true)
}

/// One step for each category that is linked.
async fn simple(reader: &mut impl Reader, template: &Record) -> Result<Vec<(String, Group)>, Failure> {
    let linked = records::linked(reader, "appointmentTemplate_bookingResource", Side::Right, &template.id).await?;
    let mut groups: Vec<(String, Group)> = Vec::new();
    for record in linked {
        let category = record.text("category").to_owned();
        let place = groups.iter().position(|(name, _)| *name == category).unwrap_or_else(|| {
            groups.push((category, Group { resources: Vec::new(), quantity: 1, by_customer: true }));
            groups.len() - 1
        });
        // A category whose resources are all switched off still has to be served: nothing is offered then.
        if is_active(&record) {
            groups[place].1.resources.push(record);
        }
    }
    Ok(groups)
}

/// The steps as they were made.
async fn complex(reader: &mut impl Reader, template: &Record) -> Result<Vec<Group>, Failure> {
    let key = format!("{}:{}", entities::appointment_template_step::ENTITY.prefix, template.id);
    let mut steps = records::all(reader, &key, &template.organization_id).await?;
    steps.sort_by_key(|step| step.seq);
    let ids: Vec<&str> = steps.iter().map(|step| step.id.as_str()).collect();
    let linked = records::linked_many(reader, "appointmentTemplateStep_bookingResource", &ids).await?;
    let group = |step: &Record| Group {
        resources: linked
            .iter()
            .filter(|(id, record)| *id == step.id && is_active(record))
            .map(|(_, record)| record.clone())
            .collect(),
        quantity: step
            .body
            .get("selectionQuantity")
            .and_then(Value::as_u64)
            .and_then(|quantity| usize::try_from(quantity).ok())
            .unwrap_or(1),
        by_customer: step.text("selectionDisplay") != "SYSTEM",
    };
    Ok(steps.iter().map(group).collect())
}

/// How allowed starts are set for a template (an unset one: for the organization itself).
pub(crate) fn grid(template: &Record, effective: &Effective) -> GridSetting {
    let word = effective.get("settings.timeGrid").and_then(Value::as_str).unwrap_or("MINUTES_15");
    if let Some(minutes) = word.strip_prefix("MINUTES_").and_then(|minutes| minutes.parse().ok()) {
        return GridSetting::Every(minutes);
    }
    let own = template.body.get("timeGrid").and_then(|grid| grid.get("inheritance")?.as_str());
    GridSetting::Written(own != Some("ORGANIZATION"))
}

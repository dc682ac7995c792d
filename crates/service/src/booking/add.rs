//! `appointment_add` in both APIs: the time is taken, the customer found or made, and the appointment written, all in one
//! transaction.

use super::customers::{self, Who};
use super::place::{self, Choice, Taken, Template, Wanted};
use super::plan::Plan;
use super::{Context, address, form, is_module, plan_of};
use crate::Service;
use crate::access::{self, Organization};
use crate::call::{Call, Kind as CallerKind};
use crate::dispatch::Job;
use crate::organization_write::inside;
use crate::reply::Reply;
use crate::{settings, write};
use kalends_engine::input;
use kalends_engine::output;
use kalends_engine::problem::{Failure, Problem};
use kalends_engine::record::Record;
use kalends_engine::{Body, Micros, id};
use kalends_entities as entities;
use kalends_entities::booking_operations;
use kalends_store::{Tx, booking as store, records};
use serde_json::{Value, json};
use std::sync::Arc;

/// What a request asks for, checked.
#[derive(Clone)]
struct Asked {
    body: Body,
    custom_id: String,
    wanted: Wanted,
    who: Who,
    notes: Vec<Problem>,
}

/// Serves `appointment_add`.
pub(crate) async fn serve(service: &Service, job: &Job<'_>) -> Result<Reply, Failure> {
    let asked = read(service, job)?;
    let context = context(service, job.call, job.organization()?, &asked.wanted).await?;
    let reply = service.change(job.call, move |tx| {
        let (context, asked) = (context.clone(), asked.clone());
        Box::pin(async move {
            let context = context.fresh(tx).await?;
            add(tx, &context, asked).await
        })
    });
    reply.await
}

/// The context of a wanted time: its template must be one of the path's organization, and its overrides allowed.
pub(super) async fn context(
    service: &Service,
    call: &Call,
    organization: &Arc<Organization>,
    wanted: &Wanted,
) -> Result<Context, Failure> {
    let organization = Arc::clone(organization);
    if !wanted.overrides.words().is_empty() {
        service.require_permission(&organization, &call.caller, place::OVERRIDE, true).await?;
    }
    let (template_id, at) = match &wanted.template {
        Template::Id(id) => (id.clone(), "bookingTemplateId"),
        Template::Seq(seq) => {
            let prefix = entities::appointment_template::ENTITY.prefix;
            let found = records::find_by_seq(&mut &service.store, prefix, &organization.record.id, *seq).await?;
            (found.map(|record| record.id).unwrap_or_default(), "bookingSlotId")
        }
    };
    let code = if at == "bookingSlotId" { "slot_invalid" } else { "bad_reference" };
    let plan = plan_of(service, &organization, &template_id).await.map_err(|failure| match failure.status {
        404 => Failure::invalid_at(code, at),
        _ => failure,
    })?;
    if !super::module_sees(service, &call.caller, &organization, &template_id).await? {
        return Err(Failure::invalid_at("slot_invalid", at));
    }
    Ok(Context { call: call.clone(), organization, plan })
}

fn read(service: &Service, job: &Job<'_>) -> Result<Asked, Failure> {
    let document = numbers_as_text(&job.request.body);
    let applied = input::check(booking_operations::NEW, &document, job.call.strict).map_err(Failure::invalid)?;
    let mut notes = applied.notes;
    let mut body = applied.body;
    let wanted = Wanted::read(&service.slot_keys, &job.call.caller, &body)?;
    let who = Who::read(&job.call.caller, &mut body, &mut notes)?;
    let custom_id = body.remove("customId").and_then(|id| id.as_str().map(str::to_owned)).unwrap_or_default();
    for spec in booking_operations::TIME {
        body.remove(spec.name);
    }
    Ok(Asked { body, custom_id, wanted, who, notes })
}

/// PHP clients number their appointments.
fn numbers_as_text(document: &Body) -> Body {
    let mut document = document.clone();
    if let Some(number) = document.get("customId").filter(|id| id.is_number()).map(ToString::to_string) {
        document.insert("customId".into(), json!(number));
    }
    document
}

async fn add(tx: &mut Tx, context: &Context, asked: Asked) -> Result<Reply, Failure> {
    context.require_bookable()?;
    let Context { call, organization, plan } = context;
    let module = is_module(&call.caller);
    let Asked { mut body, custom_id, wanted, who, notes } = asked;
    let mut problems = Vec::new();
    let data = body.get("additionalData").and_then(Value::as_object).cloned().unwrap_or_default();
    settings::check_answers(&plan.extra_fields, &data, module, &mut problems);
    who.require(plan, module, &mut problems);
    if !problems.is_empty() {
        return Err(Failure::invalid(problems));
    }
    let id = id::new(entities::appointment::ENTITY.prefix, call.entropy.as_ref());
    let taken = place::take(tx, context, &wanted, &id, 0, None).await?;
    let customer = customers::find_or_make(tx, context, &who).await?;
    let own_address = body.remove("address");
    body.insert("address".into(), address::of(tx, context, own_address, customer.as_ref(), &taken).await?);
    describe(context, &mut body, &taken);
    if let Some(customer) = &customer {
        body.insert("customerId".into(), json!(customer.id));
    }
    let source = match call.caller.kind {
        CallerKind::Module => "MODULE",
        CallerKind::User => "STAFF",
        _ => "APP",
    };
    body.insert("source".into(), json!(source));
    let overrides = wanted.overrides.words();
    if !overrides.is_empty() {
        // The audit trail shows it: the line of this change holds every field.
        body.insert("overrideList".into(), json!(overrides));
    }
    let mut record = Record {
        seq: 0,
        id,
        organization_id: organization.record.id.clone(),
        custom_id,
        version: 1,
        created: call.now,
        edited: call.now,
        body,
    };
    let entity = &entities::appointment::ENTITY;
    write::insert(tx, call, &inside(&organization.record), entity, &mut record).await?;
    store::put_appointment(tx, &record.id, &record.organization_id, (taken.start, taken.end), false).await?;
    if let Some(customer) = &customer {
        records::link(tx, form::CUSTOMERS, &record.id, &customer.id, call.now).await?;
    }
    let reply = if module {
        Reply::json(&form::full_one(tx, organization, &record).await?)
    } else {
        Reply::json(&output::short(entity, &record, organization.view()))
    };
    Ok(reply.status(201).version(record.version).done("added").notes(notes))
}

/// What an appointment takes over from its template at the moment it is booked: later changes of the template do not
/// change what was agreed.
pub(super) fn describe(context: &Context, body: &mut Body, taken: &Taken) {
    let Context { organization, plan, .. } = context;
    let template = &plan.template;
    let take = |name: &str| template.body.get(name).cloned();
    let public = if template.text("publicName").is_empty() { "name" } else { "publicName" };
    body.insert("name".into(), take(public).unwrap_or_default());
    for (own, from) in [
        ("nameI18nList", "publicNameI18nList"),
        ("description", "description"),
        ("descriptionI18nList", "descriptionI18nList"),
        ("priceGross", "priceGross"),
        ("colour", "colour"),
    ] {
        if let Some(value) = take(from) {
            body.insert(own.into(), value);
        }
    }
    for name in ["showPrice", "taxRate", "currency"] {
        if let Some(value) = plan.effective.get(&format!("settings.{name}")) {
            body.insert(name.into(), value.clone());
        }
    }
    let protection = plan.effective.get("settings.moduleMultiFactorProtection").and_then(Value::as_str);
    let zone = organization.effective.get("settings.timeZone").cloned().unwrap_or_default();
    body.insert("protected".into(), json!(protection.is_some_and(|word| word != "OFF")));
    body.insert("timeZone".into(), zone);
    body.insert("bookingTemplateId".into(), json!(plan.booking_template_id()));
    body.insert("appointmentTemplateId".into(), json!(template.id));
    time(body, taken);
}

/// Writes the taken time into a body.
pub(super) fn time(body: &mut Body, taken: &Taken) {
    body.insert("start".into(), json!(taken.start));
    body.insert("end".into(), json!(taken.end));
    body.insert("duration".into(), json!((taken.end - taken.start) / super::plan::MINUTE));
    body.insert("bookingResourceIdList".into(), json!(taken.resources));
    match &taken.event_id {
        Some(event) => body.insert("appointmentTemplateEventDateTimeId".into(), json!(event)),
        None => body.remove("appointmentTemplateEventDateTimeId"),
    };
}

/// Books any free combination of a template for a customer, by the very path a request takes.
///
/// # Errors
/// As a request's.
pub(crate) async fn any_combination(
    tx: &mut Tx,
    call: &Call,
    organization_id: &str,
    template_id: &str,
    start: Micros,
    customer_id: &str,
) -> Result<(), Failure> {
    let organization = access::load_organization(tx, organization_id, 0).await?.ok_or_else(Failure::not_found)?;
    let plan = Plan::load(tx, &organization, template_id).await?.ok_or_else(Failure::not_found)?;
    let context = Context { call: call.clone(), organization: Arc::new(organization), plan: Arc::new(plan) };
    let wanted = Wanted {
        template: Template::Id(template_id.to_owned()),
        start,
        choice: Choice::Ids(Vec::new()),
        hold: None,
        overrides: place::Overrides::default(),
    };
    let who = Who::Id(customer_id.to_owned());
    let asked = Asked { body: Body::new(), custom_id: String::new(), wanted, who, notes: Vec::new() };
    add(tx, &context, asked).await.map(drop)
}

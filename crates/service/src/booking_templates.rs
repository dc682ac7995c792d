//! Booking templates: the public view of active appointment templates. Their records follow the templates; what they show is
//! computed from the template, its steps and the settings above.

use crate::Service;
use crate::access::Organization;
use crate::booking::plan::{Kind, Plan, booking_template_id, template_id};
use crate::call::{Call, Caller};
use crate::dispatch::Job;
use crate::lists;
use crate::reply::Reply;
use crate::write::{self, Place};
use kalends_catalog::booking_category;
use kalends_engine::entity::Verb;
use kalends_engine::output;
use kalends_engine::problem::Failure;
use kalends_engine::record::Record;
use kalends_engine::route::Api;
use kalends_entities as entities;
use kalends_entities::booking_template::ENTITY;
use kalends_store::records::{self, Query, Reader};
use kalends_store::{Tx, params};
use serde_json::{Value, json};

/// Under which kind the record of a template that cannot be booked is kept: nobody finds it there, its links stay.
const HIDDEN: &str = "fc-";

/// Lets the booking template follow an appointment template that was added or changed.
pub(crate) async fn follow(tx: &mut Tx, call: &Call, place: &Place, template: &Record) -> Result<(), Failure> {
    let id = booking_template_id(&template.id);
    let flag = |name: &str| template.body.get(name).and_then(Value::as_bool).unwrap_or(true);
    let key = if flag("active") && flag("bookable") { ENTITY.prefix } else { HIDDEN };
    let public = if template.text("publicName").is_empty() { "name" } else { "publicName" };
    let body = json!({"name": template.text(public), "duration": template.body.get("duration")});
    let body = body.as_object().cloned().unwrap_or_default();
    let record = match records::find_by_prefix(tx, ENTITY.prefix, &template.organization_id, &id).await? {
        None => {
            let mut record = Record {
                seq: 0,
                id: id.clone(),
                organization_id: template.organization_id.clone(),
                custom_id: template.custom_id.clone(),
                version: 1,
                created: call.now,
                edited: call.now,
                body,
            };
            write::insert(tx, call, place, &ENTITY, &mut record).await?;
            record
        }
        Some(before) => {
            let mut after = before.clone();
            after.body = body;
            after.custom_id.clone_from(&template.custom_id);
            if after == before { before } else { write::update(tx, call, place, &ENTITY, &before, after).await? }
        }
    };
    write::set_key(tx, place, &ENTITY, &record, key).await
}

/// Refuses to remove a template with appointments to come.
///
/// # Errors
/// `has_appointments` (409).
pub(crate) async fn before_delete(tx: &mut Tx, call: &Call, template: &Record) -> Result<(), Failure> {
    let sql = "SELECT 1 FROM appointment a JOIN record r ON r.id = a.id \
               WHERE a.organization_id = $1 AND a.canceled = 0 AND a.start_at > $2 AND r.body LIKE $3 LIMIT 1";
    let named = format!("%\"appointmentTemplateId\":\"{}\"%", template.id);
    if !tx.query(sql, &params![template.organization_id.as_str(), call.now, named]).await?.is_empty() {
        return Err(Failure::conflict("has_appointments"));
    }
    Ok(())
}

/// Removes the booking template and what stands below its template.
pub(crate) async fn after_delete(tx: &mut Tx, template: &Record) -> Result<(), Failure> {
    let organization = &template.organization_id;
    let id = booking_template_id(&template.id);
    if let Some(record) = records::find_by_prefix(tx, ENTITY.prefix, organization, &id).await? {
        records::delete(tx, &record).await?;
    }
    for entity in
        [&entities::appointment_template_step::ENTITY, &entities::appointment_template_event_date_time::ENTITY]
    {
        for record in records::all(tx, &format!("{}:{}", entity.prefix, template.id), organization).await? {
            tx.execute("DELETE FROM occupation WHERE holder_id = $1", &params![record.id.as_str()]).await?;
            records::delete(tx, &record).await?;
        }
    }
    Ok(())
}

/// Templates to which a module is limited; nothing when it sees them all. The nearest organization with an active
/// configuration of it decides: what is installed without a limit further above does not lift it.
async fn limit(
    reader: &mut impl Reader,
    organization: &Organization,
    caller: &Caller,
) -> Result<Option<Vec<String>>, Failure> {
    let sql = "SELECT r.body, l.right_id, t.depth FROM link c JOIN record r ON r.id = c.left_id \
               JOIN organization_tree t ON t.ancestor_id = r.organization_id AND t.descendant_id = $2 \
               LEFT JOIN link l ON l.left_id = c.left_id AND l.relation = 'moduleConfig_appointmentTemplate' \
               WHERE c.relation = 'moduleConfig.moduleId' AND c.right_id = $1 ORDER BY t.depth";
    let values = params![caller.record_id.as_str(), organization.record.id.as_str()];
    let mut rows = reader.rows(sql, &values).await?;
    rows.retain(|row| {
        let body: Option<kalends_engine::Body> = serde_json::from_str(row.text(0)).ok();
        body.is_some_and(|body| body.get("active").and_then(Value::as_bool).unwrap_or(true))
    });
    let nearest = rows.first().map(|row| row.int(2));
    rows.retain(|row| Some(row.int(2)) == nearest);
    // One configuration without linked templates shows them all.
    if rows.is_empty() || rows.iter().any(|row| row.text(1).is_empty()) {
        return Ok(None);
    }
    Ok(Some(rows.into_iter().map(|mut row| row.take_text(1)).collect()))
}

/// Whether a module shows this appointment template.
///
/// # Errors
/// Those of the database.
pub(crate) async fn module_sees(
    reader: &mut impl Reader,
    organization: &Organization,
    caller: &Caller,
    template_id: &str,
) -> Result<bool, Failure> {
    let limit = limit(reader, organization, caller).await?;
    Ok(limit.is_none_or(|templates| templates.iter().any(|id| id == template_id)))
}

/// Serves every verb of the entity.
pub(crate) async fn serve(service: &Service, job: &Job<'_>, verb: Verb) -> Result<Reply, Failure> {
    let organization = job.organization()?;
    let id = &organization.record.id;
    let one = match verb {
        Verb::Show => records::find(&mut &service.store, ENTITY.prefix, id, job.param("bookingTemplateId")).await?,
        Verb::Identify => records::identify(&mut &service.store, ENTITY.prefix, id, job.param("customId")).await?,
        _ => return list(service, job, verb, None).await,
    };
    let record = one.ok_or_else(Failure::not_found)?;
    if is_module(job)
        && !module_sees(&mut &service.store, organization, &job.call.caller, &template_id(&record.id)).await?
    {
        return Err(Failure::not_found());
    }
    Ok(Reply::json(&form(service, job, &record).await?).version(record.version))
}

fn is_module(job: &Job<'_>) -> bool {
    job.route.api == Api::Module
}

/// Serves the lists below a booking resource: templates it is linked with, itself or in a step.
pub(crate) async fn of_resource(service: &Service, job: &Job<'_>, verb: Verb) -> Result<Reply, Failure> {
    let (id, prefix) = (&job.organization()?.record.id, entities::booking_resource::ENTITY.prefix);
    let resource = records::find(&mut &service.store, prefix, id, job.param("bookingResourceId")).await?;
    let resource = resource.ok_or_else(Failure::not_found)?;
    let sql = "SELECT left_id, '' FROM link WHERE relation = 'appointmentTemplate_bookingResource' AND right_id = $1 \
               UNION SELECT '', r.entity FROM link l JOIN record r ON r.id = l.left_id \
               WHERE l.relation IN ('appointmentTemplateStep_bookingResource', 'appointmentTemplateEventDateTime_bookingResource') \
               AND l.right_id = $1";
    let rows = service.store.query(sql, &params![resource.id.as_str()]).await?;
    // A step's kind is `b8:` and its template.
    let named = |row: &kalends_store::Row| match row.text(1).split_once(':') {
        Some((_, template)) => template.to_owned(),
        None => row.text(0).to_owned(),
    };
    list(service, job, verb, Some(rows.iter().map(named).collect())).await
}

async fn list(service: &Service, job: &Job<'_>, verb: Verb, only: Option<Vec<String>>) -> Result<Reply, Failure> {
    let organization = job.organization()?;
    let all = matches!(verb, Verb::IndexAll | Verb::FilterAll | Verb::ListAll);
    let whole = matches!(verb, Verb::List | Verb::ListAll);
    let current = if whole { 1 } else { job.page()? };
    let mut only = only;
    if is_module(job)
        && let Some(limit) = limit(&mut &service.store, organization, &job.call.caller).await?
    {
        only = Some(match only {
            Some(named) => named.into_iter().filter(|id| limit.contains(id)).collect(),
            None => limit,
        });
    }
    let words = if matches!(verb, Verb::Filter | Verb::FilterAll) {
        lists::words(job.query("searchQuery"))
    } else {
        Vec::new()
    };
    let everything = only.is_some();
    let query = Query {
        key: ENTITY.prefix,
        organization_id: &organization.record.id,
        all,
        related: None,
        by_name: true,
        limit: if whole || everything { lists::LIST_MAX } else { lists::PER_PAGE },
        offset: if whole || everything { 0 } else { lists::offset(current) },
    };
    let (mut total, mut found) = records::search(&mut &service.store, &query, &words).await?;
    if let Some(only) = only {
        found.retain(|record| only.contains(&template_id(&record.id)));
        total = i64::try_from(found.len()).unwrap_or(i64::MAX);
        if !whole {
            let skip = usize::try_from(lists::offset(current)).unwrap_or(usize::MAX);
            found = found.into_iter().skip(skip).take(usize::try_from(lists::PER_PAGE).unwrap_or(0)).collect();
        }
    }
    let mut forms = Vec::with_capacity(found.len());
    for record in &found {
        forms.push(if all {
            Value::Object(output::short(&ENTITY, record, organization.view()))
        } else {
            form(service, job, record).await?
        });
    }
    Ok(Reply::json(&if whole { lists::list(total, forms) } else { lists::page(current, total, forms) }))
}

/// The full form.
async fn form(service: &Service, job: &Job<'_>, record: &Record) -> Result<Value, Failure> {
    let organization = job.organization()?;
    let plan = crate::booking::plan_of(service, organization, &template_id(&record.id)).await?;
    let template = &plan.template;
    let own = |name: &str, unset: Value| template.body.get(name).cloned().unwrap_or(unset);
    let effective = |path: &str| plan.effective.get(path).cloned().unwrap_or(Value::Null);
    let setting = |name: &str| effective(&format!("settings.{name}"));
    let level = template.body.get("address").and_then(|address| address.get("inheritance")?.as_str());
    let public = if template.text("publicName").is_empty() { "name" } else { "publicName" };
    let view = organization.view();
    let extra = plan.extra_fields.iter().map(|field| output::full(&entities::extra_field::ENTITY, field, view));
    Ok(json!({
        "class": ENTITY.class(),
        "id": record.id,
        "customId": record.custom_id,
        "timestampAdd": output::timestamp(template.created),
        "timestampEdit": output::timestamp(template.edited),
        "name": template.text(public),
        "nameI18nList": own("publicNameI18nList", json!([])),
        "type": template.text("type"),
        "image": own("image", json!("")),
        "duration": own("duration", Value::Null),
        "showPrice": setting("showPrice"),
        "priceGross": own("priceGross", Value::Null),
        "currency": setting("currency"),
        "taxRate": setting("taxRate"),
        "description": own("description", json!("")),
        "descriptionI18nList": own("descriptionI18nList", json!([])),
        "appointmentAddressRequired": level == Some("INPUT"),
        "customerAddressRequired": setting("customerAddressRequired"),
        "customerEmailRequired": setting("customerEmailRequired"),
        "customerMobileRequired": setting("customerMobileRequired"),
        "bookingDayEarliest": setting("moduleBookingDayEarliest"),
        "bookingDayLatest": setting("moduleBookingDayLatest"),
        "bookingLeadTime": setting("moduleBookingLeadTime"),
        "address": effective("address"),
        "bookingStepList": steps(service, job, &plan).await?,
        "emailTemplateList": [],
        "smsTemplateList": [],
        "extraFieldList": extra.collect::<Vec<_>>(),
        "organizationId": record.organization_id,
        "additionalData": own("additionalData", json!([])),
    }))
}

/// `BOOKING_STEP`s: one for each category of a SIMPLE template, those that were made of a COMPLEX one.
async fn steps(service: &Service, job: &Job<'_>, plan: &Plan) -> Result<Vec<Value>, Failure> {
    if plan.kind == Kind::Event {
        return Ok(Vec::new());
    }
    let organization = job.organization()?;
    let key = format!("{}:{}", entities::appointment_template_step::ENTITY.prefix, plan.template.id);
    let made = if plan.kind == Kind::Complex {
        let mut steps = records::all(&mut &service.store, &key, &organization.record.id).await?;
        steps.sort_by_key(|step| step.seq);
        steps
    } else {
        Vec::new()
    };
    let form = |(number, step): (usize, &kalends_scheduling::booking::Step)| {
        let resources: Vec<Value> =
            step.resources.iter().map(|place| resource_form(job, &plan.resources[*place].record)).collect();
        let own = |name: &str| made.get(number).and_then(|step| step.body.get(name)).cloned();
        let category = plan.categories.get(number).map_or("", String::as_str);
        let name = own("name").unwrap_or_else(|| json!(booking_category::name(category, job.call.language)));
        json!({
            "class": "BOOKING_STEP",
            "id": made.get(number).map_or("", |step| step.id.as_str()),
            "name": name,
            "nameI18nList": own("nameI18nList").unwrap_or_else(|| json!([])),
            "description": own("description").unwrap_or_else(|| json!("")),
            "descriptionI18nList": own("descriptionI18nList").unwrap_or_else(|| json!([])),
            "selectionQuantity": step.quantity,
            "selectionDisplay": own("selectionDisplay").unwrap_or_else(|| json!("BOTH")),
            "bookingResourceList": resources,
            "additionalData": own("additionalData"),
        })
    };
    Ok(plan.task.steps.iter().enumerate().map(form).collect())
}

/// A booking resource as the API of the request shows it: the Module API calls its category `type`.
fn resource_form(job: &Job<'_>, record: &Record) -> Value {
    let organization = match job.organization() {
        Ok(organization) => organization,
        Err(_) => return Value::Null,
    };
    let mut form = output::full(&entities::booking_resource::ENTITY, record, organization.view());
    if is_module(job) {
        let category = form.remove("category").unwrap_or_default();
        form.insert("type".into(), category);
    }
    Value::Object(form)
}

/// Serves the Module API's booking resources: as the App API's, with `type`.
pub(crate) async fn module_resources(service: &Service, job: &Job<'_>, verb: Verb) -> Result<Reply, Failure> {
    let id = &job.organization()?.record.id;
    let prefix = entities::booking_resource::ENTITY.prefix;
    let one = match verb {
        Verb::Show => records::find(&mut &service.store, prefix, id, job.param("bookingResourceId")).await?,
        Verb::Identify => records::identify(&mut &service.store, prefix, id, job.param("customId")).await?,
        _ => {
            let all = records::all(&mut &service.store, prefix, id).await?;
            let active = |record: &&Record| record.body.get("active").and_then(Value::as_bool).unwrap_or(true);
            let forms: Vec<Value> = all.iter().filter(active).map(|record| resource_form(job, record)).collect();
            let total = i64::try_from(forms.len()).unwrap_or(i64::MAX);
            return Ok(Reply::json(&lists::list(total, forms)));
        }
    };
    let record = one.ok_or_else(Failure::not_found)?;
    Ok(Reply::json(&resource_form(job, &record)).version(record.version))
}

//! Holding a slot during a checkout: the time is taken until the hold ends, by comparison and not by a job.

use super::add::context;
use super::place::{self, Wanted};
use crate::Service;
use crate::dispatch::Job;
use crate::reply::Reply;
use crate::tokens::digest;
use kalends_engine::id::alphanumerics;
use kalends_engine::output;
use kalends_engine::problem::Failure;
use kalends_store::booking::{self as store, Hold};
use serde_json::json;

/// How long a slot is held, in seconds.
const SECONDS: i64 = 300;
/// Length of a hold's token.
const TOKEN: usize = 40;

/// What is stored of a hold's token.
pub(crate) fn id(token: &str) -> String {
    digest(token)
}

/// `POST …/bookingSlot/{bookingSlotId}/hold`.
pub(crate) async fn take(service: &Service, job: &Job<'_>) -> Result<Reply, Failure> {
    let mut body = job.request.body.clone();
    let slot_id = job.param("bookingSlotId").to_owned();
    body.insert("bookingSlotId".into(), json!(slot_id));
    let wanted = Wanted::read(&service.slot_keys, &job.call.caller, &body)?;
    let context = context(service, job.call, job.organization()?, &wanted).await?;
    // Made outside of the transaction: when that runs again, the token stays the same.
    let token = alphanumerics(TOKEN, service.entropy.as_ref());
    let reply = service.change(job.call, move |tx| {
        let (context, wanted, token, slot_id) = (context.clone(), wanted.clone(), token.clone(), slot_id.clone());
        Box::pin(async move {
            let context = context.fresh(tx).await?;
            context.require_bookable()?;
            let (call, organization) = (&context.call, &context.organization);
            let hold = Hold {
                id: id(&token),
                organization_id: organization.record.id.clone(),
                template_id: context.plan.template.id.clone(),
                slot_id,
                expires: call.now + SECONDS * 1_000_000,
            };
            let taken = place::take(tx, &context, &wanted, &hold.id, hold.expires, None).await?;
            store::hold(tx, &hold).await?;
            let answer = json!({
                "class": "BOOKING_SLOT_HOLD",
                "holdToken": token,
                "bookingSlotId": hold.slot_id,
                "timestamp": output::calendar_time(taken.start, &organization.zone),
                "expires": output::calendar_time(hold.expires, &organization.zone),
                "seconds": SECONDS,
                "bookingResourceIdList": taken.resources,
                "organizationId": organization.record.id,
            });
            Ok(Reply::json(&answer).status(201).done("held"))
        })
    });
    reply.await
}

/// `DELETE …/bookingSlot/hold/{holdToken}/release`; a hold that has ended by itself is no mistake.
pub(crate) async fn release(service: &Service, job: &Job<'_>) -> Result<Reply, Failure> {
    let (hold, organization) = (id(job.param("holdToken")), job.organization()?.record.id.clone());
    let now = job.call.now;
    let reply = service.change(job.call, move |tx| {
        let (hold, organization) = (hold.clone(), organization.clone());
        Box::pin(async move {
            if store::find_hold(tx, &organization, &hold, now).await?.is_some() {
                store::end_hold(tx, &hold).await?;
            }
            Ok(Reply::empty().done("released"))
        })
    });
    reply.await
}

//! Links that a customer gets with an appointment: signed, expiring, usable without a login. They show, move and cancel this
//! one appointment and nothing else.

use super::appointments;
use super::change::{self, find};
use super::ics;
use crate::Service;
use crate::access::Organization;
use crate::call::{Call, Caller, Kind};
use crate::dispatch::Job;
use crate::reply::Reply;
use kalends_catalog::locale::Language;
use kalends_engine::problem::{Failure, Problem};
use kalends_engine::record::Record;
use kalends_engine::{Body, Micros};
use kalends_entities as entities;
use kalends_messaging::links::{LinkError, Purpose};
use kalends_messaging::markers::Links;
use kalends_store::records;
use serde_json::{Value, json};
use std::sync::Arc;

/// How long a link lives after the appointment's end: 30 days in microseconds.
const AFTER: Micros = 30 * 24 * 3_600 * 1_000_000;

/// The links of an appointment.
pub(super) fn of(service: &Service, record: &Record) -> Links {
    let end = record.body.get("end").and_then(Value::as_i64).unwrap_or(0);
    let link = |purpose: Purpose, word: &str| {
        // What changes the appointment ends with it, what shows it a while later.
        let expires = if purpose == Purpose::Show { end + AFTER } else { end };
        let token = service.link_keys.token(purpose, &record.id, expires);
        format!("{}/booking/appointment/{word}/{token}", service.public_url)
    };
    Links {
        show: link(Purpose::Show, "show"),
        reschedule: link(Purpose::Move, "move"),
        cancel: link(Purpose::Cancel, "cancel"),
        ics: link(Purpose::Show, "calendar"),
        meeting: String::new(),
    }
}

/// `appointment_links`: the links to hand to the customer.
pub(crate) async fn list(service: &Service, job: &Job<'_>) -> Result<Reply, Failure> {
    let record = find(&mut &service.store, &job.organization()?.record.id, job.param("appointmentId")).await?;
    let links = of(service, &record);
    Ok(Reply::json(&json!({
        "class": "APPOINTMENT_LINKS",
        "appointmentId": record.id,
        "showUrl": links.show,
        "moveUrl": links.reschedule,
        "cancelUrl": links.cancel,
        "calendarUrl": links.ics,
    })))
}

/// What a link is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// See the appointment, without the person.
    Show,
    /// Get it as an iCalendar file.
    Calendar,
    /// Move it to the slot that the body names.
    Move,
    /// Cancel it.
    Cancel,
}

impl Service {
    /// Does what a link allows.
    ///
    /// # Errors
    /// `link_invalid` (404), `link_expired` (410); those of moving and canceling by a module.
    pub async fn by_link(
        &self,
        what: Use,
        token: &str,
        body: &Body,
        language: Language,
        request_id: &str,
    ) -> Result<Reply, Failure> {
        let now = self.clock.now();
        let purpose = match what {
            Use::Show | Use::Calendar => Purpose::Show,
            Use::Move => Purpose::Move,
            Use::Cancel => Purpose::Cancel,
        };
        let id = self.link_keys.verify(purpose, token, now).map_err(|error| match error {
            LinkError::Expired => Problem::new("link_expired").with_status(410),
            LinkError::Invalid => Problem::new("link_invalid").with_status(404),
        })?;
        let found = records::find_anywhere(&mut &self.store, entities::appointment::ENTITY.prefix, id).await?;
        let record = found.ok_or_else(|| Problem::new("link_invalid").with_status(404))?;
        let organization = self.organization(&record.organization_id).await?;
        let call = Call { language, request_id: Arc::from(request_id), ..self.link_call(&organization) };
        match what {
            Use::Show => appointments::protected(self, &organization, &record).await,
            Use::Calendar => ics::file(self, &organization, &record).await,
            Use::Move => change::shift_by(self, &call, &organization, &record.id, body).await,
            Use::Cancel => change::cancel_by(self, &call, &organization, &record.id).await,
        }
    }

    /// Whoever has a link is bound by what binds a module.
    fn link_call(&self, organization: &Organization) -> Call {
        let caller =
            Caller { kind: Kind::Module, organization_id: Some(organization.record.id.clone()), ..Caller::system() };
        Call { caller: Arc::new(caller), ..Call::system(self.clock.now(), Arc::clone(&self.entropy)) }
    }
}

//! Effective hours and allowed starts: through the tree of organizations, of one booking resource, with exceptions.
//!
//! The rule (PLATFORM section 6 and 7): whoever has written about a time has its own hours there, otherwise those from above. An
//! organization's exceptions for all shape what is inherited from it; its own booking resources are bound by them in any
//! case.

use super::plan::{self, GridSetting};
use crate::access::Organization;
use kalends_engine::Micros;
use kalends_engine::output;
use kalends_engine::problem::Failure;
use kalends_engine::record::Record;
use kalends_entities as entities;
use kalends_scheduling::availability::{self, Exception};
use kalends_scheduling::grid::{self, Grid};
use kalends_scheduling::span::{Span, Spans};
use kalends_store::calendar;
use kalends_store::records::Reader;
use std::collections::HashMap;

/// What was written about a span, by owner: for which part of it, and the hours there.
pub(super) type Written = HashMap<String, (Spans, Spans)>;

/// What an organization's tree and some of its booking resources have written about a span, and the exceptions in it.
pub(super) struct Book {
    written: Written,
    exceptions: Vec<calendar::Exception>,
    span: Span,
}

impl Book {
    /// Reads it, one query a table.
    pub(super) async fn read<'a>(
        reader: &mut impl Reader,
        organization: &'a Organization,
        resources: impl Iterator<Item = &'a str>,
        span: Span,
    ) -> Result<Self, Failure> {
        let lineage: Vec<&str> = organization.lineage.iter().map(String::as_str).collect();
        let owners: Vec<&str> = lineage.iter().copied().chain(resources).collect();
        let written = calendar::availability(reader, &owners, span.start, span.end).await?;
        let written = written
            .into_iter()
            .map(|(owner, (defined, open))| (owner, (spans(&defined).clip(span), spans(&open).clip(span))))
            .collect();
        let exceptions = calendar::exceptions(reader, &lineage, span.start, span.end).await?;
        Ok(Self { written, exceptions, span })
    }

    /// The organization's hours, without its own exceptions.
    pub(super) fn organization(&self, organization: &Organization) -> Spans {
        let mut hours = Spans::default();
        for (depth, id) in organization.lineage.iter().enumerate() {
            if let Some((defined, open)) = self.written.get(id).filter(|_| organization.own_hours[depth]) {
                hours = availability::layered(defined, open, &hours);
            }
            if *id != organization.record.id {
                let above = self.exceptions_where(|exception| {
                    exception.organization_id == *id
                        && exception.resource_id.is_empty()
                        && exception.template_id.is_empty()
                });
                hours = self.shaped(&hours, &above);
            }
        }
        hours
    }

    /// A booking resource's hours, without exceptions; `organization` are those it has where it has none of its own.
    pub(super) fn resource(&self, id: &str, organization: &Spans) -> Spans {
        match self.written.get(id) {
            Some((defined, open)) => availability::layered(defined, open, organization),
            None => organization.clone(),
        }
    }

    /// A booking resource's hours with the exceptions that concern it, for one template or (empty) for none in particular.
    pub(super) fn with_exceptions(
        &self,
        organization: &Organization,
        hours: &Spans,
        resource_id: &str,
        template_id: &str,
    ) -> Spans {
        let concerning = self.exceptions_where(|exception| {
            exception.organization_id == organization.record.id
                && (exception.resource_id.is_empty() || exception.resource_id == resource_id)
                && (exception.template_id.is_empty() || exception.template_id == template_id)
        });
        self.shaped(hours, &concerning)
    }

    fn exceptions_where(&self, concerns: impl Fn(&calendar::Exception) -> bool) -> Vec<Exception> {
        let concerning = self.exceptions.iter().filter(|exception| concerns(exception));
        concerning
            .map(|exception| Exception {
                free: exception.free,
                span: Span { start: exception.start, end: exception.end },
                level: u8::from(!exception.resource_id.is_empty()) + u8::from(!exception.template_id.is_empty()),
            })
            .collect()
    }

    fn shaped(&self, hours: &Spans, exceptions: &[Exception]) -> Spans {
        if exceptions.is_empty() {
            return hours.clone();
        }
        availability::with_exceptions(hours, exceptions).clip(self.span)
    }
}

/// Rows as spans.
fn spans(rows: &[(i64, i64)]) -> Spans {
    Spans::new(rows.iter().map(|(start, end)| Span { start: *start, end: *end }))
}

/// An organization's hours over a span, with what is inherited.
///
/// # Errors
/// Those of the database.
pub(crate) async fn of_organization(
    reader: &mut impl Reader,
    organization: &Organization,
    span: Span,
) -> Result<Spans, Failure> {
    let book = Book::read(reader, organization, std::iter::empty(), span).await?;
    Ok(book.organization(organization))
}

/// A booking resource's hours over a span, with what is inherited, and with exceptions when they are asked for.
///
/// # Errors
/// Those of the database.
pub(crate) async fn of_resource(
    reader: &mut impl Reader,
    organization: &Organization,
    record: &Record,
    span: Span,
    with_exceptions: bool,
) -> Result<Spans, Failure> {
    let own = Some(record.id.as_str()).filter(|_| has_own_hours(record));
    let book = Book::read(reader, organization, own.into_iter(), span).await?;
    let hours = book.resource(&record.id, &book.organization(organization));
    Ok(if with_exceptions { book.with_exceptions(organization, &hours, &record.id, "") } else { hours })
}

/// Whether a booking resource has hours of its own where any are written; otherwise it always has its organization's.
pub(super) fn has_own_hours(record: &Record) -> bool {
    let level = record.body.get("availability").and_then(|setting| setting.get("inheritance")?.as_str());
    level != Some("ORGANIZATION")
}

/// Allowed starts over a span, of an organization or of one of its templates.
///
/// # Errors
/// Those of the database.
pub(crate) async fn starts_of(
    reader: &mut impl Reader,
    organization: &Organization,
    template: Option<&Record>,
    span: Span,
) -> Result<Vec<Micros>, Failure> {
    let setting = match template {
        Some(template) => {
            let entity = &entities::appointment_template::ENTITY;
            let effective = output::effective(entity, &template.body, organization.view());
            plan::grid(template, &effective)
        }
        None => plan::grid(&Record::default(), &organization.effective),
    };
    starts(reader, organization, template.map(|template| template.id.as_str()), setting, span).await
}

/// Allowed starts by a setting.
pub(super) async fn starts(
    reader: &mut impl Reader,
    organization: &Organization,
    template_id: Option<&str>,
    setting: GridSetting,
    span: Span,
) -> Result<Vec<Micros>, Failure> {
    let zone = &organization.zone;
    let with_template = match setting {
        GridSetting::Every(minutes) => return Ok(grid::starts(&Grid::Every(minutes), zone, span)),
        GridSetting::Written(with_template) => with_template,
    };
    let own = template_id.filter(|_| with_template);
    let owners: Vec<&str> = organization.lineage.iter().map(String::as_str).chain(own).collect();
    let mut written = calendar::time_grids(reader, &owners, span.start, span.end).await?;
    // Where nobody in the tree has written any, every quarter of an hour is allowed.
    let mut starts = grid::starts(&Grid::Every(15), zone, span);
    for owner in owners {
        if let Some((defined, own)) = written.remove(owner) {
            starts = grid::layered(&spans(&defined), own, starts);
        }
    }
    Ok(starts)
}

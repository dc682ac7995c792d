//! Days, weeks and months of a path, in the organization's zone.

use crate::dispatch::Job;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use kalends_engine::output;
use kalends_engine::problem::Failure;
use kalends_scheduling::local;
use kalends_scheduling::span::Span;
use serde_json::{Value, json};

/// Years that the calendar knows (issue "Scheduling").
const YEARS: std::ops::RangeInclusive<i16> = 1970..=2200;

/// A range of whole local days.
#[derive(Debug, Clone)]
pub(crate) struct CalendarRange {
    /// From local midnight to local midnight.
    pub span: Span,
    zone: TimeZone,
    zone_name: String,
}

impl CalendarRange {
    /// Its local days.
    pub(crate) fn days(&self) -> Vec<Date> {
        let last = local::date_of(self.span.end - 1, &self.zone);
        let first = local::date_of(self.span.start, &self.zone);
        first.series(jiff::Span::new().days(1)).take_while(|date| *date <= last).collect()
    }

    /// A `RANGE_LIST`; `rangeEnd` is exclusive.
    pub(crate) fn list(&self, list: Vec<Value>) -> Value {
        json!({
            "class": "RANGE_LIST",
            "rangeStart": output::calendar_time(self.span.start, &self.zone),
            "rangeEnd": output::calendar_time(self.span.end, &self.zone),
            "timeZone": self.zone_name,
            "list": list,
        })
    }
}

/// The range that a path names by `year` and `week`, `month`, or `month` and `day`.
///
/// # Errors
/// `bad_year`, `bad_month`, `bad_week`, `bad_day`, `bad_date` (400) naming the parameter.
pub(crate) fn calendar_range(job: &Job<'_>) -> Result<CalendarRange, Failure> {
    let organization = job.organization()?;
    let zone = &organization.zone;
    let number = |name: &'static str| -> Result<i16, Failure> {
        let text = job.param(name);
        let digits = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|_| digits);
        number.ok_or_else(|| Failure::invalid_at("bad_date", name))
    };
    let small = |name: &'static str| Ok::<i8, Failure>(i8::try_from(number(name)?).unwrap_or(i8::MAX));
    let year = number("year")?;
    if !YEARS.contains(&year) {
        return Err(Failure::invalid_at("bad_year", "year"));
    }
    let bad = |code: &'static str, name: &'static str| move || Failure::invalid_at(code, name);
    let span = if !job.param("week").is_empty() {
        local::week(year, small("week")?, zone).ok_or_else(bad("bad_week", "week"))?
    } else {
        let month = small("month")?;
        let whole = local::month(year, month, zone).ok_or_else(bad("bad_month", "month"))?;
        if job.param("day").is_empty() {
            whole
        } else {
            let date = Date::new(year, month, small("day")?).map_err(|_| bad("bad_day", "day")())?;
            local::day(date, zone)
        }
    };
    let zone_name = organization.effective.get("settings.timeZone").and_then(Value::as_str).unwrap_or("UTC").to_owned();
    Ok(CalendarRange { span, zone: zone.clone(), zone_name })
}

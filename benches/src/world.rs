//! The fixed data set of `./bench scheduling`: an organization with employees, rooms, templates, and appointments on file.

use crate::Outcome;
use crate::program::Program;
use crate::seed::{self, Numbers, Taken};
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use kalends_engine::clock::{Clock, SystemClock};
use kalends_store::{StoreError, params, records};
use kalends_testkit::client::Caller;
use serde_json::{Value, json};

/// Employees in all that templates name, with those of the cost curve.
const EMPLOYEES: usize = 1_000;
/// Of them, those with hours of their own; the others have the organization's.
const OWN_HOURS: usize = 50;
/// Employees who are booked out for eleven months.
const BUSY: usize = 5;
/// Employees no template names.
pub(crate) const ELSEWHERE: usize = 100;
/// Rooms.
const ROOMS: usize = 10;
/// A minute in microseconds.
const MINUTE: i64 = 60_000_000;

/// A booking resource.
#[derive(Debug, Clone)]
struct Resource {
    id: String,
    seq: i64,
}

/// The data set.
pub(crate) struct World {
    /// The organization.
    pub organization: String,
    /// First day of the month that is asked for.
    pub month: Date,
    /// A day in it.
    pub day: Date,
    /// Template of the first 20 employees, 15 minutes.
    pub simple: String,
    /// Template of two of 50 employees and a room, 30 minutes.
    pub complex: String,
    /// Template whose five employees are booked out for eleven months, 60 minutes.
    pub booked_out: String,
    /// Templates of two of so many employees and a room, 30 minutes.
    pub curve: Vec<(usize, String)>,
    elsewhere: Vec<Resource>,
    days: Vec<Date>,
    now: i64,
}

fn text(value: &Value, name: &str) -> Outcome<String> {
    Ok(value[name].as_str().ok_or_else(|| format!("{name} in {value}"))?.to_owned())
}

/// The instant of a local time in Berlin, in microseconds.
fn at(date: Date, minute: i64) -> Outcome<i64> {
    let zone = TimeZone::get("Europe/Berlin")?;
    Ok(date.at(0, 0, 0, 0).checked_add(minute.minutes())?.to_zoned_datetime(zone)?.timestamp().as_microsecond())
}

/// Makes it, through the API where a business would, through the store where it is too much for that.
pub(crate) async fn make(program: &Program) -> Outcome<World> {
    let now = SystemClock.now();
    let today = Timestamp::from_microsecond(now)?.to_zoned_datetime(TimeZone::get("Europe/Berlin")?).date();
    let month = today.first_of_month().checked_add(1.month())?;
    let days: Vec<Date> = (0..400)
        .map(|day| today.checked_add(day.days()))
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .filter(|day| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday))
        .collect();
    let root = program.caller(program.text("/organizationId")).await?;
    let document = json!({"name": "Bench", "settings": {"timeZone": "Europe/Berlin", "moduleBookingDayLatest": 3650}});
    let organization = text(root.post("/organization/addSub", document).await.content(201), "id")?;
    let app = program.caller(&organization).await?;
    open(&app, "", today, &days).await?;

    let mut numbers = Numbers::new(3);
    for count in 0..EMPLOYEES + BUSY + ELSEWHERE {
        let (first, last) = seed::name(&mut numbers);
        let added = app.post("/employee/add", json!({"firstName": first, "lastName": last})).await;
        if count < OWN_HOURS {
            open(&app, &format!("/employee/{}", text(added.content(201), "id")?), today, &days).await?;
        }
    }
    for count in 1..=ROOMS {
        let added = app.post("/resource/add", json!({"name": format!("Room {count}"), "category": "ROOM"})).await;
        added.content(201);
    }
    let sql = "SELECT id, seq FROM record WHERE entity = 'br' AND organization_id = $1 ORDER BY seq";
    let rows = program.store.query(sql, &params![organization.as_str()]).await?;
    let mut resources: Vec<Resource> =
        rows.into_iter().map(|mut row| Resource { seq: row.int(1), id: row.take_text(0) }).collect();
    if resources.len() != EMPLOYEES + BUSY + ELSEWHERE + ROOMS {
        return Err(format!("{} booking resources", resources.len()).into());
    }
    let rooms = resources.split_off(EMPLOYEES + BUSY + ELSEWHERE);
    let elsewhere = resources.split_off(EMPLOYEES + BUSY);
    let busy = resources.split_off(EMPLOYEES);

    let simple = simple(program, &app, 15, &resources[..20]).await?;
    let booked_out = self::simple(program, &app, 60, &busy).await?;
    let complex = complex(program, &app, &resources[..OWN_HOURS], &rooms).await?;
    let mut curve = Vec::new();
    for count in [10, 100, EMPLOYEES] {
        curve.push((count, self::complex(program, &app, &resources[..count], &rooms).await?));
    }

    let day = days.iter().find(|day| **day >= month).copied().unwrap_or(month);
    let world = World { organization, month, day, simple, complex, booked_out, curve, elsewhere, days, now };
    let taken = world.on_file(&resources[..OWN_HOURS], &rooms, 20_000)?;
    seed::appointments(&program.store, &world.organization, "file", &taken, now).await?;
    let free_again = today.checked_add(11.months())?;
    let mut taken = Vec::new();
    for day in world.days.iter().filter(|day| **day < free_again) {
        for hour in 9..17 {
            let (start, end) = (at(*day, hour * 60)?, at(*day, hour * 60 + 60)?);
            taken.extend(busy.iter().map(|resource| Taken { start, end, resources: vec![resource.seq] }));
        }
    }
    seed::appointments(&program.store, &world.organization, "busy", &taken, now).await?;
    Ok(world)
}

/// Hours on working days from nine to five.
async fn open(app: &Caller, path: &str, today: Date, days: &[Date]) -> Outcome {
    let instant = |micros: i64| Timestamp::from_microsecond(micros).map(|instant| instant.to_string());
    let mut pieces = Vec::new();
    for day in days {
        pieces.push(json!({"start": instant(at(*day, 9 * 60)?)?, "end": instant(at(*day, 17 * 60)?)?}));
    }
    let (start, end) = (at(today, 0)?, at(today.checked_add(400.days())?, 0)?);
    let document = json!({"rangeStart": instant(start)?, "rangeEnd": instant(end)?, "availability": pieces});
    app.put(&format!("{path}/availability/edit"), document).await.content(200);
    Ok(())
}

async fn simple(program: &Program, app: &Caller, minutes: i64, resources: &[Resource]) -> Outcome<String> {
    let document = json!({"type": "SIMPLE", "name": "Simple", "duration": minutes});
    let id = text(app.post("/appointmentTemplate/add", document).await.content(201), "id")?;
    link(program, "appointmentTemplate_bookingResource", &id, resources).await?;
    Ok(id[2..].to_owned())
}

async fn complex(program: &Program, app: &Caller, employees: &[Resource], rooms: &[Resource]) -> Outcome<String> {
    let document = json!({"type": "COMPLEX", "name": "Complex", "duration": 30});
    let id = text(app.post("/appointmentTemplate/add", document).await.content(201), "id")?;
    for (quantity, resources) in [(2, employees), (1, rooms)] {
        let document = json!({"name": "Step", "selectionQuantity": quantity, "selectionDisplay": "SYSTEM"});
        let path = format!("/appointmentTemplate/{id}/appointmentTemplateStep/add");
        let step = text(app.post(&path, document).await.content(201), "id")?;
        link(program, "appointmentTemplateStep_bookingResource", &step, resources).await?;
    }
    Ok(id[2..].to_owned())
}

/// Links before anybody has read the template: the running program has nothing to forget.
async fn link(program: &Program, relation: &'static str, left: &str, resources: &[Resource]) -> Outcome {
    let (left, resources, now) = (left.to_owned(), resources.to_vec(), SystemClock.now());
    let linked = program.store.write(move |tx| {
        let (left, resources) = (left.clone(), resources.clone());
        Box::pin(async move {
            for resource in resources {
                records::link(tx, relation, &left, &resource.id, now).await?;
            }
            Ok::<_, StoreError>(())
        })
    });
    Ok(linked.await?)
}

impl World {
    /// Appointments of two employees and a room for half an hour, spread over twelve months.
    fn on_file(&self, employees: &[Resource], rooms: &[Resource], number: usize) -> Outcome<Vec<Taken>> {
        let mut numbers = Numbers::new(4);
        let days: Vec<Date> = self.days.iter().filter(|day| **day >= self.month).copied().take(260).collect();
        let mut taken = Vec::with_capacity(number);
        for count in 0..number {
            let (day, turn) = (days[count % days.len()], count / days.len());
            // So many appointments begin at each half hour of a day, in as many rooms.
            let (half, room) = (turn % 16, turn / 16);
            let begin = at(day, 9 * 60)? + i64::try_from(half)? * 30 * MINUTE;
            // Five pairs of employees serve each room that is used, one of them at a time: nobody is in two rooms.
            let pair = 2 * (room * 5 + numbers.below(5));
            let pair = employees.get(pair..pair + 2).ok_or("more appointments than pairs of employees")?;
            let room = rooms.get(room).ok_or("more appointments than rooms")?.seq;
            taken.push(Taken {
                start: begin,
                end: begin + 30 * MINUTE,
                resources: vec![pair[0].seq, pair[1].seq, room],
            });
        }
        Ok(taken)
    }

    /// Appointments of employees whom no template names, a quarter of an hour each, over the same twelve months.
    pub(crate) async fn elsewhere(&self, program: &Program, numbers: std::ops::Range<usize>) -> Outcome {
        let days: Vec<Date> = self.days.iter().filter(|day| **day >= self.month).copied().take(260).collect();
        let mut taken = Vec::with_capacity(numbers.len());
        let name = format!("other{}", numbers.start);
        for number in numbers {
            let (resource, turn) = (&self.elsewhere[number % ELSEWHERE], number / ELSEWHERE);
            let (day, quarter) = (days[turn % days.len()], turn / days.len());
            let start = at(day, 9 * 60)? + i64::try_from(quarter)? * 15 * MINUTE;
            taken.push(Taken { start, end: start + 15 * MINUTE, resources: vec![resource.seq] });
        }
        seed::appointments(&program.store, &self.organization, &name, &taken, self.now).await
    }

    /// The path of a template's slots.
    pub(crate) fn slots(&self, template: &str, rest: &str) -> String {
        crate::program::path(&self.organization, &format!("/bookingTemplate/fc{template}/bookingSlot/{rest}"))
    }

    /// Working days of the month that is asked for.
    pub(crate) fn working_days(&self) -> impl Iterator<Item = Date> {
        self.days.iter().copied().filter(|day| day.first_of_month() == self.month)
    }
}

//! A model of everything that takes time: random bookings, moves, cancellations, exceptions, holds and their end, places
//! of an event, step by step beside a list in memory.

use super::equals::cases;
use super::fixture::{Scene, text};
use super::reference::{Exception, Range, World};
use super::worlds::{Made, exception, world};
use kalends_testkit::app::{On, TestApp};
use kalends_testkit::client::Answer;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tokio::runtime::Runtime;

/// Seconds that a hold lasts.
const HOLD: i64 = 300;
/// Minute of the event, far from everything else, and its places.
const EVENT: i64 = 2_000;
const PLACES: usize = 3;

/// One step; numbers choose among what is there, modulo its length.
#[derive(Debug, Clone)]
enum Step {
    /// A start (any minute of the grid, whether offered or not) and a team by hand.
    Book(usize, usize),
    /// One of the listed slots.
    BookSlot(usize),
    /// An appointment to a start with a team.
    Move(usize, usize, usize),
    /// An appointment to one of the slots that are listed for it.
    MoveSlot(usize, usize),
    Cancel(usize),
    Except(Exception),
    Unexcept(usize),
    Hold(usize),
    /// The held slot is booked, with the token or (which must fail while the hold lasts) without it.
    BookHeld(usize, bool),
    Release(usize),
    /// Seconds go by.
    Wait(i64),
    Attend,
    HoldPlace,
    Leave(usize),
}

fn step(people: usize) -> impl Strategy<Value = Step> {
    let any = 0..1_000usize;
    prop_oneof![
        3 => (any.clone(), any.clone()).prop_map(|(start, team)| Step::Book(start, team)),
        4 => any.clone().prop_map(Step::BookSlot),
        2 => (any.clone(), any.clone(), any.clone()).prop_map(|(which, start, team)| Step::Move(which, start, team)),
        2 => (any.clone(), any.clone()).prop_map(|(which, slot)| Step::MoveSlot(which, slot)),
        2 => any.clone().prop_map(Step::Cancel),
        1 => exception(people).prop_map(Step::Except),
        1 => any.clone().prop_map(Step::Unexcept),
        3 => any.clone().prop_map(Step::Hold),
        2 => (any.clone(), prop::bool::weighted(0.7)).prop_map(|(which, token)| Step::BookHeld(which, token)),
        1 => any.clone().prop_map(Step::Release),
        // Exactly its length, a second less, a second more, and something in between.
        1 => prop::sample::select([60, HOLD - 1, HOLD, HOLD + 1].as_slice()).prop_map(Step::Wait),
        1 => Just(Step::Attend),
        1 => Just(Step::HoldPlace),
        1 => any.prop_map(Step::Leave),
    ]
}

fn walk() -> impl Strategy<Value = (World, Vec<Step>)> {
    world().prop_flat_map(|mut world| {
        // The clock moves here: what depends on it is the business of another test.
        (world.lead, world.days) = (0, (0, 400));
        let steps = prop::collection::vec(step(world.people.len()), 10..40);
        (Just(world), steps)
    })
}

fn run(on: On, usual: u32) {
    let runtime = Runtime::new().expect("a runtime");
    let app = runtime.block_on(TestApp::start(on));
    let outcome = TestRunner::new(cases(usual)).run(&walk(), |(world, steps)| {
        runtime.block_on(async {
            let mut model = Model::new(&app, world).await;
            for step in steps {
                model.take(&step).await;
                model.compare(&step).await;
            }
        });
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

#[test]
fn sqlite() {
    run(On::Sqlite, 16);
}

#[test]
fn postgres() {
    run(On::Postgres, 4);
}

/// An appointment or a hold.
#[derive(Debug, Clone)]
struct Taken {
    /// The appointment's id or the hold's token.
    id: String,
    start: i64,
    team: u8,
    /// For holds: the slot, what it let the customer choose, and when it ends, in seconds.
    slot: String,
    chosen: u8,
    ends: i64,
}

/// What is known without asking.
struct Model<'a> {
    app: &'a TestApp,
    world: World,
    made: Made,
    /// Seconds since the beginning.
    now: i64,
    booked: Vec<Taken>,
    held: Vec<Taken>,
    /// Ids of the exceptions that were added, in the order of the last ones of the world.
    exceptions: Vec<String>,
    event: String,
    attending: Vec<String>,
    /// Ends of held places.
    places_held: Vec<i64>,
}

impl<'a> Model<'a> {
    async fn new(app: &'a TestApp, world: World) -> Self {
        let made = Made::new(app, &world).await;
        let event = made.scene.template("EVENT", json!({"duration": 30})).await;
        let date = json!({
            "start": world.text(EVENT), "bookingResourceIdList": [made.people[0].id],
            "appointmentEventAttendanceCountMax": PLACES,
        });
        let path = format!("/appointmentTemplate/ea{event}/appointmentTemplateEventDateTime/add");
        made.scene.app.post(&path, date).await.content(201);
        Self {
            app,
            world,
            made,
            now: 0,
            booked: Vec::new(),
            held: Vec::new(),
            exceptions: Vec::new(),
            event,
            attending: Vec::new(),
            places_held: Vec::new(),
        }
    }

    /// The world as it is now, without what one appointment and one hold take.
    fn now_without(&self, booked: Option<usize>, held: Option<usize>) -> World {
        let mut world = self.world.clone();
        let mut occupy = |taken: &Taken| {
            let range: Range = self.world.occupied(taken.start);
            for (person, of) in world.people.iter_mut().enumerate() {
                if taken.team >> person & 1 == 1 {
                    of.busy.push(range);
                }
            }
        };
        self.booked.iter().enumerate().filter(|(index, _)| Some(*index) != booked).for_each(|(_, one)| occupy(one));
        let alive = |(index, one): &(usize, &Taken)| Some(*index) != held && one.ends > self.now;
        self.held.iter().enumerate().filter(alive).for_each(|(_, one)| occupy(one));
        world
    }

    /// Some start and some team of the right size.
    fn wanted(&self, start: usize, team: usize) -> Option<(i64, u8)> {
        let starts: Vec<i64> = World::MINUTES.filter(|start| self.world.is_allowed(*start)).collect();
        let needs = self.world.needs();
        let size: u32 = needs.iter().map(|need| need.quantity).sum();
        let able = needs.iter().fold(0, |list, need| list | need.list);
        let teams: Vec<u8> = (1..=u8::MAX).filter(|team| team & !able == 0 && team.count_ones() == size).collect();
        Some((*starts.get(start % starts.len().max(1))?, *teams.get(team % teams.len().max(1))?))
    }

    /// The answer must be a success exactly when the model says so; the success's content.
    fn expect(answer: &Answer, possible: bool, success: u16, what: &Step) -> Option<Value> {
        let wanted = if possible { success } else { 409 };
        assert_eq!(answer.status, wanted, "{what:?}: {}", answer.text);
        possible.then(|| answer.json["content"].clone())
    }

    async fn took(&self, content: &Value, start: i64, chosen: u8, before: &World) -> Taken {
        let id = text(content, "id");
        let team = self.made.team_of(&id).await;
        assert!(before.teams(start).iter().any(|one| one.1 == team), "{start}: {team:b} is no team");
        Taken { id, start, team, slot: String::new(), chosen, ends: 0 }
    }

    async fn take(&mut self, step: &Step) {
        match step {
            Step::Book(start, team) => {
                let Some((start, team)) = self.wanted(*start, *team) else { return };
                let world = self.now_without(None, None);
                let possible = world.teams(start).iter().any(|one| one.1 == team);
                let answer = self.made.book(&self.world, start, team).await;
                if let Some(content) = Self::expect(&answer, possible, 201, step) {
                    let taken = self.took(&content, start, team, &world).await;
                    assert_eq!(taken.team, team);
                    self.booked.push(taken);
                }
            }
            Step::BookSlot(which) => {
                let listed = self.made.listed(&self.world, false, "").await;
                let Some((start, chosen, slot)) = listed.get(which % listed.len().max(1)) else { return };
                let world = self.now_without(None, None);
                let answer = self.made.scene.book(slot).await;
                let content = Self::expect(&answer, true, 201, step).unwrap_or_default();
                self.booked.push(self.took(&content, *start, *chosen, &world).await);
            }
            Step::Move(which, start, team) => {
                let Some((start, team)) = self.wanted(*start, *team) else { return };
                let Some(place) = index(*which, self.booked.len()) else { return };
                let world = self.now_without(Some(place), None);
                let possible = world.teams(start).iter().any(|one| one.1 == team);
                let body = json!({"start": self.world.text(start), "bookingResourceIdList": self.made.ids(team)});
                self.shift(place, body, (start, team), possible, &world, step).await;
            }
            Step::MoveSlot(which, slot) => {
                let Some(place) = index(*which, self.booked.len()) else { return };
                let query = format!("?appointmentId={}", self.booked[place].id);
                let listed = self.made.listed(&self.world, false, &query).await;
                let world = self.now_without(Some(place), None);
                let offers: BTreeSet<(i64, u8)> = listed.iter().map(|slot| (slot.0, slot.1)).collect();
                assert_eq!(offers, world.offers(), "what is listed for a move");
                let Some((start, chosen, slot)) = listed.get(slot % listed.len().max(1)) else { return };
                let body = json!({"bookingSlotId": slot});
                self.shift(place, body, (*start, *chosen), true, &world, step).await;
            }
            Step::Cancel(which) => {
                let Some(place) = index(*which, self.booked.len()) else { return };
                self.made.cancel(&self.booked.remove(place).id).await;
            }
            Step::Except(exception) => {
                self.exceptions.push(self.made.except(&self.world, exception).await);
                self.world.exceptions.push(exception.clone());
            }
            Step::Unexcept(which) => {
                let Some(place) = index(*which, self.exceptions.len()) else { return };
                let own = self.world.exceptions.len() - self.exceptions.len();
                let path = format!("/availabilityException/{}/delete", self.exceptions.remove(place));
                self.made.scene.app.delete(&path).await.content(200);
                self.world.exceptions.remove(own + place);
            }
            Step::Hold(_) | Step::BookHeld(..) | Step::Release(_) | Step::Wait(_) => self.hold(step).await,
            Step::Attend | Step::HoldPlace | Step::Leave(_) => self.attend(step).await,
        }
    }

    async fn shift(
        &mut self,
        place: usize,
        body: Value,
        (start, chosen): (i64, u8),
        possible: bool,
        world: &World,
        step: &Step,
    ) {
        let path = format!("/appointment/{}/move", self.booked[place].id);
        let answer = self.made.scene.app.put(&path, body).await;
        if let Some(content) = Self::expect(&answer, possible, 200, step) {
            let taken = self.took(&content, start, chosen, world).await;
            let before = &self.booked[place];
            assert_eq!(taken.id, before.id);
            // Whoever serves it goes on serving it if nothing else was wanted.
            if world.teams(start).contains(&(chosen, before.team)) && matches!(step, Step::MoveSlot(..)) {
                assert_eq!(taken.team, before.team, "{step:?}");
            }
            self.booked[place] = taken;
        }
    }

    async fn hold(&mut self, step: &Step) {
        match step {
            Step::Hold(which) => {
                let listed = self.made.listed(&self.world, true, "").await;
                let Some((start, chosen, slot)) = listed.get(which % listed.len().max(1)) else { return };
                let world = self.now_without(None, None);
                let answer = self.made.scene.module.send("POST", &format!("/bookingSlot/{slot}/hold"), None).await;
                let content = answer.content(201);
                let ids = content["bookingResourceIdList"].as_array().expect("a list");
                let team = self.made.team(ids.iter().filter_map(Value::as_str));
                assert!(world.teams(*start).contains(&(*chosen, team)), "{start}: {team:b} for {chosen:b}");
                let (id, slot, ends) = (text(content, "holdToken"), slot.clone(), self.now + HOLD);
                self.held.push(Taken { id, start: *start, team, slot, chosen: *chosen, ends });
            }
            Step::BookHeld(which, with_token) => {
                let Some(place) = index(*which, self.held.len()) else { return };
                let hold = self.held[place].clone();
                let world = self.now_without(None, with_token.then_some(place));
                let possible = world.teams(hold.start).iter().any(|team| team.0 == hold.chosen);
                let mut body = json!({"bookingSlotId": hold.slot, "customer": {"lastName": "Holder"}});
                if *with_token {
                    body["holdToken"] = json!(hold.id);
                }
                let answer = self.made.scene.module.post("/appointment/add", body).await;
                if let Some(content) = Self::expect(&answer, possible, 201, step) {
                    self.booked.push(self.took(&content, hold.start, hold.chosen, &world).await);
                    if *with_token {
                        self.held.remove(place);
                    }
                }
            }
            Step::Release(which) => {
                let Some(place) = index(*which, self.held.len()) else { return };
                let path = format!("/bookingSlot/hold/{}/release", self.held.remove(place).id);
                self.made.scene.module.delete(&path).await.content(200);
            }
            Step::Wait(seconds) => {
                self.app.clock.advance(*seconds);
                self.now += seconds;
                // Tokens end as well.
                self.made.scene = Scene::of(self.app, self.made.scene.id.clone()).await;
            }
            _ => unreachable!("another kind of step"),
        }
    }

    fn places_left(&self) -> usize {
        PLACES - self.attending.len() - self.places_held.iter().filter(|ends| **ends > self.now).count()
    }

    async fn attend(&mut self, step: &Step) {
        let date = self.world.wall(EVENT).date().to_string();
        let slots = self.made.scene.day(&self.event, &date).await;
        let left = self.places_left();
        assert_eq!(slots.len(), usize::from(left > 0), "{left} places left: {slots:?}");
        match (step, slots.first()) {
            (Step::Attend, Some(slot)) => {
                let content = self.made.scene.book(&slot.slot).await.content(201).clone();
                self.attending.push(text(&content, "id"));
            }
            (Step::HoldPlace, Some(slot)) => {
                let path = format!("/bookingSlot/{}/hold", slot.slot);
                self.made.scene.module.send("POST", &path, None).await.content(201);
                self.places_held.push(self.now + HOLD);
            }
            (Step::Attend, None) => {
                let body = json!({"bookingTemplateId": format!("fc{}", self.event), "start": self.world.text(EVENT)});
                let answer = self.made.scene.app.post("/appointment/add", body).await;
                assert_eq!((answer.status, answer.codes()), (409, vec!["slot_taken"]), "{}", answer.text);
            }
            (Step::Leave(which), _) => {
                let Some(place) = index(*which, self.attending.len()) else { return };
                self.made.cancel(&self.attending.remove(place)).await;
            }
            _ => {}
        }
    }

    /// What is offered now is what the model says.
    async fn compare(&self, step: &Step) {
        let listed = self.made.listed(&self.world, false, "").await;
        let offers: BTreeSet<(i64, u8)> = listed.iter().map(|slot| (slot.0, slot.1)).collect();
        assert_eq!(offers, self.now_without(None, None).offers(), "after {step:?}");
    }
}

fn index(which: usize, length: usize) -> Option<usize> {
    (length > 0).then(|| which % length)
}

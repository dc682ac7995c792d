//! An organization with nothing in it but what a scenario makes.

use kalends_testkit::app::TestApp;
use kalends_testkit::client::{Answer, Caller};
use serde_json::{Value, json};

/// An organization of a scenario.
pub(crate) struct Scene {
    /// The demo app in it.
    pub app: Caller,
    /// Its id.
    pub id: String,
    /// Its first slots are read through the Module API when a module is asked.
    pub module: Caller,
}

/// A booking resource: the id of its owner's path and its own.
#[derive(Clone)]
pub(crate) struct Resource {
    /// `employee/Eh…` or `resource/73…`.
    pub path: String,
    /// `br…`.
    pub id: String,
}

/// A time that is offered.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Offered {
    /// `2027-02-01T09:00:00+01:00`.
    pub at: String,
    /// The slot's id.
    pub slot: String,
    /// The resources it names.
    pub resources: Vec<String>,
}

impl Scene {
    /// A root organization of its own, 30-minute grid, no booking window in the way.
    pub(crate) async fn new(app: &TestApp) -> Self {
        Self::with(app, json!({"timeGrid": "MINUTES_30"})).await
    }

    /// The same with other settings.
    pub(crate) async fn with(app: &TestApp, settings: Value) -> Self {
        let root = app.demo().await;
        // Nothing above the scene: the demo organization's own hours would be inherited.
        let closed = json!({"rangeStart": "2026-01-01T00:00:00+01:00", "rangeEnd": "2030-01-01T00:00:00+01:00", "availability": []});
        root.put("/availability/edit", closed).await.content(200);
        let mut document =
            json!({"name": "Scene", "settings": {"timeZone": "Europe/Berlin", "moduleBookingDayLatest": 3650}});
        for (name, value) in settings.as_object().expect("an object") {
            document["settings"][name] = value.clone();
        }
        let answer = root.post("/organization/addSub", document).await;
        let id = text(answer.content(201), "id");
        Self::of(app, id).await
    }

    /// An organization that is there.
    pub(crate) async fn of(app: &TestApp, id: String) -> Self {
        let token = app.access_token(&app.module, &id).await;
        let module = app.caller(&format!("/module/v3/en/organization/{id}"), &token);
        Self { app: app.in_organization(&id).await, id, module }
    }

    /// An organization below.
    pub(crate) async fn below(&self, app: &TestApp, settings: Value) -> Self {
        let answer = self.app.post("/organization/addSub", json!({"name": "Below", "settings": settings})).await;
        Self::of(app, text(answer.content(201), "id")).await
    }

    /// A booking resource with the hours of its organization.
    pub(super) async fn resource(&self, entity: &str, document: Value) -> Resource {
        let added = self.app.post(&format!("/{entity}/add"), document).await;
        let path = format!("{entity}/{}", text(added.content(201), "id"));
        let shown = self.app.get(&format!("/{path}/show")).await;
        Resource { path, id: text(shown.content(200), "bookingResourceId") }
    }

    /// An employee with hours of her own (`["2027-02-01T09:00:00+01:00", …]` in pairs), all other times off.
    pub(crate) async fn employee(&self, name: &str, hours: &[(&str, &str)]) -> Resource {
        let employee = self.resource("employee", json!({"firstName": name, "lastName": name})).await;
        self.hours(&employee.path, hours).await;
        employee
    }

    /// A room, likewise.
    pub(crate) async fn room(&self, name: &str, hours: &[(&str, &str)]) -> Resource {
        let room = self.resource("resource", json!({"name": name, "category": "ROOM"})).await;
        self.hours(&room.path, hours).await;
        room
    }

    /// Writes all hours of 2027.
    pub(crate) async fn hours(&self, path: &str, hours: &[(&str, &str)]) {
        let open: Vec<Value> = hours.iter().map(|(start, end)| json!({"start": start, "end": end})).collect();
        let document = json!({"rangeStart": "2027-01-01T00:00:00+01:00", "rangeEnd": "2028-01-01T00:00:00+01:00", "availability": open});
        let prefix = if path.is_empty() { String::new() } else { format!("/{path}") };
        self.app.put(&format!("{prefix}/availability/edit"), document).await.content(200);
    }

    /// A SIMPLE template of these resources; answers its id without the prefix.
    pub(crate) async fn simple(&self, document: Value, resources: &[&Resource]) -> String {
        let id = self.template("SIMPLE", document).await;
        for resource in resources {
            let path = format!("/appointmentTemplate/ea{id}/bookingResource/{}/link", resource.id);
            self.app.send("LINK", &path, None).await.content(200);
        }
        id
    }

    /// A template; answers its id without the prefix.
    pub(crate) async fn template(&self, kind: &str, mut document: Value) -> String {
        document["type"] = json!(kind);
        if document.get("name").is_none() {
            document["name"] = json!("Template");
        }
        let answer = self.app.post("/appointmentTemplate/add", document).await;
        text(answer.content(201), "id")[2..].to_owned()
    }

    /// A step of a COMPLEX template.
    pub(crate) async fn step(&self, template: &str, quantity: u32, display: &str, resources: &[&Resource]) {
        let path = format!("/appointmentTemplate/ea{template}/appointmentTemplateStep");
        let document = json!({"name": "Step", "selectionQuantity": quantity, "selectionDisplay": display});
        let answer = self.app.post(&format!("{path}/add"), document).await;
        let id = text(answer.content(201), "id");
        for resource in resources {
            self.app
                .send("LINK", &format!("{path}/{id}/bookingResource/{}/link", resource.id), None)
                .await
                .content(200);
        }
    }

    /// Slots of a day (`2027-02-01`) in the App API.
    pub(crate) async fn day(&self, template: &str, day: &str) -> Vec<Offered> {
        self.day_of(&self.app, template, day, "").await
    }

    /// Slots of a day for a caller, with a query.
    pub(crate) async fn day_of(&self, caller: &Caller, template: &str, day: &str, query: &str) -> Vec<Offered> {
        let parts: Vec<u32> = day.split('-').map(|part| part.parse().expect("a number")).collect();
        let path = format!(
            "/bookingTemplate/fc{template}/bookingSlot/year/{}/month/{}/day/{}/listDay{query}",
            parts[0], parts[1], parts[2]
        );
        let answer = caller.get(&path).await;
        let list = answer.content(200)["list"].as_array().expect("a list").clone();
        list.iter()
            .map(|slot| Offered {
                at: text(slot, "timestamp"),
                slot: text(slot, "id"),
                resources: slot["bookingResourceCombination"]
                    .as_array()
                    .expect("a list")
                    .iter()
                    .map(|id| id.as_str().expect("an id").to_owned())
                    .collect(),
            })
            .collect()
    }

    /// Only the begins of a day's slots, `09:00+01:00`.
    pub(crate) async fn starts(&self, template: &str, day: &str) -> Vec<String> {
        short(&self.day(template, day).await)
    }

    /// The slot that begins then.
    pub(crate) async fn slot(&self, template: &str, at: &str) -> Offered {
        let slots = self.day(template, &at[..10]).await;
        slots.iter().find(|slot| slot.at == at).unwrap_or_else(|| panic!("no slot at {at}: {slots:?}")).clone()
    }

    /// Books a slot through the App API.
    pub(crate) async fn book(&self, slot: &str) -> Answer {
        self.app.post("/appointment/add", json!({"bookingSlotId": slot})).await
    }

    /// Books the slot that begins then; answers the appointment's id.
    pub(crate) async fn booked(&self, template: &str, at: &str) -> String {
        let slot = self.slot(template, at).await;
        text(self.book(&slot.slot).await.content(201), "id")
    }

    /// A closing or an extra opening.
    pub(crate) async fn exception(&self, kind: &str, start: &str, end: &str, of: Value) -> String {
        let mut document = json!({"name": "Exception", "type": kind, "start": start, "end": end});
        for (name, value) in of.as_object().expect("an object") {
            document[name] = value.clone();
        }
        text(self.app.post("/availabilityException/add", document).await.content(201), "id")
    }
}

/// A property as text.
pub(crate) fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("{name} in {value}")).to_owned()
}

/// Only the begins, `09:00+01:00`, each once.
pub(crate) fn short(slots: &[Offered]) -> Vec<String> {
    let mut starts: Vec<String> = slots.iter().map(|slot| format!("{}{}", &slot.at[11..16], &slot.at[19..])).collect();
    starts.dedup();
    starts
}

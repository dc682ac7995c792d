//! Examples that our own validation accepts, made from the fields' kinds; the same every time.

use super::schema::{companion, is_open};
use super::words::{sentence, spaced};
use crate::Body;
use crate::entity::Entity;
use crate::field::{FieldSpec, Kind};
use crate::input::Mode;
use crate::{id, output};
use kalends_catalog::{permission, sector};
use serde_json::{Map, Value, json};

/// Makes examples; knows the entities for the prefixes of their ids.
#[derive(Debug, Clone, Copy)]
pub(super) struct Examples<'a> {
    pub entities: &'a [&'static Entity],
}

impl Examples<'_> {
    /// Every field that a client may write.
    pub(super) fn everything(self, fields: &[&FieldSpec], mode: Mode) -> Body {
        self.of(fields, mode, &|_| true)
    }

    /// What must be there, and what names the record.
    pub(super) fn needed(self, fields: &[&FieldSpec], short: &[&FieldSpec]) -> Body {
        let named = |name: &str| short.iter().any(|spec| spec.name == name);
        let mut body = self.of(fields, Mode::Add, &|spec| spec.required || named(spec.name));
        body.retain(|name, _| !name.ends_with("I18nList"));
        body
    }

    /// A partial edit: the first two fields that are no objects.
    pub(super) fn edit(self, fields: &[&FieldSpec]) -> Body {
        let open = fields.iter().copied().filter(|spec| is_open(spec, Mode::Edit));
        let plain = open.filter(|spec| !matches!(spec.kind, Kind::Object(_) | Kind::Map | Kind::Any | Kind::List(_)));
        let chosen: Vec<&FieldSpec> = plain.take(2).collect();
        let mut body = self.of(&chosen, Mode::Edit, &|_| true);
        body.retain(|name, _| !name.ends_with("I18nList"));
        body
    }

    /// The named fields.
    pub(super) fn some(self, fields: &[&FieldSpec], names: &[&str]) -> Body {
        self.of(fields, Mode::Add, &|spec| names.contains(&spec.name))
    }

    fn of(self, fields: &[&FieldSpec], mode: Mode, wanted: &dyn Fn(&FieldSpec) -> bool) -> Body {
        let mut body = Map::new();
        for spec in fields.iter().filter(|spec| is_open(spec, mode) && wanted(spec)) {
            body.insert(spec.name.into(), self.inherited(spec, false));
            if spec.translated {
                body.insert(spec.translations_name(), self.inherited(&companion(spec), false));
            }
        }
        body
    }

    fn inherited(self, spec: &FieldSpec, answered: bool) -> Value {
        let value = self.value(spec, answered);
        match (spec.is_inheritable(), answered) {
            (false, _) => value,
            (true, false) => json!({"value": value, "inheritance": "OFF"}),
            (true, true) => json!({"value": value, "inheritance": "OFF", "result": value}),
        }
    }

    fn value(self, spec: &FieldSpec, answered: bool) -> Value {
        let late = spec.name == "end" || spec.name.ends_with("End");
        match spec.kind {
            Kind::Text => self.text(spec).into(),
            Kind::Integer => match (spec.name, spec.range) {
                ("dayOfWeek" | "weekday", _) => 1.into(),
                (_, range) => range.map_or(30, |(least, most)| 30.clamp(least, most)).into(),
            },
            Kind::Decimal => decimal(spec),
            Kind::Boolean => true.into(),
            Kind::Date if spec.name == "birthday" => "1990-05-17".into(),
            Kind::Date => if late { "2027-03-05" } else { "2027-03-01" }.into(),
            Kind::Time => if late { "17:00:00" } else { "09:00:00" }.into(),
            Kind::Instant => if late { "2027-03-01T17:00:00+01:00" } else { "2027-03-01T09:00:00+01:00" }.into(),
            Kind::Enum(words) => words.first().copied().into(),
            Kind::Email => "john.doe@example.com".into(),
            Kind::Mobile => "+491701234567".into(),
            Kind::Telephone => "+49 30 1234567".into(),
            Kind::Url => "https://www.example.com/".into(),
            Kind::Locale => "en".into(),
            Kind::TimeZone => "Europe/Berlin".into(),
            Kind::Country => "DE".into(),
            Kind::Currency => "EUR".into(),
            Kind::Colour => "#3366cc".into(),
            Kind::Sector => sector::list(kalends_catalog::locale::Language::En)
                .map(|(id, _, _)| id)
                .min()
                .unwrap_or_default()
                .into(),
            Kind::Base64 => "SGVsbG8=".into(),
            Kind::Object(fields) if answered => Value::Object(self.answers(fields)),
            Kind::Object(fields) => Value::Object(self.everything(fields, Mode::Add)),
            Kind::Translations => json!([{"key": "en", "value": self.text(spec)}]),
            Kind::Map => json!({"reference": "4711"}),
            Kind::Reference(entity) => self.id(entity).into(),
            Kind::List(item) => json!([self.value(item, answered)]),
            Kind::Any => self.any(spec.name),
        }
    }

    /// A free value: where it is a record that is described instead of named, what that record needs.
    fn any(self, name: &str) -> Value {
        match self.entities.iter().find(|entity| entity.name == name) {
            Some(entity) => Value::Object(self.needed(entity.fields, entity.short)),
            None => json!({}),
        }
    }

    fn text(self, spec: &FieldSpec) -> String {
        if let Some(entity) = spec.name.strip_suffix("Id").filter(|_| spec.max >= id::LENGTH && spec.name != "customId")
        {
            return self.id(entity);
        }
        let text = match spec.name {
            "firstName" => "John".into(),
            "lastName" => "Doe".into(),
            "title" => "Dr.".into(),
            "street" => "Hauptstraße 1".into(),
            "zip" => "10115".into(),
            "city" => "Berlin".into(),
            "customId" => "4711".into(),
            "id" => self.id(""),
            "permission" => permission::ids().next().unwrap_or_default().to_owned(),
            name => sentence(&spaced(name)),
        };
        text.chars().take(if spec.max == 0 { usize::MAX } else { spec.max }).collect()
    }

    /// An id of the entity: its prefix and letters that say they stand for something.
    pub(super) fn id(self, entity: &str) -> String {
        let prefix = match self.entities.iter().find(|known| known.name == entity) {
            Some(known) => known.prefix,
            None if entity == "bookingSlot" => "4f",
            None => "xx",
        };
        format!("{prefix}{}", "x".repeat(id::LENGTH - prefix.len()))
    }

    /// Fields as they are answered.
    fn answers(self, fields: &[&FieldSpec]) -> Body {
        let mut body = Map::new();
        for spec in fields.iter().filter(|spec| spec.access != crate::field::Access::WriteOnly) {
            body.insert(spec.name.into(), self.inherited(spec, true));
            if spec.translated {
                body.insert(spec.translations_name(), self.inherited(&companion(spec), true));
            }
        }
        body
    }

    fn head(self, class: String, entity: &Entity) -> Body {
        let mut body = Map::new();
        body.insert("class".into(), class.into());
        body.insert("id".into(), self.id(entity.name).into());
        body.insert("customId".into(), "4711".into());
        body
    }

    /// The short form of a record.
    pub(super) fn short(self, entity: &Entity) -> Value {
        let mut body = self.head(entity.short_class(), entity);
        body.extend(self.answers(entity.short));
        body.insert("organizationId".into(), self.id("organization").into());
        Value::Object(body)
    }

    /// The full form of a record.
    pub(super) fn full(self, entity: &Entity) -> Value {
        let mut body = self.head(entity.class(), entity);
        let moment = Value::from(output::timestamp(1_770_192_000_000_000));
        body.insert("timestampAdd".into(), moment.clone());
        body.insert("timestampEdit".into(), moment);
        body.extend(self.answers(entity.fields));
        for (parameter, field) in entity.scope().filter(|(_, field)| entity.field(field).is_none()) {
            let above = parameter.strip_suffix("Id").map_or_else(|| field.to_owned(), |above| self.id(above));
            body.insert(parameter.into(), above.into());
        }
        body.insert("organizationId".into(), self.id("organization").into());
        if entity.additional_data {
            body.insert("additionalData".into(), json!([]));
        }
        Value::Object(body)
    }
}

fn decimal(spec: &FieldSpec) -> Value {
    match (spec.name, spec.range) {
        ("latitude", _) => json!(52.52),
        ("longitude", _) => json!(13.405),
        ("taxRate", _) => json!(19),
        (_, Some((least, most))) => 49.clamp(least, most).into(),
        _ => json!(49.9),
    }
}

//! Documents by an entity's own table, each field known to be right or wrong.

use kalends_engine::entity::Entity;
use kalends_engine::field::{Access, FieldSpec, Kind, translations};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Ids that references may name, by entity.
pub(super) type References = BTreeMap<String, String>;

/// A document and what is wrong with it.
#[derive(Debug, Clone)]
pub(super) struct Document {
    pub body: Map<String, Value>,
    /// Top-level properties that must be named in the refusal.
    pub wrong: BTreeSet<String>,
    /// Properties that no table knows, and those that only the system sets: ignored, with a note.
    pub ignored: BTreeSet<String>,
}

impl Document {
    /// What of it counts.
    pub(super) fn counted(&self) -> Map<String, Value> {
        let counted = self.body.iter().filter(|(name, _)| !self.ignored.contains(*name));
        counted.map(|(name, value)| (name.clone(), value.clone())).collect()
    }
}

/// Documents for `add` (required fields count) or `edit`; half of them have nothing wrong.
pub(super) fn document(entity: &'static Entity, adds: bool, references: &References) -> BoxedStrategy<Document> {
    let parts: Vec<BoxedStrategy<Option<Part>>> =
        properties(entity.fields).into_iter().map(|spec| property(spec, references)).collect();
    let names: Vec<FieldSpec> = properties(entity.fields);
    let names: Vec<(String, bool, Access)> =
        names.iter().map(|spec| (name(spec), spec.required, spec.access)).collect();
    let custom_id = part(
        prop_oneof![text(40).prop_map(Value::from), any::<u32>().prop_map(Value::from), Just(Value::Null)].boxed(),
        prop_oneof![Just(json!([])), Just(json!(true)), Just(json!({"a": 1})), Just(json!("x".repeat(256)))].boxed(),
    );
    let additional = part(map_good(), map_bad());
    let additional = if entity.additional_data { additional } else { Just(None).boxed() };
    let unknown = proptest::option::weighted(0.2, json_value());
    let known = references.clone();
    (parts, custom_id, additional, unknown, any::<bool>())
        .prop_map(move |(parts, custom_id, additional, unknown, clean)| {
            let mut document = Document { body: Map::new(), wrong: BTreeSet::new(), ignored: BTreeSet::new() };
            let keep = |part: Option<Part>| part.filter(|part| part.right || !clean);
            for ((name, required, access), part) in names.iter().zip(parts) {
                // A field that the system sets may hold anything: it is ignored.
                let settable = *access != Access::ReadOnly && (adds || *access != Access::AddOnly);
                let part = if settable { keep(part) } else { part };
                match part {
                    Some(part) => {
                        if settable && !part.right {
                            document.wrong.insert(name.clone());
                        }
                        if !settable {
                            document.ignored.insert(name.clone());
                        }
                        document.body.insert(name.clone(), part.value);
                    }
                    None if adds && *required && !clean => {
                        document.wrong.insert(name.clone());
                    }
                    None => {}
                }
            }
            for (name, part) in [("customId", keep(custom_id)), ("additionalData", keep(additional))] {
                let Some(part) = part else { continue };
                if !part.right {
                    document.wrong.insert(name.into());
                }
                document.body.insert(name.into(), part.value);
            }
            if let Some(value) = unknown {
                document.body.insert("shoeSize".into(), value);
                document.ignored.insert("shoeSize".into());
            }
            (document, clean)
        })
        .prop_flat_map(move |(document, clean)| complete(entity, document, clean && adds, &known))
        .boxed()
}

/// A clean document has all that is required.
fn complete(
    entity: &'static Entity,
    document: Document,
    needed: bool,
    references: &References,
) -> BoxedStrategy<Document> {
    let missing: Vec<&FieldSpec> = entity
        .fields
        .iter()
        .copied()
        .filter(|spec| needed && spec.required && spec.access != Access::ReadOnly)
        .filter(|spec| !document.body.contains_key(spec.name))
        .collect();
    let values: Vec<BoxedStrategy<Value>> = missing.iter().map(|spec| good(spec, references)).collect();
    let names: Vec<&'static str> = missing.iter().map(|spec| spec.name).collect();
    values
        .prop_map(move |values| {
            let mut document = document.clone();
            for (name, value) in names.iter().zip(values) {
                document.body.insert((*name).into(), value);
            }
            document
        })
        .boxed()
}

/// The fields and the companions that hold their translations.
pub(super) fn properties(fields: &[&'static FieldSpec]) -> Vec<FieldSpec> {
    let mut all = Vec::new();
    for spec in fields {
        all.push(**spec);
        if spec.translated {
            let kind = translations("").spec.kind;
            all.push(FieldSpec { kind, translated: true, required: false, default: "[]", ..**spec });
        }
    }
    all
}

/// The name on the wire; of a companion the longer one.
pub(super) fn name(spec: &FieldSpec) -> String {
    let companion = spec.translated && matches!(spec.kind, Kind::Translations);
    if companion { spec.translations_name() } else { spec.name.to_owned() }
}

/// A property that is there.
#[derive(Debug, Clone)]
struct Part {
    value: Value,
    right: bool,
}

fn part(good: BoxedStrategy<Value>, bad: BoxedStrategy<Value>) -> BoxedStrategy<Option<Part>> {
    prop_oneof![
        3 => Just(None),
        5 => good.prop_map(|value| Some(Part { value, right: true })),
        1 => bad.prop_map(|value| Some(Part { value, right: false })),
    ]
    .boxed()
}

fn property(spec: FieldSpec, references: &References) -> BoxedStrategy<Option<Part>> {
    // Where anything may stand, nothing can be wrong.
    if matches!(spec.kind, Kind::Any) {
        let good = good(&spec, references);
        return proptest::option::of(good.prop_map(|value| Part { value, right: true })).boxed();
    }
    part(good(&spec, references), bad(&spec, references))
}

/// Values that are right for the field, cleared ones included.
fn good(spec: &FieldSpec, references: &References) -> BoxedStrategy<Value> {
    let plain = good_value(spec, references);
    if spec.is_inheritable() {
        let levels: Vec<String> = spec.levels.iter().map(|level| (*level).to_owned()).chain(["OFF".into()]).collect();
        let level = proptest::option::of(proptest::sample::select(levels));
        let wrapped = (proptest::option::of(plain.clone()), level, proptest::option::of(json_value()));
        let wrapped = wrapped.prop_map(|(value, level, result)| {
            let mut wrapper = Map::from_iter(value.map(|value| ("value".to_owned(), value)));
            wrapper.extend(level.map(|level| ("inheritance".to_owned(), json!(level))));
            wrapper.extend(result.map(|result| ("result".to_owned(), result)));
            // An empty one would be read as an empty map or object, which is right as well.
            if wrapper.is_empty() { Value::Null } else { Value::Object(wrapper) }
        });
        return prop_oneof![3 => plain, 3 => wrapped, 1 => Just(Value::Null)].boxed();
    }
    if spec.required { plain } else { prop_oneof![6 => plain, 1 => Just(Value::Null)].boxed() }
}

fn good_value(spec: &FieldSpec, references: &References) -> BoxedStrategy<Value> {
    let value = match spec.kind {
        Kind::Object(fields) => {
            let fields: Vec<FieldSpec> = properties(fields);
            let parts: Vec<_> = fields
                .iter()
                .map(|spec| {
                    let value = good(spec, references);
                    let value =
                        if spec.required { value.prop_map(Some).boxed() } else { proptest::option::of(value).boxed() };
                    (Just(name(spec)), value)
                })
                .collect();
            let whole = parts.prop_map(|parts| {
                Value::Object(parts.into_iter().filter_map(|(name, value)| Some((name, value?))).collect())
            });
            let needs = fields.iter().any(|spec| spec.required);
            // Where an object must be, one without any value is none.
            let filled = |value: &Value| value.as_object().is_some_and(|map| map.values().any(is_something));
            if spec.required {
                return whole.prop_filter("something in it", filled).boxed();
            }
            if needs { whole.boxed() } else { prop_oneof![5 => whole, 1 => Just(json!([]))].boxed() }
        }
        Kind::List(item) => {
            let most = spec.max.min(4);
            vec(good_value(&FieldSpec { required: true, ..*item }, references), usize::from(spec.required)..=most)
                .prop_map(Value::Array)
                .boxed()
        }
        Kind::Reference(entity) => match references.get(&format!("{entity}Id")) {
            Some(id) => Just(json!(id)).boxed(),
            None => "[0-9A-Za-z]{32}".prop_map(Value::from).boxed(),
        },
        _ => scalar(spec),
    };
    let clearable = !spec.required && !matches!(spec.kind, Kind::Map | Kind::Text | Kind::Any);
    if clearable { prop_oneof![8 => value, 1 => Just(json!(""))].boxed() } else { value }
}

fn is_something(value: &Value) -> bool {
    !value.is_null() && value != "" && value != &json!([]) && value != &json!({})
}

fn scalar(spec: &FieldSpec) -> BoxedStrategy<Value> {
    let words = |words: Vec<&'static str>| proptest::sample::select(words).prop_map(Value::from).boxed();
    let language = kalends_catalog::locale::Language::En;
    match spec.kind {
        Kind::Text => {
            let filled = text(spec.max).prop_filter("filled", |text| !text.trim().is_empty());
            if spec.required {
                filled.prop_map(Value::from).boxed()
            } else {
                text(spec.max).prop_map(Value::from).boxed()
            }
        }
        Kind::Integer => {
            let (least, most) = spec.range.unwrap_or((-1_000_000_000, 1_000_000_000));
            #[expect(clippy::cast_precision_loss, reason = "ranges are small")]
            let float = |number: i64| json!(number as f64);
            (least..=most, any::<bool>()).prop_map(move |(n, f)| if f { float(n) } else { json!(n) }).boxed()
        }
        Kind::Decimal => {
            let (least, most) = spec.range.unwrap_or((-1_000_000, 1_000_000));
            #[expect(clippy::cast_precision_loss, reason = "ranges are small")]
            let float = (least as f64..=most as f64).prop_map(Value::from);
            prop_oneof![(least..=most).prop_map(Value::from), float].boxed()
        }
        Kind::Boolean => any::<bool>().prop_map(Value::from).boxed(),
        Kind::Date => {
            (1800..=2200, 1..=12, 1..=28).prop_map(|(y, m, d)| json!(format!("{y:04}-{m:02}-{d:02}"))).boxed()
        }
        Kind::Time => (0..24, 0..60, 0..60, any::<bool>())
            .prop_map(|(h, m, s, short)| {
                json!(if short { format!("{h:02}:{m:02}") } else { format!("{h:02}:{m:02}:{s:02}") })
            })
            .boxed(),
        Kind::Instant => ((1971..=2199, 1..=12, 1..=28), (0..24, 0..60, 0..60), -14..=14)
            .prop_map(|((year, month, day), (h, m, s), zone): ((i32, i32, i32), (i32, i32, i32), i32)| {
                let sign = if zone < 0 { '-' } else { '+' };
                json!(format!("{year}-{month:02}-{day:02}T{h:02}:{m:02}:{s:02}{sign}{:02}:30", zone.abs().min(13)))
            })
            .boxed(),
        Kind::Enum(list) => words(list.to_vec()),
        Kind::Email => "[a-z0-9]{1,20}(\\.[a-z]{1,9})?@[a-z0-9]{1,20}\\.[a-z]{2,6}".prop_map(Value::from).boxed(),
        Kind::Mobile => "\\+[1-9][0-9]{6,14}".prop_map(Value::from).boxed(),
        Kind::Telephone => "[0-9]{3}[-0-9 ()/+.]{0,20}".prop_map(Value::from).boxed(),
        Kind::Url => "https?://[a-z]{1,20}\\.example(:[1-9][0-9]{1,3})?/[a-zü0-9/]{0,40}".prop_map(Value::from).boxed(),
        Kind::Locale => words(vec!["de", "en", "de_DE", "en_EN", "fr_FR", "pt_BR", "ja"]),
        Kind::TimeZone => words(kalends_catalog::time_zone::list(language).map(|(zone, _)| zone).collect()),
        Kind::Country => words(kalends_catalog::country::list(language).map(|(code, _)| code).collect()),
        Kind::Currency => words(kalends_catalog::currency::list(language).map(|(code, _)| code).collect()),
        Kind::Sector => words(kalends_catalog::sector::list(language).map(|(id, _, _)| id).collect()),
        Kind::Colour => "#[0-9a-fA-F]{6}".prop_map(Value::from).boxed(),
        Kind::Base64 => words(vec!["RGllcyBpc3QgZWluZSBUZXh0ZGF0ZWk=", "AAAA", "/+8="]),
        Kind::Translations => translated(if spec.max == 0 { 100 } else { spec.max }),
        Kind::Map => map_good(),
        _ => json_value().prop_filter("set", |value| !value.is_null()).boxed(),
    }
}

fn translated(max: usize) -> BoxedStrategy<Value> {
    let locales = proptest::sample::subsequence(vec!["de", "en", "fr_FR", "pl", "tr"], 0..=3);
    (locales, vec(text(max.min(60)), 3), any::<bool>())
        .prop_map(|(locales, texts, as_map)| {
            let pairs = locales.into_iter().zip(texts);
            // PHP clients write a list without entries and a map alike.
            if as_map {
                Value::Object(pairs.map(|(key, text)| (key.to_owned(), json!(text))).collect())
            } else {
                pairs.map(|(key, text)| json!({"key": key, "value": text})).collect()
            }
        })
        .boxed()
}

/// Texts of every kind of letter: long decompositions, right to left, beyond the first plane, blanks.
pub(super) fn text(max: usize) -> BoxedStrategy<String> {
    let odd = proptest::sample::select(vec![
        "\u{fdfa}", "é", "e\u{301}", "ß", "İ", "ﬁ", "Ж", "漢", "😀", "\u{200f}", "\u{feff}", " ", "\t", "\n", "'",
        "\"", "\\", "/", "%", "_", "<b>", "&", "$1", "[", "]", "0",
    ]);
    let letters = prop_oneof![4 => "[a-zA-Z0-9äöü -]".prop_map(String::from), 2 => odd.prop_map(String::from), 1 => "[^\\x00]".prop_map(String::from)];
    prop_oneof![
        12 => vec(letters.clone(), 0..=max.min(24)),
        1 => vec(letters, max.min(300)..=max.min(400)),
        1 => Just(vec!["\u{fdfa}".to_owned(); max.min(400)]),
    ]
    .prop_map(move |letters| letters.concat().chars().filter(|letter| *letter != '\0').take(max).collect())
    .boxed()
}

/// Any JSON of moderate depth.
pub(super) fn json_value() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter("finite", |number| number.is_finite()).prop_map(Value::from),
        text(30).prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::Array),
            proptest::collection::btree_map("[a-zA-Zäöü_ .]{0,8}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
    .boxed()
}

fn map_good() -> BoxedStrategy<Value> {
    // Keys beginning so cannot be mistaken for an inheritance object.
    let filled = proptest::collection::btree_map("k[a-zäöü ._-]{0,8}", json_value(), 0..5);
    prop_oneof![
        4 => filled.prop_map(|map| Value::Object(map.into_iter().collect())),
        1 => Just(json!([])),
    ]
    .boxed()
}

fn map_bad() -> BoxedStrategy<Value> {
    let many: Value = (0..201).map(|number| (format!("k{number}"), json!(number))).collect::<Map<_, _>>().into();
    prop_oneof![Just(json!("text")), Just(json!(5)), Just(json!([1])), Just(json!(true)), Just(many)].boxed()
}

/// Values that are wrong for the field.
fn bad(spec: &FieldSpec, references: &References) -> BoxedStrategy<Value> {
    let plain = bad_value(spec, references);
    if !spec.is_inheritable() {
        return if spec.required { prop_oneof![4 => plain, 1 => Just(Value::Null)].boxed() } else { plain };
    }
    let wrapped = plain.clone().prop_map(|value| json!({"value": value}));
    let sideways = json!({"inheritance": "SIDEWAYS"});
    prop_oneof![3 => plain, 3 => wrapped, 1 => Just(sideways), 1 => Just(json!({"inheritance": 5}))].boxed()
}

fn bad_value(spec: &FieldSpec, references: &References) -> BoxedStrategy<Value> {
    let some = |values: Vec<Value>| proptest::sample::select(values).boxed();
    let texts = |list: &[&str]| list.iter().map(|text| json!(text)).collect::<Vec<_>>();
    let no_text = || vec![json!(5), json!(true), json!([1]), json!({"k": 1}), json!(1.5)];
    let textual = |list: &[&str]| some([no_text(), texts(list)].concat());
    match spec.kind {
        Kind::Text => {
            let long = json!("ä".repeat(spec.max + 1));
            let blank = if spec.required { texts(&["", " \t"]) } else { Vec::new() };
            some([no_text(), vec![long], blank].concat())
        }
        Kind::Integer => {
            let (least, most) = spec.range.unwrap_or((i64::MIN, i64::MAX));
            let mut values = vec![json!(1.5), json!("5"), json!(true), json!([5]), json!({"k": 1}), json!(1e300)];
            values.extend(least.checked_sub(1).map(Value::from));
            values.extend(most.checked_add(1).map(Value::from));
            some(values)
        }
        Kind::Decimal => {
            let (least, most) = spec.range.unwrap_or((-1_000_000_000_000, 1_000_000_000_000));
            some(vec![
                json!(least - 1),
                json!(most + 1),
                json!(1e300),
                json!("5"),
                json!(true),
                json!([5]),
                json!({"k": 1}),
            ])
        }
        Kind::Boolean => some(vec![json!("true"), json!(1), json!(0.0), json!([true]), json!({"k": true})]),
        Kind::Date => textual(&[
            "2027-02-30",
            "2027-13-01",
            "20270101",
            "2027-1-1",
            "1799-12-31",
            "2201-01-01",
            "0000-00-00",
            "2027-01-01T00:00:00Z",
            "tomorrow",
            " 2027-01-01",
        ]),
        Kind::Time => textual(&["24:00", "12:60:00", "9:00", "noon", "12:00:00.5", "12", "-1:00", "12:00:61"]),
        Kind::Instant => textual(&[
            "2027-02-30T10:00:00Z",
            "2027-01-01T25:00:00Z",
            "2027-01-01T10:00:00",
            "2027-01-01",
            "1969-12-31T00:00:00Z",
            "2201-01-02T00:00:00Z",
            "now",
            "2027-01-01T10:00:00+25:00",
            "2027-01-01T10:00:00[Europe/Berlin]",
            "9999999999",
        ]),
        Kind::Enum(_) => textual(&["NO_SUCH_WORD", "off", " ", "Ä"]),
        Kind::Email => textual(&["nobody", "a@b", "@b.de", "a@", "a b@c.de", "a@b@c.de", "a@-b.de", "a..b@c.de", "Ä"]),
        Kind::Mobile => {
            textual(&["0170123456", "+0170123456", "+49", "+49 170 123456", "+4917012345678901234", "++491701234567"])
        }
        Kind::Telephone => textual(&["call me", "12", "040/abc", "😀123"]),
        Kind::Url => textual(&[
            "example.com",
            "ftp://example.com",
            "javascript:alert(1)",
            "http://",
            "//example.com",
            "http:// x",
        ]),
        Kind::Locale => textual(&["xx", "de-DE", "deu", "de_de", "DE", "_"]),
        Kind::TimeZone => textual(&["Europe/Bonn", "europe/berlin", "CET+1", "../UTC", "+01:00"]),
        Kind::Country => textual(&["XX", "de", "DEU", "D"]),
        Kind::Currency => textual(&["eur", "EURO", "XYZ", "€"]),
        Kind::Colour => textual(&["#fff", "ffcc00", "#ggcc00", "red", "#ffcc000"]),
        Kind::Sector => textual(&["zzzz", "01AB", "1"]),
        Kind::Base64 => some(no_text()),
        Kind::Reference(_) => textual(&[
            "short",
            "d3xxxxxxxxxxxxxxxxxxxxxxxxxxxxx-",
            "d3xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx0",
            "ääääääääääääääää",
        ]),
        Kind::Translations => some(vec![
            json!(5),
            json!("text"),
            json!([1]),
            json!([{"key": "xx", "value": "t"}]),
            json!([{"key": "en"}]),
            json!([{"key": "en", "value": 5}]),
            json!([{"value": "t"}]),
            json!([{"key": "en", "value": "a"}, {"key": "en", "value": "b"}]),
            json!({"en": ["t"]}),
            json!([{"key": "en", "value": "x".repeat(10_001.max(spec.max + 1))}]),
        ]),
        Kind::Map => map_bad(),
        Kind::Object(fields) => {
            let inner: Vec<BoxedStrategy<Value>> = properties(fields)
                .into_iter()
                .filter(|spec| spec.access != Access::ReadOnly && !matches!(spec.kind, Kind::Any))
                .map(|spec| bad(&spec, references).prop_map(move |value| json!({name(&spec): value})).boxed())
                .collect();
            let wrong = some(vec![json!("text"), json!(5), json!([1]), json!(true)]);
            if inner.is_empty() {
                wrong
            } else {
                prop_oneof![1 => wrong, 3 => proptest::strategy::Union::new(inner)].boxed()
            }
        }
        Kind::List(item) => {
            let many = json!(vec![json!(null); spec.max + 1]);
            let mut wrong = vec![json!("text"), json!(5), json!({"k": 1}), json!([null]), many];
            wrong.extend(spec.required.then(|| json!([])));
            let wrong = some(wrong);
            if matches!(item.kind, Kind::Any) {
                return wrong;
            }
            let item = FieldSpec { required: true, ..*item };
            let inside = (vec(good_value(&item, references), 0..2), bad_value(&item, references));
            let inside = inside.prop_map(|(mut list, bad)| {
                list.push(bad);
                Value::Array(list)
            });
            // A blank text is an entry like any other.
            let inside = if matches!(item.kind, Kind::Text) { wrong.clone() } else { inside.boxed() };
            prop_oneof![1 => wrong, 2 => inside].boxed()
        }
        // Anything goes there: only its absence can be wrong, where it is required.
        Kind::Any => Just(Value::Null).boxed(),
    }
}

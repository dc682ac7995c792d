//! Fields: one constant per field says its name, kind and rules; a typed handle reads it without guessing.

use std::marker::PhantomData;

/// The kinds of values an entity's field can hold.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Unicode text without NUL; length in characters.
    Text,
    /// Whole number; `5.0` is accepted, since PHP and JavaScript do not tell the two apart.
    Integer,
    /// Decimal number, such as a gross price or a percentage.
    Decimal,
    /// `true` or `false`.
    Boolean,
    /// `YYYY-MM-DD`.
    Date,
    /// `HH:MM:SS`, seconds may be left out on input.
    Time,
    /// RFC 3339 with offset; kept as microseconds, answered with the organization's offset.
    Instant,
    /// One of the listed words.
    Enum(&'static [&'static str]),
    /// An e-mail address.
    Email,
    /// A mobile number in E.164, such as `+491701234567`.
    Mobile,
    /// A telephone number as people write it.
    Telephone,
    /// An `http` or `https` address.
    Url,
    /// `de`, `en`, `de_DE`, …
    Locale,
    /// An IANA zone name.
    TimeZone,
    /// ISO 3166-1 alpha-2.
    Country,
    /// ISO 4217.
    Currency,
    /// `#rrggbb`.
    Colour,
    /// A sector id of `static/sector/list`.
    Sector,
    /// Base64 of a file's bytes.
    Base64,
    /// An object with fields of its own.
    Object(&'static [&'static FieldSpec]),
    /// `[{"key":"en","value":"…"}]`.
    Translations,
    /// A free map with text keys; `[]` is the empty map.
    Map,
    /// The id of a record of the named entity.
    Reference(&'static str),
    /// A list of values of one kind.
    List(&'static FieldSpec),
    /// Any JSON value within the size and depth limits.
    Any,
}

/// Who may write a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Written and read by clients.
    ReadWrite,
    /// Set by the system; ignored with a note when a client sends it.
    ReadOnly,
    /// Accepted on `add` only.
    AddOnly,
    /// Accepted, never answered (a file's bytes).
    WriteOnly,
}

/// What a field is called and what it may hold.
#[derive(Debug, Clone, Copy)]
pub struct FieldSpec {
    /// Name on the wire.
    pub name: &'static str,
    /// Kind of value.
    pub kind: Kind,
    /// Whether `add` needs it and `edit` may not clear it.
    pub required: bool,
    /// Most characters of a text, most entries of a list.
    pub max: usize,
    /// Smallest and largest number.
    pub range: Option<(i64, i64)>,
    /// Whether `filter` finds the record by it.
    pub search: bool,
    /// Whether a companion `…I18nList` holds translations.
    pub translated: bool,
    /// The organization's field this one is inherited from, `""` when it is not an inheritance object.
    pub inherits: &'static str,
    /// Values of `inheritance` besides `OFF`.
    pub levels: &'static [&'static str],
    /// Who may write it.
    pub access: Access,
    /// JSON text of the value an unset field answers.
    pub default: &'static str,
    /// Whether a reference is kept as link rows too, so that lists by the referenced record are possible.
    pub indexed: bool,
}

/// A field with the type its values have in code.
#[derive(Debug)]
pub struct Field<T> {
    /// The description the engine interprets.
    pub spec: FieldSpec,
    value: PhantomData<fn() -> T>,
}

/// Most characters of a text unless the field says otherwise.
pub const TEXT_MAX: usize = 255;

const fn field<T>(name: &'static str, kind: Kind, max: usize, default: &'static str) -> Field<T> {
    let spec = FieldSpec {
        name,
        kind,
        required: false,
        max,
        range: None,
        search: false,
        translated: false,
        inherits: "",
        levels: &["ORGANIZATION"],
        access: Access::ReadWrite,
        default,
        indexed: false,
    };
    Field { spec, value: PhantomData }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident: $type:ty = $kind:expr, $max:expr, $default:expr;)*) => {
        $($(#[$doc])* pub const fn $name(name: &'static str) -> Field<$type> { field(name, $kind, $max, $default) })*
    };
}

kinds! {
    /// A text of at most 255 characters.
    text: String = Kind::Text, TEXT_MAX, "\"\"";
    /// A text of at most 10 000 characters.
    long_text: String = Kind::Text, 10_000, "\"\"";
    /// A whole number.
    integer: i64 = Kind::Integer, 0, "null";
    /// A decimal number.
    decimal: f64 = Kind::Decimal, 0, "null";
    /// A truth value, `false` when unset.
    boolean: bool = Kind::Boolean, 0, "false";
    /// A date.
    date: String = Kind::Date, 10, "null";
    /// A time of day.
    time: String = Kind::Time, 8, "null";
    /// An instant.
    instant: i64 = Kind::Instant, 40, "null";
    /// An e-mail address.
    email: String = Kind::Email, 254, "\"\"";
    /// A mobile number.
    mobile: String = Kind::Mobile, 16, "\"\"";
    /// A telephone number.
    telephone: String = Kind::Telephone, 40, "\"\"";
    /// A web address.
    url: String = Kind::Url, 2_000, "\"\"";
    /// A locale.
    locale: String = Kind::Locale, 5, "null";
    /// A time zone.
    time_zone: String = Kind::TimeZone, 60, "null";
    /// A country.
    country: String = Kind::Country, 2, "null";
    /// A currency.
    currency: String = Kind::Currency, 3, "null";
    /// A colour.
    colour: String = Kind::Colour, 7, "\"\"";
    /// A sector.
    sector: String = Kind::Sector, 4, "null";
    /// The bytes of a file, base64.
    base64: String = Kind::Base64, 14_000_000, "null";
    /// A free map.
    map: serde_json::Value = Kind::Map, 200, "[]";
    /// Any JSON value.
    any: serde_json::Value = Kind::Any, 200, "null";
    /// Translations that stand alone (not the companion of a text).
    translations: serde_json::Value = Kind::Translations, 100, "[]";
}

/// One of the listed words.
pub const fn one_of(name: &'static str, words: &'static [&'static str]) -> Field<String> {
    field(name, Kind::Enum(words), 0, "null")
}

/// An object with fields of its own.
pub const fn object(name: &'static str, fields: &'static [&'static FieldSpec]) -> Field<serde_json::Value> {
    field(name, Kind::Object(fields), 0, "null")
}

/// The id of a record of another entity.
pub const fn reference(name: &'static str, entity: &'static str) -> Field<String> {
    field(name, Kind::Reference(entity), 32, "null")
}

/// A list whose entries are described by `item`.
pub const fn list(name: &'static str, item: &'static FieldSpec) -> Field<serde_json::Value> {
    field(name, Kind::List(item), 1_000, "[]")
}

impl<T> Field<T> {
    /// `add` needs it; it cannot be cleared.
    pub const fn required(mut self) -> Self {
        self.spec.required = true;
        self
    }

    /// Most characters or entries.
    pub const fn max(mut self, max: usize) -> Self {
        self.spec.max = max;
        self
    }

    /// Smallest and largest number.
    pub const fn range(mut self, least: i64, most: i64) -> Self {
        self.spec.range = Some((least, most));
        self
    }

    /// `filter` finds the record by it.
    pub const fn search(mut self) -> Self {
        self.spec.search = true;
        self
    }

    /// Has a companion `…I18nList`.
    pub const fn translated(mut self) -> Self {
        self.spec.translated = true;
        self
    }

    /// Is an inheritance object, fed by the organization's field of that path.
    pub const fn inherits(mut self, path: &'static str) -> Self {
        self.spec.inherits = path;
        self
    }

    /// Values of `inheritance` besides `OFF`.
    pub const fn levels(mut self, levels: &'static [&'static str]) -> Self {
        self.spec.levels = levels;
        self
    }

    /// What an unset field answers, as JSON text.
    pub const fn default(mut self, json: &'static str) -> Self {
        self.spec.default = json;
        self
    }

    /// Set by the system only.
    pub const fn read_only(mut self) -> Self {
        self.spec.access = Access::ReadOnly;
        self
    }

    /// Accepted on `add` only.
    pub const fn add_only(mut self) -> Self {
        self.spec.access = Access::AddOnly;
        self
    }

    /// Accepted, never answered.
    pub const fn write_only(mut self) -> Self {
        self.spec.access = Access::WriteOnly;
        self
    }

    /// A reference by which records are listed.
    pub const fn indexed(mut self) -> Self {
        self.spec.indexed = true;
        self
    }
}

impl FieldSpec {
    /// Name of the companion that holds the translations.
    pub fn translations_name(&self) -> String {
        format!("{}I18nList", self.name)
    }

    /// Whether the field is an inheritance object.
    pub fn is_inheritable(&self) -> bool {
        !self.inherits.is_empty()
    }

    /// The value an unset field answers.
    pub fn default_value(&self) -> serde_json::Value {
        serde_json::from_str(self.default).expect("defaults are valid JSON, tested for every entity")
    }
}

/// Reads a typed value out of stored JSON.
pub trait FromJson: Sized {
    /// The value, when it has that type.
    fn from_json(value: &serde_json::Value) -> Option<Self>;
}

impl FromJson for String {
    fn from_json(value: &serde_json::Value) -> Option<Self> {
        value.as_str().map(str::to_owned)
    }
}

impl FromJson for i64 {
    fn from_json(value: &serde_json::Value) -> Option<Self> {
        value.as_i64()
    }
}

impl FromJson for f64 {
    fn from_json(value: &serde_json::Value) -> Option<Self> {
        value.as_f64()
    }
}

impl FromJson for bool {
    fn from_json(value: &serde_json::Value) -> Option<Self> {
        value.as_bool()
    }
}

impl FromJson for serde_json::Value {
    fn from_json(value: &serde_json::Value) -> Option<Self> {
        Some(value.clone())
    }
}

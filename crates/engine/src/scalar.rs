//! Scalars on the wire: each kind's shape, once. Values are checked, and normalized only where two spellings mean the same.

use crate::field::{FieldSpec, Kind};
use crate::id;
use crate::problem::Problem;
use kalends_catalog as catalog;
use serde_json::{Number, Value};

/// Largest absolute decimal that is accepted; far below where a double stops being exact to the cent.
const DECIMAL_MAX: f64 = 1e12;
/// Instants outside these years are refused (PLATFORM section 7, issue "Scheduling").
const YEARS: std::ops::RangeInclusive<i16> = 1970..=2200;

/// Checks one scalar and brings it into its stored form. `""` and `null` were handled before.
///
/// # Errors
/// The problem, without its parameter.
pub fn check(spec: &FieldSpec, value: &Value) -> Result<Value, Problem> {
    match spec.kind {
        Kind::Integer => integer(spec, value),
        Kind::Decimal => decimal(spec, value),
        Kind::Boolean => value.as_bool().map(Value::Bool).ok_or_else(|| wrong_type("boolean")),
        Kind::Instant => instant(text(value)?).map(Value::from),
        _ => {
            let text = text(value)?;
            if text.chars().count() > spec.max && spec.max > 0 {
                return Err(Problem::new("too_long").arg("max", spec.max.to_string()));
            }
            textual(spec, text).map(Value::String)
        }
    }
}

/// A problem saying which type is expected.
pub fn wrong_type(expected: &'static str) -> Problem {
    Problem::new("wrong_type").arg("expected", expected)
}

fn text(value: &Value) -> Result<&str, Problem> {
    value.as_str().ok_or_else(|| wrong_type("string"))
}

fn integer(spec: &FieldSpec, value: &Value) -> Result<Value, Problem> {
    #[expect(clippy::cast_possible_truncation, reason = "whole and within 2^53")]
    let number = value
        .as_i64()
        .or_else(|| value.as_f64().filter(|n| n.fract() == 0.0 && n.abs() < 9.0e15).map(|n| n as i64))
        .ok_or_else(|| wrong_type("integer"))?;
    within(spec, number < spec.range.map_or(i64::MIN, |r| r.0), number > spec.range.map_or(i64::MAX, |r| r.1))?;
    Ok(number.into())
}

fn decimal(spec: &FieldSpec, value: &Value) -> Result<Value, Problem> {
    let number = value.as_f64().ok_or_else(|| wrong_type("number"))?;
    #[expect(clippy::cast_precision_loss, reason = "ranges of fields are small numbers")]
    let (least, most) = spec.range.map_or((-DECIMAL_MAX, DECIMAL_MAX), |r| (r.0 as f64, r.1 as f64));
    if spec.range.is_none() && number.abs() > DECIMAL_MAX {
        return Err(Problem::new("too_large").arg("max", "1000000000000"));
    }
    within(spec, number < least, number > most)?;
    // Whole numbers keep their spelling: `34` comes back as `34`, `34.0` too.
    if value.is_i64() || value.is_u64() {
        return Ok(value.clone());
    }
    Number::from_f64(number).map(Value::Number).ok_or_else(|| wrong_type("number"))
}

fn within(spec: &FieldSpec, below: bool, above: bool) -> Result<(), Problem> {
    match spec.range {
        Some((least, _)) if below => Err(Problem::new("too_small").arg("min", least.to_string())),
        Some((_, most)) if above => Err(Problem::new("too_large").arg("max", most.to_string())),
        _ => Ok(()),
    }
}

fn textual(spec: &FieldSpec, text: &str) -> Result<String, Problem> {
    let ok = |valid: bool, code: &'static str| if valid { Ok(text.to_owned()) } else { Err(Problem::new(code)) };
    match spec.kind {
        Kind::Date => date(text).map(|_| text.to_owned()),
        Kind::Time => time(text),
        Kind::Enum(words) => {
            if words.contains(&text) {
                return Ok(text.to_owned());
            }
            Err(Problem::new("not_in_list").arg("values", words.join(", ")))
        }
        Kind::Email => ok(is_email(text), "bad_email"),
        Kind::Mobile => ok(is_mobile(text), "bad_mobile"),
        Kind::Telephone => ok(is_telephone(text), "bad_telephone"),
        Kind::Url => ok(is_url(text), "bad_url"),
        Kind::Locale => ok(catalog::locale::is_locale_value(text), "bad_locale"),
        Kind::TimeZone => ok(catalog::time_zone::is_zone(text), "bad_time_zone"),
        Kind::Country => ok(catalog::country::is_code(text), "bad_country"),
        Kind::Currency => ok(catalog::currency::is_code(text), "bad_currency"),
        Kind::Colour => ok(is_colour(text), "bad_colour"),
        Kind::Sector => ok(catalog::sector::is_id(text), "bad_reference"),
        Kind::Reference(_) => {
            ok(text.len() == id::LENGTH && text.bytes().all(|byte| byte.is_ascii_alphanumeric()), "bad_id")
        }
        _ => Ok(text.to_owned()),
    }
}

/// A calendar date between 1800 and 2200: birthdays are older than appointments.
///
/// # Errors
/// `bad_date`.
pub fn date(text: &str) -> Result<jiff::civil::Date, Problem> {
    let shaped = text.len() == 10;
    let date: Option<jiff::civil::Date> =
        text.parse().ok().filter(|date: &jiff::civil::Date| shaped && (1800..=2200).contains(&date.year()));
    date.ok_or_else(|| Problem::new("bad_date"))
}

fn time(text: &str) -> Result<String, Problem> {
    let shaped = matches!(text.len(), 5 | 8) && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b':');
    let time: Option<jiff::civil::Time> = text.parse().ok().filter(|_| shaped);
    time.map(|time| time.strftime("%H:%M:%S").to_string()).ok_or_else(|| Problem::new("bad_time"))
}

/// An RFC 3339 instant with its offset, between 1970 and 2200, in microseconds.
///
/// # Errors
/// `bad_instant`, `bad_year`.
pub fn instant(text: &str) -> Result<i64, Problem> {
    let bad = || Problem::new("bad_instant");
    if text.len() > 40 || text.contains('[') || !text.is_ascii() || text.as_bytes().get(10) != Some(&b'T') {
        return Err(bad());
    }
    // An offset's hours are those of a day (RFC 3339); the parser takes a few more.
    let offset = text.rfind(['+', '-']).filter(|at| *at > 10).map(|at| &text[at + 1..]);
    if offset.is_some_and(|offset| offset.get(..2).is_none_or(|hours| hours > "23")) {
        return Err(bad());
    }
    let instant: jiff::Timestamp = text.parse().map_err(|_| bad())?;
    if !YEARS.contains(&instant.to_zoned_datetime(jiff::tz::TimeZone::UTC).year()) {
        return Err(Problem::new("bad_year"));
    }
    Ok(instant.as_microsecond())
}

/// Whether the text is an address a mail could be sent to: one `@`, a local part, a domain with a dot.
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && !part.ends_with('.')
            && !part.contains("..")
            && !part.chars().any(|c| c.is_whitespace() || c.is_control() || "()<>[]:;,\\\"@".contains(c))
    };
    text.len() <= 254
        && local.len() <= 64
        && plain(local)
        && plain(domain)
        && domain.contains('.')
        && domain.split('.').all(|label| !label.starts_with('-') && !label.ends_with('-'))
}

fn is_mobile(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len()) && !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn is_telephone(text: &str) -> bool {
    text.bytes().filter(u8::is_ascii_digit).count() >= 3
        && text.chars().all(|c| c.is_ascii_digit() || " +-/().".contains(c))
}

fn is_url(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

fn is_colour(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field;
    use serde_json::json;

    #[test]
    fn shapes() {
        for (mail, good) in [
            ("a@b.de", true),
            ("a.b+c@x-y.example", true),
            ("a@b", false),
            ("a b@c.de", false),
            ("@c.de", false),
            ("a@-c.de", false),
            ("a@b@c.de", false),
        ] {
            assert_eq!(is_email(mail), good, "{mail}");
        }
        assert!(is_mobile("+491701234567") && !is_mobile("0170123456") && !is_mobile("+0170123456"));
        assert!(is_telephone("040/12345678") && !is_telephone("call me"));
        assert!(is_url("https://x.example/ü") && !is_url("javascript:alert(1)") && !is_url("//x"));
        assert!(is_colour("#ffcc00") && !is_colour("#fc0") && !is_colour("ffcc00"));
    }

    #[test]
    fn numbers_keep_their_value_and_php_floats_are_whole() {
        let duration = field::integer("duration").range(1, 600).spec;
        assert_eq!(check(&duration, &json!(60.0)), Ok(json!(60)));
        assert_eq!(check(&duration, &json!(0)).expect_err("small").code, "too_small");
        assert_eq!(check(&duration, &json!(601)).expect_err("large").code, "too_large");
        assert_eq!(check(&duration, &json!("60")).expect_err("text").code, "wrong_type");
        assert_eq!(check(&field::decimal("price").spec, &json!(34)), Ok(json!(34)));
        assert_eq!(check(&field::decimal("price").spec, &json!(1e13)).expect_err("large").code, "too_large");
    }

    #[test]
    fn times_and_instants() {
        assert_eq!(time("09:33"), Ok("09:33:00".into()));
        assert_eq!(time("25:00").expect_err("hour").code, "bad_time");
        assert!(date("2028-02-29").is_ok() && date("2027-02-29").is_err() && date("20270201").is_err());
        assert_eq!(instant("1970-01-01T01:00:00+01:00"), Ok(0));
        assert_eq!(instant("2201-01-01T00:00:00Z").expect_err("year").code, "bad_year");
        assert_eq!(instant("2027-01-01T10:00:00+25:00").expect_err("offset").code, "bad_instant");
        assert_eq!(instant("2027-01-01 00:00:00").expect_err("no offset").code, "bad_instant");
    }
}

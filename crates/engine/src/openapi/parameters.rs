//! Parameters of paths: what each may hold.

use super::example::Examples;
use super::words::{pascal, spaced};
use serde_json::{Value, json};

/// Component name and parameter object of a path's parameter.
pub(super) fn path(name: &str, examples: Examples<'_>) -> (String, Value) {
    let whole = |least: i64, most: i64, example: i64| json!({"type": "integer", "minimum": least, "maximum": most, "examples": [example]});
    let (description, schema) = match name {
        "locale" => (
            "Language of messages and names.".to_owned(),
            json!({"type": "string", "pattern": "^(de|en)(_[A-Z]{2})?$", "default": "en", "examples": ["en", "de_DE"]}),
        ),
        "page" => ("Page, from 1.".to_owned(), json!({"type": "integer", "minimum": 1, "default": 1})),
        "year" => ("Year.".to_owned(), whole(1970, 2200, 2027)),
        "month" => ("Month.".to_owned(), whole(1, 12, 3)),
        "day" => ("Day of the month.".to_owned(), whole(1, 31, 1)),
        "week" => ("Week of ISO 8601.".to_owned(), whole(1, 53, 9)),
        "customId" => (
            "Your own id of the record.".to_owned(),
            json!({"type": "string", "minLength": 1, "maxLength": 255, "examples": ["4711"]}),
        ),
        "customEntityType" => (
            "Type of the custom entity.".to_owned(),
            json!({"type": "string", "pattern": "^[0-9A-Za-z_-]{1,60}$", "examples": ["vehicle"]}),
        ),
        "errorCode" => (
            "The status to answer.".to_owned(),
            json!({"type": "integer", "enum": [400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 429, 500, 503]}),
        ),
        // Booking slots and holds are named by sealed texts, not by ids.
        "bookingSlotId" => ("The slot.".to_owned(), json!({"type": "string", "maxLength": 64})),
        _ => match name.strip_suffix("Id") {
            Some(entity) => {
                let entity = entity.strip_suffix("Related").unwrap_or(entity);
                let example = examples.id(entity);
                (
                    format!("Id of the {}.", spaced(entity)),
                    json!({"type": "string", "pattern": "^[0-9A-Za-z]{32}$", "examples": [example]}),
                )
            }
            None => (format!("The {}.", spaced(name)), json!({"type": "string", "minLength": 1})),
        },
    };
    let parameter = json!({"name": name, "in": "path", "required": true, "description": description, "schema": schema});
    (pascal(name), parameter)
}

/// The query of searches.
pub(super) fn search() -> Value {
    json!({
        "name": "searchQuery",
        "in": "query",
        "description": "Words to search for; beginnings of words are enough, case and accents do not matter.",
        "schema": {"type": "string", "maxLength": 255, "examples": ["john"]},
    })
}

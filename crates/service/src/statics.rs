//! Reference data: `static/*` of both APIs.

use crate::dispatch::Job;
use crate::lists;
use crate::reply::Reply;
use crate::templates;
use kalends_catalog::{country, currency, language, log_category, marker, permission, sector, time_zone};
use kalends_engine::problem::{Failure, Problem};
use serde_json::{Value, json};

/// Serves one of the operations.
pub(crate) fn serve(job: &Job<'_>, operation: &str) -> Result<Reply, Failure> {
    let language = job.call.language;
    let records: Vec<Value> = match operation {
        "static_country_list" => country::list(language)
            .map(|(code, name)| json!({"class": "COUNTRY", "id": code, "code": code, "name": name}))
            .collect(),
        "static_currency_list" => currency::list(language)
            .map(|(code, name)| {
                let digits = currency::minor_units(code);
                json!({"class": "CURRENCY", "id": code, "code": code, "name": name, "minorUnits": digits})
            })
            .collect(),
        "static_language_list" => language::list(language)
            .map(|(code, name)| json!({"class": "LANGUAGE", "id": code, "code": code, "name": name}))
            .collect(),
        "static_timeZone_list" => {
            time_zone::list(language).map(|(id, name)| json!({"class": "TIME_ZONE", "id": id, "name": name})).collect()
        }
        "static_sector_list" => sector::list(language)
            .map(|(id, name, group)| json!({"class": "SECTOR", "id": id, "name": name, "group": group}))
            .collect(),
        "static_logCategory_list" => log_category::list(language)
            .map(|(id, name)| json!({"class": "LOG_CATEGORY", "id": id, "name": name}))
            .collect(),
        "static_permission_list" => permission::list(language).map(|permission| permission_form(&permission)).collect(),
        "static_marker_list" => marker::list(language)
            .map(|m| {
                json!({
                    "class": "MARKER", "name": m.name, "entity": m.entity, "description": m.description,
                    "example": m.example,
                })
            })
            .collect(),
        "static_organizationTemplateData_list" => templates::list(language),
        "static_error_show" => return Err(error(job.param("errorCode"))),
        _ => return Err(Failure::not_found()),
    };
    let total = i64::try_from(records.len()).unwrap_or(i64::MAX);
    Ok(Reply::json(&lists::list(total, records)))
}

/// A permission as it is answered.
pub(crate) fn permission_form(p: &permission::Permission) -> Value {
    json!({
        "class": "PERMISSION", "id": p.id, "name": p.name, "description": p.description, "entity": p.entity,
        "write": p.write,
    })
}

/// `static/error/{code}/show` answers with that very status, so that a client's developer sees what each looks like.
fn error(code: &str) -> Failure {
    let known = [400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 429, 500, 503];
    match code.parse::<u16>().ok().filter(|code| known.contains(code)) {
        Some(status) => Failure {
            retry_after: matches!(status, 429 | 503).then_some(1),
            allow: (status == 405).then(|| "GET".to_owned()),
            ..Problem::new("example_error").arg("status", status.to_string()).with_status(status)
        },
        None => Failure::not_found(),
    }
}

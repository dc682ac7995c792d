//! The parts every operation shares: the envelope, lists, refusals, headers, security.

use crate::envelope::{self, Tone};
use crate::problem::Problem;
use kalends_catalog::locale::Language;
use serde_json::{Map, Value, json};

/// A refusal as a reusable answer: status, component name, what it means, an example.
struct Refusal {
    status: &'static str,
    name: &'static str,
    text: &'static str,
    header: Option<&'static str>,
    example: Problem,
}

fn refusals() -> Vec<Refusal> {
    let refusal = |status, name, text, example| Refusal { status, name, text, header: None, example };
    let with = |header, refusal: Refusal| Refusal { header: Some(header), ..refusal };
    let permission = "customer_write";
    vec![
        refusal(
            "400",
            "Invalid",
            "The request is wrong; each wrong field is named.",
            Problem::at("required", "lastName"),
        ),
        with(
            "WWW-Authenticate",
            refusal("401", "Unauthorized", "No access token, or one that is not valid.", Problem::new("token_missing")),
        ),
        refusal(
            "403",
            "Forbidden",
            "The token is valid but does not allow this.",
            Problem::new("permission_missing").arg("permission", permission),
        ),
        refusal("404", "NotFound", "There is no such object or address for this caller.", Problem::new("not_found")),
        with(
            "Allow",
            refusal(
                "405",
                "MethodNotAllowed",
                "The address exists, but not with this method.",
                Problem::new("method_not_allowed").arg("allowed", "GET, HEAD, OPTIONS"),
            ),
        ),
        refusal(
            "409",
            "Conflict",
            "It collides with what is there: a time taken meanwhile, a `customId` in use, a request still running.",
            Problem::at("custom_id_taken", "customId"),
        ),
        refusal("412", "VersionMismatch", "`If-Match` names another version.", Problem::new("version_mismatch")),
        refusal(
            "413",
            "TooLarge",
            "The body is larger than 256 KiB (10 MiB of bytes for files and images).",
            Problem::new("body_too_large").arg("max", "262144"),
        ),
        refusal(
            "415",
            "UnsupportedMediaType",
            "The body is not sent as `application/json`.",
            Problem::new("unsupported_media_type"),
        ),
        refusal(
            "422",
            "IdempotencyMismatch",
            "The `Idempotency-Key` was used with another body.",
            Problem::new("idempotency_mismatch"),
        ),
        with(
            "Retry-After",
            refusal(
                "429",
                "TooManyRequests",
                "The client asks more than it may.",
                Problem::new("rate_limited").arg("seconds", "1"),
            ),
        ),
        refusal("500", "Internal", "A mistake on our side; it was recorded.", Problem::new("internal")),
        with(
            "Retry-After",
            refusal(
                "503",
                "Unavailable",
                "A part that the server needs is away; try again.",
                Problem::new("unavailable"),
            ),
        ),
    ]
}

/// Every reusable refusal by its component's name.
pub(super) fn refusal_components() -> Map<String, Value> {
    let components = refusals().into_iter().map(|refusal| {
        let message = envelope::message(Tone::Failure, &refusal.example, Language::En);
        let mut headers = json!({"X-Request-Id": {"$ref": "#/components/headers/RequestId"}});
        if let Some(name) = refusal.header {
            let text = if name == "Retry-After" { "Seconds to wait." } else { "As RFC 9110 defines it." };
            headers[name] = json!({"description": text, "schema": {"type": "string"}});
        }
        let answer = json!({
            "description": refusal.text,
            "headers": headers,
            "content": {"application/json": {
                "schema": {"$ref": "#/components/schemas/Failure"},
                "example": {"messageList": [message], "content": null},
            }},
        });
        (refusal.name.to_owned(), answer)
    });
    components.collect()
}

/// References to the refusals of the given statuses, in order.
pub(super) fn refused(statuses: &[&str]) -> Vec<(String, Value)> {
    let chosen = refusals().into_iter().filter(|refusal| statuses.contains(&refusal.status));
    chosen
        .map(|refusal| (refusal.status.to_owned(), json!({"$ref": format!("#/components/responses/{}", refusal.name)})))
        .collect()
}

/// Schemas that stand in every document.
pub(super) fn schemas() -> Map<String, Value> {
    let schemas = json!({
        "Message": {
            "type": "object",
            "required": ["class", "type", "parameter", "text", "code"],
            "properties": {
                "class": {"const": "MESSAGE"},
                "type": {"type": "string", "enum": ["success", "failure", "info"]},
                "parameter": {
                    "type": ["string", "null"],
                    "description": "The field concerned as a path such as `address.zip`; null when it is the whole request.",
                },
                "text": {"type": "string", "description": "A sentence for people, in the language of the address."},
                "code": {"type": "string", "description": "Stable, for programs."},
            },
        },
        "MessageList": {"type": "array", "items": {"$ref": "#/components/schemas/Message"}},
        "Failure": {
            "type": "object",
            "required": ["messageList", "content"],
            "properties": {
                "messageList": {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/Message"}},
                "content": {"type": "null"},
            },
        },
        "Translation": {
            "type": "object",
            "required": ["key", "value"],
            "properties": {
                "key": {"type": "string", "pattern": "^[a-z]{2}(_[A-Z]{2})?$", "description": "A locale."},
                "value": {"type": "string"},
            },
        },
        "FreeMap": {
            "description": "A map of your own with at most 200 keys. The empty map is `[]`.",
            "type": ["object", "array"],
            "maxItems": 0,
            "maxProperties": 200,
        },
        "Record": {
            "type": "object",
            "description": "A record; `class` says of which kind, a class that ends in `_SHORT` is a short form.",
            "required": ["class"],
            "properties": {
                "class": {"type": "string"},
                "id": {"type": "string"},
            },
        },
    });
    let Value::Object(schemas) = schemas else { return Map::new() };
    schemas
}

/// `LIST` of what the schema says.
pub(super) fn list(items: &Value) -> Value {
    json!({
        "type": "object",
        "required": ["class", "recordTotal", "recordLimit", "recordList"],
        "properties": {
            "class": {"const": "LIST"},
            "recordTotal": {"type": "integer", "minimum": 0},
            "recordLimit": {"type": "integer", "description": "Most records that are answered."},
            "recordList": {"type": "array", "items": items},
        },
    })
}

/// `PAGINATION_LIST` of what the schema says.
pub(super) fn page(items: &Value) -> Value {
    let number = json!({"type": "integer", "minimum": 0});
    json!({
        "type": "object",
        "required": [
            "class", "pageCurrent", "pageTotal", "recordFrom", "recordTo", "recordTotal", "recordPerPage", "recordList"
        ],
        "properties": {
            "class": {"const": "PAGINATION_LIST"},
            "pageCurrent": {"type": "integer", "minimum": 1},
            "pageTotal": {"type": "integer", "minimum": 1},
            "recordFrom": number,
            "recordTo": number,
            "recordTotal": number,
            "recordPerPage": number,
            "recordList": {"type": "array", "items": items},
        },
    })
}

/// `RANGE_LIST` of what the schema says.
pub(super) fn range(items: &Value) -> Value {
    json!({
        "type": "object",
        "required": ["class", "rangeStart", "rangeEnd", "timeZone", "list"],
        "properties": {
            "class": {"const": "RANGE_LIST"},
            "rangeStart": {"type": "string", "format": "date-time"},
            "rangeEnd": {"type": "string", "format": "date-time", "description": "Exclusive."},
            "timeZone": {"type": "string"},
            "list": {"type": "array", "items": items},
        },
    })
}

/// Headers of answers.
pub(super) fn headers() -> Value {
    json!({
        "RequestId": {"description": "Names the request in our logs.", "schema": {"type": "string"}},
        "ETag": {"description": "The record's version, for `If-Match`.", "schema": {"type": "string"}},
        "RateLimit": {"description": "What is left of the client's limit.", "schema": {"type": "string"}},
        "RateLimit-Policy": {"description": "The client's limit.", "schema": {"type": "string"}},
    })
}

/// Headers of an answer of success.
pub(super) fn success_headers(versioned: bool) -> Value {
    let mut headers = json!({
        "X-Request-Id": {"$ref": "#/components/headers/RequestId"},
        "RateLimit": {"$ref": "#/components/headers/RateLimit"},
        "RateLimit-Policy": {"$ref": "#/components/headers/RateLimit-Policy"},
    });
    if versioned {
        headers["ETag"] = json!({"$ref": "#/components/headers/ETag"});
    }
    headers
}

/// How callers prove who they are.
pub(super) fn security_schemes(server: &str) -> Value {
    json!({
        "accessToken": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "An access token of `POST /oauth/token`; it lives 300 seconds.",
        },
        "clientCredentials": {
            "type": "oauth2",
            "description":
                "Client id and secret. The answer holds an access token when the request names `organization_id`; \
                 without it, it holds a refresh token only, which `grant_type=refresh_token` exchanges.",
            "flows": {"clientCredentials": {"tokenUrl": format!("{server}/oauth/token"), "scopes": {}}},
        },
    })
}

/// Parameters of headers, by component name.
pub(super) fn header_parameters() -> [(&'static str, Value); 3] {
    [
        (
            "IdempotencyKey",
            json!({
                "name": "Idempotency-Key",
                "in": "header",
                "description":
                    "Any text of your own. The same key with the same body is answered as the first time, for 24 hours.",
                "schema": {"type": "string", "minLength": 1, "maxLength": 255},
            }),
        ),
        (
            "IfMatch",
            json!({
                "name": "If-Match",
                "in": "header",
                "description": "An `ETag`: nothing happens when the record has changed meanwhile.",
                "schema": {"type": "string"},
            }),
        ),
        (
            "Prefer",
            json!({
                "name": "Prefer",
                "in": "header",
                "description": "`handling=strict` refuses unknown fields instead of noting them.",
                "schema": {"type": "string"},
            }),
        ),
    ]
}

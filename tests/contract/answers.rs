//! What every answer must look like, from the contract's example or, where there is none, from the operation's name.

use super::document::Operation;
use kalends_engine::route::Api;
use kalends_testkit::client::Answer;
use serde_json::Value;

/// Keys of examples that are slips of whoever wrote them down, with the operation.
const SLIPS: &[(&str, &str)] = &[
    // A list's key that a program left over.
    ("module appointment_add", "0"),
];

/// Complains about an answer of success.
pub(super) fn check(operation: &Operation, answer: &Answer, wanted: u64) -> Vec<String> {
    let mut complaints = Vec::new();
    if u64::from(answer.status) != wanted {
        return vec![format!("answered {} instead of {wanted}: {}", answer.status, short(&answer.text))];
    }
    if !operation.json {
        if answer.text.is_empty() {
            complaints.push("answered no bytes".to_owned());
        }
        return complaints;
    }
    complaints.extend(envelope(answer, wanted < 400));
    let content = &answer.json["content"];
    if let Some(example) = &operation.response_example {
        like(&operation.key(), "content", content, example, &mut complaints);
    }
    complaints.extend(by_name(operation, content));
    complaints
}

fn short(text: &str) -> String {
    text.chars().take(400).collect()
}

/// `{"messageList":[{class, type, parameter, text, code}],"content":…}` and nothing else.
fn envelope(answer: &Answer, success: bool) -> Vec<String> {
    let mut complaints = Vec::new();
    let keys: Vec<&String> = answer.json.as_object().into_iter().flat_map(|answer| answer.keys()).collect();
    if keys != ["messageList", "content"] {
        complaints.push(format!("is no envelope: {}", short(&answer.text)));
    }
    for message in answer.json["messageList"].as_array().into_iter().flatten() {
        let tone = message["type"].as_str().unwrap_or_default();
        let text = message["text"].as_str().unwrap_or_default();
        let tones: &[&str] = if success { &["success", "info"] } else { &["failure"] };
        let whole = message["class"] == "MESSAGE"
            && message.get("parameter").is_some()
            && message["code"].is_string()
            && !text.is_empty()
            && text != message["code"];
        if !whole || !tones.contains(&tone) {
            complaints.push(format!("has a wrong message: {message}"));
        }
    }
    complaints
}

/// The `class` and the keys of the example are there; in the first record of lists too.
fn like(key: &str, path: &str, content: &Value, example: &Value, complaints: &mut Vec<String>) {
    let (Some(content), Some(example)) = (content.as_object(), example.as_object()) else { return };
    if let Some(class) = example.get("class")
        && content.get("class") != Some(class)
    {
        complaints.push(format!("{path}.class is {:?} instead of {class}", content.get("class")));
        return;
    }
    for (name, value) in example {
        let Some(ours) = content.get(name) else {
            if !SLIPS.contains(&(key, name)) {
                complaints.push(format!("{path} lacks {name}"));
            }
            continue;
        };
        if name == "recordList" || name == "list" || name.ends_with("List") {
            let (first, example) = (&ours[0], &value[0]);
            like(key, &format!("{path}.{name}.0"), first, example, complaints);
        }
    }
}

/// What the conventions say for the name.
fn by_name(operation: &Operation, content: &Value) -> Vec<String> {
    let class = upper_snake(&operation.entity);
    let verb = operation.verb();
    let wanted: Option<(String, &[&str])> = match verb {
        _ if operation.name == "organization_add" => Some(("LIST".into(), LIST)),
        // The one that answers the whole form.
        "add" if operation.api == Api::Module && operation.entity == "appointment" => Some((class, FULL)),
        "add" | "addRoot" | "addSub" | "copy" => Some((format!("{class}_SHORT"), &["id"])),
        "show" | "identify" if operation.entity != "static" && !operation.name.contains("availability") => {
            Some((class, FULL))
        }
        _ if operation.path.contains("{page}") => Some(("PAGINATION_LIST".into(), PAGE)),
        "list" | "listAll" | "tree" => Some(("LIST".into(), LIST)),
        "listDay" | "listWeek" | "listMonth" => Some(("RANGE_LIST".into(), RANGE)),
        _ => None,
    };
    let Some((class, keys)) = wanted else { return Vec::new() };
    let mut complaints = Vec::new();
    if content["class"] != class.as_str() {
        complaints.push(format!("has class {} instead of {class}", content["class"]));
    }
    for key in keys.iter().filter(|key| content.get(**key).is_none()) {
        complaints.push(format!("lacks {key}"));
    }
    complaints
}

const FULL: &[&str] = &["id", "customId", "timestampAdd", "timestampEdit", "organizationId"];
const LIST: &[&str] = &["recordTotal", "recordLimit", "recordList"];
const RANGE: &[&str] = &["rangeStart", "rangeEnd", "timeZone", "list"];
const PAGE: &[&str] =
    &["pageCurrent", "pageTotal", "recordFrom", "recordTo", "recordTotal", "recordPerPage", "recordList"];

/// `customerGroup` becomes `CUSTOMER_GROUP`.
fn upper_snake(name: &str) -> String {
    let letters = name.chars().flat_map(|letter| {
        let gap = letter.is_ascii_uppercase().then_some('_');
        gap.into_iter().chain(std::iter::once(letter.to_ascii_uppercase()))
    });
    letters.collect()
}

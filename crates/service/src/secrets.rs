//! Secret settings of configurations: in the list stands a mask, the value lies beside it under a name that no field has,
//! and so is never answered. Only the app itself is shown its own (`appConfig_app_show`).

use kalends_engine::Body;
use kalends_entities::offer::SECRET;
use kalends_entities::value_types::is_given;
use serde_json::{Value, json};

/// Where a body keeps the values of its secret settings.
pub(crate) const PLACE: &str = "secretSettings";
/// What stands in the list instead of a secret; sent back it means that the secret stays.
pub(crate) const MASK: &str = "********";

fn is_secret(definition: &[Value], setting: &Value) -> bool {
    definition.iter().any(|declared| declared["key"] == setting["key"] && declared["type"] == SECRET)
}

fn kept<'b>(body: Option<&'b Body>, setting: &Value) -> Option<&'b Value> {
    body?.get(PLACE)?.get(setting["key"].as_str()?)
}

/// Puts the known secrets in the place of masks that were sent back; a mask of nothing is nothing.
pub(crate) fn open(definition: &[Value], before: Option<&Body>, settings: &mut [Value]) {
    for setting in settings.iter_mut().filter(|setting| setting["value"] == MASK) {
        if is_secret(definition, setting) {
            setting["value"] = kept(before, setting).cloned().unwrap_or(Value::Null);
        }
    }
}

/// Stores settings with their secrets out of sight.
pub(crate) fn close(definition: &[Value], mut settings: Vec<Value>, body: &mut Body) {
    let mut secrets = Body::new();
    for setting in settings.iter_mut().filter(|setting| is_secret(definition, setting) && is_given(&setting["value"])) {
        let value = std::mem::replace(&mut setting["value"], json!(MASK));
        secrets.insert(setting["key"].as_str().unwrap_or_default().to_owned(), value);
    }
    if secrets.is_empty() {
        body.remove(PLACE);
    } else {
        body.insert(PLACE.into(), Value::Object(secrets));
    }
    body.insert("settingList".into(), Value::Array(settings));
}

/// Puts the secrets back into the list.
pub(crate) fn restore(body: &mut Body) {
    let Some(Value::Object(secrets)) = body.remove(PLACE) else { return };
    let Some(Value::Array(settings)) = body.get_mut("settingList") else { return };
    for setting in settings {
        let key = setting["key"].as_str().unwrap_or_default();
        if let Some(secret) = secrets.get(key).filter(|_| setting["value"] == MASK) {
            setting["value"] = secret.clone();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_masked_kept_and_given_back() {
        let definition = [json!({"key": "token", "type": "SECRET"}), json!({"key": "name", "type": "INPUT"})];
        let mut body = Body::new();
        close(
            &definition,
            vec![json!({"key": "token", "value": "s3"}), json!({"key": "name", "value": MASK})],
            &mut body,
        );
        assert_eq!(body["settingList"], json!([{"key": "token", "value": MASK}, {"key": "name", "value": MASK}]));
        let mut sent = vec![json!({"key": "token", "value": MASK}), json!({"key": "name", "value": MASK})];
        open(&definition, Some(&body), &mut sent);
        assert_eq!((&sent[0]["value"], &sent[1]["value"]), (&json!("s3"), &json!(MASK)), "only secrets are masked");
        open(&definition, None, &mut sent[..1]);
        restore(&mut body);
        assert_eq!(body["settingList"][0]["value"], "s3");
        assert!(!body.contains_key(PLACE));
        let mut sent = vec![json!({"key": "token", "value": MASK})];
        open(&definition, None, &mut sent);
        assert_eq!(sent[0]["value"], Value::Null, "the mask itself is no secret");
    }
}

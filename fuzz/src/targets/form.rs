//! Bodies of the token endpoint as form and as JSON.

use super::Names;
use kalends_oauth::request::Parameters;

pub(crate) const WORDS: &[&str] = &[
    "&",
    "=",
    "%",
    "%26",
    "%00",
    "+",
    "grant_type",
    "client_id",
    "{\"",
    "\":\"",
    "\",\"",
    "\"}",
    "\\u0000",
    "[",
    "null",
];

/// No parameter counts twice, and each has the value that is read in another way too.
pub(crate) fn run(data: &[u8]) {
    for media in ["", "application/x-www-form-urlencoded; charset=utf-8"] {
        let Ok(read) = Parameters::read(media, data) else { continue };
        let pairs: Vec<(String, String)> = url::form_urlencoded::parse(data).into_owned().collect();
        for (index, (name, value)) in pairs.iter().enumerate() {
            assert!(!pairs[..index].iter().any(|(other, _)| other == name), "{name} was accepted twice");
            assert_eq!(read.get(name), Some(value.as_str()).filter(|value| !value.is_empty()), "{name}");
        }
    }
    if let Ok(read) = Parameters::read("application/json", data) {
        let names = Names::of(data).expect("what was read is an object");
        assert!(!names.repeat(), "a name was accepted twice");
        let value: serde_json::Value = serde_json::from_slice(data).expect("what was read is JSON");
        for name in &names.0 {
            assert_eq!(read.get(name), value[name].as_str().filter(|value| !value.is_empty()), "{name}");
        }
    }
}

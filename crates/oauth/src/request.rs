//! Reading token requests: form, JSON of flat strings, HTTP Basic (RFC 6749 sections 2.3 and 3.2).

use crate::error::{Code, Refusal};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use std::fmt;

/// Largest body in bytes.
pub const BODY_MAX: usize = 64 * 1024;

/// The parameters of a request; an empty value counts as absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parameters(Vec<(String, String)>);

fn invalid(description: &'static str) -> Refusal {
    Refusal::new(Code::InvalidRequest, description)
}

impl Parameters {
    /// Reads a body by its media type; without one it is read as a form.
    ///
    /// # Errors
    /// `invalid_request`: not readable, a parameter twice, JSON that is not an object of strings.
    pub fn read(media: &str, body: &[u8]) -> Result<Self, Refusal> {
        let essence = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let pairs = match essence.as_str() {
            "application/json" => json(body)?,
            "multipart/form-data" => multipart(media, body)?,
            "" | "application/x-www-form-urlencoded" => form(body)?,
            _ => return Err(invalid("send the parameters as application/x-www-form-urlencoded")),
        };
        for (index, (name, _)) in pairs.iter().enumerate() {
            if pairs[..index].iter().any(|(other, _)| other == name) {
                return Err(invalid("a parameter was sent twice"));
            }
        }
        Ok(Self(pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect()))
    }

    /// A parameter's value.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A parameter that the request needs.
    ///
    /// # Errors
    /// `invalid_request`.
    pub fn need(&self, name: &str, missing: &'static str) -> Result<&str, Refusal> {
        self.get(name).ok_or(invalid(missing))
    }

    /// No parameters at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn form(body: &[u8]) -> Result<Vec<(String, String)>, Refusal> {
    if std::str::from_utf8(body).is_err() {
        return Err(invalid("the body is not UTF-8"));
    }
    Ok(url::form_urlencoded::parse(body).into_owned().collect())
}

fn json(body: &[u8]) -> Result<Vec<(String, String)>, Refusal> {
    let Texts(pairs) = serde_json::from_slice(body).map_err(|_| invalid("send a JSON object of strings"))?;
    Ok(pairs)
}

/// An object of texts with every name as it was written: a map would keep the last of two.
struct Texts(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Texts;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object of strings")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Texts, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Texts(pairs))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

/// Fields of a `multipart/form-data` body (RFC 7578, RFC 2046 section 5.1); files are not expected here.
fn multipart(media: &str, body: &[u8]) -> Result<Vec<(String, String)>, Refusal> {
    let wrong = || invalid("the multipart body cannot be read");
    let boundary = option(media, "boundary").filter(|boundary| (1..=70).contains(&boundary.len())).ok_or_else(wrong)?;
    let body = std::str::from_utf8(body).map_err(|_| wrong())?;
    // A delimiter is a line of its own; inside of a line it is part of a value.
    let delimiter = format!("\r\n--{boundary}");
    let mut rest = body.strip_prefix(&delimiter[2..]).ok_or_else(wrong)?;
    let mut pairs = Vec::new();
    while !rest.starts_with("--") {
        let part = rest.strip_prefix("\r\n").ok_or_else(wrong)?;
        let (head, part) = part.split_once("\r\n\r\n").ok_or_else(wrong)?;
        let mut lines = head.split("\r\n").filter_map(|line| line.split_once(':'));
        let disposition = lines.find(|(name, _)| name.trim().eq_ignore_ascii_case("content-disposition"));
        let name = disposition.and_then(|(_, value)| option(value, "name")).ok_or_else(wrong)?;
        let end = part.find(&delimiter).ok_or_else(wrong)?;
        pairs.push((name.to_owned(), part[..end].to_owned()));
        rest = &part[end + delimiter.len()..];
    }
    Ok(pairs)
}

/// An option of a header's value: `boundary` of `multipart/form-data; boundary="x"`.
fn option<'a>(value: &'a str, name: &str) -> Option<&'a str> {
    value.split(';').skip(1).find_map(|part| {
        let (key, value) = part.split_once('=')?;
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"'))
    })
}

/// Who the client says it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The client's id.
    pub id: String,
    /// Its secret, if it sent one.
    pub secret: Option<String>,
    /// Sent by HTTP Basic.
    pub basic: bool,
}

/// The credentials of a request, from HTTP Basic or from the body.
///
/// # Errors
/// `invalid_request` when there are none or when both differ; `invalid_client` for Basic that cannot be read.
pub fn credentials(authorization: Option<&str>, parameters: &Parameters) -> Result<Credentials, Refusal> {
    let body_id = parameters.get("client_id");
    let Some(header) = authorization else {
        let id = body_id.ok_or(invalid("client_id is missing"))?.to_owned();
        return Ok(Credentials { id, secret: parameters.get("client_secret").map(str::to_owned), basic: false });
    };
    let refused = Refusal::client(true);
    let (scheme, encoded) = header.split_once(' ').ok_or(refused)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(refused);
    }
    let decoded =
        STANDARD.decode(encoded.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok()).ok_or(refused)?;
    let (id, secret) = decoded.split_once(':').ok_or(refused)?;
    // RFC 6749 section 2.3.1: both halves are form-encoded before they are joined.
    let plain = |text: &str| {
        // A bare `&` would end the text there: whoever encoded it did not do what the RFC says.
        let joined = format!("v={}", text.replace('&', "%26"));
        url::form_urlencoded::parse(joined.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    let (id, secret) = (plain(id), plain(secret));
    if body_id.is_some_and(|other| other != id) || parameters.get("client_secret").is_some_and(|other| other != secret)
    {
        return Err(invalid("the client in the header and the one in the body differ"));
    }
    Ok(Credentials { id, secret: Some(secret).filter(|secret| !secret.is_empty()), basic: true })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d3_d16_forms_and_json() {
        let form = Parameters::read("application/x-www-form-urlencoded", b"a=1&b=&c=x%20y").expect("a form");
        assert_eq!((form.get("a"), form.get("b"), form.get("c")), (Some("1"), None, Some("x y")));
        let json = Parameters::read("application/json; charset=utf-8", br#"{"a":"1"}"#).expect("JSON");
        assert_eq!(json.get("a"), Some("1"));
        let twice = br#"{"a":"1","\u0061":"2"}"#;
        for broken in [&b"[]"[..], b"{", br#"{"a":{"b":"c"}}"#, br#"{"a":1}"#, br#"{"a":null}"#, twice] {
            assert!(Parameters::read("application/json", broken).is_err());
        }
        assert!(Parameters::read("", b"a=1&a=2").is_err(), "twice");
        assert!(Parameters::read("text/plain", b"a=1").is_err());
    }

    #[test]
    fn multipart_fields() {
        let body = b"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\n2\r\n--x--\r\n";
        let read = Parameters::read("multipart/form-data; boundary=x", body).expect("multipart");
        assert_eq!((read.get("a"), read.get("b")), (Some("1"), Some("2")));
        assert!(Parameters::read("multipart/form-data; boundary=x", b"--x\r\nbroken").is_err());
        let tricky = b"--x\r\ncontent-type: text/plain\r\ncontent-disposition: form-data; filename=\"c\"; name=\"a\"\r\n\r\n1--x\n--x\r\n--x--";
        let read = Parameters::read("Multipart/Form-Data; Boundary=\"x\"", tricky).expect("multipart");
        assert_eq!((read.get("a"), read.get("c")), (Some("1--x\n--x"), None));
        assert!(Parameters::read("multipart/form-data", body).is_err());
    }

    #[test]
    fn d5_d9_basic() {
        let none = Parameters::default();
        let header = format!("Basic {}", STANDARD.encode("id:a%2Bb+c"));
        let read = credentials(Some(&header), &none).expect("read");
        assert_eq!((read.id.as_str(), read.secret.as_deref(), read.basic), ("id", Some("a+b c"), true));
        let bare = format!("Basic {}", STANDARD.encode("id&x:a&b"));
        let read = credentials(Some(&bare), &none).expect("read");
        assert_eq!((read.id.as_str(), read.secret.as_deref()), ("id&x", Some("a&b")), "nothing is cut off");
        let other = Parameters::read("", b"client_id=other").expect("a form");
        assert_eq!(credentials(Some(&header), &other).expect_err("differ").code, Code::InvalidRequest);
        for broken in ["Basic", "Basic !!!", "Bearer x", "Basic aWQ="] {
            assert_eq!(credentials(Some(broken), &none).expect_err(broken).status(), 401);
        }
        assert_eq!(credentials(None, &none).expect_err("none").code, Code::InvalidRequest);
    }
}

//! Client authentication by HTTP Basic (RFC 6749 section 2.3.1).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kalends_oauth::request::{Parameters, credentials};
use url::form_urlencoded::byte_serialize;

pub(crate) const WORDS: &[&str] = &["Basic ", "basic ", "Bearer ", ":", "%3A", "%00", "+", "&", "=", "aWQ6c2VjcmV0"];

/// Any header is judged; what a client encodes as the RFC says is read as it was meant; who is named in the body too must
/// be the same.
pub(crate) fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let none = Parameters::default();
    for header in [text.to_owned(), format!("Basic {text}"), format!("Basic {}", STANDARD.encode(text))] {
        if let Ok(read) = credentials(Some(&header), &none) {
            assert!(read.basic && read.secret.as_deref() != Some(""), "{header}");
            let body = Parameters::read("", form(&[("client_id", "another one")]).as_bytes()).expect("a form");
            let mixed = credentials(Some(&header), &body);
            assert!(mixed.is_err() || read.id == "another one", "two clients in one request: {header}");
        }
    }
    let (id, secret) = text.split_once('\0').unwrap_or((text, ""));
    let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let header = format!("Basic {}", STANDARD.encode(format!("{}:{}", encode(id), encode(secret))));
    let read = credentials(Some(&header), &none).expect("a header as it should be");
    assert_eq!((read.id.as_str(), read.secret.as_deref().unwrap_or_default()), (id, secret));
}

fn form(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

//! Redirect addresses: what may be registered, and what matches it.

use kalends_oauth::redirect::{matches, register};
use url::Url;

pub(crate) const WORDS: &[&str] = &[
    "http://127.0.0.1",
    "http://[::1]",
    "http://localhost",
    "https://",
    "spa.example",
    "com.example.app:/",
    "javascript:",
    "data:",
    ":443",
    ":51234",
    "@evil.test",
    "\\",
    "/../",
    "%2e",
    "#",
    "*",
    "?code=",
    "\n",
    "\t",
];

/// Two lines: a registered address and an asked one. What is registered is an address a browser leaves as it is; what
/// matches leads to the same host and path.
pub(crate) fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (registered, asked) = text.split_once('\n').unwrap_or((text, text));
    for uri in [registered, asked] {
        if register(uri).is_ok() {
            let url = Url::parse(uri).expect("an address");
            assert!(url.as_str().trim_end_matches('/') == uri.trim_end_matches('/'), "{uri} is written {url}");
            assert!(url.fragment().is_none() && url.username().is_empty() && url.password().is_none(), "{uri}");
            let loopback = matches!(url.host_str(), Some("127.0.0.1" | "[::1]"));
            assert!(url.scheme() == "https" || url.scheme().contains('.') || loopback, "{uri}");
            assert!(matches(uri, uri), "{uri}");
        }
    }
    assert_eq!(matches(registered, asked), matches(asked, registered), "{registered} {asked}");
    if register(registered).is_ok() && matches(registered, asked) {
        let (own, other) = (Url::parse(registered).expect("an address"), Url::parse(asked).expect("an address"));
        assert_eq!((own.scheme(), own.host(), own.path()), (other.scheme(), other.host(), other.path()));
        assert_eq!((own.query(), other.fragment(), other.username()), (other.query(), None, ""));
        assert!(own.port() == other.port() || own.scheme() == "http", "{registered} {asked}");
    }
}

//! Where a form may lead.

use kalends_oauth::next::local;
use url::Url;

pub(crate) const WORDS: &[&str] =
    &["/", "//", "\\", "/.", "/..", "\t", "\n", "https:", "evil.test", "?", "#", "%2f", "@", ":"];

/// Whatever is accepted is a path of ours, for a browser on any page of ours, and its path used alone is one again.
pub(crate) fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Some(next) = local(text) else { return };
    assert_eq!(next, text);
    assert!(!next.chars().any(char::is_control), "{next:?}");
    for page in ["https://kalends.example/login", "http://127.0.0.1:8080/a/b?next=/c"] {
        let page = Url::parse(page).expect("an address");
        let url = page.join(next).expect("a path");
        assert_eq!(url.origin(), page.origin(), "{next:?}");
        assert!(url.username().is_empty() && url.password().is_none(), "{next:?}");
        assert_eq!(page.join(url.path()).expect("a path").origin(), page.origin(), "{next:?}");
    }
}

//! Where a page leads after a form: only ever to a path of our own.
//!
//! `next` comes with the address, so anyone can write it. What a browser might read as another host is not accepted: it
//! takes `\` for `/`, and forgets tabs and line breaks wherever they stand.

/// Longest path in bytes: an authorization request of 8 KiB fits.
pub const LONGEST: usize = 9 * 1024;

/// The path, if it is one of our own, with its query: `/x`, of visible ASCII characters.
pub fn local(next: &str) -> Option<&str> {
    let visible = next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let path = next.split(['?', '#']).next().unwrap_or_default();
    // A double slash is refused further behind too: `/.//host` becomes `//host` once dots are taken out.
    let own = path.starts_with('/') && !path.contains("//");
    (visible && own && next.len() <= LONGEST).then_some(next)
}

/// The path if it is one of our own, else `default`.
pub fn or<'a>(next: &'a str, default: &'a str) -> &'a str {
    local(next).unwrap_or(default)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use url::Url;

    #[test]
    fn own_paths_stay() {
        for next in ["/", "/user/en/sessions", "/oauth/authorize?redirect_uri=https%3A%2F%2Fspa.example&x=//y", "/a#b"]
        {
            assert_eq!(local(next), Some(next));
        }
        assert_eq!(or("/a", "/b"), "/a");
    }

    #[test]
    fn everything_else_leads_to_the_default() {
        for next in [
            "",
            "x",
            "//evil.test",
            "///evil.test",
            "/\\evil.test",
            "\\/evil.test",
            "/\t/evil.test",
            "/\n/evil.test",
            "\t//evil.test",
            " /x",
            "/ /x",
            "/x\r\nSet-Cookie: a=b",
            "/x\0",
            "/.//evil.test",
            "/a/..//evil.test",
            "https://evil.test/",
            "https:evil.test",
            "javascript:alert(1)",
            "data:text/html,x",
            "?x",
            "#x",
            "@evil.test",
            ".evil.test",
            "/ü",
        ] {
            assert_eq!(or(next, "/home"), "/home", "{next:?}");
        }
        assert_eq!(local(&format!("/{}", "a".repeat(LONGEST))), None);
    }

    proptest! {
        /// Whatever is accepted, a browser stays with us and on a path that stays with us when it is used alone.
        #[test]
        fn what_is_accepted_stays_here(next in r#"[/\\.:@?#%a-z0-9\t\n ]{0,20}|//?[a-z.]{1,9}"#) {
            let base = Url::parse("https://kalends.example/login?next=x").expect("an address");
            if let Some(next) = local(&next) {
                let url = base.join(next).expect("joined");
                prop_assert_eq!(url.origin(), base.origin());
                let again = base.join(url.path()).expect("joined");
                prop_assert_eq!(again.origin(), base.origin());
            }
        }
    }
}

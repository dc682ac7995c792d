//! Addresses an authorization answer may be sent to: which may be registered, and when an asked one is a registered one.
//!
//! RFC 9700 section 2.1 wants exact comparison; RFC 8252 section 7.3 lets only the port of a loopback address vary.
//! What is registered is what a browser makes of it, letter by letter, so that both rules compare texts and no parser has
//! a say when a request comes in.

use url::Url;

/// Longest address in bytes.
pub const LONGEST: usize = 2_000;

/// Beginnings of loopback addresses (RFC 8252 section 7.3). `localhost` is none of them: section 8.3 advises against it,
/// since a name can lead anywhere.
const LOOPBACK: [&str; 2] = ["http://127.0.0.1", "http://[::1]"];

/// Parameters of the answer (RFC 6749 section 4.1.2, RFC 9207): an address cannot bring its own.
const ANSWER: [&str; 5] = ["code", "state", "iss", "error", "error_description"];

/// Why an address cannot be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// Longer than [`LONGEST`].
    Long,
    /// Not absolute, or with characters an address has not.
    Unreadable,
    /// Has a part after `#` (RFC 6749 section 3.1.2).
    Fragment,
    /// Has a `*`.
    Wildcard,
    /// Has a name or password before the host.
    UserInfo,
    /// Neither https, http of this machine nor an app's own scheme with a dot (RFC 8252 section 7.1).
    Scheme,
    /// `http` to something else than `127.0.0.1` or `[::1]`.
    Plain,
    /// A browser would write it in another way: capital letters in the host, a port that goes without saying, `..`.
    Spelling,
    /// Its query has a parameter that the answer has.
    Query,
}

impl Unfit {
    /// The code of the sentence that says so.
    pub fn code(self) -> &'static str {
        match self {
            Self::Long => "redirect_long",
            Self::Unreadable => "redirect_unreadable",
            Self::Fragment => "redirect_fragment",
            Self::Wildcard => "redirect_wildcard",
            Self::UserInfo => "redirect_user_info",
            Self::Scheme => "redirect_scheme",
            Self::Plain => "redirect_plain",
            Self::Spelling => "redirect_spelling",
            Self::Query => "redirect_query",
        }
    }
}

/// Checks an address that a developer registers.
///
/// # Errors
/// What is wrong with it.
pub fn register(uri: &str) -> Result<(), Unfit> {
    if uri.len() > LONGEST {
        return Err(Unfit::Long);
    }
    if uri.contains('#') {
        return Err(Unfit::Fragment);
    }
    if uri.contains('*') {
        return Err(Unfit::Wildcard);
    }
    // The characters of RFC 3986; a browser would repair others, and a repaired address is another one.
    let usual = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?[]@!$&'()+,;=%".contains(&byte);
    let (scheme, rest) = uri.split_once(':').ok_or(Unfit::Unreadable)?;
    if !uri.bytes().all(usual) {
        return Err(Unfit::Unreadable);
    }
    let url = Url::parse(uri).map_err(|_| Unfit::Unreadable)?;
    if !url.username().is_empty() || url.password().is_some() || authority(rest).contains('@') {
        return Err(Unfit::UserInfo);
    }
    match scheme.to_ascii_lowercase().as_str() {
        "https" => {}
        "http" if without_port(uri).is_some() => {}
        "http" => return Err(Unfit::Plain),
        other if other.contains('.') && rest.starts_with('/') => {}
        _ => return Err(Unfit::Scheme),
    }
    let written = url.as_str();
    if written != uri && written.strip_suffix('/') != Some(uri) {
        return Err(Unfit::Spelling);
    }
    if url.query_pairs().any(|(name, _)| ANSWER.contains(&name.as_ref())) {
        return Err(Unfit::Query);
    }
    Ok(())
}

/// Whether an address that a request asks for is the registered one: the same text, or the same but for the port when it
/// is a loopback address, since an app on a computer takes the port that is free.
pub fn matches(registered: &str, asked: &str) -> bool {
    registered == asked || without_port(registered).is_some_and(|own| without_port(asked) == Some(own))
}

/// A loopback address as what stands before and after its port; none if it is no such address.
fn without_port(uri: &str) -> Option<(&str, &str)> {
    let begin = LOOPBACK.into_iter().find(|begin| uri.starts_with(begin))?;
    let (host, rest) = uri.split_at(begin.len());
    let rest = match rest.strip_prefix(':') {
        None => rest,
        Some(port) => {
            let end = port.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(port.len());
            let (port, rest) = port.split_at(end);
            port.parse::<u16>().ok().filter(|number| *number > 0)?;
            rest
        }
    };
    (rest.is_empty() || rest.starts_with(['/', '?'])).then_some((host, rest))
}

/// What stands between `//` and the path, if anything.
fn authority(rest: &str) -> &str {
    rest.strip_prefix("//").and_then(|rest| rest.split(['/', '?']).next()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SPA: &str = "https://spa.example/cb";

    #[test]
    fn a5_to_a14_only_the_same_text() {
        assert!(matches(SPA, SPA));
        for (row, asked) in [
            ("a5", "https://other.example/cb"),
            ("a6", "https://spa.example/cb/"),
            ("a7", "https://spa.example/cb?x=1"),
            ("a8", "https://spa.example/cb#f"),
            ("a9", "https://spa.example/CB"),
            ("a9", "https://SPA.example/cb"),
            ("a9", "HTTPS://spa.example/cb"),
            ("a10", "https://spa.example:443/cb"),
            ("a12", "https://spa.example@evil.example/cb"),
            ("a14", "https://spa.example.evil.example/cb"),
            ("a5", "http://spa.example/cb"),
            ("a5", "https://spa.example/x/../cb"),
            ("a5", "https://spa.example/%63b"),
            ("a5", "https://spa.example\\/cb"),
            ("a5", " https://spa.example/cb"),
            ("a5", ""),
        ] {
            assert!(!matches(SPA, asked), "{row}: {asked}");
        }
    }

    #[test]
    fn a16_addresses_that_run() {
        for uri in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "javascript://spa.example/%0aalert(1)",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
            "blob:https://spa.example/x",
            "about:blank",
            "ftp://spa.example/cb",
            "ws://spa.example/cb",
            "myapp:/cb",
        ] {
            assert_eq!(register(uri), Err(Unfit::Scheme), "{uri}");
        }
        assert_eq!(register("java\tscript:alert(1)"), Err(Unfit::Unreadable));
    }

    #[test]
    fn a20_the_port_of_a_loopback_address_is_free() {
        for (registered, asked) in [
            ("http://127.0.0.1/cb", "http://127.0.0.1:51234/cb"),
            ("http://127.0.0.1:3000/cb", "http://127.0.0.1:51234/cb"),
            ("http://127.0.0.1:3000/cb", "http://127.0.0.1/cb"),
            ("http://[::1]/cb?a=b", "http://[::1]:65535/cb?a=b"),
            ("http://127.0.0.1", "http://127.0.0.1:1"),
        ] {
            assert_eq!(register(registered), Ok(()), "{registered}");
            assert!(matches(registered, asked), "{registered} {asked}");
        }
        for asked in [
            "http://127.0.0.1:51234/cb/",
            "http://127.0.0.1:51234/other",
            "http://127.0.0.1:/cb",
            "http://127.0.0.1:0/cb",
            "http://127.0.0.1:65536/cb",
            "http://127.0.0.1:+80/cb",
            "http://127.0.0.1:80@evil.test/cb",
            "http://127.0.0.1.evil.test/cb",
            "http://127.0.0.1@evil.test/cb",
            "http://127.0.0.1:51234\\@evil.test/cb",
            "http://[::1]:51234/cb",
            "http://localhost:51234/cb",
            "http://127.0.0.2/cb",
            "https://127.0.0.1:51234/cb",
            "HTTP://127.0.0.1:51234/cb",
        ] {
            assert!(!matches("http://127.0.0.1/cb", asked), "{asked}");
        }
        assert!(!matches("https://127.0.0.1/cb", "https://127.0.0.1:8443/cb"), "only http has a free port");
    }

    #[test]
    fn a23_a_name_that_looks_like_this_machine() {
        for uri in [
            "http://localhost.evil.test/cb",
            "http://127.0.0.1.evil.test/cb",
            "http://localhost/cb",
            "http://localhost:3000/cb",
            "http://127.1/cb",
            "http://0.0.0.0/cb",
            "http://[::ffff:127.0.0.1]/cb",
            "http://127.0.0.2/cb",
            "http://2130706433/cb",
        ] {
            assert_eq!(register(uri), Err(Unfit::Plain), "{uri}");
        }
        assert_eq!(register("http://127.0.0.1@evil.test/cb"), Err(Unfit::UserInfo));
        assert_eq!(register("http://127.0.0.1:80@evil.test/cb"), Err(Unfit::UserInfo));
    }

    #[test]
    fn a24_what_cannot_be_registered() {
        for (uri, why) in [
            ("http://app.example/cb", Unfit::Plain),
            ("https://*.app.example/cb", Unfit::Wildcard),
            ("https://app.example/*", Unfit::Wildcard),
            ("https://app.example/cb#f", Unfit::Fragment),
            ("https://app.example/cb#", Unfit::Fragment),
            ("/cb", Unfit::Unreadable),
            ("cb", Unfit::Unreadable),
            ("//app.example/cb", Unfit::Unreadable),
            ("", Unfit::Unreadable),
            ("https://", Unfit::Unreadable),
            ("https:app.example/cb", Unfit::Spelling),
            ("https:///app.example/cb", Unfit::Spelling),
            ("https://user:pass@app.example/cb", Unfit::UserInfo),
            ("https://@app.example/cb", Unfit::UserInfo),
            ("com.example.app://user@x/cb", Unfit::UserInfo),
            ("https://App.example/cb", Unfit::Spelling),
            ("HTTPS://app.example/cb", Unfit::Spelling),
            ("https://app.example:443/cb", Unfit::Spelling),
            ("https://app.example/a/../cb", Unfit::Spelling),
            ("https://app.example/a/%2e%2e/cb", Unfit::Spelling),
            ("https://app.example\\cb", Unfit::Unreadable),
            ("https://app.example/c b", Unfit::Unreadable),
            ("https://app.example/c\nb", Unfit::Unreadable),
            ("https://äpp.example/cb", Unfit::Unreadable),
            ("https://app.example/cb?code=1", Unfit::Query),
            ("https://app.example/cb?a=1&st%61te=2", Unfit::Query),
            ("com.example.app:cb", Unfit::Scheme),
        ] {
            assert_eq!(register(uri), Err(why), "{uri}");
        }
        assert_eq!(register(&format!("https://app.example/{}", "a".repeat(LONGEST))), Err(Unfit::Long));
    }

    #[test]
    fn what_can_be_registered() {
        for uri in [
            SPA,
            "https://spa.example",
            "https://spa.example/",
            "https://spa.example:8443/cb?tenant=7",
            "https://xn--bcher-kva.example/cb",
            "https://localhost/cb",
            "com.example.app:/cb",
            "com.example.app://cb",
        ] {
            assert_eq!(register(uri), Ok(()), "{uri}");
            assert!(matches(uri, uri));
        }
    }

    proptest! {
        /// What matches leads to where the registered address leads: same scheme, host, path and query.
        #[test]
        fn what_matches_leads_to_the_same_place(
            registered in prop::sample::select(vec![SPA, "http://127.0.0.1/cb", "http://[::1]:3000/cb?a=b", "com.example.app:/cb"]),
            cut in 0_usize..40,
            inserted in r#"[:@/\\.?#0-9a-z\t ]{0,6}"#,
            removed in 0_usize..6,
        ) {
            let cut = cut.min(registered.len());
            let end = (cut + removed).min(registered.len());
            let asked = format!("{}{inserted}{}", &registered[..cut], &registered[end..]);
            if matches(registered, &asked) {
                let (own, other) = (Url::parse(registered).expect("registered"), Url::parse(&asked).expect("an address"));
                prop_assert_eq!(own.scheme(), other.scheme());
                prop_assert_eq!(own.host(), other.host());
                prop_assert_eq!(own.path(), other.path());
                prop_assert_eq!(own.query(), other.query());
                prop_assert_eq!(other.fragment(), None);
                prop_assert_eq!(other.username(), "");
                prop_assert!(own.port() == other.port() || own.scheme() == "http");
            }
        }

        /// Nothing makes it fail, and what is registered has no part that an answer could be hidden in.
        #[test]
        fn any_text_is_judged(uri in r#"((https?|com\.app|javascript):)?[/\\a-z0-9.:@\[\]#?&=%*\t -]{0,40}"#) {
            if register(&uri).is_ok() {
                let url = Url::parse(&uri).expect("an address");
                prop_assert!(url.scheme() == "https" || url.scheme() == "com.app" || url.scheme() == "http");
                prop_assert!(url.scheme() != "http" || uri.starts_with("http://127.0.0.1") || uri.starts_with("http://[::1]"));
                prop_assert!(url.fragment().is_none() && url.username().is_empty());
                prop_assert!(matches(&uri, &uri));
            }
        }
    }
}

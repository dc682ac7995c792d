//! The browser behind a request: its session, its language, where it comes from, and the secret its forms are bound to.

use super::respond;
use crate::{Web, network};
use axum::extract::FromRequestParts;
use axum::response::Response;
use http::header::{ACCEPT_LANGUAGE, COOKIE, USER_AGENT};
use http::request::Parts;
use http::{HeaderMap, Uri};
use kalends_catalog::locale::{Language, Locale};
use kalends_engine::id;
use kalends_service::people::seals::Purpose;
use kalends_service::people::sessions::{Origin, Session};
use std::sync::Arc;

/// Name of the cookie that is a session.
pub(crate) const SESSION: &str = "kalends";
/// Name of the cookie that binds the forms of somebody who is not logged in.
pub(crate) const VISIT: &str = "kalends-visit";
/// Name of the cookie by which a device is known.
pub(crate) const DEVICE: &str = "kalends-device";

/// The browser behind a request.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    /// Who is logged in.
    pub session: Option<Session>,
    /// Language of the page: the address's, the person's, the browser's.
    pub language: Language,
    /// Network address and program.
    pub origin: Origin,
    /// What its forms are bound to: the cookie of its session or visit.
    pub secret: String,
    /// Token for its forms.
    pub csrf: String,
    /// The cookie of its visit must be set with the answer.
    pub is_new: bool,
    /// The cookie by which this device is known, or empty.
    pub device: String,
    /// Cookies are marked `Secure` and `__Host-`.
    pub secure: bool,
    uri: Uri,
    by_path: bool,
}

/// A cookie's value.
fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// `Secure` cookies work over TLS, and on this machine itself without it.
pub(crate) fn is_secure(public_url: &str) -> bool {
    let Ok(url) = url::Url::parse(public_url) else { return false };
    let local = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || local
}

/// A cookie's full name: with the prefix that lets nobody but this very host set it.
pub(crate) fn cookie_name(secure: bool, name: &str) -> String {
    if secure { format!("__Host-{name}") } else { name.to_owned() }
}

impl FromRequestParts<Arc<Web>> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, web: &Arc<Web>) -> Result<Self, Response> {
        let headers = &parts.headers;
        let secure = is_secure(&web.public_url);
        let named = |name: &str| cookie(headers, &cookie_name(secure, name)).unwrap_or_default();
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let network = network::address(web, parts);
        let origin = Origin { network, agent: text(USER_AGENT) };
        let by_path = path_language(parts.uri.path());
        let by_query = query_language(parts.uri.query().unwrap_or_default());
        let by_browser = Language::of(text(ACCEPT_LANGUAGE).trim_start().to_ascii_lowercase().get(..2).unwrap_or(""));
        let mut visitor = Self {
            session: None,
            language: by_path.or(by_query).unwrap_or(by_browser),
            origin,
            secret: named(VISIT).to_owned(),
            csrf: String::new(),
            is_new: false,
            device: named(DEVICE).to_owned(),
            secure,
            uri: parts.uri.clone(),
            by_path: by_path.is_some(),
        };
        match web.service.session(named(SESSION)).await {
            Ok(Some(session)) => {
                visitor.secret = named(SESSION).to_owned();
                if by_path.or(by_query).is_none() {
                    visitor.language = session.user.language();
                }
                visitor.session = Some(session);
            }
            Ok(None) if visitor.secret.len() < 32 || visitor.secret.len() > 64 => {
                visitor.secret = id::alphanumerics(32, web.entropy());
                visitor.is_new = true;
            }
            Ok(None) => {}
            Err(failure) => return Err(respond::failure(&visitor, &failure)),
        }
        visitor.csrf = web.service.seals.seal(Purpose::Form, &visitor.secret, web.clock().now());
        Ok(visitor)
    }
}

/// A visitor who is logged in; anybody else is sent to the login page and comes back afterwards.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    /// The browser.
    pub visitor: Visitor,
    /// Its session.
    pub session: Session,
}

impl FromRequestParts<Arc<Web>> for Member {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, web: &Arc<Web>) -> Result<Self, Response> {
        let visitor = Visitor::from_request_parts(parts, web).await?;
        match visitor.session.clone() {
            Some(session) => Ok(Self { visitor, session }),
            None => Err(respond::see_other(&visitor, &super::login::address(&visitor, &visitor.place()))),
        }
    }
}

impl Visitor {
    /// The page's address in the other language.
    pub(crate) fn other_language(&self) -> Option<String> {
        let other = if self.language == Language::De { "en" } else { "de" };
        let query = self.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        if self.by_path {
            let mut segments: Vec<&str> = self.uri.path().split('/').collect();
            *segments.get_mut(2)? = other;
            return Some(format!("{}{query}", segments.join("/")));
        }
        let kept = self.uri.query().unwrap_or_default().split('&');
        let kept = kept.filter(|pair| !pair.is_empty() && !pair.starts_with("ui_locales="));
        let pairs: Vec<String> = kept.map(str::to_owned).chain([format!("ui_locales={other}")]).collect();
        Some(format!("{}?{}", self.uri.path(), pairs.join("&")))
    }

    /// Path and query of the page.
    pub(crate) fn place(&self) -> String {
        self.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str).to_owned()
    }
}

/// The language of `/user/{locale}/…` and `/developer/{locale}/…`.
fn path_language(path: &str) -> Option<Language> {
    let mut segments = path.split('/').skip(1);
    let area = segments.next()?;
    let locale = segments.next()?;
    matches!(area, "user" | "developer").then(|| Locale::parse_segment(locale))?.map(|locale| locale.language)
}

/// The first language of `ui_locales` (OpenID Connect) that pages exist in.
fn query_language(query: &str) -> Option<Language> {
    let (_, value) = url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == "ui_locales")?;
    value.split(' ').find_map(|tag| match tag.get(..2)?.to_ascii_lowercase().as_str() {
        "de" => Some(Language::De),
        "en" => Some(Language::En),
        _ => None,
    })
}

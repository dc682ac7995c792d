//! Forms: reading them, making sure that they come from our own pages, and showing them again with what was wrong.

use super::respond;
use super::visitor::Visitor;
use crate::{Web, body};
use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::Response;
use http::HeaderMap;
use http::header::{CONTENT_TYPE, ORIGIN};
use kalends_catalog::message;
use kalends_engine::problem::{Failure, Problem};
use kalends_service::people::seals::Purpose;
use std::sync::Arc;

/// Largest form in bytes.
const MAX: usize = 256 * 1024;
/// How long a form may stay open: 12 hours.
const LIFE: i64 = 12 * 3_600 * 1_000_000;
/// Name of the field that proves that a form is ours.
pub(crate) const TOKEN: &str = "csrf";

/// The fields of a form in order; what was wrong with them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Form {
    fields: Vec<(String, String)>,
    /// Field (empty for the whole form) and sentence.
    pub errors: Vec<(String, String)>,
}

impl Form {
    /// A form with these values.
    pub(crate) fn of<N: Into<String>, V: Into<String>>(fields: impl IntoIterator<Item = (N, V)>) -> Self {
        let fields = fields.into_iter().map(|(name, value)| (name.into(), value.into()));
        Self { fields: fields.collect(), errors: Vec::new() }
    }

    /// A field's value, empty when it was not sent.
    pub(crate) fn value(&self, name: &str) -> &str {
        self.fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }

    /// All values of a field that may be sent several times.
    pub(crate) fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether a box with this value is ticked.
    pub(crate) fn has(&self, name: &str, value: &str) -> bool {
        self.values(name).any(|other| other == value)
    }

    /// Sets a value.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.fields.retain(|(key, _)| key != name);
        self.fields.push((name.to_owned(), value.into()));
    }

    /// The first sentence about a field.
    pub(crate) fn error(&self, name: &str) -> Option<&str> {
        self.errors.iter().find(|(field, _)| field == name).map(|(_, sentence)| sentence.as_str())
    }

    /// Takes the reasons of a refusal, in the visitor's language.
    pub(crate) fn refuse(&mut self, visitor: &Visitor, failure: &Failure) {
        for problem in &failure.problems {
            self.errors.push((problem.parameter.clone().unwrap_or_default(), sentence(visitor, problem)));
        }
    }
}

/// A problem as a sentence.
pub(crate) fn sentence(visitor: &Visitor, problem: &Problem) -> String {
    let args: Vec<(&str, &str)> = problem.args.iter().map(|(name, value)| (*name, value.as_ref())).collect();
    message::text(visitor.language, problem.code, &args)
}

/// A form that one of our own pages sent, with who sent it.
#[derive(Debug)]
pub(crate) struct Posted {
    /// The browser.
    pub visitor: Visitor,
    /// What it sent.
    pub form: Form,
}

impl FromRequest<Arc<Web>> for Posted {
    type Rejection = Response;

    async fn from_request(request: Request, web: &Arc<Web>) -> Result<Self, Response> {
        let (mut parts, content) = request.into_parts();
        let visitor = Visitor::from_request_parts(&mut parts, web).await?;
        let refuse = |code| respond::failure(&visitor, &Problem::new(code).with_status(403));
        if !is_own_page(&parts.headers, &web.public_url, visitor.secure) {
            return Err(refuse("form_foreign"));
        }
        let form = match read(&parts.headers, content).await {
            Ok(form) => form,
            Err(failure) => return Err(respond::failure(&visitor, &failure)),
        };
        let now = web.clock().now();
        // Without the cookie the secret was made just now, and no token fits it.
        if web.service.seals.open(Purpose::Form, &visitor.secret, form.value(TOKEN), LIFE, now).is_none() {
            return Err(refuse("form_expired"));
        }
        Ok(Self { visitor, form })
    }
}

async fn read(headers: &HeaderMap, content: Body) -> Result<Form, Failure> {
    let media = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if media.split(';').next().unwrap_or_default().trim() != "application/x-www-form-urlencoded" {
        return Err(Problem::new("form_media_type").with_status(415));
    }
    let bytes = body::bytes(headers, content, MAX).await?;
    let text = std::str::from_utf8(&bytes).map_err(|_| Problem::new("invalid_utf8"))?;
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(text.as_bytes()).into_owned().collect();
    if pairs.iter().any(|(name, value)| name.contains('\0') || value.contains('\0')) {
        return Err(Problem::new("nul_character").into());
    }
    Ok(Form::of(pairs))
}

/// Whether the browser says that one of our own pages sent this (Fetch metadata, `Origin`). A client that says neither is
/// judged by the form's token alone. Our pages name no referrer, and then a browser says `Origin: null` of them too: that
/// counts only beside the word that it was the same origin, which browsers leave out where there is no TLS.
fn is_own_page(headers: &HeaderMap, public_url: &str, secure: bool) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let site = text("sec-fetch-site");
    let origin = match text(ORIGIN.as_str()) {
        None => true,
        Some("null") => site.map_or(!secure, |site| site == "same-origin"),
        Some(origin) => origin == origin_of(public_url),
    };
    origin && site.is_none_or(|site| matches!(site, "same-origin" | "none"))
}

/// Scheme, host and port of an address.
pub(crate) fn origin_of(url: &str) -> String {
    url::Url::parse(url).map(|url| url.origin().ascii_serialization()).unwrap_or_default()
}

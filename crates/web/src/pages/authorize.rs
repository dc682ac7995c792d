//! `/oauth/authorize` and the consent page (PLATFORM section 3.2).

use super::form::{Posted, origin_of};
use super::page::Page;
use super::visitor::Visitor;
use super::{login, respond};
use crate::{Web, body, path};
use askama::Template;
use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request as HttpRequest, State};
use axum::response::Response;
use http::Method;
use http::header::ALLOW;
use kalends_engine::problem::{Failure, Problem};
use kalends_service::authorize::{Refused, Request, Step};
use std::sync::Arc;

/// Longest query in bytes.
const QUERY_MAX: usize = 8 * 1024;

#[derive(Template)]
#[template(path = "consent.html")]
struct ConsentPage {
    page: Page,
    app: String,
    account: String,
    organization: Option<String>,
    permissions: Vec<String>,
    openid: bool,
    user: String,
    host: String,
    ticket: String,
}

/// `GET|POST /oauth/authorize`, `/authorize`
pub(crate) async fn authorize(State(web): State<Arc<Web>>, request: HttpRequest) -> Response {
    let (mut parts, content) = request.into_parts();
    let visitor = match Visitor::from_request_parts(&mut parts, &web).await {
        Ok(visitor) => visitor,
        Err(response) => return response,
    };
    let query = match parts.method {
        Method::GET | Method::HEAD => parts.uri.query().unwrap_or_default().to_owned(),
        Method::POST => match posted(&parts.headers, content).await {
            Ok(query) => query,
            Err(failure) => return respond::failure(&visitor, &failure),
        },
        _ => return other_method(&visitor),
    };
    if query.len() > QUERY_MAX {
        return respond::failure(&visitor, &Problem::new("address_too_long").with_status(414));
    }
    if parts.method == Method::POST {
        // OpenID Connect lets clients post a request; the page that follows needs the session, which a post from another
        // site does not bring along.
        return respond::see_other(&visitor, &format!("/oauth/authorize?{query}"));
    }
    match step(&web, &visitor, &query).await {
        Ok(response) => response,
        Err(refused) => refuse(&web, &visitor, refused),
    }
}

async fn posted(headers: &http::HeaderMap, content: Body) -> Result<String, Failure> {
    let bytes = body::bytes(headers, content, QUERY_MAX + 1).await?;
    Ok(std::str::from_utf8(&bytes).map_err(|_| Problem::new("invalid_utf8"))?.to_owned())
}

fn other_method(visitor: &Visitor) -> Response {
    let allowed = "GET, HEAD, POST";
    let problem = Problem::new("method_not_allowed").arg("allowed", allowed);
    let mut response = respond::failure(visitor, &problem.with_status(405));
    crate::answer::set(&mut response, ALLOW, allowed);
    response
}

async fn step(web: &Web, visitor: &Visitor, query: &str) -> Result<Response, Refused> {
    let request = web.service.authorization_request(&path::form(query)).await?;
    match web.service.authorization_step(&request, visitor.session.as_ref()).await? {
        Step::LogIn(place) => Ok(respond::see_other(visitor, &login::address(visitor, &place))),
        Step::Send(code) => Ok(send(web, visitor, &request, &code)),
        Step::Ask { ticket, organization } => Ok(ask(visitor, request, ticket, organization)),
    }
}

fn send(web: &Web, visitor: &Visitor, request: &Request, code: &str) -> Response {
    respond::see_other(visitor, &web.service.answer_address(&request.target, &[("code", code)]))
}

fn ask(visitor: &Visitor, request: Request, ticket: String, organization: Option<String>) -> Response {
    let target = form_target(&request.target.redirect_uri);
    let named = kalends_catalog::permission::list(visitor.language);
    let permissions = named.into_iter().filter(|permission| request.app.permissions.contains(&permission.id));
    let consent = ConsentPage {
        page: Page::new(visitor, "consent-title"),
        account: request.app.account,
        organization,
        permissions: permissions.map(|permission| permission.name).collect(),
        openid: request.openid,
        user: visitor.session.as_ref().map(|session| session.user.email.clone()).unwrap_or_default(),
        host: target.clone(),
        app: request.app.name,
        ticket,
    };
    respond::html_to(visitor, 200, &consent, &[target])
}

fn refuse(web: &Web, visitor: &Visitor, refused: Refused) -> Response {
    match refused {
        Refused::Page(failure) | Refused::Failed(failure) => respond::failure(visitor, &failure),
        Refused::Told(target, told) => {
            let what = [("error", told.error), ("error_description", told.description)];
            respond::see_other(visitor, &web.service.answer_address(&target, &what))
        }
    }
}

/// `POST /oauth/consent`; everything else leads to the account.
pub(crate) async fn consent(State(web): State<Arc<Web>>, request: HttpRequest) -> Response {
    if request.method() != Method::POST {
        let (mut parts, _) = request.into_parts();
        return match Visitor::from_request_parts(&mut parts, &web).await {
            Ok(visitor) => respond::see_other(&visitor, &login::home(&visitor)),
            Err(response) => response,
        };
    }
    let Posted { visitor, form } = match Posted::from_request(request, &web).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let Some(session) = &visitor.session else {
        return respond::failure(&visitor, &Failure::forbidden("form_expired"));
    };
    let answered = async {
        let request = web.service.answered(form.value("ticket"), session).await?;
        if form.value("decision") != "allow" {
            let what = [("error", "access_denied"), ("error_description", "the person did not allow it")];
            return Ok(respond::see_other(&visitor, &web.service.answer_address(&request.target, &what)));
        }
        let code = web.service.allow(&request, session).await?;
        Ok(send(&web, &visitor, &request, &code))
    };
    answered.await.unwrap_or_else(|refused| refuse(&web, &visitor, refused))
}

/// The request that a login is for, if `next` leads back to one that is in order.
pub(crate) async fn asked(web: &Web, next: &str) -> Option<Request> {
    let query = next.strip_prefix("/oauth/authorize?")?;
    web.service.authorization_request(&path::form(query)).await.ok()
}

/// What a content security policy calls the place of a redirect address: its origin, or its scheme when it has none.
pub(crate) fn form_target(uri: &str) -> String {
    let origin = origin_of(uri);
    match uri.split_once(':') {
        Some((scheme, _)) if !matches!(scheme, "http" | "https") => format!("{scheme}:"),
        _ => origin,
    }
}

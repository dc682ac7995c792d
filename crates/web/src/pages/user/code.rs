//! The second step of a login.

use super::{Guest, Handed, parameter, place, refused};
use crate::Web;
use crate::pages::form::Form;
use crate::pages::page::Page;
use crate::pages::visitor::Visitor;
use crate::pages::{authorize, login, respond};
use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use kalends_oauth::next;
use kalends_service::people::login::{Attempt, Login};
use std::sync::Arc;

#[derive(Template)]
#[template(path = "user/code.html")]
struct CodePage {
    page: Page,
    form: Form,
}

/// `GET login/code`
pub(super) async fn form(State(web): State<Arc<Web>>, Guest(visitor): Guest, RawQuery(query): RawQuery) -> Response {
    let (half, after) = (parameter(query.as_deref(), "login"), parameter(query.as_deref(), "next"));
    if web.service.half_login(&half).is_none() {
        return respond::see_other(&visitor, &login::address(&visitor, next::or(&after, &login::home(&visitor))));
    }
    let form = Form::of([("login", half), ("next", next::or(&after, "").to_owned())]);
    let targets = targets(&web, form.value("next")).await;
    let page = Page::new(&visitor, "user-code");
    respond::html_to(&visitor, 200, &CodePage { page, form }, &targets)
}

/// Where a form may end up: a browser applies the policy to the redirects that follow.
async fn targets(web: &Web, after: &str) -> Vec<String> {
    let asked = authorize::asked(web, after).await;
    asked.iter().map(|request| authorize::form_target(&request.target.redirect_uri)).collect()
}

/// `POST login/code`
pub(super) async fn submit(State(web): State<Arc<Web>>, handed: Handed) -> Response {
    let Handed { visitor, mut form } = handed;
    let attempt = attempt(&visitor);
    let home = login::home(&visitor);
    let after = next::or(form.value("next"), &home).to_owned();
    match web.service.log_in_with_code(form.value("login"), form.value("code"), &attempt).await {
        Ok(Login::Done { session, device }) => {
            let mut response = respond::see_other(&visitor, &after);
            respond::log_in(&visitor, &mut response, &session, &device);
            response
        }
        // A code is the last step there is.
        Ok(Login::SecondFactor(_)) => respond::see_other(&visitor, &place(&visitor, "profile")),
        Err(failure) => {
            form.refuse(&visitor, &failure);
            form.set("code", "");
            refused(&visitor, &failure, &CodePage { page: Page::new(&visitor, "user-code"), form })
        }
    }
}

/// The browser's part of a login without a password.
pub(super) fn attempt(visitor: &Visitor) -> Attempt {
    Attempt {
        email: String::new(),
        password: String::new(),
        origin: visitor.origin.clone(),
        device: visitor.device.clone(),
        replaced: visitor.session.as_ref().map(|session| session.id.clone()),
    }
}

//! Forgotten passwords, and the first password of somebody who was invited.

use super::{Guest, Handed, is_done, parameter, place, refused, said};
use crate::Web;
use crate::pages::form::Form;
use crate::pages::page::Page;
use crate::pages::visitor::Visitor;
use crate::pages::{login, respond};
use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use kalends_service::people::links::Purpose;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "user/forgot.html")]
struct ForgotPage {
    page: Page,
    form: Form,
}

#[derive(Template)]
#[template(path = "user/choose.html")]
struct ChoosePage {
    page: Page,
    form: Form,
    action: String,
    email: String,
}

/// `GET forgot`
pub(super) async fn forgot(Guest(visitor): Guest, RawQuery(query): RawQuery) -> Response {
    if is_done(query.as_deref()) {
        return said(&visitor, "user-forgot", "user-forgot-sent", &login::home(&visitor), "user-to-login");
    }
    respond::html(&visitor, 200, &ForgotPage { page: Page::new(&visitor, "user-forgot"), form: Form::default() })
}

/// `POST forgot`: the same answer for every address.
pub(super) async fn send(State(web): State<Arc<Web>>, handed: Handed) -> Response {
    let Handed { visitor, mut form } = handed;
    match web.service.forgot_password(visitor.language, &visitor.origin, form.value("email")).await {
        Ok(()) => respond::see_other(&visitor, &place(&visitor, "forgot?done=yes")),
        Err(failure) => {
            form.refuse(&visitor, &failure);
            refused(&visitor, &failure, &ForgotPage { page: Page::new(&visitor, "user-forgot"), form })
        }
    }
}

/// The two places where a link lets somebody choose a password.
#[derive(Clone, Copy)]
struct Choice {
    purpose: Purpose,
    name: &'static str,
    title: &'static str,
}

const RESET: Choice = Choice { purpose: Purpose::Reset, name: "reset", title: "user-reset" };
const INVITATION: Choice = Choice { purpose: Purpose::InviteUser, name: "invitation", title: "user-invitation" };

async fn show(web: &Web, visitor: &Visitor, query: Option<&str>, choice: Choice) -> Response {
    if is_done(query) {
        return said(visitor, choice.title, "user-reset-done", &login::home(visitor), "user-to-login");
    }
    let token = parameter(query, "token");
    match web.service.read_link(choice.purpose, &token).await {
        Ok(link) => {
            let (page, form) = (Page::new(visitor, choice.title), Form::of([("token", token)]));
            let action = place(visitor, choice.name);
            respond::html(visitor, 200, &ChoosePage { page, form, action, email: link.email })
        }
        Err(failure) => respond::failure(visitor, &failure),
    }
}

async fn take(web: &Web, handed: Handed, choice: Choice) -> Response {
    let Handed { visitor, mut form } = handed;
    let (token, password) = (form.value("token").to_owned(), form.value("password").to_owned());
    match web.service.choose_password(visitor.language, choice.purpose, &token, &password).await {
        Ok(()) => respond::see_other(&visitor, &place(&visitor, &format!("{}?done=yes", choice.name))),
        // What is wrong with the password can be mended here; what is wrong with the link cannot.
        Err(failure) if failure.problems.iter().all(|problem| problem.parameter.is_some()) => {
            let link = web.service.read_link(choice.purpose, &token).await;
            form.refuse(&visitor, &failure);
            let (page, action) = (Page::new(&visitor, choice.title), place(&visitor, choice.name));
            let email = link.map(|link| link.email).unwrap_or_default();
            refused(&visitor, &failure, &ChoosePage { page, form, action, email })
        }
        Err(failure) => respond::failure(&visitor, &failure),
    }
}

/// `GET reset`
pub(super) async fn reset(State(web): State<Arc<Web>>, Guest(visitor): Guest, RawQuery(query): RawQuery) -> Response {
    show(&web, &visitor, query.as_deref(), RESET).await
}

/// `POST reset`
pub(super) async fn choose(State(web): State<Arc<Web>>, handed: Handed) -> Response {
    take(&web, handed, RESET).await
}

/// `GET invitation`
pub(super) async fn invitation(
    State(web): State<Arc<Web>>,
    Guest(visitor): Guest,
    RawQuery(query): RawQuery,
) -> Response {
    show(&web, &visitor, query.as_deref(), INVITATION).await
}

/// `POST invitation`
pub(super) async fn accept(State(web): State<Arc<Web>>, handed: Handed) -> Response {
    take(&web, handed, INVITATION).await
}

//! Making an account and proving its address; confirming a contract account.

use super::{Guest, Handed, Sent, ask_link, is_done, parameter, place, refused, said};
use crate::Web;
use crate::pages::form::Form;
use crate::pages::page::Page;
use crate::pages::{login, respond};
use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use kalends_service::people::links::Purpose;
use kalends_service::people::registration::NewUser;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "user/register.html")]
struct RegisterPage {
    page: Page,
    form: Form,
}

/// `GET register`
pub(super) async fn form(State(web): State<Arc<Web>>, Guest(visitor): Guest, RawQuery(query): RawQuery) -> Response {
    if is_done(query.as_deref()) {
        return said(&visitor, "user-register", "user-register-sent", &login::home(&visitor), "user-to-login");
    }
    if let Err(failure) = web.service.must_be_open() {
        return respond::failure(&visitor, &failure);
    }
    respond::html(&visitor, 200, &RegisterPage { page: Page::new(&visitor, "user-register"), form: Form::default() })
}

/// `POST register`: the answer does not tell whether the address has an account.
pub(super) async fn submit(State(web): State<Arc<Web>>, handed: Handed) -> Response {
    let Handed { visitor, mut form } = handed;
    let value = |name: &str| form.value(name).to_owned();
    let new = NewUser {
        email: value("email"),
        password: value("password"),
        first_name: value("firstName"),
        last_name: value("lastName"),
        time_zone: value("timeZone"),
    };
    match web.service.register_user(visitor.language, &visitor.origin, &new).await {
        Ok(()) => respond::see_other(&visitor, &place(&visitor, "register?done=yes")),
        Err(failure) if failure.status == 403 => respond::failure(&visitor, &failure),
        Err(failure) => {
            form.refuse(&visitor, &failure);
            refused(&visitor, &failure, &RegisterPage { page: Page::new(&visitor, "user-register"), form })
        }
    }
}

/// `GET verify`
pub(super) async fn ask(State(web): State<Arc<Web>>, Guest(visitor): Guest, RawQuery(query): RawQuery) -> Response {
    if is_done(query.as_deref()) {
        return said(&visitor, "user-verify", "user-verify-done", &login::home(&visitor), "user-to-account");
    }
    let token = parameter(query.as_deref(), "token");
    match web.service.read_link(Purpose::Verify, &token).await {
        Ok(link) => {
            let sentence = Page::new(&visitor, "").text_with("user-verify-ask", "email", &link.email);
            ask_link(&visitor, "user-verify", sentence, place(&visitor, "verify"), "user-verify-button", &token)
        }
        Err(failure) => respond::failure(&visitor, &failure),
    }
}

/// `POST verify`
pub(super) async fn verify(State(web): State<Arc<Web>>, handed: Handed) -> Response {
    let Handed { visitor, form } = handed;
    match web.service.verify_email(form.value("token")).await {
        Ok(()) => respond::see_other(&visitor, &place(&visitor, "verify?done=yes")),
        Err(failure) => respond::failure(&visitor, &failure),
    }
}

/// `POST verify/send`
pub(super) async fn send_again(State(web): State<Arc<Web>>, sent: Sent) -> Response {
    let Sent { visitor, session, .. } = sent;
    match web.service.send_verification(&session.user.id, &visitor.origin).await {
        Ok(()) => respond::see_other(&visitor, &place(&visitor, "profile?done=sent")),
        Err(failure) => respond::failure(&visitor, &failure),
    }
}

/// `GET contract`
pub(super) async fn ask_contract(
    State(web): State<Arc<Web>>,
    Guest(visitor): Guest,
    RawQuery(query): RawQuery,
) -> Response {
    if is_done(query.as_deref()) {
        return said(&visitor, "user-contract", "user-contract-done", &login::home(&visitor), "user-to-account");
    }
    let token = parameter(query.as_deref(), "token");
    match web.service.read_link(Purpose::ConfirmContract, &token).await {
        Ok(_) => {
            let sentence = Page::new(&visitor, "").text("user-contract-ask");
            ask_link(&visitor, "user-contract", sentence, place(&visitor, "contract"), "user-contract-button", &token)
        }
        Err(failure) => respond::failure(&visitor, &failure),
    }
}

/// `POST contract`
pub(super) async fn confirm_contract(State(web): State<Arc<Web>>, handed: Handed) -> Response {
    let Handed { visitor, form } = handed;
    match web.service.confirm_contract(visitor.language, form.value("token")).await {
        Ok(()) => respond::see_other(&visitor, &place(&visitor, "contract?done=yes")),
        Err(failure) => respond::failure(&visitor, &failure),
    }
}

//! Passkeys: the one part of the account that needs the script.

use super::{Handed, Nav, Owner, Sent, code, parameter, place, refused};
use crate::pages::form::Form;
use crate::pages::page::Page;
use crate::pages::visitor::Visitor;
use crate::pages::{login, respond};
use crate::{Web, answer};
use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use kalends_engine::problem::Failure;
use kalends_oauth::next;
use kalends_service::people::login::Login;
use kalends_service::people::passkeys::Begun;
use serde_json::json;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "user/passkey.html")]
struct PasskeyPage {
    page: Page,
    nav: Nav,
    form: Form,
    available: bool,
}

fn add_page(web: &Web, visitor: &Visitor, form: Form) -> PasskeyPage {
    let (page, nav) = (Page::new(visitor, "user-passkey-add"), Nav::new(visitor, "security"));
    PasskeyPage { page, nav, form, available: web.service.passkeys_available() }
}

/// `GET security/passkey`
pub(super) async fn form(State(web): State<Arc<Web>>, owner: Owner) -> Response {
    respond::html(&owner.visitor, 200, &add_page(&web, &owner.visitor, Form::default()))
}

/// What the script asks before it asks the browser: JSON of the ceremony and of the options.
fn begun(visitor: &Visitor, begun: Result<Begun, Failure>) -> Response {
    match begun {
        Ok(Begun { ceremony, options }) => {
            let options: serde_json::Value = serde_json::from_str(&options).unwrap_or_default();
            answer::json(200, json!({"ceremony": ceremony, "options": options}).to_string())
        }
        Err(failure) => answer::failure(&failure, visitor.language),
    }
}

/// `POST security/passkey/options`
pub(super) async fn options(State(web): State<Arc<Web>>, sent: Sent) -> Response {
    begun(&sent.visitor, web.service.begin_passkey(&sent.session).await)
}

/// `POST security/passkey`
pub(super) async fn add(State(web): State<Arc<Web>>, sent: Sent) -> Response {
    let Sent { visitor, session, mut form } = sent;
    let value = |name: &str| form.value(name).to_owned();
    let (password, name, ceremony, credential) =
        (value("password"), value("name"), value("ceremony"), value("credential"));
    match web.service.add_passkey(&session, &password, &name, &ceremony, &credential).await {
        Ok(()) => respond::see_other(&visitor, &place(&visitor, "security?done=added")),
        Err(failure) => {
            form.refuse(&visitor, &failure);
            refused(&visitor, &failure, &add_page(&web, &visitor, form))
        }
    }
}

#[derive(Template)]
#[template(path = "user/passkey_remove.html")]
struct RemovePage {
    page: Page,
    nav: Nav,
    form: Form,
    name: String,
}

async fn remove_page(web: &Web, visitor: &Visitor, user_id: &str, form: Form) -> Result<RemovePage, Failure> {
    let passkeys = web.service.passkeys_of(user_id).await?;
    let named = passkeys.into_iter().find(|passkey| passkey.id == form.value("passkey"));
    let name = named.ok_or_else(Failure::not_found)?.name;
    let (page, nav) = (Page::new(visitor, "user-passkey-remove"), Nav::new(visitor, "security"));
    Ok(RemovePage { page, nav, form, name })
}

/// `GET security/passkey/remove`
pub(super) async fn ask_remove(State(web): State<Arc<Web>>, owner: Owner, RawQuery(query): RawQuery) -> Response {
    let Owner { visitor, session } = owner;
    let form = Form::of([("passkey", parameter(query.as_deref(), "passkey"))]);
    match remove_page(&web, &visitor, &session.user.id, form).await {
        Ok(page) => respond::html(&visitor, 200, &page),
        Err(failure) => respond::failure(&visitor, &failure),
    }
}

/// `POST security/passkey/remove`
pub(super) async fn remove(State(web): State<Arc<Web>>, sent: Sent) -> Response {
    let Sent { visitor, session, mut form } = sent;
    let removed = web.service.remove_passkey(&session, form.value("password"), form.value("passkey")).await;
    let Err(failure) = removed else {
        return respond::see_other(&visitor, &place(&visitor, "security?done=removed"));
    };
    form.refuse(&visitor, &failure);
    match remove_page(&web, &visitor, &session.user.id, form).await {
        Ok(page) => refused(&visitor, &failure, &page),
        Err(failure) => respond::failure(&visitor, &failure),
    }
}

/// `POST login/passkey/options`
pub(super) async fn login_options(State(web): State<Arc<Web>>, handed: Handed) -> Response {
    let network = handed.visitor.origin.network.clone();
    begun(&handed.visitor, web.service.begin_passkey_login(&network).await)
}

/// `POST login/passkey`
pub(super) async fn log_in(State(web): State<Arc<Web>>, handed: Handed) -> Response {
    let Handed { visitor, form } = handed;
    let attempt = code::attempt(&visitor);
    let home = login::home(&visitor);
    let after = next::or(form.value("next"), &home).to_owned();
    match web.service.log_in_with_passkey(form.value("ceremony"), form.value("credential"), &attempt).await {
        Ok(Login::Done { session, device }) => {
            let mut response = respond::see_other(&visitor, &after);
            respond::log_in(&visitor, &mut response, &session, &device);
            response
        }
        // The authenticator has verified its user: there is no further step.
        Ok(Login::SecondFactor(_)) => respond::see_other(&visitor, &home),
        Err(failure) => respond::failure(&visitor, &failure),
    }
}

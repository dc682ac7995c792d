//! The second factor: codes of an app and recovery codes.

use super::{Nav, Owner, Sent, parameter, place, refused, when};
use crate::Web;
use crate::pages::form::Form;
use crate::pages::page::Page;
use crate::pages::respond;
use crate::pages::visitor::Visitor;
use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use kalends_engine::problem::Failure;
use kalends_service::people::passkeys::Passkey;
use kalends_service::people::second_factor::{SecondFactor, Setup};
use std::sync::Arc;

#[derive(Template)]
#[template(path = "user/security.html")]
struct SecurityPage {
    page: Page,
    nav: Nav,
    notice: Option<String>,
    factor: SecondFactor,
    passkeys: Vec<Line>,
}

/// A passkey as a card.
struct Line {
    id: String,
    name: String,
    created: String,
    used: String,
}

/// `GET security`
pub(super) async fn overview(State(web): State<Arc<Web>>, owner: Owner, RawQuery(query): RawQuery) -> Response {
    let Owner { visitor, session } = owner;
    let user = &session.user;
    let found = async { Ok((web.service.second_factor(&user.id).await?, web.service.passkeys_of(&user.id).await?)) };
    let (factor, passkeys) = match found.await {
        Ok(found) => found,
        Err(failure) => return respond::failure(&visitor, &failure),
    };
    let line = |passkey: Passkey| Line {
        created: when(passkey.created, &user.time_zone),
        used: if passkey.used == 0 { String::new() } else { when(passkey.used, &user.time_zone) },
        id: passkey.id,
        name: passkey.name,
    };
    let passkeys = passkeys.into_iter().map(line).collect();
    let page = Page::new(&visitor, "user-security");
    let notice = match parameter(query.as_deref(), "done").as_str() {
        "off" => Some("user-app-is-off"),
        "added" => Some("user-passkey-added"),
        "removed" => Some("user-passkey-removed"),
        _ => None,
    };
    let (notice, nav) = (notice.map(|key| page.text(key)), Nav::new(&visitor, "security"));
    respond::html(&visitor, 200, &SecurityPage { page, nav, notice, factor, passkeys })
}

#[derive(Template)]
#[template(path = "user/app.html")]
struct AppPage {
    page: Page,
    nav: Nav,
    form: Form,
    setup: Setup,
}

fn app_page(visitor: &Visitor, form: Form, setup: Setup) -> AppPage {
    AppPage { page: Page::new(visitor, "user-app"), nav: Nav::new(visitor, "security"), form, setup }
}

/// `GET security/app`
pub(super) async fn setup(State(web): State<Arc<Web>>, owner: Owner) -> Response {
    let Owner { visitor, session } = owner;
    match web.service.begin_totp(&session) {
        Ok(setup) => respond::html(&visitor, 200, &app_page(&visitor, Form::default(), setup)),
        Err(failure) => respond::failure(&visitor, &failure),
    }
}

/// `POST security/app`
pub(super) async fn switch_on(State(web): State<Arc<Web>>, sent: Sent) -> Response {
    let Sent { visitor, session, mut form } = sent;
    let (ticket, password, code) = (form.value("ticket"), form.value("password"), form.value("code"));
    let failure = match web.service.confirm_totp(&session, ticket, password, code).await {
        Ok(shown) => return shown_at(&visitor, &shown),
        Err(failure) => failure,
    };
    match web.service.resume_totp(&session, form.value("ticket")) {
        Ok(setup) => {
            form.refuse(&visitor, &failure);
            form.set("code", "");
            refused(&visitor, &failure, &app_page(&visitor, form, setup))
        }
        Err(failure) => respond::failure(&visitor, &failure),
    }
}

fn shown_at(visitor: &Visitor, shown: &str) -> Response {
    respond::see_other(visitor, &place(visitor, &format!("security/codes?shown={shown}")))
}

#[derive(Template)]
#[template(path = "user/codes.html")]
struct CodesPage {
    page: Page,
    nav: Nav,
    codes: Vec<String>,
}

/// `GET security/codes`: once.
pub(super) async fn codes(State(web): State<Arc<Web>>, owner: Owner, RawQuery(query): RawQuery) -> Response {
    let Owner { visitor, session } = owner;
    let codes = match web.service.show_recovery_codes(&session, &parameter(query.as_deref(), "shown")).await {
        Ok(codes) => codes,
        Err(failure) if failure.status == 404 => Vec::new(),
        Err(failure) => return respond::failure(&visitor, &failure),
    };
    let (page, nav) = (Page::new(&visitor, "user-codes"), Nav::new(&visitor, "security"));
    respond::html(&visitor, 200, &CodesPage { page, nav, codes })
}

/// A page that asks for the password before something that matters.
#[derive(Template)]
#[template(path = "user/confirm.html")]
struct ConfirmPage {
    page: Page,
    nav: Nav,
    form: Form,
    sentence: &'static str,
    action: String,
    button: &'static str,
}

fn off_page(visitor: &Visitor, form: Form) -> ConfirmPage {
    let (page, nav) = (Page::new(visitor, "user-app-off"), Nav::new(visitor, "security"));
    let action = place(visitor, "security/app/off");
    ConfirmPage { page, nav, form, sentence: "user-app-off-ask", action, button: "user-app-off-button" }
}

fn renew_page(visitor: &Visitor, form: Form) -> ConfirmPage {
    let (page, nav) = (Page::new(visitor, "user-codes-renew"), Nav::new(visitor, "security"));
    let action = place(visitor, "security/codes/renew");
    ConfirmPage { page, nav, form, sentence: "user-codes-renew-ask", action, button: "user-codes-renew-button" }
}

fn again(visitor: &Visitor, mut form: Form, failure: &Failure, page: fn(&Visitor, Form) -> ConfirmPage) -> Response {
    form.refuse(visitor, failure);
    refused(visitor, failure, &page(visitor, form))
}

/// `GET security/app/off`
pub(super) async fn ask_off(owner: Owner) -> Response {
    respond::html(&owner.visitor, 200, &off_page(&owner.visitor, Form::default()))
}

/// `POST security/app/off`
pub(super) async fn switch_off(State(web): State<Arc<Web>>, sent: Sent) -> Response {
    let Sent { visitor, session, form } = sent;
    match web.service.end_totp(&session, form.value("password")).await {
        Ok(()) => respond::see_other(&visitor, &place(&visitor, "security?done=off")),
        Err(failure) => again(&visitor, form, &failure, off_page),
    }
}

/// `GET security/codes/renew`
pub(super) async fn ask_renew(owner: Owner) -> Response {
    respond::html(&owner.visitor, 200, &renew_page(&owner.visitor, Form::default()))
}

/// `POST security/codes/renew`
pub(super) async fn renew(State(web): State<Arc<Web>>, sent: Sent) -> Response {
    let Sent { visitor, session, form } = sent;
    match web.service.renew_recovery_codes(&session, form.value("password")).await {
        Ok(shown) => shown_at(&visitor, &shown),
        Err(failure) => again(&visitor, form, &failure, renew_page),
    }
}

//! Profile, e-mail address, password.

use super::{Guest, Handed, Nav, Owner, Sent, ask_link, is_done, parameter, place, refused, said};
use crate::Web;
use crate::pages::form::Form;
use crate::pages::page::Page;
use crate::pages::visitor::Visitor;
use crate::pages::{login, respond};
use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use kalends_catalog::locale::Language;
use kalends_catalog::time_zone;
use kalends_service::people::changes::Profile;
use kalends_service::people::links::Purpose;
use std::sync::Arc;

/// `GET /user/{locale}`
pub(super) async fn home(Guest(visitor): Guest) -> Response {
    respond::see_other(&visitor, &login::home(&visitor))
}

#[derive(Template)]
#[template(path = "user/profile.html")]
struct ProfilePage {
    page: Page,
    nav: Nav,
    form: Form,
    notice: Option<String>,
    email: String,
    verified: bool,
    zones: Vec<(&'static str, &'static str)>,
    languages: [(&'static str, &'static str); 2],
}

const LANGUAGES: [(&str, &str); 2] = [("de", "Deutsch"), ("en", "English")];

fn profile_page(visitor: &Visitor, form: Form, notice: Option<&str>, email: &str, verified: bool) -> ProfilePage {
    let page = Page::new(visitor, "user-profile");
    let notice = notice.map(|key| page.text(key));
    let zones = time_zone::list(visitor.language).collect();
    let nav = Nav::new(visitor, "profile");
    ProfilePage { page, nav, form, notice, email: email.to_owned(), verified, zones, languages: LANGUAGES }
}

/// `GET profile`
pub(super) async fn profile(owner: Owner, RawQuery(query): RawQuery) -> Response {
    let Owner { visitor, session } = owner;
    let user = session.user;
    let form = Form::of([
        ("firstName", user.first_name.as_str()),
        ("lastName", &user.last_name),
        ("locale", user.language().code()),
        ("timeZone", &user.time_zone),
    ]);
    let notice = match parameter(query.as_deref(), "done").as_str() {
        "" => None,
        "sent" => Some("user-verify-sent"),
        _ => Some("user-saved"),
    };
    respond::html(&visitor, 200, &profile_page(&visitor, form, notice, &user.email, user.verified))
}

/// `POST profile`
pub(super) async fn save_profile(State(web): State<Arc<Web>>, sent: Sent) -> Response {
    let Sent { visitor, session, mut form } = sent;
    let value = |name: &str| form.value(name).to_owned();
    let profile = Profile {
        first_name: value("firstName"),
        last_name: value("lastName"),
        locale: value("locale"),
        time_zone: value("timeZone"),
    };
    match web.service.edit_profile(&session.user.id, &profile).await {
        Ok(()) => {
            let language = Language::of(&profile.locale).code();
            respond::see_other(&visitor, &format!("/user/{language}/profile?done=saved"))
        }
        Err(failure) => {
            form.refuse(&visitor, &failure);
            let user = &session.user;
            refused(&visitor, &failure, &profile_page(&visitor, form, None, &user.email, user.verified))
        }
    }
}

#[derive(Template)]
#[template(path = "user/email.html")]
struct EmailPage {
    page: Page,
    nav: Nav,
    form: Form,
    done: bool,
    email: String,
}

fn email_page(visitor: &Visitor, form: Form, done: bool, email: &str) -> EmailPage {
    let (page, nav) = (Page::new(visitor, "user-email"), Nav::new(visitor, "email"));
    EmailPage { page, nav, form, done, email: email.to_owned() }
}

/// `GET email`
pub(super) async fn email(owner: Owner, RawQuery(query): RawQuery) -> Response {
    let Owner { visitor, session } = owner;
    let page = email_page(&visitor, Form::default(), is_done(query.as_deref()), &session.user.email);
    respond::html(&visitor, 200, &page)
}

/// `POST email`
pub(super) async fn save_email(State(web): State<Arc<Web>>, sent: Sent) -> Response {
    let Sent { visitor, session, mut form } = sent;
    let (password, email) = (form.value("password").to_owned(), form.value("email").to_owned());
    match web.service.change_email(&session, &visitor.origin, &password, &email).await {
        Ok(()) => respond::see_other(&visitor, &place(&visitor, "email?done=yes")),
        Err(failure) => {
            form.refuse(&visitor, &failure);
            refused(&visitor, &failure, &email_page(&visitor, form, false, &session.user.email))
        }
    }
}

/// `GET newEmail`
pub(super) async fn ask_email(
    State(web): State<Arc<Web>>,
    Guest(visitor): Guest,
    RawQuery(query): RawQuery,
) -> Response {
    if is_done(query.as_deref()) {
        return said(&visitor, "user-new-email", "user-new-email-done", &login::home(&visitor), "user-to-account");
    }
    let token = parameter(query.as_deref(), "token");
    match web.service.read_link(Purpose::ChangeEmail, &token).await {
        Ok(link) => {
            let sentence = Page::new(&visitor, "").text_with("user-new-email-ask", "email", &link.email);
            let action = place(&visitor, "newEmail");
            ask_link(&visitor, "user-new-email", sentence, action, "user-new-email-button", &token)
        }
        Err(failure) => respond::failure(&visitor, &failure),
    }
}

/// `POST newEmail`
pub(super) async fn confirm_email(State(web): State<Arc<Web>>, handed: Handed) -> Response {
    let Handed { visitor, form } = handed;
    match web.service.confirm_new_email(visitor.language, form.value("token")).await {
        Ok(()) => respond::see_other(&visitor, &place(&visitor, "newEmail?done=yes")),
        Err(failure) => respond::failure(&visitor, &failure),
    }
}

#[derive(Template)]
#[template(path = "user/password.html")]
struct PasswordPage {
    page: Page,
    nav: Nav,
    form: Form,
    done: bool,
    email: String,
}

fn password_page(visitor: &Visitor, form: Form, done: bool, email: &str) -> PasswordPage {
    let (page, nav) = (Page::new(visitor, "user-password"), Nav::new(visitor, "password"));
    PasswordPage { page, nav, form, done, email: email.to_owned() }
}

/// `GET password`
pub(super) async fn password(owner: Owner, RawQuery(query): RawQuery) -> Response {
    let Owner { visitor, session } = owner;
    let page = password_page(&visitor, Form::default(), is_done(query.as_deref()), &session.user.email);
    respond::html(&visitor, 200, &page)
}

/// `POST password`
pub(super) async fn save_password(State(web): State<Arc<Web>>, sent: Sent) -> Response {
    let Sent { visitor, session, mut form } = sent;
    let (password, new) = (form.value("password").to_owned(), form.value("newPassword").to_owned());
    match web.service.change_password(&session, &password, &new).await {
        Ok(()) => respond::see_other(&visitor, &place(&visitor, "password?done=yes")),
        Err(failure) => {
            form.refuse(&visitor, &failure);
            refused(&visitor, &failure, &password_page(&visitor, form, false, &session.user.email))
        }
    }
}

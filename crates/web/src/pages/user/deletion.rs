//! Deleting the account.

use super::{Guest, Nav, Owner, Sent, place, refused, said};
use crate::Web;
use crate::pages::form::Form;
use crate::pages::page::Page;
use crate::pages::respond;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use kalends_service::people::deletion::Ending;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "user/delete.html")]
struct DeletePage {
    page: Page,
    nav: Nav,
    form: Form,
    ending: Ending,
}

/// `GET delete`
pub(super) async fn ask(State(web): State<Arc<Web>>, owner: Owner) -> Response {
    let Owner { visitor, session } = owner;
    match web.service.ending_of(&session.user.id).await {
        Ok(ending) => {
            let (page, nav) = (Page::new(&visitor, "user-delete"), Nav::new(&visitor, "delete"));
            respond::html(&visitor, 200, &DeletePage { page, nav, form: Form::default(), ending })
        }
        Err(failure) => respond::failure(&visitor, &failure),
    }
}

/// `POST delete`
pub(super) async fn delete(State(web): State<Arc<Web>>, sent: Sent) -> Response {
    let Sent { visitor, session, mut form } = sent;
    let failure = match web.service.delete_account(&session, form.value("password")).await {
        Ok(()) => {
            let mut response = respond::see_other(&visitor, &place(&visitor, "deleted"));
            respond::log_out(&visitor, &mut response);
            return response;
        }
        Err(failure) => failure,
    };
    match web.service.ending_of(&session.user.id).await {
        Ok(ending) => {
            form.refuse(&visitor, &failure);
            let (page, nav) = (Page::new(&visitor, "user-delete"), Nav::new(&visitor, "delete"));
            refused(&visitor, &failure, &DeletePage { page, nav, form, ending })
        }
        Err(failure) => respond::failure(&visitor, &failure),
    }
}

/// `GET deleted`
pub(super) async fn done(Guest(visitor): Guest) -> Response {
    said(&visitor, "user-deleted", "user-deleted-done", &place(&visitor, "register"), "user-register")
}

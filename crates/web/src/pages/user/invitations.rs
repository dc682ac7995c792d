//! Invitations to developer accounts.

use super::{Nav, Owner, Sent, parameter, place, when};
use crate::Web;
use crate::pages::page::Page;
use crate::pages::respond;
use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use kalends_service::people::invitations::{Invited, Named};
use std::sync::Arc;

/// An invitation as a card; `token` is the secret of the mail's link it was opened with, or empty.
struct Card {
    id: String,
    token: String,
    account: String,
    until: String,
}

#[derive(Template)]
#[template(path = "user/invitations.html")]
struct InvitationsPage {
    page: Page,
    nav: Nav,
    notice: Option<String>,
    cards: Vec<Card>,
}

/// `GET invitations`: those that wait for the person's address, and the one of the mail's link.
pub(super) async fn list(State(web): State<Arc<Web>>, owner: Owner, RawQuery(query): RawQuery) -> Response {
    let Owner { visitor, session } = owner;
    let token = parameter(query.as_deref(), "token");
    let card = |invited: Invited, token: &str| Card {
        until: if invited.expires == 0 { String::new() } else { when(invited.expires, &session.user.time_zone) },
        id: invited.id,
        token: token.to_owned(),
        account: invited.account,
    };
    let found = async {
        let mut cards = Vec::new();
        if !token.is_empty() {
            cards.push(card(web.service.invitation_of_link(&session, &token).await?, &token));
        }
        for invited in web.service.invitations_of(&session).await? {
            if cards.iter().all(|card| card.id != invited.id) {
                cards.push(card(invited, ""));
            }
        }
        Ok(cards)
    };
    let cards = match found.await {
        Ok(cards) => cards,
        Err(failure) => return respond::failure(&visitor, &failure),
    };
    let page = Page::new(&visitor, "user-invitations");
    let notice = match parameter(query.as_deref(), "done").as_str() {
        "accepted" => Some(page.text("user-invitations-accepted")),
        "declined" => Some(page.text("user-invitations-declined")),
        _ => None,
    };
    let nav = Nav::new(&visitor, "invitations");
    respond::html(&visitor, 200, &InvitationsPage { page, nav, notice, cards })
}

/// `POST invitations`
pub(super) async fn answer(State(web): State<Arc<Web>>, sent: Sent) -> Response {
    let Sent { visitor, session, form } = sent;
    let accept = form.value("decision") == "accept";
    let (token, id) = (form.value("token"), form.value("invitation"));
    let named = if token.is_empty() { Named::Id(id) } else { Named::Link(token) };
    match web.service.answer_invitation(&session, named, accept).await {
        Ok(()) => {
            let done = if accept { "invitations?done=accepted" } else { "invitations?done=declined" };
            respond::see_other(&visitor, &place(&visitor, done))
        }
        Err(failure) => respond::failure(&visitor, &failure),
    }
}

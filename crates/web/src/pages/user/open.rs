//! What a person has open: sessions, and apps that act for her.

use super::{Nav, Owner, Sent, is_done, place, when};
use crate::Web;
use crate::pages::page::Page;
use crate::pages::respond;
use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use kalends_catalog::permission::Permission;
use kalends_service::people::belongings::{Consent, OpenSession};
use std::sync::Arc;

/// A session as a row.
struct Line {
    id: String,
    agent: String,
    network: String,
    method: String,
    created: String,
    seen: String,
    current: bool,
}

#[derive(Template)]
#[template(path = "user/sessions.html")]
struct SessionsPage {
    page: Page,
    nav: Nav,
    done: bool,
    lines: Vec<Line>,
    others: bool,
}

/// `GET sessions`
pub(super) async fn sessions(State(web): State<Arc<Web>>, owner: Owner, RawQuery(query): RawQuery) -> Response {
    let Owner { visitor, session } = owner;
    let open = match web.service.sessions_of(&session.user.id).await {
        Ok(open) => open,
        Err(failure) => return respond::failure(&visitor, &failure),
    };
    let page = Page::new(&visitor, "user-sessions");
    let zone = &session.user.time_zone;
    let line = |open: OpenSession| Line {
        current: open.id == session.id,
        created: when(open.created, zone),
        seen: when(open.seen, zone),
        method: page.text(&format!("user-method-{}", open.method.to_lowercase())),
        agent: if open.agent.is_empty() { page.text("user-sessions-unnamed") } else { open.agent },
        network: open.network,
        id: open.id,
    };
    let lines: Vec<Line> = open.into_iter().map(line).collect();
    let (nav, done, others) = (Nav::new(&visitor, "sessions"), is_done(query.as_deref()), lines.len() > 1);
    respond::html(&visitor, 200, &SessionsPage { page, nav, done, lines, others })
}

/// `POST sessions/end`
pub(super) async fn end_session(State(web): State<Arc<Web>>, sent: Sent) -> Response {
    let Sent { visitor, session, form } = sent;
    match web.service.end_session(&session, form.value("session")).await {
        Ok(()) => respond::see_other(&visitor, &place(&visitor, "sessions?done=yes")),
        Err(failure) => respond::failure(&visitor, &failure),
    }
}

/// `POST sessions/endOthers`
pub(super) async fn end_others(State(web): State<Arc<Web>>, sent: Sent) -> Response {
    let Sent { visitor, session, .. } = sent;
    match web.service.end_other_sessions(&session).await {
        Ok(()) => respond::see_other(&visitor, &place(&visitor, "sessions?done=yes")),
        Err(failure) => respond::failure(&visitor, &failure),
    }
}

/// A consent as a card.
struct Card {
    client: String,
    app: String,
    organization_id: String,
    organization: String,
    permissions: Vec<String>,
    created: String,
}

#[derive(Template)]
#[template(path = "user/consents.html")]
struct ConsentsPage {
    page: Page,
    nav: Nav,
    done: bool,
    cards: Vec<Card>,
}

/// `GET consents`
pub(super) async fn consents(State(web): State<Arc<Web>>, owner: Owner, RawQuery(query): RawQuery) -> Response {
    let Owner { visitor, session } = owner;
    let consents = match web.service.consents_of(&session.user.id).await {
        Ok(consents) => consents,
        Err(failure) => return respond::failure(&visitor, &failure),
    };
    let named: Vec<Permission> = kalends_catalog::permission::list(visitor.language).collect();
    let names = |ids: &[String]| {
        let allowed = named.iter().filter(|permission| ids.contains(&permission.id));
        allowed.map(|permission| permission.name.clone()).collect()
    };
    let card = |consent: Consent| Card {
        permissions: names(&consent.permissions),
        created: when(consent.created, &session.user.time_zone),
        client: consent.client_id,
        app: consent.app,
        organization_id: consent.organization_id,
        organization: consent.organization,
    };
    let cards = consents.into_iter().map(card).collect();
    let (page, nav) = (Page::new(&visitor, "user-consents"), Nav::new(&visitor, "consents"));
    respond::html(&visitor, 200, &ConsentsPage { page, nav, done: is_done(query.as_deref()), cards })
}

/// `POST consents/withdraw`
pub(super) async fn withdraw(State(web): State<Arc<Web>>, sent: Sent) -> Response {
    let Sent { visitor, session, form } = sent;
    let withdrawn =
        web.service.withdraw_consent(&session.user.id, form.value("client"), form.value("organization")).await;
    match withdrawn {
        Ok(()) => respond::see_other(&visitor, &place(&visitor, "consents?done=yes")),
        Err(failure) => respond::failure(&visitor, &failure),
    }
}

//! The team of the account: members and invitations.

use super::super::form::{Form, Posted};
use super::super::page::Page;
use super::super::respond;
use super::super::visitor::Visitor;
use super::{Entered, Nav, enter, fields};
use crate::Web;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use kalends_engine::problem::Failure;
use kalends_service::developer::{Invitation, Member};
use std::sync::Arc;

/// Locale and account of an address.
type Place = Path<(String, String)>;

#[derive(Template)]
#[template(path = "developer/team.html")]
struct TeamPage {
    page: Page,
    nav: Nav,
    me: String,
    members: Vec<(Member, String)>,
    invitations: Vec<(Invitation, String)>,
    form: Form,
}

async fn at(web: &Web, visitor: Visitor, place: Place) -> Result<Entered, Response> {
    let Path((locale, account)) = place;
    enter(web, visitor, &locale, &account).await
}

/// `GET …/team`
pub(super) async fn show(State(web): State<Arc<Web>>, place: Place, visitor: Visitor) -> Response {
    match at(&web, visitor, place).await {
        Ok(entered) => shown(&web, &entered, Form::default(), 200).await,
        Err(response) => response,
    }
}

async fn shown(web: &Web, entered: &Entered, form: Form, status: u16) -> Response {
    let page = async {
        let (service, id) = (&web.service, entered.account.id.as_str());
        let members = service.team(id).await?.into_iter();
        let invitations = service.invitations(id).await?.into_iter();
        Ok::<_, Failure>(TeamPage {
            page: entered.page("developer-team-title"),
            nav: entered.nav("team"),
            me: entered.session.user.id.clone(),
            members: members
                .map(|one| {
                    let since = entered.when(one.since);
                    (one, since)
                })
                .collect(),
            invitations: invitations
                .map(|one| {
                    let until = entered.when(one.expires);
                    (one, until)
                })
                .collect(),
            form,
        })
    };
    match page.await {
        Ok(page) => respond::html(&entered.visitor, status, &page),
        Err(failure) => entered.refused(&failure),
    }
}

/// `POST …/team/invite`
pub(super) async fn invite(
    State(web): State<Arc<Web>>,
    place: Place,
    Posted { visitor, mut form }: Posted,
) -> Response {
    let entered = match at(&web, visitor, place).await {
        Ok(entered) => entered,
        Err(response) => return response,
    };
    match web.service.invite_developer(&entered.call(&web, None), &entered.account.id, form.value("email")).await {
        Ok(()) => entered.go("/team"),
        Err(failure) if matches!(failure.status, 400 | 403 | 409 | 429) => {
            fields::refuse(&mut form, &entered.visitor, &failure, fields::general);
            shown(&web, &entered, form, failure.status).await
        }
        Err(failure) => entered.refused(&failure),
    }
}

/// `POST …/team/withdraw`
pub(super) async fn withdraw(State(web): State<Arc<Web>>, place: Place, Posted { visitor, form }: Posted) -> Response {
    let entered = match at(&web, visitor, place).await {
        Ok(entered) => entered,
        Err(response) => return response,
    };
    let call = entered.call(&web, None);
    match web.service.withdraw_invitation(&call, &entered.account.id, form.value("invitation")).await {
        Ok(()) => entered.go("/team"),
        Err(failure) => entered.refused(&failure),
    }
}

/// `POST …/team/remove`; who removes herself is outside afterwards.
pub(super) async fn remove(State(web): State<Arc<Web>>, place: Place, Posted { visitor, form }: Posted) -> Response {
    let entered = match at(&web, visitor, place).await {
        Ok(entered) => entered,
        Err(response) => return response,
    };
    let removed = form.value("user");
    match web.service.remove_member(&entered.call(&web, None), &entered.account.id, removed).await {
        Ok(()) if removed == entered.session.user.id => {
            let place = format!("/developer/{}/", entered.visitor.language.code());
            respond::see_other(&entered.visitor, &place)
        }
        Ok(()) => entered.go("/team"),
        Err(failure) => entered.refused(&failure),
    }
}

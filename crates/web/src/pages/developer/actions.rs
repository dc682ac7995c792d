//! What is done to an app or module: secrets and keys renewed, tokens ended, switched off and on, installed, deleted.

use super::super::form::{Form, Posted};
use super::super::page::Page;
use super::super::respond;
use super::super::visitor::Visitor;
use super::clients::{At, Place, at, secret_page, shown};
use super::{Nav, fields, word};
use crate::Web;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use kalends_engine::problem::Failure;
use kalends_service::developer::{ClientView, Overlap};
use std::sync::Arc;

#[derive(Template)]
#[template(path = "developer/delete.html")]
struct DeletePage {
    page: Page,
    nav: Nav,
    client: ClientView,
    place: String,
    form: Form,
}

/// `POST …/app/{id}/secret`: the answer is the page with the new secret.
pub(super) async fn secret(State(web): State<Arc<Web>>, place: Place, Posted { visitor, form }: Posted) -> Response {
    let at = match at(&web, visitor, place).await {
        Ok(at) => at,
        Err(response) => return response,
    };
    let Some(overlap) = Overlap::parse(form.value("overlap")) else {
        let mut form = form;
        let values = Overlap::ALL.map(Overlap::word).join(", ");
        let failure = kalends_engine::problem::Problem::at("not_in_list", "overlap").arg("values", values).into();
        fields::refuse(&mut form, &at.entered.visitor, &failure, str::to_owned);
        return shown(&web, at, form, 400).await;
    };
    let call = at.entered.call_once(&web, form.value("once"));
    match web.service.renew_app_secret(&call, &at.entered.account.id, &at.client.record.id, overlap).await {
        Ok(secret) => {
            let note = format!("developer-renewed-{}", overlap.word());
            let notes = vec![at.entered.page("").text(&note)];
            secret_page(&at.entered, &at.path(), at.client.client_id.clone(), secret, notes)
        }
        Err(failure) => at.entered.refused(&failure),
    }
}

/// Back to the page of the app or module, or to what went wrong.
fn done(at: &At, result: Result<(), Failure>) -> Response {
    match result {
        Ok(()) => at.entered.go(&at.path()),
        Err(failure) => at.entered.refused(&failure),
    }
}

/// `POST …/{kind}/{id}/installKey`
pub(super) async fn install_key(State(web): State<Arc<Web>>, place: Place, Posted { visitor, .. }: Posted) -> Response {
    match at(&web, visitor, place).await {
        Ok(at) => {
            let (kind, id) = at.named();
            let call = at.entered.call(&web, None);
            let renewed = web.service.renew_install_key(&call, &at.entered.account.id, kind, id).await;
            done(&at, renewed)
        }
        Err(response) => response,
    }
}

/// `POST …/module/{id}/install`: into the demo organization.
pub(super) async fn install(State(web): State<Arc<Web>>, place: Place, Posted { visitor, .. }: Posted) -> Response {
    let at = match at(&web, visitor, place).await {
        Ok(at) => at,
        Err(response) => return response,
    };
    let installed = async {
        if word(at.kind) != "module" {
            return Err(Failure::not_found());
        }
        let demo = web.service.demo_organization(&at.entered.account.id).await?.ok_or_else(Failure::not_found)?;
        let call = at.entered.call(&web, None);
        web.service.install_module(&call, &demo.0.id, &at.client.record.id).await.map(drop)
    };
    match installed.await {
        Ok(()) => at.entered.go("/"),
        Err(failure) => at.entered.refused(&failure),
    }
}

/// `POST …/{kind}/{id}/tokens`: ends the token that is named, or all.
pub(super) async fn tokens(State(web): State<Arc<Web>>, place: Place, Posted { visitor, form }: Posted) -> Response {
    match at(&web, visitor, place).await {
        Ok(at) => {
            let one = Some(form.value("token")).filter(|token| !token.is_empty());
            let call = at.entered.call(&web, None);
            let ended = web.service.end_client_tokens(&call, &at.entered.account.id, at.named(), one).await;
            done(&at, ended)
        }
        Err(response) => response,
    }
}

/// `POST …/{kind}/{id}/activate`
pub(super) async fn activate(State(web): State<Arc<Web>>, place: Place, posted: Posted) -> Response {
    switch(&web, place, posted, true).await
}

/// `POST …/{kind}/{id}/deactivate`
pub(super) async fn deactivate(State(web): State<Arc<Web>>, place: Place, posted: Posted) -> Response {
    switch(&web, place, posted, false).await
}

async fn switch(web: &Web, place: Place, Posted { visitor, .. }: Posted, active: bool) -> Response {
    match at(web, visitor, place).await {
        Ok(at) => {
            let call = at.entered.call(web, None);
            let switched = web.service.set_client_active(&call, &at.entered.account.id, at.named(), active).await;
            done(&at, switched)
        }
        Err(response) => response,
    }
}

/// `GET …/{kind}/{id}/delete`
pub(super) async fn ask(State(web): State<Arc<Web>>, place: Place, visitor: Visitor) -> Response {
    match at(&web, visitor, place).await {
        Ok(at) => asked(at, Form::default(), 200),
        Err(response) => response,
    }
}

fn asked(at: At, form: Form, status: u16) -> Response {
    let page = DeletePage {
        page: at.entered.page("developer-delete-title"),
        nav: at.entered.nav(word(at.kind)),
        place: format!("{}{}", at.entered.base(), at.path()),
        form,
        client: at.client,
    };
    respond::html(&at.entered.visitor, status, &page)
}

/// `POST …/{kind}/{id}/delete`: its name was typed.
pub(super) async fn delete(State(web): State<Arc<Web>>, place: Place, Posted { visitor, form }: Posted) -> Response {
    let at = match at(&web, visitor, place).await {
        Ok(at) => at,
        Err(response) => return response,
    };
    if form.value("confirmation").trim() != at.client.record.text("name").trim() {
        let mut form = form;
        let sentence = at.entered.page("").text("developer-delete-wrong");
        form.errors.push(("confirmation".to_owned(), sentence));
        return asked(at, form, 400);
    }
    let call = at.entered.call(&web, None);
    let (kind, id) = at.named();
    match web.service.delete_client(&call, &at.entered.account.id, kind, id).await {
        Ok(()) => at.entered.go(&format!("/{}", word(kind))),
        Err(failure) => at.entered.refused(&failure),
    }
}

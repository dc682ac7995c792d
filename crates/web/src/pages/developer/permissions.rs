//! The permissions an app wants: a table of entities, each to read and to write.

use super::super::form::{Form, Posted};
use super::super::page::Page;
use super::super::respond;
use super::super::visitor::Visitor;
use super::clients::{At, Place, at};
use super::{Nav, fields, word};
use crate::Web;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use kalends_catalog::permission;
use kalends_engine::problem::Failure;
use kalends_service::developer::ClientKind;
use serde_json::json;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "developer/permissions.html")]
struct PermissionsPage {
    page: Page,
    nav: Nav,
    name: String,
    place: String,
    rows: Vec<Row>,
    form: Form,
}

/// One entity.
struct Row {
    name: &'static str,
    read: permission::Permission,
    write: permission::Permission,
}

/// The app of the address; modules declare no permissions.
async fn app(web: &Web, visitor: Visitor, place: Place) -> Result<At, Response> {
    let at = at(web, visitor, place).await?;
    if at.kind == ClientKind::App { Ok(at) } else { Err(at.entered.refused(&Failure::not_found())) }
}

/// `GET …/app/{id}/permissions`
pub(super) async fn form(State(web): State<Arc<Web>>, place: Place, visitor: Visitor) -> Response {
    let at = match app(&web, visitor, place).await {
        Ok(at) => at,
        Err(response) => return response,
    };
    let declared = fields::texts(at.client.record.body.get("permissionList"));
    let mut form = Form::of(declared.into_iter().map(|id| ("permission", id)));
    fields::versioned(&mut form, &at.client.record);
    show(&at, form, 200)
}

fn show(at: &At, form: Form, status: u16) -> Response {
    let language = at.entered.visitor.language;
    let mut all = permission::list(language);
    let mut rows = Vec::new();
    while let (Some(read), Some(write)) = (all.next(), all.next()) {
        let name = permission::entity_name(read.entity, language).unwrap_or(read.entity);
        rows.push(Row { name, read, write });
    }
    let page = PermissionsPage {
        page: at.entered.page("developer-permissions-title"),
        nav: at.entered.nav(word(at.kind)),
        name: at.client.record.text("name").to_owned(),
        place: format!("{}{}", at.entered.base(), at.path()),
        rows,
        form,
    };
    respond::html(&at.entered.visitor, status, &page)
}

/// `POST …/app/{id}/permissions`
pub(super) async fn save(State(web): State<Arc<Web>>, place: Place, Posted { visitor, mut form }: Posted) -> Response {
    let at = match app(&web, visitor, place).await {
        Ok(at) => at,
        Err(response) => return response,
    };
    let wanted: Vec<&str> = form.values("permission").collect();
    let document = json!({"permissionList": wanted});
    let call = at.entered.call(&web, Some(form.value("recordVersion")));
    match web.service.edit_client(&call, &at.entered.account.id, at.named(), &document, None).await {
        Ok(()) => at.entered.go(&at.path()),
        Err(failure) if matches!(failure.status, 400 | 412) => {
            fields::refuse(&mut form, &at.entered.visitor, &failure, |_| String::new());
            show(&at, form, failure.status)
        }
        Err(failure) => at.entered.refused(&failure),
    }
}

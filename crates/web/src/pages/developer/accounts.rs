//! The account itself: which one, its overview, its name and address.

use super::super::form::{Form, Posted};
use super::super::page::Page;
use super::super::respond;
use super::super::visitor::{Member, Visitor};
use super::{Entered, Nav, enter, fields, located};
use crate::Web;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use kalends_engine::problem::Failure;
use kalends_engine::record::Record;
use kalends_service::developer::{AccountName, ClientKind};
use serde_json::json;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "developer/accounts.html")]
struct AccountsPage {
    page: Page,
    accounts: Vec<AccountName>,
}

#[derive(Template)]
#[template(path = "developer/overview.html")]
struct OverviewPage {
    page: Page,
    nav: Nav,
    account: Record,
    apps: usize,
    modules: usize,
    licenses: usize,
    members: usize,
    demo: Option<Demo>,
    accounts: usize,
}

/// The demo organization as it is shown.
struct Demo {
    id: String,
    name: String,
    api: String,
    booking: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "developer/account.html")]
struct AccountPage {
    page: Page,
    nav: Nav,
    form: Form,
}

/// `GET /developer/{locale}/`: the account, or the list of accounts.
pub(super) async fn home(State(web): State<Arc<Web>>, Path(locale): Path<String>, member: Member) -> Response {
    let visitor = match located(member.visitor, &locale) {
        Ok(visitor) => visitor,
        Err(response) => return response,
    };
    let accounts = match web.service.developer_accounts(&member.session.user.id).await {
        Ok(accounts) => accounts,
        Err(failure) => return respond::failure(&visitor, &failure),
    };
    if let [only] = &accounts[..] {
        let place = format!("/developer/{}/developerAccount/{}/", visitor.language.code(), only.id);
        return respond::see_other(&visitor, &place);
    }
    let page = Page::new(&visitor, "developer-accounts-title");
    respond::html(&visitor, 200, &AccountsPage { page, accounts })
}

/// `GET …/{account}/`
pub(super) async fn overview(
    State(web): State<Arc<Web>>,
    Path((locale, account)): Path<(String, String)>,
    visitor: Visitor,
) -> Response {
    let entered = match enter(&web, visitor, &locale, &account).await {
        Ok(entered) => entered,
        Err(response) => return response,
    };
    match overview_of(&web, &entered).await {
        Ok(page) => respond::html(&entered.visitor, 200, &page),
        Err(failure) => entered.refused(&failure),
    }
}

async fn overview_of(web: &Web, entered: &Entered) -> Result<OverviewPage, Failure> {
    let (service, id) = (&web.service, entered.account.id.as_str());
    let demo = service.demo_organization(id).await?.map(|(organization, configs)| {
        let place = |config: &Record| {
            let path = format!("/booking/organization/{}/moduleConfig/{}", organization.id, config.id);
            (config.text("name").to_owned(), format!("{}{path}", web.public_url))
        };
        Demo {
            api: format!(
                "{}/app/v3/{}/organization/{}/show",
                web.public_url,
                entered.visitor.language.code(),
                organization.id
            ),
            booking: configs.iter().map(place).collect(),
            name: organization.text("name").to_owned(),
            id: organization.id,
        }
    });
    Ok(OverviewPage {
        page: entered.page("developer-overview-title"),
        nav: entered.nav("overview"),
        account: entered.account.clone(),
        apps: service.clients(id, ClientKind::App).await?.len(),
        modules: service.clients(id, ClientKind::Module).await?.len(),
        licenses: service.licenses(id).await?.len(),
        members: service.team(id).await?.len(),
        accounts: service.developer_accounts(&entered.session.user.id).await?.len(),
        demo,
    })
}

/// `GET …/{account}/edit`
pub(super) async fn form(
    State(web): State<Arc<Web>>,
    Path((locale, account)): Path<(String, String)>,
    visitor: Visitor,
) -> Response {
    let entered = match enter(&web, visitor, &locale, &account).await {
        Ok(entered) => entered,
        Err(response) => return response,
    };
    let mut form = Form::of(["name", "email"].map(|name| (name, entered.account.text(name))));
    fields::versioned(&mut form, &entered.account);
    show(&entered, form, 200)
}

fn show(entered: &Entered, form: Form, status: u16) -> Response {
    let page = AccountPage { page: entered.page("developer-account-title"), nav: entered.nav("overview"), form };
    respond::html(&entered.visitor, status, &page)
}

/// `POST …/{account}/edit`
pub(super) async fn save(
    State(web): State<Arc<Web>>,
    Path((locale, account)): Path<(String, String)>,
    Posted { visitor, mut form }: Posted,
) -> Response {
    let entered = match enter(&web, visitor, &locale, &account).await {
        Ok(entered) => entered,
        Err(response) => return response,
    };
    let document = json!({"name": form.value("name"), "email": form.value("email")});
    let call = entered.call(&web, Some(form.value("recordVersion")));
    match web.service.edit_developer_account(&call, &entered.account.id, &document).await {
        Ok(()) => entered.go("/"),
        Err(failure) if failure.status < 500 => {
            fields::refuse(&mut form, &entered.visitor, &failure, fields::general);
            show(&entered, form, failure.status)
        }
        Err(failure) => entered.refused(&failure),
    }
}

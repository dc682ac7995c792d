//! Licenses that the account offers.

use super::super::form::{Form, Posted};
use super::super::page::Page;
use super::super::respond;
use super::super::visitor::Visitor;
use super::{Entered, Nav, enter, fields};
use crate::Web;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use kalends_engine::Body;
use kalends_engine::record::Record;
use kalends_entities::license::PERIODS;
use serde_json::{Value, json};
use std::sync::Arc;

/// Locale, account and license of an address.
type Place = Path<(String, String, String)>;

#[derive(Template)]
#[template(path = "developer/licenses.html")]
struct ListPage {
    page: Page,
    nav: Nav,
    licenses: Vec<Listed>,
}

struct Listed {
    id: String,
    name: String,
    price: String,
    period: String,
}

#[derive(Template)]
#[template(path = "developer/license.html")]
struct LicensePage {
    page: Page,
    nav: Nav,
    place: String,
    is_new: bool,
    periods: Vec<(String, String)>,
    form: Form,
}

fn period(page: &Page, word: &str) -> String {
    page.text(&format!("developer-period-{}", word.to_lowercase()))
}

/// A number as it is read, nothing when there is none.
fn number(record: &Record, name: &str) -> String {
    record.body.get(name).filter(|value| value.is_number()).map(Value::to_string).unwrap_or_default()
}

/// `GET …/license`
pub(super) async fn list(
    State(web): State<Arc<Web>>,
    Path((locale, account)): Path<(String, String)>,
    visitor: Visitor,
) -> Response {
    let entered = match enter(&web, visitor, &locale, &account).await {
        Ok(entered) => entered,
        Err(response) => return response,
    };
    let licenses = match web.service.licenses(&entered.account.id).await {
        Ok(licenses) => licenses,
        Err(failure) => return entered.refused(&failure),
    };
    let page = entered.page("developer-licenses-title");
    let listed = |license: Record| Listed {
        price: format!("{} {}", number(&license, "priceGross"), license.text("currency")).trim().to_owned(),
        period: period(&page, license.text("validationPeriod")),
        name: license.text("name").to_owned(),
        id: license.id,
    };
    let licenses = licenses.into_iter().map(listed).collect();
    respond::html(&entered.visitor, 200, &ListPage { nav: entered.nav("license"), licenses, page })
}

fn show(entered: &Entered, id: Option<&str>, form: Form, status: u16) -> Response {
    let page = entered.page(if id.is_some() { "developer-license-edit" } else { "developer-license-new" });
    let page = LicensePage {
        nav: entered.nav("license"),
        place: format!("{}/license/{}", entered.base(), id.unwrap_or("add")),
        is_new: id.is_none(),
        periods: PERIODS.iter().map(|word| ((*word).to_owned(), period(&page, word))).collect(),
        form,
        page,
    };
    respond::html(&entered.visitor, status, &page)
}

/// `GET …/license/add`
pub(super) async fn new(
    State(web): State<Arc<Web>>,
    Path((locale, account)): Path<(String, String)>,
    visitor: Visitor,
) -> Response {
    match enter(&web, visitor, &locale, &account).await {
        Ok(entered) => show(&entered, None, Form::of([("currency", "EUR"), ("validationPeriod", "MONTH")]), 200),
        Err(response) => response,
    }
}

/// `POST …/license/add`
pub(super) async fn add(
    State(web): State<Arc<Web>>,
    Path((locale, account)): Path<(String, String)>,
    Posted { visitor, mut form }: Posted,
) -> Response {
    let entered = match enter(&web, visitor, &locale, &account).await {
        Ok(entered) => entered,
        Err(response) => return response,
    };
    let document = document(&form, None);
    match web.service.make_license(&entered.call(&web, None), &entered.account.id, &document).await {
        Ok(_) => entered.go("/license"),
        Err(failure) if failure.status == 400 => {
            fields::refuse(&mut form, &entered.visitor, &failure, fields::general);
            show(&entered, None, form, 400)
        }
        Err(failure) => entered.refused(&failure),
    }
}

async fn at(web: &Web, visitor: Visitor, place: Place) -> Result<(Entered, Record), Response> {
    let Path((locale, account, license)) = place;
    let entered = enter(web, visitor, &locale, &account).await?;
    match web.service.license(&entered.account.id, &license).await {
        Ok(license) => Ok((entered, license)),
        Err(failure) => Err(entered.refused(&failure)),
    }
}

/// `GET …/license/{license}`
pub(super) async fn form(State(web): State<Arc<Web>>, place: Place, visitor: Visitor) -> Response {
    let (entered, license) = match at(&web, visitor, place).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    let texts = ["name", "description", "currency", "validationPeriod"];
    let mut form = Form::of(texts.map(|name| (name, license.text(name))));
    for name in ["priceGross", "taxRate"] {
        form.set(name, number(&license, name));
    }
    for name in ["name", "description"] {
        for language in fields::LANGUAGES {
            form.set(&format!("{name}.{language}"), fields::translation(&license.body, name, language));
        }
    }
    fields::versioned(&mut form, &license);
    show(&entered, Some(&license.id), form, 200)
}

/// `POST …/license/{license}`
pub(super) async fn save(State(web): State<Arc<Web>>, place: Place, Posted { visitor, mut form }: Posted) -> Response {
    let (entered, license) = match at(&web, visitor, place).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    let document = document(&form, Some(&license.body));
    let call = entered.call(&web, Some(form.value("recordVersion")));
    match web.service.edit_license(&call, &entered.account.id, &license.id, &document).await {
        Ok(()) => entered.go("/license"),
        Err(failure) if matches!(failure.status, 400 | 412) => {
            fields::refuse(&mut form, &entered.visitor, &failure, fields::general);
            show(&entered, Some(&license.id), form, failure.status)
        }
        Err(failure) => entered.refused(&failure),
    }
}

/// `POST …/license/{license}/delete`
pub(super) async fn delete(State(web): State<Arc<Web>>, place: Place, Posted { visitor, .. }: Posted) -> Response {
    let (entered, license) = match at(&web, visitor, place).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    match web.service.delete_license(&entered.call(&web, None), &entered.account.id, &license.id).await {
        Ok(()) => entered.go("/license"),
        Err(failure) => entered.refused(&failure),
    }
}

fn document(form: &Form, stored: Option<&Body>) -> Value {
    // People write a comma as well; what is no number is refused with its sentence.
    let number = |name: &str| {
        let text = form.value(name).trim();
        match text.replace(',', ".").parse::<f64>() {
            _ if text.is_empty() => Value::Null,
            Ok(number) => json!(number),
            Err(_) => json!(text),
        }
    };
    json!({
        "name": form.value("name").trim(),
        "nameI18nList": fields::translations(form, "name", stored),
        "description": form.value("description").replace("\r\n", "\n"),
        "descriptionI18nList": fields::translations(form, "description", stored),
        "priceGross": number("priceGross"),
        "taxRate": number("taxRate"),
        "currency": form.value("currency").trim().to_uppercase(),
        "validationPeriod": form.value("validationPeriod"),
    })
}

//! The settings that an app or module has in each organization: typed fields. There is always one empty row for another
//! one; a row is removed by ticking it. So the form works without JavaScript.

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
use kalends_entities::offer::SETTING_TYPES;
use serde_json::{Value, json};
use std::sync::Arc;

/// Most rows that a form is read with.
const ROWS_MAX: usize = 200;

#[derive(Template)]
#[template(path = "developer/settings.html")]
struct SettingsPage {
    page: Page,
    nav: Nav,
    name: String,
    place: String,
    rows: Vec<Row>,
    types: Vec<(String, String)>,
    form: Form,
}

/// The names of a row's fields.
struct Row {
    title: String,
    key: String,
    name: String,
    name_de: String,
    name_en: String,
    kind: String,
    required: String,
    options: String,
    default: String,
    remove: Option<String>,
}

fn field(row: usize, name: &str) -> String {
    format!("setting.{row}.{name}")
}

/// `GET …/{kind}/{id}/settings`
pub(super) async fn form(State(web): State<Arc<Web>>, place: Place, visitor: Visitor) -> Response {
    let at = match at(&web, visitor, place).await {
        Ok(at) => at,
        Err(response) => return response,
    };
    let mut form = Form::default();
    let definitions = definitions(&at);
    for (row, definition) in definitions.iter().enumerate() {
        let text = |name: &str| definition[name].as_str().unwrap_or_default().to_owned();
        let translated = |language: &str| {
            definition.as_object().map(|body| fields::translation(body, "name", language)).unwrap_or_default()
        };
        form.set(&field(row, "key"), text("key"));
        form.set(&field(row, "name"), text("name"));
        form.set(&field(row, "name.de"), translated("de"));
        form.set(&field(row, "name.en"), translated("en"));
        form.set(&field(row, "type"), text("type"));
        form.set(&field(row, "required"), if definition["required"] == true { "yes" } else { "" });
        form.set(&field(row, "optionList"), fields::texts(definition.get("optionList")).join("\n"));
        let default = match &definition["defaultValue"] {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        form.set(&field(row, "defaultValue"), default);
    }
    form.set("rows", definitions.len().to_string());
    fields::versioned(&mut form, &at.client.record);
    show(&at, form, 200)
}

fn definitions(at: &At) -> Vec<Value> {
    at.client.record.body.get("settingDefinitionList").and_then(Value::as_array).cloned().unwrap_or_default()
}

fn show(at: &At, form: Form, status: u16) -> Response {
    let page = at.entered.page("developer-settings-title");
    let filled = rows(&form);
    let row = |row: usize| {
        let key = form.value(&field(row, "key"));
        Row {
            title: if key.is_empty() { page.text("developer-setting-new") } else { key.to_owned() },
            key: field(row, "key"),
            name: field(row, "name"),
            name_de: field(row, "name.de"),
            name_en: field(row, "name.en"),
            kind: field(row, "type"),
            required: field(row, "required"),
            options: field(row, "optionList"),
            default: field(row, "defaultValue"),
            remove: (row < filled).then(|| field(row, "remove")),
        }
    };
    let types = SETTING_TYPES.iter().map(|kind| {
        let key = format!("developer-type-{}", kind.to_lowercase());
        ((*kind).to_owned(), page.text(&key))
    });
    let page = SettingsPage {
        nav: at.entered.nav(word(at.kind)),
        name: at.client.record.text("name").to_owned(),
        place: format!("{}{}", at.entered.base(), at.path()),
        rows: (0..=filled).map(row).collect(),
        types: types.collect(),
        form,
        page,
    };
    respond::html(&at.entered.visitor, status, &page)
}

/// How many rows the form was made with, besides the empty one.
fn rows(form: &Form) -> usize {
    form.value("rows").parse::<usize>().unwrap_or(0).min(ROWS_MAX)
}

/// `POST …/{kind}/{id}/settings`
pub(super) async fn save(State(web): State<Arc<Web>>, place: Place, Posted { visitor, mut form }: Posted) -> Response {
    let at = match at(&web, visitor, place).await {
        Ok(at) => at,
        Err(response) => return response,
    };
    let stored = definitions(&at);
    let mut kept = Vec::new();
    let mut list = Vec::new();
    for row in 0..=rows(&form) {
        if form.value(&field(row, "key")).trim().is_empty() || form.has(&field(row, "remove"), "yes") {
            continue;
        }
        list.push(definition(&form, row, &stored));
        kept.push(row);
    }
    let document = json!({"settingDefinitionList": list});
    let call = at.entered.call(&web, Some(form.value("recordVersion")));
    match web.service.edit_client(&call, &at.entered.account.id, at.named(), &document, None).await {
        Ok(()) => at.entered.go(&format!("{}/settings", at.path())),
        Err(failure) if matches!(failure.status, 400 | 412) => {
            fields::refuse(&mut form, &at.entered.visitor, &failure, |parameter| named(parameter, &kept));
            show(&at, form, failure.status)
        }
        Err(failure) => at.entered.refused(&failure),
    }
}

/// One row as the document says it.
fn definition(form: &Form, row: usize, stored: &[Value]) -> Value {
    let value = |name: &str| form.value(&field(row, name)).trim();
    let before = stored.iter().find(|before| before["key"] == value("key")).and_then(Value::as_object);
    let mut names = Form::default();
    for language in fields::LANGUAGES {
        let name = format!("name.{language}");
        names.set(&name, value(&name));
    }
    let mut definition = json!({
        "key": value("key"),
        "name": value("name"),
        "nameI18nList": fields::translations(&names, "name", before),
        "type": value("type"),
        "required": form.has(&field(row, "required"), "yes"),
        "optionList": fields::lines(form.value(&field(row, "optionList"))),
    });
    if !value("defaultValue").is_empty() {
        definition["defaultValue"] = json!(value("defaultValue"));
    }
    definition
}

/// The field of the form that a parameter such as `settingDefinitionList.0.key` is.
fn named(parameter: &str, kept: &[usize]) -> String {
    let mut parts = parameter.split('.').skip(1);
    let row = parts.next().and_then(|index| kept.get(index.parse::<usize>().ok()?));
    match (row, parts.next()) {
        (Some(row), Some("nameI18nList")) => field(*row, "name.de"),
        (Some(row), Some(name)) => field(*row, name),
        _ => String::new(),
    }
}

//! Apps and modules: lists, their pages, what they are called, and their last requests.

use super::super::form::{Form, Posted};
use super::super::page::Page;
use super::super::respond;
use super::super::visitor::Visitor;
use super::{Entered, Nav, enter, fields, kind, once, word};
use crate::Web;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use kalends_engine::Body;
use kalends_engine::problem::Failure;
use kalends_service::developer::log::Line;
use kalends_service::developer::{ClientKind, ClientOptions, ClientView, NewClient, Overlap, TokenLine};
use serde_json::{Value, json};
use std::sync::Arc;

/// Locale, account, kind and id of a page's address.
pub(super) type Place = Path<(String, String, String, String)>;

#[derive(Template)]
#[template(path = "developer/clients.html")]
struct ListPage {
    page: Page,
    nav: Nav,
    word: &'static str,
    clients: Vec<ClientView>,
}

#[derive(Template)]
#[template(path = "developer/client.html")]
struct ClientPage {
    page: Page,
    nav: Nav,
    word: &'static str,
    place: String,
    client: ClientView,
    overlaps: [(String, String); 4],
    once: String,
    previous: String,
    last_used: String,
    tokens: Vec<(TokenLine, [String; 3])>,
    form: Form,
}

#[derive(Template)]
#[template(path = "developer/client_form.html")]
struct FormPage {
    page: Page,
    nav: Nav,
    word: &'static str,
    action: String,
    is_new: bool,
    form: Form,
    visibilities: [(String, String); 2],
    rotations: [(String, String); 2],
}

#[derive(Template)]
#[template(path = "developer/secret.html")]
struct SecretPage {
    page: Page,
    nav: Nav,
    client_id: String,
    secret: String,
    place: String,
    notes: Vec<String>,
}

#[derive(Template)]
#[template(path = "developer/log.html")]
struct LogPage {
    page: Page,
    nav: Nav,
    name: String,
    place: String,
    lines: Vec<(String, String, Line)>,
}

/// `GET …/{kind}`
pub(super) async fn list(
    State(web): State<Arc<Web>>,
    Path((locale, account, segment)): Path<(String, String, String)>,
    visitor: Visitor,
) -> Response {
    let entered = match enter(&web, visitor, &locale, &account).await {
        Ok(entered) => entered,
        Err(response) => return response,
    };
    let listed = async {
        let kind = kind(&segment)?;
        let clients = web.service.clients(&entered.account.id, kind).await?;
        let title = if kind == ClientKind::App { "developer-apps-title" } else { "developer-modules-title" };
        Ok(ListPage { page: entered.page(title), nav: entered.nav(word(kind)), word: word(kind), clients })
    };
    match listed.await {
        Ok(page) => respond::html(&entered.visitor, 200, &page),
        Err(failure) => entered.refused(&failure),
    }
}

/// Someone in an account, at one of its apps or modules.
pub(super) struct At {
    pub(super) entered: Entered,
    pub(super) client: ClientView,
    pub(super) kind: ClientKind,
}

impl At {
    /// Where the pages of the app or module begin, behind the account's.
    pub(super) fn path(&self) -> String {
        format!("/{}/{}", word(self.kind), self.client.record.id)
    }

    /// Kind and id, as the service asks for them.
    pub(super) fn named(&self) -> (ClientKind, &str) {
        (self.kind, &self.client.record.id)
    }
}

/// Lets a visitor in to an app or module of the account.
pub(super) async fn at(web: &Web, visitor: Visitor, place: Place) -> Result<At, Response> {
    let Path((locale, account, segment, id)) = place;
    let entered = enter(web, visitor, &locale, &account).await?;
    let found = async {
        let kind = kind(&segment)?;
        Ok((kind, web.service.client(&entered.account.id, kind, &id).await?))
    };
    match found.await {
        Ok((kind, client)) => Ok(At { entered, client, kind }),
        Err(failure) => Err(entered.refused(&failure)),
    }
}

/// `GET …/{kind}/{id}`
pub(super) async fn show(State(web): State<Arc<Web>>, place: Place, visitor: Visitor) -> Response {
    match at(&web, visitor, place).await {
        Ok(at) => shown(&web, at, Form::default(), 200).await,
        Err(response) => response,
    }
}

/// The page of an app or module, with what was wrong with one of its forms.
pub(super) async fn shown(web: &Web, at: At, mut form: Form, status: u16) -> Response {
    if form.value("overlap").is_empty() {
        // What breaks nothing while the new secret is being brought where it belongs.
        form.set("overlap", Overlap::Day.word());
    }
    let page = async {
        web.tokens.note_use(&web.service).await?;
        let (account, (kind, id)) = (at.entered.account.id.as_str(), at.named());
        let client = web.service.client(account, kind, id).await?;
        let tokens = web.service.client_tokens(account, kind, id).await?;
        let when = |at_time| if at_time == 0 { String::new() } else { at.entered.when(at_time) };
        let tokens = tokens.into_iter().map(|token| {
            let times = [token.created, token.used, token.expires].map(when);
            (token, times)
        });
        let page = at.entered.page("developer-client-title");
        let overlaps = Overlap::ALL.map(|overlap| {
            let key = format!("developer-overlap-{}", overlap.word());
            (overlap.word().to_owned(), page.text(&key))
        });
        Ok::<_, Failure>(ClientPage {
            nav: at.entered.nav(word(at.kind)),
            word: word(at.kind),
            place: format!("{}{}", at.entered.base(), at.path()),
            overlaps,
            once: once(web),
            previous: when(client.previous_until),
            last_used: when(client.ending.last_used),
            tokens: tokens.collect(),
            client,
            form,
            page,
        })
    };
    match page.await {
        Ok(page) => respond::html(&at.entered.visitor, status, &page),
        Err(failure) => at.entered.refused(&failure),
    }
}

/// The page that shows a new secret; there is no second one.
pub(super) fn secret_page(
    entered: &Entered,
    path: &str,
    client_id: String,
    secret: String,
    notes: Vec<String>,
) -> Response {
    let place = format!("{}{path}", entered.base());
    let page = SecretPage {
        page: entered.page("developer-secret-title"),
        nav: entered.nav("app"),
        client_id,
        secret,
        place,
        notes,
    };
    respond::html(&entered.visitor, 200, &page)
}

fn form_page(entered: &Entered, kind: ClientKind, at: Option<&At>, form: Form, status: u16) -> Response {
    let title = match (kind, at) {
        (ClientKind::App, None) => "developer-app-new",
        (ClientKind::Module, None) => "developer-module-new",
        _ => "developer-client-edit",
    };
    let page = entered.page(title);
    let choices = |prefix: &str, words: [&str; 2]| {
        words.map(|word| (word.to_owned(), page.text(&format!("developer-{prefix}-{}", word.to_lowercase()))))
    };
    let place = at.map_or_else(|| format!("/{}/add", word(kind)), |at| format!("{}/edit", at.path()));
    let page = FormPage {
        visibilities: choices("visibility", ["PRIVATE", "PUBLIC"]),
        rotations: choices("rotation", ["classic", "rotating"]),
        nav: entered.nav(word(kind)),
        word: word(kind),
        action: format!("{}{place}", entered.base()),
        is_new: at.is_none(),
        form,
        page,
    };
    respond::html(&entered.visitor, status, &page)
}

/// `GET …/{kind}/add`
pub(super) async fn new(
    State(web): State<Arc<Web>>,
    Path((locale, account, segment)): Path<(String, String, String)>,
    visitor: Visitor,
) -> Response {
    let entered = match enter(&web, visitor, &locale, &account).await {
        Ok(entered) => entered,
        Err(response) => return response,
    };
    let kind = match kind(&segment) {
        Ok(kind) => kind,
        Err(failure) => return entered.refused(&failure),
    };
    let rotation = if kind.rotates() { "rotating" } else { "classic" };
    let form = Form::of([
        ("visibility", "PRIVATE"),
        ("rotation", rotation),
        ("languageList", "de, en"),
        ("once", &once(&web)),
    ]);
    form_page(&entered, kind, None, form, 200)
}

/// `POST …/{kind}/add`: an app's answer is the page with its secret, which cannot be shown by any later page.
pub(super) async fn add(
    State(web): State<Arc<Web>>,
    Path((locale, account, segment)): Path<(String, String, String)>,
    Posted { visitor, mut form }: Posted,
) -> Response {
    let entered = match enter(&web, visitor, &locale, &account).await {
        Ok(entered) => entered,
        Err(response) => return response,
    };
    let kind = match kind(&segment) {
        Ok(kind) => kind,
        Err(failure) => return entered.refused(&failure),
    };
    let call = entered.call_once(&web, form.value("once"));
    let (document, options) = (document(&form, None), options(&form));
    match web.service.make_client_with(&call, &entered.account.id, kind, &document, &options).await {
        Ok(NewClient { record_id, client_id, secret, .. }) if kind == ClientKind::App => {
            let notes = vec![entered.page("").text("developer-secret-next")];
            secret_page(&entered, &format!("/app/{record_id}"), client_id, secret, notes)
        }
        Ok(client) => entered.go(&format!("/{}/{}", word(kind), client.record_id)),
        Err(failure) if failure.status == 400 => {
            fields::refuse(&mut form, &entered.visitor, &failure, fields::general);
            form_page(&entered, kind, None, form, 400)
        }
        Err(failure) => entered.refused(&failure),
    }
}

/// `GET …/{kind}/{id}/edit`
pub(super) async fn form(State(web): State<Arc<Web>>, place: Place, visitor: Visitor) -> Response {
    let at = match at(&web, visitor, place).await {
        Ok(at) => at,
        Err(response) => return response,
    };
    let (record, options) = (&at.client.record, &at.client.options);
    let mut form = Form::of(["name", "description", "version", "visibility"].map(|name| (name, record.text(name))));
    for name in ["name", "description"] {
        for language in fields::LANGUAGES {
            form.set(&format!("{name}.{language}"), fields::translation(&record.body, name, language));
        }
    }
    form.set("languageList", fields::texts(record.body.get("languageList")).join(", "));
    form.set("imageList", fields::texts(record.body.get("imageList")).join("\n"));
    form.set("redirectUriList", options.redirect_uris.join("\n"));
    form.set("rotation", if options.rotating { "rotating" } else { "classic" });
    if form.value("visibility").is_empty() {
        form.set("visibility", "PRIVATE");
    }
    fields::versioned(&mut form, record);
    form_page(&at.entered, at.kind, Some(&at), form, 200)
}

/// `POST …/{kind}/{id}/edit`
pub(super) async fn save(State(web): State<Arc<Web>>, place: Place, Posted { visitor, mut form }: Posted) -> Response {
    let at = match at(&web, visitor, place).await {
        Ok(at) => at,
        Err(response) => return response,
    };
    let call = at.entered.call(&web, Some(form.value("recordVersion")));
    let (document, options) = (document(&form, Some(&at.client.record.body)), options(&form));
    match web.service.edit_client(&call, &at.entered.account.id, at.named(), &document, Some(&options)).await {
        Ok(()) => at.entered.go(&at.path()),
        Err(failure) if matches!(failure.status, 400 | 412) => {
            fields::refuse(&mut form, &at.entered.visitor, &failure, fields::general);
            form_page(&at.entered, at.kind, Some(&at), form, failure.status)
        }
        Err(failure) => at.entered.refused(&failure),
    }
}

/// What the form says of the record.
fn document(form: &Form, stored: Option<&Body>) -> Value {
    json!({
        "name": form.value("name").trim(),
        "nameI18nList": fields::translations(form, "name", stored),
        "description": form.value("description").replace("\r\n", "\n"),
        "descriptionI18nList": fields::translations(form, "description", stored),
        "version": form.value("version").trim(),
        "visibility": form.value("visibility"),
        "languageList": fields::words(form.value("languageList")),
        "imageList": fields::lines(form.value("imageList")),
    })
}

/// What it says of the client.
fn options(form: &Form) -> ClientOptions {
    ClientOptions {
        redirect_uris: fields::lines(form.value("redirectUriList")),
        rotating: form.value("rotation") == "rotating",
    }
}

/// `GET …/{kind}/{id}/log`
pub(super) async fn log(State(web): State<Arc<Web>>, place: Place, visitor: Visitor) -> Response {
    let at = match at(&web, visitor, place).await {
        Ok(at) => at,
        Err(response) => return response,
    };
    let lines = web.service.client_requests(&at.entered.account.id, at.kind, &at.client.record.id).await;
    let lines = match lines {
        Ok(lines) => lines,
        Err(failure) => return at.entered.refused(&failure),
    };
    let line = |line: Line| {
        let milliseconds = format!("{}.{:03}", line.duration / 1_000, (line.duration % 1_000).max(0));
        (at.entered.when(line.at), milliseconds, line)
    };
    let page = LogPage {
        page: at.entered.page("developer-log-title"),
        nav: at.entered.nav(word(at.kind)),
        name: at.client.record.text("name").to_owned(),
        place: format!("{}{}", at.entered.base(), at.path()),
        lines: lines.into_iter().map(line).collect(),
    };
    respond::html(&at.entered.visitor, 200, &page)
}

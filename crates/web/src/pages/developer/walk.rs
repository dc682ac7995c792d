//! The first walk in the browser, step by step: each step is a form; the server sends the request to its own APIs, through
//! the same router as everybody's, and shows it as a command with the answer.
//!
//! Invariant: the secret is used for its one request and goes nowhere else; tokens travel in the form only, and what is
//! shown names variables in their place.

use super::super::form::{Form, Posted};
use super::super::page::Page;
use super::super::respond;
use super::super::visitor::Visitor;
use super::{Entered, Nav, enter};
use crate::Web;
use crate::server::Peer;
use askama::Template;
use axum::body::Body;
use axum::extract::{Extension, Path, State};
use axum::response::Response;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request};
use http_body_util::BodyExt as _;
use kalends_engine::problem::{Failure, Problem};
use kalends_service::developer::ClientKind;
use serde_json::{Value, json};
use std::sync::Arc;
use tower::ServiceExt as _;

/// Steps of the walk.
const STEPS: usize = 7;
/// What the form carries from step to step, besides the app.
const CARRIED: [&str; 5] = ["refreshToken", "accessToken", "template", "slot", "appointment"];
/// Most characters of an answer that are shown.
const SHOWN_MAX: usize = 6_000;

#[derive(Template)]
#[template(path = "developer/walk.html")]
struct WalkPage {
    page: Page,
    nav: Nav,
    apps: Vec<(String, String)>,
    has_demo: bool,
    /// The step whose form is shown; behind the last one the walk is done.
    next: usize,
    done: Option<usize>,
    exchanges: Vec<Exchange>,
    carried: [&'static str; 5],
    form: Form,
}

impl WalkPage {
    fn title(&self, step: &usize) -> String {
        self.page.text(&format!("developer-walk-step-{step}"))
    }

    fn is_over(&self) -> bool {
        self.next > STEPS
    }
}

/// A request and its answer as they are shown.
struct Exchange {
    command: String,
    status: u16,
    answer: String,
}

/// Locale and account of an address.
type Place = Path<(String, String)>;

/// `GET …/walk`
pub(super) async fn form(State(web): State<Arc<Web>>, Path((locale, account)): Place, visitor: Visitor) -> Response {
    match enter(&web, visitor, &locale, &account).await {
        Ok(entered) => show(&web, &entered, Form::default(), (1, None), Vec::new(), 200).await,
        Err(response) => response,
    }
}

async fn show(
    web: &Web,
    entered: &Entered,
    form: Form,
    (next, done): (usize, Option<usize>),
    exchanges: Vec<Exchange>,
    status: u16,
) -> Response {
    let page = async {
        let apps = web.service.clients(&entered.account.id, ClientKind::App).await?;
        let app = |app: kalends_service::developer::ClientView| (app.client_id, app.record.text("name").to_owned());
        Ok::<_, Failure>(WalkPage {
            page: entered.page("developer-walk-title"),
            nav: entered.nav("walk"),
            apps: apps.into_iter().filter(|app| app.active).map(app).collect(),
            has_demo: web.service.demo_organization(&entered.account.id).await?.is_some(),
            next,
            done,
            exchanges,
            carried: CARRIED,
            form,
        })
    };
    match page.await {
        Ok(page) => respond::html(&entered.visitor, status, &page),
        Err(failure) => entered.refused(&failure),
    }
}

/// `POST …/walk`: takes one step. The page that answers holds what the next one needs.
pub(super) async fn step(
    State(web): State<Arc<Web>>,
    Path((locale, account)): Place,
    peer: Option<Extension<Peer>>,
    Posted { visitor, mut form }: Posted,
) -> Response {
    let entered = match enter(&web, visitor, &locale, &account).await {
        Ok(entered) => entered,
        Err(response) => return response,
    };
    let step = form.value("step").parse::<usize>().unwrap_or(0);
    let checked = async {
        let demo = web.service.demo_organization(&entered.account.id).await?.ok_or_else(Failure::not_found)?;
        let apps = web.service.clients(&entered.account.id, ClientKind::App).await?;
        // Only the account's own apps walk here.
        let is_own = apps.iter().any(|app| app.client_id == form.value("app"));
        if is_own && (1..=STEPS).contains(&step) { Ok(demo.0.id) } else { Err(Failure::not_found()) }
    };
    let organization = match checked.await {
        Ok(organization) => organization,
        Err(failure) => return entered.refused(&failure),
    };
    let secret = form.value("secret").to_owned();
    form.set("secret", "");
    let mut walk = Walk {
        web: &web,
        peer: peer.map(|Extension(peer)| peer),
        organization,
        language: entered.visitor.language.code(),
        exchanges: Vec::new(),
    };
    match walk.take(step, &mut form, &secret).await {
        Ok(true) => show(&web, &entered, form, (step + 1, Some(step)), walk.exchanges, 200).await,
        Ok(false) => {
            let exchanges = walk.exchanges;
            form.errors.push((String::new(), entered.page("").text("developer-walk-refused")));
            show(&web, &entered, form, (step, Some(step)), exchanges, 200).await
        }
        Err(failure) => entered.refused(&failure),
    }
}

/// A walk on its way.
struct Walk<'a> {
    web: &'a Arc<Web>,
    peer: Option<Peer>,
    organization: String,
    language: &'static str,
    exchanges: Vec<Exchange>,
}

impl Walk<'_> {
    /// Takes a step; answers whether it led on.
    async fn take(&mut self, step: usize, form: &mut Form, secret: &str) -> Result<bool, Failure> {
        let app = form.value("app").to_owned();
        match step {
            1 => {
                let fields = [("grant_type", "client_credentials"), ("client_id", &app), ("client_secret", secret)];
                let answer = self.token(&fields).await?;
                Ok(keep(form, "refreshToken", answer["refresh_token"].as_str()))
            }
            2 => {
                let (refresh, organization) = (form.value("refreshToken").to_owned(), self.organization.clone());
                let fields = [
                    ("grant_type", "refresh_token"),
                    ("client_id", &app),
                    ("refresh_token", &refresh),
                    ("organization_id", &organization),
                ];
                let answer = self.token(&fields).await?;
                Ok(keep(form, "accessToken", answer["access_token"].as_str()))
            }
            3 => Ok(self.call(form, Method::GET, "/show", None).await?.1),
            4 => {
                let customer = json!({"firstName": "John", "lastName": "Doe"});
                Ok(self.call(form, Method::POST, "/customer/add", Some(customer)).await?.1)
            }
            5 => {
                let (templates, _) = self.call(form, Method::GET, "/bookingTemplate/list", None).await?;
                let template = first_id(&templates, "fc").or_else(|| first_id(&templates, "ea"));
                if !keep(form, "template", template.as_deref()) {
                    return Ok(false);
                }
                let place = format!("/bookingTemplate/{}/bookingSlot/earliest", form.value("template"));
                let (slot, _) = self.call(form, Method::GET, &place, None).await?;
                Ok(keep(form, "slot", first_id(&slot, "4f").as_deref()))
            }
            6 => {
                let booking = json!({
                    "bookingSlotId": form.value("slot"),
                    "customer": {"firstName": "Jane", "lastName": "Doe"},
                });
                let (answer, _) = self.call(form, Method::POST, "/appointment/add", Some(booking)).await?;
                Ok(keep(form, "appointment", first_id(&answer, "ed").as_deref()))
            }
            _ => {
                let place = format!("/appointment/{}/cancel", form.value("appointment"));
                Ok(self.call(form, Method::PUT, &place, None).await?.1)
            }
        }
    }

    /// A request to the token endpoint.
    async fn token(&mut self, fields: &[(&str, &str)]) -> Result<Value, Failure> {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let shown = fields.iter().map(|(name, value)| match *name {
            "client_secret" => " \\\n  -d client_secret=$CLIENT_SECRET".to_owned(),
            "refresh_token" => " \\\n  -d refresh_token=$REFRESH_TOKEN".to_owned(),
            _ => format!(" \\\n  -d {name}={value}"),
        });
        let command = format!("curl {}/oauth/token{}", self.web.public_url, shown.collect::<String>());
        let request = Request::builder()
            .method(Method::POST)
            .uri("/oauth/token")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        Ok(self.send(request, body, command).await?.0)
    }

    /// A request inside of the demo organization; answers the content and whether it succeeded.
    async fn call(
        &mut self,
        form: &Form,
        method: Method,
        place: &str,
        document: Option<Value>,
    ) -> Result<(Value, bool), Failure> {
        let path = format!("/app/v3/{}/organization/{}{place}", self.language, self.organization);
        let body = document.map(|document| document.to_string()).unwrap_or_default();
        let mut command = String::from("curl");
        if method != Method::GET && method != Method::POST {
            command.push_str(&format!(" -X {method}"));
        }
        command.push_str(" -H \"Authorization: Bearer $ACCESS_TOKEN\" \\\n  ");
        if !body.is_empty() {
            command.push_str(&format!("-H \"Content-Type: application/json\" \\\n  -d '{body}' \\\n  "));
        }
        command.push_str(&format!("{}{path}", self.web.public_url));
        let request = Request::builder()
            .method(method)
            .uri(&path)
            .header(CONTENT_TYPE, "application/json")
            .header(AUTHORIZATION, format!("Bearer {}", form.value("accessToken")));
        let (mut answer, status) = self.send(request, body, command).await?;
        Ok((answer["content"].take(), status / 100 == 2))
    }

    /// Sends a request to the server's own APIs and notes it with its answer.
    async fn send(
        &mut self,
        request: http::request::Builder,
        body: String,
        command: String,
    ) -> Result<(Value, u16), Failure> {
        // What a form carried may be no header and no address: then there is no such request.
        let mut request = request.body(Body::from(body)).map_err(|_| Failure::from(Problem::new("link_invalid")))?;
        if let Some(peer) = self.peer {
            request.extensions_mut().insert(peer);
        }
        let response = match crate::apis(Arc::clone(self.web)).oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.map_err(|_| Failure::internal())?.to_bytes();
        let answer: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let mut shown = answer.clone();
        for token in ["access_token", "refresh_token", "id_token"] {
            if let Some(Value::String(text)) = shown.get_mut(token) {
                let begin: String = text.chars().take(12).collect();
                *text = format!("{begin}…");
            }
        }
        let mut shown = serde_json::to_string_pretty(&shown).unwrap_or_default();
        if let Some((end, _)) = shown.char_indices().nth(SHOWN_MAX) {
            shown.truncate(end);
            shown.push('…');
        }
        self.exchanges.push(Exchange { command, status, answer: shown });
        Ok((answer, status))
    }
}

/// Keeps what the next step needs; answers whether it is there.
fn keep(form: &mut Form, name: &str, value: Option<&str>) -> bool {
    form.set(name, value.unwrap_or_default());
    value.is_some_and(|value| !value.is_empty())
}

/// The first id of an answer that begins with a prefix.
fn first_id(value: &Value, prefix: &str) -> Option<String> {
    match value {
        Value::Object(object) => {
            let own = object.get("id").and_then(Value::as_str).filter(|id| id.starts_with(prefix));
            own.map(str::to_owned).or_else(|| object.values().find_map(|value| first_id(value, prefix)))
        }
        Value::Array(list) => list.iter().find_map(|value| first_id(value, prefix)),
        _ => None,
    }
}

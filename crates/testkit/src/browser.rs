//! A browser without JavaScript: cookies, forms with their hidden fields, redirects on request. Real HTTP.

use crate::app::TestApp;
use crate::client::Answer;
use reqwest::header::{COOKIE, SET_COOKIE};
use std::collections::BTreeMap;

/// A browser with its cookies.
#[derive(Debug, Clone)]
pub struct Browser {
    /// `http://127.0.0.1:port`.
    pub url: String,
    /// Name and value, as the server set them.
    pub cookies: BTreeMap<String, String>,
    /// Sent with every request besides cookies.
    pub headers: Vec<(String, String)>,
    http: reqwest::Client,
}

impl Browser {
    /// A browser that was never here.
    ///
    /// # Panics
    /// When the HTTP client cannot be made.
    pub fn new(app: &TestApp) -> Self {
        Self::at(&app.url)
    }

    /// The same, of a server elsewhere.
    ///
    /// # Panics
    /// When the HTTP client cannot be made.
    pub fn at(url: &str) -> Self {
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        let http = http.build().expect("a client");
        Self { url: url.to_owned(), cookies: BTreeMap::new(), headers: Vec::new(), http }
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> Answer {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = request.header(COOKIE, cookies.join("; "));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let response = request.send().await.expect("an answer");
        for set in response.headers().get_all(SET_COOKIE) {
            let text = set.to_str().expect("text");
            let (name, value) = text.split(';').next().and_then(|pair| pair.split_once('=')).expect("a cookie");
            if text.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Answer::read(response).await
    }

    /// An address of this server, whether it was given whole or as a path.
    fn address(&self, place: &str) -> String {
        if place.starts_with("http") { place.to_owned() } else { format!("{}{place}", self.url) }
    }

    /// GET without following redirects.
    pub async fn get(&mut self, path: &str) -> Answer {
        let request = self.http.get(self.address(path));
        self.send(request).await
    }

    /// POST of exactly these fields, without following redirects.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = self.http.post(self.address(path)).form(fields);
        self.send(request).await
    }

    /// Follows redirects on this server until a page or a foreign address comes.
    ///
    /// # Panics
    /// When they go round in circles.
    pub async fn follow(&mut self, mut answer: Answer) -> Answer {
        for _ in 0..10 {
            let location = answer.header("location").to_owned();
            let own = location.starts_with('/') || location.starts_with(&self.url);
            if answer.status / 100 != 3 || !own {
                return answer;
            }
            answer = self.get(&location).await;
        }
        panic!("redirects without end");
    }

    /// Opens a page and follows where it leads.
    pub async fn open(&mut self, path: &str) -> Answer {
        let answer = self.get(path).await;
        self.follow(answer).await
    }

    /// Sends the page's form with this action: its hidden fields, and these besides or instead.
    ///
    /// # Panics
    /// When the page has no such form.
    pub async fn submit(&mut self, page: &Answer, action: &str, fields: &[(&str, &str)]) -> Answer {
        let form = form(&page.text, action).unwrap_or_else(|| panic!("no form to {action} in {}", page.text));
        let mut all: Vec<(&str, &str)> = Vec::new();
        for (name, value) in &form {
            if !fields.iter().any(|(given, _)| given == name) {
                all.push((name, value));
            }
        }
        all.extend(fields);
        self.post(action, &all).await
    }

    /// Logs in; answers where that leads.
    pub async fn log_in(&mut self, email: &str, password: &str) -> Answer {
        let page = self.get("/oauth/login").await;
        self.submit(&page, "/oauth/login", &[("email", email), ("password", password)]).await
    }
}

/// The hidden fields of the form that is sent to `action`.
pub fn form(html: &str, action: &str) -> Option<Vec<(String, String)>> {
    let quoted = format!("action=\"{}\"", escaped(action));
    let begin = html.find(&quoted)?;
    let rest = &html[begin..];
    let form = &rest[..rest.find("</form>").unwrap_or(rest.len())];
    let inputs = form.split("<input ").skip(1).map(|input| input.split('>').next().unwrap_or_default());
    let hidden = inputs.filter(|input| input.contains("type=\"hidden\""));
    Some(hidden.map(|input| (attribute(input, "name"), attribute(input, "value"))).collect())
}

fn attribute(tag: &str, name: &str) -> String {
    let quoted = format!("{name}=\"");
    let begin = tag.find(&quoted).map(|at| at + quoted.len());
    let value = begin.map_or("", |begin| tag[begin..].split('"').next().unwrap_or_default());
    unescaped(value)
}

const ENTITIES: [(&str, &str); 10] = [
    ("<", "&#60;"),
    (">", "&#62;"),
    ("\"", "&#34;"),
    ("'", "&#39;"),
    ("&", "&#38;"),
    ("<", "&lt;"),
    (">", "&gt;"),
    ("\"", "&quot;"),
    ("'", "&#x27;"),
    ("&", "&amp;"),
];

/// Text as it stands in a page.
pub fn escaped(text: &str) -> String {
    let mut out = text.replace('&', "&#38;");
    for (plain, entity) in &ENTITIES[..4] {
        out = out.replace(plain, entity);
    }
    out
}

/// Text of a page as it is read.
pub fn unescaped(text: &str) -> String {
    ENTITIES.iter().fold(text.to_owned(), |text, (plain, entity)| text.replace(entity, plain))
}

/// A parameter of an address.
pub fn parameter(address: &str, name: &str) -> Option<String> {
    let url = reqwest::Url::parse(address).ok()?;
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

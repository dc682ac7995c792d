//! A caller: real HTTP with the contract's methods, and the answers taken apart.

use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::Value;

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body as text.
    pub text: String,
    /// The body as JSON, `null` when it is none.
    pub json: Value,
}

impl Answer {
    /// Takes an answer apart.
    ///
    /// # Panics
    /// When the connection ends early.
    pub async fn read(response: Response) -> Self {
        let status = response.status().as_u16();
        let headers = response.headers().iter();
        let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()));
        let headers = headers.collect();
        let text = response.text().await.expect("a whole body");
        let json = serde_json::from_str(&text).unwrap_or_default();
        Self { status, headers, text, json }
    }

    /// The `content` of the envelope.
    ///
    /// # Panics
    /// When the status is another one.
    #[track_caller]
    pub fn content(&self, status: u16) -> &Value {
        assert_eq!(self.status, status, "{}", self.text);
        &self.json["content"]
    }

    /// The stable codes of the envelope's messages.
    pub fn codes(&self) -> Vec<&str> {
        self.json["messageList"].as_array().into_iter().flatten().filter_map(|m| m["code"].as_str()).collect()
    }

    /// The parameters of the envelope's messages.
    pub fn parameters(&self) -> Vec<&str> {
        self.json["messageList"].as_array().into_iter().flatten().filter_map(|m| m["parameter"].as_str()).collect()
    }

    /// A header's value, empty when there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }
}

/// A caller with a bearer token (or none) and a base address.
#[derive(Debug, Clone)]
pub struct Caller {
    /// What every path is put behind, such as `http://127.0.0.1:1234/app/v3/en`.
    pub base: String,
    /// The access token, empty for none.
    pub token: String,
    http: Client,
}

impl Caller {
    /// A caller of an address.
    pub fn new(http: &Client, base: String, token: String) -> Self {
        Self { base, token, http: http.clone() }
    }

    /// A request that may still be changed.
    ///
    /// # Panics
    /// When the method is not a word.
    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let request = self.http.request(method, format!("{}{path}", self.base));
        if self.token.is_empty() { request } else { request.bearer_auth(&self.token) }
    }

    /// Sends a request.
    ///
    /// # Panics
    /// When the server does not answer.
    pub async fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let mut request = self.request(method, path).header("content-type", "application/json; charset=utf-8");
        if let Some(body) = body {
            request = request.body(body.to_string());
        }
        Answer::read(request.send().await.expect("an answer")).await
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None).await
    }

    /// POST with a JSON body.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, Some(&body)).await
    }

    /// PUT with a JSON body.
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send("PUT", path, Some(&body)).await
    }

    /// DELETE without a body.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, None).await
    }
}

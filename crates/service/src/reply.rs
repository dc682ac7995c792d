//! What a call answers: status, messages, content; still without HTTP.

use kalends_catalog::locale::Language;
use kalends_engine::envelope::{self, Tone};
use kalends_engine::problem::Problem;
use serde_json::Value;
use std::sync::Arc;

/// The content of an answer.
#[derive(Debug, Clone)]
pub enum Content {
    /// JSON text.
    Json(String),
    /// JSON text that is shared between requests.
    Shared(Arc<str>),
    /// Bytes of a file: MIME type, file name, bytes.
    Bytes(&'static str, String, Vec<u8>),
    /// A whole envelope kept from an earlier answer.
    Kept(String),
}

/// An answer of success.
#[derive(Debug, Clone)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// What was done, in `success`; worth knowing, in `info`.
    pub messages: Vec<(Tone, Problem)>,
    /// The content.
    pub content: Content,
    /// Version of the one record that is answered, for `ETag`.
    pub version: Option<i64>,
}

impl Reply {
    /// 200 with a JSON value.
    pub fn json(content: &impl serde::Serialize) -> Self {
        let text = serde_json::to_string(content).expect("JSON values can always be written to memory");
        Self { status: 200, messages: Vec::new(), content: Content::Json(text), version: None }
    }

    /// 200 with JSON text that is shared.
    pub fn shared(content: Arc<str>) -> Self {
        Self { status: 200, messages: Vec::new(), content: Content::Shared(content), version: None }
    }

    /// 200 without content.
    pub fn empty() -> Self {
        Self::json(&Value::Null)
    }

    /// An answer kept from an earlier request.
    pub(crate) fn kept(status: i64, answer: String) -> Self {
        let status = u16::try_from(status).unwrap_or(200);
        Self { status, messages: Vec::new(), content: Content::Kept(answer), version: None }
    }

    /// With another status.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// With the version of the record.
    #[must_use]
    pub fn version(mut self, version: i64) -> Self {
        self.version = Some(version);
        self
    }

    /// With a sentence about what was done.
    #[must_use]
    pub fn done(mut self, code: &'static str) -> Self {
        self.messages.push((Tone::Success, Problem::new(code)));
        self
    }

    /// With things worth knowing.
    #[must_use]
    pub fn notes(mut self, notes: Vec<Problem>) -> Self {
        self.messages.extend(notes.into_iter().map(|note| (Tone::Info, note)));
        self
    }

    /// The whole envelope as text. Empty for bytes, which have none.
    pub fn body(&self, language: Language) -> String {
        let messages: Vec<Value> =
            self.messages.iter().map(|(tone, problem)| envelope::message(*tone, problem, language)).collect();
        let content: &str = match &self.content {
            Content::Json(text) => text,
            Content::Shared(text) => text,
            Content::Kept(answer) => return answer.clone(),
            Content::Bytes(..) => return String::new(),
        };
        String::from_utf8(envelope::wrap(&messages, content)).expect("an envelope of texts is text")
    }
}

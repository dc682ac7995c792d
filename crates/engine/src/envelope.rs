//! The envelope of every answer of both APIs: `{"messageList":[…],"content":…}` (PLATFORM section 4).

use crate::problem::Problem;
use kalends_catalog::locale::Language;
use kalends_catalog::message;
use serde_json::{Value, json};

/// Kind of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// What was done.
    Success,
    /// Why it was not.
    Failure,
    /// Worth knowing.
    Info,
}

impl Tone {
    /// The word on the wire.
    pub fn word(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Info => "info",
        }
    }
}

/// One entry of `messageList` in the caller's language.
pub fn message(tone: Tone, problem: &Problem, language: Language) -> Value {
    let args: Vec<(&str, &str)> = problem.args.iter().map(|(name, value)| (*name, value.as_ref())).collect();
    json!({
        "class": "MESSAGE",
        "type": tone.word(),
        "parameter": problem.parameter,
        "text": message::text(language, problem.code, &args),
        "code": problem.code,
    })
}

/// The whole answer; `content` is JSON text already.
pub fn wrap(messages: &[Value], content: &str) -> Vec<u8> {
    let mut answer = Vec::with_capacity(content.len() + 32 + messages.len() * 128);
    answer.extend_from_slice(b"{\"messageList\":");
    if messages.is_empty() {
        answer.extend_from_slice(b"[]");
    } else {
        serde_json::to_writer(&mut answer, messages).expect("JSON values can always be written to memory");
    }
    answer.extend_from_slice(b",\"content\":");
    answer.extend_from_slice(content.as_bytes());
    answer.push(b'}');
    answer
}

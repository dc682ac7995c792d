//! Who calls, and what a request asked for besides its operation.

use kalends_catalog::locale::Language;
use kalends_engine::Micros;
use kalends_engine::clock::Entropy;
use std::sync::Arc;

/// Kind of caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An app; reaches the App API only.
    App,
    /// A module; reaches the Module API only.
    Module,
    /// A token made with the secret `anonymous`: reads reference data only.
    Anonymous,
    /// A person in the staff software.
    User,
    /// The installation itself: commands, demo data.
    System,
}

impl Kind {
    /// The word in the audit trail.
    pub fn word(self) -> &'static str {
        match self {
            Self::App => "APP",
            Self::Module => "MODULE",
            Self::Anonymous => "ANONYMOUS",
            Self::User => "USER",
            Self::System => "SYSTEM",
        }
    }
}

/// Who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Kind of caller.
    pub kind: Kind,
    /// OAuth client, or empty.
    pub client_id: String,
    /// The app's or module's record, or empty.
    pub record_id: String,
    /// The developer account the client belongs to, or empty.
    pub developer_account_id: String,
    /// The organization the token is bound to.
    pub organization_id: Option<String>,
    /// The person behind the token.
    pub user_id: Option<String>,
}

impl Caller {
    /// The installation itself.
    pub fn system() -> Self {
        Self {
            kind: Kind::System,
            client_id: String::new(),
            record_id: String::new(),
            developer_account_id: String::new(),
            organization_id: None,
            user_id: None,
        }
    }
}

/// A key under which the answer is kept, and what the body was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotency {
    /// Client, operation and the caller's key, hashed.
    pub key: String,
    /// Hash of the body.
    pub body_hash: String,
}

/// One call: cheap to clone, so that a transaction can be run again.
#[derive(Clone)]
pub struct Call {
    /// Who calls.
    pub caller: Arc<Caller>,
    /// Language of messages and names.
    pub language: Language,
    /// When the request arrived; the one "now" of everything it does.
    pub now: Micros,
    /// The request's id, written to the audit trail.
    pub request_id: Arc<str>,
    /// The version the client expects (`If-Match`).
    pub if_match: Option<i64>,
    /// Unknown fields are refused (`Prefer: handling=strict`).
    pub strict: bool,
    /// Key and body of a request that must act once.
    pub idempotency: Option<Idempotency>,
    /// Where new ids come from.
    pub entropy: Arc<dyn Entropy>,
    /// The public address of the installation, with which the links of mails begin.
    pub site: Arc<str>,
}

impl std::fmt::Debug for Call {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Call")
            .field("caller", &self.caller)
            .field("request_id", &self.request_id)
            .finish_non_exhaustive()
    }
}

impl Call {
    /// A call of the installation itself.
    pub fn system(now: Micros, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            caller: Arc::new(Caller::system()),
            language: Language::En,
            now,
            request_id: Arc::from("system"),
            if_match: None,
            strict: false,
            idempotency: None,
            entropy,
            site: Arc::from(""),
        }
    }

    /// The same call, whose mails lead to this installation.
    #[must_use]
    pub fn at(self, service: &crate::Service) -> Self {
        Self { site: Arc::clone(&service.public_url), ..self }
    }
}

//! Errors of the token endpoint (RFC 6749 section 5.2): a closed list, each with its status.

use serde_json::{Value, json};

/// Why a token request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// A parameter is missing, repeated or malformed.
    InvalidRequest,
    /// Unknown client, wrong secret, switched off: indistinguishable.
    InvalidClient,
    /// The code or refresh token is unknown, expired, revoked or another client's.
    InvalidGrant,
    /// The client may not use this grant.
    UnauthorizedClient,
    /// There is no such grant.
    UnsupportedGrantType,
    /// The organization or resource is not the client's (RFC 8707).
    InvalidTarget,
    /// This kind of token cannot be revoked here (RFC 7009).
    UnsupportedTokenType,
}

/// A refusal with a sentence for the developer, in the characters RFC 6749 allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// Which error.
    pub code: Code,
    /// What to do about it.
    pub description: &'static str,
    /// The client authenticated (or tried to) by HTTP Basic.
    pub basic: bool,
}

impl Refusal {
    /// A refusal.
    pub fn new(code: Code, description: &'static str) -> Self {
        Self { code, description, basic: false }
    }

    /// `invalid_client`: the one answer for every client that is not known by its secret.
    pub fn client(basic: bool) -> Self {
        Self { basic, ..Self::new(Code::InvalidClient, "the client is unknown or its secret is wrong") }
    }

    /// HTTP status.
    pub fn status(&self) -> u16 {
        if self.code == Code::InvalidClient { 401 } else { 400 }
    }

    /// The word on the wire.
    pub fn word(&self) -> &'static str {
        match self.code {
            Code::InvalidRequest => "invalid_request",
            Code::InvalidClient => "invalid_client",
            Code::InvalidGrant => "invalid_grant",
            Code::UnauthorizedClient => "unauthorized_client",
            Code::UnsupportedGrantType => "unsupported_grant_type",
            Code::InvalidTarget => "invalid_target",
            Code::UnsupportedTokenType => "unsupported_token_type",
        }
    }

    /// The JSON answer.
    pub fn answer(&self) -> Value {
        json!({"error": self.word(), "error_description": self.description})
    }
}

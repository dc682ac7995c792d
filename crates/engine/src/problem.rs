//! What can be wrong with a request, as data: a stable `code`, the parameter it concerns and the values its text needs.
//! The sentence itself is made at the edge, in the caller's language (`kalends_catalog::message`).

use std::borrow::Cow;

/// One thing that is wrong, or (in an answer that succeeded) worth knowing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Stable, machine-readable, `snake_case`; also the key of the localized sentence.
    pub code: &'static str,
    /// The field as a path such as `address.zip`, or nothing when it concerns the whole request.
    pub parameter: Option<String>,
    /// Values named in the sentence.
    pub args: Vec<(&'static str, Cow<'static, str>)>,
}

impl Problem {
    /// A problem of the whole request.
    pub fn new(code: &'static str) -> Self {
        Self { code, parameter: None, args: Vec::new() }
    }

    /// A problem of one parameter.
    pub fn at(code: &'static str, parameter: impl Into<String>) -> Self {
        Self { code, parameter: Some(parameter.into()), args: Vec::new() }
    }

    /// Adds a value that the sentence names.
    #[must_use]
    pub fn arg(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        self.args.push((name, value.into()));
        self
    }

    /// The problem as a failure with the given HTTP status.
    pub fn with_status(self, status: u16) -> Failure {
        Failure { status, problems: vec![self], retry_after: None, allow: None }
    }
}

/// A request that is refused: HTTP status and every reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// HTTP status, 4xx or 5xx.
    pub status: u16,
    /// At least one reason.
    pub problems: Vec<Problem>,
    /// Seconds after which trying again makes sense (`Retry-After`), for 429 and 503.
    pub retry_after: Option<u64>,
    /// The methods a path knows (`Allow`), for 405.
    pub allow: Option<String>,
}

impl Failure {
    /// 400 with the given reasons.
    pub fn invalid(problems: Vec<Problem>) -> Self {
        Self { status: 400, problems, retry_after: None, allow: None }
    }

    /// 400 for one parameter.
    pub fn invalid_at(code: &'static str, parameter: impl Into<String>) -> Self {
        Problem::at(code, parameter).with_status(400)
    }

    /// 404: the object does not exist for this caller.
    pub fn not_found() -> Self {
        Problem::new("not_found").with_status(404)
    }

    /// 403 with a reason.
    pub fn forbidden(code: &'static str) -> Self {
        Problem::new(code).with_status(403)
    }

    /// 409 with a reason.
    pub fn conflict(code: &'static str) -> Self {
        Problem::new(code).with_status(409)
    }

    /// 503: a part the server needs is away; trying again helps.
    pub fn unavailable() -> Self {
        Self { retry_after: Some(1), ..Problem::new("unavailable").with_status(503) }
    }

    /// 500: our own mistake; the cause is logged, never answered.
    pub fn internal() -> Self {
        Problem::new("internal").with_status(500)
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        problem.with_status(400)
    }
}

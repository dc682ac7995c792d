//! Reading paths and queries as the contract's clients write them: a `+` is a plus, only `%` escapes.

use kalends_engine::problem::{Failure, Problem};
use percent_encoding::percent_decode_str;

/// One decoded part of a path or query.
///
/// # Errors
/// `invalid_utf8`, `nul_character` (400).
pub(crate) fn decode(text: &str) -> Result<String, Failure> {
    if !text.contains('%') {
        return Ok(text.to_owned());
    }
    let decoded = percent_decode_str(text).decode_utf8().map_err(|_| Problem::new("invalid_utf8"))?;
    if decoded.contains('\0') {
        return Err(Problem::new("nul_character").into());
    }
    Ok(decoded.into_owned())
}

/// The query's parameters in order; one without `=` has an empty value.
///
/// # Errors
/// `invalid_utf8`, `nul_character` (400).
pub(crate) fn query(text: &str) -> Result<Vec<(String, String)>, Failure> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(key)?, decode(value)?))
        })
        .collect()
}

/// A query as forms and OAuth clients write it: a `+` is a space.
pub(crate) fn form(text: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plus_is_a_plus() {
        let query = query("searchQuery=%2B49+170&x&y=a=b").expect("valid");
        let wanted = [("searchQuery", "+49+170"), ("x", ""), ("y", "a=b")];
        assert_eq!(query, wanted.map(|(key, value)| (key.to_owned(), value.to_owned())));
        assert_eq!(decode("%ff").expect_err("bytes").problems[0].code, "invalid_utf8");
        assert_eq!(decode("%00").expect_err("NUL").problems[0].code, "nul_character");
        assert_eq!(decode("M%C3%BCller"), Ok("Müller".into()));
    }
}

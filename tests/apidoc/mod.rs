//! `/apidoc/…`: the API reference says what is served, and shows it without help from elsewhere.

mod document;
mod page;

//! The pages in a real browser, with and without JavaScript.

mod driver;
mod flow;
mod page;
mod pages;

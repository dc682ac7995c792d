//! What every page knows: its language, its visitor, the token of its forms.

use super::visitor::Visitor;
use kalends_catalog::{locale::Language, message};
use kalends_service::people::sessions::User;

/// The frame of a page; templates call its functions.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    /// Language of everything on it.
    pub language: Language,
    /// Key of its title.
    pub title: &'static str,
    /// Token of its forms.
    pub csrf: String,
    /// Who is logged in.
    pub user: Option<User>,
    /// The same page in the other language, when it has an address of its own there.
    pub other_language: Option<String>,
}

impl Page {
    /// A page for a visitor.
    pub(crate) fn new(visitor: &Visitor, title: &'static str) -> Self {
        Self {
            language: visitor.language,
            title,
            csrf: visitor.csrf.clone(),
            user: visitor.session.as_ref().map(|session| session.user.clone()),
            other_language: visitor.other_language(),
        }
    }

    /// A sentence.
    pub(crate) fn text(&self, key: &str) -> String {
        message::text(self.language, key, &[])
    }

    /// A sentence with one value.
    pub(crate) fn text_with(&self, key: &str, name: &str, value: &str) -> String {
        message::text(self.language, key, &[(name, value)])
    }

    /// `de` or `en`.
    pub(crate) fn code(&self) -> &'static str {
        self.language.code()
    }

    /// Name of the other language, in that language.
    pub(crate) fn other_language_name(&self) -> &'static str {
        match self.language {
            Language::De => "English",
            Language::En => "Deutsch",
        }
    }

    /// `de` or `en`: the language this page is not in.
    pub(crate) fn other_code(&self) -> &'static str {
        match self.language {
            Language::De => "en",
            Language::En => "de",
        }
    }

    /// What style sheet and script are asked with.
    pub(crate) fn version(&self) -> &'static str {
        super::assets::version()
    }
}

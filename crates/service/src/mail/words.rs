//! The sentences of a mail, put into one layout for plain text and one for HTML.

use super::Letter;
use askama::Template;
use kalends_catalog::message;
use kalends_engine::problem::Failure;

/// What a mail is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The address of a new account is to be proved.
    Verify,
    /// Somebody registered with an address that has an account.
    AccountExists,
    /// Somebody registered a developer account with an address that has a user.
    DeveloperExists,
    /// A forgotten password is to be replaced.
    Reset,
    /// The password was replaced.
    PasswordChanged,
    /// A new address is to be proved; goes to the new one.
    EmailChange,
    /// Another address was asked for; goes to the old one.
    EmailChanging,
    /// The address was changed; goes to the old one.
    EmailChanged,
    /// Somebody was given rights and has no password yet.
    InviteUser,
    /// Somebody is invited to a developer account.
    InviteDeveloper,
    /// A contract account made over the API is to be confirmed.
    ConfirmContract,
    /// A second factor or passkey was added or removed.
    SecurityChanged,
    /// The account was deleted.
    AccountDeleted,
}

impl Purpose {
    /// The word in the table and, in lower case, in the keys of the sentences.
    pub fn word(self) -> &'static str {
        match self {
            Self::Verify => "VERIFY",
            Self::AccountExists => "ACCOUNT_EXISTS",
            Self::DeveloperExists => "DEVELOPER_EXISTS",
            Self::Reset => "RESET",
            Self::PasswordChanged => "PASSWORD_CHANGED",
            Self::EmailChange => "EMAIL_CHANGE",
            Self::EmailChanging => "EMAIL_CHANGING",
            Self::EmailChanged => "EMAIL_CHANGED",
            Self::InviteUser => "INVITE_USER",
            Self::InviteDeveloper => "INVITE_DEVELOPER",
            Self::ConfirmContract => "CONFIRM_CONTRACT",
            Self::SecurityChanged => "SECURITY_CHANGED",
            Self::AccountDeleted => "ACCOUNT_DELETED",
        }
    }
}

/// A composed mail.
pub(super) struct Text {
    pub(super) subject: String,
    pub(super) plain: String,
    pub(super) html: String,
}

#[derive(Template)]
#[template(path = "mail.txt")]
struct Plain<'a> {
    page: &'a Page,
}

#[derive(Template)]
#[template(path = "mail.html")]
struct Html<'a> {
    page: &'a Page,
}

struct Page {
    language: &'static str,
    subject: String,
    greeting: String,
    text: String,
    link: String,
    action: String,
    by_hand: String,
    note: String,
    footer: String,
}

/// Puts the sentences together. `site` is the public address of the installation.
pub(super) fn compose(letter: &Letter<'_>, site: &str) -> Result<Text, Failure> {
    let cleaned: Vec<(&str, String)> = letter.args.iter().map(|(name, value)| (*name, clean(value))).collect();
    let mut args: Vec<(&str, &str)> = cleaned.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let (name, host) = (clean(letter.name), host(site));
    args.push(("name", &name));
    args.push(("host", host));
    let key = letter.purpose.word().to_lowercase();
    let say = |part: &str| message::text(letter.language, part, &args);
    let part = |part: &str| say(&format!("mail_{key}_{part}"));
    let linked = !letter.path.is_empty();
    let page = Page {
        language: letter.language.code(),
        subject: part("subject"),
        greeting: say(if name.is_empty() { "mail_greeting" } else { "mail_greeting_name" }),
        text: part("text"),
        link: if linked { format!("{site}{}", letter.path) } else { String::new() },
        action: if linked { part("action") } else { String::new() },
        by_hand: say("mail_by_hand"),
        note: part("note"),
        footer: say("mail_footer"),
    };
    let (plain, html) = (Plain { page: &page }.render(), Html { page: &page }.render());
    let (Ok(plain), Ok(html)) = (plain, html) else { return Err(Failure::internal()) };
    Ok(Text { subject: page.subject, plain, html })
}

/// A value that may stand in a line: without line breaks and other signs that control something.
fn clean(value: &str) -> String {
    let spaced = value.chars().map(|letter| if letter.is_control() || is_invisible(letter) { ' ' } else { letter });
    let spaced: String = spaced.take(200).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Signs that turn the direction of a text or have no width: a name made of them can fake another one.
fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn host(site: &str) -> &str {
    site.split_once("://").map_or(site, |(_, rest)| rest).split('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use kalends_catalog::locale::Language;

    const ALL: [Purpose; 13] = [
        Purpose::Verify,
        Purpose::AccountExists,
        Purpose::DeveloperExists,
        Purpose::Reset,
        Purpose::PasswordChanged,
        Purpose::EmailChange,
        Purpose::EmailChanging,
        Purpose::EmailChanged,
        Purpose::InviteUser,
        Purpose::InviteDeveloper,
        Purpose::ConfirmContract,
        Purpose::SecurityChanged,
        Purpose::AccountDeleted,
    ];

    fn letter(purpose: Purpose, language: Language) -> Letter<'static> {
        let args = &[("account", "Acme <b>"), ("what", "x"), ("email", "new@example.com")];
        Letter { purpose, to: "erika@example.com", name: "Erika\r\nBcc: x", language, path: "/user/de/x?token=y", args }
    }

    #[test]
    fn every_purpose_has_its_sentences_in_both_languages() {
        for purpose in ALL {
            let [german, english] = [Language::De, Language::En].map(|language| {
                let text = compose(&letter(purpose, language), "https://booking.example.com").expect("composed");
                for part in [&text.subject, &text.plain, &text.html] {
                    assert!(!part.contains("mail_") && !part.contains("mail-"), "{purpose:?}: {part}");
                    assert!(!part.contains('{') || part.contains("style>"), "{purpose:?}: {part}");
                }
                text
            });
            assert_ne!(german.subject, english.subject, "{purpose:?}");
            assert_ne!(german.plain, english.plain, "{purpose:?}");
        }
    }

    #[test]
    fn values_cannot_break_out() {
        let text = compose(&letter(Purpose::InviteDeveloper, Language::En), "https://booking.example.com").expect("ok");
        assert!(!text.subject.contains(['\r', '\n']), "{}", text.subject);
        assert!(text.plain.contains("Hello Erika Bcc: x,"), "{}", text.plain);
        assert!(text.html.contains("Acme &#60;b&#62;") && !text.html.contains("<b>"), "{}", text.html);
        assert!(text.plain.contains("\nhttps://booking.example.com/user/de/x?token=y\n"), "{}", text.plain);
        assert!(text.html.contains("href=\"https://booking.example.com/user/de/x?token=y\""), "{}", text.html);
    }
}

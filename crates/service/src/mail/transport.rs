//! The way to the mail server: SMTP with TLS wherever the network is not the machine itself.

use super::deliver::Claimed;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use std::net::IpAddr;
use std::time::{Duration, SystemTime};
use url::{Host, Url};

/// How long one command of the conversation with the mail server may take.
const COMMAND_PATIENCE: Duration = Duration::from_secs(20);
/// How long sending one mail may take in all; shorter than the time it is claimed for.
const SEND_PATIENCE: Duration = Duration::from_secs(60);
/// Most connections to the mail server.
const CONNECTIONS: u32 = 2;

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SettingError {
    /// No address of a mail server.
    #[error(
        "the mail server must be smtp://user:password@host:587, or smtps://user:password@host for TLS from the start"
    )]
    Server,
    /// A password would be sent for everybody to read.
    #[error("tls=none sends the password of the mail server unprotected; that is accepted on this machine only")]
    Unprotected,
    /// No sender, or one that cannot be used.
    #[error("mail_from must be an address such as Kalends <no-reply@booking.example.com>")]
    From,
}

/// Why a mail could not be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    /// What to keep beside the mail. May quote the server, and with it the recipient: never logged.
    pub(super) text: String,
    /// Trying again would end the same way.
    pub(super) for_good: bool,
    /// The server could not be reached at all.
    pub(super) unreachable: bool,
}

/// Sends mails over one mail server.
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl std::fmt::Debug for Mailer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Mailer").finish_non_exhaustive()
    }
}

impl Mailer {
    /// Whether a way to `url`, for mails from `from`, could be made. `smtp://` upgrades by STARTTLS before anything else is
    /// said and sends nothing when the server cannot; on the machine itself it does without. `?tls=none` does without
    /// elsewhere too (a relay in a private network), but never with a password.
    ///
    /// # Errors
    /// Names the setting that cannot be used.
    pub fn check(url: &str, from: &str) -> Result<(), SettingError> {
        sender(from)?;
        with_tls(url).map(drop)
    }

    /// A way to `url`, for mails from `from`, as [`Mailer::check`] describes it. Must be called inside of a runtime, which
    /// looks after the connections.
    ///
    /// # Errors
    /// Names the setting that cannot be used.
    pub fn new(url: &str, from: &str) -> Result<Self, SettingError> {
        let from = sender(from)?;
        let url = with_tls(url)?;
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.as_str()).map_err(|_| SettingError::Server)?;
        let transport = builder
            .timeout(Some(COMMAND_PATIENCE))
            .hello_name(ClientId::Domain(from.email.domain().to_owned()))
            .pool_config(PoolConfig::new().max_size(CONNECTIONS).idle_timeout(Duration::from_secs(30)))
            .build();
        Ok(Self { transport, from })
    }

    /// Sends one mail.
    pub(super) async fn send(&self, mail: &Claimed) -> Result<(), Trouble> {
        let message = self.message(mail).ok_or_else(|| Trouble {
            text: "the address cannot be written in a mail".to_owned(),
            for_good: true,
            unreachable: false,
        })?;
        match tokio::time::timeout(SEND_PATIENCE, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => {
                // A refused login is the configuration's mistake and not the mail's.
                let login = error.status().is_some_and(|code| matches!(u16::from(code), 530 | 534 | 535 | 538));
                let text = with_causes(&error);
                Err(Trouble {
                    text,
                    for_good: error.is_permanent() && !login,
                    unreachable: error.status().is_none() || login,
                })
            }
            Err(_) => {
                Err(Trouble { text: "the mail server took too long".to_owned(), for_good: false, unreachable: true })
            }
        }
    }

    fn message(&self, mail: &Claimed) -> Option<Message> {
        let to: Address = mail.recipient.parse().ok()?;
        let date = SystemTime::UNIX_EPOCH + Duration::from_micros(u64::try_from(mail.created).ok()?);
        // The same at every attempt: a mail that arrived although its answer was lost is known by it.
        let id = format!("<{}@{}>", mail.id, self.from.email.domain());
        // RFC 3834: no automatic answers, please.
        let automatic = HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned());
        let builder = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(mail.subject.as_str())
            .date(date)
            .message_id(Some(id))
            .raw_header(automatic);
        builder.multipart(MultiPart::alternative_plain_html(mail.plain.clone(), mail.html.clone())).ok()
    }
}

fn sender(text: &str) -> Result<Mailbox, SettingError> {
    text.trim().parse().map_err(|_| SettingError::From)
}

fn with_causes(error: &lettre::transport::smtp::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text.chars().take(500).collect()
}

/// The address with what it means for TLS written out for the library.
fn with_tls(text: &str) -> Result<Url, SettingError> {
    let mut url = Url::parse(text).map_err(|_| SettingError::Server)?;
    let asked = url.query_pairs().find(|(name, _)| name == "tls").map(|(_, value)| value.into_owned());
    let others = url.query_pairs().any(|(name, _)| name != "tls");
    if others || url.host_str().is_none_or(str::is_empty) {
        return Err(SettingError::Server);
    }
    let here = is_this_machine(&url);
    let plain = match (url.scheme(), asked.as_deref()) {
        ("smtps", None) | ("smtp", Some("required")) => false,
        ("smtp", None) => here,
        ("smtp", Some("none")) => true,
        _ => return Err(SettingError::Server),
    };
    if plain && !here && url.password().is_some() {
        return Err(SettingError::Unprotected);
    }
    match url.scheme() {
        "smtp" if !plain => url.set_query(Some("tls=required")),
        _ => url.set_query(None),
    }
    Ok(url)
}

/// Whether the way to the server stays on this machine. `url` does not know the scheme, so that its host is a text.
fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
        }
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tls_is_left_out_on_this_machine_only() {
        let query = |url: &str| with_tls(url).map(|url| url.query().unwrap_or_default().to_owned());
        assert_eq!(query("smtp://user:secret@mail.example.com:587"), Ok("tls=required".into()));
        assert_eq!(query("smtp://user:secret@mail.example.com?tls=required"), Ok("tls=required".into()));
        assert_eq!(query("smtps://user:secret@mail.example.com"), Ok(String::new()));
        assert_eq!(query("smtp://127.0.0.1:2525"), Ok(String::new()));
        assert_eq!(query("smtp://user:secret@localhost"), Ok(String::new()));
        assert_eq!(query("smtp://[::1]:25"), Ok(String::new()));
        assert_eq!(query("smtp://localhost?tls=required"), Ok("tls=required".into()));
        assert_eq!(query("smtp://relay.internal?tls=none"), Ok(String::new()));
        assert_eq!(query("smtp://user:secret@relay.internal?tls=none"), Err(SettingError::Unprotected));
        for wrong in ["mail.example.com", "http://x.y", "smtp://", "smtp://x?tls=opportunistic", "smtps://x?tls=none"] {
            assert_eq!(query(wrong), Err(SettingError::Server), "{wrong}");
        }
    }

    #[test]
    fn the_sender_must_be_an_address() {
        let from = |from: &str| Mailer::check("smtps://mail.example.com", from);
        assert_eq!(from("Kalends <no-reply@example.com>"), Ok(()));
        assert_eq!(from("no-reply@example.com"), Ok(()));
        assert_eq!(from("Kalends"), Err(SettingError::From));
        assert_eq!(from("a@example.com\r\nBcc: b@example.com"), Err(SettingError::From));
    }
}

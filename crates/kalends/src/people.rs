//! Commands about people and the mails to them.

use crate::commands::print;
use crate::config::Config;
use crate::wiring::{Outcome, complaint, platform};
use kalends_engine::output;
use kalends_engine::problem::Failure;
use kalends_service::mail::waiting::Mail;
use kalends_service::people::operators::Listed;
use std::error::Error;

/// `mail list`.
pub(crate) async fn list_mails(config: &Config, all: bool) -> Outcome {
    let (service, _) = platform(config).await?;
    let mails = service.mails(all).await.map_err(complaint)?;
    service.store.close().await;
    if mails.is_empty() {
        return print(if all { "there are no mails" } else { "no mail waits; --all lists those that were sent too" });
    }
    print(&mails.iter().map(line).collect::<Vec<_>>().join("\n"))
}

fn line(mail: &Mail) -> String {
    let Mail { id, purpose, recipient, subject, status, created, .. } = mail;
    let link = mail.link().map(|link| format!("\n    {link}")).unwrap_or_default();
    format!("{id}  {}  {status}  {purpose}  to {recipient}: {subject}{link}", output::timestamp(*created))
}

/// `mail show`.
pub(crate) async fn show_mail(config: &Config, id: &str) -> Outcome {
    let (service, _) = platform(config).await?;
    let mail = service.mail(id).await;
    service.store.close().await;
    let mail = mail.map_err(|failure| match failure.status {
        404 => format!("there is no mail {id}; `kalends mail list --all` lists them").into(),
        _ => complaint(failure),
    })?;
    let Mail { recipient, subject, plain, status, attempts, created, error, .. } = mail;
    let created = output::timestamp(created);
    let said = if error.is_empty() { String::new() } else { format!("The mail server said: {error}\n") };
    let text = if plain.is_empty() { "(the text was removed when the mail was sent)" } else { &plain };
    print(&format!(
        "To: {recipient}\nSubject: {subject}\nWritten: {created}\nStatus: {status}, tried {attempts} times\n{said}\n{text}"
    ))
}

/// `user list`.
pub(crate) async fn list_users(config: &Config) -> Outcome {
    let (service, _) = platform(config).await?;
    let users = service.users().await.map_err(complaint)?;
    service.store.close().await;
    if users.is_empty() {
        return print("nobody has an account yet");
    }
    print(&users.iter().map(user_line).collect::<Vec<_>>().join("\n"))
}

fn user_line(user: &Listed) -> String {
    let Listed { id, email, name, active, verified, has_password, second_factor, last_login } = user;
    let seen = if *last_login == 0 { "never".to_owned() } else { output::timestamp(*last_login) };
    let notes = [
        (!active, "disabled"),
        (!verified, "address not proved"),
        (!has_password, "no password"),
        (*second_factor, "second factor"),
    ];
    let notes: Vec<&str> = notes.into_iter().filter(|(so, _)| *so).map(|(_, note)| note).collect();
    let notes = if notes.is_empty() { String::new() } else { format!("  ({})", notes.join(", ")) };
    format!("{id}  {email}  {name}  last login {seen}{notes}")
}

/// `user reset-password`.
pub(crate) async fn reset_password(config: &Config, email: &str) -> Outcome {
    let (service, _) = platform(config).await?;
    let path = service.reset_link(email).await;
    service.store.close().await;
    let path = path.map_err(|failure| unknown(failure, email))?;
    print(&format!("{}{path}", config.public_url))
}

/// `user disable`, `user enable`.
pub(crate) async fn set_active(config: &Config, email: &str, active: bool) -> Outcome {
    let (service, _) = platform(config).await?;
    let done = service.set_user_active(email, active).await;
    service.store.close().await;
    done.map_err(|failure| unknown(failure, email))?;
    print(&format!("{email} is {}", if active { "enabled" } else { "disabled" }))
}

fn unknown(failure: Failure, email: &str) -> Box<dyn Error + Send + Sync> {
    match failure.status {
        404 => format!("there is no active account with the address {email}; `kalends user list` lists them").into(),
        _ => complaint(failure),
    }
}

//! Commands about people: the mails that wait.

use crate::commands::print;
use crate::config::Config;
use crate::wiring::{Outcome, complaint, platform};
use kalends_engine::output;
use kalends_service::mail::waiting::Mail;

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

//! Commands about rights: admins of organizations, developer accounts.

use crate::commands::print;
use crate::config::Config;
use crate::wiring::{Outcome, complaint, platform};
use kalends_engine::problem::Failure;
use kalends_service::{Call, Service};
use std::error::Error;
use std::sync::Arc;

fn call(service: &Service) -> Call {
    Call::system(service.clock.now(), Arc::clone(&service.entropy))
}

fn unknown(failure: Failure, what: &str) -> Box<dyn Error + Send + Sync> {
    if failure.status == 404 { format!("there is no {what}").into() } else { complaint(failure) }
}

/// `admin add`, `admin remove`.
pub(crate) async fn admin(config: &Config, organization: &str, email: &str, add: bool) -> Outcome {
    let (service, _) = platform(config).await?;
    let users = service.users().await.map_err(complaint)?;
    let user = users.iter().find(|user| user.email == email.to_lowercase());
    let user =
        user.ok_or_else(|| format!("there is no account with the address {email}; `kalends user list` lists them"))?;
    let call = call(&service);
    let done = if add {
        service.add_admin(&call, organization, &user.id).await
    } else {
        service.remove_admin(&call, organization, &user.id).await
    };
    service.store.close().await;
    done.map_err(|failure| unknown(failure, &format!("organization {organization}")))?;
    print(&format!("{email} is {} of {organization}", if add { "an admin" } else { "no admin" }))
}

/// `developer disable`, `developer enable`.
pub(crate) async fn developer(config: &Config, account: &str, active: bool) -> Outcome {
    let (service, _) = platform(config).await?;
    let done = service.set_developer_account_active(&call(&service), account, active).await;
    service.store.close().await;
    done.map_err(|failure| unknown(failure, &format!("developer account {account}")))?;
    print(&format!("{account} is {}", if active { "enabled" } else { "disabled" }))
}

//! The demo account: made once, its secrets kept in the data folder, the same at every call.

use crate::config::Config;
use crate::wiring::{Outcome, complaint, write_private};
use kalends_engine::clock::{Clock, SystemClock, SystemEntropy};
use kalends_engine::id;
use kalends_oauth::password;
use kalends_service::accounts::Person;
use kalends_service::developer::{ClientKind, Registration};
use kalends_service::{Call, Service};
use kalends_store::params;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

const EMAIL: &str = "demo@example.com";
/// Where the demo app receives codes.
const REDIRECT: &str = "http://127.0.0.1/callback";

/// Everything a developer needs on the first day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Demo {
    pub base_url: String,
    pub developer_account_id: String,
    pub user: User,
    pub organization_id: String,
    pub app: App,
    pub module: Module,
    pub booking_page_url: String,
}

/// Who can log in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct User {
    pub email: String,
    pub password: String,
}

/// The app that may do everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct App {
    pub id: String,
    pub client_id: String,
    pub client_secret: String,
    pub install_key: String,
    pub redirect_uri: String,
}

/// The module behind the booking page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Module {
    pub id: String,
    pub client_id: String,
    pub install_key: String,
    pub module_config_id: String,
}

/// The demo account: the one whose secrets are kept, or a new one.
pub(crate) async fn ensure(config: &Config, service: &Service) -> Outcome<Demo> {
    let path = path(config);
    if let Ok(text) = fs::read_to_string(&path) {
        let kept: Demo = serde_json::from_str(&text).map_err(|error| {
            format!("{} is not valid ({error}); remove it to make a new demo account", path.display())
        })?;
        let known =
            service.store.query("SELECT 1 FROM client WHERE id = $1", &params![kept.app.client_id.as_str()]).await?;
        if !known.is_empty() {
            return Ok(with_addresses(config, kept));
        }
    }
    let demo = make(config, service).await?;
    let text = serde_json::to_string_pretty(&demo)?;
    write_private(&path, &text, false).map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
    Ok(demo)
}

/// Where the secrets are kept.
pub(crate) fn path(config: &Config) -> PathBuf {
    config.data_dir.join("demo.json")
}

/// Addresses follow the configuration of today.
fn with_addresses(config: &Config, mut demo: Demo) -> Demo {
    demo.base_url.clone_from(&config.public_url);
    demo.booking_page_url = booking_page(config, &demo.organization_id, &demo.module.module_config_id);
    demo
}

fn booking_page(config: &Config, organization: &str, module_config: &str) -> String {
    format!("{}/booking/organization/{organization}/moduleConfig/{module_config}", config.public_url)
}

async fn make(config: &Config, service: &Service) -> Outcome<Demo> {
    let call = Call::system(SystemClock.now(), Arc::new(SystemEntropy));
    let password = id::alphanumerics(20, &SystemEntropy);
    let hash = password::hash(&password, &mut password::Memory::default(), &mut |bytes| {
        kalends_engine::clock::Entropy::fill(&SystemEntropy, bytes);
    })?;
    // A second account on a database that has one already (another data folder) gets an address of its own.
    let taken = service.store.query("SELECT 1 FROM account_user WHERE email = $1", &params![EMAIL]).await?;
    let email = if taken.is_empty() {
        EMAIL.to_owned()
    } else {
        format!("demo-{}@example.com", id::alphanumerics(8, &SystemEntropy).to_lowercase())
    };
    let user = Person {
        email: email.clone(),
        first_name: "Dana".into(),
        last_name: "Demo".into(),
        locale: "en".into(),
        password_hash: hash,
        verified: true,
        ..Person::default()
    };
    let registration = Registration { name: "Demo developer".into(), email: email.clone(), user };
    let account = service.register(&call, &registration).await.map_err(complaint)?;
    let permissions: Vec<&str> = kalends_catalog::permission::ids().collect();
    let app = json!({"name": "Demo app", "description": "May do everything.", "permissionList": permissions});
    let redirects = [REDIRECT.to_owned()];
    let app = service.make_client(&call, &account.id, ClientKind::App, &app, &redirects).await.map_err(complaint)?;
    let module = json!({"name": "Booking page", "description": "Lets customers book.", "visibility": "PUBLIC"});
    let module = service.make_client(&call, &account.id, ClientKind::Module, &module, &[]).await.map_err(complaint)?;
    let installed =
        service.install_module(&call, &account.organization_id, &module.record_id).await.map_err(complaint)?;
    Ok(Demo {
        base_url: config.public_url.clone(),
        developer_account_id: account.id,
        user: User { email, password },
        booking_page_url: booking_page(config, &account.organization_id, &installed),
        organization_id: account.organization_id,
        app: App {
            id: app.record_id,
            client_id: app.client_id,
            client_secret: app.secret,
            install_key: app.install_key,
            redirect_uri: REDIRECT.into(),
        },
        module: Module {
            id: module.record_id,
            client_id: module.client_id,
            install_key: module.install_key,
            module_config_id: installed,
        },
    })
}

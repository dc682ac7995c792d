//! The whole application on a loopback port, on either database, with a developer account ready.

use crate::client::{Answer, Caller};
use crate::clock::TestClock;
use crate::postgres::TestPostgres;
use kalends_engine::clock::{Clock, SystemEntropy};
use kalends_engine::entity::Entity;
use kalends_service::accounts::Person;
use kalends_service::developer::{Account, ClientKind, NewClient, Registration};
use kalends_service::tokens::Tokens;
use kalends_service::{Call, Service};
use kalends_store::{Database, Store, StoreConfig, schema};
use kalends_web::{Limits, PrometheusHandle, Web, server};
use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// When every test begins: a Monday in winter.
pub const BEGIN: &str = "2027-01-04T08:00:00Z";
/// The password of every developer's user.
pub const PASSWORD: &str = "correct horse battery";
/// argon2id of [`PASSWORD`], made once: tests need not wait for it.
const PASSWORD_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$69I7qCjDTsQwhQqFvpQJiqEI0lGQvxC84fXE0Ktxca4";
/// The address of the first developer's user.
pub const EMAIL: &str = "dev@example.com";
/// Where the demo app gets its codes.
pub const REDIRECT: &str = "https://spa.example/cb";
/// Where the demo module (a native, public client) gets its codes, on any port.
pub const LOOPBACK: &str = "http://127.0.0.1/cb";
const SECRET: &str = "a secret of tests, long enough to seal keys with it";

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    /// SQLite in a temporary folder.
    Sqlite,
    /// PostgreSQL, a database of its own.
    Postgres,
}

/// What a test wants otherwise than an installation has it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Requests a client may make each second; 0 means no limit.
    pub rate_limit: u32,
    /// How long a statement may run and a write may wait for its turn.
    pub time_limit: Duration,
    /// Entities besides those of the platform.
    pub entities: Vec<&'static Entity>,
    /// Whether anybody may make an account.
    pub registration_open: bool,
    /// Where clients believe the server to be; its own address when there is none.
    pub public_url: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            rate_limit: 0,
            time_limit: StoreConfig::default().time_limit,
            entities: Vec::new(),
            registration_open: true,
            public_url: None,
        }
    }
}

/// A running server.
pub struct TestApp {
    /// Its clock.
    pub clock: Arc<TestClock>,
    /// Its database, for what HTTP cannot do.
    pub web: Arc<Web>,
    /// `http://127.0.0.1:port`.
    pub url: String,
    /// The developer account with its demo organization.
    pub account: Account,
    /// An app that may do everything.
    pub app: NewClient,
    /// A module.
    pub module: NewClient,
    /// Connections to it.
    pub http: reqwest::Client,
    stop: Option<oneshot::Sender<()>>,
    database: Database,
    folder: Option<TempDir>,
    _postgres: Option<Arc<TestPostgres>>,
}

fn metrics() -> PrometheusHandle {
    static METRICS: OnceLock<PrometheusHandle> = OnceLock::new();
    METRICS.get_or_init(|| PrometheusBuilder::new().install_recorder().expect("the first recorder")).clone()
}

impl TestApp {
    /// Starts a server on a fresh database.
    ///
    /// # Panics
    /// When any part of it does not start: the test cannot go on.
    pub async fn start(on: On) -> Self {
        Self::start_with(on, Settings::default()).await
    }

    /// Starts a server on a fresh database with settings of its own.
    ///
    /// # Panics
    /// When any part of it does not start: the test cannot go on.
    pub async fn start_with(on: On, settings: Settings) -> Self {
        let (database, folder, postgres) = match on {
            On::Sqlite => {
                let folder = TempDir::new().expect("a folder");
                (Database::Sqlite(folder.path().join("kalends.db")), Some(folder), None)
            }
            On::Postgres => {
                let cluster = TestPostgres::shared().expect("PostgreSQL");
                let url = cluster.database().await.expect("a database");
                (Database::Postgres(url), None, Some(cluster))
            }
        };
        Self::over(database, folder, postgres, settings).await
    }

    /// Starts a server on a given PostgreSQL database, whose cluster the test itself holds.
    ///
    /// # Panics
    /// When any part of it does not start.
    pub async fn on_postgres(url: String) -> Self {
        Self::over(Database::Postgres(url), None, None, Settings::default()).await
    }

    /// Where the database of a server on SQLite lives.
    ///
    /// # Panics
    /// On PostgreSQL.
    pub fn sqlite_file(&self) -> PathBuf {
        self.folder.as_ref().expect("SQLite").path().join("kalends.db")
    }

    async fn over(
        database: Database,
        folder: Option<TempDir>,
        postgres: Option<Arc<TestPostgres>>,
        settings: Settings,
    ) -> Self {
        let clock = Arc::new(TestClock::at(BEGIN));
        let store = open(&database, &settings).await;
        store.migrate(schema::MIGRATIONS, clock.now()).await.expect("migrations");
        let (web, url, stop) = serve(store, &clock, &settings, settings.public_url.as_deref()).await;
        let (account, app, module) = developer(&web.service, EMAIL).await;
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let stop = Some(stop);
        Self { clock, web, url, account, app, module, http, stop, database, folder, _postgres: postgres }
    }

    /// Another process on the same database with the same clock, as behind one address.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn beside(&self) -> Self {
        let settings = Settings::default();
        let store = open(&self.database, &settings).await;
        let (web, url, stop) = serve(store, &self.clock, &settings, Some(&self.web.public_url)).await;
        Self {
            clock: Arc::clone(&self.clock),
            web,
            url,
            account: self.account.clone(),
            app: self.app.clone(),
            module: self.module.clone(),
            http: self.http.clone(),
            stop: Some(stop),
            database: self.database.clone(),
            folder: None,
            _postgres: self._postgres.clone(),
        }
    }

    /// Another developer account with an app and a module.
    pub async fn developer(&self, email: &str) -> (Account, NewClient, NewClient) {
        developer(&self.web.service, email).await
    }

    /// Changes the database behind the server's back: what no request can do.
    ///
    /// # Panics
    /// When the statement is not accepted.
    pub async fn sql(&self, sql: &'static str, values: &[kalends_store::Value]) {
        let values = values.to_vec();
        let done = self.web.service.store.write(move |tx| {
            let values = values.clone();
            Box::pin(async move {
                tx.execute(sql, &values).await?;
                Ok::<(), kalends_store::StoreError>(())
            })
        });
        done.await.expect("the statement");
    }

    /// `POST /oauth/token` with form fields.
    ///
    /// # Panics
    /// When the server does not answer.
    pub async fn token(&self, fields: &[(&str, &str)]) -> Answer {
        let request = self.http.post(format!("{}/oauth/token", self.url)).form(fields);
        Answer::read(request.send().await.expect("an answer")).await
    }

    /// The refresh token of a client.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn refresh_token(&self, client: &NewClient) -> String {
        let fields =
            [("grant_type", "client_credentials"), ("client_id", &client.client_id), ("client_secret", &client.secret)];
        let answer = self.token(&fields).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json["refresh_token"].as_str().expect("a refresh token").to_owned()
    }

    /// An access token of a client, bound to an organization unless that is empty.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn access_token(&self, client: &NewClient, organization: &str) -> String {
        let refresh = self.refresh_token(client).await;
        let mut fields = vec![
            ("grant_type", "refresh_token"),
            ("client_id", client.client_id.as_str()),
            ("refresh_token", &refresh),
        ];
        if !organization.is_empty() {
            fields.push(("organization_id", organization));
        }
        let answer = self.token(&fields).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json["access_token"].as_str().expect("an access token").to_owned()
    }

    /// The demo app in an organization: paths begin inside it (`/customer/add`).
    pub async fn in_organization(&self, organization: &str) -> Caller {
        let token = self.access_token(&self.app, organization).await;
        Caller::new(&self.http, format!("{}/app/v3/en/organization/{organization}", self.url), token)
    }

    /// The demo app in the demo organization.
    pub async fn demo(&self) -> Caller {
        self.in_organization(&self.account.organization_id).await
    }

    /// The demo module in the demo organization.
    pub async fn demo_module(&self) -> Caller {
        let organization = &self.account.organization_id;
        let token = self.access_token(&self.module, organization).await;
        Caller::new(&self.http, format!("{}/module/v3/en/organization/{organization}", self.url), token)
    }

    /// The demo app without an organization: paths begin after the locale.
    pub async fn without_organization(&self) -> Caller {
        let token = self.access_token(&self.app, "").await;
        Caller::new(&self.http, format!("{}/app/v3/en", self.url), token)
    }

    /// A caller of any path with any token.
    pub fn caller(&self, path: &str, token: &str) -> Caller {
        Caller::new(&self.http, format!("{}{path}", self.url), token.to_owned())
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }
}

async fn open(database: &Database, settings: &Settings) -> Store {
    let config = StoreConfig { database: database.clone(), time_limit: settings.time_limit, ..StoreConfig::default() };
    Store::open(config).await.expect("a store")
}

/// Serves a store on a port of its own; `public_url` is where clients believe it to be.
async fn serve(
    store: Store,
    clock: &Arc<TestClock>,
    settings: &Settings,
    public_url: Option<&str>,
) -> (Arc<Web>, String, oneshot::Sender<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let public_url = public_url.unwrap_or(&url).to_owned();
    let mut service =
        Service::new(store, Arc::clone(clock) as Arc<dyn Clock>, Arc::new(SystemEntropy), &[SECRET], &public_url);
    service.registration_open = settings.registration_open;
    if !settings.entities.is_empty() {
        let entities = [kalends_entities::ENTITIES, &settings.entities].concat();
        service.routes = kalends_entities::table_of(&entities);
    }
    let tokens = Tokens::open(&service, &public_url, &[SECRET]).await.expect("keys");
    let web = Arc::new(Web {
        service,
        tokens,
        limits: Limits::new(settings.rate_limit),
        public_url,
        origins: vec!["https://shop.example".into()],
        proxies: Vec::new(),
        metrics: metrics(),
    });
    let (stop, stopped) = oneshot::channel::<()>();
    let router = kalends_web::router(Arc::clone(&web));
    tokio::spawn(server::serve(listener, router, async {
        let _ = stopped.await;
    }));
    (web, url, stop)
}

async fn developer(service: &Service, email: &str) -> (Account, NewClient, NewClient) {
    let call = Call::system(service.clock.now(), Arc::clone(&service.entropy));
    let user = Person {
        email: email.into(),
        first_name: "Dev".into(),
        last_name: "Eloper".into(),
        locale: "en".into(),
        password_hash: PASSWORD_HASH.into(),
        verified: true,
        ..Person::default()
    };
    let registration = Registration { name: "Developer".into(), email: email.into(), user };
    let account = service.register(&call, &registration).await.expect("registered");
    let permissions: Vec<&str> = kalends_catalog::permission::ids().collect();
    let document: Value = json!({"name": "App", "permissionList": permissions});
    let redirects = [REDIRECT.to_owned()];
    let app = service.make_client(&call, &account.id, ClientKind::App, &document, &redirects).await.expect("an app");
    let document = json!({"name": "Module"});
    let redirects = [LOOPBACK.to_owned()];
    let module =
        service.make_client(&call, &account.id, ClientKind::Module, &document, &redirects).await.expect("a module");
    (account, app, module)
}

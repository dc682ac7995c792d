//! The commands, each a few lines over the wired parts.

use crate::config::Config;
use crate::demo;
use crate::wiring::{Outcome, complaint, open, platform};
use kalends_engine::clock::{Clock, SystemClock};
use kalends_oauth::keys::Algorithm;
use kalends_service::mail::Mailer;
use kalends_store::schema;
use kalends_web::{Limits, Web, server};
use metrics_exporter_prometheus::PrometheusBuilder;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpSocket;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;

/// Connections that wait to be accepted.
const BACKLOG: u32 = 1_024;
/// How often the requests of clients are written down for their developers.
const FLUSH: Duration = Duration::from_secs(3);
/// How often expired rows are removed and idle counters forgotten.
const TIDY: Duration = Duration::from_secs(300);
/// How often it is looked for mails that are due, and how often while the database is away.
const POST_PAUSE: Duration = Duration::from_secs(1);
const TROUBLE_PAUSE: Duration = Duration::from_secs(10);
/// How long a mail on its way may hold up the end.
const POST_PATIENCE: Duration = Duration::from_secs(5);

/// Writes to standard output. Whoever reads it may stop reading: `kalends demo | head -1`.
pub(crate) fn print(text: &str) -> Outcome {
    let mut output = std::io::stdout().lock();
    match writeln!(output, "{}", text.trim_end()).and_then(|()| output.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// `serve` and `quickstart`.
pub(crate) async fn serve(config: &Config, quickstart: bool) -> Outcome {
    // First of all: who cannot listen leaves the database alone.
    let socket = take_address(config.listen).map_err(|error| {
        format!("cannot listen on {}: {error}; choose another address with --listen", config.listen)
    })?;
    let (service, tokens) = platform(config).await?;
    let demo = if quickstart { Some(demo::ensure(config, &service).await?) } else { None };
    // Connections are let in when they can be served: a port that answers is a server that is ready.
    let listener = socket.listen(BACKLOG)?;
    let web = Arc::new(Web {
        service,
        tokens,
        limits: Limits::new(config.rate_limit),
        public_url: config.public_url.clone(),
        origins: config.origins.clone(),
        proxies: config.trusted_proxies.clone(),
        metrics: PrometheusBuilder::new().install_recorder()?,
    });
    tracing::info!(listen = %listener.local_addr()?, public_url = %config.public_url, "serving");
    if let Some(demo) = &demo {
        let now = jiff::Timestamp::from_microsecond(SystemClock.now())?;
        print(&crate::walk::text(config, demo, now))?;
    }
    let tidier = tokio::spawn(tidy(Arc::clone(&web)));
    let flusher = tokio::spawn(flush(Arc::clone(&web)));
    let (enough, postman) = (Arc::new(Notify::new()), mailer(config)?);
    let postman = tokio::spawn(post(Arc::clone(&web), postman, Arc::clone(&enough)));
    let (mut term, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let stop = async move {
        tokio::select! { _ = term.recv() => {}, _ = interrupt.recv() => {} }
        tracing::info!("stopping; running requests are answered first");
    };
    server::serve(listener, kalends_web::router(Arc::clone(&web)), stop).await?;
    tidier.abort();
    flusher.abort();
    if let Err(failure) = web.service.flush_request_log().await {
        tracing::warn!(?failure, "the last requests of clients could not be written down");
    }
    // A mail on its way is noted as sent; otherwise the next start would send it again.
    enough.notify_one();
    let _ = tokio::time::timeout(POST_PATIENCE, postman).await;
    web.service.store.close().await;
    Ok(())
}

/// Takes an address without letting anybody in yet.
fn take_address(address: SocketAddr) -> std::io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // A server that starts again must not wait for the connections of the one before.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

/// Removes what has expired, for as long as the server runs.
async fn tidy(web: Arc<Web>) {
    loop {
        tokio::time::sleep(TIDY).await;
        web.limits.tidy();
        // Another process may have rotated the keys.
        let done = async {
            web.tokens.reload(&web.service).await?;
            web.tokens.note_use(&web.service).await?;
            web.service.tidy().await
        };
        if let Err(failure) = done.await {
            tracing::warn!(?failure, "expired rows could not be removed; trying again later");
        }
    }
}

/// Writes the requests of clients down, for as long as the server runs.
async fn flush(web: Arc<Web>) {
    loop {
        tokio::time::sleep(FLUSH).await;
        if let Err(failure) = web.service.flush_request_log().await {
            tracing::warn!(?failure, "requests of clients could not be written down");
        }
    }
}

/// The way to the configured mail server.
fn mailer(config: &Config) -> Outcome<Option<Mailer>> {
    let from = config.mail_from.as_deref().unwrap_or_default();
    Ok(config.smtp_url.as_deref().map(|url| Mailer::new(url, from)).transpose()?)
}

/// Sends the mails that are due, until it is enough.
async fn post(web: Arc<Web>, mailer: Option<Mailer>, enough: Arc<Notify>) {
    loop {
        let pause = match web.service.deliver(mailer.as_ref()).await {
            Ok(_) => POST_PAUSE,
            Err(failure) => {
                tracing::warn!(?failure, "the mails that are due could not be looked up; trying again later");
                TROUBLE_PAUSE
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {},
            () = enough.notified() => return,
        }
    }
}

/// `demo`.
pub(crate) async fn demo(config: &Config) -> Outcome {
    let (service, _) = platform(config).await?;
    let demo = demo::ensure(config, &service).await?;
    service.store.close().await;
    print(&serde_json::to_string_pretty(&demo)?)
}

/// `migrate`.
pub(crate) async fn migrate(config: &Config) -> Outcome {
    let store = open(config).await?;
    let applied = store.migrate(schema::MIGRATIONS, SystemClock.now()).await?;
    store.close().await;
    let text = if applied.is_empty() {
        "the database is up to date".to_owned()
    } else {
        format!("applied: {}", applied.join(", "))
    };
    print(&text)
}

/// `keys rotate`.
pub(crate) async fn rotate(config: &Config, algorithm: Option<Algorithm>) -> Outcome {
    let (service, tokens) = platform(config).await?;
    let text = tokens.rotate(&service, algorithm).await.map_err(complaint)?;
    service.store.close().await;
    print(&text)
}

/// `keys list`.
pub(crate) async fn list_keys(config: &Config) -> Outcome {
    let (service, tokens) = platform(config).await?;
    let text = tokens.listed();
    service.store.close().await;
    print(&text)
}

/// `backup`.
pub(crate) async fn backup(config: &Config, file: &Path) -> Outcome {
    if file.exists() {
        return Err(format!("{} exists already; name a new file", file.display()).into());
    }
    let store = open(config).await?;
    store.backup_to(file).await.map_err(|error| format!("cannot copy to {}: {error}", file.display()))?;
    store.close().await;
    print(&format!("copied to {}", file.display()))
}

//! People and their mails with the program as an operator starts it: what is sent, what is kept, what the log says.

use crate::server::{Server, free_port, kalends, output};
use kalends_store::Database;
use kalends_testkit::browser::Browser;
use kalends_testkit::postgres::TestPostgres;
use kalends_testkit::sink::Sink;
use std::fs::File;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const PASSWORD: &str = "a very secret password";
const NEXT: &str = "the password after that";

/// The server with a mail server, its log in a file.
fn with_mail(mut command: Command, sink: &Sink, log: &Path, level: &str) -> Command {
    command.args(["--smtp-url", &sink.url(), "--mail-from", "Kalends <no-reply@kalends.example>", "--log", level]);
    command.stderr(File::create(log).expect("a file"));
    command
}

async fn register(browser: &mut Browser, email: &str) {
    let page = browser.get("/user/en/register").await;
    let fields = [("lastName", "Secretperson"), ("email", email), ("password", PASSWORD)];
    let answer = browser.submit(&page, "/user/en/register", &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
}

/// The whole way of a person; no address, name, password, link or token of hers is in the log.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_tells_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (sink, log, port) = (Sink::start().await, folder.path().join("log"), free_port());
    let mut command = with_mail(kalends(folder.path()), &sink, &log, "debug");
    let server = Server::start(&mut command, port).await;
    let mut browser = Browser::at(&server.url(""));
    register(&mut browser, "erika.secret@example.com").await;
    let verify = sink.wait_for(1).await[0].link();
    let page = browser.get(&verify).await;
    assert_eq!(browser.submit(&page, "/user/en/verify", &[]).await.status, 303);
    browser.log_in("erika.secret@example.com", "a wrong secret password").await;
    browser.log_in("erika.secret@example.com", PASSWORD).await;
    let cookie = browser.cookies.values().next().expect("a cookie").clone();
    let page = browser.get("/user/en/forgot").await;
    browser.submit(&page, "/user/en/forgot", &[("email", "erika.secret@example.com")]).await;
    let reset = sink.wait_for(2).await[1].link();
    let page = browser.get(&reset).await;
    assert_eq!(browser.submit(&page, "/user/en/reset", &[("password", NEXT)]).await.status, 303);
    sink.refuse(550);
    let page = browser.get("/user/en/forgot").await;
    browser.submit(&page, "/user/en/forgot", &[("email", "erika.secret@example.com")]).await;
    let began = Instant::now();
    let failed = loop {
        let listed = output(kalends(folder.path()).args(["mail", "list"]));
        if listed.contains("FAILED") {
            break listed;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{listed}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    drop(server);
    let text = std::fs::read_to_string(&log).expect("a log");
    assert!(text.contains("serving") && text.contains("a mail could not be sent"), "{text}");
    let token = |link: &str| link.split("token=").nth(1).expect("a token").to_owned();
    let secrets = ["erika.secret", "Secretperson", "secret password", NEXT, "token=", "not wanted here"];
    let secrets = secrets.map(str::to_owned).into_iter().chain([token(&verify), token(&reset), cookie]);
    for secret in secrets {
        assert!(!text.contains(&secret), "the log tells {secret}: {text}");
    }
    // The operator's own command does.
    assert!(failed.contains("erika.secret@example.com") && failed.contains("token="), "{failed}");
    let id = failed.split_whitespace().next().expect("an id");
    let shown = output(kalends(folder.path()).args(["mail", "show", id]));
    assert!(shown.contains("Status: FAILED, tried 1 times") && shown.contains("not wanted here"), "{shown}");
}

/// Without a mail server mails are kept; the log says so, the command shows them; an operator helps people by hand.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_mail_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let (log, port) = (folder.path().join("log"), free_port());
    let mut command = kalends(folder.path());
    command.args(["--log", "info"]).stderr(File::create(&log).expect("a file"));
    let server = Server::start(&mut command, port).await;
    let mut browser = Browser::at(&server.url(""));
    register(&mut browser, "erika@example.com").await;
    let began = Instant::now();
    while !std::fs::read_to_string(&log).expect("a log").contains("kalends mail list") {
        assert!(began.elapsed() < Duration::from_secs(20));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(!std::fs::read_to_string(&log).expect("a log").contains("erika"));
    let command = |words: &[&str]| {
        let mut command = kalends(folder.path());
        command.args(["--public-url", &format!("http://127.0.0.1:{port}")]).args(words);
        output(&mut command)
    };
    let listed = command(&["mail", "list"]);
    let link = listed.lines().find_map(|line| line.trim().strip_prefix("http")).expect("a link");
    let page = browser.get(&format!("http{link}")).await;
    assert_eq!(browser.submit(&page, "/user/en/verify", &[]).await.status, 303);
    assert!(!command(&["user", "list"]).contains("address not proved"));
    let place = command(&["user", "reset-password", "Erika@example.com"]);
    let page = browser.get(place.trim()).await;
    assert_eq!(browser.submit(&page, "/user/en/reset", &[("password", NEXT)]).await.status, 303);
    let page = browser.get("/oauth/login").await;
    let fields = [("email", "erika@example.com"), ("password", NEXT)];
    assert_eq!(browser.submit(&page, "/oauth/login", &fields).await.status, 303);
    assert_eq!(browser.get("/user/en/profile").await.status, 200);
    assert!(command(&["user", "disable", "erika@example.com"]).contains("is disabled"));
    assert_eq!(browser.get("/user/en/profile").await.status, 303, "at once");
    assert_eq!(browser.log_in("erika@example.com", NEXT).await.status, 401);
    assert!(command(&["user", "list"]).contains("(disabled)"));
    command(&["user", "enable", "erika@example.com"]);
    assert_eq!(browser.log_in("erika@example.com", NEXT).await.status, 303);
    let unknown = kalends(folder.path()).args(["user", "disable", "nobody@example.com"]).output().expect("it runs");
    assert!(!unknown.status.success() && String::from_utf8_lossy(&unknown.stderr).contains("no active account"));
}

/// Two processes on one database: every mail arrives, once; one that waited for the mail server too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_send_each_mail_once() {
    let cluster = TestPostgres::shared().expect("PostgreSQL");
    let database = Database::Postgres(cluster.database().await.expect("a database"));
    let (folder, sink) = (tempfile::tempdir().expect("a folder"), Sink::start().await);
    let mut servers = Vec::new();
    for number in 0..2 {
        let log = folder.path().join(format!("log{number}"));
        let Database::Postgres(url) = &database else { unreachable!("it was made above") };
        let mut command = with_mail(kalends(folder.path()), &sink, &log, "warn");
        command.args(["--database", url]);
        servers.push(Server::start(&mut command, free_port()).await);
    }
    for number in 0..10 {
        let mut browser = Browser::at(&servers[number % 2].url(""));
        register(&mut browser, &format!("person{number}@example.com")).await;
    }
    sink.wait_for(10).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let mut to: Vec<String> = sink.received().into_iter().flat_map(|mail| mail.to).collect();
    assert_eq!(to.len(), 10, "{to:?}");
    to.sort();
    to.dedup();
    assert_eq!(to.len(), 10);
}

/// A crowd that logs in at once: as many hashes as there are cores take memory, the others wait a little or come again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c19_a_hundred_logins_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = kalends(folder.path());
    let server = Server::start(&mut command, free_port()).await;
    let mut browser = Browser::at(&server.url(""));
    let page = browser.get("/oauth/login").await;
    let mut crowd = JoinSet::new();
    for number in 0..100 {
        let (mut browser, page) = (browser.clone(), page.clone());
        crowd.spawn(async move {
            let email = format!("person{number}@example.com");
            let fields = [("email", email.as_str()), ("password", "some password or other")];
            browser.submit(&page, "/oauth/login", &fields).await
        });
    }
    for answer in crowd.join_all().await {
        let refused = answer.status == 503 && !answer.header("retry-after").is_empty();
        assert!(answer.status == 401 || refused, "{} {}", answer.status, answer.text);
    }
    // One hash takes 19 MiB: a hundred at once would be two gigabytes.
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.process.id())).expect("a process");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u64;
    let kilobytes: u64 = peak.trim().trim_end_matches(" kB").trim().parse().expect("a number");
    assert!(kilobytes < (100 + 20 * cores) * 1_024, "{kilobytes} kB at the peak");
    assert_eq!(browser.get("/oauth/login").await.status, 200);
}

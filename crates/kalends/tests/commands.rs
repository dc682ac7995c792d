//! The commands: what they print, where they keep what, what they complain about.

use crate::server::{Server, demo, free_port, kalends, output, text};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("a file").permissions().mode() & 0o777
}

/// What a command that is refused says.
fn complaint(command: &mut Command) -> String {
    let output = command.output().expect("it runs");
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(1), &b""[..]), "{output:?}");
    String::from_utf8(output.stderr).expect("text")
}

/// `demo` prints what a developer needs, always the same, beside a running server too; secrets are the owner's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn demo_is_idempotent_and_private() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = demo(kalends(folder.path()));
    let keys = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
    assert_eq!(
        keys(&first),
        ["baseUrl", "developerAccountId", "user", "organizationId", "app", "module", "bookingPageUrl"]
    );
    assert_eq!(keys(&first["user"]), ["email", "password"]);
    assert_eq!(keys(&first["app"]), ["id", "clientId", "clientSecret", "installKey", "redirectUri"]);
    assert_eq!(keys(&first["module"]), ["id", "clientId", "installKey", "moduleConfigId"]);
    assert_eq!(first["app"]["redirectUri"], "http://127.0.0.1/callback");
    for (value, length) in [
        (&first["app"]["clientId"], 64),
        (&first["app"]["clientSecret"], 64),
        (&first["app"]["installKey"], 64),
        (&first["module"]["clientId"], 64),
    ] {
        assert!(text(value).len() == length && text(value).bytes().all(|byte| byte.is_ascii_alphanumeric()), "{value}");
    }
    let page = format!(
        "{}/booking/organization/{}/moduleConfig/{}",
        text(&first["baseUrl"]),
        text(&first["organizationId"]),
        text(&first["module"]["moduleConfigId"])
    );
    assert_eq!(first["bookingPageUrl"], page);
    for file in ["demo.json", "secret"] {
        assert_eq!(mode(&folder.path().join(file)), 0o600, "{file}");
    }
    let made = folder.path().join("made/here");
    output(kalends(&made).arg("migrate"));
    assert_eq!(mode(&made), 0o700, "personal data lies there");
    let server = Server::start(&mut kalends(folder.path()), free_port()).await;
    assert_eq!(demo(kalends(folder.path())), first, "beside a running server");
    let mut elsewhere = kalends(folder.path());
    elsewhere.args(["--public-url", "https://booking.example.com"]);
    assert_eq!(demo(elsewhere)["baseUrl"], "https://booking.example.com", "addresses follow the configuration");
    let caller = server.caller(&first).await;
    assert_eq!(caller.get("/show").await.content(200)["id"], first["organizationId"]);
    let module = [
        ("grant_type", "client_credentials"),
        ("client_id", first["module"]["clientId"].as_str().expect("a text")),
        ("client_secret", ""),
    ];
    assert_eq!(server.token(&module).await.status, 200);
}

/// `quickstart` on a fresh folder: what it prints can be pasted and is the first walk.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn quickstart_prints_a_walk_that_works() {
    let folder = tempfile::tempdir().expect("a folder");
    let (port, printed) = (free_port(), folder.path().join("printed"));
    let mut command = kalends(&folder.path().join("data"));
    command.args(["--listen", &format!("127.0.0.1:{port}"), "quickstart"]);
    let process = command.stdout(fs::File::create(&printed).expect("a file")).spawn().expect("a server");
    let _server = Server::wait(process, port).await;
    let printed = fs::read_to_string(&printed).expect("text");
    let walk = &printed[printed.find("REFRESH_TOKEN=").expect("the walk")..];
    let pasted = Command::new("bash")
        .args(["-euo", "pipefail", "-c", walk])
        .env("no_proxy", "127.0.0.1")
        .output()
        .expect("bash and curl");
    let answers = String::from_utf8_lossy(&pasted.stdout).into_owned();
    assert!(pasted.status.success(), "{pasted:?}");
    for part in [
        "\"class\":\"ORGANIZATION\"",
        "\"rootOrganizationFlag\":true",
        "\"inheritance\":\"OFF\"",
        "\"class\":\"CUSTOMER_SHORT\"",
        "\"firstName\":\"John\"",
    ] {
        assert!(answers.contains(part), "{part} is not in {answers}");
    }
    for part in ["client secret", "install key", "organization", "API reference", "password"] {
        assert!(printed.contains(part), "{part} is not in {printed}");
    }
}

/// Flags count before variables, those before the file, that before defaults; secrets are masked; what cannot be used is named.
#[test]
fn configuration() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("kalends.toml");
    fs::write(&file, "listen = \"127.0.0.1:1111\"\npublic_url = \"https://file.example\"\nrate_limit = 7\norigins = [\"https://shop.example\"]\nsecret = \"a secret of the file that is long enough\"\n").expect("written");
    let show = |more: &mut dyn FnMut(&mut Command)| {
        let mut command = kalends(folder.path());
        command.arg("--config").arg(&file);
        more(&mut command);
        output(command.args(["config", "show"]))
    };
    let shown = show(&mut |_| ());
    for part in [
        "listen = \"127.0.0.1:1111\"",
        "public_url = \"https://file.example\"",
        "rate_limit = 7",
        "https://shop.example",
        "secret = \"…\"",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(!shown.contains("long enough"), "{shown}");
    let shown = show(&mut |command| {
        command.env("KALENDS_RATE_LIMIT", "8").env("KALENDS_LISTEN", "127.0.0.1:2222");
    });
    assert!(
        shown.contains("rate_limit = 8") && shown.contains("127.0.0.1:2222") && shown.contains("https://file.example"),
        "{shown}"
    );
    let shown = show(&mut |command| {
        command.env("KALENDS_RATE_LIMIT", "8").args(["--rate-limit", "9", "--database", "postgresql://u:hunter2@h/d"]);
    });
    assert!(
        shown.contains("rate_limit = 9") && shown.contains("postgresql://u:…@h/d") && !shown.contains("hunter2"),
        "{shown}"
    );
    // What is shown can be used again.
    let again = folder.path().join("again.toml");
    fs::write(&again, shown.replace("postgresql://u:…@h/d", "sqlite:x.db").replace("secret = \"…\"\n", ""))
        .expect("written");
    output(kalends(folder.path()).arg("--config").arg(&again).args(["config", "show"]));

    for (args, part) in [
        (vec!["--database", "mysql://x"], "postgresql://"),
        (vec!["--public-url", "booking"], "https://"),
        (vec!["--database", "sqlite:"], "sqlite:FILE"),
        (vec!["--origin", "*"], "https://shop.example.com"),
        (vec!["--log", "info==x"], "a level such as info"),
        (vec!["--secret", "short"], "32 characters"),
        (vec!["--config", "/nowhere/kalends.toml"], "/nowhere/kalends.toml"),
    ] {
        let said = complaint(kalends(folder.path()).args(&args).args(["config", "show"]));
        assert!(said.starts_with("kalends: ") && said.contains(part), "{args:?}: {said}");
    }
    fs::write(&file, "colour = 1\n").expect("written");
    let said = complaint(kalends(folder.path()).arg("--config").arg(&file).args(["config", "show"]));
    assert!(said.contains("colour"), "{said}");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let said = complaint(kalends(folder.path()).args(["--log", "off", "--listen", &address, "serve"]));
    assert!(said.contains(&address) && said.contains("--listen"), "{said}");
    assert!(!folder.path().join("kalends.db").exists(), "who cannot listen leaves no trace");
    let said = kalends(folder.path()).args(["--listen", "8080"]).output().expect("it runs").stderr;
    assert!(String::from_utf8_lossy(&said).contains("such as 127.0.0.1:8080"), "{said:?}");
}

/// A database that cannot be used is named, without its password.
#[test]
fn databases_out_of_reach() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = folder.path().join("text.db");
    fs::write(&text, "no database at all, but long enough to be looked at").expect("written");
    let no_database = format!("sqlite:{}", text.display());
    for (url, named) in [
        (no_database.as_str(), no_database.as_str()),
        ("postgresql://kalends:hunter2@127.0.0.1:1/kalends", "postgresql://kalends:…@127.0.0.1:1/kalends"),
    ] {
        let said = complaint(kalends(folder.path()).args(["--database", url, "migrate"]));
        assert!(said.contains(named) && !said.contains("hunter2"), "{said}");
    }
}

/// Whoever reads what a command prints may stop reading.
#[test]
fn nobody_listens() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = kalends(folder.path());
    command.args(["config", "show"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn().expect("it runs");
    drop(process.stdout.take());
    let output = process.wait_with_output().expect("it ends");
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}

/// A secret that does not open the keys is told in words; `migrate` twice; `backup` beside a running server.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn upkeep() {
    let folder = tempfile::tempdir().expect("a folder");
    assert!(output(kalends(folder.path()).arg("migrate")).starts_with("applied: 0001_foundation"));
    assert_eq!(output(kalends(folder.path()).arg("migrate")), "the database is up to date\n");
    let demo = demo(kalends(folder.path()));
    let other = "another secret that is long enough to be taken";
    let said = complaint(kalends(folder.path()).args(["--log", "off", "--secret", other, "keys", "list"]));
    assert!(said.contains("does not open the keys"), "{said}");
    let server = Server::start(&mut kalends(folder.path()), free_port()).await;
    let caller = server.caller(&demo).await;
    assert!(!output(kalends(folder.path()).args(["keys", "rotate"])).is_empty());
    assert_eq!(caller.get("/show").await.status, 200, "tokens live through a rotation");
    assert!(output(kalends(folder.path()).args(["keys", "list"])).lines().count() >= 3);
    caller.post("/customer/add", json!({"lastName": "Kept"})).await.content(201);
    let copy = folder.path().join("copy");
    fs::create_dir(&copy).expect("a folder");
    fs::copy(folder.path().join("secret"), copy.join("secret")).expect("copied");
    output(kalends(folder.path()).arg("backup").arg(copy.join("kalends.db")));
    let said = complaint(kalends(folder.path()).arg("backup").arg(copy.join("kalends.db")));
    assert!(said.contains("exist"), "{said}");
    let restored = Server::start(&mut kalends(&copy), free_port()).await;
    let caller = restored.caller(&demo).await;
    assert_eq!(caller.get("/customer/filter/1?searchQuery=kept").await.content(200)["recordTotal"], 1);
}

/// Log lines are JSON when asked for and never hold secrets, tokens or what people wrote.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn logs_keep_secrets() {
    let folder = tempfile::tempdir().expect("a folder");
    let demo = demo(kalends(folder.path()));
    let log = folder.path().join("log");
    let mut command = kalends(folder.path());
    command
        .args(["--log", "trace", "--log-format", "json"])
        .stderr(fs::File::create(&log).expect("a file"))
        .stdout(Stdio::null());
    let server = Server::start(&mut command, free_port()).await;
    let caller = server.caller(&demo).await;
    let person = json!({"firstName": "Gerlinde", "lastName": "Geheimrat", "email": "gerlinde@example.com", "customId": "Personalnummer7", "notes": "Diagnose", "additionalData": {"a": "Zusatzangabe"}});
    caller.post("/customer/add", person).await.content(201);
    caller.get("/customer/Personalnummer7/identify").await.content(200);
    caller.get("/customer/filter/1?searchQuery=Geheimrat").await.content(200);
    caller.post("/customer/add", json!({"lastName": "x", "email": "falsch-geschrieben"})).await;
    server
        .token(&[
            ("grant_type", "client_credentials"),
            ("client_id", demo["app"]["clientId"].as_str().expect("a text")),
            ("client_secret", "GeratenesGeheimnis"),
        ])
        .await;
    drop(server);
    let log = fs::read_to_string(&log).expect("text");
    assert!(
        log.lines().count() > 5
            && log.lines().all(|line| serde_json::from_str::<Value>(line).is_ok_and(|line| line.is_object())),
        "{log}"
    );
    assert!(
        log.contains("customer_add") && log.contains("\"/oauth/token\"") && log.contains("\"status\":201"),
        "{log}"
    );
    let secret = fs::read_to_string(folder.path().join("secret")).expect("text");
    for hidden in [
        "Gerlinde",
        "Geheimrat",
        "gerlinde@",
        "Personalnummer7",
        "Diagnose",
        "Zusatzangabe",
        "falsch-geschrieben",
        "GeratenesGeheimnis",
        "eyJ",
        &text(&demo["app"]["clientSecret"]),
        &text(&demo["user"]["password"]),
        &text(&demo["app"]["installKey"]),
        secret.trim(),
        &caller.token,
    ] {
        let line = log.lines().find(|line| line.to_lowercase().contains(&hidden.to_lowercase()));
        assert_eq!(line, None, "{hidden} is logged");
    }
}

/// Help that a person likes: every command and flag with a sentence, defaults named.
#[test]
fn help() {
    let folder = tempfile::tempdir().expect("a folder");
    let help = output(kalends(folder.path()).arg("--help"));
    for part in [
        "serve",
        "quickstart",
        "demo",
        "migrate",
        "keys",
        "config",
        "backup",
        "--listen",
        "--data-dir",
        "--database",
        "--config",
        "--public-url",
        "KALENDS_LISTEN",
        "default: 127.0.0.1:8080",
    ] {
        assert!(help.contains(part), "{part} is not in {help}");
    }
    assert!(help.lines().all(|line| line.chars().count() <= 100), "{help}");
    assert!(output(kalends(folder.path()).arg("--version")).starts_with("kalends "));
    assert!(fs::read_dir(folder.path()).expect("a folder").next().is_none(), "asking for help writes nothing");
}

/// Admins and developer accounts are changed by whoever runs the installation.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn admins_and_developers() {
    let folder = tempfile::tempdir().expect("a folder");
    let demo = demo(kalends(folder.path()));
    let (organization, account) = (text(&demo["organizationId"]), text(&demo["developerAccountId"]));
    let email = text(&demo["user"]["email"]);
    let run = |args: [&str; 4]| output(kalends(folder.path()).args(args.iter().filter(|arg| !arg.is_empty())));
    for (verb, said) in [("remove", "no admin"), ("remove", "no admin"), ("add", "an admin"), ("add", "an admin")] {
        let line = run(["admin", verb, &organization, &email]);
        assert!(line.contains(&format!("{email} is {said} of {organization}")), "{line}");
    }
    for (verb, said) in [("disable", "disabled"), ("disable", "disabled"), ("enable", "enabled")] {
        assert!(run(["developer", verb, &account, ""]).contains(&format!("{account} is {said}")), "{verb}");
    }
    let refused = complaint(kalends(folder.path()).args(["admin", "add", "f6nobody", &email]));
    assert!(refused.contains("there is no organization f6nobody"), "{refused}");
    let refused = complaint(kalends(folder.path()).args(["admin", "add", &organization, "nobody@example.com"]));
    assert!(refused.contains("kalends user list"), "{refused}");
    let refused = complaint(kalends(folder.path()).args(["developer", "disable", "dAnobody"]));
    assert!(refused.contains("there is no developer account dAnobody"), "{refused}");
}

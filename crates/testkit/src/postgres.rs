//! A throw-away PostgreSQL cluster.
//!
//! Invariant: nothing of it outlives the test process, however that ends: a shell owns server and files and removes both
//! as soon as its standard input closes.

use std::io::{BufRead, BufReader, Error, Result, Write};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio_postgres::{Config, NoTls};

/// Environment variable with the address of a running cluster's maintenance database; without it a cluster is started.
pub const CLUSTER_VARIABLE: &str = "KALENDS_TEST_POSTGRES";

/// Arguments: folder of the programs, port. Reads `start`, `stop` and `crash`, answers each with `done` or `failed`.
const KEEPER: &str = r#"
umask 077
dir=$(mktemp -d "${TMPDIR:-/tmp}/kalends-postgres.XXXXXX") || exit 1
trap '"$1/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null 2>&1; rm -rf "$dir"' EXIT
trap '' HUP INT TERM
cd "$dir"
initialize() { "$1/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale="$2" -N >"$dir/log" 2>&1; }
initialize "$1" C.UTF-8 || { rm -rf "$dir/data"; initialize "$1" C; } || { cat "$dir/log" >&2; exit 1; }
options="-p $2 -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200 -c fsync=on"
while read -r order; do
    case $order in
        start) "$1/pg_ctl" -D "$dir/data" -w -t 30 -l "$dir/log" -o "$options" start ;;
        stop) "$1/pg_ctl" -D "$dir/data" -w -m fast stop ;;
        crash) "$1/pg_ctl" -D "$dir/data" -w -m immediate stop ;;
    esac >/dev/null 2>&1 </dev/null && echo "done" || { tail -5 "$dir/log" >&2; echo "failed"; }
done
"#;

/// A cluster and the databases made in it. Dropping it removes them.
pub struct TestPostgres {
    maintenance: String,
    keeper: Option<Mutex<Keeper>>,
    databases: Mutex<Vec<String>>,
}

struct Keeper {
    shell: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

static SHARED: Mutex<Weak<TestPostgres>> = Mutex::new(Weak::new());
static NEXT: AtomicU32 = AtomicU32::new(1);

impl TestPostgres {
    /// The cluster of this test process, started if no other test holds it, or the one of [`CLUSTER_VARIABLE`].
    ///
    /// # Errors
    /// PostgreSQL is not installed or does not start.
    pub fn shared() -> Result<Arc<TestPostgres>> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cluster) = shared.upgrade() {
            return Ok(cluster);
        }
        let cluster = Arc::new(match std::env::var(CLUSTER_VARIABLE) {
            Ok(maintenance) => TestPostgres { maintenance, keeper: None, databases: Mutex::default() },
            Err(_) => TestPostgres::start()?,
        });
        *shared = Arc::downgrade(&cluster);
        Ok(cluster)
    }

    /// A cluster of one's own, for tests that stop it.
    ///
    /// # Errors
    /// PostgreSQL is not installed or does not start.
    pub fn start() -> Result<TestPostgres> {
        let programs = programs()?;
        let mut last = Error::other("no attempt was made");
        // The port may be taken by somebody else between finding and using it.
        for _ in 0..5 {
            let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
            let mut keeper = Keeper::spawn(&programs, port)?;
            match keeper.order("start") {
                Ok(()) => {
                    let maintenance = format!("postgresql://postgres@127.0.0.1:{port}/postgres");
                    return Ok(TestPostgres {
                        maintenance,
                        keeper: Some(Mutex::new(keeper)),
                        databases: Mutex::default(),
                    });
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// Address of the maintenance database.
    pub fn url(&self) -> &str {
        &self.maintenance
    }

    /// Makes an empty database and answers its address.
    ///
    /// # Errors
    /// The server is not there.
    pub async fn database(&self) -> Result<String> {
        self.copy_of("template0").await
    }

    /// Makes a copy of a database nobody is connected to, named or addressed, and answers the copy's address.
    ///
    /// # Errors
    /// The server or the template is not there, or the template is in use.
    pub async fn copy_of(&self, template: &str) -> Result<String> {
        let template = template.rsplit('/').next().unwrap_or(template);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{number}", std::process::id());
        // Left over by a killed process that had the same number.
        let remove = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        let create = format!("CREATE DATABASE {name} TEMPLATE \"{template}\"");
        run(&self.maintenance, &[remove, create]).await?;
        self.databases.lock().unwrap_or_else(PoisonError::into_inner).push(name.clone());
        let (server, _) = self.maintenance.rsplit_once('/').unwrap_or((&self.maintenance, ""));
        Ok(format!("{server}/{name}"))
    }

    /// Stops the server: connections end with `57P01`. Only for a cluster of one's own.
    ///
    /// # Errors
    /// The cluster is not ours, or does not obey.
    pub fn stop_server(&self) -> Result<()> {
        self.order("stop")
    }

    /// Ends the server without any farewell, as a power cut would. Only for a cluster of one's own.
    ///
    /// # Errors
    /// The cluster is not ours, or does not obey.
    pub fn crash_server(&self) -> Result<()> {
        self.order("crash")
    }

    /// Starts the server again on the same port; ready when this returns. Only for a cluster of one's own.
    ///
    /// # Errors
    /// The cluster is not ours, or does not obey.
    pub fn start_server(&self) -> Result<()> {
        self.order("start")
    }

    fn order(&self, order: &str) -> Result<()> {
        let keeper = self.keeper.as_ref().ok_or_else(|| Error::other("the cluster belongs to somebody else"))?;
        keeper.lock().unwrap_or_else(PoisonError::into_inner).order(order)
    }
}

impl Drop for TestPostgres {
    /// With a cluster of our own the files go away as a whole; of somebody else's, the databases made here.
    fn drop(&mut self) {
        let databases = std::mem::take(&mut *self.databases.lock().unwrap_or_else(PoisonError::into_inner));
        if self.keeper.is_some() || databases.is_empty() {
            return;
        }
        let maintenance = self.maintenance.clone();
        // A thread, because a test's runtime must not be blocked by another one's.
        let removing = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let commands: Vec<String> =
                databases.iter().map(|name| format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).collect();
            runtime.block_on(run(&maintenance, &commands))
        });
        // Nothing to be done about a failure here: the cluster as a whole is thrown away later.
        drop(removing.join());
    }
}

impl Keeper {
    fn spawn(programs: &PathBuf, port: u16) -> Result<Keeper> {
        // The server refuses to run as root.
        let mut command = if is_root()? {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--", "sh"]);
            command
        } else {
            Command::new("sh")
        };
        let mut shell = command
            .args(["-c", KEEPER, "kalends-postgres"])
            .arg(programs)
            .arg(port.to_string())
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Signals to the tests' process group must not end the shell before it has tidied up.
            .process_group(0)
            .spawn()?;
        let orders = shell.stdin.take();
        let answers = shell.stdout.take().ok_or_else(|| Error::other("the shell has no output"))?;
        Ok(Keeper { shell, orders, answers: BufReader::new(answers) })
    }

    fn order(&mut self, order: &str) -> Result<()> {
        let orders = self.orders.as_mut().ok_or_else(|| Error::other("the shell has no input"))?;
        writeln!(orders, "{order}")?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        if answer.trim() == "done" { Ok(()) } else { Err(Error::other(format!("PostgreSQL: {order} failed"))) }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        drop(self.orders.take());
        // It was ours to wait for; whether it went well no longer matters.
        drop(self.shell.wait());
    }
}

fn is_root() -> Result<bool> {
    let output = Command::new("id").arg("-u").output()?;
    Ok(output.stdout.trim_ascii() == b"0")
}

/// The folder that holds `initdb`, `pg_ctl` and the server: of the `PATH`, or the newest of Debian's.
fn programs() -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    if let Ok(versions) = std::fs::read_dir("/usr/lib/postgresql") {
        let mut versions: Vec<PathBuf> = versions.filter_map(|entry| Some(entry.ok()?.path())).collect();
        versions.sort_by_key(|path| path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok()));
        folders.extend(versions.into_iter().rev().map(|version| version.join("bin")));
    }
    folders
        .into_iter()
        // A link to initdb alone leads to its neighbours.
        .filter_map(|folder| Some(folder.join("initdb").canonicalize().ok()?.parent()?.to_owned()))
        .find(|folder| folder.join("pg_ctl").exists() && folder.join("postgres").exists())
        .ok_or_else(|| Error::other("PostgreSQL is not installed: neither in PATH nor in /usr/lib/postgresql"))
}

async fn run(url: &str, commands: &[String]) -> Result<()> {
    let config: Config = url.parse().map_err(Error::other)?;
    let (client, connection) = config.connect(NoTls).await.map_err(Error::other)?;
    let driving = tokio::spawn(connection);
    for command in commands {
        client.batch_execute(command).await.map_err(Error::other)?;
    }
    drop(client);
    // Wait for the goodbye, so that a template is free as soon as this returns.
    drop(driving.await);
    Ok(())
}

//! The README's walk, taken out of it and run with bash against the program it names, in an empty folder.

use serde_json::Value;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const README: &str = include_str!("../../../README.md");
/// Where the README says the server listens.
const ADDRESS: &str = "127.0.0.1:8080";

/// The blocks that begin with the given fence, joined.
fn blocks(fence: &str) -> String {
    let parts = README.split(fence).skip(1);
    parts.filter_map(|rest| rest.split_once("```").map(|(block, _)| block)).collect()
}

/// A running `quickstart`, ended with the test.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free_address() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").to_string()
}

fn quickstart(folder: &TempDir, address: &str) -> Server {
    let mut server = Server(
        Command::new(env!("CARGO_BIN_EXE_kalends"))
            .arg("quickstart")
            .current_dir(folder.path())
            .env("KALENDS_LISTEN", address)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program"),
    );
    let begun = Instant::now();
    while std::net::TcpStream::connect(address).is_err() {
        assert!(begun.elapsed() < Duration::from_secs(30), "the server does not answer");
        assert!(server.0.try_wait().expect("a child").is_none(), "the server ended");
        std::thread::sleep(Duration::from_millis(20));
    }
    server
}

#[test]
fn the_walk_works_as_it_is_written() {
    let folder = TempDir::new().expect("a folder");
    let address = free_address();
    let _server = quickstart(&folder, &address);
    let walk = blocks("```bash walk\n");
    assert!(walk.contains(ADDRESS) && walk.matches("call ").count() > 12, "{walk}");
    let script = format!("set -euo pipefail\n{}", walk.replace(ADDRESS, &address));
    let run = Command::new("bash").arg("-c").arg(script).current_dir(folder.path()).output().expect("bash");
    let shown = String::from_utf8(run.stdout).expect("text");
    assert!(run.status.success(), "{shown}\n{}", String::from_utf8_lossy(&run.stderr));
    let answers: Vec<Value> = shown.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let contents: Vec<&Value> = answers.iter().map(|answer| &answer["content"]).collect();
    let classes: Vec<&str> = contents.iter().map(|content| content["class"].as_str().unwrap_or_default()).collect();
    let expected = [
        "ORGANIZATION",
        "CUSTOMER",
        "CUSTOMER",
        "LIST",
        "PAGINATION_LIST",
        "PAGINATION_LIST",
        "CUSTOMER",
        "",
        "APPOINTMENT",
        "APPOINTMENT",
        "ORGANIZATION",
    ];
    assert_eq!(classes, expected, "{shown}");
    assert_eq!((&contents[1]["firstName"], &contents[1]["customId"]), (&Value::from("John"), &Value::from("4711")));
    assert_eq!(contents[5]["recordTotal"], 1, "found by her name");
    assert_eq!(contents[6]["notes"], "Prefers mornings.");
    assert_eq!((&contents[8]["canceled"], &contents[9]["canceled"]), (&Value::from(false), &Value::from(true)));
    assert_eq!(contents[8]["customer"]["firstName"], "Jane");
    assert!(contents[0]["description"]["result"].is_string() && contents[10]["description"].is_string());
}

#[test]
fn the_second_command_is_there() {
    let commands = blocks("```bash\n");
    assert_eq!(commands.trim(), "cargo run --release -- quickstart\n./test");
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../test");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(file).expect("./test").permissions());
    assert_ne!(mode & 0o111, 0, "./test can be run");
}

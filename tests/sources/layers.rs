//! The layers of the workspace: arrows point down only.

use super::{product, root};
use std::collections::BTreeMap;

/// What each crate may stand on, besides crates from outside.
const BELOW: &[(&str, &[&str])] = &[
    ("catalog", &[]),
    ("engine", &["catalog"]),
    ("entities", &["catalog", "engine"]),
    ("scheduling", &["catalog", "engine"]),
    ("messaging", &["catalog", "engine"]),
    ("oauth", &["catalog", "engine"]),
    ("store", &["catalog", "engine"]),
    ("service", &["catalog", "engine", "entities", "messaging", "oauth", "scheduling", "store"]),
    ("web", &["catalog", "engine", "entities", "messaging", "oauth", "service", "store"]),
    ("kalends", &["catalog", "engine", "entities", "messaging", "oauth", "service", "store", "web"]),
    ("testkit", &["catalog", "engine", "entities", "messaging", "service", "store", "web"]),
];

/// Names of our crates in a manifest's section of ordinary dependencies.
fn dependencies(manifest: &str) -> Vec<String> {
    let section = manifest.split("\n[").find(|section| section.starts_with("dependencies]")).unwrap_or_default();
    let names = section.lines().filter_map(|line| line.strip_prefix("kalends-"));
    names.map(|line| line.chars().take_while(char::is_ascii_alphanumeric).collect()).collect()
}

#[test]
fn arrows_point_down() {
    let below: BTreeMap<&str, &[&str]> = BELOW.iter().copied().collect();
    for entry in std::fs::read_dir(root().join("crates")).expect("crates") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        let manifest = std::fs::read_to_string(path.join("Cargo.toml")).expect("a manifest");
        let allowed =
            below.get(name.as_str()).unwrap_or_else(|| panic!("{name} has no layer in tests/sources/layers.rs"));
        for dependency in dependencies(&manifest) {
            assert!(allowed.contains(&dependency.as_str()), "{name} stands on {dependency}");
        }
    }
}

/// The crates that know neither HTTP nor SQL nor a runtime, and the only one that names a database.
#[test]
fn outside_crates_stay_in_their_layer() {
    let banned: &[(&str, &[&str])] = &[
        ("axum", &["web"]),
        ("hyper", &["web"]),
        ("rusqlite", &["store"]),
        ("tokio_postgres", &["store", "testkit"]),
        ("deadpool_postgres", &["store"]),
        ("tokio", &["store", "service", "web", "kalends", "testkit"]),
    ];
    for (path, text) in product() {
        let name = path.display().to_string();
        let (_, rest) = name.rsplit_once("crates/").expect("a crate");
        let layer = rest.split('/').next().expect("a name");
        for (library, allowed) in banned {
            let named = text.contains(&format!("use {library}::")) || text.contains(&format!("{library}::"));
            assert!(!named || allowed.contains(&layer), "{rest} names {library}");
        }
    }
}

/// What is read in one go stays short enough for it.
#[test]
fn files_are_short() {
    const MOST: usize = 540;
    let mut files = product();
    files.extend(super::rust_files(&root().join("tests")));
    for (path, text) in files {
        let lines = text.lines().count();
        assert!(lines <= MOST, "{} has {lines} lines: divide it", path.display());
    }
}

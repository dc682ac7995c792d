//! What dependencies may be, as `deny.toml` says it: checked here too, because `cargo deny` is not on every machine.

use super::root;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// The words of the list `name = ["…", …]` in a TOML text.
fn list(text: &str, name: &str) -> BTreeSet<String> {
    let (_, rest) = text.split_once(&format!("\n{name} = [")).expect("the list");
    let (inside, _) = rest.split_once(']').expect("its end");
    inside.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// A licence as SPDX writes it; older packages write `/` for `OR`.
struct Expression<'a> {
    words: std::iter::Peekable<std::vec::IntoIter<&'a str>>,
    allowed: &'a BTreeSet<String>,
}

impl Expression<'_> {
    /// Whether one of the ways the licence offers is allowed.
    fn allows(text: &str, allowed: &BTreeSet<String>) -> bool {
        let spaced = text.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
        let words = spaced.split_whitespace().collect::<Vec<_>>().into_iter().peekable();
        let mut expression = Expression { words, allowed };
        let allows = expression.either();
        assert!(expression.words.next().is_none(), "{text} is no licence");
        allows
    }

    fn either(&mut self) -> bool {
        let mut allows = self.both();
        while self.words.next_if_eq(&"OR").is_some() {
            allows |= self.both();
        }
        allows
    }

    fn both(&mut self) -> bool {
        let mut allows = self.one();
        while self.words.next_if_eq(&"AND").is_some() {
            allows &= self.one();
        }
        allows
    }

    fn one(&mut self) -> bool {
        let word = self.words.next().expect("a licence");
        if word == "(" {
            let allows = self.either();
            assert_eq!(self.words.next(), Some(")"));
            return allows;
        }
        let mut name = word.to_owned();
        if self.words.next_if_eq(&"WITH").is_some() {
            name = format!("{name} WITH {}", self.words.next().expect("an exception"));
        }
        self.allowed.contains(&name)
    }
}

fn packages() -> Vec<Value> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(root())
        .output()
        .expect("cargo metadata");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    metadata["packages"].as_array().expect("packages").clone()
}

#[test]
fn every_dependency_is_allowed() {
    let deny = std::fs::read_to_string(root().join("deny.toml")).expect("deny.toml");
    let allowed = list(&deny, "allow");
    let banned = list(&deny, "deny");
    assert!(allowed.contains("MIT") && banned.contains("openssl-sys"), "{allowed:?} {banned:?}");
    let mut refused = BTreeMap::new();
    let packages = packages();
    assert!(packages.len() > 100, "{} packages", packages.len());
    for package in &packages {
        let name = package["name"].as_str().expect("a name");
        assert!(!banned.contains(name), "{name} is banned in deny.toml");
        let registry = package["source"].as_str().unwrap_or("registry+https://github.com/rust-lang/crates.io-index");
        assert_eq!(registry, "registry+https://github.com/rust-lang/crates.io-index", "where {name} comes from");
        let licence = package["license"].as_str().unwrap_or("none");
        if !Expression::allows(licence, &allowed) {
            refused.insert(name, licence);
        }
    }
    assert!(refused.is_empty(), "not allowed in deny.toml: {refused:?}");
}

#[test]
fn expressions_are_read_as_meant() {
    let allowed = BTreeSet::from(["MIT".to_owned(), "Zlib".to_owned()]);
    for good in ["MIT", "GPL-3.0 OR MIT", "GPL-3.0/MIT", "(GPL-3.0 OR MIT) AND Zlib", "X WITH Y OR Zlib"] {
        assert!(Expression::allows(good, &allowed), "{good}");
    }
    for bad in ["GPL-3.0", "MIT AND GPL-3.0", "MIT AND (GPL-3.0 OR X)", "MIT WITH Y", "none"] {
        assert!(!Expression::allows(bad, &allowed), "{bad}");
    }
}

//! What the sources themselves must obey.

mod documents;
mod layers;
mod licences;
mod matrix;
mod messages;

use std::path::{Path, PathBuf};

/// The repository.
fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every Rust file below a folder, with its text.
fn rust_files(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else { return found };
    for entry in entries {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).expect("readable");
            found.push((path, text));
        }
    }
    found
}

/// The sources of all crates, without their tests.
fn product() -> Vec<(PathBuf, String)> {
    let crates = std::fs::read_dir(root().join("crates")).expect("crates");
    let mut files: Vec<(PathBuf, String)> =
        crates.flat_map(|entry| rust_files(&entry.expect("an entry").path().join("src"))).collect();
    for (_, text) in &mut files {
        if let Some(end) = text.find("#[cfg(test)]") {
            text.truncate(end);
        }
    }
    files
}

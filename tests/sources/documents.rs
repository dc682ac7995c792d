//! What the documents say that can be counted, looked up or followed.

use super::root;
use std::path::{Path, PathBuf};

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every page a reader may open.
fn pages() -> Vec<PathBuf> {
    let mut pages = Vec::new();
    for folder in [root(), root().join("docs"), root().join("docs/adr")] {
        let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
        pages.extend(entries.filter(|path| path.extension().is_some_and(|extension| extension == "md")));
    }
    pages
}

/// A link between pages leads somewhere, to a heading too.
#[test]
fn links_lead_somewhere() {
    let (mut followed, mut complaints) = (0, Vec::new());
    for page in pages() {
        let text = read(&page);
        for link in text.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0)) {
            if link.starts_with("http") {
                continue;
            }
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { page.clone() } else { page.with_file_name("").join(file) };
            let anchor = |line: &str| line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
            let there = target.exists()
                && (heading.is_empty()
                    || read(&target).lines().any(|line| line.starts_with('#') && anchor(line) == heading));
            if !there {
                complaints.push(format!("{}: {link}", page.display()));
            }
            followed += 1;
        }
    }
    assert!(complaints.is_empty() && followed > 10, "{followed} links; these lead nowhere: {complaints:#?}");
}

/// The README says how much of the contract is served, and that is so.
#[test]
fn the_readme_counts_right() {
    let readme = read(&root().join("README.md"));
    let to_come = read(&root().join("contract/to-come.txt"));
    for (api, name) in [("app", "App"), ("module", "Module")] {
        let contract: serde_json::Value =
            serde_json::from_str(&read(&root().join(format!("contract/{api}-v3.json")))).expect("JSON");
        let all = contract.as_array().or_else(|| contract["operations"].as_array()).expect("operations").len();
        let missing = to_come.lines().filter(|line| line.starts_with(&format!("{api} "))).count();
        let said = format!("| {name} API v3 | {} of {all} operations", all - missing);
        assert!(readme.contains(&said), "README.md must say: {said}");
    }
}

/// The codes in the table of errors are codes that answers carry.
#[test]
fn the_codes_of_the_page_exist() {
    let page = read(&root().join("docs/API.md"));
    let sentences = read(&root().join("crates/catalog/locales/en/main.ftl"));
    let (_, table) = page.split_once("\n## Errors\n").expect("the table");
    let table = table.split_once("\n## ").expect("its end").0;
    let codes: Vec<&str> = table
        .lines()
        .filter(|line| line.starts_with('|'))
        .filter_map(|line| line.split('|').nth(3))
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .collect();
    assert!(codes.len() > 30, "{codes:?}");
    for code in codes {
        let line = format!("\n{} = ", code.replace('_', "-"));
        assert!(sentences.contains(&line), "docs/API.md names {code}, which no answer carries");
    }
}

/// Each setting of the program stands on the page for operators.
#[test]
fn every_setting_is_explained() {
    let page = read(&root().join("docs/operations.md"));
    let source = read(&root().join("crates/kalends/src/config.rs"));
    let variables: Vec<&str> =
        source.split("env = \"").skip(1).filter_map(|rest| Some(rest.split_once('"')?.0)).collect();
    assert!(variables.len() >= 10, "{variables:?}");
    for variable in variables {
        assert!(page.contains(&format!("`{variable}`")), "docs/operations.md does not explain {variable}");
    }
}

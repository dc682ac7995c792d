//! Every code that an answer may carry has a sentence in every language, and every sentence is used.

use super::{product, root};
use std::collections::{BTreeMap, BTreeSet};

/// What makes a problem or a note out of a code.
const MAKERS: &[&str] =
    &["Problem::new(", "Problem::at(", "invalid_at(", "forbidden(", "conflict(", "refuse(", ".done(", "code: \""];
/// Beginning of what are no sentences but words that stand for data.
const WORDS: &str = "category_";
/// Functions of `scalar.rs` that take the code second.
const CHECKS: &[&str] = &["ok("];

/// The codes of an argument: one literal, or those of an `if` or `match`; not those inside of further calls.
fn codes(argument: &str) -> Vec<String> {
    let (mut depth, mut found) = (0, Vec::new());
    for (index, part) in argument.split('"').enumerate() {
        if index % 2 == 0 {
            depth += part.matches('(').count();
            depth -= part.matches(')').count().min(depth);
        } else if depth == 0 && is_code(part) {
            found.push(part.to_owned());
        }
    }
    found
}

fn is_code(text: &str) -> bool {
    text.len() > 2 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') && !text.starts_with('_')
}

/// The text up to the comma or bracket that ends the argument which begins here.
fn argument(text: &str) -> &str {
    let (mut depth, mut quoted) = (0, false);
    for (index, letter) in text.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' | '{' | '[' => depth += 1,
            ')' | '}' | ']' | ',' | ';' if depth == 0 => return &text[..index],
            ')' | '}' | ']' => depth -= 1,
            _ => {}
        }
    }
    text
}

/// A code, the file that uses it, and what follows there.
struct Use {
    code: String,
    file: String,
    following: String,
}

fn uses() -> Vec<Use> {
    let mut uses = Vec::new();
    for (path, text) in product() {
        let file = path.display().to_string();
        let mut add = |argument: &str, end: usize| {
            let following: String = text[end..].chars().take(250).collect();
            let found = codes(argument).into_iter();
            uses.extend(found.map(|code| Use { code, file: file.clone(), following: following.clone() }));
        };
        for (at, maker) in MAKERS.iter().flat_map(|maker| text.match_indices(maker)) {
            let begin = if maker.ends_with('"') { at + maker.len() - 1 } else { at + maker.len() };
            let first = argument(&text[begin..]);
            add(first, begin + first.len());
        }
        if file.ends_with("scalar.rs") {
            for (at, maker) in CHECKS.iter().flat_map(|maker| text.match_indices(maker)) {
                let begin = at + maker.len() + argument(&text[at + maker.len()..]).len();
                let begin = begin + text[begin..].find('"').unwrap_or_default();
                add(argument(&text[begin..]), begin);
            }
        }
    }
    uses
}

/// `max` of `Use at most { $max } characters.`
fn variables(sentence: &str) -> Vec<String> {
    let rest = sentence.split('$').skip(1);
    rest.map(|rest| rest.chars().take_while(char::is_ascii_alphanumeric).collect()).collect()
}

fn sentences(language: &str) -> BTreeMap<String, String> {
    let path = root().join(format!("crates/catalog/locales/{language}/main.ftl"));
    let text = std::fs::read_to_string(path).expect("readable");
    let mut sentences = BTreeMap::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let Some((id, sentence)) = line.split_once('=') else { continue };
        let before = sentences.insert(id.trim().replace('-', "_"), sentence.trim().to_owned());
        assert_eq!(before, None, "{language}: {id} stands there twice");
    }
    sentences
}

/// No code reaches a person as such.
#[test]
fn every_code_has_its_sentences() {
    let uses = uses();
    let known = |code: &str| uses.iter().any(|used| used.code == code);
    assert!(uses.len() > 100 && known("bad_email") && known("nul_character") && known("edited"), "{}", uses.len());
    for language in ["de", "en"] {
        let sentences = sentences(language);
        let mut complaints = Vec::new();
        for Use { code, file, following } in &uses {
            match sentences.get(code) {
                None => complaints.push(format!("locales/{language}/main.ftl lacks {code} of {file}")),
                Some(sentence) => complaints.extend(
                    variables(sentence)
                        .iter()
                        .filter(|name| !following.contains(&format!(".arg(\"{name}\"")))
                        .map(|name| format!("{code} of {file} is said without its value {name}")),
                ),
            }
        }
        assert!(complaints.is_empty(), "{complaints:#?}");
        for (code, sentence) in sentences.iter().filter(|(code, _)| !code.starts_with(WORDS)) {
            assert!(sentence.ends_with(['.', '}', '…']), "{language} {code}: {sentence}");
        }
    }
}

/// German is not English left over.
#[test]
fn languages_differ() {
    let (german, english) = (sentences("de"), sentences("en"));
    let same: Vec<&String> =
        german.iter().filter(|(id, text)| english.get(*id) == Some(text)).map(|(id, _)| id).collect();
    assert!(same.is_empty(), "not translated: {same:?}");
}

/// Sentences for parts that are being built; the list goes away with them.
const TO_COME: &[&str] = &["hold_invalid", "in_use", "override_missing", "quantity_too_large", "user_token_required"];

/// A sentence nobody says is removed.
#[test]
fn every_sentence_is_said() {
    let used: BTreeSet<String> = uses().into_iter().map(|used| used.code).collect();
    let sources = product();
    let said =
        |code: &String| used.contains(code) || sources.iter().any(|(_, text)| text.contains(&format!("\"{code}\"")));
    let expected = |code: &String| said(code) || code.starts_with(WORDS) || TO_COME.contains(&code.as_str());
    let unsaid: Vec<String> = sentences("en").into_keys().filter(|code| !expected(code)).collect();
    assert!(unsaid.is_empty(), "nothing in crates/ says {unsaid:?}");
}

/// Messages of a file with the values they name.
fn messages_of(path: &std::path::Path) -> BTreeMap<String, BTreeSet<String>> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let lines = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('='));
    lines.map(|(id, sentence)| (id.trim().to_owned(), variables(sentence).into_iter().collect())).collect()
}

/// Words in quotes that are the keys of an area of the pages.
fn keys_in(text: &str) -> Vec<&str> {
    const AREAS: [&str; 8] = ["user-", "login-", "logout-", "developer-", "consent-", "page-", "form-", "mail-"];
    let is_key = |word: &&str| {
        AREAS.iter().any(|area| word.starts_with(area) && word.len() > area.len())
            && !word.ends_with('-')
            && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    text.split('"').skip(1).step_by(2).filter(is_key).collect()
}

fn templates(folder: &std::path::Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(templates(&path));
        } else {
            found.push((path.display().to_string(), std::fs::read_to_string(&path).expect("readable")));
        }
    }
    found
}

/// Every file of sentences says the same in both languages, no key stands in two files, and the keys that pages name are
/// there.
#[test]
fn pages_and_mails_have_their_sentences() {
    let locales = root().join("crates/catalog/locales");
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    for entry in std::fs::read_dir(locales.join("en")).expect("a folder") {
        let name = entry.expect("an entry").file_name().into_string().expect("a name");
        let [german, english] = ["de", "en"].map(|language| messages_of(&locales.join(language).join(&name)));
        assert_eq!(german, english, "{name}");
        for id in english.into_keys() {
            let before = known.insert(id.clone(), name.clone());
            assert_eq!(before, None, "{id} stands in {name} as well");
        }
    }
    let web = root().join("crates/web");
    let mut sources = templates(&web.join("templates"));
    sources.extend(
        super::rust_files(&web.join("src/pages")).into_iter().map(|(path, text)| (path.display().to_string(), text)),
    );
    let mut missing = Vec::new();
    for (path, text) in &sources {
        missing.extend(
            keys_in(text).into_iter().filter(|key| !known.contains_key(*key)).map(|key| format!("{path}: {key}")),
        );
    }
    assert!(missing.is_empty(), "{missing:#?}");
    assert!(sources.iter().map(|(_, text)| keys_in(text).len()).sum::<usize>() > 200);
}

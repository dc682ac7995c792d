//! Search in an organization with very many customers, against an oracle that knows the plain spelling of every name.

use kalends_catalog::fold;
use kalends_engine::record::Record;
use kalends_service::Call;
use kalends_store::records::{self, Index};
use kalends_store::{Store, StoreError, params};
use kalends_testkit::app::TestApp;
use kalends_testkit::client::Caller;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;

/// As written and as found without accents.
const FIRST: &[(&str, &str)] = &[
    ("Jürgen", "jurgen"),
    ("Zoë", "zoe"),
    ("Łukasz", "lukasz"),
    ("Søren", "soren"),
    ("Anna", "anna"),
    ("Ann", "ann"),
    ("Żaneta", "zaneta"),
    ("İpek", "ipek"),
    ("Chloé", "chloe"),
    ("Đorđe", "dorde"),
    ("Mária", "maria"),
    ("Marie", "marie"),
    ("Ωmega", "ωmega"),
    ("Жанна", "жанна"),
    ("田中", "田中"),
];
const LAST: &[(&str, &str)] = &[
    ("Müller", "muller"),
    ("Mueller", "mueller"),
    ("Groß", "gross"),
    ("Grosse", "grosse"),
    ("Škvorecký", "skvorecky"),
    ("O'Neill", "o neill"),
    ("van der Berg", "van der berg"),
    ("Ångström", "angstrom"),
    ("Çelik", "celik"),
    ("Nguyễn", "nguyen"),
    ("Weiß-Straße", "weiss strasse"),
    ("Œuvre", "oeuvre"),
    ("Þórsson", "thorsson"),
    ("Ünal", "unal"),
    ("García", "garcia"),
    ("Garcia", "garcia"),
    ("Gar", "gar"),
];
const CUSTOMERS: usize = 20_000;

/// A customer as the oracle knows it.
#[derive(Debug, Clone)]
struct Known {
    /// Of `scopes`: 0 the demo organization, 1 one below it, 2 a stranger's.
    place: usize,
    name: (String, String),
    words: BTreeSet<String>,
}

fn known(number: usize) -> Known {
    let (first, last) = (FIRST[number % FIRST.len()], LAST[number / 7 % LAST.len()]);
    let email = format!("c{number}.{}@mail{}.example", last.1.replace([' ', '\''], ""), number % 50);
    let plain = format!("{} {} {}", first.1, last.1, email.replace(['.', '@'], " "));
    Known {
        place: match number % 10 {
            0..7 => 0,
            7..9 => 1,
            _ => 2,
        },
        name: (first.0.to_owned(), last.0.to_owned()),
        words: plain.split(' ').map(str::to_owned).collect(),
    }
}

impl Known {
    fn matches(&self, query: &str) -> bool {
        query.split(' ').all(|word| self.words.iter().any(|own| own.starts_with(word)))
    }
}

/// Writes many customers in few transactions, as `customer/add` would write them.
async fn fill(app: &TestApp, organizations: &[String; 3]) -> Vec<Known> {
    let store: &Store = &app.web.service.store;
    let mut seqs = Vec::new();
    for organization in organizations {
        let row = store.query("SELECT seq FROM record WHERE id = $1", &params![organization.as_str()]).await;
        seqs.push(row.expect("read")[0].int(0));
    }
    let call = Call::system(app.web.service.clock.now(), Arc::clone(&app.web.service.entropy));
    let all: Vec<Known> = (0..CUSTOMERS).map(known).collect();
    for (chunk, part) in all.chunks(1_000).enumerate() {
        let (part, organizations, seqs, call) = (part.to_vec(), organizations.clone(), seqs.clone(), call.clone());
        let written = store.write(move |tx| {
            let (part, organizations, seqs, call) = (part.clone(), organizations.clone(), seqs.clone(), call.clone());
            Box::pin(async move {
                for (index, known) in part.iter().enumerate() {
                    let number = chunk * 1_000 + index;
                    let email = format!(
                        "c{number}.{}@mail{}.example",
                        fold::fold(&known.name.1).replace([' ', '\'', '-'], ""),
                        number % 50
                    );
                    let body = json!({"firstName": known.name.0, "lastName": known.name.1, "email": email});
                    let record = Record {
                        id: kalends_engine::id::new("d3", call.entropy.as_ref()),
                        organization_id: organizations[known.place].clone(),
                        version: 1,
                        created: call.now,
                        edited: call.now,
                        body: body.as_object().cloned().unwrap_or_default(),
                        ..Record::default()
                    };
                    let words = fold::words(&format!("{} {} {email}", known.name.0, known.name.1));
                    let index = Index { key: "d3", sort: "", organization: seqs[known.place], words: &words };
                    records::insert(tx, &record, index).await?;
                }
                Ok::<(), StoreError>(())
            })
        });
        written.await.expect("written");
    }
    all
}

/// What a filter answers: how many, and the names on a page.
async fn found(caller: &Caller, list: &str, query: &str, page: usize) -> (i64, Vec<(String, String)>) {
    let answer = caller.get(&format!("/customer/{list}/{page}?searchQuery={query}")).await;
    let content = answer.content(200);
    let names = content["recordList"].as_array().expect("a list").iter().map(|record| {
        let text = |name: &str| record[name].as_str().expect("a text").to_owned();
        (text("firstName"), text("lastName"))
    });
    (content["recordTotal"].as_i64().expect("a number"), names.collect())
}

both! {
    /// Twenty thousand customers in three organizations: every search finds exactly those it should, newest first.
    async fn many_customers(app) {
        let demo = app.demo().await;
        let below = demo.post("/organization/addSub", json!({"name": "Below"})).await.content(201)["id"].as_str().expect("an id").to_owned();
        let (stranger, _, _) = app.developer("stranger@example.com").await;
        let all = fill(&app, &[app.account.organization_id.clone(), below.clone(), stranger.organization_id]).await;
        let child = app.caller(&format!("/app/v3/en/organization/{below}"), &demo.token);
        for (query, plain) in [
            ("müller", "muller"), ("MULLER", "muller"), ("mull", "mull"), ("mu", "mu"), ("muell", "muell"), ("gross", "gross"), ("groß", "gross"),
            ("GROẞ", "gross"), ("łukasz", "lukasz"), ("lukasz ngu", "lukasz ngu"), ("nguyen LUK", "nguyen luk"), ("ŠKVOR", "skvor"), ("o'neill", "o neill"), ("neill", "neill"),
            ("ipek çel", "ipek cel"), ("thor", "thor"), ("Þórsson", "thorsson"), ("œuvre", "oeuvre"), ("жан", "жан"), ("ЖАННА ünal", "жанна unal"), ("田", "田"),
            ("ωm", "ωm"), ("ann", "ann"), ("anna gar", "anna gar"), ("garcía", "garcia"), ("c777", "c777"), ("c777.", "c777"), ("mail7", "mail7"),
            ("zoe@mail7", "zoe mail7"), ("van der berg søren", "van der berg soren"), ("berg der", "berg der"), ("weiß-str", "weiss str"), ("dorde", "dorde"), ("strasse", "strasse"),
            ("ullman", "ullman"), ("uller", "uller"), ("xyz", "xyz"), ("angstrom c1", "angstrom c1"),
        ] {
            for (caller, list, places) in [(&demo, "filter", &[0][..]), (&demo, "filterAll", &[0, 1]), (&child, "filter", &[1]), (&child, "filterAll", &[1])] {
                let mut expected: Vec<&Known> = all.iter().filter(|known| places.contains(&known.place) && known.matches(plain)).collect();
                expected.reverse();
                let total = i64::try_from(expected.len()).expect("small");
                for page in [1, 2, expected.len() / 25 + 1] {
                    let (count, names) = found(caller, list, query, page).await;
                    assert_eq!(count, total.min(9_999), "{query} {list} {places:?}");
                    let wanted: Vec<(String, String)> = expected.iter().skip((page - 1) * 25).take(25).map(|known| known.name.clone()).collect();
                    assert_eq!(names, wanted, "{query} {list} {places:?}, page {page}");
                }
            }
        }
        // What is changed or deleted is found no more by what it was.
        let first = demo.get("/customer/filter/1?searchQuery=c777").await.content(200)["recordList"][0].clone();
        let id = first["id"].as_str().expect("an id");
        let before = found(&demo, "filter", "c777", 1).await.0;
        demo.put(&format!("/customer/{id}/edit"), json!({"email": "other@example.com"})).await.content(200);
        assert_eq!(found(&demo, "filter", "c777", 1).await.0, before - 1);
        assert_eq!(found(&demo, "filter", "other@exam", 1).await.0, 1);
        demo.delete(&format!("/customer/{id}/delete")).await.content(200);
        assert_eq!(found(&demo, "filter", "other@exam", 1).await.0, 0);
    }

    /// More branches than one query asks at once: the pages of a name order fit together.
    async fn many_branches(app) {
        let demo = app.demo().await;
        let mut names = Vec::new();
        for number in 0..130_u32 {
            let sub = demo.post("/organization/addSub", json!({"name": format!("Branch {number}")})).await.content(201)["id"].as_str().expect("an id").to_owned();
            let caller = app.caller(&format!("/app/v3/en/organization/{sub}"), &demo.token);
            // Names that mix the branches.
            let name = format!("Team {:03}", number * 77 % 130);
            caller.post("/customerGroup/add", json!({"name": name})).await.content(201);
            caller.post("/customer/add", json!({"firstName": "Team", "lastName": format!("N{number}")})).await.content(201);
            names.push(name);
        }
        names.sort_unstable();
        let mut seen = Vec::new();
        for page in 1..=6 {
            let answer = demo.get(&format!("/customerGroup/filterAll/{page}?searchQuery=team")).await;
            let content = answer.content(200);
            assert_eq!((&content["recordTotal"], &content["pageTotal"]), (&json!(130), &json!(6)));
            seen.extend(content["recordList"].as_array().expect("a list").iter().map(|group| group["name"].as_str().expect("a name").to_owned()));
        }
        assert_eq!(seen, names, "by name");
        let newest: Vec<String> = (0..130).rev().map(|number| format!("N{number}")).collect();
        let mut seen = Vec::new();
        for page in 1..=6 {
            seen.extend(found(&demo, "filterAll", "team", page).await.1.into_iter().map(|(_, last)| last));
        }
        assert_eq!(seen, newest, "newest first");
        let branches = demo.get("/organization/filter/6?searchQuery=branch").await;
        assert_eq!((branches.content(200)["recordTotal"].as_i64(), branches.content(200)["recordList"].as_array().map(Vec::len)), (Some(130), Some(5)));
    }
}

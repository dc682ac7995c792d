//! `contractAccount/add` and `organization/add`: how a customer of the platform begins.

use kalends_service::Call;
use kalends_service::developer::{ClientKind, NewClient};
use kalends_store::params;
use kalends_testkit::app::TestApp;
use kalends_testkit::client::{Answer, Caller};
use serde_json::{Value, json};
use std::sync::Arc;

async fn client(app: &TestApp, account: &str, kind: ClientKind, document: Value) -> NewClient {
    let service = &app.web.service;
    let call = Call::system(service.clock.now(), Arc::clone(&service.entropy));
    service.make_client(&call, account, kind, &document, &[]).await.expect("a client")
}

fn admin(email: &str) -> Value {
    json!({"gender": "FEMALE", "firstName": "Erika", "lastName": "Adler", "email": email, "mobile": "+491701234567"})
}

async fn account(caller: &Caller, email: &str) -> String {
    let body = json!({"name": "ACME", "locale": "en", "timeZone": "Europe/Berlin", "admin": admin(email)});
    caller.post("/contractAccount/add", body).await.content(201)["id"].as_str().expect("an id").to_owned()
}

/// Classes and ids of what was made.
fn made(answer: &Answer) -> Vec<(String, String)> {
    let list = answer.content(201)["recordList"].as_array().expect("a list");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    list.iter().map(|record| (text(&record["class"]), text(&record["id"]))).collect()
}

async fn users(app: &TestApp, email: &str) -> Vec<String> {
    let sql = "SELECT id FROM account_user WHERE email = $1";
    let rows = app.web.service.store.query(sql, &params![email]).await.expect("read");
    rows.iter().map(|row| row.text(0).to_owned()).collect()
}

async fn may_enter(app: &TestApp, client: &NewClient, organization: &str) -> bool {
    let refresh = app.refresh_token(client).await;
    let fields = [
        ("grant_type", "refresh_token"),
        ("client_id", client.client_id.as_str()),
        ("refresh_token", &refresh),
        ("organization_id", organization),
    ];
    let answer = app.token(&fields).await;
    assert!(answer.status == 200 || answer.json["error"] == "invalid_target", "{}", answer.text);
    answer.status == 200
}

both! {
    /// Everything that `organization/add` names is made in one go, and each part works.
    async fn everything_at_once(app) {
        let caller = app.without_organization().await;
        let contract = account(&caller, "Erika@example.com").await;
        let listed = client(&app, &app.account.id, ClientKind::App, json!({"name": "Listed", "permissionList": ["customer_read", "organization_read"]})).await;
        let other = client(&app, &app.account.id, ClientKind::App, json!({"name": "Other"})).await;
        let body = json!({
            "name": "ACME Berlin", "contractAccountId": contract, "admin": admin("erika@EXAMPLE.com"), "sector": "01ab",
            "appIdList": [listed.record_id, listed.record_id, app.app.record_id], "moduleIdList": [app.module.record_id, app.module.record_id],
            "organizationTemplateList": ["DEFAULT_DE", "DEFAULT_EN"], "employeeList": [], "appointmentTemplateList": [], "additionalData": {"a": [1, {"b": null}]},
        });
        let answer = caller.post("/organization/add", body).await;
        let made = made(&answer);
        let count = |class: &str| made.iter().filter(|(made, _)| made == class).count();
        assert_eq!((made[0].0.as_str(), count("APP_CONFIG_SHORT"), count("MODULE_CONFIG_SHORT")), ("ORGANIZATION_SHORT", 2, 2), "{made:?}");
        let organization = made[0].1.clone();
        let inside = app.in_organization(&organization).await;
        let shown = inside.get("/show").await;
        let content = shown.content(200);
        assert_eq!((&content["contractAccountId"], &content["rootOrganizationFlag"], &content["organizationId"]), (&json!(contract), &json!(true), &json!("")));
        assert_eq!(content["additionalData"], json!({"a": [1, {"b": null}]}));
        let names: Vec<Value> = inside.get("/customerGroup/list").await.content(200)["recordList"].as_array().expect("a list").iter().map(|group| group["name"].clone()).collect();
        assert_eq!(names, ["Regular customers", "Stammkunden"]);
        assert!(may_enter(&app, &listed, &organization).await && may_enter(&app, &app.module, &organization).await);
        assert!(!may_enter(&app, &other, &organization).await);
        // One person, whatever the spelling of her address; an admin of what was made.
        let users = users(&app, "erika@example.com").await;
        assert_eq!(users.len(), 1);
        let sql = "SELECT user_id FROM organization_admin WHERE organization_id = $1";
        let admins = app.web.service.store.query(sql, &params![organization.as_str()]).await.expect("read");
        assert_eq!(admins.iter().map(|row| row.text(0).to_owned()).collect::<Vec<_>>(), users);
        let log = inside.get("/log/filter/1?searchQuery=link").await;
        assert_eq!(log.content(200)["recordList"][0]["changeList"], json!([{"field": "adminList", "before": null, "after": users[0]}]));
    }

    /// An account belongs to who made it, and what is wrong with it is named.
    async fn accounts(app) {
        let caller = app.without_organization().await;
        let contract = account(&caller, "a@example.com").await;
        let (_, foreign, _) = app.developer("stranger@example.com").await;
        let token = app.access_token(&foreign, "").await;
        let stranger = app.caller("/app/v3/en", &token);
        let stolen = stranger.post("/organization/add", json!({"name": "X", "contractAccountId": contract})).await;
        assert_eq!((stolen.status, stolen.codes(), stolen.parameters()), (400, vec!["bad_reference"], vec!["contractAccountId"]));
        for (body, parameters) in [
            (json!({"admin": admin("x@example.com")}), vec!["name"]),
            (json!({"name": "A", "admin": {"email": "nobody"}}), vec!["admin.email"]),
            (json!({"name": "A", "admin": "Erika"}), vec!["admin"]),
            (json!({"name": "A", "admin": {"firstName": "E"}}), vec!["admin.email"]),
            (json!({"name": "A", "timeZone": "Mars", "invoiceEmail": "x", "address": {"country": "Q"}, "memberList": [{"email": "y"}]}), vec!["timeZone", "address.country", "invoiceEmail", "memberList.0.email"]),
        ] {
            let refused = caller.post("/contractAccount/add", body.clone()).await;
            assert_eq!((refused.status, refused.parameters()), (400, parameters), "{body}");
        }
        assert!(users(&app, "x@example.com").await.is_empty(), "nothing of a refused account is left");
        let reader = client(&app, &app.account.id, ClientKind::App, json!({"name": "Reader", "permissionList": ["organization_read", "customer_write"]})).await;
        let token = app.access_token(&reader, "").await;
        for path in ["/contractAccount/add", "/organization/add"] {
            let refused = app.caller("/app/v3/en", &token).post(path, json!({"name": "A"})).await;
            assert_eq!((refused.status, refused.codes()), (403, vec!["permission_missing"]), "{path}");
        }
    }

    /// Own ids are unique among the roots of a contract account and the accounts of a developer; others' do not count.
    async fn custom_ids(app) {
        let caller = app.without_organization().await;
        let (_, foreign, _) = app.developer("stranger@example.com").await;
        let stranger = app.caller("/app/v3/en", &app.access_token(&foreign, "").await);
        let account = |name: &str| json!({"name": name, "customId": "mine", "admin": admin("a@example.com")});
        let id = |answer: &Answer| answer.content(201)["id"].as_str().expect("an id").to_owned();
        let taken = |answer: &Answer| (answer.status, answer.codes().join(","), answer.parameters().join(","));
        let refused = (409, "custom_id_taken".to_owned(), "customId".to_owned());
        let first = id(&caller.post("/contractAccount/add", account("A")).await);
        assert_eq!(taken(&caller.post("/contractAccount/add", account("B")).await), refused);
        let theirs = id(&stranger.post("/contractAccount/add", account("C")).await);
        let second = id(&caller.post("/contractAccount/add", json!({"name": "D", "admin": admin("a@example.com")})).await);
        let root = |account: &str| json!({"name": "Root", "customId": "root", "contractAccountId": account});
        let organization = made(&caller.post("/organization/add", root(&first)).await)[0].1.clone();
        assert_eq!(taken(&caller.post("/organization/add", root(&first)).await), refused);
        made(&caller.post("/organization/add", root(&second)).await);
        made(&stranger.post("/organization/add", root(&theirs)).await);
        let inside = app.in_organization(&organization).await;
        for path in ["/organization/addRoot", "/copy"] {
            assert_eq!(taken(&inside.post(path, json!({"name": "R", "customId": "root"})).await), refused, "{path}");
        }
        let other = id(&inside.post("/organization/addRoot", json!({"name": "R", "customId": "other"})).await);
        let token = app.access_token(&app.app, &other).await;
        let other = app.caller(&format!("/app/v3/en/organization/{other}"), &token);
        assert_eq!(taken(&other.put("/edit", json!({"customId": "root"})).await), refused);
        id(&inside.post("/organization/addSub", json!({"name": "R", "customId": "root"})).await);
        assert_eq!(taken(&inside.post("/organization/addSub", json!({"name": "R", "customId": "root"})).await), refused);
    }

    /// An app that is installed in a branch reaches it and what is below, never what is above or beside.
    async fn branches(app) {
        let caller = app.without_organization().await;
        let contract = account(&caller, "a@example.com").await;
        let guest = client(&app, &app.account.id, ClientKind::App, json!({"name": "Guest", "permissionList": ["customer_read", "customer_write", "organization_read", "appConfig_read"]})).await;
        let root = made(&caller.post("/organization/add", json!({"name": "Root", "contractAccountId": contract})).await)[0].1.clone();
        let token = app.access_token(&app.app, &root).await;
        let at = |organization: &str| app.caller(&format!("/app/v3/en/organization/{organization}"), &token);
        let add = async |parent: &str, body: Value| at(parent).post("/organization/addSub", body).await.content(201)["id"].as_str().expect("an id").to_owned();
        let branch = add(&root, json!({"name": "Branch", "appIdList": [guest.record_id]})).await;
        let leaf = add(&branch, json!({"name": "Leaf"})).await;
        let beside = add(&root, json!({"name": "Beside"})).await;
        for (organization, enters) in [(&branch, true), (&leaf, true), (&root, false), (&beside, false)] {
            assert_eq!(may_enter(&app, &guest, organization).await, enters);
        }
        let token = app.access_token(&guest, &branch).await;
        let inside = |organization: &str| app.caller(&format!("/app/v3/en/organization/{organization}"), &token);
        inside(&leaf).post("/customer/add", json!({"firstName": "In", "lastName": "Leaf"})).await.content(201);
        assert_eq!(inside(&branch).get("/customer/listAll").await.content(200)["recordTotal"], 1);
        assert_eq!(inside(&branch).get("/customer/list").await.content(200)["recordTotal"], 0);
        for elsewhere in [&root, &beside] {
            assert_eq!(inside(elsewhere).get("/customer/list").await.codes(), ["token_wrong_organization"]);
        }
        // The own configuration is the nearest one above.
        let config = app.caller("/app/v3/en", &token).get(&format!("/app/{}/organization/{leaf}/appConfig/show", guest.record_id)).await;
        assert_eq!(config.content(200)["organizationId"], branch.as_str());
        // Moved away, the leaf is out of reach at once; moved back, within it.
        at(&leaf).put("/move", json!({"organizationId": beside})).await.content(200);
        assert_eq!(inside(&leaf).get("/customer/list").await.status, 403);
        at(&leaf).put("/move", json!({"organizationId": branch})).await.content(200);
        assert_eq!(inside(&leaf).get("/customer/list").await.status, 200);
        // Uninstalled, the token that is still valid opens nothing.
        let configs = at(&branch).get("/appConfig/list").await;
        let id = configs.content(200)["recordList"][0]["id"].as_str().expect("an id").to_owned();
        at(&branch).delete(&format!("/appConfig/{id}/delete")).await.content(200);
        assert_eq!(inside(&leaf).get("/customer/list").await.codes(), ["not_installed"]);
    }

    /// What one process changes the other knows on its very next request: settings, rights, keys, versions.
    async fn two_processes(app) {
        let second = app.beside().await;
        let caller = app.without_organization().await;
        let contract = account(&caller, "a@example.com").await;
        let root = made(&caller.post("/organization/add", json!({"name": "Root", "contractAccountId": contract})).await)[0].1.clone();
        let token = app.access_token(&app.app, &root).await;
        let sub = app.caller(&format!("/app/v3/en/organization/{root}"), &token).post("/organization/addSub", json!({"name": "Sub"})).await.content(201)["id"].as_str().expect("an id").to_owned();
        let here = |organization: &str| app.caller(&format!("/app/v3/en/organization/{organization}"), &token);
        let there = |organization: &str| second.caller(&format!("/app/v3/en/organization/{organization}"), &token);
        for number in 0..12_i64 {
            let (writer, reader) = if number % 2 == 0 { (here(&root), there(&sub)) } else { (there(&root), here(&sub)) };
            writer.put("/edit", json!({"settings": {"moduleBookingLeadTime": number}, "name": format!("Root {number}")})).await.content(200);
            assert_eq!(reader.get("/show").await.content(200)["settings"]["moduleBookingLeadTime"]["result"], number);
        }
        let mut running = tokio::task::JoinSet::new();
        for number in 0..20 {
            let caller = if number % 2 == 0 { here(&sub) } else { there(&sub) };
            let request = caller.request("POST", "/customer/add").header("idempotency-key", "both").json(&json!({"lastName": "Both"}));
            running.spawn(async move { Answer::read(request.send().await.expect("an answer")).await });
        }
        let answers = running.join_all().await;
        assert!(answers.iter().all(|answer| answer.status == 201 && answer.text == answers[0].text), "{answers:?}");
        assert_eq!(there(&sub).get("/customer/list").await.content(200)["recordTotal"], 1);
        let configs = here(&root).get("/appConfig/list").await;
        let config = configs.content(200)["recordList"][0]["id"].as_str().expect("an id").to_owned();
        assert_eq!(there(&sub).get("/show").await.status, 200);
        here(&root).put(&format!("/appConfig/{config}/edit"), json!({"active": false})).await.content(200);
        assert_eq!(there(&sub).get("/show").await.codes(), ["not_installed"]);
    }
}

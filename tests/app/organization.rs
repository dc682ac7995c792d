//! `/app/v3/{locale}/organization/…`

use kalends_testkit::app::TestApp;
use kalends_testkit::client::Caller;
use serde_json::{Value, json};

fn id(content: &Value) -> String {
    content["id"].as_str().expect("an id").to_owned()
}

/// A root organization of its own contract account.
async fn root(app: &TestApp) -> String {
    let caller = app.without_organization().await;
    let account = caller
        .post(
            "/contractAccount/add",
            json!({"name": "ACME", "locale": "en", "timeZone": "Europe/Berlin",
        "admin": {"firstName": "Max", "lastName": "M", "email": "max@example.com"}}),
        )
        .await;
    let account = id(account.content(201));
    let body = json!({
        "contractAccountId": account, "name": "Root", "sector": "01ab", "address": {"value": {"city": "Bonn", "country": "DE"}},
        "settings": {"moduleBookingLeadTime": {"value": 1440}, "timeZone": "Europe/Berlin"}, "moduleIdList": [app.module.record_id],
        "organizationTemplateList": ["DEFAULT_EN"], "additionalData": [],
    });
    let made = caller.post("/organization/add", body).await;
    let made = made.content(201);
    assert_eq!(made["class"], "LIST");
    let classes: Vec<&str> =
        made["recordList"].as_array().expect("a list").iter().filter_map(|m| m["class"].as_str()).collect();
    assert_eq!(classes[0], "ORGANIZATION_SHORT");
    let module = made["recordList"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|m| m["class"] == "MODULE_CONFIG_SHORT")
        .expect("a module");
    assert_eq!((&module["moduleId"], &module["moduleName"]), (&json!(app.module.record_id), &json!("Module")));
    assert!(classes.contains(&"APP_CONFIG_SHORT") && classes.contains(&"CUSTOMER_GROUP_SHORT"), "{classes:?}");
    id(&made["recordList"][0])
}

async fn below(app: &TestApp, parent: &str, body: Value) -> String {
    let caller = app.in_organization(parent).await;
    id(caller.post("/organization/addSub", body).await.content(201))
}

async fn lead_time(caller: &Caller) -> Value {
    caller.get("/show").await.content(200)["settings"]["moduleBookingLeadTime"].clone()
}

both! {
    /// The organization as the contract shows it.
    async fn show(app) {
        let demo = app.demo().await;
        let shown = demo.get("/show").await;
        let content = shown.content(200);
        assert_eq!(content["class"], "ORGANIZATION");
        assert_eq!(content["id"], app.account.organization_id.as_str());
        assert_eq!((&content["customId"], &content["rootOrganizationFlag"]), (&json!(""), &json!(true)));
        assert_eq!(content["description"]["inheritance"], "OFF");
        assert_eq!(content["description"]["value"], content["description"]["result"]);
        assert_eq!(content["settings"]["timeZone"]["result"], "Europe/Berlin");
        assert!(shown.text.starts_with("{\"messageList\":[],\"content\":{"), "{}", shown.text);
        assert!(!shown.text.contains("demoDeveloperAccountId"), "nothing internal is answered");
    }

    /// Three levels: a change at the top is seen below on the very next request; what a child sets beats it; what it
    /// clears is inherited again.
    async fn inheritance(app) {
        let root = root(&app).await;
        let child = below(&app, &root, json!({"name": "Child"})).await;
        let grandchild = below(&app, &child, json!({"name": "Grandchild"})).await;
        let (top, middle, leaf) = (app.in_organization(&root).await, app.in_organization(&child).await, app.in_organization(&grandchild).await);
        assert_eq!(lead_time(&leaf).await, json!({"value": null, "inheritance": "ORGANIZATION", "result": 1440}));
        middle.put("/edit", json!({"settings": {"moduleBookingLeadTime": {"value": 120}}})).await.content(200);
        assert_eq!(lead_time(&leaf).await["result"], 120);
        assert_eq!(lead_time(&middle).await, json!({"value": 120, "inheritance": "OFF", "result": 120}));
        middle.put("/edit", json!({"settings": {"moduleBookingLeadTime": {"inheritance": "ORGANIZATION"}}})).await.content(200);
        assert_eq!(lead_time(&leaf).await["result"], 1440);
        assert_eq!(lead_time(&middle).await, json!({"value": 120, "inheritance": "ORGANIZATION", "result": 1440}));
        top.put("/edit", json!({"settings": {"moduleBookingLeadTime": 60}})).await.content(200);
        assert_eq!(lead_time(&leaf).await["result"], 60);
        let address = leaf.get("/show").await.content(200)["address"].clone();
        assert_eq!((&address["value"], &address["inheritance"], &address["result"]["city"]), (&json!(null), &json!("ORGANIZATION"), &json!("Bonn")));
        leaf.put("/edit", json!({"address": {"city": "Ulm"}})).await.content(200);
        assert_eq!(leaf.get("/show").await.content(200)["address"]["result"]["city"], "Ulm");
        leaf.put("/edit", json!({"address": null})).await.content(200);
        assert_eq!(leaf.get("/show").await.content(200)["address"]["result"]["city"], "Bonn");
    }

    /// Everything below, flat and as a tree.
    async fn tree(app) {
        let root = root(&app).await;
        let child = below(&app, &root, json!({"name": "Mühle", "customId": "m"})).await;
        let grandchild = below(&app, &child, json!({"name": "Zweig", "customId": "z"})).await;
        let top = app.in_organization(&root).await;
        let tree = top.get("/organization/tree").await;
        let tree = tree.content(200);
        assert_eq!(tree["recordList"][0]["id"], child.as_str());
        assert_eq!(tree["recordList"][0]["organizationList"][0]["id"], grandchild.as_str());
        assert_eq!(top.get("/organization/list").await.content(200)["recordTotal"], 2);
        assert_eq!(top.get("/organization/index/1").await.content(200)["recordList"][0]["class"], "ORGANIZATION_SHORT");
        assert_eq!(top.get("/organization/filter/1?searchQuery=muh").await.content(200)["recordList"][0]["id"], child.as_str());
        assert_eq!(top.get("/organization/filter/1?searchQuery=zwei").await.content(200)["recordTotal"], 1);
        assert_eq!(top.get("/organization/z/identify").await.content(200)["id"], grandchild.as_str());
        assert_eq!(top.get("/organization/none/identify").await.status, 404);
        assert_eq!(top.get("/show").await.content(200)["organizationList"][0]["id"], child.as_str());
        let installed = app.without_organization().await;
        let list = installed.get(&format!("/app/{}/organization/list", app.app.record_id)).await;
        assert_eq!(list.content(200)["recordTotal"], 4, "the demo organization and the three: {}", list.text);
        let tree = installed.get(&format!("/app/{}/organization/tree", app.app.record_id)).await;
        assert_eq!(tree.content(200)["recordTotal"], 2);
    }

    /// Moving takes everything along and cannot make a circle.
    async fn moving(app) {
        let root = root(&app).await;
        let (a, b) = (below(&app, &root, json!({"name": "A"})).await, below(&app, &root, json!({"name": "B"})).await);
        let leaf = below(&app, &a, json!({"name": "Leaf"})).await;
        let token = app.access_token(&app.app, &root).await;
        let at = |organization: &str| app.caller(&format!("/app/v3/en/organization/{organization}"), &token);
        at(&b).put("/edit", json!({"settings": {"moduleBookingLeadTime": 5}})).await.content(200);
        assert_eq!(lead_time(&at(&leaf)).await["result"], 1440);
        at(&a).put("/move", json!({"organizationId": b})).await.content(200);
        assert_eq!(lead_time(&at(&leaf)).await["result"], 5, "below the new parent");
        let tree = at(&root).get("/organization/tree").await;
        assert_eq!(tree.content(200)["recordList"][0]["organizationList"][0]["organizationList"][0]["id"], leaf.as_str());
        assert_eq!(at(&root).get("/organization/filter/1?searchQuery=leaf").await.content(200)["recordTotal"], 1);
        for (target, code) in [(leaf.as_str(), "cycle"), (a.as_str(), "cycle"), (app.account.organization_id.as_str(), "bad_reference")] {
            let refused = at(&a).put("/move", json!({"organizationId": target})).await;
            assert_eq!((refused.status, refused.codes()), (400, vec![code]));
        }
    }

    /// A copy begins with what was asked for; an organization with others below cannot be deleted.
    async fn copy_and_delete(app) {
        let root = root(&app).await;
        let child = below(&app, &root, json!({"name": "Child", "telephone": "040 123456"})).await;
        let token = app.access_token(&app.app, &root).await;
        let at = |organization: &str| app.caller(&format!("/app/v3/en/organization/{organization}"), &token);
        at(&child).post("/moduleConfig/add", json!({"moduleId": app.module.record_id})).await.content(201);
        let copy = id(at(&child).post("/copy", json!({"name": "Copy", "moduleConfig": true})).await.content(201));
        assert_eq!(at(&copy).get("/show").await.content(200)["telephone"], "040 123456");
        assert_eq!(at(&copy).get("/moduleConfig/list").await.content(200)["recordTotal"], 1);
        let refused = at(&root).delete("/delete").await;
        assert_eq!((refused.status, refused.codes()), (409, vec!["has_sub_organizations"]));
        assert_eq!(at(&copy).delete("/delete").await.status, 200);
        assert_eq!(at(&copy).get("/show").await.status, 403, "as if it had never been");
        assert_eq!(at(&root).get("/organization/list").await.content(200)["recordTotal"], 1);
    }

    /// What is wrong in any part of `organization/add` is named, and nothing of it is made.
    async fn all_or_nothing(app) {
        let caller = app.without_organization().await;
        let account = caller.post("/contractAccount/add", json!({"name": "ACME", "admin": {"firstName": "M", "lastName": "M", "email": "m@example.com"}})).await;
        let account = id(account.content(201));
        let listed = format!("/app/{}/organization/list", app.app.record_id);
        let before = caller.get(&listed).await.content(200)["recordTotal"].clone();
        for (body, parameter) in [
            (json!({"name": "X"}), "contractAccountId"),
            (json!({"name": "X", "contractAccountId": format!("c4{}", "0".repeat(30))}), "contractAccountId"),
            (json!({"contractAccountId": account}), "name"),
            (json!({"name": "X", "contractAccountId": account, "appIdList": [format!("70{}", "0".repeat(30))]}), "appIdList.0"),
            (json!({"name": "X", "contractAccountId": account, "organizationTemplateList": ["NONE"]}), "organizationTemplateList"),
            (json!({"name": "X", "contractAccountId": account, "admin": {"firstName": "A"}}), "admin.email"),
            (json!({"name": "X", "contractAccountId": account, "settings": {"timeZone": "Europe/Bonn"}}), "settings.timeZone"),
            (json!({"name": "X", "contractAccountId": account, "settings": {"moduleBookingDayEarliest": 9, "moduleBookingDayLatest": 1}}), "settings.moduleBookingDayLatest"),
        ] {
            let refused = caller.post("/organization/add", body).await;
            assert_eq!(refused.status, 400, "{}", refused.text);
            assert!(refused.parameters().contains(&parameter), "{parameter}: {}", refused.text);
        }
        assert_eq!(caller.get(&listed).await.content(200)["recordTotal"], before);
    }
}

//! `/app/v3/{locale}/organization/{organizationId}/customer/…`

use serde_json::json;

both! {
    /// The whole life of a customer, as the first walk shows it.
    async fn life(app) {
        let demo = app.demo().await;
        let added = demo.post("/customer/add", json!({"firstName": "John", "lastName": "Doe"})).await;
        let short = added.content(201).clone();
        assert_eq!(short["class"], "CUSTOMER_SHORT");
        assert_eq!((&short["customId"], &short["firstName"], &short["lastName"]), (&json!(""), &json!("John"), &json!("Doe")));
        assert_eq!(short["organizationId"], app.account.organization_id.as_str());
        let id = short["id"].as_str().expect("an id");
        assert!(id.starts_with("d3") && id.len() == 32, "{id}");
        let keys: Vec<&String> = short.as_object().expect("an object").keys().collect();
        assert_eq!(keys, ["class", "id", "customId", "firstName", "lastName", "organizationId"]);

        let edited = demo.put(&format!("/customer/{id}/edit"), json!({"customId": "c-1", "notes": "likes tea"})).await;
        edited.content(200);
        let shown = demo.get(&format!("/customer/{id}/show")).await;
        let full = shown.content(200);
        assert_eq!((&full["class"], &full["notes"], &full["firstName"]), (&json!("CUSTOMER"), &json!("likes tea"), &json!("John")));
        assert_eq!(full["timestampAdd"], "2027-01-04T08:00:00.000Z");
        assert_eq!(full["additionalData"], json!([]));
        assert_eq!(demo.get("/customer/c-1/identify").await.content(200), full);

        let list = demo.get("/customer/list").await;
        assert_eq!(list.content(200)["recordList"][0]["id"], id, "newest first");
        assert_eq!(list.content(200)["recordLimit"], 9999);
        let index = demo.get("/customer/index/1").await;
        assert_eq!((&index.content(200)["recordPerPage"], &index.content(200)["recordFrom"]), (&json!(25), &json!(1)));
        assert_eq!(index.content(200)["recordList"][0]["class"], "CUSTOMER");
        let all = demo.get("/customer/indexAll/1").await;
        assert_eq!(all.content(200)["recordList"][0]["class"], "CUSTOMER_SHORT");

        assert_eq!(demo.delete(&format!("/customer/{id}/delete")).await.status, 200);
        for path in [format!("/customer/{id}/show"), "/customer/c-1/identify".into()] {
            let gone = demo.get(&path).await;
            assert_eq!((gone.status, gone.codes()), (404, vec!["not_found"]), "{path}");
        }
        let filtered = demo.get("/customer/filter/1?searchQuery=doe").await;
        assert_eq!(filtered.content(200)["recordTotal"], 0);
    }

    /// Search finds by words and their beginnings, whatever the case and the accents, in any order.
    async fn search(app) {
        let demo = app.demo().await;
        for (first, last, email) in [("Jürgen", "Müller", "jm@example.com"), ("Anna", "Mühlbauer", "anna@web.example"), ("Łukasz", "Straße", "")] {
            let body = json!({"firstName": first, "lastName": last, "email": email, "mobile": "+491701234567"});
            demo.post("/customer/add", body).await.content(201);
        }
        for (query, count) in [
            ("muller", 1), ("MÜLLER", 1), ("mu", 2), ("mul jur", 1), ("jurgen anna", 0), ("lukasz strasse", 1),
            ("anna@web.example", 1), ("+491701234567", 3), ("", 6), ("zzz", 0), ("%27%22*", 6),
        ] {
            let found = demo.get(&format!("/customer/filter/1?searchQuery={query}")).await;
            assert_eq!(found.content(200)["recordTotal"], count, "{query}: {}", found.text);
        }
        let found = demo.get("/customer/filter/1?searchQuery=mu").await;
        assert_eq!(found.content(200)["recordList"][0]["firstName"], "Anna", "newest first");
        let all = demo.get("/customer/filterAll/1?searchQuery=muller").await;
        assert_eq!(all.content(200)["recordList"][0]["class"], "CUSTOMER_SHORT");
        let id = found.content(200)["recordList"][1]["id"].as_str().expect("an id").to_owned();
        demo.put(&format!("/customer/{id}/edit"), json!({"lastName": "Schmidt"})).await.content(200);
        assert_eq!(demo.get("/customer/filter/1?searchQuery=muller").await.content(200)["recordTotal"], 0);
        assert_eq!(demo.get("/customer/filter/1?searchQuery=schmi").await.content(200)["recordTotal"], 1);
    }

    /// Pages hold 25, know their borders, and an empty page or `0` means the first.
    async fn pages(app) {
        let demo = app.demo().await;
        for number in 0..30 {
            demo.post("/customer/add", json!({"firstName": "Page", "lastName": format!("N{number}")})).await.content(201);
        }
        let second = demo.get("/customer/filter/2?searchQuery=page").await;
        let second = second.content(200);
        let figures: Vec<i64> = ["pageCurrent", "pageTotal", "recordFrom", "recordTo", "recordTotal"]
            .iter().map(|key| second[*key].as_i64().expect("a number")).collect();
        assert_eq!(figures, [2, 2, 26, 30, 30]);
        assert_eq!(second["recordList"].as_array().map(Vec::len), Some(5));
        for page in ["0", "1"] {
            assert_eq!(demo.get(&format!("/customer/index/{page}")).await.content(200)["pageCurrent"], 1);
        }
        let none = demo.get("/customer/filter/1?searchQuery=nobody").await;
        let none = none.content(200);
        assert_eq!((&none["pageTotal"], &none["recordFrom"], &none["recordTo"]), (&json!(1), &json!(1), &json!(0)));
        let wrong = demo.get("/customer/index/two").await;
        assert_eq!((wrong.status, wrong.codes()), (400, vec!["bad_page"]));
    }

    /// Every wrong field is named, nothing is written.
    async fn bad_input(app) {
        let demo = app.demo().await;
        let body = json!({
            "firstName": "x".repeat(300), "gender": "OTHER", "email": "nobody", "birthday": "2027-02-30",
            "mobile": "0170", "address": {"country": "XX", "geoCoordinates": {"latitude": 91}}, "customId": ["a"],
        });
        let refused = demo.post("/customer/add", body).await;
        assert_eq!(refused.status, 400, "{}", refused.text);
        let mut named = refused.parameters();
        named.sort_unstable();
        assert_eq!(named, [
            "address.country", "address.geoCoordinates.latitude", "address.geoCoordinates.longitude", "birthday", "customId", "email", "firstName", "gender",
            "lastName", "mobile",
        ]);
        assert_eq!(refused.json["content"], json!(null));
        assert_eq!(demo.get("/customer/list").await.content(200)["recordTotal"], 3, "the demo customers only");
    }

    /// `customId` is unique in its organization and entity.
    async fn custom_id(app) {
        let demo = app.demo().await;
        let body = json!({"firstName": "A", "lastName": "B", "customId": "7"});
        demo.post("/customer/add", body.clone()).await.content(201);
        let taken = demo.post("/customer/add", body).await;
        assert_eq!((taken.status, taken.codes(), taken.parameters()), (409, vec!["custom_id_taken"], vec!["customId"]));
        demo.post("/customerGroup/add", json!({"name": "g", "customId": "7"})).await.content(201);
        demo.post("/customer/add", json!({"firstName": "A", "lastName": "B", "customId": ""})).await.content(201);
    }

    /// Groups are linked and unlinked with the contract's own verbs; both may be repeated.
    async fn groups(app) {
        let demo = app.demo().await;
        let group = demo.post("/customerGroup/add", json!({"name": "Gold"})).await.content(201)["id"].clone();
        let customer = demo.post("/customer/add", json!({"firstName": "A", "lastName": "B"})).await.content(201)["id"].clone();
        let (group, customer) = (group.as_str().expect("an id"), customer.as_str().expect("an id"));
        let path = format!("/customer/{customer}/customerGroup/{group}");
        for _ in 0..2 {
            assert_eq!(demo.send("LINK", &format!("{path}/link"), None).await.status, 200);
        }
        let shown = demo.get(&format!("/customer/{customer}/show")).await;
        assert_eq!(shown.content(200)["customerGroupList"][0]["id"], group);
        for _ in 0..2 {
            assert_eq!(demo.send("UNLINK", &format!("{path}/unlink"), None).await.status, 200);
        }
        let shown = demo.get(&format!("/customer/{customer}/show")).await;
        assert_eq!(shown.content(200)["customerGroupList"], json!([]));
        let nobody = format!("/customer/{customer}/customerGroup/7b{}/link", "0".repeat(30));
        assert_eq!(demo.send("LINK", &nobody, None).await.status, 404);
        assert_eq!(demo.send("POST", &format!("{path}/link"), None).await.status, 405);
    }
}

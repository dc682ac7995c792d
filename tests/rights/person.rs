//! With a person behind a call both must be allowed: the app, and the person by her groups or as an admin.

use super::fixture::{Scene, client, refusal, system, text};
use kalends_service::developer::ClientKind;
use kalends_store::params;
use serde_json::json;

both! {
    /// I11: groups add up, only those count that are linked with the app, and the answer names what is missing.
    async fn i11_groups_add_up(app) {
        let scene = Scene::new(&app).await;
        let user = app.user("anna@example.com").await;
        let (employee, _) = scene.employee(&user, &["customer_read"]).await;
        let anna = app.as_person(&user, &scene.root).await;
        assert_eq!(anna.get("/customer/list").await.status, 200);
        let body = || json!({"lastName": "Customer"});
        let refused = anna.post("/customer/add", body()).await;
        assert_eq!(refusal(&refused), (403, "user_permission_missing"));
        assert_eq!(refused.header("www-authenticate"), "Bearer error=\"insufficient_scope\"");
        assert!(refused.text.contains("customer_write"), "{}", refused.text);
        // A second group that is linked with another app only.
        let other = client(&app, &app.account.id, ClientKind::App, json!({"name": "Other", "permissionList": ["customer_write"]})).await;
        let config = scene.alone.post("/appConfig/add", json!({"appId": other.record_id})).await;
        let config = text(config.content(201), "id");
        let group = scene.group(&scene.root, &["customer_write"]).await;
        scene.link(&scene.root, "LINK", &format!("/employee/{employee}/employeeGroup/{group}/link")).await;
        scene.link(&scene.root, "LINK", &format!("/employeeGroup/{group}/appConfig/{config}/link")).await;
        assert_eq!(refusal(&anna.post("/customer/add", body()).await), (403, "user_permission_missing"));
        scene.link(&scene.root, "LINK", &format!("/employeeGroup/{group}/appConfig/{}/link", scene.config)).await;
        anna.post("/customer/add", body()).await.content(201);
        assert_eq!(anna.get("/customer/list").await.status, 200, "the first group still counts");
        // The app's own limit stands above hers: the other app may not read.
        let token = app.user_token(&other, &user, &scene.root).await;
        let through_other = app.caller(&format!("/app/v3/en/organization/{}", scene.root), &token);
        through_other.post("/customer/add", body()).await.content(201);
        assert_eq!(refusal(&through_other.get("/customer/list").await), (403, "permission_missing"));
    }

    /// I12: whatever ends a person's right ends it with her next request, though her token lives on; so it comes back.
    async fn i12_ends_at_once(app) {
        let scene = Scene::new(&app).await;
        let user = app.user("anna@example.com").await;
        let (employee, group) = scene.employee(&user, &["customer_read"]).await;
        let anna = app.as_person(&user, &scene.root).await;
        let beside = app.beside().await;
        let elsewhere = beside.caller(&format!("/app/v3/en/organization/{}", scene.root), &anna.token);
        let edit = format!("/employee/{employee}/edit");
        let changes = [
            ("PUT", edit.clone(), json!({"active": false}), "not_a_member"),
            ("PUT", edit.clone(), json!({"userId": null}), "not_a_member"),
            ("UNLINK", format!("/employee/{employee}/employeeGroup/{group}/unlink"), json!({}), "user_permission_missing"),
            ("UNLINK", format!("/employeeGroup/{group}/appConfig/{}/unlink", scene.config), json!({}), "user_permission_missing"),
            ("PUT", format!("/employeeGroup/{group}/edit"), json!({"permissionList": ["customer_write"]}), "user_permission_missing"),
        ];
        for (method, path, body, code) in changes {
            assert_eq!((anna.get("/customer/list").await.status, elsewhere.get("/customer/list").await.status), (200, 200), "before {path} {body}");
            scene.alone.send(method, &path, Some(&body)).await.content(200);
            assert_eq!(refusal(&anna.get("/customer/list").await), (403, code), "{path} {body}");
            assert_eq!(refusal(&elsewhere.get("/customer/list").await), (403, code), "{path} {body}, another process");
            // Back as it was.
            scene.alone.put(&edit, json!({"active": true, "userId": user})).await.content(200);
            scene.alone.put(&format!("/employeeGroup/{group}/edit"), json!({"permissionList": ["customer_read"]})).await.content(200);
            scene.link(&scene.root, "LINK", &format!("/employee/{employee}/employeeGroup/{group}/link")).await;
            scene.link(&scene.root, "LINK", &format!("/employeeGroup/{group}/appConfig/{}/link", scene.config)).await;
        }
        // The person herself: switched off, or with an address that was not proved. No counter is needed for that.
        for (off, on) in [
            ("UPDATE account_user SET active = 0 WHERE id = $1", "UPDATE account_user SET active = 1 WHERE id = $1"),
            ("UPDATE account_user SET email_verified = 0 WHERE id = $1", "UPDATE account_user SET email_verified = 1 WHERE id = $1"),
        ] {
            app.sql(off, &params![user.as_str()]).await;
            assert_eq!(refusal(&anna.get("/customer/list").await), (403, "user_inactive"), "{off}");
            let free = app.caller("/app/v3/en", &anna.token);
            assert_eq!(refusal(&free.get("/static/country/list").await), (403, "user_inactive"), "{off}, without organization");
            app.sql(on, &params![user.as_str()]).await;
            assert_eq!(anna.get("/customer/list").await.status, 200);
        }
        scene.alone.delete(&format!("/employee/{employee}/delete")).await.content(200);
        assert_eq!(refusal(&anna.get("/customer/list").await), (403, "not_a_member"), "deleted");
        // An admin.
        app.web.service.add_admin(&system(&app), &scene.root, &user).await.expect("an admin");
        assert_eq!(anna.get("/customer/list").await.status, 200);
        assert_eq!(elsewhere.get("/customer/list").await.status, 200);
        app.web.service.remove_admin(&system(&app), &scene.root, &user).await.expect("no admin");
        assert_eq!(refusal(&anna.get("/customer/list").await), (403, "not_a_member"));
        assert_eq!(refusal(&elsewhere.get("/customer/list").await), (403, "not_a_member"));
    }

    /// I13: so it is with the client: switched off, or not active in the organization.
    async fn i13_client_ends_at_once(app) {
        let scene = Scene::new(&app).await;
        let user = app.user("anna@example.com").await;
        scene.employee(&user, &["customer_read"]).await;
        let anna = app.as_person(&user, &scene.root).await;
        let steward = client(&app, &app.account.id, ClientKind::App, json!({"name": "Steward", "permissionList": ["appConfig_write", "appConfig_read"]})).await;
        scene.alone.post("/appConfig/add", json!({"appId": steward.record_id})).await.content(201);
        let token = app.access_token(&steward, &scene.root).await;
        let steward = app.caller(&format!("/app/v3/en/organization/{}", scene.root), &token);
        let edit = format!("/appConfig/{}/edit", scene.config);
        for _ in 0..2 {
            assert_eq!((anna.get("/customer/list").await.status, scene.alone.get("/customer/list").await.status), (200, 200));
            steward.put(&edit, json!({"active": false})).await.content(200);
            for caller in [&anna, &scene.alone] {
                assert_eq!(refusal(&caller.get("/customer/list").await), (403, "not_installed"));
            }
            steward.put(&edit, json!({"active": true})).await.content(200);
        }
        let client = (ClientKind::App, app.app.record_id.as_str());
        app.web.service.set_client_active(&system(&app), &app.account.id, client, false).await.expect("off");
        assert_eq!(refusal(&scene.alone.get("/customer/list").await), (403, "not_installed"));
        assert_eq!(refusal(&anna.get("/customer/list").await), (401, "token_invalid"), "her login has ended");
        app.web.service.set_client_active(&system(&app), &app.account.id, client, true).await.expect("on");
        assert_eq!(scene.alone.get("/customer/list").await.status, 200);
        assert_eq!(app.as_person(&user, &scene.root).await.get("/customer/list").await.status, 200, "she logs in again");
    }

    /// Rights flow down and never up; a token is for where its person belongs (G14).
    async fn g14_down_the_tree(app) {
        let scene = Scene::new(&app).await;
        let (above, below) = (app.user("above@example.com").await, app.user("below@example.com").await);
        scene.employee(&above, &["customer_read"]).await;
        let in_branch = scene.inside(&scene.branch);
        let employee = text(in_branch.post("/employee/add", json!({"lastName": "B", "userId": below})).await.content(201), "id");
        let config = text(in_branch.post("/appConfig/add", json!({"appId": app.app.record_id})).await.content(201), "id");
        let group = scene.group(&scene.branch, &["customer_write"]).await;
        scene.link(&scene.branch, "LINK", &format!("/employee/{employee}/employeeGroup/{group}/link")).await;
        scene.link(&scene.branch, "LINK", &format!("/employeeGroup/{group}/appConfig/{config}/link")).await;
        let above_there = app.as_person(&above, &scene.branch).await;
        assert_eq!(above_there.get("/customer/list").await.status, 200, "from above");
        assert_eq!(refusal(&above_there.post("/customer/add", json!({"lastName": "C"})).await), (403, "user_permission_missing"));
        let below_there = app.as_person(&below, &scene.branch).await;
        below_there.post("/customer/add", json!({"lastName": "C"})).await.content(201);
        let refresh = app.user_refresh_token(&app.app, &below, "").await;
        assert!(scene.may_enter(&app.app, &refresh, &scene.branch).await);
        assert!(!scene.may_enter(&app.app, &refresh, &scene.root).await, "G14: not above");
        let other = Scene::named(&app, "Other").await;
        assert!(!scene.may_enter(&app.app, &refresh, &other.root).await, "G14: not elsewhere");
        assert!(!scene.may_enter(&app.app, &refresh, &format!("f6{}", "0".repeat(30))).await, "G14: nowhere");
        let at_root = app.caller(&format!("/app/v3/en/organization/{}", scene.root), &below_there.token);
        assert_eq!(refusal(&at_root.get("/show").await), (403, "token_wrong_organization"));
        // Of what the app reaches the person is shown what she reaches.
        let token = app.user_token(&app.app, &below, "").await;
        let listed = app.caller("/app/v3/en", &token).get(&format!("/app/{}/organization/list", app.app.record_id)).await;
        let ids: Vec<&str> = listed.content(200)["recordList"].as_array().expect("a list").iter().filter_map(|o| o["id"].as_str()).collect();
        assert_eq!(ids, [scene.branch.as_str()]);
        let token = app.user_token(&app.app, &above, "").await;
        let listed = app.caller("/app/v3/en", &token).get(&format!("/app/{}/organization/list", app.app.record_id)).await;
        assert_eq!(listed.content(200)["recordTotal"], 2);
    }

    /// An employee is connected with a user that exists, by whoever may write employees.
    async fn unknown_users_are_refused(app) {
        let scene = Scene::new(&app).await;
        let nobody = format!("us{}", "0".repeat(30));
        let refused = scene.alone.post("/employee/add", json!({"lastName": "E", "userId": nobody})).await;
        assert_eq!((refusal(&refused), refused.parameters()), ((400, "bad_reference"), vec!["userId"]));
        assert_eq!(scene.alone.get("/employee/list").await.content(200)["recordTotal"], 0, "nothing of it stays");
        let user = app.user("anna@example.com").await;
        let (employee, _) = scene.employee(&user, &[]).await;
        let refused = scene.alone.put(&format!("/employee/{employee}/edit"), json!({"userId": nobody})).await;
        assert_eq!((refusal(&refused), refused.parameters()), ((400, "bad_reference"), vec!["userId"]));
        let shown = scene.alone.get(&format!("/employee/{employee}/show")).await;
        assert_eq!(shown.content(200)["userId"], user.as_str());
    }

    /// A person who is no admin cannot make herself or others mightier than she is.
    async fn nobody_gives_more_than_she_holds(app) {
        let scene = Scene::new(&app).await;
        let user = app.user("anna@example.com").await;
        let own = ["customer_read", "employee_write", "employeeGroup_write", "appConfig_write", "organization_write"];
        let (employee, group) = scene.employee(&user, &own).await;
        let anna = app.as_person(&user, &scene.root).await;
        let mighty = scene.group(&scene.root, &["customer_write"]).await;
        let chief = text(scene.alone.post("/employee/add", json!({"lastName": "Chief"})).await.content(201), "id");
        scene.link(&scene.root, "LINK", &format!("/employee/{chief}/employeeGroup/{mighty}/link")).await;
        let other = client(&app, &app.account.id, ClientKind::App, json!({"name": "Other", "permissionList": ["customer_read", "log_read"]})).await;
        for (method, path, body) in [
            ("PUT", format!("/employeeGroup/{group}/edit"), json!({"permissionList": ["customer_read", "customer_write"]})),
            ("POST", "/employeeGroup/add".to_owned(), json!({"name": "New", "permissionList": ["log_read"]})),
            ("LINK", format!("/employee/{employee}/employeeGroup/{mighty}/link"), json!({})),
            ("LINK", format!("/employeeGroup/{mighty}/appConfig/{}/link", scene.config), json!({})),
            ("PUT", format!("/employee/{chief}/edit"), json!({"userId": user})),
            ("POST", "/appConfig/add".to_owned(), json!({"appId": other.record_id})),
        ] {
            let refused = anna.send(method, &path, Some(&body)).await;
            assert_eq!(refusal(&refused), (403, "user_permission_missing"), "{method} {path}: {}", refused.text);
        }
        // What she holds she may give, and take what she likes.
        anna.put(&format!("/employeeGroup/{group}/edit"), json!({"permissionList": ["customer_read", "employeeGroup_write", "appConfig_write"]})).await.content(200);
        anna.post("/employeeGroup/add", json!({"name": "New", "permissionList": ["customer_read"]})).await.content(201);
        anna.post("/appConfig/add", json!({"appId": other.record_id, "permissionList": ["customer_read"]})).await.content(201);
        app.web.service.add_admin(&system(&app), &scene.root, &user).await.expect("an admin");
        anna.send("LINK", &format!("/employeeGroup/{mighty}/appConfig/{}/link", scene.config), None).await.content(200);
    }

    /// A person begins: she is the admin of the contract account and of what she makes, of nobody else's.
    async fn a_person_makes_organizations(app) {
        let (anna, ben) = (app.user("anna@example.com").await, app.user("ben@example.com").await);
        let token = app.user_token(&app.app, &anna, "").await;
        let caller = app.caller("/app/v3/en", &token);
        let account = text(caller.post("/contractAccount/add", json!({"name": "Own"})).await.content(201), "id");
        let made = caller.post("/organization/add", json!({"name": "Own", "contractAccountId": account})).await;
        let organization = text(&made.content(201)["recordList"][0], "id");
        app.as_person(&anna, &organization).await.get("/show").await.content(200);
        let token = app.user_token(&app.app, &ben, "").await;
        let refused = app.caller("/app/v3/en", &token).post("/organization/add", json!({"name": "X", "contractAccountId": account})).await;
        assert_eq!((refusal(&refused), refused.parameters()), ((400, "bad_reference"), vec!["contractAccountId"]));
        let inside = app.in_organization(&organization).await;
        let line = inside.get(&format!("/log/filter/1?searchQuery={anna}")).await;
        let actor = &line.content(200)["recordList"][0]["actor"];
        assert_eq!((&actor["type"], &actor["userId"], &actor["userName"]), (&json!("APP"), &json!(anna), &json!("Ute User")), "{actor}");
    }

    /// Whoever moves an organization writes in both places.
    async fn moving_needs_both_places(app) {
        let scene = Scene::new(&app).await;
        let user = app.user("anna@example.com").await;
        let (_, group) = scene.employee(&user, &["organization_read"]).await;
        let target = text(scene.alone.post("/organization/addSub", json!({"name": "Target"})).await.content(201), "id");
        app.web.service.add_admin(&system(&app), &scene.branch, &user).await.expect("an admin");
        let token = app.user_token(&app.app, &user, &scene.root).await;
        let anna = app.caller(&format!("/app/v3/en/organization/{}", scene.branch), &token);
        let there = anna.put("/move", json!({"organizationId": target})).await;
        assert_eq!(refusal(&there), (403, "user_permission_missing"));
        app.web.service.add_admin(&system(&app), &target, &user).await.expect("an admin");
        anna.put("/move", json!({"organizationId": target})).await.content(200);
        // To write organizations is not to hand them, or oneself, to others.
        app.web.service.remove_admin(&system(&app), &scene.branch, &user).await.expect("no admin");
        app.web.service.remove_admin(&system(&app), &target, &user).await.expect("no admin");
        scene.alone.put(&format!("/employeeGroup/{group}/edit"), json!({"permissionList": ["organization_write"]})).await.content(200);
        assert_eq!(refusal(&anna.put("/move", json!({"organizationId": scene.root})).await), (403, "admin_required"));
        let below = json!({"name": "Below", "admin": {"email": "anna@example.com", "firstName": "A", "lastName": "A"}});
        assert_eq!(refusal(&anna.post("/organization/addSub", below).await), (403, "admin_required"));
        anna.post("/organization/addSub", json!({"name": "Below"})).await.content(201);
    }

    /// In the demo organization the developer's colleagues are admins; strangers are nobody.
    async fn demo_organization(app) {
        let demo = app.account.organization_id.clone();
        let (colleague, stranger) = (app.user("colleague@example.com").await, app.user("stranger@example.com").await);
        let join = "INSERT INTO developer_account_user (developer_account_id, user_id, created) VALUES ($1, $2, 0)";
        app.sql(join, &params![app.account.id.as_str(), colleague.as_str()]).await;
        app.as_person(&colleague, &demo).await.post("/customer/add", json!({"lastName": "C"})).await.content(201);
        let refresh = app.user_refresh_token(&app.app, &stranger, "").await;
        let scene = Scene::new(&app).await;
        assert!(!scene.may_enter(&app.app, &refresh, &demo).await);
    }
}

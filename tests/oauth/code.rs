//! `grant_type=authorization_code`: rows F of the matrix, and which clients may use it.

use super::token::claims;
use kalends_service::Call;
use kalends_service::developer::{ClientKind, NewClient};
use kalends_store::params;
use kalends_testkit::app::{REDIRECT, TestApp};
use kalends_testkit::client::Answer;
use kalends_testkit::people::CHALLENGE;
use serde_json::{Value, json};
use std::sync::Arc;

#[track_caller]
pub(super) fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// The error of RFC 6749 that an answer carries.
#[track_caller]
pub(super) fn is_refused(row: &str, answer: &Answer, status: u16, error: &str) {
    assert_eq!((answer.status, answer.json["error"].as_str()), (status, Some(error)), "{row}: {}", answer.text);
    assert_eq!(answer.header("cache-control"), "no-store", "{row}");
}

fn keys(answer: &Answer) -> Vec<&String> {
    answer.json.as_object().expect("an object").keys().collect()
}

fn call(app: &TestApp) -> Call {
    Call::system(app.web.service.clock.now(), Arc::clone(&app.web.service.entropy))
}

/// The fields with another value of one of them; an empty one takes it away.
fn with<'a>(fields: &[(&'a str, &'a str)], name: &str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    fields.iter().map(|(key, old)| if *key == name { (*key, value) } else { (*key, *old) }).collect()
}

/// Nothing that a login gave works any more.
pub(super) async fn is_dead(row: &str, app: &TestApp, client: &NewClient, login: &Answer) {
    let (access, refresh) = (text(&login.json["access_token"]), text(&login.json["refresh_token"]));
    is_refused(row, &app.exchange(client, &refresh, "").await, 400, "invalid_grant");
    assert_eq!(app.userinfo(&access).await.status, 401, "{row}");
    let path = format!("/app/v3/en/organization/{}", app.account.organization_id);
    if !client.secret.is_empty() {
        let answer = app.caller(&path, &access).get("/show").await;
        assert_eq!((answer.status, answer.codes()), (401, vec!["token_invalid"]), "{row}");
    }
    for token in [&access, &refresh] {
        assert_eq!(app.ask("introspect", &app.app, token).await.text, r#"{"active":false}"#, "{row}");
    }
}

both! {
    /// What a code gives: the shape of the first step, and the standard answer on request.
    async fn f_what_a_code_gives(app) {
        let (user, organization) = (&app.account.user_id, app.account.organization_id.as_str());
        let plain = app.code(&app.app, user, "", false).await;
        let plain = app.redeem(&app.app, &plain.code).await;
        assert_eq!(keys(&plain), ["refresh_token", "token_type", "expires_in"], "{}", plain.text);
        assert_eq!(plain.json["expires_in"], 2_592_000);
        for (code, extra) in [
            (app.code(&app.app, user, organization, false).await, None),
            (app.code(&app.app, user, "", false).await, Some(("organization_id", organization))),
        ] {
            let mut fields = app.redemption(&app.app, &code.code);
            fields.extend(extra);
            let both = app.token(&fields).await;
            assert_eq!(keys(&both), ["refresh_token", "token_type", "expires_in", "access_token", "refresh_expires_in"], "{}", both.text);
            assert_eq!((&both.json["expires_in"], &both.json["refresh_expires_in"]), (&json!(300), &json!(2_592_000)));
            let access = text(&both.json["access_token"]);
            let said = claims(&access);
            assert_eq!((&said["organization_id"], &said["user_id"], &said["sub"]), (&json!(organization), &json!(user), &json!(user)));
            assert_eq!(said["grant_id"], code.family.as_str());
            let shown = app.caller(&format!("/app/v3/en/organization/{organization}"), &access).get("/show").await;
            assert_eq!(shown.status, 200, "{}", shown.text);
        }
        let code = app.code(&app.app, user, "", false).await;
        let mut fields = app.redemption(&app.app, &code.code);
        fields.push(("resource", app.url.as_str()));
        let resource = app.token(&fields).await;
        assert!(claims(&text(&resource.json["access_token"])).get("organization_id").is_none(), "RFC 8707 names no organization");
    }

    /// OpenID Connect: an ID token for the client, and the person behind the access token.
    async fn f_openid(app) {
        app.clock.advance(100);
        let code = app.code(&app.app, &app.account.user_id, &app.account.organization_id, true).await;
        app.clock.advance(5);
        let answer = app.redeem(&app.app, &code.code).await;
        let token = text(&answer.json["id_token"]);
        let header = format!("{}.{}", "x", token.split('.').next().expect("a header"));
        assert_eq!((&claims(&header)["typ"], &claims(&header)["alg"]), (&json!("JWT"), &json!("EdDSA")));
        let said = claims(&token);
        assert_eq!(said["iss"], app.url.as_str());
        assert_eq!((&said["sub"], &said["aud"]), (&json!(app.account.user_id), &json!(app.app.client_id)));
        assert_eq!(said["nonce"], "n-0S6_WzA2Mj");
        assert_eq!(said["iat"].as_i64().expect("a number") - said["auth_time"].as_i64().expect("a number"), 5);
        assert_eq!(said["exp"].as_i64().expect("a number") - said["iat"].as_i64().expect("a number"), 300);
        assert_eq!(said["at_hash"].as_str().map(str::len), Some(43), "half of SHA-512");
        let person = app.userinfo(&text(&answer.json["access_token"])).await;
        assert_eq!(person.json, json!({
            "sub": app.account.user_id, "name": "Dev Eloper", "given_name": "Dev", "family_name": "Eloper", "email": "dev@example.com",
            "email_verified": true, "locale": "en", "zoneinfo": "Europe/Berlin",
        }));
        let posted = app.caller("/oauth", &text(&answer.json["access_token"])).post("/userinfo", json!({})).await;
        assert_eq!(posted.json["sub"], app.account.user_id.as_str());
    }

    async fn f1_no_code(app) {
        let fields = with(&app.redemption(&app.app, ""), "code", "");
        is_refused("F1", &app.token(&fields).await, 400, "invalid_request");
    }

    async fn f2_unknown_truncated_other_case(app) {
        let code = app.code(&app.app, &app.account.user_id, "", false).await.code;
        let swapped: String = code.chars().map(|c| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }).collect();
        for wrong in ["unknown", &code[..47], &format!("{code}x"), &swapped, &code.to_uppercase()] {
            is_refused("F2", &app.redeem(&app.app, wrong).await, 400, "invalid_grant");
        }
        assert_eq!(app.redeem(&app.app, &code).await.status, 200, "guesses cost nothing");
    }

    /// F3, J4: a minute is a minute; what was refused as too old stays so when the clock is set back.
    async fn f3_expired(app) {
        let young = app.code(&app.app, &app.account.user_id, "", false).await.code;
        app.clock.advance(59);
        assert_eq!(app.redeem(&app.app, &young).await.status, 200);
        let old = app.code(&app.app, &app.account.user_id, "", false).await.code;
        app.clock.advance(60);
        is_refused("F3", &app.redeem(&app.app, &old).await, 400, "invalid_grant");
        app.clock.advance(-50);
        is_refused("J4", &app.redeem(&app.app, &old).await, 400, "invalid_grant");
    }

    async fn f4_used_twice(app) {
        for client in [&app.app, &app.module] {
            let code = app.code(client, &app.account.user_id, &app.account.organization_id, true).await.code;
            let login = app.redeem(client, &code).await;
            assert_eq!(app.userinfo(&text(&login.json["access_token"])).await.status, 200);
            is_refused("F4", &app.redeem(client, &code).await, 400, "invalid_grant");
            is_dead("F4", &app, client, &login).await;
        }
        // Whoever has the code and nothing else ends the login too, and gets nothing.
        let code = app.code(&app.app, &app.account.user_id, &app.account.organization_id, true).await.code;
        let login = app.redeem(&app.app, &code).await;
        let fields = with(&app.redemption(&app.app, &code), "code_verifier", "");
        is_refused("F4", &app.token(&fields).await, 400, "invalid_grant");
        is_dead("F4", &app, &app.app, &login).await;
    }

    async fn f6_f7_f8_f10_f11_what_was_not_given_for_this(app) {
        let code = app.code(&app.app, &app.account.user_id, "", false).await;
        let right = app.redemption(&app.app, &code.code);
        let long = "a".repeat(43);
        for (row, name, value) in [
            ("F6", "redirect_uri", "https://spa.example/other"),
            ("F6", "redirect_uri", "https://spa.example/cb/"),
            ("F7", "redirect_uri", ""),
            ("F8", "code_verifier", long.as_str()),
            ("F8", "code_verifier", ""),
            ("F8", "code_verifier", "short"),
            ("F11", "code_verifier", CHALLENGE),
        ] {
            is_refused(row, &app.token(&with(&right, name, value)).await, 400, "invalid_grant");
        }
        let (_, other, _) = app.developer("other@example.com").await;
        let foreign = with(&with(&right, "client_id", &other.client_id), "client_secret", &other.secret);
        is_refused("another client", &app.token(&foreign).await, 400, "invalid_grant");
        assert_eq!(app.token(&right).await.status, 200, "its owner is not affected");
        let code = app.code(&app.app, &app.account.user_id, "", false).await;
        app.sql("UPDATE authorization_code SET challenge = '' WHERE id = $1", &params![code.id.as_str()]).await;
        is_refused("F10", &app.redeem(&app.app, &code.code).await, 400, "invalid_grant");
    }

    async fn f13_the_person_is_gone_since(app) {
        let organization = app.account.organization_id.as_str();
        let user = app.user("ute@example.com").await;
        app.make_admin(&user, organization).await;
        let codes = [(); 4].map(|()| app.code(&app.app, &user, organization, false));
        let [disabled, left, out, withdrawn] = codes;
        let (disabled, left, out, withdrawn) = (disabled.await, left.await, out.await, withdrawn.await);
        app.set_user_active(&user, false).await;
        is_refused("F13 disabled", &app.redeem(&app.app, &disabled.code).await, 400, "invalid_grant");
        app.set_user_active(&user, true).await;
        app.unmake_admin(&user, organization).await;
        is_refused("F13 left", &app.redeem(&app.app, &left.code).await, 400, "invalid_grant");
        app.make_admin(&user, organization).await;
        app.sql("DELETE FROM session WHERE id = $1", &params![out.session_id.as_str()]).await;
        is_refused("F13 logged out", &app.redeem(&app.app, &out.code).await, 400, "invalid_grant");
        app.sql("DELETE FROM consent WHERE user_id = $1", &params![user.as_str()]).await;
        is_refused("withdrawn", &app.redeem(&app.app, &withdrawn.code).await, 400, "invalid_grant");
    }

    /// E1, B14, D11 to D13, D19: who may use which grant.
    async fn e1_b14_d11_d12_d13_d19_clients(app) {
        let user = app.account.user_id.clone();
        let document = json!({"name": "No way back"});
        let service = &app.web.service;
        let without = service.make_client(&call(&app), &app.account.id, ClientKind::App, &document, &[]).await.expect("a client");
        let code = app.code(&without, &user, "", false).await;
        is_refused("E1", &app.redeem(&without, &code.code).await, 400, "unauthorized_client");
        app.refresh_token(&without).await;
        let code = app.code(&app.app, &user, "", false).await;
        let right = app.redemption(&app.app, &code.code);
        for (row, secret) in [("D11", ""), ("D6", "wrong"), ("D13", "anonymous")] {
            is_refused(row, &app.token(&with(&right, "client_secret", secret)).await, 401, "invalid_client");
        }
        let public = app.code(&app.module, &user, "", false).await;
        let fields = with(&app.redemption(&app.module, &public.code), "client_secret", "x");
        is_refused("D12", &app.token(&fields).await, 401, "invalid_client");
        let basic = app.http.post(format!("{}/oauth/token", app.url)).basic_auth(&app.module.client_id, Some("x"));
        let basic = basic.form(&with(&fields, "client_secret", "")).send().await.expect("an answer");
        assert_eq!(basic.status(), 401, "D13: a public client does not use Basic with a secret");
        let login = app.redeem(&app.module, &public.code).await;
        assert_eq!(login.status, 200, "{}", login.text);
        app.sql("UPDATE client SET active = 0 WHERE id = $1", &params![app.app.client_id.as_str()]).await;
        is_refused("D19", &app.token(&right).await, 401, "invalid_client");
        let (gone, client, _) = app.developer("gone@example.com").await;
        let refresh = app.refresh_token(&client).await;
        service.set_developer_account_active(&call(&app), &gone.id, false).await.expect("off");
        is_refused("D19 account off", &app.exchange(&client, &refresh, "").await, 401, "invalid_client");
        service.set_developer_account_active(&call(&app), &gone.id, true).await.expect("on");
        is_refused("D19 account on again", &app.exchange(&client, &refresh, "").await, 400, "invalid_grant");
        let refresh = app.refresh_token(&client).await;
        app.sql("DELETE FROM record WHERE id = $1", &params![gone.id.as_str()]).await;
        is_refused("D19 account", &app.exchange(&client, &refresh, "").await, 401, "invalid_client");
        let fields = [("grant_type", "client_credentials"), ("client_id", client.client_id.as_str()), ("client_secret", client.secret.as_str())];
        is_refused("D19 account", &app.token(&fields).await, 401, "invalid_client");
    }

    /// A login that is bound to an organization reaches it and all below, and no other of the person's.
    async fn g14_bound_logins(app) {
        let organization = app.account.organization_id.as_str();
        let (stranger, _, _) = app.developer("stranger@example.com").await;
        app.make_admin(&app.account.user_id, &stranger.organization_id).await;
        let below = app.demo().await.post("/organization/addSub", json!({"name": "Below"})).await;
        let below = text(&below.content(201)["id"]);
        let login = app.login(&app.app, &app.account.user_id, organization).await;
        let refresh = text(&login.json["refresh_token"]);
        let bound = app.exchange(&app.app, &refresh, "").await;
        assert_eq!(claims(&text(&bound.json["access_token"]))["organization_id"], organization, "its own without asking");
        let asked = app.exchange(&app.app, &refresh, &below).await;
        assert_eq!(claims(&text(&asked.json["access_token"]))["organization_id"], below.as_str());
        is_refused("G14", &app.exchange(&app.app, &refresh, &stranger.organization_id).await, 400, "invalid_target");
        let inner = app.login(&app.app, &app.account.user_id, &below).await;
        is_refused("G14 above", &app.exchange(&app.app, &text(&inner.json["refresh_token"]), organization).await, 400, "invalid_target");
        let code = app.code(&app.app, &app.account.user_id, &below, false).await;
        let mut fields = app.redemption(&app.app, &code.code);
        fields.push(("organization_id", organization));
        is_refused("G14 at once", &app.token(&fields).await, 400, "invalid_target");
        assert_eq!(app.redeem(&app.app, &code.code).await.status, 200, "a wrong organization uses nothing up");
        assert_eq!(REDIRECT, app.redemption(&app.app, "")[4].1);
    }
}

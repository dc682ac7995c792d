//! Revocation, introspection, metadata and keys: rows H of the matrix; bearer tokens: rows I.

use super::code::{is_dead, is_refused, text};
use super::token::claims;
use kalends_oauth::keys::Algorithm;
use kalends_store::params;
use kalends_testkit::app::{On, TestApp};
use kalends_testkit::client::Answer;
use serde_json::{Value, json};

const INACTIVE: &str = r#"{"active":false}"#;

async fn get(app: &TestApp, path: &str) -> Answer {
    Answer::read(app.http.get(format!("{}{path}", app.url)).send().await.expect("an answer")).await
}

async fn kids(app: &TestApp) -> Vec<String> {
    let keys = get(app, "/.well-known/jwks.json").await;
    keys.json["keys"].as_array().expect("a list").iter().map(|key| text(&key["kid"])).collect()
}

fn header(token: &str) -> Value {
    claims(&format!("x.{}", token.split('.').next().expect("a header")))
}

both! {
    /// H1 to H4 for logins: any hint, any refresh token of the login, everything ends.
    async fn h1_h2_h3_h4_revoke(app) {
        for client in [&app.app, &app.module] {
            let login = app.login(client, &app.account.user_id, &app.account.organization_id).await;
            let token = text(&login.json["refresh_token"]);
            let (_, stranger, _) = app.developer(&format!("{}@example.com", client.record_id)).await;
            assert_eq!(app.ask("revoke", &stranger, &token).await.status, 200, "H2: none of its tokens");
            assert_eq!(app.userinfo(&text(&login.json["access_token"])).await.status, 200);
            let second = app.exchange(client, &token, "").await;
            assert_eq!(second.status, 200, "{}", second.text);
            // The first refresh token, replaced or not, names the login.
            let revoked = app.ask("revoke", client, &token).await;
            assert_eq!((revoked.status, revoked.text.as_str()), (200, ""));
            is_dead("H4", &app, client, &login).await;
        }
        let anonymous = kalends_service::developer::NewClient { secret: "anonymous".into(), ..app.app.clone() };
        let token = app.refresh_token(&app.app).await;
        is_refused("H1", &app.ask("revoke", &anonymous, &token).await, 401, "invalid_client");
        is_refused("H8", &app.ask("introspect", &anonymous, &token).await, 401, "invalid_client");
    }

    /// H6: what a revoked refresh token gave is worth nothing to whoever asks.
    async fn h6_access_tokens_of_a_revoked_token(app) {
        let refresh = app.refresh_token(&app.app).await;
        let access = text(&app.exchange(&app.app, &refresh, "").await.json["access_token"]);
        let both = app.token(&[("grant_type", "client_credentials"), ("client_id", &app.app.client_id), ("client_secret", &app.app.secret), ("resource", &app.url)]).await;
        let at_once = text(&both.json["access_token"]);
        for token in [&refresh, &access, &at_once] {
            assert_eq!(app.ask("introspect", &app.app, token).await.json["active"], true);
        }
        assert_eq!(app.ask("revoke", &app.app, &refresh).await.status, 200);
        assert_eq!(app.ask("revoke", &app.app, &text(&both.json["refresh_token"])).await.status, 200);
        for token in [&refresh, &access, &at_once] {
            assert_eq!(app.ask("introspect", &app.app, token).await.text, INACTIVE);
        }
    }

    async fn h7_access_tokens_are_not_revoked(app) {
        let login = app.login(&app.app, &app.account.user_id, "").await;
        is_refused("H7", &app.ask("revoke", &app.app, &text(&login.json["access_token"])).await, 400, "unsupported_token_type");
    }

    /// H8, H9, H10 and what an active token tells.
    async fn h8_h9_h10_introspect(app) {
        let organization = app.account.organization_id.as_str();
        let login = app.login(&app.app, &app.account.user_id, organization).await;
        let (access, refresh) = (text(&login.json["access_token"]), text(&login.json["refresh_token"]));
        let told = app.ask("introspect", &app.app, &access).await;
        let said = claims(&access);
        for name in ["iss", "sub", "aud", "client_id", "iat", "nbf", "exp", "jti", "organization_id", "user_id", "scope"] {
            assert_eq!(told.json[name], said[name], "{name}");
        }
        assert_eq!((&told.json["active"], &told.json["token_type"]), (&json!(true), &json!("Bearer")));
        assert_eq!(app.ask("introspect", &app.app, &refresh).await.json["active"], true);
        let module = app.login(&app.module, &app.account.user_id, organization).await;
        let theirs = text(&module.json["refresh_token"]);
        assert_eq!(app.ask("introspect", &app.app, &theirs).await.json["active"], true, "of the same developer account");
        let wrong = kalends_service::developer::NewClient { secret: "wrong".into(), ..app.app.clone() };
        is_refused("H8", &app.ask("introspect", &wrong, &access).await, 401, "invalid_client");
        is_refused("H8", &app.ask("introspect", &app.module, &access).await, 401, "invalid_client");
        let nobody = app.http.post(format!("{}/oauth/introspect", app.url)).form(&[("token", &access)]);
        is_refused("H8", &Answer::read(nobody.send().await.expect("an answer")).await, 401, "invalid_client");
        is_refused("H3", &app.ask("introspect", &app.app, "").await, 400, "invalid_request");
        let (_, stranger, _) = app.developer("stranger@example.com").await;
        let foreign = TestApp::start(On::Sqlite).await;
        let elsewhere = foreign.refresh_token(&foreign.app).await;
        let rotated = app.exchange(&app.module, &theirs, "").await;
        assert_eq!(app.ask("introspect", &app.app, &text(&rotated.json["refresh_token"])).await.json["active"], true);
        for (what, client, token) in [
            ("garbage", &app.app, "garbage"), ("an ID token", &app.app, login.json["id_token"].as_str().expect("a text")),
            ("another account's", &stranger, &access), ("rotated", &app.app, &theirs), ("another issuer's", &app.app, &elsewhere),
        ] {
            assert_eq!(app.ask("introspect", client, token).await.text, INACTIVE, "H9: {what}");
        }
        app.clock.advance(300);
        assert_eq!(app.ask("introspect", &app.app, &access).await.text, INACTIVE, "H9: expired");
        app.sql("UPDATE client SET active = 0 WHERE id = $1", &params![app.module.client_id.as_str()]).await;
        assert_eq!(app.ask("introspect", &app.app, &text(&rotated.json["refresh_token"])).await.text, INACTIVE, "a client that is off");
        for place in ["introspect", "revoke"] {
            let answer = get(&app, &format!("/oauth/{place}")).await;
            assert_eq!((answer.status, answer.header("allow")), (405, "POST"), "H10");
            let query = app.http.post(format!("{}/oauth/{place}?token=x", app.url)).form(&[("client_id", "x")]);
            is_refused("D10", &Answer::read(query.send().await.expect("an answer")).await, 400, "invalid_request");
        }
    }

    /// H11, H12: the metadata is the configuration's, promises what is there, and every address answers.
    async fn h11_h12_metadata(app) {
        for path in ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"] {
            let request = app.http.get(format!("{}{path}", app.url)).header("host", "evil.example").header("x-forwarded-host", "evil.example");
            let metadata = Answer::read(request.send().await.expect("an answer")).await;
            assert_eq!(metadata.json["issuer"], app.url.as_str());
            assert!(!metadata.text.contains("evil"));
            assert_eq!(metadata.json["code_challenge_methods_supported"], json!(["S256"]));
            assert_eq!(metadata.json["response_types_supported"], json!(["code"]));
            assert_eq!(metadata.json["grant_types_supported"], json!(["authorization_code", "client_credentials", "refresh_token"]));
            assert_eq!(metadata.json["authorization_response_iss_parameter_supported"], true);
            assert_eq!(metadata.json["id_token_signing_alg_values_supported"], json!(["EdDSA"]));
            assert!(!metadata.text.contains("implicit") && !metadata.text.contains("password") && !metadata.text.contains("plain"));
            for (name, value) in metadata.json.as_object().expect("an object") {
                let Some(url) = value.as_str().filter(|url| url.starts_with("http") && name != "issuer") else { continue };
                let status = app.http.get(url).send().await.expect("an answer").status().as_u16();
                assert!(![404, 500, 501, 503].contains(&status), "{name}: {url} answers {status}");
            }
        }
    }

    /// H14, H15: the next key is published before it signs, an old one serves until its last token has ended.
    async fn h14_h15_rotation(app) {
        let published = kids(&app).await;
        app.web.tokens.rotate(&app.web.service, None).await.expect("rotated");
        app.clock.advance(3_601);
        let token = app.access_token(&app.app, "").await;
        assert!(published.contains(&text(&header(&token)["kid"])), "published before");
        let static_list = |token: &str| { let caller = app.caller("/app/v3/en", token); async move { caller.get("/static/country/list").await.status } };
        assert_eq!(static_list(&token).await, 200);
        app.sql("DELETE FROM signing_key WHERE kid = $1", &params![text(&header(&token)["kid"])]).await;
        app.web.tokens.reload(&app.web.service).await.expect("read");
        assert_eq!(static_list(&token).await, 401, "H15");
    }

    /// RS256 for clients that know nothing newer: the key decides, and what the old key signed goes on.
    async fn h_rs256(app) {
        let old = app.refresh_token(&app.app).await;
        app.web.tokens.rotate(&app.web.service, Some(Algorithm::Rs256)).await.expect("rotated");
        let keys = get(&app, "/.well-known/jwks.json").await;
        let algorithms: Vec<String> = keys.json["keys"].as_array().expect("a list").iter().map(|key| text(&key["alg"])).collect();
        assert_eq!(algorithms.iter().filter(|algorithm| *algorithm == "RS256").count(), 2, "the next and the one after: {algorithms:?}");
        assert!(algorithms.contains(&"EdDSA".to_owned()));
        app.clock.advance(3_601);
        let login = app.login(&app.app, &app.account.user_id, &app.account.organization_id).await;
        for name in ["access_token", "refresh_token", "id_token"] {
            assert_eq!(header(&text(&login.json[name]))["alg"], "RS256", "{name}");
        }
        assert_eq!(claims(&text(&login.json["id_token"]))["at_hash"].as_str().map(str::len), Some(22), "half of SHA-256");
        assert_eq!(app.userinfo(&text(&login.json["access_token"])).await.status, 200);
        assert_eq!(app.exchange(&app.app, &text(&login.json["refresh_token"]), "").await.status, 200);
        assert_eq!(app.exchange(&app.app, &old, "").await.status, 200);
        let metadata = get(&app, "/.well-known/openid-configuration").await;
        assert_eq!(metadata.json["id_token_signing_alg_values_supported"], json!(["RS256", "EdDSA"]));
        app.web.tokens.rotate(&app.web.service, None).await.expect("rotated");
        app.clock.advance(3_601);
        assert_eq!(header(&app.refresh_token(&app.app).await)["alg"], "RS256", "as before unless said otherwise");
        app.web.tokens.rotate(&app.web.service, Some(Algorithm::EdDsa)).await.expect("rotated");
        app.clock.advance(3_601);
        assert_eq!(header(&app.refresh_token(&app.app).await)["alg"], "EdDSA");
    }

    /// I1, I2, I5, I6, I7, I8, for the API and for userinfo.
    async fn i1_i2_i5_i6_i7_i8_bearer(app) {
        let organization = app.account.organization_id.as_str();
        let login = app.login(&app.app, &app.account.user_id, organization).await;
        let access = text(&login.json["access_token"]);
        let api = format!("{}/app/v3/en/organization/{organization}/show", app.url);
        let foreign = TestApp::start(On::Sqlite).await;
        let elsewhere = foreign.access_token(&foreign.app, &foreign.account.organization_id).await;
        let middle = access.len() / 2;
        let (head, signature) = access.rsplit_once('.').expect("a signature");
        let other = app.access_token(&app.app, organization).await;
        let (_, other_signature) = other.rsplit_once('.').expect("a signature");
        for url in [api, format!("{}/oauth/userinfo", app.url)] {
            let none = Answer::read(app.http.get(&url).send().await.expect("an answer")).await;
            assert_eq!((none.status, none.header("www-authenticate")), (401, "Bearer"), "I1");
            let query = Answer::read(app.http.get(format!("{url}?access_token={access}")).send().await.expect("an answer")).await;
            assert_eq!(query.status, 400, "I2: query only");
            let twice = app.http.get(format!("{url}?access_token={access}")).bearer_auth(&access).send().await.expect("an answer");
            assert_eq!(twice.status(), 400, "I2: header and query");
            let twice = app.http.get(&url).bearer_auth(&access).header("authorization", "Basic eDp5").send().await.expect("an answer");
            assert_eq!(twice.status(), 400, "two headers");
            for (row, token) in [
                ("I5 an ID token", text(&login.json["id_token"])), ("I5 a refresh token", text(&login.json["refresh_token"])),
                ("I6 another issuer's", elsewhere.clone()), ("I7 stripped", format!("{head}.")), ("I7 no signature", head.to_owned()),
                ("I7 truncated", access[..access.len() - 2].to_owned()), ("I7 another's signature", format!("{head}.{other_signature}")),
                ("I7 altered", format!("{}{}{}", &access[..middle], if &access[middle..=middle] == "A" { "B" } else { "A" }, &access[middle + 1..])),
                ("I7 more", format!("{access}.{signature}")), ("nonsense", "x".to_owned()),
            ] {
                let answer = Answer::read(app.http.get(&url).bearer_auth(&token).send().await.expect("an answer")).await;
                assert_eq!(answer.status, 401, "{row}: {}", answer.text);
                assert!(answer.header("www-authenticate").contains("error=\"invalid_token\""), "{row}");
            }
            let large = app.http.get(&url).bearer_auth("x".repeat(64 * 1024)).send().await.expect("an answer");
            assert_eq!(large.status(), 431, "I8");
            let right = app.http.get(&url).bearer_auth(&access).send().await.expect("an answer");
            assert_eq!(right.status(), 200);
        }
        let client = app.access_token(&app.app, organization).await;
        let answer = app.userinfo(&client).await;
        assert_eq!(answer.status, 403, "nobody is behind it");
        assert!(answer.header("www-authenticate").contains("error=\"insufficient_scope\""));
        let code = app.code(&app.app, &app.account.user_id, organization, false).await;
        let plain = app.redeem(&app.app, &code.code).await;
        assert_eq!(app.userinfo(&text(&plain.json["access_token"])).await.status, 403, "openid was not asked for");
        app.clock.advance(-1);
        assert_eq!(app.userinfo(&access).await.status, 401, "I6: not yet valid");
        app.clock.advance(301);
        assert_eq!(app.userinfo(&access).await.status, 401, "I6: expired");
    }

    /// I12, I13: rights are looked up at each request, so a live token ends with them; a login that is ended, at once.
    async fn i12_i13_live_tokens(app) {
        let organization = app.account.organization_id.as_str();
        let user = app.user("ute@example.com").await;
        app.make_admin(&user, organization).await;
        let login = app.login(&app.app, &user, organization).await;
        let caller = app.caller(&format!("/app/v3/en/organization/{organization}"), &text(&login.json["access_token"]));
        let other = app.beside().await;
        let beside = other.caller(&format!("/app/v3/en/organization/{organization}"), &caller.token);
        let status = async || {
            let (here, there) = (caller.get("/show").await.status, beside.get("/show").await.status);
            assert_eq!(here, there, "both processes");
            here
        };
        assert_eq!(status().await, 200);
        app.unmake_admin(&user, organization).await;
        assert_eq!(status().await, 403, "I12");
        assert_eq!(caller.post("/customer/add", json!({"lastName": "x"})).await.status, 403, "I12");
        app.make_admin(&user, organization).await;
        assert_eq!(status().await, 200);
        app.set_user_active(&user, false).await;
        assert!([401, 403].contains(&status().await), "I12: disabled");
        app.set_user_active(&user, true).await;
        assert_eq!(status().await, 200);
        app.ask("revoke", &app.app, &text(&login.json["refresh_token"])).await;
        assert_eq!(status().await, 401, "the login was ended");
        let login = app.login(&app.app, &user, organization).await;
        let caller = app.caller(&format!("/app/v3/en/organization/{organization}"), &text(&login.json["access_token"]));
        assert_eq!(caller.get("/show").await.status, 200);
        app.sql("UPDATE client SET active = 0 WHERE id = $1", &params![app.app.client_id.as_str()]).await;
        app.touch(&app.app.client_id).await;
        assert_eq!(caller.get("/show").await.status, 403, "I13");
    }

    /// D20: wrong secrets are counted by client, whatever they are and however they are sent.
    async fn d20_basic_is_counted_too(app) {
        let url = format!("{}/oauth/token", app.url);
        let mut last = 0;
        for round in 0..30 {
            let request = app.http.post(&url).basic_auth(&app.app.client_id, Some(format!("wrong {round}")));
            last = request.form(&[("grant_type", "client_credentials")]).send().await.expect("an answer").status().as_u16();
        }
        assert_eq!(last, 429);
        app.access_token(&app.module, "").await;
    }

    /// Pages of registered origins may use the token endpoint from a browser; others, and introspection, not.
    async fn cors(app) {
        let asked = async |place: &str, origin: &str| {
            let request = app.http.request(reqwest::Method::OPTIONS, format!("{}{place}", app.url));
            let request = request.header("origin", origin).header("access-control-request-method", "POST");
            Answer::read(request.send().await.expect("an answer")).await
        };
        for place in ["/oauth/token", "/oauth/revoke", "/oauth/userinfo", "/.well-known/openid-configuration", "/.well-known/jwks.json"] {
            let answer = asked(place, "https://spa.example").await;
            assert_eq!((answer.status, answer.header("access-control-allow-origin")), (204, "https://spa.example"), "{place}");
            assert_eq!(asked(place, "https://evil.example").await.header("access-control-allow-origin"), "", "{place}");
        }
        for place in ["/oauth/introspect", "/oauth/authorize"] {
            assert_eq!(asked(place, "https://spa.example").await.header("access-control-allow-origin"), "", "{place}");
        }
    }
}

//! `POST /oauth/token`, `/oauth/revoke`, keys and metadata; tests are named by the rows of the security matrix.

use kalends_testkit::client::Answer;
use serde_json::{Value, json};

pub(super) fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).expect("a payload");
    let bytes: Vec<u8> = payload
        .bytes()
        .flat_map(|byte| {
            let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
            let value = alphabet.find(char::from(byte)).expect("base64url");
            (0..6).rev().map(move |bit| u8::from(value >> bit & 1 == 1)).collect::<Vec<_>>()
        })
        .collect();
    let bytes: Vec<u8> = bytes.chunks_exact(8).map(|bits| bits.iter().fold(0, |byte, bit| byte << 1 | bit)).collect();
    serde_json::from_slice(&bytes).expect("claims")
}

both! {
    /// The two steps of every client, answer for answer; the same refresh token is exchanged again and again.
    async fn two_steps(app) {
        let fields = [("grant_type", "client_credentials"), ("client_id", &app.app.client_id), ("client_secret", &app.app.secret)];
        let first = app.token(&fields).await;
        assert_eq!(first.status, 200, "{}", first.text);
        let keys: Vec<&String> = first.json.as_object().expect("an object").keys().collect();
        assert_eq!(keys, ["refresh_token", "token_type", "expires_in"]);
        assert_eq!((&first.json["token_type"], &first.json["expires_in"]), (&json!("Bearer"), &json!(2_592_000)));
        assert_eq!(first.header("cache-control"), "no-store");
        let refresh = first.json["refresh_token"].as_str().expect("a token");
        for _ in 0..3 {
            let fields = [("grant_type", "refresh_token"), ("client_id", &app.app.client_id), ("refresh_token", refresh),
                ("organization_id", &app.account.organization_id), ("scope", "anything")];
            let second = app.token(&fields).await;
            assert_eq!(second.status, 200, "{}", second.text);
            let keys: Vec<&String> = second.json.as_object().expect("an object").keys().collect();
            assert_eq!(keys, ["access_token", "token_type", "expires_in"]);
            assert_eq!(second.json["expires_in"], 300);
            let claims = claims(second.json["access_token"].as_str().expect("a token"));
            assert_eq!(claims["organization_id"], app.account.organization_id.as_str());
            assert_eq!((&claims["sub"], &claims["iss"]), (&json!(app.app.record_id), &json!(app.url)));
            assert_eq!(claims["exp"].as_i64().expect("a number") - claims["iat"].as_i64().expect("a number"), 300);
            app.clock.advance(7 * 24 * 3600);
        }
        app.clock.advance(10 * 24 * 3600);
        let ended = app.token(&[("grant_type", "refresh_token"), ("client_id", &app.app.client_id), ("refresh_token", refresh)]).await;
        assert_eq!((ended.status, &ended.json["error"]), (400, &json!("invalid_grant")), "after thirty days");
    }

    /// E5: a module sends an empty secret or none; any other is refused.
    async fn e5_modules(app) {
        let id = app.module.client_id.as_str();
        for fields in [vec![("grant_type", "client_credentials"), ("client_id", id), ("client_secret", "")], vec![("grant_type", "client_credentials"), ("client_id", id)]] {
            assert_eq!(app.token(&fields).await.status, 200);
        }
        let refused = app.token(&[("grant_type", "client_credentials"), ("client_id", id), ("client_secret", "x")]).await;
        assert_eq!((refused.status, &refused.json["error"]), (401, &json!("invalid_client")));
    }

    /// D and G: what is wrong with the request, in the words of RFC 6749.
    async fn d2_d4_d6_d7_d11_d16_d22_e4_g1_g2_g14_g15_refusals(app) {
        let (id, secret) = (app.app.client_id.as_str(), app.app.secret.as_str());
        let refresh = app.refresh_token(&app.app).await;
        let access = app.access_token(&app.app, &app.account.organization_id).await;
        let (stranger, foreign, _) = app.developer("stranger@example.com").await;
        let foreign_refresh = app.refresh_token(&foreign).await;
        let flipped = if refresh.as_bytes()[refresh.len() - 9] == b'A' { 'B' } else { 'A' };
        let altered = format!("{}{flipped}{}", &refresh[..refresh.len() - 9], &refresh[refresh.len() - 8..]);
        let nobody = "n".repeat(64);
        for (name, fields, status, error) in [
            ("D2", vec![], 400, "invalid_request"),
            ("D4", vec![("grant_type", "password"), ("client_id", id)], 400, "unsupported_grant_type"),
            ("D6", vec![("grant_type", "client_credentials"), ("client_id", id), ("client_secret", "wrong")], 401, "invalid_client"),
            ("D7", vec![("grant_type", "client_credentials"), ("client_id", &nobody), ("client_secret", secret)], 401, "invalid_client"),
            ("D11", vec![("grant_type", "client_credentials"), ("client_id", id)], 401, "invalid_client"),
            ("D16", vec![("grant_type", ""), ("client_id", id)], 400, "invalid_request"),
            ("E4", vec![("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret), ("organization_id", &stranger.organization_id)], 400, "invalid_target"),
            ("G1 missing", vec![("grant_type", "refresh_token"), ("client_id", id)], 400, "invalid_request"),
            ("G1 altered", vec![("grant_type", "refresh_token"), ("client_id", id), ("refresh_token", &altered)], 400, "invalid_grant"),
            ("G1 access", vec![("grant_type", "refresh_token"), ("client_id", id), ("refresh_token", &access)], 400, "invalid_grant"),
            ("G2", vec![("grant_type", "refresh_token"), ("client_id", id), ("refresh_token", &foreign_refresh)], 400, "invalid_grant"),
            ("G14", vec![("grant_type", "refresh_token"), ("client_id", id), ("refresh_token", &refresh), ("organization_id", &stranger.organization_id)], 400, "invalid_target"),
            ("G15 malformed", vec![("grant_type", "refresh_token"), ("client_id", id), ("refresh_token", &refresh), ("organization_id", "f6")], 400, "invalid_request"),
            ("G15 twice", vec![("grant_type", "refresh_token"), ("client_id", id), ("refresh_token", &refresh), ("organization_id", "a"), ("organization_id", "b")], 400, "invalid_request"),
        ] {
            let answer = app.token(&fields).await;
            assert_eq!((answer.status, answer.json["error"].as_str()), (status, Some(error)), "{name}: {}", answer.text);
            let keys: Vec<&String> = answer.json.as_object().expect("an object").keys().collect();
            assert_eq!(keys, ["error", "error_description"], "{name}");
            let plain = |byte: u8| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e);
            assert!(answer.json["error_description"].as_str().is_some_and(|text| !text.is_empty() && text.bytes().all(plain)), "D22 {name}");
            assert_eq!(answer.header("content-type"), "application/json; charset=utf-8", "D22 {name}");
            assert_eq!(answer.header("cache-control"), "no-store", "{name}");
            assert_eq!(answer.header("www-authenticate").starts_with("Basic"), status == 401, "{name}");
        }
        let empty = app.token(&[("grant_type", "refresh_token"), ("client_id", id), ("refresh_token", &refresh), ("organization_id", "")]).await;
        assert_eq!(empty.status, 200, "G15: an empty organization is none");
        assert!(claims(empty.json["access_token"].as_str().expect("a token")).get("organization_id").is_none());
        let unknown = app.token(&[("grant_type", "client_credentials"), ("client_id", &nobody), ("client_secret", "x")]).await;
        let wrong = app.token(&[("grant_type", "client_credentials"), ("client_id", id), ("client_secret", "x")]).await;
        assert_eq!(unknown.text, wrong.text, "D7: indistinguishable");
    }

    /// D1, D3, D5, D9, D10, D21: forms of the request.
    async fn d1_d3_d5_d9_d10_d21_forms(app) {
        let url = format!("{}/oauth/token", app.url);
        let (id, secret) = (app.app.client_id.as_str(), app.app.secret.as_str());
        let get = Answer::read(app.http.get(&url).send().await.expect("an answer")).await;
        assert_eq!((get.status, get.header("allow")), (405, "POST"));
        let json_body = json!({"grant_type": "client_credentials", "client_id": id, "client_secret": secret});
        assert_eq!(app.http.post(&url).json(&json_body).send().await.expect("an answer").status(), 200);
        for broken in [json!([]), json!({"grant_type": {"a": "b"}}), json!("x")] {
            let answer = Answer::read(app.http.post(&url).json(&broken).send().await.expect("an answer")).await;
            assert_eq!((answer.status, answer.json["error"].as_str()), (400, Some("invalid_request")));
        }
        let basic = |id: &str, secret: &str| app.http.post(&url).basic_auth(id, Some(secret));
        assert_eq!(basic(id, secret).form(&[("grant_type", "client_credentials")]).send().await.expect("an answer").status(), 200);
        let wrong = basic(id, "wrong").form(&[("grant_type", "client_credentials")]).send().await.expect("an answer");
        assert_eq!(wrong.status(), 401);
        assert!(wrong.headers()["www-authenticate"].to_str().expect("text").starts_with("Basic"));
        let differs = basic(id, secret).form(&[("grant_type", "client_credentials"), ("client_id", "other")]).send().await.expect("an answer");
        assert_eq!(differs.status(), 400);
        let query = app.http.post(format!("{url}?client_id={id}&client_secret={secret}")).form(&[("grant_type", "client_credentials")]).send().await.expect("an answer");
        assert_eq!(query.status(), 400);
        let large = app.http.post(&url).form(&[("grant_type", "x".repeat(70_000))]).send().await.expect("an answer");
        assert_eq!(large.status(), 413);
        let boundary = "--b\r\nContent-Disposition: form-data; name=\"grant_type\"\r\n\r\nclient_credentials\r\n--b\r\nContent-Disposition: form-data; name=\"client_id\"\r\n\r\n".to_owned()
            + &app.module.client_id + "\r\n--b--\r\n";
        let multipart = app.http.post(&url).header("content-type", "multipart/form-data; boundary=b").body(boundary).send().await.expect("an answer");
        assert_eq!(multipart.status(), 200);
    }

    /// The standard answer on request: an access token in the first step.
    async fn e7_standard_answer(app) {
        let answer = app.token(&[("grant_type", "client_credentials"), ("client_id", &app.app.client_id), ("client_secret", &app.app.secret),
            ("organization_id", &app.account.organization_id)]).await;
        assert_eq!((&answer.json["expires_in"], &answer.json["refresh_expires_in"]), (&json!(300), &json!(2_592_000)), "{}", answer.text);
        let token = answer.json["access_token"].as_str().expect("a token");
        let caller = app.caller(&format!("/app/v3/en/organization/{}", app.account.organization_id), token);
        assert_eq!(caller.get("/show").await.status, 200);
    }

    /// D20: many wrong secrets are answered with 429; other clients are not affected.
    async fn d20_throttle(app) {
        let wrong = [("grant_type", "client_credentials"), ("client_id", app.app.client_id.as_str()), ("client_secret", "wrong")];
        let mut last = app.token(&wrong).await;
        for _ in 0..30 {
            last = app.token(&wrong).await;
        }
        assert_eq!(last.status, 429, "{}", last.text);
        assert!(last.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds >= 1));
        let right = [("grant_type", "client_credentials"), ("client_id", app.app.client_id.as_str()), ("client_secret", app.app.secret.as_str())];
        assert_eq!(app.token(&right).await.status, 429, "with the right secret too");
        app.access_token(&app.module, "").await;
    }

    /// H1 to H4: revoking ends a refresh token at once; what is none is ignored.
    async fn h1_h2_h3_h4_h7_revoke(app) {
        let refresh = app.refresh_token(&app.app).await;
        let url = format!("{}/oauth/revoke", app.url);
        let revoke = |secret: &str, token: &str| {
            let form = [("client_id", app.app.client_id.clone()), ("client_secret", secret.to_owned()), ("token", token.to_owned()), ("token_type_hint", "nonsense".into())];
            let request = app.http.post(&url).form(&form);
            async move { Answer::read(request.send().await.expect("an answer")).await }
        };
        assert_eq!(revoke("wrong", &refresh).await.status, 401);
        assert_eq!(revoke(&app.app.secret, "garbage").await.status, 200);
        assert_eq!(revoke(&app.app.secret, "").await.json["error"], "invalid_request");
        let access = app.access_token(&app.app, "").await;
        assert_eq!(revoke(&app.app.secret, &access).await.json["error"], "unsupported_token_type");
        assert_eq!(revoke(&app.app.secret, &refresh).await.status, 200);
        let refused = app.token(&[("grant_type", "refresh_token"), ("client_id", &app.app.client_id), ("refresh_token", &refresh)]).await;
        assert_eq!((refused.status, &refused.json["error"]), (400, &json!("invalid_grant")));
        let get = app.http.get(&url).send().await.expect("an answer");
        assert_eq!(get.status(), 405);
    }

    /// H11, H12, H14: metadata comes from the configuration; a rotation is never noticed by clients.
    async fn h11_h14_metadata_and_rotation(app) {
        let metadata = app.http.get(format!("{}/.well-known/oauth-authorization-server", app.url)).header("host", "evil.example").send().await;
        let metadata = Answer::read(metadata.expect("an answer")).await;
        assert_eq!(metadata.json["issuer"], app.url.as_str());
        assert!(!metadata.text.contains("evil"));
        let keys = || async {
            let answer = app.http.get(format!("{}/.well-known/jwks.json", app.url)).send().await.expect("an answer");
            answer.json::<Value>().await.expect("JSON")["keys"].as_array().expect("a list").len()
        };
        assert_eq!(keys().await, 2, "the next key is published before it signs");
        let before = app.access_token(&app.app, &app.account.organization_id).await;
        let refresh = app.refresh_token(&app.app).await;
        app.web.tokens.rotate(&app.web.service, None).await.expect("rotated");
        assert_eq!(keys().await, 3);
        let kid = |token: &str| token.split('.').next().expect("a header").to_owned();
        assert_eq!(kid(&app.access_token(&app.app, "").await), kid(&before), "not before an hour has passed");
        let caller = app.caller(&format!("/app/v3/en/organization/{}", app.account.organization_id), &before);
        assert_eq!(caller.get("/show").await.status, 200);
        app.clock.advance(3601);
        let after = app.access_token(&app.app, &app.account.organization_id).await;
        assert_ne!(kid(&after), kid(&before));
        let old = app.token(&[("grant_type", "refresh_token"), ("client_id", &app.app.client_id), ("refresh_token", &refresh)]).await;
        assert_eq!(old.status, 200, "tokens of the old key live on: {}", old.text);
        app.clock.advance(30 * 24 * 3600 + 600);
        assert_eq!(keys().await, 2, "the old key has gone");
    }

    /// D18: with an overlap both secrets are right for a while, and tokens go on.
    async fn d18_overlap(app) {
        let refresh = app.refresh_token(&app.app).await;
        let call = kalends_service::Call::system(app.web.service.clock.now(), std::sync::Arc::clone(&app.web.service.entropy));
        let overlap = kalends_service::developer::Overlap::Hour;
        let renewed = app.web.service.renew_app_secret(&call, &app.account.id, &app.app.record_id, overlap).await.expect("renewed");
        let status = async |secret: &str| {
            let fields = [("grant_type", "client_credentials"), ("client_id", app.app.client_id.as_str()), ("client_secret", secret)];
            app.token(&fields).await.status
        };
        app.clock.advance(3_599);
        assert_eq!((status(&renewed).await, status(&app.app.secret).await), (200, 200), "inside");
        app.clock.advance(1);
        assert_eq!((status(&renewed).await, status(&app.app.secret).await), (200, 401), "after");
        assert_eq!(app.exchange(&app.app, &refresh, "").await.status, 200);
    }

    /// D17, E2: what nobody knows is ignored, scopes included.
    async fn d17_e2_ignored(app) {
        let fields = [("grant_type", "client_credentials"), ("client_id", app.app.client_id.as_str()), ("client_secret", app.app.secret.as_str()),
            ("scope", "openid admin everything"), ("audience", "x"), ("unknown", "y")];
        let answer = app.token(&fields).await;
        let keys: Vec<&String> = answer.json.as_object().expect("an object").keys().collect();
        assert_eq!(keys, ["refresh_token", "token_type", "expires_in"], "{}", answer.text);
    }

    /// E3, E7: `resource` names this server, and is asked for the standard answer.
    async fn e3_e7_resource(app) {
        let (below, other, lookalike) = (format!("{}/app/v3", app.url), "https://other.example".to_owned(), format!("{}.evil.example", app.url));
        let fragment = format!("{}#f", app.url);
        for (resource, status) in [
            (app.url.as_str(), 200), (&below, 200), ("/app/v3", 400), ("app", 400), (&fragment, 400), (&other, 400), (&lookalike, 400),
        ] {
            let fields = [("grant_type", "client_credentials"), ("client_id", app.app.client_id.as_str()), ("client_secret", app.app.secret.as_str()), ("resource", resource)];
            let answer = app.token(&fields).await;
            assert_eq!(answer.status, status, "{resource}: {}", answer.text);
            let told = if status == 200 { answer.json["access_token"].is_string() } else { answer.json["error"] == "invalid_target" };
            assert!(told, "{resource}: {}", answer.text);
        }
        let fields = [("grant_type", "client_credentials"), ("client_id", app.app.client_id.as_str()), ("client_secret", "anonymous"), ("resource", app.url.as_str())];
        let anonymous = app.token(&fields).await;
        let token = anonymous.json["access_token"].as_str().expect("a token");
        assert_eq!(claims(token)["anonymous"], true, "an anonymous token stays one");
        assert_eq!(app.caller("/app/v3/en", token).post("/contractAccount/add", json!({})).await.status, 403);
    }

    /// E6: the subject of a client's token is the client's own record, of a kind that no person's id is.
    async fn e6_subject(app) {
        for client in [&app.app, &app.module] {
            let said = claims(&app.access_token(client, "").await);
            assert_eq!((said["sub"].as_str(), said["client_id"].as_str()), (Some(client.record_id.as_str()), Some(client.client_id.as_str())));
            assert!(said.get("user_id").is_none() && !client.record_id.starts_with("us"));
        }
        let login = app.login(&app.app, &app.account.user_id, "").await;
        let said = claims(login.json["access_token"].as_str().expect("a token"));
        assert!(said["sub"].as_str().is_some_and(|subject| subject.starts_with("us")));
    }

    /// D18: a renewed secret ends the old one and every refresh token at once.
    async fn d18_renewed_secret(app) {
        let refresh = app.refresh_token(&app.app).await;
        let call = kalends_service::Call::system(app.web.service.clock.now(), std::sync::Arc::clone(&app.web.service.entropy));
        let secret = app.web.service.renew_secret(&call, &app.app.client_id).await.expect("renewed");
        let with = |secret: &str| [("grant_type", "client_credentials"), ("client_id", app.app.client_id.as_str()), ("client_secret", secret)].map(|(k, v)| (k, v.to_owned()));
        for (secret, status) in [(secret.as_str(), 200), (app.app.secret.as_str(), 401)] {
            let fields = with(secret);
            let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
            assert_eq!(app.token(&fields).await.status, status);
        }
        let refused = app.token(&[("grant_type", "refresh_token"), ("client_id", &app.app.client_id), ("refresh_token", &refresh)]).await;
        assert_eq!(refused.status, 400);
    }
}

/// D21: a body that does not come is waited for half a minute, and no longer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d21_slow_body() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let app = kalends_testkit::app::TestApp::start(kalends_testkit::app::On::Sqlite).await;
    let address = app.url.strip_prefix("http://").expect("an address");
    let mut stream = tokio::net::TcpStream::connect(address).await.expect("a connection");
    let head = format!(
        "POST /oauth/token HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\ngrant_type="
    );
    stream.write_all(head.as_bytes()).await.expect("written");
    let mut answer = vec![0; 16 * 1024];
    let read = tokio::time::timeout(std::time::Duration::from_secs(45), stream.read(&mut answer)).await;
    let length = read.expect("an answer in time").expect("an answer");
    let answer = String::from_utf8_lossy(&answer[..length]).into_owned();
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(answer.contains("no-store"), "{answer}");
}

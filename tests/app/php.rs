//! The PHP clients' requests, byte for byte as they leave the socket: one kept-alive connection, no `User-Agent`, JSON
//! declared on every request, verbs without body and without `Content-Length`, slashes and umlauts escaped in bodies and
//! raw in addresses (CONVENTIONS, "Requests").

use kalends_testkit::app::TestApp;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// An answer read off a raw connection.
#[derive(Debug)]
pub(super) struct Raw {
    pub status: u16,
    pub head: String,
    pub text: String,
}

impl Raw {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    #[track_caller]
    pub(super) fn content(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.json()["content"].clone()
    }

    /// Codes and parameters of the messages.
    pub(super) fn messages(&self) -> Vec<(String, String)> {
        let json = self.json();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let list = json["messageList"].as_array().into_iter().flatten();
        list.map(|message| (text(&message["code"]), text(&message["parameter"]))).collect()
    }
}

/// A kept-alive connection that sends exactly what it is told.
pub(super) struct Php {
    stream: TcpStream,
    token: String,
}

impl Php {
    pub(super) async fn connect(app: &TestApp, token: &str) -> Self {
        let stream = TcpStream::connect(app.url.trim_start_matches("http://")).await.expect("a connection");
        Self { stream, token: token.to_owned() }
    }

    pub(super) async fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.expect("sent");
    }

    pub(super) fn head(&self, method: &str, path: &str, more: &str) -> String {
        let token = &self.token;
        format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json; charset=utf-8\r\n{more}\r\n"
        )
    }

    /// Without body and without `Content-Length`.
    pub(super) async fn bare(&mut self, method: &str, path: &str) -> Raw {
        let head = self.head(method, path, "");
        self.write(head.as_bytes()).await;
        self.read(method == "HEAD").await
    }

    pub(super) async fn send(&mut self, method: &str, path: &str, body: &str) -> Raw {
        let head = self.head(method, path, &format!("Content-Length: {}\r\n", body.len()));
        self.write(format!("{head}{body}").as_bytes()).await;
        self.read(false).await
    }

    /// Reads one answer: its head, then as many bytes as that announces.
    pub(super) async fn read(&mut self, without_body: bool) -> Raw {
        let mut seen = Vec::new();
        let end = loop {
            if let Some(end) = seen.windows(4).position(|window| window == b"\r\n\r\n") {
                break end;
            }
            self.more(&mut seen).await;
        };
        let head = String::from_utf8(seen[..end].to_vec()).expect("a head is ASCII");
        let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
        let length: usize = if without_body { 0 } else { length.unwrap_or(0) };
        while seen.len() < end + 4 + length {
            self.more(&mut seen).await;
        }
        assert_eq!(seen.len(), end + 4 + length, "more than was announced: {}", String::from_utf8_lossy(&seen));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        let text = String::from_utf8(seen[end + 4..].to_vec()).expect("answers are UTF-8");
        Raw { status, head, text }
    }

    async fn more(&mut self, seen: &mut Vec<u8>) {
        let mut buffer = [0; 4096];
        let count = self.stream.read(&mut buffer).await.expect("an answer");
        assert!(count > 0, "the server hung up after {}", String::from_utf8_lossy(seen));
        seen.extend_from_slice(&buffer[..count]);
    }
}

fn id(content: &Value) -> String {
    content["id"].as_str().expect("an id").to_owned()
}

both! {
    /// The whole life of a customer over one connection, every request as the clients write it.
    async fn one_connection(app) {
        let mut token = Php::connect(&app, "").await;
        let form = format!("grant_type=client_credentials&client_id={}&client_secret={}&scope=", app.app.client_id, app.app.secret);
        token.write(format!("POST /oauth/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}", form.len()).as_bytes()).await;
        let refresh = token.read(false).await;
        assert_eq!(refresh.status, 200, "{}", refresh.text);
        let refresh = refresh.json()["refresh_token"].as_str().expect("a token").to_owned();
        let form = format!("grant_type=refresh_token&client_id={}&refresh_token={refresh}&organization_id={}", app.app.client_id, app.account.organization_id);
        token.write(format!("POST /oauth/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}", form.len()).as_bytes()).await;
        let access = token.read(false).await;
        assert!(access.json()["expires_in"].as_i64().is_some_and(|seconds| seconds > 60), "{}", access.text);
        let access = access.json()["access_token"].as_str().expect("a token").to_owned();

        let mut php = Php::connect(&app, &access).await;
        let base = format!("/app/v3/de/organization/{}", app.account.organization_id);
        php.bare("GET", &format!("{base}/show")).await.content(200);
        let body = r#"{"firstName":"J\u00fcrgen \ud83d\ude00","lastName":"M\/M","address":{"geoCoordinates":{"latitude":53,"longitude":10}},"additionalData":[],"customId":"kund\u00e9"}"#;
        let customer = id(&php.send("POST", &format!("{base}/customer/add"), body).await.content(201));
        let group = id(&php.send("POST", &format!("{base}/customerGroup/add"), r#"{"name":"Gruppe"}"#).await.content(201));
        php.send("PUT", &format!("{base}/customer/{customer}/edit"), "[]").await.content(200);
        php.bare("PUT", &format!("{base}/customer/{customer}/edit")).await.content(200);
        php.bare("LINK", &format!("{base}/customer/{customer}/customerGroup/{group}/link")).await.content(200);
        let shown = php.bare("GET", &format!("{base}/customer/{customer}/show")).await;
        let content = shown.content(200);
        assert_eq!((&content["firstName"], &content["lastName"]), (&json!("Jürgen 😀"), &json!("M/M")));
        assert!(shown.text.contains("Jürgen 😀"), "UTF-8 is not escaped");
        assert_eq!(content["address"]["geoCoordinates"], json!({"latitude": 53, "longitude": 10}));
        assert_eq!((&content["additionalData"], &content["customerGroupList"][0]["id"]), (&json!([]), &json!(group)));
        // Raw UTF-8 in the path; the same percent-encoded.
        for path in ["customer/kundé/identify", "customer/kund%C3%A9/identify"] {
            assert_eq!(php.bare("GET", &format!("{base}/{path}")).await.content(200)["id"], json!(customer));
        }
        php.bare("UNLINK", &format!("{base}/customer/{customer}/customerGroup/{group}/unlink")).await.content(200);
        assert_eq!(php.bare("GET", &format!("{base}/customer/{customer}/show")).await.content(200)["customerGroupList"], json!([]));
        php.bare("DELETE", &format!("{base}/customer/{customer}/delete")).await.content(200);
        assert_eq!(php.bare("GET", &format!("{base}/customer/{customer}/show")).await.status, 404);
        let refused = php.bare("POST", &format!("{base}/customer/add")).await;
        assert_eq!((refused.status, refused.messages()), (400, vec![("required".into(), "lastName".into())]));
        let refused = php.send("POST", &format!("{base}/customer/add"), "[]").await;
        assert_eq!((refused.status, refused.messages()), (400, vec![("required".into(), "lastName".into())]));
    }

    /// In `searchQuery` a `+` is a plus, an `&` splits, UTF-8 may stand as it is.
    async fn search_query(app) {
        let demo = app.demo().await;
        for (last, mobile) in [("Müller", "+491701234567"), ("Muster & Sohn", ""), ("Größe", "")] {
            demo.post("/customer/add", json!({"firstName": "A", "lastName": last, "mobile": mobile})).await.content(201);
        }
        let mut php = Php::connect(&app, &demo.token).await;
        let base = format!("/app/v3/de/organization/{}/customer/filter/1", app.account.organization_id);
        for (query, count) in [
            ("searchQuery=müller", 1), ("searchQuery=m%C3%BCller", 1), ("searchQuery=MÜL", 1), ("searchQuery=größe", 1), ("searchQuery=groesse", 0),
            ("searchQuery=+491701234567", 1), ("searchQuery=%2B491701234567", 1), ("searchQuery=muster&sohn", 1),
            ("searchQuery=muster%20sohn", 1), ("searchQuery=muster+sohn", 1), ("searchQuery=nobody&searchQuery=muster", 0), ("", 6), ("searchQuery", 6), ("x=y&searchQuery=mus", 1),
        ] {
            let found = php.bare("GET", &format!("{base}?{query}")).await;
            assert_eq!(found.content(200)["recordTotal"], count, "{query}: {}", found.text);
        }
        let wrong = php.bare("GET", &format!("{base}?searchQuery=%ff")).await;
        assert_eq!((wrong.status, wrong.messages()), (400, vec![("invalid_utf8".into(), String::new())]));
        // A query of any length is answered.
        for query in ["a ".repeat(5_000), "x".repeat(20_000), "Ж".repeat(9_000), "\"*' OR NEAR(".repeat(900)] {
            let query = query.replace(' ', "%20").replace('"', "%22");
            let log = php.bare("GET", &format!("/app/v3/de/organization/{}/log/filter/1?searchQuery={query}", app.account.organization_id)).await;
            assert_eq!(log.status, 200, "{}", log.text);
            let found = php.bare("GET", &format!("{base}?searchQuery={query}")).await;
            assert_eq!(found.status, 200, "{}", found.text);
        }
    }

    /// `Expect: 100-continue`: the server asks for the body, or refuses at once what it would not take.
    async fn expect_continue(app) {
        let demo = app.demo().await;
        let path = format!("/app/v3/en/organization/{}/customer/add", app.account.organization_id);
        let body = json!({"firstName": "A", "lastName": "B", "notes": "x".repeat(9_000)}).to_string();
        let mut php = Php::connect(&app, &demo.token).await;
        for _ in 0..2 {
            let head = php.head("POST", &path, &format!("Expect: 100-continue\r\nContent-Length: {}\r\n", body.len()));
            php.write(head.as_bytes()).await;
            let go_on = php.read(true).await;
            assert_eq!(go_on.status, 100);
            php.write(body.as_bytes()).await;
            php.read(false).await.content(201);
        }
        // Refused by its token before the body is asked for.
        let mut stranger = Php::connect(&app, "garbage").await;
        let head = stranger.head("POST", &path, &format!("Expect: 100-continue\r\nContent-Length: {}\r\n", body.len()));
        stranger.write(head.as_bytes()).await;
        assert_eq!(stranger.read(false).await.status, 401);
        let head = php.head("POST", &path, "Expect: 100-continue\r\nContent-Length: 300000\r\n");
        php.write(head.as_bytes()).await;
        let refused = php.read(false).await;
        assert_eq!((refused.status, refused.messages()[0].0.as_str()), (413, "body_too_large"), "{}", refused.text);
        // A body in pieces of unknown number works as well.
        let mut pieces = Php::connect(&app, &demo.token).await;
        let head = pieces.head("POST", &path, "Transfer-Encoding: chunked\r\n");
        pieces.write(format!("{head}12\r\n{{\"firstName\":\"A\", \r\n10\r\n\"lastName\": \"B\"}}\r\n0\r\n\r\n").as_bytes()).await;
        pieces.read(false).await.content(201);
    }

    /// HEAD is GET without its body, OPTIONS names the methods, everything else that is not there is a 405 with them.
    async fn other_methods(app) {
        let demo = app.demo().await;
        let mut php = Php::connect(&app, &demo.token).await;
        let path = format!("/app/v3/de/organization/{}/show", app.account.organization_id);
        let whole = php.bare("GET", &path).await;
        let head = php.bare("HEAD", &path).await;
        assert_eq!((head.status, head.text.as_str()), (200, ""));
        assert!(head.head.to_lowercase().contains(&format!("content-length: {}", whole.text.len())), "{}", head.head);
        assert!(head.head.to_lowercase().contains("etag: "), "{}", head.head);
        let options = php.bare("OPTIONS", &path).await;
        assert_eq!(options.status, 204, "{}", options.text);
        assert!(options.head.to_lowercase().contains("allow: get, head, options"), "{}", options.head);
        let options = php.bare("OPTIONS", &path.replace("/show", "/shown")).await;
        assert_eq!((options.status, options.messages()[0].0.as_str()), (404, "route_not_found"));
        for (method, path, allow) in [
            ("PATCH", path.as_str(), "get, head, options"), ("BREW", &path, "get, head, options"), ("POST", &path, "get, head, options"),
            ("GET", &path.replace("/show", "/edit"), "put, options"), ("HEAD", &path.replace("/show", "/edit"), "put, options"),
            ("POST", "/health/live", "get, head"), ("DELETE", "/.well-known/jwks.json", "get, head, options"),
        ] {
            let refused = php.bare(method, path).await;
            assert_eq!(refused.status, 405, "{method} {path}: {}", refused.text);
            assert!(refused.head.to_lowercase().replace(",head", ", head").contains(&format!("allow: {allow}\r\n")), "{method} {path}: {}", refused.head);
            if method != "HEAD" {
                assert_eq!(refused.messages()[0].0, "method_not_allowed", "{method} {path}: {}", refused.text);
            }
        }
    }

    /// Locales of the path; what is none is a 404 in the envelope, whatever follows.
    async fn locales(app) {
        let demo = app.demo().await;
        let mut php = Php::connect(&app, &demo.token).await;
        let organization = &app.account.organization_id;
        for (locale, text) in [("de", "Nicht gefunden."), ("de_DE", "Nicht gefunden."), ("de_AT", "Nicht gefunden."), ("en", "Not found."), ("en_EN", "Not found."), ("en_GB", "Not found.")] {
            let answer = php.bare("GET", &format!("/app/v3/{locale}/organization/{organization}/customer/d3{}/show", "0".repeat(30))).await;
            assert_eq!((answer.status, &answer.json()["messageList"][0]["text"]), (404, &json!(text)), "{locale}");
        }
        for locale in ["xx", "fr", "DE", "de-DE", "de_", "de_de", "_DE", "", "%64e", "deutsch", "d\u{e9}"] {
            for rest in [format!("organization/{organization}/show"), "static/sector/list".into(), "nothing".into(), String::new()] {
                let answer = php.bare("GET", &format!("/app/v3/{locale}/{rest}")).await;
                assert_eq!((answer.status, answer.json()["content"].clone()), (404, Value::Null), "{locale} {rest}");
                assert!(["locale_not_found", "route_not_found"].contains(&answer.messages()[0].0.as_str()), "{locale} {rest}: {}", answer.text);
            }
        }
        for path in ["/app", "/app/", "/app/v3", "/app/v3/", "/app/v2/de/static/sector/list", "/module/v3", "/oauth/nothing", "/favicon.ico", "/app/v3/de/static/sector/list/"] {
            let answer = php.bare("GET", path).await;
            assert_eq!((answer.status, answer.json()["content"].clone(), answer.messages().len()), (404, Value::Null, 1), "{path}: {}", answer.text);
        }
    }

    /// Inheritance objects: bare and wrapped values mean the same, `result` is ignored, and an object that was read may be
    /// written back as it is.
    async fn inheritance_objects(app) {
        let demo = app.demo().await;
        let show = async || demo.get("/show").await.content(200).clone();
        for (sent, field, value) in [
            (json!({"sector": "01ab"}), "sector", json!("01ab")),
            (json!({"sector": {"value": "01ab"}}), "sector", json!("01ab")),
            (json!({"email": "new@example.com"}), "email", json!("new@example.com")),
            (json!({"email": {"value": "x@example.com", "inheritance": "OFF", "result": "ignored"}}), "email", json!("x@example.com")),
            (json!({"description": "Bare"}), "description", json!("Bare")),
            (json!({"descriptionI18nList": [{"key": "en", "value": "Bare"}]}), "descriptionI18nList", json!([{"key": "en", "value": "Bare"}])),
            (json!({"descriptionI18nList": {"value": [{"key": "fr", "value": "Nu"}]}}), "descriptionI18nList", json!([{"key": "fr", "value": "Nu"}])),
        ] {
            demo.put("/edit", sent.clone()).await.content(200);
            assert_eq!(show().await[field], json!({"value": value, "inheritance": "OFF", "result": value}), "{sent}");
        }
        demo.put("/edit", json!({"settings": {"taxRate": 7.0, "showPrice": false, "locale": "en_EN", "accessibility": []}})).await.content(200);
        let before = show().await;
        assert_eq!(before["settings"]["taxRate"]["value"].as_f64(), Some(7.0));
        assert_eq!((&before["settings"]["showPrice"]["value"], &before["settings"]["locale"]["value"]), (&json!(false), &json!("en_EN")));
        assert_eq!(before["settings"]["timeZone"]["value"], "Europe/Berlin", "what was not named is unchanged");
        let written = demo.put("/edit", before.clone()).await;
        assert_eq!(written.content(200)["settings"], before["settings"], "written back as it was read");
        let mut after = show().await;
        after["timestampEdit"] = before["timestampEdit"].clone();
        assert_eq!(after, before);
        let refused = demo.put("/edit", json!({"email": {"value": "x", "inheritance": "SIDEWAYS"}, "settings": {"taxRate": {"value": "much"}}})).await;
        assert_eq!((refused.status, refused.parameters()), (400, vec!["email.inheritance", "settings.taxRate.value"]));
    }
}

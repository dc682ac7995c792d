//! Chromium through its driver: the WebDriver protocol (W3C), and the browser's own protocol where that has no word.

use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// The name of an element's id in the protocol.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// Longest wait for something that comes.
const PATIENCE: Duration = Duration::from_secs(20);

/// A browser window of its own, with nothing remembered.
pub(crate) struct Browser {
    http: reqwest::Client,
    session: String,
    /// Whether pages may run scripts.
    pub(crate) scripts: bool,
    _driver: Child,
    _profile: TempDir,
}

impl Browser {
    /// Starts driver and browser.
    pub(crate) async fn start(scripts: bool) -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("chromedriver; ./test installs it");
        let mut lines = BufReader::new(driver.stdout.take().expect("its output")).lines();
        let port = loop {
            let line = lines.next_line().await.expect("text").expect("the driver says its port");
            if let Some((_, port)) = line.split_once("on port ")
                && line.contains("successfully")
            {
                break port.trim_end_matches('.').to_owned();
            }
        };
        // What it says later has to go somewhere.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let profile = TempDir::new().expect("a folder");
        let mut arguments: Vec<String> = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-proxy-server",
            "--hide-scrollbars",
            // Pages do not scroll slowly to what is clicked.
            "--force-prefers-reduced-motion",
            "--lang=en",
            "--window-size=1280,900",
            // No name leads anywhere: whatever a page wants from elsewhere fails, and is seen.
            "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
        ]
        .map(str::to_owned)
        .into();
        arguments.push(format!("--user-data-dir={}", profile.path().display()));
        let script = if scripts { 1 } else { 2 };
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": {
                "args": arguments,
                "prefs": {
                    "profile.managed_default_content_settings.javascript": script,
                    "credentials_enable_service": false,
                    "profile.password_manager_leak_detection": false,
                    "intl.accept_languages": "en",
                },
            },
            "goog:loggingPrefs": {"browser": "ALL"},
        }}});
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let mut browser = Self {
            http,
            session: format!("http://127.0.0.1:{port}/session"),
            scripts,
            _driver: driver,
            _profile: profile,
        };
        let made = browser.post("", &wanted).await;
        browser.session = format!("{}/{}", browser.session, made["sessionId"].as_str().expect("a session"));
        browser.go("data:text/html,<title>off</title><script>document.title='on'</script>").await;
        let title = browser.get("/title").await;
        assert_eq!(title, if scripts { "on" } else { "off" }, "scripts of pages");
        browser
    }

    async fn answer(request: reqwest::RequestBuilder) -> Result<Value, Value> {
        let response = request.send().await.expect("the driver answers");
        let good = response.status().is_success();
        let mut answer: Value = serde_json::from_str(&response.text().await.expect("text")).expect("JSON");
        if good { Ok(answer["value"].take()) } else { Err(answer["value"].take()) }
    }

    #[track_caller]
    fn post(&self, path: &str, body: &Value) -> impl Future<Output = Value> {
        let request = self.http.post(format!("{}{path}", self.session)).body(body.to_string());
        let what = format!("{path} {body}");
        async move { Self::answer(request).await.unwrap_or_else(|error| panic!("{what}: {error}")) }
    }

    async fn get(&self, path: &str) -> Value {
        Self::answer(self.http.get(format!("{}{path}", self.session)))
            .await
            .unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Opens an address.
    pub(crate) async fn go(&self, address: &str) {
        self.post("/url", &json!({"url": address})).await;
    }

    /// Where it is.
    pub(crate) async fn address(&self) -> String {
        self.get("/url").await.as_str().unwrap_or_default().to_owned()
    }

    /// An element, as soon as it is there.
    async fn element(&self, selector: &str) -> String {
        let wanted = json!({"using": "css selector", "value": selector}).to_string();
        let begin = Instant::now();
        loop {
            let request = self.http.post(format!("{}/element", self.session)).body(wanted.clone());
            match Self::answer(request).await {
                Ok(element) => return element[ELEMENT].as_str().expect("an element").to_owned(),
                Err(error) if begin.elapsed() > PATIENCE => {
                    panic!("no {selector} at {}: {error}\n{}", self.address().await, self.text().await)
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    /// Waits until an element is there.
    pub(crate) async fn see(&self, selector: &str) {
        self.element(selector).await;
    }

    /// What a person reads on the page.
    pub(crate) async fn text(&self) -> String {
        let wanted = json!({"using": "css selector", "value": "body"}).to_string();
        let request = self.http.post(format!("{}/element", self.session)).body(wanted);
        let Ok(body) = Self::answer(request).await else { return String::new() };
        let path = format!("/element/{}/text", body[ELEMENT].as_str().unwrap_or_default());
        let text = Self::answer(self.http.get(format!("{}{path}", self.session))).await;
        text.unwrap_or_default().as_str().unwrap_or_default().to_owned()
    }

    /// Writes into the field of a name, in place of what stands there.
    pub(crate) async fn fill(&self, name: &str, value: &str) {
        let element = self.element(&format!("main [name='{name}']")).await;
        self.post(&format!("/element/{element}/clear"), &json!({})).await;
        self.post(&format!("/element/{element}/value"), &json!({"text": value})).await;
    }

    /// Clicks what a selector finds first.
    pub(crate) async fn press(&self, selector: &str) {
        let element = self.element(selector).await;
        self.click(&element).await;
    }

    /// Clicks an element; waits while the page still scrolls to it.
    async fn click(&self, element: &str) {
        let begin = Instant::now();
        let script = "arguments[0].scrollIntoView({behavior: 'instant', block: 'center'})";
        self.execute(script, &[json!({ELEMENT: element})]).await;
        loop {
            let request = self.http.post(format!("{}/element/{element}/click", self.session)).body("{}");
            match Self::answer(request).await {
                Ok(_) => return,
                Err(error) if begin.elapsed() > PATIENCE => panic!("{error}"),
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    /// Clicks everything a selector finds.
    pub(crate) async fn press_all(&self, selector: &str) {
        let wanted = json!({"using": "css selector", "value": selector});
        for element in self.post("/elements", &wanted).await.as_array().into_iter().flatten() {
            let element = element[ELEMENT].as_str().expect("an element");
            self.click(element).await;
        }
    }

    /// What an element says.
    pub(crate) async fn text_of(&self, selector: &str) -> String {
        let element = self.element(selector).await;
        self.get(&format!("/element/{element}/text")).await.as_str().unwrap_or_default().to_owned()
    }

    /// Runs a script in the page, whether the page itself may or not.
    pub(crate) async fn execute(&self, script: &str, arguments: &[Value]) -> Value {
        self.post("/execute/sync", &json!({"script": script, "args": arguments})).await
    }

    /// Waits until what a script says begins with these words.
    pub(crate) async fn wait(&self, script: &str, words: &str) {
        let begin = Instant::now();
        loop {
            let wanted = json!({"script": script, "args": []}).to_string();
            let request = self.http.post(format!("{}/execute/sync", self.session)).body(wanted);
            // While one page gives way to the next a script may fail.
            let said = Self::answer(request).await.unwrap_or_default();
            if said.as_str().is_some_and(|said| said.starts_with(words)) {
                return;
            }
            assert!(begin.elapsed() < PATIENCE, "{words} does not come, but {said}\n{}", self.text().await);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// A command of the browser's own protocol.
    pub(crate) async fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.post("/goog/cdp/execute", &json!({"cmd": command, "params": parameters})).await
    }

    /// What the browser complained about since it was asked last: scripts that fail, policies that forbid, files not there.
    pub(crate) async fn complaints(&self) -> Vec<String> {
        let log = self.post("/se/log", &json!({"type": "browser"})).await;
        let entries = log.as_array().into_iter().flatten();
        entries.map(|entry| format!("{} {}", entry["level"], entry["message"])).collect()
    }

    /// Shows the page as on a screen of that width, light or dark.
    pub(crate) async fn screen(&self, width: u32, height: u32, dark: bool) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", size).await;
        let scheme = if dark { "dark" } else { "light" };
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.devtools("Emulation.setEmulatedMedia", features).await;
    }

    /// A picture of the whole page, into `target/screenshots`.
    pub(crate) async fn picture(&self, name: &str) {
        let wanted = json!({"format": "png", "captureBeyondViewport": true});
        let taken = self.devtools("Page.captureScreenshot", wanted).await;
        let own = std::env::current_exe().expect("this program");
        let folder: PathBuf = own.ancestors().nth(3).expect("target").join("screenshots");
        std::fs::create_dir_all(&folder).expect("a folder");
        let picture = base64(taken["data"].as_str().expect("a picture"));
        std::fs::write(folder.join(format!("{name}.png")), picture).expect("written");
    }

    /// Ends the session, so that the browser takes its leave before its folder goes.
    pub(crate) async fn close(self) {
        drop(Self::answer(self.http.delete(&self.session)).await);
    }
}

/// Reads base64 without its padding.
fn base64(text: &str) -> Vec<u8> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0);
    for letter in text.bytes().filter(|letter| *letter != b'=') {
        let value = ALPHABET.iter().position(|known| *known == letter).expect("base64");
        bits = bits << 6 | u32::try_from(value).expect("six bits");
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xFF).expect("a byte"));
        }
    }
    bytes
}

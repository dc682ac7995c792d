//! A customer's organization with a branch, in which the app of the tests is installed.

use kalends_service::Call;
use kalends_service::developer::{ClientKind, NewClient};
use kalends_testkit::app::{LOOPBACK, REDIRECT, TestApp};
use kalends_testkit::client::{Answer, Caller};
use serde_json::{Value, json};
use std::sync::Arc;

/// The organization and who acts in it.
pub(super) struct Scene<'a> {
    pub app: &'a TestApp,
    /// The root.
    pub root: String,
    /// An organization below it.
    pub branch: String,
    /// The configuration of the tests' app in the root.
    pub config: String,
    /// The app alone, in the root.
    pub alone: Caller,
}

/// A call of the platform itself.
pub(super) fn system(app: &TestApp) -> Call {
    Call::system(app.web.service.clock.now(), Arc::clone(&app.web.service.entropy))
}

/// A text of an answer.
pub(super) fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}")).to_owned()
}

/// The first code and the status.
pub(super) fn refusal(answer: &Answer) -> (u16, &str) {
    (answer.status, answer.codes().first().copied().unwrap_or_default())
}

impl<'a> Scene<'a> {
    pub(super) async fn new(app: &'a TestApp) -> Self {
        Self::named(app, "Practice").await
    }

    pub(super) async fn named(app: &'a TestApp, name: &str) -> Self {
        let caller = app.without_organization().await;
        let account = caller.post("/contractAccount/add", json!({"name": name})).await;
        let account = text(account.content(201), "id");
        let made = caller.post("/organization/add", json!({"name": name, "contractAccountId": account})).await;
        let made = made.content(201)["recordList"].clone();
        let (root, config) = (text(&made[0], "id"), text(&made[1], "id"));
        let alone = app.in_organization(&root).await;
        let branch = alone.post("/organization/addSub", json!({"name": "Branch"})).await;
        let branch = text(branch.content(201), "id");
        Self { app, root, branch, config, alone }
    }

    /// The app alone, in one of the organizations.
    pub(super) fn inside(&self, organization: &str) -> Caller {
        self.app.caller(&format!("/app/v3/en/organization/{organization}"), &self.alone.token)
    }

    /// A group of an organization with these permissions.
    pub(super) async fn group(&self, organization: &str, permissions: &[&str]) -> String {
        let body = json!({"name": "Group", "permissionList": permissions});
        text(self.inside(organization).post("/employeeGroup/add", body).await.content(201), "id")
    }

    /// Links or unlinks.
    pub(super) async fn link(&self, organization: &str, method: &str, path: &str) {
        self.inside(organization).send(method, path, None).await.content(200);
    }

    /// An employee of an organization who is this user, in a group that is linked with the tests' app.
    pub(super) async fn employee(&self, user_id: &str, permissions: &[&str]) -> (String, String) {
        let employee = self.alone.post("/employee/add", json!({"lastName": "Person", "userId": user_id})).await;
        let employee = text(employee.content(201), "id");
        let group = self.group(&self.root, permissions).await;
        self.link(&self.root, "LINK", &format!("/employee/{employee}/employeeGroup/{group}/link")).await;
        self.link(&self.root, "LINK", &format!("/employeeGroup/{group}/appConfig/{}/link", self.config)).await;
        (employee, group)
    }

    /// Whether a token for the organization is refused as the rows G13 and G14 want.
    pub(super) async fn may_enter(&self, client: &NewClient, refresh: &str, organization: &str) -> bool {
        let fields = [
            ("grant_type", "refresh_token"),
            ("client_id", client.client_id.as_str()),
            ("refresh_token", refresh),
            ("organization_id", organization),
        ];
        let answer = self.app.token(&fields).await;
        if answer.status != 200 {
            assert_eq!((answer.status, &answer.json["error"]), (400, &json!("invalid_target")), "{}", answer.text);
        }
        answer.status == 200
    }
}

/// An app or module of a developer account.
pub(super) async fn client(app: &TestApp, account: &str, kind: ClientKind, document: Value) -> NewClient {
    let redirects = [REDIRECT.to_owned(), LOOPBACK.to_owned()];
    app.web.service.make_client(&system(app), account, kind, &document, &redirects).await.expect("a client")
}

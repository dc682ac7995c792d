//! The model itself: what must be known to say what each answer has to be.

use super::super::code::text;
use super::super::races::at_most_one_leaf;
use super::{DAY, Step};
use kalends_service::Call;
use kalends_service::developer::{Account, ClientKind, NewClient};
use kalends_store::params;
use kalends_testkit::app::{On, TestApp};
use kalends_testkit::client::Answer;
use kalends_testkit::people::Code;
use std::sync::Arc;

/// How many steps a client stays off, and how often: twenty refusals a minute bar it from a process.
const OFF_STEPS: usize = 3;
const OFF_TIMES: usize = 3;

/// A code, and what is known of it.
struct Given {
    code: Code,
    client: usize,
    user: usize,
    there: bool,
    expires: i64,
    used: bool,
    logged_out: bool,
    /// Its row was removed.
    gone: bool,
}

/// A refresh token of a login.
struct Member {
    token: String,
    access: String,
    given: i64,
    expires: i64,
    /// Replaced after a lost answer.
    replaced: bool,
}

struct Login {
    family: String,
    client: usize,
    user: usize,
    there: bool,
    members: Vec<Member>,
    rotated: i64,
    expires: i64,
    ended: bool,
}

struct Stable {
    token: String,
    client: usize,
    expires: i64,
    ended: bool,
}

/// What the platform must know, in a few lists.
pub(super) struct Model {
    clients: [NewClient; 2],
    on: [bool; 2],
    /// Steps that it has been off; and how often, since a client that is refused too often has to wait.
    off: [(usize, usize); 2],
    users: [String; 2],
    barred: [bool; 2],
    /// Consents by client, person, and whether in the organization.
    consents: [[[bool; 2]; 2]; 2],
    /// The organization where the module is installed, and the configuration while it is.
    there: Account,
    their_app: NewClient,
    config: Option<String>,
    now: i64,
    codes: Vec<Given>,
    logins: Vec<Login>,
    stable: Vec<Stable>,
    /// Processes on the database; the first is the test's own.
    processes: Vec<TestApp>,
    turn: usize,
}

/// Classic logins of the app, rotating ones of the module.
const MODULE: usize = 1;

impl Model {
    pub(super) async fn new(on: On) -> Self {
        let app = TestApp::start(on).await;
        let (there, their_app, _) = app.developer("there@example.com").await;
        let users = [app.user("one@example.com").await, app.user("two@example.com").await];
        for user in &users {
            app.make_admin(user, &app.account.organization_id).await;
            app.make_admin(user, &there.organization_id).await;
        }
        let beside = app.beside().await;
        let mut model = Self {
            clients: [app.app.clone(), app.module.clone()],
            on: [true; 2],
            off: [(0, 0); 2],
            users,
            barred: [false; 2],
            consents: [[[false; 2]; 2]; 2],
            there,
            their_app,
            config: None,
            now: 0,
            codes: Vec::new(),
            logins: Vec::new(),
            stable: Vec::new(),
            processes: vec![app, beside],
            turn: 0,
        };
        model.uninstall().await;
        model
    }

    /// The processes take turns.
    fn app(&mut self) -> &TestApp {
        self.turn += 1;
        &self.processes[self.turn % self.processes.len()]
    }

    fn call(&self) -> Call {
        let service = &self.processes[0].web.service;
        Call::system(service.clock.now(), Arc::clone(&service.entropy))
    }

    /// Installs the module where it is not, and the other way round.
    async fn uninstall(&mut self) {
        let organization = self.there.organization_id.clone();
        let app = &self.processes[0];
        match self.config.take() {
            None => {
                let module = &self.clients[MODULE].record_id;
                let made = app.web.service.install_module(&self.call(), &organization, module).await;
                self.config = Some(made.expect("installed"));
            }
            Some(config) => {
                let token = app.access_token(&self.their_app, &organization).await;
                let caller = app.caller(&format!("/app/v3/en/organization/{organization}"), &token);
                caller.delete(&format!("/moduleConfig/{config}/delete")).await.content(200);
                // What people allowed there ends with it: installed again, they are asked again.
                self.logins.iter_mut().filter(|login| login.there).for_each(|login| login.ended = true);
                self.consents[MODULE].iter_mut().for_each(|consents| consents[1] = false);
            }
        }
    }

    /// Whether a client may be where a login is bound to.
    fn enters(&self, client: usize, there: bool) -> bool {
        !there || (client == MODULE && self.config.is_some())
    }

    fn lives(&self, login: &Login) -> bool {
        self.on[login.client]
            && !login.ended
            && !self.barred[login.user]
            && self.consents[login.client][login.user][usize::from(login.there)]
    }

    fn end(&mut self, family: &str) {
        for login in self.logins.iter_mut().filter(|login| login.family == family) {
            login.ended = true;
        }
    }

    pub(super) async fn take(&mut self, step: &Step) {
        match *step {
            Step::Authorize(client, user, there) => self.authorize(client % 2, user % 2, there).await,
            Step::Redeem(back) => self.redeem(back).await,
            Step::Exchange(which) => self.exchange(which, 0).await,
            Step::Replay(which, back) => self.exchange(which, back).await,
            Step::ExchangeStable(which, there) => self.exchange_stable(which, there).await,
            Step::GetStable(client) => self.get_stable(client % 2).await,
            Step::Revoke(which) => self.revoke(which).await,
            Step::RevokeStable(which) => self.revoke_stable(which).await,
            Step::Switch(client) if self.on[client % 2] && self.off[client % 2].1 >= OFF_TIMES => {}
            Step::Switch(client) => self.switch(client % 2).await,
            Step::Bar(user) => {
                self.barred[user % 2] = !self.barred[user % 2];
                self.processes[0].set_user_active(&self.users[user % 2], !self.barred[user % 2]).await;
            }
            Step::Withdraw(client, user) => self.withdraw(client % 2, user % 2).await,
            Step::LogOut(back) => {
                let at = self.codes.len().checked_sub(back + 1);
                if let Some(given) = at.map(|at| &mut self.codes[at]) {
                    given.logged_out = true;
                    let values = params![given.code.session_id.as_str()];
                    self.processes[0].sql("DELETE FROM session WHERE id = $1", &values).await;
                }
            }
            // What is switched off cannot be installed.
            Step::Uninstall if self.config.is_some() || self.on[MODULE] => self.uninstall().await,
            Step::Uninstall => {}
            Step::Wait(seconds) => {
                self.now += seconds;
                self.processes[0].clock.advance(seconds);
            }
            Step::Tidy => {
                self.app().web.service.tidy().await.expect("tidy");
                for given in self.codes.iter_mut().filter(|given| given.expires < self.now - DAY) {
                    given.gone = true;
                }
            }
            Step::Restart => {
                let beside = self.processes[0].beside().await;
                self.processes[1] = beside;
            }
        }
        self.check().await;
        for client in 0..2 {
            self.off[client].0 += usize::from(!self.on[client]);
            if self.off[client].0 >= OFF_STEPS {
                self.switch(client).await;
            }
        }
    }

    async fn authorize(&mut self, client: usize, user: usize, there: bool) {
        let there = there && client == MODULE;
        let organization = if there { self.there.organization_id.clone() } else { String::new() };
        let (asking, person) = (self.clients[client].clone(), self.users[user].clone());
        let code = self.app().code(&asking, &person, &organization, true).await;
        self.consents[client][user][usize::from(there)] = true;
        let expires = self.now + 60;
        self.codes.push(Given { code, client, user, there, expires, used: false, logged_out: false, gone: false });
    }

    async fn redeem(&mut self, back: usize) {
        let Some(at) = self.codes.len().checked_sub(back + 1) else { return };
        let (client, code) = (self.clients[self.codes[at].client].clone(), self.codes[at].code.clone());
        let answer = self.app().redeem(&client, &code.code).await;
        let given = &self.codes[at];
        if !self.on[given.client] {
            return refused(&answer, 401);
        }
        if given.gone {
            return refused(&answer, 400);
        }
        if given.used || given.expires <= self.now {
            refused(&answer, 400);
            self.codes[at].used = true;
            return self.end(&code.family);
        }
        let consent = self.consents[given.client][given.user][usize::from(given.there)];
        if self.barred[given.user] || given.logged_out || !consent || !self.enters(given.client, given.there) {
            return refused(&answer, 400);
        }
        assert_eq!(answer.status, 200, "{}", answer.text);
        let life = if given.client == MODULE { 90 * DAY } else { 30 * DAY };
        let login = Login {
            family: code.family,
            client: given.client,
            user: given.user,
            there: given.there,
            members: vec![self.member(&answer, self.now + 30 * DAY)],
            rotated: self.now,
            expires: self.now + life,
            ended: false,
        };
        self.codes[at].used = true;
        self.logins.push(login);
    }

    fn member(&self, answer: &Answer, expires: i64) -> Member {
        let token = text(&answer.json["refresh_token"]);
        let access = text(&answer.json["access_token"]);
        Member { token, access, given: self.now, expires, replaced: false }
    }

    async fn exchange(&mut self, which: usize, back: usize) {
        let Some(at) = which.checked_rem(self.logins.len()) else { return };
        let newest = self.logins[at].members.len() - 1;
        let shown = newest.saturating_sub(back);
        let client = self.clients[self.logins[at].client].clone();
        let token = self.logins[at].members[shown].token.clone();
        let answer = self.app().exchange(&client, &token, "").await;
        let login = &self.logins[at];
        let member = &login.members[shown];
        if !self.on[login.client] {
            // A token whose row was removed is unknown before it is anybody's.
            let removed = member.expires < self.now - DAY;
            return if removed { assert!([400, 401].contains(&answer.status)) } else { refused(&answer, 401) };
        }
        if !self.lives(login) || !self.enters(login.client, login.there) {
            return refused(&answer, 400);
        }
        if login.expires <= self.now || member.expires <= self.now {
            return refused(&answer, 400);
        }
        if login.client != MODULE {
            assert_eq!(answer.status, 200, "{}", answer.text);
            assert!(answer.json.get("refresh_token").is_none(), "classic tokens stay: {}", answer.text);
            self.logins[at].members[shown].access = text(&answer.json["access_token"]);
            self.logins[at].members[shown].given = self.now;
            return;
        }
        let again = shown + 1 == newest && !member.replaced && self.now - login.rotated <= 10;
        if shown != newest && !again {
            refused(&answer, 400);
            self.logins[at].ended = true;
            return;
        }
        assert_eq!(answer.status, 200, "{}", answer.text);
        let fresh = self.member(&answer, login.expires.min(self.now + 30 * DAY));
        let now = self.now;
        let login = &mut self.logins[at];
        login.members[newest].replaced = again;
        login.rotated = now;
        login.members.push(fresh);
    }

    async fn get_stable(&mut self, client: usize) {
        let asking = self.clients[client].clone();
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", asking.client_id.as_str()),
            ("client_secret", asking.secret.as_str()),
        ];
        let answer = self.app().token(&fields).await;
        if !self.on[client] {
            return refused(&answer, 401);
        }
        let token = text(&answer.json["refresh_token"]);
        self.stable.push(Stable { token, client, expires: self.now + 30 * DAY, ended: false });
    }

    async fn exchange_stable(&mut self, which: usize, there: bool) {
        let Some(at) = which.checked_rem(self.stable.len()) else { return };
        let client = self.clients[self.stable[at].client].clone();
        let organization = if there { self.there.organization_id.clone() } else { String::new() };
        let token = self.stable[at].token.clone();
        let answer = self.app().exchange(&client, &token, &organization).await;
        let stable = &self.stable[at];
        let removed = stable.expires < self.now - DAY;
        if !self.on[stable.client] {
            return if removed { assert!([400, 401].contains(&answer.status)) } else { refused(&answer, 401) };
        }
        if stable.ended || stable.expires <= self.now {
            return refused(&answer, 400);
        }
        if !self.enters(stable.client, there) {
            assert_eq!(
                (answer.status, answer.json["error"].as_str()),
                (400, Some("invalid_target")),
                "{}",
                answer.text
            );
            return;
        }
        assert_eq!(answer.status, 200, "{}", answer.text);
    }

    async fn revoke(&mut self, which: usize) {
        let Some(at) = which.checked_rem(self.logins.len()) else { return };
        let client = self.clients[self.logins[at].client].clone();
        let member = which % self.logins[at].members.len();
        let token = self.logins[at].members[member].token.clone();
        let answer = self.app().ask("revoke", &client, &token).await;
        let on = self.on[self.logins[at].client];
        assert_eq!(answer.status, if on { 200 } else { 401 }, "{}", answer.text);
        self.logins[at].ended |= on;
    }

    async fn revoke_stable(&mut self, which: usize) {
        let Some(at) = which.checked_rem(self.stable.len()) else { return };
        let client = self.clients[self.stable[at].client].clone();
        let token = self.stable[at].token.clone();
        let answer = self.app().ask("revoke", &client, &token).await;
        let on = self.on[self.stable[at].client];
        assert_eq!(answer.status, if on { 200 } else { 401 }, "{}", answer.text);
        self.stable[at].ended |= on;
    }

    /// Switching a client off ends all its tokens, for good.
    async fn switch(&mut self, client: usize) {
        self.on[client] = !self.on[client];
        self.off[client] = (0, self.off[client].1 + usize::from(!self.on[client]));
        let (kind, on) = (if client == MODULE { ClientKind::Module } else { ClientKind::App }, self.on[client]);
        let (call, record) = (self.call(), self.clients[client].record_id.clone());
        let app = &self.processes[0];
        let switched = app.web.service.set_client_active(&call, &app.account.id, (kind, &record), on).await;
        switched.expect("switched");
        if !on {
            self.logins.iter_mut().filter(|login| login.client == client).for_each(|login| login.ended = true);
            self.stable.iter_mut().filter(|stable| stable.client == client).for_each(|stable| stable.ended = true);
        }
    }

    async fn withdraw(&mut self, client: usize, user: usize) {
        self.consents[client][user] = [false; 2];
        let (client, user) = (self.clients[client].client_id.clone(), self.users[user].clone());
        let sql = "DELETE FROM consent WHERE client_id = $1 AND user_id = $2";
        self.processes[0].sql(sql, &params![client, user]).await;
    }

    /// What holds whatever has happened.
    async fn check(&mut self) {
        at_most_one_leaf(&self.processes[0]).await;
        let turn = self.turn;
        if let Some(at) = turn.checked_rem(self.logins.len()) {
            let login = &self.logins[at];
            let member = login.members.last().expect("one at least");
            let works = self.lives(login) && self.now - member.given < 300;
            let (access, what) = (member.access.clone(), format!("login {at}: works: {works}"));
            assert_eq!(self.app().userinfo(&access).await.status, if works { 200 } else { 401 }, "{what}");
        }
        if let Some(at) = turn.checked_rem(self.stable.len()) {
            self.exchange_stable(at, false).await;
        }
        if let Some(at) = self.logins.iter().position(|login| !self.on[login.client]) {
            let newest = self.logins[at].members.len() - 1;
            let (client, token) =
                (self.clients[self.logins[at].client].clone(), self.logins[at].members[newest].token.clone());
            let answer = self.app().exchange(&client, &token, "").await;
            assert!([400, 401].contains(&answer.status), "a token of a client that is off: {}", answer.text);
        }
    }
}

#[track_caller]
fn refused(answer: &Answer, status: u16) {
    let error = if status == 401 { "invalid_client" } else { "invalid_grant" };
    assert_eq!((answer.status, answer.json["error"].as_str()), (status, Some(error)), "{}", answer.text);
}

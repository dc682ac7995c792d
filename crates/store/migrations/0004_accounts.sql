-- What the authorization server keeps of people and of what they allowed (PLATFORM sections 2 and 3.2).
-- Secrets that the machine made (cookies, codes, links) are kept as SHA-256 only.

-- A second factor: the seed sealed with the configuration's secret, and the last time step that was used.
ALTER TABLE account_user ADD COLUMN totp_sealed TEXT NOT NULL DEFAULT '';
ALTER TABLE account_user ADD COLUMN totp_step BIGINT NOT NULL DEFAULT 0;
ALTER TABLE account_user ADD COLUMN password_changed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE account_user ADD COLUMN last_login BIGINT NOT NULL DEFAULT 0;

CREATE TABLE recovery_code (
    user_id TEXT NOT NULL REFERENCES account_user (id) ON DELETE CASCADE,
    hash TEXT NOT NULL,
    used BIGINT NOT NULL,
    PRIMARY KEY (user_id, hash)
);

CREATE TABLE passkey (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES account_user (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    body TEXT NOT NULL,
    created BIGINT NOT NULL,
    used BIGINT NOT NULL
);
CREATE INDEX passkey_user ON passkey (user_id);

-- A registration of or a login with a passkey that has begun; taken out when it is answered.
CREATE TABLE ceremony (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    body TEXT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX ceremony_expires ON ceremony (expires);

-- Logged-in browsers; the id is the hash of the cookie.
CREATE TABLE session (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES account_user (id) ON DELETE CASCADE,
    method TEXT NOT NULL,
    authenticated BIGINT NOT NULL,
    created BIGINT NOT NULL,
    seen BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    network TEXT NOT NULL,
    agent TEXT NOT NULL
);
CREATE INDEX session_by_user ON session (user_id);
CREATE INDEX session_expires ON session (expires);

-- Links that act once: an address proved, a password reset, an invitation accepted. `purpose` keeps them apart.
CREATE TABLE user_link (
    id TEXT PRIMARY KEY,
    purpose TEXT NOT NULL,
    user_id TEXT NOT NULL,
    email TEXT NOT NULL,
    subject TEXT NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    used BIGINT NOT NULL
);
CREATE INDEX user_link_subject ON user_link (purpose, subject);
CREATE INDEX user_link_user ON user_link (user_id, purpose);
CREATE INDEX user_link_expires ON user_link (expires);

-- What a person let an app do; asked again when the app wants more than `permissions` (a JSON list).
CREATE TABLE consent (
    user_id TEXT NOT NULL REFERENCES account_user (id) ON DELETE CASCADE,
    client_id TEXT NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    organization_id TEXT NOT NULL,
    permissions TEXT NOT NULL,
    created BIGINT NOT NULL,
    PRIMARY KEY (user_id, client_id, organization_id)
);

-- Codes of the authorization endpoint; `used` changes once, by comparison.
CREATE TABLE authorization_code (
    id TEXT PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES account_user (id) ON DELETE CASCADE,
    session_id TEXT NOT NULL,
    organization_id TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    challenge TEXT NOT NULL,
    nonce TEXT NOT NULL,
    openid BIGINT NOT NULL,
    authenticated BIGINT NOT NULL,
    family TEXT NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    used BIGINT NOT NULL
);
CREATE INDEX authorization_code_expires ON authorization_code (expires);

-- All tokens that came from one code. `generation` is that of the newest refresh token: the only live one.
CREATE TABLE token_family (
    id TEXT PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES account_user (id) ON DELETE CASCADE,
    session_id TEXT NOT NULL,
    organization_id TEXT NOT NULL,
    openid BIGINT NOT NULL,
    rotating BIGINT NOT NULL,
    generation BIGINT NOT NULL,
    rotated BIGINT NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    revoked BIGINT NOT NULL
);
CREATE INDEX token_family_client ON token_family (client_id, user_id);
CREATE INDEX token_family_user ON token_family (user_id);
CREATE INDEX refresh_token_family ON refresh_token (family);

-- Mails: written in the transaction of what they tell, sent afterwards; without a mail server they stay to be read.
CREATE TABLE mail (
    seq {{serial}},
    id TEXT NOT NULL UNIQUE,
    purpose TEXT NOT NULL,
    recipient TEXT NOT NULL,
    locale TEXT NOT NULL,
    subject TEXT NOT NULL,
    plain TEXT NOT NULL,
    html TEXT NOT NULL,
    status TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    due BIGINT NOT NULL,
    created BIGINT NOT NULL,
    sent BIGINT NOT NULL,
    error TEXT NOT NULL
);
CREATE INDEX mail_due ON mail (status, due);

-- Attempts by account, device and network; valid in every process.
CREATE TABLE throttle (
    id TEXT PRIMARY KEY,
    count BIGINT NOT NULL,
    since BIGINT NOT NULL
);
CREATE INDEX throttle_since ON throttle (since);

-- The last requests of each client, without bodies, for its developer.
CREATE TABLE request_log (
    seq {{serial}},
    client_id TEXT NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    at BIGINT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    status BIGINT NOT NULL,
    duration BIGINT NOT NULL,
    request_id TEXT NOT NULL
);
CREATE INDEX request_log_client ON request_log (client_id, seq);

-- Employees who are users: the body's `userId`, kept as a row so that a person's employments are found.
CREATE TABLE employee_user (
    employee_id TEXT PRIMARY KEY REFERENCES record (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES account_user (id) ON DELETE CASCADE
);
CREATE INDEX employee_user_user ON employee_user (user_id);
CREATE INDEX developer_account_user_user ON developer_account_user (user_id);

-- Records of all entities. One shape for every entity: what is queried, constrained or joined is a column, the rest is
-- the body as JSON text (docs/adr/0002-one-record-table.md).
CREATE TABLE record (
    seq {{serial}},
    id TEXT NOT NULL UNIQUE,
    entity TEXT NOT NULL,
    organization_id TEXT NOT NULL,
    custom_id TEXT NOT NULL,
    sort TEXT NOT NULL,
    version BIGINT NOT NULL,
    created BIGINT NOT NULL,
    edited BIGINT NOT NULL,
    body TEXT NOT NULL
);
CREATE UNIQUE INDEX record_custom_id ON record (organization_id, entity, custom_id) WHERE custom_id <> '';
CREATE INDEX record_list ON record (organization_id, entity, sort, seq);

-- Links between records, and references by which records are listed (`relation` is then `entity.field`).
CREATE TABLE link (
    relation TEXT NOT NULL,
    left_id TEXT NOT NULL REFERENCES record (id) ON DELETE CASCADE,
    right_id TEXT NOT NULL REFERENCES record (id) ON DELETE CASCADE,
    created BIGINT NOT NULL,
    PRIMARY KEY (relation, left_id, right_id)
);
CREATE INDEX link_right ON link (right_id, relation, left_id);
CREATE INDEX link_left ON link (left_id);

-- The tree of organizations: every pair of ancestor and descendant, itself included (depth 0).
CREATE TABLE organization_tree (
    ancestor_id TEXT NOT NULL REFERENCES record (id) ON DELETE CASCADE,
    descendant_id TEXT NOT NULL REFERENCES record (id) ON DELETE CASCADE,
    depth BIGINT NOT NULL,
    PRIMARY KEY (ancestor_id, descendant_id)
);
CREATE INDEX organization_tree_descendant ON organization_tree (descendant_id, depth);

-- Counters by which every process knows that what it remembers of an organization or a client is out of date.
CREATE TABLE change (
    id TEXT PRIMARY KEY,
    counter BIGINT NOT NULL
);

-- Search words of records: each word stands behind the number of its organization and entity, so that a search never
-- touches another organization's words.
{{#sqlite}}
CREATE VIRTUAL TABLE search USING fts5 (terms, content = '', contentless_delete = 1, detail = 'none', tokenize = 'ascii');
{{/sqlite}}
{{#postgres}}
CREATE TABLE search (
    seq BIGINT PRIMARY KEY REFERENCES record (seq) ON DELETE CASCADE,
    terms TSVECTOR NOT NULL
);
CREATE INDEX search_terms ON search USING gin (terms);
{{/postgres}}

-- Who did what, when; written in the transaction of the change itself.
CREATE TABLE audit (
    seq {{serial}},
    id TEXT NOT NULL UNIQUE,
    organization_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    category TEXT NOT NULL,
    action TEXT NOT NULL,
    entity_id TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    changes TEXT NOT NULL
);
CREATE INDEX audit_organization ON audit (organization_id, seq);
CREATE INDEX audit_entity ON audit (entity_id, seq);

-- Answers kept for requests that carry an Idempotency-Key.
CREATE TABLE idempotency (
    key TEXT PRIMARY KEY,
    body_hash TEXT NOT NULL,
    status BIGINT NOT NULL,
    answer TEXT NOT NULL,
    created BIGINT NOT NULL
);
CREATE INDEX idempotency_created ON idempotency (created);

-- People who can log in.
CREATE TABLE account_user (
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    email_verified BIGINT NOT NULL,
    password_hash TEXT NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    gender TEXT NOT NULL,
    locale TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    active BIGINT NOT NULL,
    created BIGINT NOT NULL
);
CREATE TABLE developer_account_user (
    developer_account_id TEXT NOT NULL REFERENCES record (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES account_user (id) ON DELETE CASCADE,
    created BIGINT NOT NULL,
    PRIMARY KEY (developer_account_id, user_id)
);

-- Admins of an organization; they act in all its descendants.
CREATE TABLE organization_admin (
    organization_id TEXT NOT NULL REFERENCES record (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES account_user (id) ON DELETE CASCADE,
    created BIGINT NOT NULL,
    PRIMARY KEY (organization_id, user_id)
);
CREATE INDEX organization_admin_user ON organization_admin (user_id);

-- OAuth clients: an app or a module record seen from the authorization server.
CREATE TABLE client (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    record_id TEXT NOT NULL UNIQUE REFERENCES record (id) ON DELETE CASCADE,
    developer_account_id TEXT NOT NULL,
    install_key TEXT NOT NULL UNIQUE,
    secret_hash TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    previous_until BIGINT NOT NULL,
    active BIGINT NOT NULL,
    rotating BIGINT NOT NULL,
    redirect_uris TEXT NOT NULL,
    created BIGINT NOT NULL
);
CREATE INDEX client_developer_account ON client (developer_account_id);

-- Refresh tokens. Only the hash of the token's id is kept.
CREATE TABLE refresh_token (
    id TEXT PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL,
    family TEXT NOT NULL,
    generation BIGINT NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    used BIGINT NOT NULL,
    revoked BIGINT NOT NULL
);
CREATE INDEX refresh_token_client ON refresh_token (client_id);
CREATE INDEX refresh_token_expires ON refresh_token (expires);

-- Keys that sign tokens, the private half sealed with the configuration's secret.
CREATE TABLE signing_key (
    kid TEXT PRIMARY KEY,
    algorithm TEXT NOT NULL,
    sealed TEXT NOT NULL,
    public_key TEXT NOT NULL,
    created BIGINT NOT NULL,
    active_from BIGINT NOT NULL,
    retired BIGINT NOT NULL
);

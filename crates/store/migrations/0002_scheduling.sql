-- Scheduling. Instants are microseconds, spans are half-open. Records are named by `seq` where the statement is hot.
{{#postgres}}
CREATE EXTENSION IF NOT EXISTS btree_gist;
{{/postgres}}

-- For which spans an organization or a booking resource has said of its own when it is available (also: not at all).
-- Outside of them it has what it inherits. Rows of one owner never touch or overlap.
CREATE TABLE availability_defined (
    owner_id TEXT NOT NULL REFERENCES record (id) ON DELETE CASCADE,
    start_at BIGINT NOT NULL,
    end_at BIGINT NOT NULL,
    PRIMARY KEY (owner_id, start_at)
);
-- When it is available inside those spans. No row is longer than 24 hours, so that a range is found by its start alone.
CREATE TABLE availability (
    owner_id TEXT NOT NULL REFERENCES record (id) ON DELETE CASCADE,
    start_at BIGINT NOT NULL,
    end_at BIGINT NOT NULL,
    PRIMARY KEY (owner_id, start_at)
);

-- The same for allowed starts, of an organization or an appointment template.
CREATE TABLE time_grid_defined (
    owner_id TEXT NOT NULL REFERENCES record (id) ON DELETE CASCADE,
    start_at BIGINT NOT NULL,
    end_at BIGINT NOT NULL,
    PRIMARY KEY (owner_id, start_at)
);
CREATE TABLE time_grid (
    owner_id TEXT NOT NULL REFERENCES record (id) ON DELETE CASCADE,
    start_at BIGINT NOT NULL,
    PRIMARY KEY (owner_id, start_at)
);

-- Exceptions of availability, beside their records; empty ids mean "all".
CREATE TABLE availability_exception (
    id TEXT PRIMARY KEY REFERENCES record (id) ON DELETE CASCADE,
    organization_id TEXT NOT NULL,
    free BIGINT NOT NULL,
    start_at BIGINT NOT NULL,
    end_at BIGINT NOT NULL,
    template_id TEXT NOT NULL,
    resource_id TEXT NOT NULL
);
CREATE INDEX availability_exception_range ON availability_exception (organization_id, end_at);

-- What takes a booking resource's time, preparation and follow-up included. The holder is an appointment, an event date
-- or a hold; `expires` is 0 for what lasts. Two rows of one resource never overlap, unless `shared` says that somebody
-- with the permission booked twice on purpose. No row is longer than 14 days.
CREATE TABLE occupation (
    resource BIGINT NOT NULL REFERENCES record (seq) ON DELETE CASCADE,
    start_at BIGINT NOT NULL,
    end_at BIGINT NOT NULL,
    holder_id TEXT NOT NULL,
    expires BIGINT NOT NULL,
    shared BIGINT NOT NULL,
    PRIMARY KEY (resource, start_at, holder_id),
    CHECK (start_at < end_at AND end_at - start_at <= 1209600000000)
);
CREATE INDEX occupation_holder ON occupation (holder_id);
{{#postgres}}
ALTER TABLE occupation ADD CONSTRAINT occupation_overlap
    EXCLUDE USING gist (resource WITH =, int8range(start_at, end_at) WITH &&) WHERE (shared = 0);
{{/postgres}}
{{#sqlite}}
CREATE TRIGGER occupation_overlap BEFORE INSERT ON occupation
WHEN NEW.shared = 0 AND EXISTS (
    SELECT 1 FROM occupation o
    WHERE o.resource = NEW.resource AND o.shared = 0 AND o.start_at < NEW.end_at AND o.end_at > NEW.start_at
        AND o.start_at > NEW.start_at - 1209600000000
)
BEGIN
    SELECT RAISE(ABORT, 'overlap');
END;
CREATE TRIGGER occupation_fixed BEFORE UPDATE OF resource, start_at, end_at, shared ON occupation
BEGIN
    SELECT RAISE(ABORT, 'overlap');
END;
{{/sqlite}}

-- Appointments by their time, beside their records.
CREATE TABLE appointment (
    id TEXT PRIMARY KEY REFERENCES record (id) ON DELETE CASCADE,
    organization_id TEXT NOT NULL,
    start_at BIGINT NOT NULL,
    end_at BIGINT NOT NULL,
    canceled BIGINT NOT NULL
);
CREATE INDEX appointment_start ON appointment (organization_id, start_at, id);

-- Dates of events with their places, beside their records; `turn` is raised to let bookings of one date wait for each other.
CREATE TABLE event_date (
    id TEXT PRIMARY KEY REFERENCES record (id) ON DELETE CASCADE,
    organization_id TEXT NOT NULL,
    template_id TEXT NOT NULL REFERENCES record (id) ON DELETE CASCADE,
    start_at BIGINT NOT NULL,
    end_at BIGINT NOT NULL,
    places BIGINT NOT NULL,
    turn BIGINT NOT NULL
);
CREATE INDEX event_date_start ON event_date (template_id, start_at);

-- Places taken by appointments, and for a while by holds.
CREATE TABLE attendance (
    event_id TEXT NOT NULL REFERENCES event_date (id) ON DELETE CASCADE,
    holder_id TEXT NOT NULL,
    places BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    PRIMARY KEY (event_id, holder_id)
);
CREATE INDEX attendance_holder ON attendance (holder_id);

-- Slots held during a checkout. The id is the hash of the token that frees or books them.
CREATE TABLE hold (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL,
    template_id TEXT NOT NULL REFERENCES record (id) ON DELETE CASCADE,
    slot_id TEXT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX hold_expires ON hold (expires);

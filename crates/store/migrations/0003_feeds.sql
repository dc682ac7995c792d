-- Secret addresses of calendar feeds: raising the generation of a booking resource ends the address it had.
CREATE TABLE calendar_feed (
    resource_id TEXT PRIMARY KEY REFERENCES record (id) ON DELETE CASCADE,
    generation BIGINT NOT NULL
);

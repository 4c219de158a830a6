-- Administrative acts.

CREATE TABLE audit (
    id TEXT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,    -- microseconds since 1970: acts follow each other
    key_id TEXT NOT NULL,
    tenant TEXT NOT NULL,  -- of the key
    act TEXT NOT NULL,
    target TEXT NOT NULL
);

CREATE INDEX audit_at ON audit (at);

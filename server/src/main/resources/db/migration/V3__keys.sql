-- API keys. A user's id begins with U+0001, its tenant and U+0001; one that does not is the default tenant's, as all were before there were tenants.

CREATE TABLE api_keys (
    id TEXT NOT NULL PRIMARY KEY,
    tenant TEXT NOT NULL,
    name TEXT NOT NULL,
    roles TEXT NOT NULL,                  -- words with commas between
    created BIGINT NOT NULL,              -- milliseconds since 1970, as all times
    revoked BIGINT,
    requests_per_minute INTEGER NOT NULL, -- 0 for no limit, as all limits
    tokens_per_minute INTEGER NOT NULL,
    concurrency INTEGER NOT NULL,
    secret_hash TEXT NOT NULL UNIQUE,     -- SHA-256 of the secret, which is nowhere
    old_hash TEXT UNIQUE,                 -- of the secret before
    old_until BIGINT                      -- and how long that one opens yet
);

-- One row, which says that something about keys has changed.
CREATE TABLE key_changes (
    version BIGINT NOT NULL
);

INSERT INTO key_changes (version) VALUES (0);

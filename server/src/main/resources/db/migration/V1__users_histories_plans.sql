-- Only what SQLite and PostgreSQL both take. ${text} is a text that is compared byte by byte.

CREATE TABLE users (
    id ${text} NOT NULL PRIMARY KEY,
    created BIGINT NOT NULL, -- milliseconds since 1970
    items INTEGER NOT NULL   -- how many history items there are; locking this row orders the appends of a user
);

-- Items of a user are numbered 0, 1, 2, ... without gaps, oldest first.
CREATE TABLE history_items (
    user_id ${text} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    item_id TEXT,
    written_at TEXT,
    prompt TEXT,
    completion TEXT NOT NULL,
    PRIMARY KEY (user_id, number),
    UNIQUE (user_id, item_id)
);

CREATE TABLE plans (
    user_id ${text} NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    created BIGINT NOT NULL, -- milliseconds since 1970
    body TEXT NOT NULL       -- the plan as JSON
);

-- Users' own adapters. ${bytes} is the type of bytes.

CREATE TABLE adapters (
    user_id ${text} NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    created BIGINT NOT NULL,   -- milliseconds since 1970
    fingerprint TEXT NOT NULL, -- of its content and its base model
    body ${bytes} NOT NULL     -- a PEFT directory as a zip
);

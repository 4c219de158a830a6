-- A user's own adapter in parts, numbered 0, 1, 2, ...: nobody has to hold a whole one. The adapters of before have one part, and their base model was not noted.

CREATE TABLE adapter_parts (
    user_id ${text} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    body ${bytes} NOT NULL, -- all of them together: a PEFT directory as a zip
    PRIMARY KEY (user_id, number)
);

INSERT INTO adapter_parts (user_id, number, body) SELECT user_id, 0, body FROM adapters;

ALTER TABLE adapters ADD COLUMN base TEXT NOT NULL DEFAULT '';      -- fingerprint of the base model
ALTER TABLE adapters ADD COLUMN bytes BIGINT NOT NULL DEFAULT 0;    -- of all parts
ALTER TABLE adapters ADD COLUMN parts INTEGER NOT NULL DEFAULT 1;
UPDATE adapters SET bytes = LENGTH(body);
ALTER TABLE adapters DROP COLUMN body;

-- What is made of a user's history is kept only if that was not erased meanwhile, on whichever server.

ALTER TABLE users ADD COLUMN era BIGINT NOT NULL DEFAULT 0; -- a random number, another one after each erasure

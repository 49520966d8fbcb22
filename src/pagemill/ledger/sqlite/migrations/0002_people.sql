-- People: roles, limits, tokens, an audit log; how much a job takes up, how long it may run and how
-- long it is kept; uploads that wait for a job.

ALTER TABLE "user" ADD COLUMN role TEXT NOT NULL DEFAULT 'user'
  CHECK (role IN ('admin', 'user', 'read-only'));
ALTER TABLE "user" ADD COLUMN limits TEXT NOT NULL DEFAULT '{}';
ALTER TABLE "user" ADD COLUMN page_seconds REAL CHECK (page_seconds > 0);
ALTER TABLE "user" ADD COLUMN is_automatic INTEGER NOT NULL DEFAULT 1
  CHECK (is_automatic IN (0, 1));
ALTER TABLE "user" ADD COLUMN is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1));
ALTER TABLE "user" ADD COLUMN created_ms INTEGER NOT NULL DEFAULT 0;
UPDATE "user" SET role = 'admin' WHERE id = 'local';

ALTER TABLE job ADD COLUMN note TEXT NOT NULL DEFAULT '{}';  -- what a client wants back with it
ALTER TABLE job ADD COLUMN stored_bytes INTEGER NOT NULL DEFAULT 0 CHECK (stored_bytes >= 0);
ALTER TABLE job ADD COLUMN asked_keep_ms INTEGER CHECK (asked_keep_ms > 0);
ALTER TABLE job ADD COLUMN keep_ms INTEGER CHECK (keep_ms > 0);  -- the shorter of asked and allowed
ALTER TABLE job ADD COLUMN soft_ms INTEGER CHECK (soft_ms > 0);
ALTER TABLE job ADD COLUMN hard_ms INTEGER CHECK (hard_ms > 0);
ALTER TABLE job ADD COLUMN deadline_ms INTEGER;  -- the next of the two, while the job runs
UPDATE job SET stored_bytes =
  (SELECT size_bytes FROM document WHERE document.sha256 = job.sha256)
  + coalesce((SELECT sum(json_extract(value, '$.size_bytes')) FROM json_each(job.outputs)), 0);

CREATE INDEX job_stored ON job (user_id, stored_bytes);
CREATE INDEX job_waiting ON job (user_id) WHERE state = 'queued';
CREATE INDEX job_finished ON job (finished_ms) WHERE finished_ms IS NOT NULL;
CREATE INDEX job_finished_of_user ON job (user_id, finished_ms) WHERE finished_ms IS NOT NULL;
CREATE INDEX job_expiring ON job (expires_ms) WHERE expires_ms IS NOT NULL;
CREATE INDEX job_deadline ON job (deadline_ms) WHERE deadline_ms IS NOT NULL;

CREATE TABLE token (
  id TEXT PRIMARY KEY,  -- the visible beginning of its text
  digest TEXT NOT NULL UNIQUE,
  user_id TEXT NOT NULL REFERENCES "user",
  name TEXT NOT NULL,
  scopes TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  expires_ms INTEGER,
  revoked_ms INTEGER,
  used_ms INTEGER
) STRICT;

CREATE INDEX token_user ON token (user_id, created_ms);

-- Users are named, not referred to: the log outlives them.
CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at_ms INTEGER NOT NULL,
  user_id TEXT NOT NULL,
  token_id TEXT NOT NULL,
  address TEXT NOT NULL,
  action TEXT NOT NULL,
  target TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;

CREATE INDEX audit_user ON audit (user_id, id);
CREATE INDEX audit_time ON audit (at_ms);

-- Pages accepted for reading by day (UTC, days since 1970).
CREATE TABLE page_usage (
  user_id TEXT NOT NULL REFERENCES "user",
  day INTEGER NOT NULL,
  pages INTEGER NOT NULL CHECK (pages >= 0),
  PRIMARY KEY (user_id, day)
) STRICT, WITHOUT ROWID;

-- Documents that were sent and wait for somebody to ask for a job.
CREATE TABLE upload (
  id TEXT NOT NULL,
  user_id TEXT NOT NULL REFERENCES "user",
  sha256 TEXT NOT NULL REFERENCES document,
  filename TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  PRIMARY KEY (user_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX upload_document ON upload (sha256);
CREATE INDEX upload_time ON upload (created_ms);

-- People: roles, limits, tokens, an audit log; how much a job takes up, how long it may run and how
-- long it is kept; uploads that wait for a job.

ALTER TABLE "user" ADD COLUMN role TEXT COLLATE "C" NOT NULL DEFAULT 'user'
  CHECK (role IN ('admin', 'user', 'read-only'));
ALTER TABLE "user" ADD COLUMN limits TEXT COLLATE "C" NOT NULL DEFAULT '{}';
ALTER TABLE "user" ADD COLUMN page_seconds DOUBLE PRECISION CHECK (page_seconds > 0);
ALTER TABLE "user" ADD COLUMN is_automatic INTEGER NOT NULL DEFAULT 1
  CHECK (is_automatic IN (0, 1));
ALTER TABLE "user" ADD COLUMN is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1));
ALTER TABLE "user" ADD COLUMN created_ms BIGINT NOT NULL DEFAULT 0;
UPDATE "user" SET role = 'admin' WHERE id = 'local';

-- What a client wants back with it.
ALTER TABLE job ADD COLUMN note TEXT COLLATE "C" NOT NULL DEFAULT '{}';
ALTER TABLE job ADD COLUMN stored_bytes BIGINT NOT NULL DEFAULT 0 CHECK (stored_bytes >= 0);
ALTER TABLE job ADD COLUMN asked_keep_ms BIGINT CHECK (asked_keep_ms > 0);
ALTER TABLE job ADD COLUMN keep_ms BIGINT CHECK (keep_ms > 0);  -- the shorter of asked and allowed
ALTER TABLE job ADD COLUMN soft_ms BIGINT CHECK (soft_ms > 0);
ALTER TABLE job ADD COLUMN hard_ms BIGINT CHECK (hard_ms > 0);
ALTER TABLE job ADD COLUMN deadline_ms BIGINT;  -- the next of the two, while the job runs

CREATE INDEX job_stored ON job (user_id, stored_bytes);
CREATE INDEX job_waiting ON job (user_id) WHERE state = 'queued';
CREATE INDEX job_finished ON job (finished_ms) WHERE finished_ms IS NOT NULL;
CREATE INDEX job_finished_of_user ON job (user_id, finished_ms) WHERE finished_ms IS NOT NULL;
CREATE INDEX job_expiring ON job (expires_ms) WHERE expires_ms IS NOT NULL;
CREATE INDEX job_deadline ON job (deadline_ms) WHERE deadline_ms IS NOT NULL;

CREATE TABLE token (
  id TEXT COLLATE "C" PRIMARY KEY,  -- the visible beginning of its text
  digest TEXT COLLATE "C" NOT NULL UNIQUE,
  user_id TEXT COLLATE "C" NOT NULL REFERENCES "user",
  name TEXT COLLATE "C" NOT NULL,
  scopes TEXT COLLATE "C" NOT NULL,
  created_ms BIGINT NOT NULL,
  expires_ms BIGINT,
  revoked_ms BIGINT,
  used_ms BIGINT
);

CREATE INDEX token_user ON token (user_id, created_ms);

-- Users are named, not referred to: the log outlives them.
CREATE SEQUENCE audit_ids;

CREATE TABLE audit (
  id BIGINT NOT NULL DEFAULT nextval('audit_ids'),
  at_ms BIGINT NOT NULL,
  user_id TEXT COLLATE "C" NOT NULL,
  token_id TEXT COLLATE "C" NOT NULL,
  address TEXT COLLATE "C" NOT NULL,
  action TEXT COLLATE "C" NOT NULL,
  target TEXT COLLATE "C" NOT NULL,
  detail TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (id, at_ms)
) PARTITION BY RANGE (at_ms);

CREATE TABLE audit_rest PARTITION OF audit DEFAULT;

CREATE INDEX audit_user ON audit (user_id, id);
CREATE INDEX audit_time ON audit (at_ms);

SELECT make_months('audit', CAST(1000 * extract(epoch FROM now()) AS BIGINT));

-- Pages accepted for reading by day (UTC, days since 1970).
CREATE TABLE page_usage (
  user_id TEXT COLLATE "C" NOT NULL REFERENCES "user",
  day INTEGER NOT NULL,
  pages BIGINT NOT NULL CHECK (pages >= 0),
  PRIMARY KEY (user_id, day)
);

-- Documents that were sent and wait for somebody to ask for a job.
CREATE TABLE upload (
  id TEXT COLLATE "C" NOT NULL,
  user_id TEXT COLLATE "C" NOT NULL REFERENCES "user",
  sha256 TEXT COLLATE "C" NOT NULL REFERENCES document,
  filename TEXT COLLATE "C" NOT NULL,
  created_ms BIGINT NOT NULL,
  PRIMARY KEY (user_id, id)
);

CREATE INDEX upload_document ON upload (sha256);
CREATE INDEX upload_time ON upload (created_ms);

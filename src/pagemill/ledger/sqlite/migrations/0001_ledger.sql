-- Everything the house knows about jobs. Times are milliseconds since 1970 in UTC.
-- Task states are numbers, and partial indexes name them literally: a bound value loses the index.
-- 0 blocked, 1 ready, 2 running, 3 done, 4 waiting, 5 dead, 6 cancelled, 7 held.

CREATE TABLE "user" (
  id TEXT PRIMARY KEY,
  weight REAL NOT NULL DEFAULT 1 CHECK (weight > 0),
  max_running INTEGER CHECK (max_running > 0)  -- null: the setting decides
) STRICT;

INSERT INTO "user" (id) VALUES ('local');

CREATE TABLE document (
  sha256 TEXT PRIMARY KEY,
  media_type TEXT NOT NULL,
  size_bytes INTEGER NOT NULL CHECK (size_bytes >= 0),
  pages INTEGER CHECK (pages >= 0),  -- null until somebody has opened it
  created_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE job (
  id TEXT PRIMARY KEY,
  handle TEXT UNIQUE CHECK (handle <> ''),
  user_id TEXT NOT NULL REFERENCES "user",
  sha256 TEXT NOT NULL REFERENCES document,
  filename TEXT NOT NULL,
  name_key TEXT NOT NULL,  -- the file name without regard to case, to be searched
  options TEXT NOT NULL,
  password TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL DEFAULT 'queued'
    CHECK (state IN ('queued', 'processing', 'paused', 'completed', 'failed', 'cancelled')),
  priority INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 10),
  rank INTEGER NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL,
  started_ms INTEGER,
  finished_ms INTEGER,
  expires_ms INTEGER,
  pages_total INTEGER,  -- null until the document was opened
  pages_left INTEGER NOT NULL DEFAULT 0 CHECK (pages_left >= 0),
  pages_done INTEGER NOT NULL DEFAULT 0 CHECK (pages_done >= 0),
  pages_failed INTEGER NOT NULL DEFAULT 0 CHECK (pages_failed >= 0),
  pages_cached INTEGER NOT NULL DEFAULT 0 CHECK (pages_cached BETWEEN 0 AND pages_done),
  failure_code TEXT,
  failure_message TEXT,
  failure_hint TEXT,
  outputs TEXT NOT NULL DEFAULT '[]',
  idempotency_key TEXT CHECK (idempotency_key <> ''),
  request_key TEXT NOT NULL,  -- equal for equal documents and options
  is_pruned INTEGER NOT NULL DEFAULT 0 CHECK (is_pruned IN (0, 1)),
  CHECK (pages_left + pages_done + pages_failed = coalesce(pages_total, 0)),
  CHECK ((state IN ('completed', 'failed', 'cancelled')) = (finished_ms IS NOT NULL)),
  CHECK ((state = 'failed') = (failure_code IS NOT NULL)),
  CHECK (state <> 'completed' OR (pages_left = 0 AND pages_done > 0))
) STRICT;

CREATE UNIQUE INDEX job_idempotency ON job (user_id, idempotency_key)
  WHERE idempotency_key IS NOT NULL;
CREATE INDEX job_user ON job (user_id, id);
CREATE INDEX job_document ON job (sha256, user_id, id);
CREATE INDEX job_state ON job (state);
CREATE INDEX job_queued ON job (rank, id, created_ms) WHERE state = 'queued';
CREATE INDEX job_prunable ON job (finished_ms) WHERE finished_ms IS NOT NULL AND is_pruned = 0;

-- Ids are never used twice: an agent that asks late about a deleted task must not mean a new one.
CREATE TABLE task (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  job_id TEXT NOT NULL REFERENCES job ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('split', 'page', 'assemble')),
  page_no INTEGER NOT NULL DEFAULT 0,
  user_id TEXT NOT NULL REFERENCES "user",
  pool TEXT NOT NULL,
  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 7),
  rank INTEGER NOT NULL,
  due_ms INTEGER,
  attempt INTEGER NOT NULL DEFAULT 0 CHECK (attempt >= 0),
  errors INTEGER NOT NULL DEFAULT 0,
  deaths INTEGER NOT NULL DEFAULT 0,
  token TEXT NOT NULL DEFAULT '',
  owner TEXT,
  lease_ms INTEGER,
  finished_ms INTEGER,
  engine TEXT NOT NULL DEFAULT '',
  reason TEXT NOT NULL DEFAULT '',
  cache_key TEXT NOT NULL DEFAULT '',
  is_cached INTEGER NOT NULL DEFAULT 0 CHECK (is_cached IN (0, 1)),
  run_ms INTEGER,
  confidence REAL,
  flags TEXT NOT NULL DEFAULT '[]',
  failure_code TEXT,
  failure_message TEXT,
  failure_hint TEXT,
  UNIQUE (job_id, kind, page_no),
  CHECK ((kind = 'page') = (page_no > 0)),
  CHECK ((state = 2) = (owner IS NOT NULL)),
  CHECK ((state = 2) = (lease_ms IS NOT NULL)),
  CHECK ((state = 4) = (due_ms IS NOT NULL)),
  CHECK (state NOT IN (2, 3) OR token <> ''),
  CHECK (state <> 5 OR failure_code IS NOT NULL)
) STRICT;

CREATE INDEX task_ready ON task (pool, user_id, rank, id) WHERE state = 1;
CREATE INDEX task_running ON task (pool, user_id) WHERE state = 2;
CREATE INDEX task_waiting ON task (due_ms) WHERE state = 4;
CREATE INDEX task_dead ON task (job_id, page_no) WHERE state = 5 AND kind = 'page';
CREATE INDEX task_done ON task (finished_ms, is_cached, run_ms) WHERE state = 3 AND kind = 'page';

-- A hint: this user may have ready work in this pool. Wrong only in the harmless direction.
CREATE TABLE lane (
  pool TEXT NOT NULL,
  user_id TEXT NOT NULL REFERENCES "user",
  gen INTEGER NOT NULL DEFAULT 1,  -- grows whenever work may have come
  last_turn INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (pool, user_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE pool (
  name TEXT PRIMARY KEY,
  max_running INTEGER CHECK (max_running > 0),  -- null: no limit
  rests_until_ms INTEGER NOT NULL DEFAULT 0,
  turn INTEGER NOT NULL DEFAULT 0  -- how often somebody was served
) STRICT, WITHOUT ROWID;

CREATE TABLE page_cache (
  user_id TEXT NOT NULL REFERENCES "user",
  sha256 TEXT NOT NULL,
  page_no INTEGER NOT NULL,
  cache_key TEXT NOT NULL CHECK (cache_key <> ''),
  job_id TEXT NOT NULL REFERENCES job ON DELETE CASCADE,
  token TEXT NOT NULL,
  PRIMARY KEY (user_id, sha256, page_no, cache_key)
) STRICT, WITHOUT ROWID;

CREATE INDEX page_cache_job ON page_cache (job_id);

CREATE TABLE event (
  job_id TEXT NOT NULL REFERENCES job ON DELETE CASCADE,
  seq INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  kind TEXT NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (job_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE node (
  id TEXT PRIMARY KEY,
  boot TEXT NOT NULL,
  host TEXT NOT NULL,
  pid INTEGER NOT NULL,
  slots INTEGER NOT NULL,
  engines TEXT NOT NULL,
  started_ms INTEGER NOT NULL,
  seen_ms INTEGER NOT NULL,
  is_draining INTEGER NOT NULL CHECK (is_draining IN (0, 1)),
  running TEXT NOT NULL
) STRICT;

CREATE TABLE trash (
  key TEXT PRIMARY KEY,
  is_folder INTEGER NOT NULL CHECK (is_folder IN (0, 1)),
  since_ms INTEGER NOT NULL
) STRICT;

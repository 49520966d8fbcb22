-- Everything the house knows about jobs. Times are milliseconds since 1970 in UTC.
-- Task states are numbers, and partial indexes name them literally: a bound value loses the index.
-- 0 blocked, 1 ready, 2 running, 3 done, 4 waiting, 5 dead, 6 cancelled, 7 held.

CREATE TABLE "user" (
  id TEXT COLLATE "C" PRIMARY KEY,
  weight DOUBLE PRECISION NOT NULL DEFAULT 1 CHECK (weight > 0),
  max_running INTEGER CHECK (max_running > 0)  -- null: the setting decides
);

INSERT INTO "user" (id) VALUES ('local');

CREATE TABLE document (
  sha256 TEXT COLLATE "C" PRIMARY KEY,
  media_type TEXT COLLATE "C" NOT NULL,
  size_bytes BIGINT NOT NULL CHECK (size_bytes >= 0),
  pages INTEGER CHECK (pages >= 0),  -- null until somebody has opened it
  created_ms BIGINT NOT NULL
);

CREATE TABLE job (
  id TEXT COLLATE "C" PRIMARY KEY,
  handle TEXT COLLATE "C" UNIQUE CHECK (handle <> ''),
  user_id TEXT COLLATE "C" NOT NULL REFERENCES "user",
  sha256 TEXT COLLATE "C" NOT NULL REFERENCES document,
  filename TEXT COLLATE "C" NOT NULL,
  name_key TEXT COLLATE "C" NOT NULL,  -- the file name without regard to case, to be searched
  options TEXT COLLATE "C" NOT NULL,
  password TEXT COLLATE "C" NOT NULL DEFAULT '',
  state TEXT COLLATE "C" NOT NULL DEFAULT 'queued'
    CHECK (state IN ('queued', 'processing', 'paused', 'completed', 'failed', 'cancelled')),
  priority INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 10),
  rank BIGINT NOT NULL,
  version BIGINT NOT NULL CHECK (version > 0),
  created_ms BIGINT NOT NULL,
  updated_ms BIGINT NOT NULL,
  started_ms BIGINT,
  finished_ms BIGINT,
  expires_ms BIGINT,
  pages_total INTEGER,  -- null until the document was opened
  pages_left INTEGER NOT NULL DEFAULT 0 CHECK (pages_left >= 0),
  pages_done INTEGER NOT NULL DEFAULT 0 CHECK (pages_done >= 0),
  pages_failed INTEGER NOT NULL DEFAULT 0 CHECK (pages_failed >= 0),
  pages_cached INTEGER NOT NULL DEFAULT 0 CHECK (pages_cached BETWEEN 0 AND pages_done),
  failure_code TEXT COLLATE "C",
  failure_message TEXT COLLATE "C",
  failure_hint TEXT COLLATE "C",
  outputs TEXT COLLATE "C" NOT NULL DEFAULT '[]',
  idempotency_key TEXT COLLATE "C" CHECK (idempotency_key <> ''),
  request_key TEXT COLLATE "C" NOT NULL,  -- equal for equal documents and options
  is_pruned INTEGER NOT NULL DEFAULT 0 CHECK (is_pruned IN (0, 1)),
  CHECK (pages_left + pages_done + pages_failed = coalesce(pages_total, 0)),
  CHECK ((state IN ('completed', 'failed', 'cancelled')) = (finished_ms IS NOT NULL)),
  CHECK ((state = 'failed') = (failure_code IS NOT NULL)),
  CHECK (state <> 'completed' OR (pages_left = 0 AND pages_done > 0))
);

CREATE UNIQUE INDEX job_idempotency ON job (user_id, idempotency_key)
  WHERE idempotency_key IS NOT NULL;
CREATE INDEX job_user ON job (user_id, id);
CREATE INDEX job_document ON job (sha256, user_id, id);
CREATE INDEX job_state ON job (state);
CREATE INDEX job_queued ON job (rank, id, created_ms) WHERE state = 'queued';
CREATE INDEX job_prunable ON job (finished_ms) WHERE finished_ms IS NOT NULL AND is_pruned = 0;

-- Ids are never used twice: an agent that asks late about a deleted task must not mean a new one.
CREATE TABLE task (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  job_id TEXT COLLATE "C" NOT NULL REFERENCES job ON DELETE CASCADE,
  kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('split', 'page', 'assemble')),
  page_no INTEGER NOT NULL DEFAULT 0,
  user_id TEXT COLLATE "C" NOT NULL REFERENCES "user",
  pool TEXT COLLATE "C" NOT NULL,
  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 7),
  rank BIGINT NOT NULL,
  due_ms BIGINT,
  attempt INTEGER NOT NULL DEFAULT 0 CHECK (attempt >= 0),
  errors INTEGER NOT NULL DEFAULT 0,
  deaths INTEGER NOT NULL DEFAULT 0,
  token TEXT COLLATE "C" NOT NULL DEFAULT '',
  owner TEXT COLLATE "C",
  lease_ms BIGINT,
  finished_ms BIGINT,
  engine TEXT COLLATE "C" NOT NULL DEFAULT '',
  reason TEXT COLLATE "C" NOT NULL DEFAULT '',
  cache_key TEXT COLLATE "C" NOT NULL DEFAULT '',
  is_cached INTEGER NOT NULL DEFAULT 0 CHECK (is_cached IN (0, 1)),
  run_ms BIGINT,
  confidence DOUBLE PRECISION,
  flags TEXT COLLATE "C" NOT NULL DEFAULT '[]',
  failure_code TEXT COLLATE "C",
  failure_message TEXT COLLATE "C",
  failure_hint TEXT COLLATE "C",
  UNIQUE (job_id, kind, page_no),
  CHECK ((kind = 'page') = (page_no > 0)),
  CHECK ((state = 2) = (owner IS NOT NULL)),
  CHECK ((state = 2) = (lease_ms IS NOT NULL)),
  CHECK ((state = 4) = (due_ms IS NOT NULL)),
  CHECK (state NOT IN (2, 3) OR token <> ''),
  CHECK (state <> 5 OR failure_code IS NOT NULL)
);

CREATE INDEX task_ready ON task (pool, user_id, rank, id) WHERE state = 1;
CREATE INDEX task_running ON task (pool, user_id) WHERE state = 2;
CREATE INDEX task_waiting ON task (due_ms) WHERE state = 4;
CREATE INDEX task_dead ON task (job_id, page_no) WHERE state = 5 AND kind = 'page';
CREATE INDEX task_done ON task (finished_ms, is_cached, run_ms) WHERE state = 3 AND kind = 'page';

-- A hint: this user may have ready work in this pool. Wrong only in the harmless direction.
CREATE TABLE lane (
  pool TEXT COLLATE "C" NOT NULL,
  user_id TEXT COLLATE "C" NOT NULL REFERENCES "user",
  gen BIGINT NOT NULL DEFAULT 1,  -- grows whenever work may have come
  last_turn BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (pool, user_id)
);

CREATE TABLE pool (
  name TEXT COLLATE "C" PRIMARY KEY,
  max_running INTEGER CHECK (max_running > 0),  -- null: no limit
  rests_until_ms BIGINT NOT NULL DEFAULT 0,
  turn BIGINT NOT NULL DEFAULT 0  -- how often somebody was served
);

CREATE TABLE page_cache (
  user_id TEXT COLLATE "C" NOT NULL REFERENCES "user",
  sha256 TEXT COLLATE "C" NOT NULL,
  page_no INTEGER NOT NULL,
  cache_key TEXT COLLATE "C" NOT NULL CHECK (cache_key <> ''),
  job_id TEXT COLLATE "C" NOT NULL REFERENCES job ON DELETE CASCADE,
  token TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (user_id, sha256, page_no, cache_key)
);

CREATE INDEX page_cache_job ON page_cache (job_id);

-- Finished history lies in a table for each month (UTC), which is dropped whole when it is old.
-- What fits in none, as a month nobody has made a table for, lies in the rest.
CREATE TABLE event (
  job_id TEXT COLLATE "C" NOT NULL REFERENCES job ON DELETE CASCADE,
  seq BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  data TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (job_id, seq, at_ms)
) PARTITION BY RANGE (at_ms);

CREATE TABLE event_rest PARTITION OF event DEFAULT;

CREATE FUNCTION month_of(ms BIGINT) RETURNS TIMESTAMP LANGUAGE sql IMMUTABLE AS $$
  SELECT date_trunc('month', to_timestamp(ms / 1000.0) AT TIME ZONE 'UTC')
$$;

CREATE FUNCTION ms_of(month TIMESTAMP) RETURNS BIGINT LANGUAGE sql IMMUTABLE AS $$
  SELECT CAST(1000 * extract(epoch FROM month AT TIME ZONE 'UTC') AS BIGINT)
$$;

-- Tables for the month of a moment and the two after it; rows of theirs come over from the rest.
CREATE FUNCTION make_months(parent TEXT, now_ms BIGINT) RETURNS VOID LANGUAGE plpgsql AS $$
DECLARE
  month TIMESTAMP;
  name TEXT;
BEGIN
  FOR n IN 0..2 LOOP
    month := month_of(now_ms) + n * INTERVAL '1 month';
    name := parent || to_char(month, '_YYYY_MM');
    CONTINUE WHEN to_regclass(name) IS NOT NULL;
    PERFORM set_config('lock_timeout', '1s', true);
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS)', name, parent);
    EXECUTE format(
      'WITH gone AS (DELETE FROM %I WHERE at_ms >= $1 AND at_ms < $2 RETURNING *)'
      ' INSERT INTO %I SELECT * FROM gone', parent || '_rest', name
    ) USING ms_of(month), ms_of(month + INTERVAL '1 month');
    EXECUTE format(
      'ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)',
      parent, name, ms_of(month), ms_of(month + INTERVAL '1 month')
    );
  END LOOP;
END $$;

-- Months that were over before a moment go with all that is in them. Events of jobs that had not
-- ended by then are put into the rest first: jobs that take longer than their history is kept.
CREATE FUNCTION drop_months(parent TEXT, before_ms BIGINT) RETURNS SETOF TEXT LANGUAGE plpgsql AS $$
DECLARE
  name TEXT;
  over_ms BIGINT;
BEGIN
  FOR name IN
    SELECT child.relname FROM pg_inherits
    JOIN pg_class AS child ON child.oid = pg_inherits.inhrelid
    WHERE pg_inherits.inhparent = to_regclass(parent) AND child.relname ~ '_\d{4}_\d{2}$'
    ORDER BY child.relname
  LOOP
    over_ms := ms_of(to_date(right(name, 7), 'YYYY_MM') + INTERVAL '1 month');
    EXIT WHEN over_ms > before_ms;
    PERFORM set_config('lock_timeout', '1s', true);
    EXECUTE format('ALTER TABLE %I DETACH PARTITION %I', parent, name);
    IF parent = 'event' THEN
      EXECUTE format(
        'INSERT INTO event SELECT * FROM %I WHERE job_id IN (SELECT id FROM job'
        ' WHERE created_ms < $1 AND'
        ' (state IN (''queued'', ''processing'', ''paused'') OR finished_ms >= $2))', name
      ) USING over_ms, before_ms;
    END IF;
    EXECUTE format('DROP TABLE %I', name);
    RETURN NEXT name;
  END LOOP;
END $$;

SELECT make_months('event', CAST(1000 * extract(epoch FROM now()) AS BIGINT));

CREATE TABLE node (
  id TEXT COLLATE "C" PRIMARY KEY,
  boot TEXT COLLATE "C" NOT NULL,
  host TEXT COLLATE "C" NOT NULL,
  pid INTEGER NOT NULL,
  slots INTEGER NOT NULL,
  engines TEXT COLLATE "C" NOT NULL,
  started_ms BIGINT NOT NULL,
  seen_ms BIGINT NOT NULL,
  is_draining INTEGER NOT NULL CHECK (is_draining IN (0, 1)),
  running TEXT COLLATE "C" NOT NULL
);

CREATE TABLE trash (
  key TEXT COLLATE "C" PRIMARY KEY,
  is_folder INTEGER NOT NULL CHECK (is_folder IN (0, 1)),
  since_ms BIGINT NOT NULL
);

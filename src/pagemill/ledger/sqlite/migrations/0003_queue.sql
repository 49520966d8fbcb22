-- A queue for many files and many people: what is stopped, engines that are away, files that came
-- from folders, and figures that are kept instead of counted.

-- Scheduling --------------------------------------------------------------------------------------

-- What hands out no more work: the whole queue (name ''), a user, or a pool. What runs goes on.
CREATE TABLE stop (
  scope TEXT NOT NULL CHECK (scope IN ('queue', 'user', 'engine')),
  name TEXT NOT NULL,
  since_ms INTEGER NOT NULL,
  by_user TEXT NOT NULL,
  PRIMARY KEY (scope, name),
  CHECK ((scope = 'queue') = (name = ''))
) STRICT, WITHOUT ROWID;

-- The circuit breaker of a pool: how often in a row it had to rest. Above 0 one task at a time is
-- let through after the rest; its success closes the circuit.
ALTER TABLE pool ADD COLUMN trips INTEGER NOT NULL DEFAULT 0 CHECK (trips >= 0);
-- Jobs whose attempts failed in a row, with no success between them.
ALTER TABLE pool ADD COLUMN failed_jobs TEXT NOT NULL DEFAULT '[]';

-- When somebody was served last, by the clock that ticks with every task that is handed out; and how
-- many tasks of a newcomer still come before those of others.
ALTER TABLE "user" ADD COLUMN last_turn INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "user" ADD COLUMN credit INTEGER NOT NULL DEFAULT 0 CHECK (credit >= 0);

-- All that is asked of given-up tasks stands in these two, so that only those shown are looked up.
CREATE INDEX task_given_up ON task (finished_ms, id, failure_code, engine) WHERE state = 5;
CREATE INDEX task_given_up_of_user ON task (user_id, finished_ms, id, failure_code, engine)
  WHERE state = 5;

-- Files from folders ------------------------------------------------------------------------------

-- What is known of a file that was taken in from a path, so that nobody has to read it again.
CREATE TABLE source (
  user_id TEXT NOT NULL REFERENCES "user",
  path_key TEXT NOT NULL,  -- a digest of the path's bytes and of the options
  path TEXT NOT NULL,      -- for people
  size_bytes INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL,
  sha256 TEXT,             -- null for a file that could not be read
  job_id TEXT,             -- of this file, or of the one it is a duplicate of; jobs may be deleted
  outcome TEXT NOT NULL CHECK (outcome IN ('accepted', 'duplicate', 'refused')),
  code TEXT NOT NULL DEFAULT '',
  message TEXT NOT NULL DEFAULT '',
  seen_ms INTEGER NOT NULL,
  PRIMARY KEY (user_id, path_key)
) STRICT, WITHOUT ROWID;

-- Which ledger this is: whoever remembers what they sent here asks whether it is still the same.
CREATE TABLE house (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
INSERT INTO house (id) VALUES (lower(hex(randomblob(16))));

-- Figures -----------------------------------------------------------------------------------------

-- How many jobs and pages there are in which state, moved by triggers in the transaction that moves
-- the row itself: exact at every moment, and read in no time however many there are.
CREATE TABLE job_tally (
  user_id TEXT NOT NULL,
  state TEXT NOT NULL,
  jobs INTEGER NOT NULL CHECK (jobs >= 0),
  PRIMARY KEY (user_id, state)
) STRICT, WITHOUT ROWID;

CREATE TABLE page_tally (
  user_id TEXT NOT NULL,
  engine TEXT NOT NULL,
  state INTEGER NOT NULL,
  pages INTEGER NOT NULL CHECK (pages >= 0),
  PRIMARY KEY (user_id, engine, state)
) STRICT, WITHOUT ROWID;

INSERT INTO job_tally (user_id, state, jobs)
SELECT user_id, state, count(*) FROM job GROUP BY user_id, state;

INSERT INTO page_tally (user_id, engine, state, pages)
SELECT user_id, engine, state, count(*) FROM task WHERE kind = 'page'
GROUP BY user_id, engine, state;

CREATE TRIGGER job_came AFTER INSERT ON job BEGIN
  INSERT INTO job_tally (user_id, state, jobs) VALUES (new.user_id, new.state, 1)
  ON CONFLICT (user_id, state) DO UPDATE SET jobs = job_tally.jobs + 1;
END;

CREATE TRIGGER job_moved AFTER UPDATE OF user_id, state ON job
WHEN new.state <> old.state OR new.user_id <> old.user_id BEGIN
  UPDATE job_tally SET jobs = jobs - 1 WHERE user_id = old.user_id AND state = old.state;
  INSERT INTO job_tally (user_id, state, jobs) VALUES (new.user_id, new.state, 1)
  ON CONFLICT (user_id, state) DO UPDATE SET jobs = job_tally.jobs + 1;
END;

CREATE TRIGGER job_went AFTER DELETE ON job BEGIN
  UPDATE job_tally SET jobs = jobs - 1 WHERE user_id = old.user_id AND state = old.state;
END;

CREATE TRIGGER page_came AFTER INSERT ON task WHEN new.kind = 'page' BEGIN
  INSERT INTO page_tally (user_id, engine, state, pages)
  VALUES (new.user_id, new.engine, new.state, 1)
  ON CONFLICT (user_id, engine, state) DO UPDATE SET pages = page_tally.pages + 1;
END;

CREATE TRIGGER page_moved AFTER UPDATE OF user_id, engine, state ON task
WHEN new.kind = 'page' AND (
  new.state <> old.state OR new.engine <> old.engine OR new.user_id <> old.user_id
) BEGIN
  UPDATE page_tally SET pages = pages - 1
  WHERE user_id = old.user_id AND engine = old.engine AND state = old.state;
  INSERT INTO page_tally (user_id, engine, state, pages)
  VALUES (new.user_id, new.engine, new.state, 1)
  ON CONFLICT (user_id, engine, state) DO UPDATE SET pages = page_tally.pages + 1;
END;

CREATE TRIGGER page_went AFTER DELETE ON task WHEN old.kind = 'page' BEGIN
  UPDATE page_tally SET pages = pages - 1
  WHERE user_id = old.user_id AND engine = old.engine AND state = old.state;
END;

-- Jobs completed on a day (UTC, days since 1970) and how long they had waited in all, moved in the
-- same way; one that is retried or deleted counts no more.
CREATE TABLE day_tally (
  day INTEGER PRIMARY KEY,
  jobs INTEGER NOT NULL CHECK (jobs >= 0),
  wait_ms INTEGER NOT NULL
) STRICT;

INSERT INTO day_tally (day, jobs, wait_ms)
SELECT finished_ms / 86400000, count(*), sum(started_ms - created_ms)
FROM job WHERE state = 'completed' GROUP BY finished_ms / 86400000;

CREATE TRIGGER job_completed AFTER UPDATE OF state ON job
WHEN new.state = 'completed' AND old.state <> 'completed' BEGIN
  INSERT INTO day_tally (day, jobs, wait_ms)
  VALUES (new.finished_ms / 86400000, 1, new.started_ms - new.created_ms)
  ON CONFLICT (day) DO UPDATE
  SET jobs = day_tally.jobs + 1, wait_ms = day_tally.wait_ms + excluded.wait_ms;
END;

CREATE TRIGGER job_reopened AFTER UPDATE OF state ON job
WHEN old.state = 'completed' AND new.state <> 'completed' BEGIN
  UPDATE day_tally SET jobs = jobs - 1, wait_ms = wait_ms - (old.started_ms - old.created_ms)
  WHERE day = old.finished_ms / 86400000;
END;

CREATE TRIGGER completed_job_went AFTER DELETE ON job WHEN old.state = 'completed' BEGIN
  UPDATE day_tally SET jobs = jobs - 1, wait_ms = wait_ms - (old.started_ms - old.created_ms)
  WHERE day = old.finished_ms / 86400000;
END;

-- What came to an end, and how long it took, counted by spans of time: minutes at first; later
-- one count for good (0) and, for throughput, hours without engines and buckets. `kind` says what
-- was counted: pages that were read (`run`), taken from the cache or given up, attempts that will be
-- made again, jobs that began (`wait`: after how long) and jobs that ended. The buckets of `run` and
-- `wait` grow by a fixed factor.
CREATE TABLE pace (
  span_ms INTEGER NOT NULL CHECK (span_ms IN (0, 60000, 3600000)),
  since_ms INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN (
    'run', 'cached', 'given_up', 'retried', 'wait', 'completed', 'failed', 'cancelled'
  )),
  engine TEXT NOT NULL,
  bucket INTEGER NOT NULL,
  count INTEGER NOT NULL,
  total_ms INTEGER NOT NULL,
  PRIMARY KEY (span_ms, since_ms, kind, engine, bucket)
) STRICT, WITHOUT ROWID;

INSERT INTO pace (span_ms, since_ms, kind, engine, bucket, count, total_ms)
SELECT 3600000, finished_ms - finished_ms % 3600000, state, '', 0, count(*), 0
FROM job WHERE finished_ms IS NOT NULL GROUP BY finished_ms - finished_ms % 3600000, state;

INSERT INTO pace (span_ms, since_ms, kind, engine, bucket, count, total_ms)
SELECT 0, 0, state, '', 0, count(*), 0 FROM job WHERE finished_ms IS NOT NULL GROUP BY state;

-- What an agent and its children hold, as it last said.
ALTER TABLE node ADD COLUMN memory_mb INTEGER NOT NULL DEFAULT 0;

-- When upkeep last came round.
CREATE TABLE upkeep_round (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  at_ms INTEGER NOT NULL
) STRICT;

-- What these answered is kept above.
DROP INDEX task_done;
DROP INDEX job_state;

-- The oldest waiting job of a user is the first here.
DROP INDEX job_waiting;
CREATE INDEX job_waiting ON job (user_id, created_ms) WHERE state = 'queued';

-- Traces ------------------------------------------------------------------------------------------

ALTER TABLE job ADD COLUMN traceparent TEXT NOT NULL DEFAULT '';  -- W3C Trace Context, if any

-- Backups -----------------------------------------------------------------------------------------

-- While somebody copies the shelf nothing is deleted from it; a hold that was forgotten runs out.
CREATE TABLE hold (
  id TEXT PRIMARY KEY,
  until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Since when the bytes of a document are known to be lost. Jobs that had ended keep what they gave;
-- the same bytes sent again make it whole.
ALTER TABLE document ADD COLUMN lost_ms INTEGER;

-- What one of many nodes does for all: whoever has the duty, and until when unless it is taken anew.
CREATE TABLE duty (
  name TEXT PRIMARY KEY,
  holder TEXT NOT NULL,
  until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

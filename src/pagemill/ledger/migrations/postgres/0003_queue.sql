-- A queue for many files and many people: what is stopped, engines that are away, files that came
-- from folders, and figures that are kept instead of counted.

-- Scheduling --------------------------------------------------------------------------------------

-- What hands out no more work: the whole queue (name ''), a user, or a pool. What runs goes on.
CREATE TABLE stop (
  scope TEXT COLLATE "C" NOT NULL CHECK (scope IN ('queue', 'user', 'engine')),
  name TEXT COLLATE "C" NOT NULL,
  since_ms BIGINT NOT NULL,
  by_user TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (scope, name),
  CHECK ((scope = 'queue') = (name = ''))
);

-- The circuit breaker of a pool: how often in a row it had to rest. Above 0 one task at a time is
-- let through after the rest; its success closes the circuit.
ALTER TABLE pool ADD COLUMN trips INTEGER NOT NULL DEFAULT 0 CHECK (trips >= 0);
-- Attempts of different jobs that failed in a row, with no success between them.
ALTER TABLE pool ADD COLUMN failures INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0);
ALTER TABLE pool ADD COLUMN failed_job TEXT COLLATE "C" NOT NULL DEFAULT '';

-- All that is asked of given-up tasks stands in these two, so that only those shown are looked up.
CREATE INDEX task_given_up ON task (finished_ms, id, failure_code, engine) WHERE state = 5;
CREATE INDEX task_given_up_of_user ON task (user_id, finished_ms, id, failure_code, engine)
  WHERE state = 5;

-- Files from folders ------------------------------------------------------------------------------

-- What is known of a file that was taken in from a path, so that nobody has to read it again.
CREATE TABLE source (
  user_id TEXT COLLATE "C" NOT NULL REFERENCES "user",
  path_key TEXT COLLATE "C" NOT NULL,  -- a digest of the path's bytes: paths need not be text
  path TEXT COLLATE "C" NOT NULL,  -- for people
  size_bytes BIGINT NOT NULL,
  mtime_ns BIGINT NOT NULL,
  sha256 TEXT COLLATE "C",  -- null for a file that could not be read
  job_id TEXT COLLATE "C",  -- of this file, or of the one it is a duplicate of; jobs may be deleted
  outcome TEXT COLLATE "C" NOT NULL CHECK (outcome IN ('accepted', 'duplicate', 'refused')),
  code TEXT COLLATE "C" NOT NULL DEFAULT '',
  message TEXT COLLATE "C" NOT NULL DEFAULT '',
  seen_ms BIGINT NOT NULL,
  PRIMARY KEY (user_id, path_key)
);

-- Which ledger this is: whoever remembers what they sent here asks whether it is still the same.
CREATE TABLE house (id TEXT COLLATE "C" PRIMARY KEY);
INSERT INTO house (id) VALUES (replace(CAST(gen_random_uuid() AS TEXT), '-', ''));

-- Figures -----------------------------------------------------------------------------------------

-- How many jobs and pages there are in which state, moved by triggers in the transaction that moves
-- the row itself: exact at every moment, and read in no time however many there are.
CREATE TABLE job_tally (
  user_id TEXT COLLATE "C" NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  jobs BIGINT NOT NULL,
  PRIMARY KEY (user_id, state)
);

CREATE TABLE page_tally (
  user_id TEXT COLLATE "C" NOT NULL,
  engine TEXT COLLATE "C" NOT NULL,
  state INTEGER NOT NULL,
  pages BIGINT NOT NULL,
  PRIMARY KEY (user_id, engine, state)
);

-- How long things took, as counts by spans of time and buckets that grow by a fixed factor; `kind`
-- says what was measured: 'run' a page's attempt, 'wait' a job's time from arrival to beginning.
CREATE TABLE pace (
  span_ms BIGINT NOT NULL CHECK (span_ms > 0),  -- minutes at first, hours when rolled up
  since_ms BIGINT NOT NULL,
  kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('run', 'wait')),
  engine TEXT COLLATE "C" NOT NULL,
  bucket BIGINT NOT NULL,
  count BIGINT NOT NULL,
  total_ms BIGINT NOT NULL,
  PRIMARY KEY (span_ms, since_ms, kind, engine, bucket)
);

-- Traces ------------------------------------------------------------------------------------------

-- W3C Trace Context, if any.
ALTER TABLE job ADD COLUMN traceparent TEXT COLLATE "C" NOT NULL DEFAULT '';

-- Backups -----------------------------------------------------------------------------------------

-- While somebody copies the shelf nothing is deleted from it; a hold that was forgotten runs out.
CREATE TABLE hold (
  id TEXT COLLATE "C" PRIMARY KEY,
  until_ms BIGINT NOT NULL
);

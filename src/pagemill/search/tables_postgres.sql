-- The index on PostgreSQL. It is no part of the ledger's schema: it may be dropped at any time, is
-- left out of backups, and a new form of it is made anew rather than migrated.

DROP TABLE IF EXISTS search_page, search_job, search_mark;

CREATE TABLE search_page (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  job_id TEXT COLLATE "C" NOT NULL,
  page_no INTEGER NOT NULL,
  user_id TEXT COLLATE "C" NOT NULL,
  token TEXT COLLATE "C" NOT NULL,
  text TEXT NOT NULL,
  words TSVECTOR NOT NULL,  -- folded words at their places, and one each for owner and job
  UNIQUE (job_id, page_no)
);

CREATE INDEX search_words ON search_page USING gin (words);

-- Jobs that are in it, as they were at this version; 0 until all pages of one are.
CREATE TABLE search_job (id TEXT COLLATE "C" PRIMARY KEY, version INTEGER NOT NULL);

-- How far the ledger was followed.
CREATE TABLE search_mark (
  form INTEGER PRIMARY KEY,
  finished_ms BIGINT NOT NULL,
  job_id TEXT COLLATE "C" NOT NULL,
  is_complete BOOLEAN NOT NULL
);

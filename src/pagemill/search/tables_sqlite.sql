-- The index of SQLite. `words` holds no text of its own: what is deleted from it is told again.

CREATE TABLE page (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  job_id TEXT NOT NULL,
  page_no INTEGER NOT NULL,
  user_id TEXT NOT NULL,
  token TEXT NOT NULL,
  text TEXT NOT NULL,
  UNIQUE (job_id, page_no)
) STRICT;

-- Jobs that are in it, as they were at this version; 0 until all pages of one are.
CREATE TABLE job (id TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- How far the ledger was followed.
CREATE TABLE mark (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  finished_ms INTEGER NOT NULL,
  job_id TEXT NOT NULL,
  is_complete INTEGER NOT NULL
) STRICT;

INSERT INTO mark VALUES (1, 0, '', 0);

-- `scope` holds a word for the owner and one for the job, so that a user's few pages are found as
-- quickly among millions. Words come folded; the tokenizer only parts them.
CREATE VIRTUAL TABLE words USING fts5 (
  scope, body, content='', prefix='2 3', tokenize='unicode61 remove_diacritics 0'
);

-- What the house holds, from sums over an index or a small table; no job is read.

-- name: holdings()^
-- Documents, each once; jobs, and what their owners are charged with for them.
SELECT (SELECT count(*) FROM document) AS documents,
  (SELECT CAST(coalesce(sum(size_bytes), 0) AS BIGINT) FROM document) AS document_bytes,
  (SELECT CAST(coalesce(sum(jobs), 0) AS BIGINT) FROM job_tally) AS jobs,
  (SELECT CAST(coalesce(sum(stored_bytes), 0) AS BIGINT) FROM job) AS job_bytes;

-- name: database()^
-- What the ledger lies in, and how large that is.
SELECT 'SQLite ' || sqlite_version() AS name, page_count * page_size AS bytes
FROM pragma_page_count(), pragma_page_size();

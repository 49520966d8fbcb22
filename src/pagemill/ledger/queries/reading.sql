-- What people and watchers ask. Nothing here writes. Without statistics SQLite takes the index that
-- looks more selective; where that is the wrong one the right one is named.

-- name: find_job(ref, user_id)^
-- A job by its id or the handle a dialect gave it.
SELECT job.*, document.media_type, document.size_bytes, document.pages AS document_pages
FROM job JOIN document ON document.sha256 = job.sha256
WHERE (job.id = :ref OR job.handle = :ref) AND (:user_id = '' OR job.user_id = :user_id);

-- name: find_jobs(ids)
-- Several jobs in one statement, for watchers; `ids` is a JSON list.
SELECT job.*, document.media_type, document.size_bytes, document.pages AS document_pages
FROM job JOIN document ON document.sha256 = job.sha256
WHERE job.id IN (SELECT value FROM json_each(:ids));

-- name: list_jobs(before, states, name_key, limit)
-- Everybody's jobs, newest first (ids are ordered by time); `states` is a JSON list.
SELECT job.*, document.media_type, document.size_bytes, document.pages AS document_pages
FROM job JOIN document ON document.sha256 = job.sha256
WHERE job.id < :before
  AND (:states = '[]' OR job.state IN (SELECT value FROM json_each(:states)))
  AND (:name_key = '' OR instr(job.name_key, :name_key) > 0)
ORDER BY job.id DESC LIMIT :limit;

-- name: list_jobs_of_user(user_id, before, states, name_key, limit)
-- The same for one user, by an index of their own.
SELECT job.*, document.media_type, document.size_bytes, document.pages AS document_pages
FROM job JOIN document ON document.sha256 = job.sha256
WHERE job.user_id = :user_id AND job.id < :before
  AND (:states = '[]' OR job.state IN (SELECT value FROM json_each(:states)))
  AND (:name_key = '' OR instr(job.name_key, :name_key) > 0)
ORDER BY job.id DESC LIMIT :limit;

-- name: find_document(sha256, user_id)^
-- A user finds only what they have uploaded, under the name they gave it last.
SELECT document.sha256, document.media_type, document.size_bytes,
  document.pages AS document_pages, job.filename
FROM job JOIN document ON document.sha256 = job.sha256
WHERE job.sha256 = :sha256 AND job.user_id = :user_id
ORDER BY job.id DESC LIMIT 1;

-- name: list_pages(job_id, after, limit)
-- Pages of a job in order, from any place in it.
SELECT * FROM task
WHERE job_id = :job_id AND kind = 'page' AND page_no > :after
ORDER BY page_no LIMIT :limit;

-- name: page_runs(job_id)
-- Pages in a row that stand alike, by their first and last: a long job is a few lines.
SELECT min(page_no) AS first, max(page_no) AS last, state FROM (
  SELECT page_no, state, page_no - row_number() OVER (PARTITION BY state ORDER BY page_no) AS run
  FROM task WHERE job_id = :job_id AND kind = 'page'
) AS page GROUP BY state, run ORDER BY first;

-- name: find_page(job_id, page_no)^
-- One page of a job.
SELECT * FROM task WHERE job_id = :job_id AND kind = 'page' AND page_no = :page_no;

-- name: failed_pages(ids, limit)
-- Given-up pages, at most `limit` of each job, by an index that holds nothing else.
SELECT job_id, page_no FROM (
  SELECT job_id, page_no, row_number() OVER (PARTITION BY job_id ORDER BY page_no) AS nth
  FROM task INDEXED BY task_dead
  WHERE state = 5 AND kind = 'page' AND job_id IN (SELECT value FROM json_each(:ids))
) AS dead WHERE nth <= :limit ORDER BY job_id, page_no;

-- name: list_events(job_id, after, limit)
-- The history of a job after a version the reader knows.
SELECT * FROM event WHERE job_id = :job_id AND seq > :after ORDER BY seq LIMIT :limit;

-- name: job_password(job_id)^
-- The only query that hands a password out.
SELECT password FROM job WHERE id = :job_id;

-- name: list_nodes()
-- Every agent that has reported and not left.
SELECT * FROM node ORDER BY id;

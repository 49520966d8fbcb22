-- The ledger looked over: what stands in it and whether it agrees with itself.

-- name: books_extent()^
-- How much there is to look over.
SELECT (SELECT count(*) FROM document WHERE lost_ms IS NULL) AS documents,
  (SELECT count(*) FROM job) AS jobs;

-- name: books_documents(after, limit)
-- Documents that should have their bytes.
SELECT sha256, media_type, size_bytes, pages AS document_pages FROM document
WHERE sha256 > :after AND lost_ms IS NULL ORDER BY sha256 LIMIT :limit;

-- name: job_books(first, last, limit)
-- Jobs with their counters, and their tasks counted, in one statement and so at one moment.
SELECT job.*, document.media_type, document.size_bytes, document.pages AS document_pages,
  document.lost_ms, work.split, work.assembly, coalesce(work.cached, 0) AS cached,
  coalesce(work.blocked, 0) AS blocked, coalesce(work.ready, 0) AS ready,
  coalesce(work.running, 0) AS running, coalesce(work.done, 0) AS done,
  coalesce(work.waiting, 0) AS waiting, coalesce(work.dead, 0) AS dead,
  coalesce(work.cancelled, 0) AS cancelled, coalesce(work.held, 0) AS held
FROM (SELECT * FROM job WHERE id >= :first AND id <= :last ORDER BY id LIMIT :limit) AS job
JOIN document ON document.sha256 = job.sha256
LEFT JOIN (
  SELECT job_id,
    max(CASE WHEN kind = 'split' THEN state END) AS split,
    max(CASE WHEN kind = 'assemble' THEN state END) AS assembly,
    sum(CASE WHEN kind = 'page' AND state = 3 THEN is_cached ELSE 0 END) AS cached,
    sum(CASE WHEN kind = 'page' AND state = 0 THEN 1 ELSE 0 END) AS blocked,
    sum(CASE WHEN kind = 'page' AND state = 1 THEN 1 ELSE 0 END) AS ready,
    sum(CASE WHEN kind = 'page' AND state = 2 THEN 1 ELSE 0 END) AS running,
    sum(CASE WHEN kind = 'page' AND state = 3 THEN 1 ELSE 0 END) AS done,
    sum(CASE WHEN kind = 'page' AND state = 4 THEN 1 ELSE 0 END) AS waiting,
    sum(CASE WHEN kind = 'page' AND state = 5 THEN 1 ELSE 0 END) AS dead,
    sum(CASE WHEN kind = 'page' AND state = 6 THEN 1 ELSE 0 END) AS cancelled,
    sum(CASE WHEN kind = 'page' AND state = 7 THEN 1 ELSE 0 END) AS held
  FROM task
  WHERE job_id IN (SELECT id FROM job WHERE id >= :first AND id <= :last ORDER BY id LIMIT :limit)
  GROUP BY job_id
) AS work ON work.job_id = job.id
ORDER BY job.id;

-- name: books_jobs_of_document(sha256, after, limit)
-- Whoever is concerned when a document is lost.
SELECT id FROM job WHERE sha256 = :sha256 AND id > :after ORDER BY id LIMIT :limit;

-- name: done_pages(job_id, after, limit)
-- Pages that were read, with the tokens that name their texts.
SELECT page_no, token FROM task
WHERE job_id = :job_id AND kind = 'page' AND page_no > :after AND state = 3
ORDER BY page_no LIMIT :limit;

-- name: known_jobs(ids)
-- Those of a JSON list that exist.
SELECT id FROM job WHERE id IN (SELECT value FROM json_each(:ids));

-- name: known_documents(ids)
-- Those of a JSON list that exist.
SELECT sha256, media_type, size_bytes, pages AS document_pages FROM document
WHERE sha256 IN (SELECT value FROM json_each(:ids));

-- name: keys_in_trash(ids)
-- Those of a JSON list that are to be deleted.
SELECT key FROM trash WHERE key IN (SELECT value FROM json_each(:ids));

-- name: wrong_job_tallies()
-- Counts of jobs that differ from what is there, in one statement and so at one moment.
SELECT user_id, state, CAST(sum(kept) AS BIGINT) AS kept, CAST(sum(counted) AS BIGINT) AS counted
FROM (
  SELECT user_id, state, jobs AS kept, 0 AS counted FROM job_tally
  UNION ALL
  SELECT user_id, state, 0, count(*) FROM job GROUP BY user_id, state
) AS tally
GROUP BY user_id, state HAVING sum(kept) <> sum(counted) ORDER BY user_id, state;

-- name: wrong_page_tallies()
-- The same for pages.
SELECT user_id, engine, state, CAST(sum(kept) AS BIGINT) AS kept,
  CAST(sum(counted) AS BIGINT) AS counted
FROM (
  SELECT user_id, engine, state, pages AS kept, 0 AS counted FROM page_tally
  UNION ALL
  SELECT user_id, engine, state, 0, count(*) FROM task WHERE kind = 'page'
  GROUP BY user_id, engine, state
) AS tally
GROUP BY user_id, engine, state HAVING sum(kept) <> sum(counted)
ORDER BY user_id, engine, state;

-- name: set_job_tally(user_id, state, jobs)!
-- What was counted in this very transaction.
INSERT INTO job_tally (user_id, state, jobs) VALUES (:user_id, :state, :jobs)
ON CONFLICT (user_id, state) DO UPDATE SET jobs = excluded.jobs;

-- name: set_page_tally(user_id, engine, state, pages)!
-- The same for pages.
INSERT INTO page_tally (user_id, engine, state, pages) VALUES (:user_id, :engine, :state, :pages)
ON CONFLICT (user_id, engine, state) DO UPDATE SET pages = excluded.pages;

-- name: closed_lanes()
-- Ready tasks that no claim would look for.
SELECT ready.pool, ready.user_id FROM (
  SELECT DISTINCT pool, user_id FROM task WHERE state = 1
) AS ready
WHERE NOT EXISTS (
  SELECT 1 FROM lane WHERE lane.pool = ready.pool AND lane.user_id = ready.user_id
)
ORDER BY ready.pool, ready.user_id;

-- name: overdue_leases(before_ms, far_ms)$
-- Leases that nobody has seen to, and those that a jumping clock has put far away.
SELECT count(*) FROM task WHERE state = 2 AND (lease_ms < :before_ms OR lease_ms > :far_ms);

-- name: silent_nodes(before_ms)
-- Nodes that were not heard of since, and did not say goodbye.
SELECT id FROM node WHERE seen_ms < :before_ms ORDER BY id;

-- name: loose_sources()$
-- Files said to have a job that name none.
SELECT count(*) FROM source WHERE outcome <> 'refused' AND job_id IS NULL;

-- name: drop_loose_sources()!
-- They are taken in again when somebody comes by.
DELETE FROM source WHERE outcome <> 'refused' AND job_id IS NULL;

-- name: set_counters(total, left, done, failed, cached, job_id)!
-- What the tasks say.
UPDATE job SET pages_total = :total, pages_left = :left, pages_done = :done,
  pages_failed = :failed, pages_cached = :cached
WHERE id = :job_id;

-- name: wake_split(job_id, state)
-- The document is opened, as nothing else would move the job on.
UPDATE task SET state = :state, errors = 0, deaths = 0, token = '', finished_ms = NULL,
  owner = NULL, lease_ms = NULL, due_ms = NULL,
  failure_code = NULL, failure_message = NULL, failure_hint = NULL
WHERE job_id = :job_id AND kind = 'split' RETURNING pool, user_id;

-- name: wake_pages(job_id, state)
-- Pages that nobody would ever read.
UPDATE task SET state = :state, errors = 0, deaths = 0, due_ms = NULL,
  failure_code = NULL, failure_message = NULL, failure_hint = NULL
WHERE job_id = :job_id AND kind = 'page' AND state IN (0, 6, 7) RETURNING pool, user_id;

-- name: reopen_completed(now_ms, job_id)!
-- Something of what it gave is lost, so that it is made again; limits of time count anew.
UPDATE job SET state = 'processing', started_ms = :now_ms, finished_ms = NULL, expires_ms = NULL,
  is_pruned = 0, outputs = '[]',
  deadline_ms = CAST(:now_ms AS BIGINT) + least(soft_ms, hard_ms)
WHERE id = :job_id AND state = 'completed';

-- name: is_damage_told(job_id)$
-- Whether the job's history tells already that its document is lost.
SELECT EXISTS (SELECT 1 FROM event WHERE job_id = :job_id AND kind = 'job.damaged');

-- name: mark_document_lost(now_ms, sha256)!
-- Nobody looks for these bytes any more.
UPDATE document SET lost_ms = :now_ms WHERE sha256 = :sha256 AND lost_ms IS NULL;

-- What users take up, what is kept of it, and for how long.

-- name: count_waiting(user_id)$
-- A user's queued jobs, as the tallies have them.
SELECT coalesce((SELECT jobs FROM job_tally WHERE user_id = :user_id AND state = 'queued'), 0);

-- name: stored_bytes(user_id)$
-- Documents and results of a user's jobs, and what was uploaded and has no job yet. A document is
-- counted for every job on it.
SELECT coalesce((SELECT CAST(sum(stored_bytes) AS BIGINT) FROM job WHERE user_id = :user_id), 0)
  + coalesce((
    SELECT CAST(sum(document.size_bytes) AS BIGINT)
    FROM upload JOIN document ON document.sha256 = upload.sha256
    WHERE upload.user_id = :user_id AND NOT EXISTS (
      SELECT 1 FROM job WHERE job.sha256 = upload.sha256 AND job.user_id = upload.user_id
    )
  ), 0);

-- name: waiting_bytes(user_id, sha256)$
-- What a document takes up as an upload without a job: a job on it takes that place.
SELECT coalesce(CAST(sum(document.size_bytes) AS BIGINT), 0)
FROM upload JOIN document ON document.sha256 = upload.sha256
WHERE upload.user_id = :user_id AND upload.sha256 = :sha256 AND NOT EXISTS (
  SELECT 1 FROM job WHERE job.sha256 = :sha256 AND job.user_id = :user_id
);

-- name: pages_of_day(user_id, day)$
-- Pages accepted for reading that day.
SELECT pages FROM page_usage WHERE user_id = :user_id AND day = :day;

-- name: add_page_usage(user_id, day, pages)!
-- Pages that are now accepted for reading.
INSERT INTO page_usage (user_id, day, pages) VALUES (:user_id, :day, :pages)
ON CONFLICT (user_id, day) DO UPDATE SET pages = page_usage.pages + excluded.pages;

-- name: prune_page_usage(day)!
-- Days that no limit looks back to.
DELETE FROM page_usage WHERE day < :day;

-- name: add_upload(id, user_id, sha256, filename, now_ms)!
-- A document that waits for a job; nothing happens where the id is taken.
INSERT INTO upload (id, user_id, sha256, filename, created_ms)
VALUES (:id, :user_id, :sha256, :filename, :now_ms)
ON CONFLICT (user_id, id) DO NOTHING;

-- name: find_upload(id, user_id)^
-- An upload of this user.
SELECT upload.filename, document.sha256, document.media_type, document.size_bytes,
  document.pages AS document_pages
FROM upload JOIN document ON document.sha256 = upload.sha256
WHERE upload.id = :id AND (:user_id = '' OR upload.user_id = :user_id)
ORDER BY upload.created_ms DESC LIMIT 1;

-- name: drop_upload(id, user_id)!
-- One whose bytes could not be kept.
DELETE FROM upload WHERE id = :id AND user_id = :user_id;

-- name: prune_uploads(before_ms)!
-- Uploads nobody came back for; their documents go if no job uses them.
DELETE FROM upload WHERE created_ms < :before_ms;

-- name: job_totals()
-- How many jobs there are of each user and how much they take up.
SELECT user_id, count(*) AS jobs, CAST(sum(stored_bytes) AS BIGINT) AS stored_bytes
FROM job GROUP BY user_id ORDER BY user_id;

-- name: expired_jobs(now_ms, limit)
-- Ended jobs whose time is over.
SELECT id, user_id, filename, finished_ms, stored_bytes FROM job
WHERE expires_ms <= :now_ms AND finished_ms IS NOT NULL ORDER BY expires_ms LIMIT :limit;

-- name: oldest_finished(limit)
-- Ended jobs of everybody, those that ended first before the others.
SELECT id, user_id, filename, finished_ms, stored_bytes FROM job
WHERE finished_ms IS NOT NULL ORDER BY finished_ms, id LIMIT :limit;

-- name: oldest_finished_of_user(user_id, limit)
-- The same for one user, by an index of their own.
SELECT id, user_id, filename, finished_ms, stored_bytes FROM job
WHERE user_id = :user_id AND finished_ms IS NOT NULL ORDER BY finished_ms, id LIMIT :limit;

-- name: finished_job(job_id)^
-- A job that may go: retention never takes one that works.
SELECT job.*, document.media_type, document.size_bytes, document.pages AS document_pages
FROM job JOIN document ON document.sha256 = job.sha256
WHERE job.id = :job_id AND job.finished_ms IS NOT NULL;

-- name: redate_jobs(age_ms, user_id)!
-- Jobs are kept as long as their user may keep them (null: for good), or for the shorter time that
-- was asked for.
UPDATE job SET keep_ms = least(asked_keep_ms, CAST(:age_ms AS BIGINT)),
  expires_ms = finished_ms + least(asked_keep_ms, CAST(:age_ms AS BIGINT))
WHERE user_id = :user_id
  AND keep_ms IS DISTINCT FROM least(asked_keep_ms, CAST(:age_ms AS BIGINT));

-- name: late_jobs(now_ms, limit)
-- Jobs that have run to one of their time limits; `is_hard` if it was the last.
SELECT id, hard_ms IS NOT NULL AND started_ms + hard_ms <= :now_ms AS is_hard FROM job
WHERE deadline_ms <= :now_ms LIMIT :limit;

-- name: idle_pages(job_id)
-- Pages of a job that nobody is reading.
SELECT task.*, job.state AS job_state, job.sha256
FROM task JOIN job ON job.id = task.job_id
WHERE task.job_id = :job_id AND task.kind = 'page' AND task.state IN (1, 4, 7);

-- name: await_next_limit(again_ms, job_id)!
-- Pages in work may come back unread, so such a job is looked at again soon; of the others only the
-- hard limit is left, if they have one.
UPDATE job SET deadline_ms = CASE
  WHEN pages_left > 0 THEN least(:again_ms, started_ms + hard_ms)
  ELSE started_ms + hard_ms
END
WHERE id = :job_id AND finished_ms IS NULL;

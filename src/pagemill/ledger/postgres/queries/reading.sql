-- Reading, where PostgreSQL says it in its own words. Its planner has statistics, so no index is
-- named.

-- name: find_jobs(ids)
-- Several jobs in one statement, for watchers; `ids` is a JSON list.
SELECT job.*, document.media_type, document.size_bytes, document.pages AS document_pages
FROM job JOIN document ON document.sha256 = job.sha256
WHERE job.id = ANY (ARRAY(SELECT jsonb_array_elements_text(CAST(:ids AS JSONB))));

-- name: list_jobs(before, states, name_key, limit)
-- Everybody's jobs, newest first (ids are ordered by time); `states` is a JSON list.
SELECT job.*, document.media_type, document.size_bytes, document.pages AS document_pages
FROM job JOIN document ON document.sha256 = job.sha256
WHERE job.id < :before
  AND (:states = '[]'
    OR job.state = ANY (ARRAY(SELECT jsonb_array_elements_text(CAST(:states AS JSONB)))))
  AND (:name_key = '' OR strpos(job.name_key, :name_key) > 0)
ORDER BY job.id DESC LIMIT :limit;

-- name: list_jobs_of_user(user_id, before, states, name_key, limit)
-- The same for one user, by an index of their own.
SELECT job.*, document.media_type, document.size_bytes, document.pages AS document_pages
FROM job JOIN document ON document.sha256 = job.sha256
WHERE job.user_id = :user_id AND job.id < :before
  AND (:states = '[]'
    OR job.state = ANY (ARRAY(SELECT jsonb_array_elements_text(CAST(:states AS JSONB)))))
  AND (:name_key = '' OR strpos(job.name_key, :name_key) > 0)
ORDER BY job.id DESC LIMIT :limit;

-- name: failed_pages(ids, limit)
-- Given-up pages, at most `limit` of each job, by an index that holds nothing else.
SELECT job_id, page_no FROM (
  SELECT job_id, page_no, row_number() OVER (PARTITION BY job_id ORDER BY page_no) AS nth
  FROM task
  WHERE state = 5 AND kind = 'page'
    AND job_id = ANY (ARRAY(SELECT jsonb_array_elements_text(CAST(:ids AS JSONB))))
) AS dead WHERE nth <= :limit ORDER BY job_id, page_no;

-- name: list_events(job_id, after, limit)
-- The history of a job after a version the reader knows. Where months were dropped, a job's last
-- event is told from what the job says of its end.
SELECT job_id, seq, at_ms, kind, data FROM event WHERE job_id = :job_id AND seq > :after
UNION ALL
SELECT id, version, finished_ms, 'job.' || state, CASE state
  WHEN 'completed' THEN CAST(jsonb_build_object(
    'done', pages_done, 'failed', pages_failed, 'outputs', (
      SELECT coalesce(jsonb_agg(DISTINCT output -> 'name'), '[]')
      FROM jsonb_array_elements(CAST(outputs AS JSONB)) AS output
    )) AS TEXT)
  WHEN 'failed' THEN CAST(
    jsonb_build_object('code', failure_code, 'message', failure_message) AS TEXT)
  ELSE '{}'
END
FROM job
WHERE id = :job_id AND finished_ms IS NOT NULL AND version > :after
  AND NOT EXISTS (SELECT 1 FROM event WHERE job_id = :job_id AND seq = job.version)
ORDER BY seq LIMIT :limit;

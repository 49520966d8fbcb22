-- Taking work back, where PostgreSQL says it in other words.

-- name: running_tasks(ids)
-- Those of these that are in work; the token says for whom.
SELECT task.*, job.state AS job_state, job.sha256
FROM task JOIN job ON job.id = task.job_id
WHERE task.state = 2 AND task.id = ANY (ARRAY(
  SELECT CAST(value AS BIGINT) FROM jsonb_array_elements_text(CAST(:ids AS JSONB))
));

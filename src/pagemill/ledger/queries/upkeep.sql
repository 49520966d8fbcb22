-- Keeping the house tidy, a little at a time.

-- name: list_trash(limit)
-- What is to be deleted, oldest first.
SELECT key, is_folder FROM trash ORDER BY since_ms, key LIMIT :limit;

-- name: empty_trash*!
-- The bytes are gone, so the row may go.
DELETE FROM trash WHERE key = :key;

-- name: put_off_trash*!
-- What cannot be deleted now comes again after everything else.
UPDATE trash SET since_ms = :now_ms WHERE key = :key;

-- name: turn_months(now_ms, events_ms, audit_ms)!
-- PostgreSQL keeps history by month, and drops whole months; there is nothing of that here.
UPDATE job SET is_pruned = is_pruned
WHERE id = '' AND version + :now_ms + :events_ms + :audit_ms IS NULL;

-- name: prunable_jobs(before_ms, limit)
-- Jobs that ended before a moment and still have their whole history.
SELECT id FROM job
WHERE finished_ms IS NOT NULL AND is_pruned = 0 AND finished_ms < :before_ms
ORDER BY finished_ms LIMIT :limit;

-- name: prune_events(job_id)!
-- The last event stays: its `seq` is the job's version.
DELETE FROM event WHERE job_id = :job_id
  AND seq < (SELECT version FROM job WHERE job.id = :job_id);

-- name: mark_pruned(job_id)!
-- Nothing of this job is left to prune.
UPDATE job SET is_pruned = 1 WHERE id = :job_id;

-- name: unused_documents(limit)
-- Documents that no job uses and no upload waits on.
SELECT sha256, media_type FROM document
WHERE NOT EXISTS (SELECT 1 FROM job WHERE job.sha256 = document.sha256)
  AND NOT EXISTS (SELECT 1 FROM upload WHERE upload.sha256 = document.sha256) LIMIT :limit;

-- name: document_in_use(sha256)$
-- Whether any job or upload of anybody uses these bytes.
SELECT EXISTS (SELECT 1 FROM job WHERE sha256 = :sha256)
  OR EXISTS (SELECT 1 FROM upload WHERE sha256 = :sha256);

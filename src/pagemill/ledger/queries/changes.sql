-- Which jobs have changed, for those who watch many.

-- name: change_bounds()^
-- The first and the last change that are still known.
SELECT (SELECT min(id) FROM job_change) AS first, (SELECT max(id) FROM job_change) AS last;

-- name: changed_jobs(after, limit, user_id)
-- The jobs among the next changes, each once, at its last one, and as it is now: nothing but the id
-- and the owner of one that is gone.
SELECT seen.number, seen.changed_id, seen.owner, job.*,
  document.media_type, document.size_bytes, document.pages AS document_pages
FROM (
  SELECT max(id) AS number, job_id AS changed_id, max(user_id) AS owner
  FROM (
    SELECT id, job_id, user_id FROM job_change WHERE id > :after ORDER BY id LIMIT :limit
  ) AS next_changes
  GROUP BY job_id
) AS seen
LEFT JOIN job ON job.id = seen.changed_id
LEFT JOIN document ON document.sha256 = job.sha256
WHERE :user_id = '' OR seen.owner = :user_id
ORDER BY seen.number;

-- name: prune_changes(keep)!
-- What is so long ago that who has not heard of it looks at everything again.
DELETE FROM job_change WHERE id <= (SELECT max(id) FROM job_change) - :keep;

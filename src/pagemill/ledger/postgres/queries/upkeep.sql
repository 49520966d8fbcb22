-- History by month: whole months are dropped, single rows only where they lie in no month's table.

-- name: turn_months(now_ms, events_ms, audit_ms)!
-- Old months go, and the months to come get their tables. Gives a row for each month that went.
WITH gone AS MATERIALIZED (
  SELECT drop_months('event', :events_ms) AS name
  UNION ALL
  SELECT drop_months('audit', :audit_ms)
),
made AS MATERIALIZED (
  SELECT make_months(parent, :now_ms) FROM (VALUES ('event'), ('audit')) AS kind (parent)
  WHERE (SELECT count(*) FROM gone) >= 0  -- first the one, then the other
)
SELECT name FROM gone WHERE (SELECT count(*) FROM made) > 0;

-- name: prunable_jobs(before_ms, limit)
-- Jobs that ended before a moment and have events that lie in no month's table.
SELECT id FROM job
WHERE finished_ms < :before_ms AND is_pruned = 0
  AND id IN (SELECT DISTINCT job_id FROM event_rest)
ORDER BY finished_ms LIMIT :limit;

-- name: prune_events(job_id)!
-- The last event stays as long as there is a table for it.
DELETE FROM event_rest WHERE job_id = :job_id
  AND seq < (SELECT version FROM job WHERE job.id = :job_id);

-- name: prune_deeds(before_ms)!
-- The log is kept as long as the settings say.
DELETE FROM audit_rest WHERE at_ms < :before_ms;

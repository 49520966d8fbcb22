-- Completed jobs, for the full text that follows them. Nothing here writes.

-- name: finished_since(after_ms, after, limit)
-- In the order in which they finished, or finished anew.
SELECT id, user_id, version, finished_ms FROM job
WHERE finished_ms >= :after_ms AND (finished_ms > :after_ms OR id > :after) AND state = 'completed'
ORDER BY finished_ms, id LIMIT :limit;

-- name: finished_after(after, limit)
-- In the order of their ids: the whole ledger, a piece at a time.
SELECT id, user_id, version, finished_ms FROM job
WHERE id > :after AND state = 'completed'
ORDER BY id LIMIT :limit;

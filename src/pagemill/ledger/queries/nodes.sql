-- Agents and what they hold.

-- name: save_node(id, boot, host, pid, slots, engines, started_ms, seen_ms, is_draining, running, memory_mb)!
-- What an agent says of itself, the last word.
INSERT INTO node (
  id, boot, host, pid, slots, engines, started_ms, seen_ms, is_draining, running, memory_mb
) VALUES (
  :id, :boot, :host, :pid, :slots, :engines, :started_ms, :seen_ms, :is_draining, :running,
  :memory_mb
)
ON CONFLICT (id) DO UPDATE SET boot = excluded.boot, host = excluded.host, pid = excluded.pid,
  slots = excluded.slots, engines = excluded.engines, started_ms = excluded.started_ms,
  seen_ms = excluded.seen_ms, is_draining = excluded.is_draining, running = excluded.running,
  memory_mb = excluded.memory_mb;

-- name: drop_node(id)!
-- The agent has said goodbye.
DELETE FROM node WHERE id = :id;

-- name: tasks_of_node(owner, node_id)
-- What any boot of this node holds, but for `owner` (`node:boot`; "" spares none).
SELECT task.*, job.state AS job_state, job.sha256
FROM task JOIN job ON job.id = task.job_id
WHERE task.state = 2 AND task.owner <> :owner
  AND substr(task.owner, 1, length(:node_id) + 1) = :node_id || ':';

-- name: tasks_of_owner(owner)
-- What this boot holds, with all that putting it down needs.
SELECT task.*, job.state AS job_state, job.sha256
FROM task JOIN job ON job.id = task.job_id
WHERE task.state = 2 AND task.owner = :owner;

-- name: extend_leases(lease_ms, owner)
-- Everything this boot holds is its own for another while.
UPDATE task SET lease_ms = :lease_ms WHERE state = 2 AND owner = :owner RETURNING id;

-- name: held_tasks(owner)
-- What this boot still holds: whatever is missing was cancelled, deleted or rescued.
SELECT id FROM task WHERE state = 2 AND owner = :owner;

-- name: expired_tasks(now_ms)
-- Leases that ran out. `is_alive` tells that the node was heard of later and yet let go of this.
SELECT task.*, job.state AS job_state, job.sha256,
  EXISTS (
    SELECT 1 FROM node WHERE node.id || ':' || node.boot = task.owner
      AND node.seen_ms >= task.lease_ms
  ) AS is_alive
FROM task JOIN job ON job.id = task.job_id
WHERE task.state = 2 AND task.lease_ms < :now_ms;

-- name: shorten_leases(latest_ms)!
-- A lease that ends later than any can was given before the clock was set back. Who is alive extends
-- it in time.
UPDATE task SET lease_ms = :latest_ms WHERE state = 2 AND lease_ms > :latest_ms;

-- name: next_due(now_ms, latest_ms, latest_rest_ms)$
-- When the first waiting task or resting pool wakes. What is to wake later than anything can was put
-- there before the clock was set back: such a task is due now, such a pool does not rest.
SELECT min(at_ms) FROM (
  SELECT CASE WHEN min(due_ms) > :latest_ms THEN CAST(:now_ms AS BIGINT) ELSE min(due_ms) END
    AS at_ms
  FROM task WHERE state = 4
  UNION ALL
  SELECT min(rests_until_ms) FROM pool
  WHERE rests_until_ms > :now_ms AND rests_until_ms <= :latest_rest_ms
) AS due;

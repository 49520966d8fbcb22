-- Who looks after the house, and what nobody may touch meanwhile.

-- name: take_hold(id, until_ms)!
-- Nothing is deleted from the shelf until then.
INSERT INTO hold (id, until_ms) VALUES (:id, :until_ms)
ON CONFLICT (id) DO UPDATE SET until_ms = excluded.until_ms;

-- name: drop_hold(id, now_ms)!
-- Let go, and those that were forgotten with it.
DELETE FROM hold WHERE id = :id OR until_ms < :now_ms;

-- name: is_held(now_ms, far_ms)$
-- Whether somebody copies the shelf. A hold that would last for days was made by a jumping clock.
SELECT EXISTS (SELECT 1 FROM hold WHERE until_ms >= :now_ms AND until_ms < :far_ms);

-- name: take_duty(name, holder, now_ms, until_ms, far_ms)!
-- Whoever has it keeps it; others get it once its time is over, or if a jumping clock put its end
-- far away.
INSERT INTO duty (name, holder, until_ms) VALUES (:name, :holder, :until_ms)
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until_ms = excluded.until_ms
WHERE duty.holder = excluded.holder OR duty.until_ms < :now_ms OR duty.until_ms > :far_ms;

-- name: drop_duty(name, holder)!
-- Somebody else may do it from now on.
DELETE FROM duty WHERE name = :name AND holder = :holder;

-- name: tasks_in_work()
-- What was in work when the ledger was copied.
SELECT task.*, job.state AS job_state, job.sha256
FROM task JOIN job ON job.id = task.job_id
WHERE task.state = 2 ORDER BY task.id;

-- name: drop_nodes()!
-- Those of the place the ledger was copied from.
DELETE FROM node;

-- name: drop_holds()!
-- Those of the place the ledger was copied from.
DELETE FROM hold;

-- name: drop_duties()!
-- Those of the place the ledger was copied from.
DELETE FROM duty;

-- name: rename_house(id)!
-- Whoever remembers what they sent to the other house asks again what is known here.
UPDATE house SET id = :id;

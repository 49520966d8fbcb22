"""Agents: who they are, what they hold, and what becomes of it when they are gone."""

from collections.abc import Collection

from pagemill.ledger.rows import Row, node_parameters
from pagemill.ledger.statements import Statements, Transaction
from pagemill.ledger.tasks.circuits import Circuits
from pagemill.ledger.tasks.settling import Rules, miss
from pagemill.model.job import Failure
from pagemill.model.task import Died, Missed, Released, RetryPolicy
from pagemill.ports.ledger import NodeState

LOST = Failure("worker_died", "The node let its lease run out while it worked on this")


def enter(tx: Transaction, node: NodeState, rules: Rules) -> int:
    tx.sql.save_node(**node_parameters(node, tx.now_ms))
    return _release(tx, node.id, owner_of(node), rules)


def leave(tx: Transaction, node_id: str, rules: Rules) -> None:
    """Who leaves works on nothing: what it still held is ready for others at once."""
    tx.sql.drop_node(id=node_id)
    _release(tx, node_id, "", rules)


def heartbeat(tx: Transaction, node: NodeState, lease_ms: int) -> set[int]:
    tx.sql.save_node(**node_parameters(node, tx.now_ms))
    rows = tx.sql.extend_leases(owner=owner_of(node), lease_ms=tx.now_ms + lease_ms)
    return {row["id"] for row in rows}


def let_go(tx: Transaction, owner: str, task_ids: Collection[int], rules: Rules) -> int:
    tasks = [task for task in tx.sql.tasks_of_owner(owner=owner) if task["id"] in task_ids]
    for task in tasks:
        miss(tx, task, Released(), rules)
    return len(tasks)


def rescue(tx: Transaction, rules: Rules) -> int:
    """A node that was heard of after it let go has lost its worker on this task; that is a death.
    One that fell silent is to blame itself: a machine without power says nothing about a page.
    """
    latest_ms = tx.now_ms + round(1000 * rules.policy.lease_seconds)
    tx.sql.shorten_leases(latest_ms=latest_ms)
    expired = tx.sql.expired_tasks(now_ms=tx.now_ms)
    circuits = Circuits(tx, rules.policy.breaker, rules.rng)
    for task in expired:
        outcome = _blame(task)
        miss(tx, task, outcome, rules)
        circuits.hear(task, outcome)
    circuits.write()
    return len(expired)


def next_due(sql: Statements, now_ms: int, policy: RetryPolicy) -> int | None:
    due: int | None = sql.next_due(
        now_ms=now_ms,
        latest_ms=now_ms + policy.longest_wait_ms,
        latest_rest_ms=now_ms + policy.breaker.longest_rest_ms,
    )
    return due


def owner_of(node: NodeState) -> str:
    return f"{node.id}:{node.boot}"


def _release(tx: Transaction, node_id: str, owner: str, rules: Rules) -> int:
    tasks = tx.sql.tasks_of_node(node_id=node_id, owner=owner)
    for task in tasks:
        miss(tx, task, Released(), rules)
    return len(tasks)


def _blame(task: Row) -> Missed:
    return Died(LOST) if task["is_alive"] else Released()

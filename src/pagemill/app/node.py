"""The node process: the agent with its children and upkeep, one per data folder.

`python -m pagemill.app.node [--parent PID]`, settings from the environment. With `--parent` it
dies with that process; without, it runs by itself until SIGTERM or SIGINT.
"""

import argparse
import os
import secrets
import shutil
import socket
import sys
from functools import partial
from pathlib import Path

import structlog

from pagemill.app.clock import SystemClock
from pagemill.app.house import (
    SCRATCH,
    child_config,
    engines_of,
    prepare_data,
    shelf_folder,
)
from pagemill.app.indexes import open_index
from pagemill.app.keeper import NodeKeeper, environment_of, node_command
from pagemill.app.ledgers import open_bell, open_settings_ledger
from pagemill.app.lock import is_node_running, node_lock
from pagemill.app.logs import logs_of
from pagemill.errors import PagemillError
from pagemill.model.task import AUTO_POOL, CPU_POOL
from pagemill.ports import Bell, Clock, Ledger, NodeState, SearchIndex, Shelf
from pagemill.settings import Settings, load_settings
from pagemill.shelf import LocalShelf
from pagemill.traces import open_tracer
from pagemill.work.agent import Agent, AgentPlan
from pagemill.work.child import die_with_parent
from pagemill.work.children import Children
from pagemill.work.spec import ChildLimits
from pagemill.work.traces import TaskTraces
from pagemill.work.upkeep import Upkeep, UpkeepPlan

SPARES = 1
NODE_ID = "node.id"

__all__ = [
    "NodeKeeper",
    "environment_of",
    "is_node_running",
    "main",
    "node_command",
    "run_node",
    "upkeep_of",
]


def main() -> int:
    parser = argparse.ArgumentParser(prog="pagemill.app.node")
    parser.add_argument("--parent", type=int, default=0)
    parent = parser.parse_args().parent
    if parent:
        die_with_parent(parent)
    try:
        settings = load_settings()
        logs_of(settings)
        run_node(settings)
    except PagemillError as error:
        structlog.get_logger().error("node_cannot_run", code=error.code, cause=error.message)
        return error.kind.exit_code
    return 0


def run_node(settings: Settings) -> None:
    """Runs the node in this process, on its main thread, until a signal and the drain after it. Its
    name stands on every line of the log. Raises `node_running` and what opening the ledger raises.
    """
    data = prepare_data(settings)
    with node_lock(data):
        logs_of(settings, node=node_id(data))
        ledger = open_settings_ledger(settings, SystemClock(), durable=False)
        clock = ledger.clock
        bell = open_bell(settings)
        shelf, index = LocalShelf(shelf_folder(settings)), open_index(settings)
        upkeep = upkeep_of(settings, ledger, shelf, bell, clock, index)
        children = partial(
            Children,
            child_config(settings, settings.worker_nice).spec(_empty_scratch(data)),
            _limits(settings),
            settings.workers,
            SPARES,
            clock,
        )
        tracer = open_tracer(is_on=settings.traces)
        traces = TaskTraces(tracer, clock) if settings.traces else None
        agent = Agent(_plan(settings, clock), ledger, bell, clock, children, traces)
        upkeep.start()
        try:
            agent.run()
        finally:
            upkeep.stop()
            tracer.close()
            if index is not None:
                index.close()
            bell.close()
            ledger.close()


def upkeep_of(
    settings: Settings,
    ledger: Ledger,
    shelf: Shelf,
    bell: Bell,
    clock: Clock,
    index: SearchIndex | None = None,
) -> Upkeep:
    """Belongs to whoever holds the node lock."""
    plan = UpkeepPlan(
        settings.upkeep_seconds,
        settings.event_days,
        settings.upload_hours,
        settings.audit_days,
    )
    holder = node_id(settings.data.absolute())
    return Upkeep(plan, ledger, shelf, bell, clock, holder, index)


def node_id(data: Path) -> str:
    """The data folder's name among nodes. It stays when the host's name changes, as a container's
    does with every start, so that a new boot knows the old one's leases for its own.
    """
    path = data / NODE_ID
    if path.exists() and (known := path.read_text().strip()):
        return known
    made = f"{socket.gethostname().replace(':', '-')}-{secrets.token_hex(2)}"
    path.write_text(f"{made}\n")
    return made


def _empty_scratch(data: Path) -> Path:
    """For temporary files of children; what an earlier boot left is removed."""
    scratch = data / SCRATCH
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    return scratch


def _plan(settings: Settings, clock: Clock) -> AgentPlan:
    now_ms = clock.now_ms()
    node = NodeState(
        id=node_id(settings.data.absolute()),
        boot=f"{now_ms:x}-{os.getpid()}",
        host=socket.gethostname(),
        pid=os.getpid(),
        slots=settings.workers,
        engines=tuple(engine.name for engine in engines_of(settings).installed()),
        started_ms=now_ms,
        seen_ms=now_ms,
    )
    return AgentPlan(
        node,
        settings.lease_seconds,
        settings.heartbeat_seconds,
        settings.drain_seconds,
        served_pools(settings),
    )


def served_pools(settings: Settings) -> tuple[str, ...]:
    """Opening documents and writing results are work for everybody; none named means all. Raises
    `engine_missing` for an engine that is not known here.
    """
    names = [name.strip() for name in settings.worker_engines.split(",") if name.strip()]
    engines = engines_of(settings)
    own = [name if name == AUTO_POOL else engines.get(name).name for name in names]
    return (CPU_POOL, *dict.fromkeys(own)) if own else ()


def _limits(settings: Settings) -> ChildLimits:
    return ChildLimits(
        memory_mb=settings.child_memory_mb,
        recycle_mb=settings.child_recycle_mb,
        recycle_tasks=settings.child_recycle_pages,
        split_seconds=settings.split_timeout_seconds,
        page_seconds=settings.page_timeout_seconds,
        assemble_seconds=settings.assemble_timeout_seconds,
    )


if __name__ == "__main__":
    sys.exit(main())

"""The node of `queues.py`: the real agent over the real ledger, with children that do nothing.

python queue_node.py WORKERS PAGES DATA LEDGER DONE     the node, until SIGTERM
python queue_node.py DONE PAGES DESCRIPTOR PARENT       one of its children
"""

import os
import socket
import sys
from functools import partial
from pathlib import Path

from pagemill.app.clock import SystemClock
from pagemill.app.ledgers import open_bell, open_settings_ledger
from pagemill.app.logs import configure_logs
from pagemill.model.task import AssembleDone, Outcome, PageDone, PagePlan, SplitDone, TaskKind, Work
from pagemill.ports import NodeState
from pagemill.settings import Settings
from pagemill.work.agent import Agent, AgentPlan
from pagemill.work.child import die_with_parent, leave_signals_to_parent
from pagemill.work.children import Children
from pagemill.work.spec import ChildLimits, ChildSpec
from pagemill.work.wire import Channel, Finished, Hello, Ready, Started

ENGINE = "text"
LIMITS = ChildLimits(1000, 1000, 1_000_000_000, 60, 60, 60)


def node(workers: int, pages: int, data: Path, ledger: str, done: Path) -> None:
    configure_logs("error")
    clock = SystemClock()
    settings = Settings(data=data, ledger=ledger, user_max_running=0)
    spec = ChildSpec((sys.executable, __file__, str(done), str(pages)), Hello({}))
    children = partial(Children, spec, LIMITS, workers, 0, clock)
    now_ms, pid = clock.now_ms(), os.getpid()
    state = NodeState("bench", f"{now_ms}", "bench", pid, workers, (ENGINE,), now_ms, now_ms)
    plan = AgentPlan(state, lease_seconds=60, heartbeat_seconds=15, drain_seconds=5)
    opened = open_settings_ledger(settings, clock, durable=False)
    Agent(plan, opened, open_bell(settings), clock, children).run()
    opened.close()


def child(done: Path, pages: int, descriptor: int, parent: int) -> None:
    die_with_parent(parent)
    leave_signals_to_parent()
    channel = Channel(socket.socket(fileno=descriptor))
    channel.receive()
    channel.send(Ready())
    plans = tuple(PagePlan(n, ENGINE, "bench", "key", ENGINE) for n in range(1, pages + 1))
    file = os.open(done, os.O_WRONLY | os.O_APPEND)
    while isinstance(work := channel.receive(), Work):
        channel.send(Started(work.task_id))
        if work.kind is TaskKind.PAGE:
            os.write(file, b".")
        channel.send(Finished.of(work.task_id, _outcome(work.kind, plans)))


def _outcome(kind: TaskKind, plans: tuple[PagePlan, ...]) -> Outcome:
    match kind:
        case TaskKind.SPLIT:
            return SplitDone(len(plans), plans)
        case TaskKind.PAGE:
            return PageDone(ENGINE, 0)
        case TaskKind.ASSEMBLE:
            return AssembleDone(())


if __name__ == "__main__":
    if len(sys.argv) == 6:
        node(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), sys.argv[4], Path(sys.argv[5]))
    else:
        child(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))

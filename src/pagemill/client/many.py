"""Plans for many jobs at once: one order to all of them, one archive of their results."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import msgspec

from pagemill.client.plans import Call, Patience, Plan, typed

AT_ONCE = 200


class RefusalInfo(msgspec.Struct, frozen=True):
    """Why one of many jobs did not take an order."""

    job: str
    code: str
    message: str
    hint: str = ""


class OrdersInfo(msgspec.Struct, frozen=True):
    """`done` are the ids of jobs that took the order."""

    done: list[str]
    refused: list[RefusalInfo]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Deed:
    """`name` is cancel, pause, resume, retry, priority or delete; `priority` and `engine` go with
    the orders that take them.
    """

    name: str
    priority: int | None = None
    engine: str = ""

    @property
    def body(self) -> dict[str, object]:
        return {"order": self.name, "priority": self.priority, "engine": self.engine}


def order(deed: Deed, refs: Sequence[str], patience: Patience) -> Plan[OrdersInfo]:
    done: list[str] = []
    refused: list[RefusalInfo] = []
    for at in range(0, len(refs), AT_ONCE):
        part = yield from _part(deed, {"jobs": list(refs[at : at + AT_ONCE])}, patience)
        done += part.done
        refused += part.refused
    return OrdersInfo(done, refused)


def order_matching(
    deed: Deed, match: Mapping[str, object], before: str, patience: Patience
) -> Plan[OrdersInfo]:
    """To the end, though the server answers in parts."""
    done: list[str] = []
    refused: list[RefusalInfo] = []
    place: str | None = before
    while place is not None:
        part = yield from _part(deed, {"match": match, "before": place}, patience)
        done += part.done
        refused += part.refused
        place = part.next
    return OrdersInfo(done, refused)


def archive_path(
    refs: Sequence[str], states: Sequence[str], name: str, user: str, outputs: Sequence[str]
) -> str:
    query = [
        *(("ref", ref) for ref in refs),
        *(("state", state) for state in states),
        *(("output", output) for output in outputs),
        *((key, value) for key, value in (("name", name), ("user", user)) if value),
    ]
    return f"/v1/archive?{urlencode(query)}"


def _part(deed: Deed, which: Mapping[str, object], patience: Patience) -> Plan[OrdersInfo]:
    """Not repeated: the second time might be refused."""
    body = {**deed.body, **which}
    call = Call("POST", "/v1/jobs/orders", json=body, is_repeatable=False)
    return (yield from typed(call, OrdersInfo, patience))

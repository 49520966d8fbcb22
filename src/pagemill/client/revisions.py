"""Plans about pages that were read: text put right by hand, a page read once more."""

import msgspec

from pagemill.client.answers import JobInfo
from pagemill.client.plans import Call, Patience, Plan, job_path, typed

AT_ONCE = 500


class CorrectionInfo(msgspec.Struct, frozen=True):
    """What somebody put right; `superseded` once the page was read again. `block` is its place
    among the blocks of the page, from 0.
    """

    id: int
    page: int
    block: int
    before: str
    after: str
    user: str
    at: str
    superseded: bool


class CorrectionList(msgspec.Struct, frozen=True):
    corrections: list[CorrectionInfo]
    next: int | None


def correct(
    ref: str, page: int, block: int, text: str, before: str | None, patience: Patience
) -> Plan[JobInfo]:
    """Repeatable: a block that says `text` already is left as it is."""
    body = {"text": text} | ({} if before is None else {"before": before})
    call = Call("PATCH", job_path(ref, f"pages/{page}/blocks/{block}"), json=body)
    return (yield from typed(call, JobInfo, patience))


def corrections(ref: str, page: int, patience: Patience) -> Plan[list[CorrectionInfo]]:
    found: list[CorrectionInfo] = []
    before: int | None = 0
    while before is not None:
        query = {"page": page, "before": before, "limit": AT_ONCE}
        call = Call("GET", job_path(ref, "corrections"), query)
        answer = yield from typed(call, CorrectionList, patience)
        found += answer.corrections
        before = answer.next
    return found


def read_again(
    ref: str, page: int, engine: str, password: str, patience: Patience
) -> Plan[JobInfo]:
    """Not repeated: the second time it would be refused."""
    body = {"engine": engine, "password": password}
    call = Call("POST", job_path(ref, f"pages/{page}/retry"), json=body, is_repeatable=False)
    return (yield from typed(call, JobInfo, patience))

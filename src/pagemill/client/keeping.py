"""What both clients offer to those who look after a house: its past, its settings, cleaning up."""

from typing import TypeVar

import msgspec

from pagemill.client.answers import SpreadInfo
from pagemill.client.operator_answers import WorkerInfo
from pagemill.client.operators import workers
from pagemill.client.plans import Call, Patience, Plan, typed

T = TypeVar("T")


class StretchInfo(msgspec.Struct, frozen=True):
    """One step of the past. None: nobody looked then, as while all machines were off."""

    at: str
    jobs_waiting: float | None
    pages_waiting: float | None
    pages_running: float | None
    most_pages_waiting: int | None
    pages: int | None
    jobs: int | None
    wait_seconds: SpreadInfo | None


class HistoryInfo(msgspec.Struct, frozen=True):
    """Steps of `step_seconds`, oldest first; the last one is still going on."""

    span: str
    step_seconds: int
    points: list[StretchInfo]


class SettingInfo(msgspec.Struct, frozen=True):
    """`source`: default, a file, a variable, or flag. Secrets are hidden."""

    name: str
    value: str
    source: str
    meaning: str


class SettingList(msgspec.Struct, frozen=True):
    settings: list[SettingInfo]


class AdviceInfo(msgspec.Struct, frozen=True):
    """`urgency` is bad or warn."""

    urgency: str
    text: str
    hint: str


class HouseInfo(msgspec.Struct, frozen=True):
    """`database` has name and bytes, `disk` (None where the shelf lies elsewhere) bytes and
    free_bytes, `holdings` documents, document_bytes, jobs, job_bytes and trash.
    """

    version: str
    database: dict[str, str | int]
    disk: dict[str, int] | None
    holdings: dict[str, int]
    workers: int
    upkeep_seconds: float | None
    advice: list[AdviceInfo]


class CleanedInfo(msgspec.Struct, frozen=True):
    """So many ended jobs have gone, or would go, and `bytes` with them; `reasons` counts them by
    age, count and storage. `more`: others are to go, too; ask again.
    """

    dry_run: bool
    jobs: int
    bytes: int
    reasons: dict[str, int]
    more: bool


def history(span: str, patience: Patience) -> Plan[HistoryInfo]:
    return (
        yield from typed(Call("GET", "/v1/queue/history", {"span": span}), HistoryInfo, patience)
    )


def settings(patience: Patience) -> Plan[list[SettingInfo]]:
    return (yield from typed(Call("GET", "/v1/settings"), SettingList, patience)).settings


def house(patience: Patience) -> Plan[HouseInfo]:
    return (yield from typed(Call("GET", "/v1/house"), HouseInfo, patience))


def clean(is_dry: bool, patience: Patience) -> Plan[CleanedInfo]:  # noqa: FBT001  passed on from a keyword
    query = {"dry_run": "true"} if is_dry else {}
    return (yield from typed(Call("POST", "/v1/clean", query), CleanedInfo, patience))


class Keeping:
    """Of `Client`."""

    def _do(self, plan: Plan[T]) -> T:
        raise NotImplementedError

    def _patience(self) -> Patience:
        raise NotImplementedError

    def queue_history(self, span: str = "hour") -> HistoryInfo:
        """What waited and what was done in the last hour, `day` or `month`."""
        return self._do(history(span, self._patience()))

    def workers(self) -> list[WorkerInfo]:
        return self._do(workers(self._patience()))

    def settings(self) -> list[SettingInfo]:
        """Every setting of the server, for admins."""
        return self._do(settings(self._patience()))

    def house(self) -> HouseInfo:
        """What the house holds, and what is amiss, for admins."""
        return self._do(house(self._patience()))

    def clean(self, *, dry_run: bool = False) -> CleanedInfo:
        """Deletes ended jobs that are kept no longer, for admins; `dry_run` only tells which."""
        return self._do(clean(dry_run, self._patience()))


class AsyncKeeping:
    """Of `AsyncClient`; see `Keeping`."""

    async def _do(self, plan: Plan[T]) -> T:
        raise NotImplementedError

    def _patience(self) -> Patience:
        raise NotImplementedError

    async def queue_history(self, span: str = "hour") -> HistoryInfo:
        return await self._do(history(span, self._patience()))

    async def workers(self) -> list[WorkerInfo]:
        return await self._do(workers(self._patience()))

    async def settings(self) -> list[SettingInfo]:
        return await self._do(settings(self._patience()))

    async def house(self) -> HouseInfo:
        return await self._do(house(self._patience()))

    async def clean(self, *, dry_run: bool = False) -> CleanedInfo:
        return await self._do(clean(dry_run, self._patience()))

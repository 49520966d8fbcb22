"""The `queue` commands at work: what each asks of the server, and how it tells the answer."""

import re
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from pagemill.cli.queue_figures import Figures
from pagemill.cli.queue_tables import (
    ENGINE_COLUMNS,
    REASON_COLUMNS,
    WORK_COLUMNS,
    WORKER_COLUMNS,
    dead_lines,
    dead_row,
    engine_row,
    reason_row,
    subject,
    work_rows,
    work_words,
    worker_row,
)
from pagemill.cli.remote import PATIENCE_SECONDS
from pagemill.cli.screen import Screen, plural
from pagemill.client import Client, DeadLetterInfo, OrderInfo
from pagemill.errors import EXIT_FAILED, PagemillError
from pagemill.settings import load_settings

MOST_AT_ONCE = 200
LOOK_SECONDS = 2.0
MOST_NAMED = 5
_UNITS = {"s": "seconds", "min": "minutes", "h": "hours", "d": "days"}
_AGO = re.compile(r"(\d{1,6}) ?(s|min|h|d)", re.ASCII)


@contextmanager
def open_operator(url: str | None, token: str | None, screen: Screen) -> Iterator["Operator"]:
    settings = load_settings(url=url, token=token)
    with Client(settings.url, token=settings.token, patience_seconds=PATIENCE_SECONDS) as client:
        yield Operator(client, screen)


def wanted(user: str, code: str, engine: str, since: str) -> dict[str, str]:
    """The filters that were given, as the client takes them. Raises `invalid_options`."""
    moment = since_moment(since, datetime.now(UTC)) if since else ""
    return {"user": user, "code": code, "engine": engine, "since": moment}


def since_moment(text: str, now: datetime) -> str:
    """`2h` or a date, with or without a time, in RFC 3339; without a zone it is that of this
    machine. Raises `invalid_options`.
    """
    match = _AGO.fullmatch(text.strip())
    try:
        if match:
            moment = now - timedelta(**{_UNITS[match[2]]: int(match[1])})
        else:
            moment = datetime.fromisoformat(text.strip()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise PagemillError(
            "invalid_options",
            f"`--since {text[:40]}` is no time",
            "Say how long ago (30min, 2h, 3d), or a date such as 2026-11-26 or 2026-11-26T14:30.",
        ) from None
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Operator:
    """One method a command; each returns the exit code."""

    client: Client
    screen: Screen

    def stats(self) -> int:
        queue, stops = self.client.queue(), self.client.stops()
        if self.screen.is_json:
            told = {name: _plain(getattr(queue, name)) for name in queue.__struct_fields__}
            self.screen.give_json(told | {"stops": _plain(stops)})
        else:
            Figures(queue, stops).give(self.screen)
        return 0

    # stops
    def pause(self, user: str, engine: str) -> int:
        order = self.client.pause_queue(user=user, engine=engine)
        state = "is stopped" if order.changed else "was stopped already"
        return self._told(order, f"{subject(order)} {state}; {_running(order)}.")

    def resume(self, user: str, engine: str) -> int:
        order = self.client.resume_queue(user=user, engine=engine)
        state = "goes on" if order.changed else "was not stopped"
        return self._told(order, f"{subject(order)} {state}.")

    def drain(self, user: str, engine: str, timeout: float | None) -> int:
        """Asks again and again, so that a person sees what it waits for."""
        end = None if timeout is None else time.monotonic() + timeout
        order = self.client.drain_queue(user=user, engine=engine)
        said = 0
        while order.running and (left := _left(end)) > 0:
            if order.running != said:
                self.screen.say(f"{subject(order)} is stopped; {_running(order)}:")
                self._name(order)
                said = order.running
            wait = min(LOOK_SECONDS, left)
            order = self.client.drain_queue(user=user, engine=engine, wait=wait)
        if order.running:
            self._told(order, f"{subject(order)} is stopped, but {_running(order)}.")
            return EXIT_FAILED
        return self._told(order, f"{subject(order)} is stopped; nothing runs.")

    def _told(self, order: OrderInfo, line: str) -> int:
        if self.screen.is_json:
            self.screen.give_json(_plain(order))
            return 0
        self.screen.give(line)
        if order.stopped:
            self._name(order)
        return 0

    def _name(self, order: OrderInfo) -> None:
        """Says what still runs."""
        for work in order.work[:MOST_NAMED]:
            self.screen.say(f"    {work_words(work)}")
        if order.running > MOST_NAMED:
            self.screen.say(f"    and {order.running - MOST_NAMED:,} more")

    # given-up work
    def dead(self, chosen: Mapping[str, str], limit: int) -> int:
        found: list[DeadLetterInfo] = []
        before: str | None = ""
        while before is not None and len(found) < limit:
            some = min(limit - len(found), MOST_AT_ONCE)
            page = self.client.dead_letters(**chosen, before=before, limit=some)
            found += page.dead_letters
            before = page.next
        if self.screen.is_json:
            self.screen.give_json(_plain(found))
        elif sys.stdout.isatty():
            self.screen.give_lines([line for letter in found for line in dead_lines(letter)])
        else:
            self.screen.give_lines([dead_row(letter) for letter in found])
        if not found:
            self.screen.say("Nothing was given up.")
        if before is not None:
            self.screen.say("There are more: --limit shows them, `pagemill queue reasons` counts.")
        return 0

    def reasons(self, chosen: Mapping[str, str]) -> int:
        found = self.client.dead_reasons(**chosen)
        self._list(found, REASON_COLUMNS, [reason_row(reason) for reason in found])
        return 0

    def requeue_failed(self, chosen: Mapping[str, str], *, is_everything: bool) -> int:
        done = self.client.requeue_failed(**chosen, everything=is_everything)
        if self.screen.is_json:
            self.screen.give_json(_plain(done))
            return 0
        verb = "goes" if done.requeued == 1 else "go"
        pages = f" with {plural(done.pages, 'page')}" if done.pages else ""
        self.screen.give(f"{plural(done.requeued, 'job')} {verb} on{pages}.")
        if done.hopeless:
            stays = "stays" if done.hopeless == 1 else "stay"
            self.screen.say(
                f"{plural(done.hopeless, 'task')} {stays} given up, as the same again cannot help:"
                " see `pagemill queue reasons`; --all tries them, too."
            )
        if done.left_out:
            stays, whose = ("stays as it is: its job", "was")
            if done.left_out > 1:
                stays, whose = ("stay as they are: their jobs", "were")
            runs = "runs" if done.left_out == 1 else "run"
            self.screen.say(
                f"{plural(done.left_out, 'task')} {stays} still {runs} or {whose} cancelled."
            )
        return 0

    # engines, workers, order
    def engines(self) -> int:
        found = self.client.engines()
        self._list(found, ENGINE_COLUMNS, [engine_row(engine) for engine in found])
        return 0

    def limit(self, engine: str, most: int | None) -> int:
        state = self.client.limit_engine(engine, most)
        self._list(state, ENGINE_COLUMNS, [engine_row(state)])
        return 0

    def reprioritise(self, priority: int, user: str, states: Sequence[str], name: str) -> int:
        count = self.client.reprioritise(priority, user=user, states=states, name=name)
        if self.screen.is_json:
            self.screen.give_json({"reprioritised": count})
        else:
            verb = "has" if count == 1 else "have"
            self.screen.give(f"{plural(count, 'job')} {verb} priority {priority} now.")
        return 0

    def workers(self) -> int:
        found = self.client.workers()
        self._list(found, WORKER_COLUMNS, [worker_row(worker) for worker in found])
        rows = [row for worker in found for row in work_rows(worker)]
        if rows and not self.screen.is_json:
            self.screen.give_table(WORK_COLUMNS, rows)
        if not any(worker.alive for worker in found):
            self.screen.say("Nobody works: jobs wait. Start `pagemill worker` or `pagemill serve`.")
        return 0

    def _list(self, value: object, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        if self.screen.is_json:
            self.screen.give_json(_plain(value))
        elif rows:
            self.screen.give_table(columns, rows)
        else:
            self.screen.say("None.")


def _left(end: float | None) -> float:
    return LOOK_SECONDS if end is None else end - time.monotonic()


def _running(order: OrderInfo) -> str:
    if not order.running:
        return "nothing runs"
    return f"{plural(order.running, 'task')} still {'runs' if order.running == 1 else 'run'}"


def _plain(value: object) -> object:
    return msgspec.to_builtins(value)

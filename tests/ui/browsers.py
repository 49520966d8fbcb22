"""Chromium as Debian has it, driven by Playwright, and what pages must never do."""

import asyncio
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

PATIENCE_MS = 20_000
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Browsers without this guard are to be safe, too.
    "--disable-features=LocalNetworkAccessChecks",
    # No name leads anywhere: whoever asks another host is found out even where a policy is amiss.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
OWN_HOST, WITHOUT_HOST = "127.0.0.1", {"data", "blob", "about"}
# WCAG 2.2 AA, and what axe advises beyond it: headings in order, one main part, and the like.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# The page of the API is one long list, made by one function.
MORE_OF_THE_SAME = {"exclude": ["#routes > :nth-child(n + 12)", "#errors > :nth-child(n + 12)"]}


@dataclass
class Complaints:
    """What a browser said of its pages: errors, refusals by their own policy, calls to others."""

    heard: list[str] = field(default_factory=list)
    _allowed: list[str] = field(default_factory=list)

    def allow(self, pattern: str) -> None:
        """A test provokes this one: a regular expression that is found in it."""
        self._allowed.append(pattern)

    @property
    def unexpected(self) -> list[str]:
        return [t for t in self.heard if not any(re.search(p, t) for p in self._allowed)]

    def listen_to(self, context: BrowserContext) -> None:
        context.on("console", self._hear_of)
        context.on("weberror", lambda error: self._hear(str(error.error)))
        context.on("request", lambda request: self._look_at(request.url))

    def _hear_of(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self._hear(f"{said.text} ({said.location.get('url', '')})")

    def _look_at(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in WITHOUT_HOST and parts.hostname != OWN_HOST:
            self._hear(f"asks another host: {url}")

    def _hear(self, text: str) -> None:
        self.heard.append(text)


@contextmanager
def a_browser() -> Iterator["Chromium"]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=[*ARGUMENTS])
        chromium = Chromium(browser, asyncio.get_running_loop())
        chromium.leave()
        yield chromium
        chromium.enter()
        browser.close()


@dataclass
class Chromium:
    """Playwright leaves its event loop set as the running one of the thread, so that nothing else
    in it could run one: other tests of the process do. The loop counts between `enter` and `leave`.
    """

    browser: Browser
    _loop: asyncio.AbstractEventLoop

    def enter(self) -> None:
        asyncio._set_running_loop(self._loop)

    def leave(self) -> None:
        asyncio._set_running_loop(None)


def find_chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        raise AssertionError("Chromium is not installed: `make tools` installs it (apt: chromium)")
    return found


def barriers(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """What keeps people out of the page as it stands, as far as axe can tell; by all rules of
    WCAG 2.2 AA and its advice, or by these of its own.
    """
    only = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": TAGS}
    found = Axe().run(page, MORE_OF_THE_SAME, {"resultTypes": ["violations"], "runOnly": only})
    return [
        f"{page.url}: {fault['id']}: {fault['help']}: {node['html'][:200]} {node['failureSummary']}"
        for fault in found.response["violations"]
        for node in fault["nodes"][:3]
    ]


def check_barriers(page: Page) -> None:
    faults = barriers(page)
    assert not faults, "\n".join(faults)


def standing_out(page: Page) -> list[str]:
    """What is wider than the window, so that people would have to scroll both ways."""
    wide = page.evaluate(_STANDING_OUT)
    return [f"{page.url} is wider than its window: {wide}"] if wide else []


_STANDING_OUT = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const isIn = (e) => getComputedStyle(e).overflowX !== "visible";
  const scrolls = (e) => e && e !== document.body && (isIn(e) || scrolls(e.parentElement));
  return [...document.querySelectorAll("body *")]
    .filter((e) => e.getBoundingClientRect().right > width + 1 && !scrolls(e.parentElement))
    .map((e) => `${e.tagName}.${e.className} to ${Math.round(e.getBoundingClientRect().right)}`)
    .slice(0, 8);
}"""

"""What holds for every page there is, and for those to come: they are found by themselves."""

from collections.abc import Iterable, Iterator

import pytest
from playwright.sync_api import Page

from pagemill.web.ui import read_assets
from ui.browsers import Complaints, barriers, standing_out
from ui.conftest import PHONE, OpenPage, StartSite
from ui.rounds import Visited, settle

MOST_SCRIPT_BYTES = 60_000
# Which rules of axe the colours and the size of a page can change.
SKIN, PHONE_RULES = ("color-contrast", "link-in-text-block"), ("target-size", "color-contrast")


@pytest.fixture
def visited(start: StartSite) -> Visited:
    return settle(start(is_open=False))


@pytest.fixture
def visitor(visited: Visited, open_page: OpenPage, complaints: Complaints) -> Page:
    """An operator's browser."""
    complaints.allow("status of 404")  # one of the pages is none
    page = open_page(visited.site, token=visited.token)
    page.add_init_script("window.hurt = () => { throw new Error('inert text was run') }")
    return page


def visits(visited: Visited, page: Page, addresses: Iterable[str]) -> Iterator[str]:
    """Goes to each page, and stays while the caller looks; leaves out what is but a part of one."""
    for address in dict.fromkeys(addresses):
        if is_page(visited, address):
            page.goto(address)
            page.wait_for_load_state("load")
            yield address


def is_page(visited: Visited, address: str) -> bool:
    headers = {"Accept": "text/html"}
    with (
        visited.site.house.client(visited.token) as client,
        client.stream("GET", address, headers=headers) as answer,
    ):
        kind = answer.headers.get("content-type", "")
        return kind.startswith("text/html") and answer.read().startswith(b"<!doctype html>")


def test_nothing_keeps_people_out_in_light_and_dark_and_on_a_phone(
    visited: Visited, visitor: Page
) -> None:
    faults = []
    for address in visits(visited, visitor, [*visited.addresses(), *visited.states()]):
        faults += barriers(visitor)
        if visitor.locator("h1").count() != 1 or not visitor.title().endswith("· Pagemill"):
            faults.append(f"{address} has no title and h1 of its own")
        visitor.emulate_media(color_scheme="dark")
        faults += barriers(visitor, SKIN)
        visitor.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        faults += [*barriers(visitor, PHONE_RULES), *standing_out(visitor)]
        visitor.emulate_media(color_scheme="light")
        visitor.set_viewport_size({"width": 1280, "height": 800})
    assert not faults, "\n".join(faults)


def test_the_keyboard_reaches_every_control_and_shows_where_it_is(
    visited: Visited, visitor: Page
) -> None:
    faults = []
    for address in visits(visited, visitor, visited.addresses()):
        hidden = walk(visitor, visitor.evaluate(FIND_CONTROLS) + 20)
        if hidden:
            faults.append(f"{address}: focus is not seen on {hidden}")
        if missed := visitor.evaluate(MISSED):
            faults.append(f"{address}: not reached by Tab: {missed}")
    assert not faults, "\n".join(faults)


def walk(page: Page, most: int) -> list[str]:
    """Presses Tab until it comes to a control again; those that did not show that they were it."""
    hidden = []
    for _ in range(most):
        page.keyboard.press("Tab")
        is_new, name, is_seen = page.evaluate(FOCUSED)
        if not is_new:
            break
        if not is_seen:
            hidden.append(name)
    return hidden


# Controls that a person sees. Those with a negative tabindex are reached by arrows.
FIND_CONTROLS = """() => {
  const all = "a[href], button, input, select, textarea, summary, [tabindex='0']";
  document.activeElement?.blur();
  window.controls = [...document.querySelectorAll(all)].filter((e) =>
    e.checkVisibility({ visibilityProperty: true }) && !e.disabled && e.tabIndex >= 0
    && !(e.type === "radio" && !e.checked) && !e.closest("[inert]") && e.type !== "hidden");
  window.reached = new Set();
  return controls.length;
}"""
FOCUSED = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return [true, "", true];
  const look = getComputedStyle(e), isNew = !reached.has(e);
  reached.add(e);
  const isSeen = (look.outlineStyle !== "none" && parseFloat(look.outlineWidth) > 0)
    || look.boxShadow !== "none";
  return [isNew, e.outerHTML.slice(0, 90), isSeen];
}"""
# News may have taken some away meanwhile.
MISSED = """() => controls
  .filter((e) => e.isConnected && !reached.has(e))
  .map((e) => e.outerHTML.slice(0, 90))"""


def test_all_scripts_together_are_small() -> None:
    sizes = {n: len(a.compressed) for n, a in read_assets().items() if n.endswith(".js")}
    assert sum(sizes.values()) <= MOST_SCRIPT_BYTES, sizes

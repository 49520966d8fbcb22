"""What holds for every page there is, and for those to come: they are found by themselves."""

from collections.abc import Iterator

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


def visits(visited: Visited, page: Page) -> Iterator[str]:
    """Goes to each page, and stays while the caller looks; leaves out what is but a part of one."""
    for address in dict.fromkeys(visited.addresses()):
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
    for address in visits(visited, visitor):
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
    for address in visits(visited, visitor):
        wanted = visitor.evaluate(NUMBER_CONTROLS)
        reached, hidden = walk(visitor, len(wanted) + 20)
        missed = [name for number, name in enumerate(wanted) if number not in reached]
        if missed:
            faults.append(f"{address}: not reached by Tab: {missed}")
        if hidden:
            faults.append(f"{address}: focus is not seen on {hidden}")
    assert not faults, "\n".join(faults)


def walk(page: Page, most: int) -> tuple[set[int], list[str]]:
    """The numbers of the controls that Tab comes to, and those that do not show it."""
    reached: set[int] = set()
    hidden: list[str] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        number, name, is_seen = page.evaluate(FOCUSED)
        if number in reached:
            break
        if number >= 0:
            reached.add(number)
        if name and not is_seen:
            hidden.append(name)
    return reached, hidden


# Controls that a person sees get a number. Those with a negative tabindex are reached by arrows.
NUMBER_CONTROLS = """() => {
  const all = "a[href], button, input, select, textarea, summary, [tabindex='0']";
  document.activeElement?.blur();
  const seen = [...document.querySelectorAll(all)].filter((e) =>
    e.checkVisibility({ visibilityProperty: true }) && !e.disabled && e.tabIndex >= 0
    && !(e.type === "radio" && !e.checked) && !e.closest("[inert]") && e.type !== "hidden");
  return seen.map((e, n) => ((e.dataset.walk = n), e.outerHTML.slice(0, 90)));
}"""
FOCUSED = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return [-1, "", true];
  const look = getComputedStyle(e);
  const isSeen = (look.outlineStyle !== "none" && parseFloat(look.outlineWidth) > 0)
    || look.boxShadow !== "none";
  return [Number(e.dataset.walk ?? -1), e.outerHTML.slice(0, 90), isSeen];
}"""


def test_all_scripts_together_are_small() -> None:
    sizes = {n: len(a.compressed) for n, a in read_assets().items() if n.endswith(".js")}
    assert sum(sizes.values()) <= MOST_SCRIPT_BYTES, sizes

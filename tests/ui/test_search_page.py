"""Search as a person does it: typing, looking, going on by keys."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from pagemill.model.people import Role
from ui.conftest import PHONE, OpenPage, StartSite
from ui.sites import Site

HOSTILE = "<img src=x onerror=alert(1)>"


def fill(site: Site, user_id: str = "", pages: int = 3, filename: str = "") -> str:
    """A finished document about mills in the full text; its id."""
    texts = [f"Leaf {n}. The Größe of a mill by the river. {HOSTILE}" for n in range(1, pages + 1)]
    name = filename or f"{HOSTILE.replace('/', '_')}.pdf"
    job = site.finish(texts, filename=name, user_id=user_id)
    site.house.index()
    return job.id


def test_somebody_types_sees_where_it_stands_and_goes_there(
    site: Site, page: Page, open_page: OpenPage, check_barriers: Callable[[Page], None]
) -> None:
    job = fill(site)
    page.goto("/ui/search")
    expect(page.get_by_text("Case and accents make no difference")).to_be_visible()
    check_barriers(page)
    field = page.get_by_role("searchbox", name="Words on a page")
    expect(field).to_be_focused()
    field.press_sequentially("grosse riv")
    expect(page.locator(".count")).to_have_text("3 pages")
    expect(page).to_have_url(re.compile(r"/ui/search\?q=grosse\+riv$"))
    expect(field).to_be_focused()
    first = page.locator(".hit").first
    expect(first.locator("mark")).to_have_text(["Größe", "river"])
    expect(first).to_contain_text(HOSTILE)
    expect(first.locator("rect")).not_to_have_count(0)
    picture = first.locator("img")
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalWidth") > 100
    check_barriers(page)

    field.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".hit a").nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(field).to_be_focused()
    field.fill('"river mill" -leaf sea')
    expect(page.locator(".count")).to_have_text("Nothing found")
    expect(page.get_by_text("Leave the quotation marks out")).to_be_visible()
    check_barriers(page)
    field.fill("leaf 2")
    expect(page.locator(".hit")).to_have_count(1)
    page.reload()
    page.keyboard.press("Tab")
    page.keyboard.press("/")
    expect(field).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/ui/jobs/{job}\?page=2&q=leaf(\+|%20)2"))
    page.go_back()
    expect(page.locator(".hit")).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_many_hits_on_a_phone_come_as_they_are_asked_for(
    site: Site, open_page: OpenPage, check_barriers: Callable[[Page], None], scheme: str
) -> None:
    job = fill(site, pages=45, filename="a-long-name-without-a-space-in-it-" * 5 + ".pdf")
    page = open_page(site, size=PHONE, scheme=scheme, has_touch=True)
    page.goto(f"/ui/search?q=mill&job={job}")
    expect(page.locator(".only")).to_contain_text("only")
    expect(page.locator(".hit")).to_have_count(20)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    check_barriers(page)
    page.get_by_role("link", name="Show more").press("Enter")
    expect(page.locator(".hit")).to_have_count(40)
    expect(page.locator(".hit a").nth(20)).to_be_focused()
    page.get_by_role("link", name="Show more").tap()
    expect(page.locator(".hit")).to_have_count(45)
    expect(page.get_by_role("link", name="Show more")).to_have_count(0)


def test_an_operator_may_look_into_everybodys_pages(start: StartSite, open_page: OpenPage) -> None:
    site = start(is_open=False)
    fill(site, "ann")
    chief = open_page(site, token=site.token("chief", Role.ADMIN))
    chief.goto("/ui/search?q=mill")
    expect(chief.locator(".count")).to_have_text("Nothing found")
    chief.get_by_role("checkbox", name="In everybody’s pages").check()
    expect(chief.locator(".hit").first).to_contain_text("ann")
    ann = open_page(site, token=site.token("ann"))
    ann.goto("/ui/search?q=mill")
    expect(ann.locator(".hit")).to_have_count(3)
    expect(ann.get_by_role("checkbox")).to_have_count(0)

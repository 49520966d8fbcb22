"""Signing in as a person does it, and what ends it while a page is open."""

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from pagemill.model.people import Role
from pagemill.web.auth import SESSION_COOKIE
from ui.browsers import Complaints
from ui.conftest import OpenPage, StartSite
from ui.sites import Site

EVIL = "http://127.0.0.1:8/evil"  # a page of the same host, and so of the same site


@pytest.fixture
def site(start: StartSite) -> Site:
    """Where everybody signs in."""
    return start(is_open=False)


def sign_in(page: Page, token: str) -> None:
    page.get_by_label("Token", exact=True).fill(token)
    page.keyboard.press("Enter")


def test_a_person_signs_in_works_is_put_out_comes_back_and_leaves(
    site: Site, page: Page, complaints: Complaints
) -> None:
    complaints.allow("status of 401")
    page.goto("/ui/account?from=here")
    expect(page).to_have_url(re.compile("/ui/sign-in"))
    expect(page.get_by_label("Token", exact=True)).to_be_focused()
    sign_in(page, "pm_" + "x" * 43)
    expect(page.get_by_role("alert")).to_be_visible()
    assert not page.context.cookies()
    sign_in(page, site.token("ann"))
    expect(page).to_have_url(re.compile(r"/ui/account\?from=here$"))
    (cookie,) = page.context.cookies()
    assert (cookie["name"], cookie["httpOnly"], cookie["sameSite"]) == (SESSION_COOKIE, True, "Lax")
    assert page.evaluate("document.cookie") == ""

    for token in site.house.office.tokens("ann"):
        site.house.office.revoke_token(token.id, "ann")
    page.get_by_role("button", name="Save").click()  # an order: the page is sent to sign in
    expect(page).to_have_url(re.compile("/ui/sign-in"))
    sign_in(page, site.house.let_in("ann"))
    expect(page).to_have_url(re.compile(r"/ui/account\?from=here$"))
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/ui/sign-in"))
    assert not page.context.cookies()
    page.goto("/")
    expect(page).to_have_url(re.compile("/ui/sign-in"))


def test_a_token_that_runs_out_while_a_page_is_open_leads_to_the_sign_in_and_back(
    site: Site, page: Page, complaints: Complaints
) -> None:
    complaints.allow("status of 401")
    page.goto("/ui/sign-in?next=/ui/jobs")
    site.token("ann")
    sign_in(page, site.house.let_in("ann", days=10 / 86_400))  # seconds
    expect(page).to_have_url(re.compile("/ui/jobs$"))
    expect(page).to_have_url(re.compile("/ui/sign-in"))  # nobody touched anything
    sign_in(page, site.token("ann"))
    expect(page).to_have_url(re.compile("/ui/jobs$"))


def test_no_other_page_gives_orders_with_the_cookie_or_leads_people_away(
    site: Site, open_page: OpenPage, complaints: Complaints
) -> None:
    page = open_page(site, token=site.token("chief", Role.ADMIN))
    page.route(EVIL, lambda route: route.fulfill(content_type="text/html", body="<p>Free tokens"))
    page.goto(EVIL)
    complaints.allow("status of 403")
    order = "address => fetch(address, {method: 'POST', mode: 'no-cors', credentials: 'include'})"
    with page.expect_response("**/v1/jobs") as answer:
        page.evaluate(f"{order}", f"{site.url}/v1/jobs")
    assert answer.value.status == 403
    assert SESSION_COOKIE in answer.value.request.all_headers()["cookie"]
    with page.expect_response("**/ui/sign-out") as answer:
        page.evaluate(f"{order}", f"{site.url}/ui/sign-out")
    assert answer.value.status == 403
    page.goto(f"{site.url}/ui/sign-in?next={quote('//127.0.0.1:8/evil')}")
    sign_in(page, site.token("chief"))
    expect(page).to_have_url(f"{site.url}/")

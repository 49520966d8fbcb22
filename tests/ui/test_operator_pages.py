"""What operators do in a browser: look, stop, try again, let in, put out, clean up."""

import re
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from pagemill.app.web_server import setting_lines
from pagemill.model.job import Failure
from pagemill.model.people import Role
from pagemill.ports import NodeState
from pagemill.settings import load_settings
from ui.browsers import Complaints
from ui.conftest import OpenPage, StartSite
from ui.sites import Site

SLOW, DAMAGED = Failure("page_timeout", "It took too long"), Failure("corrupt", "Damaged")


@pytest.fixture
def site(start: StartSite) -> Site:
    return start(is_open=False, settings=tuple(setting_lines(load_settings(workers=3))))


@pytest.fixture
def page(open_page: OpenPage, site: Site) -> Page:
    return open_page(site, token=site.token("chief", Role.ADMIN))


def figure(page: Page, name: str) -> str:
    return page.locator(".figures div", has_text=name).locator("dd").inner_text()


def sure(page: Page, name: str) -> None:
    page.get_by_role("dialog").get_by_role("button", name=name).click()


def work_at(site: Site) -> str:
    """A machine is at the first page of a job. The job's id."""
    job = site.begin(4, read=0, user_id="ann")
    (work,) = site.service.ledger.claim("mill:1", (), 1, 60)
    now_ms = site.service.clock.now_ms()
    running = ({"child": 0, "job_id": job.id, "kind": "page", "page": 1, "since_ms": now_ms},)
    node = NodeState("mill", "1", "mill.example", 7, 4, ("text",), now_ms, now_ms)
    site.service.ledger.enter(node)
    site.service.ledger.heartbeat(replace(node, running=running, memory_mb=512), 60)
    assert work.job_id == job.id
    return job.id


def test_an_operator_watches_the_queue_stops_it_and_lets_it_go_on(site: Site, page: Page) -> None:
    job_id = work_at(site)
    page.goto("/ui/queue")
    assert (figure(page, "Pages waiting"), figure(page, "Pages in work")) == ("3", "1")
    expect(page.get_by_role("link", name="page 1")).to_have_attribute(
        "href", f"/ui/jobs/{job_id}?page=1"
    )
    expect(page.locator(".worker")).to_contain_text("mill.example")
    expect(page.locator(".worker")).to_contain_text("1 of 4 slots busy")
    site.send(2, user_id="bob")  # the page tells it by itself
    expect(page.locator("#user-bob")).to_be_visible()

    page.get_by_role("button", name="Pause the queue").click()
    sure(page, "Leave it")
    assert not site.service.steering.stops()
    page.get_by_role("button", name="Pause the queue").click()
    sure(page, "Pause the queue")
    expect(page.get_by_text("The queue is stopped.")).to_be_visible()
    expect(page.locator(".notice")).to_contain_text("chief")
    assert [stop.by for stop in site.service.steering.stops()] == ["chief"]
    page.locator(".notice").get_by_role("button", name="Go on").click()
    expect(page.get_by_text("The queue is stopped.")).to_be_hidden()

    page.locator("#user-ann").get_by_role("button", name="Pause").click()
    expect(page.locator("#user-ann")).to_contain_text("stopped by chief")
    page.locator("#engine-auto, #engine-text").first.get_by_role("button", name="Limit").click()
    page.get_by_label("At most").fill("2")
    page.keyboard.press("Enter")
    expect(page.locator("[id^=engine-] td:nth-child(4)").first).to_have_text("2")
    assert 2 in [pool.max_running for pool in site.service.steering.engines()]


def test_what_was_given_up_is_told_by_cause_and_tried_again(site: Site, page: Page) -> None:
    site.reader.broken = {2}
    for failure in (SLOW, DAMAGED):
        site.reader.failure = failure
        site.finish(2, filename=f"{failure.code}<b>.pdf", user_id="ann")
    site.reader.broken = ()
    site.service.ledger.figures.sample()
    page.goto("/ui/queue")
    causes = page.locator(".causes > li")
    expect(causes).to_have_count(2)
    slow = causes.filter(has_text="page_timeout")
    expect(slow).to_contain_text("Reading the page took too long")
    slow.get_by_text("Which").click()
    expect(slow.get_by_role("link", name="page_timeout<b>.pdf")).to_be_visible()
    page.get_by_role("button", name="Try again what may go right").click()
    sure(page, "Try again what may go right")
    expect(page.get_by_text("1 job tried again, 1 page")).to_be_visible()
    expect(causes).to_have_count(1)  # what is damaged stays
    site.reader.work_off()
    causes.get_by_role("button", name="Try again").click()
    sure(page, "Try again")
    site.reader.work_off()
    expect(page.get_by_text("Nothing has been given up")).to_be_visible()

    page.get_by_text("The same as a table").click()
    rows = page.locator("#as-table tbody tr")
    expect(rows).to_have_count(60)
    expect(rows.nth(30)).to_contain_text("–")  # nobody looked then
    expect(page.locator(".plot")).to_have_count(3)
    assert page.locator(".plot path.bars").get_attribute("d")
    page.get_by_role("button", name="Last 30 days").click()
    expect(page.get_by_role("button", name="Last 30 days")).to_have_attribute(
        "aria-pressed", "true"
    )
    expect(page.get_by_text("Pages done per six hours")).to_be_visible()


def test_somebody_is_let_in_bounded_and_put_out(
    site: Site, page: Page, open_page: OpenPage, complaints: Complaints
) -> None:
    page.goto("/ui/people")
    page.get_by_label("Name").fill("new.comer")
    page.get_by_role("button", name="Add").click()
    expect(page).to_have_url(re.compile("/ui/people/new.comer$"))
    page.get_by_label("Name").fill("laptop")
    page.get_by_role("button", name="Make a token").click()
    made = page.get_by_label("Shown only now")
    expect(made).to_have_value(re.compile("^pm_"))
    token = made.input_value()
    theirs = open_page(site, token=token)
    theirs.goto("/ui/account")
    expect(theirs.get_by_role("heading", level=1)).to_have_text("new.comer")
    complaints.allow("status of 403")
    theirs.goto("/ui/people")
    expect(theirs.get_by_role("heading", level=1)).not_to_have_text("People")

    page.reload()
    expect(page.get_by_text("laptop")).to_be_visible()
    assert token not in page.content()
    page.get_by_label("Pages a day").fill("50")
    page.get_by_label("Pages in work at once").fill("2")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    user = site.house.office.user("new.comer")
    assert (user.limits.pages_per_day, user.max_running, user.limits.keep_jobs) == (50, 2, None)
    page.get_by_label("Pages in work at once").fill("")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_have_count(2)
    assert site.house.office.user("new.comer").max_running is None

    page.get_by_role("button", name="Put out").click()
    sure(page, "Put out")
    expect(page.get_by_role("button", name="Let in again")).to_be_visible()
    complaints.allow("status of 401")
    theirs.goto("/ui/account")
    expect(theirs).to_have_url(re.compile("/ui/sign-in"))
    page.goto("/ui/audit?user=chief")
    expect(page.locator("tbody tr").first).to_contain_text("user")


def test_settings_are_found_and_what_is_overdue_is_cleaned_up(site: Site, page: Page) -> None:
    for name in ("old.pdf", "new.pdf"):
        site.finish(1, filename=name, user_id="ann")
    page.goto("/ui/house")
    page.get_by_role("button", name="What would go now?").click()
    expect(page.get_by_text("Nothing has to go.")).to_be_visible()
    ann = site.house.office.user("ann")
    site.house.office.change_user(replace(ann, limits=replace(ann.limits, keep_jobs=1)))
    page.get_by_role("button", name="What would go now?").click()
    expect(page.get_by_text("1 job would go")).to_be_visible()
    page.get_by_text("Which", exact=True).click()
    expect(page.get_by_text("old.pdf (ann")).to_be_visible()
    page.get_by_role("button", name="Delete them now").click()
    sure(page, "Delete them now")
    expect(page.get_by_text("1 job went")).to_be_visible()
    assert [job.filename for job in site.service.ledger.jobs_by_id(_ids(site))] == ["new.pdf"]

    page.get_by_label("Find").fill("worker processes on")
    rows = page.locator(".settings tbody tr:visible")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("flag")
    page.get_by_label("Find").fill("no such thing")
    expect(page.get_by_text("There is no such setting.")).to_be_visible()


def _ids(site: Site) -> list[str]:
    with site.house.client(site.token("chief")) as client:
        return [job["id"] for job in client.get("/v1/jobs?user=*").json()["jobs"]]

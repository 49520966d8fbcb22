"""The list of jobs, as people use it."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

from playwright.sync_api import Locator, Page, expect

from pagemill.model.people import Role
from pagemill.web.ui import jobs as jobs_page
from ui.browsers import Complaints
from ui.conftest import PHONE
from ui.sites import ServedSite, Site

Check = Callable[[Page], None]
INERT = '<img src=x onerror="document.title=1">&amp; "quoted".pdf'


def row(page: Page, name: str) -> Locator:
    return page.locator("#list tbody tr", has_text=name)


def box(page: Page, name: str) -> Locator:
    return row(page, name).get_by_role("checkbox")


def names(page: Page) -> list[str]:
    return page.locator("#list tbody .name a").all_text_contents()


def state(page: Page, name: str, is_now: str) -> None:
    expect(row(page, name).locator(".state")).to_have_text(is_now)


def deed(page: Page, name: str) -> None:
    page.locator("#deeds").get_by_role("button", name=name, exact=True).click()


def test_jobs_come_move_on_and_go_while_one_looks(
    site: Site, page: Page, check_barriers: Check
) -> None:
    page.goto("/ui/jobs")
    expect(page.get_by_text("No jobs yet.")).to_be_visible()
    site.send(3, filename=INERT)
    expect(row(page, "quoted")).to_contain_text("queued")
    assert names(page) == [INERT]
    expect(page.get_by_text("No jobs yet.")).to_be_hidden()
    expect(page.locator("#states")).to_contain_text("Queued 1")
    row(page, "quoted").get_by_role("checkbox").focus()
    site.reader.step(1)
    site.reader.step(1)
    expect(row(page, "quoted").get_by_role("progressbar")).to_have_js_property("value", 1)
    expect(row(page, "quoted").locator(".pages")).to_contain_text("1 of 3")
    expect(box(page, "quoted")).to_be_focused()
    box(page, "quoted").check()
    site.reader.work_off()
    state(page, "quoted", "completed")
    expect(box(page, "quoted")).to_be_checked()
    other = site.send(1, filename="second.pdf")
    expect(page.locator("#list tbody tr").first).to_contain_text("second.pdf")
    check_barriers(page)
    site.service.delete(other.id)
    expect(row(page, "second.pdf")).to_have_count(0)
    expect(page.locator("#states")).to_contain_text("All 1")


def test_filters_stand_in_the_address_and_new_jobs_keep_to_them(site: Site, page: Page) -> None:
    for name in ("Mill a.pdf", "mill b.pdf", "barn.pdf"):
        site.finish(1, filename=name)
    site.send(1, filename="mill c.pdf")
    page.goto("/ui/jobs")
    page.get_by_label("Name").press_sequentially("MILL")
    expect(page).to_have_url(re.compile(r"/ui/jobs\?name=MILL$"))
    expect(page.locator("#list tbody tr")).to_have_count(3)
    page.get_by_label("Completed").check(force=True)
    expect(page).to_have_url(re.compile(r"state=completed&name=MILL$"))
    expect(page.locator("#list tbody tr")).to_have_count(2)
    page.reload()
    assert names(page) == ["mill b.pdf", "Mill a.pdf"]
    site.send(1, filename="barn 2.pdf")
    site.reader.work_off()
    expect(page.locator("#list tbody tr").first).to_contain_text("mill c.pdf")
    assert names(page) == ["mill c.pdf", "mill b.pdf", "Mill a.pdf"]
    page.get_by_label("Queued").check(force=True)
    expect(page.get_by_text("No job matches.")).to_be_visible()
    waiting = site.send(1, filename="mill d.pdf")
    expect(row(page, "mill d.pdf")).to_be_visible()
    site.service.cancel(waiting.id)
    expect(row(page, "mill d.pdf")).to_have_count(0)
    page.get_by_label("Completed").check(force=True)
    expect(page.locator("#list tbody tr")).to_have_count(3)
    page.get_by_label("Name").fill("nothing like it")
    expect(page.locator("#list tbody tr")).to_have_count(0)
    page.get_by_role("link", name="Show all of mine").click()
    expect(page).to_have_url(re.compile(r"/ui/jobs$"))
    expect(page.locator("#list tbody tr")).to_have_count(6)


def test_a_job_is_looked_up_by_its_id_or_handle(
    site: Site, page: Page, complaints: Complaints
) -> None:
    complaints.allow("404")
    job = site.finish(1, handle="mill.pdf_20260107_123456_a1b2c3d4")
    for ref in (job.id, f"  {job.handle} "):
        page.goto("/ui/jobs")
        page.get_by_label("Job id or handle").fill(ref)
        page.get_by_role("button", name="Open").click()
        expect(page).to_have_url(re.compile(f"/ui/jobs/{job.id}"))
    page.goto("/ui/jobs")
    page.get_by_label("Job id or handle").fill("<b>none</b>")
    page.get_by_label("Job id or handle").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("There is no job <b>none</b>")
    expect(page.get_by_label("Job id or handle")).to_have_value("<b>none</b>")
    expect(row(page, "mill.pdf")).to_be_visible()


def test_many_are_selected_by_mouse_and_keyboard_and_take_one_order(
    site: Site, page: Page, check_barriers: Check
) -> None:
    site.finish(2, filename="done.pdf")
    for number in range(6):
        site.send(1, filename=f"job {number}.pdf")
    page.goto("/ui/jobs")
    box(page, "job 4").click()
    box(page, "job 2").click(modifiers=["Shift"])
    expect(page.locator("#chosen")).to_have_text("3 selected")
    box(page, "job 5").focus()
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(box(page, "job 5")).to_be_focused()
    page.keyboard.press("Space")
    expect(page.locator("#chosen")).to_have_text("3 selected")
    box(page, "done").check()
    check_barriers(page)
    deed(page, "Pause")
    for number, is_now in enumerate(("queued", "queued", "paused", "paused", "paused", "queued")):
        state(page, f"job {number}", is_now)
    said = page.locator("#toasts")
    expect(said).to_contain_text("3 jobs paused.")
    expect(said).to_contain_text("1 job not paused. The job is completed")
    expect(page.locator("#chosen")).to_have_text("1 selected")
    page.get_by_label("Select all that are shown").check()
    expect(page.locator("#chosen")).to_have_text("7 selected")
    page.get_by_label("Priority", exact=True).select_option("2")
    page.get_by_role("button", name="Set the priority").click()
    expect(said).to_contain_text("6 jobs given another priority.")
    assert {
        job.priority for job in site.service.list(jobs_page.JobQuery()) if job.finished_ms is None
    } == {2}
    page.get_by_label("Select all that are shown").check()
    deed(page, "Cancel")
    state(page, "job 3", "cancelled")
    box(page, "job 3").check()
    deed(page, "Retry")
    state(page, "job 3", "queued")


def test_what_is_deleted_is_asked_for_first_and_what_is_selected_can_be_fetched(
    site: Site, page: Page, complaints: Complaints
) -> None:
    complaints.allow("409")
    for name in ("a.pdf", "b.pdf", "c.pdf"):
        site.finish(1, filename=name)
    site.send(1, filename="waiting.pdf")
    page.goto("/ui/jobs")
    box(page, "waiting").check()
    deed(page, "Download")
    expect(page.locator("#toasts")).to_contain_text("None of these jobs has such outputs yet")
    box(page, "a.pdf").check()
    with page.expect_download() as fetched:
        deed(page, "Download")
    with ZipFile(io.BytesIO(Path(fetched.value.path()).read_bytes())) as archive:
        assert archive.namelist() == ["a.md", "left out.txt"]
    deed(page, "Delete")
    dialog = page.get_by_role("dialog", name="Delete 2 jobs?")
    expect(dialog.get_by_role("button", name="Leave them")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert len(site.service.list(jobs_page.JobQuery())) == 4
    deed(page, "Delete")
    dialog.get_by_role("button", name="Delete").click()
    expect(page.locator("#list tbody tr")).to_have_count(2)
    expect(page.locator("#deeds")).to_be_hidden()
    assert names(page) == ["c.pdf", "b.pdf"]


def test_older_jobs_come_as_one_scrolls_and_orders_reach_those_not_shown(
    site: Site, page: Page, monkeypatch
) -> None:
    monkeypatch.setattr(jobs_page, "ROWS", 40)
    for number in range(150):
        site.send(1, filename=f"job {number:03}.pdf")
    page.goto("/ui/jobs")
    rows = page.locator("#list tbody tr[id]")
    expect(rows.first).to_contain_text("job 149")
    box(page, "job 149").focus()
    while rows.count() < 150:
        rows.last.scroll_into_view_if_needed()
    assert names(page) == [f"job {number:03}.pdf" for number in range(149, -1, -1)]
    site.send(1, filename="new.pdf")
    page.get_by_role("button", name="1 new job").click()
    expect(rows.first).to_contain_text("new.pdf")
    page.goto("/ui/jobs?name=job")
    page.get_by_label("Select all that are shown").check()
    page.get_by_role("button", name="Select all that match").click()
    later = site.send(1, filename="job later.pdf")
    expect(rows.first).to_contain_text("job later")
    deed(page, "Cancel")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("not shown here")
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.locator("#toasts")).to_contain_text("150 jobs cancelled.")
    assert site.job(later).state == "queued"
    assert site.service.overview.job_counts() == {"cancelled": 150, "queued": 2}


def test_the_list_goes_on_when_a_killed_server_is_back(
    server: ServedSite, open_page: Callable[..., Page]
) -> None:
    first = server.send(2)
    page = open_page(server)
    page.goto("/ui/jobs")
    state(page, "mill.pdf", "completed")
    box(page, "mill.pdf").check()
    server.kill()
    expect(page.locator("#connection")).to_be_visible()
    server.start()
    with server.client() as client:
        client.delete(f"/v1/jobs/{first}")
    second = server.send(1, filename="second.pdf")
    state(page, "second.pdf", "completed")
    expect(page.locator("#connection")).to_be_hidden()
    expect(page.locator(f"#job-{first}")).to_have_count(0)
    expect(page.locator(f"#job-{second}")).to_be_visible()


def test_people_see_their_own_jobs_and_admins_those_of_everybody_on_a_phone_too(
    start: Callable[..., Site],
    open_page: Callable[..., Page],
    check_barriers: Check,
    complaints: Complaints,
) -> None:
    complaints.allow("404")
    site = start(is_open=False)
    site.send(2, filename="of ann.pdf", user_id="ann")
    bobs = site.send(2, filename="of bob.pdf", user_id="bob")
    own = open_page(site, token=site.token("ann"), size=PHONE, scheme="dark")
    own.goto("/ui/jobs")
    expect(own.get_by_label("User")).to_have_count(0)
    assert names(own) == ["of ann.pdf"]
    own.get_by_label("Job id or handle").fill(bobs.id)
    own.get_by_role("button", name="Open").click()
    expect(own.get_by_role("alert")).to_contain_text("of yours")
    every = open_page(site, token=site.token("chief", Role.ADMIN), size=PHONE)
    every.goto("/ui/jobs")
    expect(every.get_by_text("No jobs yet.")).to_be_visible()
    every.get_by_label("User").select_option("Everybody")
    assert every.locator("#list").get_attribute("data-query") is not None
    expect(row(every, "of bob.pdf").locator(".user")).to_have_text("bob")
    site.send(1, filename="of bob 2.pdf", user_id="bob")
    expect(row(every, "of bob 2.pdf")).to_be_visible()
    box(every, "of ann.pdf").check()
    check_barriers(every)
    deed(every, "Cancel")
    state(every, "of ann.pdf", "cancelled")
    state(own, "of ann.pdf", "cancelled")
    expect(row(own, "of bob")).to_have_count(0)
    looker = open_page(site, token=site.token("looker", Role.READ_ONLY))
    looker.goto("/ui/jobs")
    assert looker.locator("[data-order]").count() == 0

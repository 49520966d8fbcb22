"""The page of one job, as people use it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from pagemill.model.job import Job
from pagemill.testing.documents import page_body
from ui.browsers import Complaints, check_barriers
from ui.conftest import PHONE, OpenPage
from ui.sites import ServedSite, Site

PAGES = [
    "# The old mill\nThe miller grinds flour\nEvery day but Sunday\n",
    "Second leaf\nWheels turn in the Größe river\n",
    "Third leaf\nNothing of note here\n",
]


def text(page: Page) -> Locator:
    return page.locator("#text")


def cell(page: Page, number: int) -> Locator:
    return page.locator(f"#strip [data-number='{number}']")


def shows(page: Page, number: int, state: str = "done") -> None:
    """The page of that number is open, read or not."""
    expect(page.locator(f"#text .page[data-number='{number}']")).to_have_attribute(
        "data-state", state
    )


def test_pages_arrive_by_themselves_and_so_do_the_results(site: Site, page: Page) -> None:
    job = site.begin(PAGES)
    page.goto(f"/ui/jobs/{job.id}?page=2")
    expect(page.locator("#told")).to_have_text("1 of 3 pages read")
    expect(cell(page, 1)).to_have_class(re.compile("state-done"))
    expect(cell(page, 2)).to_have_attribute("aria-current", "page")
    expect(text(page)).to_contain_text("Not read yet")
    page.get_by_text("What happened").click()
    expect(page.locator(".moments li")).to_have_text(
        [re.compile("Page 1 read by text"), re.compile("Opened: 3 pages"), re.compile("Sent")]
    )
    site.reader.step(1)
    expect(text(page)).to_contain_text("Wheels turn in the Größe river")
    expect(cell(page, 2)).to_have_accessible_name("Page 2, done")
    expect(page.locator(".moments li").first).to_contain_text("2 pages read, between page 1 and 2")
    page.get_by_label("Follow").check()
    site.reader.step(1)
    shows(page, 3)
    expect(page).to_have_url(re.compile("page=3"))
    site.reader.work_off()
    expect(page.locator("#head .state")).to_have_text("completed")
    page.get_by_text("Download", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="markdown").click()
    assert "Wheels turn" in download.value.path().read_text()
    page.get_by_text("The whole text").click()
    expect(page.locator(".whole h3")).to_have_text("The old mill")
    expect(page.get_by_label("Follow")).to_be_hidden()


def test_text_and_picture_point_at_each_other(site: Site, page: Page) -> None:
    job = site.finish(PAGES)
    page.goto(f"/ui/jobs/{job.id}")
    shows(page, 1)
    expect(page.get_by_role("img", name="Page 1")).to_be_visible()
    page.wait_for_function("document.querySelector('#sheet img').naturalWidth > 300")
    part = page.locator(".part").last
    part.hover()
    box = page.locator("#sheet rect.lit")
    expect(box).to_have_count(1)
    inside(page, box)
    page.locator("#sheet rect[data-part='0']").click()
    expect(page.locator(".part").first).to_be_focused()
    expect(page.locator("#block-told")).to_contain_text("Block 1 of")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".part").nth(1)).to_be_focused()
    expect(page.locator("#sheet rect[data-part='1']")).to_have_class(re.compile("lit"))
    page.get_by_role("tab", name="Markdown").click()
    expect(page.locator("#raw")).to_contain_text("# The old mill")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#raw")).to_contain_text('"engine": "text"')
    check_barriers(page)


def inside(page: Page, box: Locator) -> None:
    """The box stands on the picture, and is no more than a part of it."""
    sheet, found = page.locator("#sheet").bounding_box(), box.bounding_box()
    assert sheet["x"] <= found["x"] <= found["x"] + found["width"] <= sheet["x"] + sheet["width"]
    assert 0 < found["height"] < sheet["height"] / 4


def test_the_keyboard_leads_through_pages_and_zooms(site: Site, page: Page) -> None:
    job = site.finish(PAGES)
    page.goto(f"/ui/jobs/{job.id}?page=2&q=große+-leaf+nothing")
    shows(page, 2)
    expect(page.locator(".part.hit")).to_contain_text("Größe")
    expect(page.locator("#sheet rect.hit")).to_have_count(1)
    assert page.evaluate("[...CSS.highlights.get('hit')].map(String)") == ["Größe"]
    page.keyboard.press("ArrowRight")
    shows(page, 3)
    expect(page.locator(".part.hit")).to_contain_text("Nothing of note")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    shows(page, 1)
    page.keyboard.press("g")
    page.keyboard.type("3\n")
    shows(page, 3)
    cell(page, 1).click()
    shows(page, 1)
    page.keyboard.press("ArrowDown")
    expect(cell(page, 2)).to_be_focused()
    zoom, width = page.locator("#zoom"), page.locator("#sheet").bounding_box()["width"]
    page.locator("#picture").focus()
    page.keyboard.press("+")
    assert page.locator("#sheet").bounding_box()["width"] == pytest.approx(1.25 * width, rel=0.01)
    page.keyboard.press("9")
    expect(page.get_by_role("button", name="Whole page")).to_have_attribute("aria-pressed", "true")
    pane, sheet = page.locator("#picture").bounding_box(), page.locator("#sheet").bounding_box()
    assert sheet["height"] <= pane["height"]
    before = zoom.inner_text()
    page.mouse.move(pane["x"] + 50, pane["y"] + 50)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -200)
    page.keyboard.up("Control")
    expect(zoom).not_to_have_text(before)
    page.keyboard.press("b")
    expect(page.locator("#boxes")).not_to_be_checked()


def test_a_word_is_put_right_by_hand_and_all_outputs_have_it(
    site: Site, page: Page, complaints: Complaints
) -> None:
    job = site.finish(PAGES)
    page.goto(f"/ui/jobs/{job.id}")
    part = page.locator(".part", has_text="miller grinds")
    part.focus()
    page.keyboard.press("Enter")
    lines = page.locator(".lines textarea")
    expect(lines.first).to_be_focused()
    expect(page.locator("#sheet rect.line")).to_have_count(1)
    page.keyboard.type("not kept ")
    page.keyboard.press("Escape")
    expect(lines).to_have_count(0)
    expect(part).to_be_focused()
    part.hover()
    part.get_by_role("button", name="Correct").click()
    line(page, "grinds").fill("The miller sells flour")
    page.keyboard.press("Control+Enter")
    corrected = page.locator(".part.corrected")
    expect(corrected).to_contain_text("The miller sells flour")
    expect(corrected).to_be_focused()
    expect(page.locator("#head .state")).to_have_text("processing")
    site.reader.work_off()
    expect(page.locator("#head .state")).to_have_text("completed")
    assert "miller sells" in markdown(site, job)
    page.get_by_role("heading", name="Corrected by hand").click()
    expect(page.locator("#corrections ins")).to_have_text("The miller sells flour")
    # Somebody else was quicker.
    complaints.allow("status of 409")
    part = page.locator(".part", has_text="Every day")
    part.hover()
    part.get_by_role("button", name="Correct").click()
    mine = line(page, "Every day")
    place = int(mine.get_attribute("data-place"))
    with site.house.client() as client:
        theirs = {"text": "Each day but Sunday"}
        answer = client.patch(f"/v1/jobs/{job.id}/pages/1/blocks/{place}", json=theirs)
        assert answer.status_code == 200
    mine.fill("All days")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast.bad")).to_contain_text("corrected or read again meanwhile")
    expect(page.locator(".lines")).to_contain_text("It says now: Each day but Sunday")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".part").last).to_contain_text("All days")


def line(page: Page, words: str) -> Locator:
    return page.locator(f".lines textarea[data-before*='{words}']")


def markdown(site: Site, job: Job) -> str:
    with site.house.client() as client:
        return client.get(f"/v1/jobs/{job.id}/outputs/markdown").text


def test_what_failed_says_why_and_can_be_tried_again(
    site: Site, page: Page, complaints: Complaints
) -> None:
    site.reader.broken = {2}
    job = site.finish(PAGES)
    page.goto(f"/ui/jobs/{job.id}")
    expect(page.locator("#head .problem")).to_contain_text("1 page could not be read: 2")
    page.locator("#head [data-go='2']").click()
    shows(page, 2, "failed")
    expect(text(page)).to_contain_text("The engine stumbled. Try another one.")
    expect(text(page)).to_contain_text("given up")
    check_barriers(page)
    site.reader.broken = ()
    page.get_by_role("button", name="Retry the failed pages").click()
    page.get_by_role("dialog").get_by_label("Engine").select_option("text")
    page.get_by_role("dialog").get_by_role("button", name="Try again").click()
    expect(page.locator("#head .state")).to_have_text("processing")
    site.reader.work_off()
    expect(text(page)).to_contain_text("Wheels turn")
    expect(page.locator("#head .state")).to_have_text("completed")
    page.get_by_text("Read again", exact=True).click()
    page.get_by_role("button", name="Read it again").click()
    expect(page.locator(".toast.good")).to_contain_text("Page 2 is read again")
    expect(page.locator("#head .state")).to_have_text("processing")
    site.reader.work_off()
    expect(page.locator("#head .state")).to_have_text("completed")
    # Deleted by somebody else while it is open: what is shown stays, and the page says so.
    complaints.allow("status of 404")
    site.service.delete(job.id)
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#gone")).to_be_visible()
    expect(text(page)).to_contain_text("Wheels turn")
    expect(page.get_by_role("button", name="Delete")).to_be_disabled()


def test_orders_are_given_and_a_job_is_deleted_after_a_question(
    site: Site, page: Page, complaints: Complaints
) -> None:
    job = site.begin(PAGES)
    page.goto(f"/ui/jobs/{job.id}")
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("#head .state")).to_have_text("paused")
    expect(cell(page, 3)).to_have_accessible_name("Page 3, paused")
    page.get_by_label("Priority").select_option("3")
    expect(page.get_by_label("Priority")).to_have_value("3")
    page.get_by_role("button", name="Resume").click()
    expect(cell(page, 3)).to_have_accessible_name("Page 3, queued")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#head .state")).to_have_text("cancelled")
    assert site.job(job).priority == 3
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Keep it").click()
    assert site.job(job).id == job.id
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.locator("#gone")).to_be_visible()
    # Deleted by somebody else while it runs.
    complaints.allow("status of 404")
    job = site.begin(PAGES)
    page.goto(f"/ui/jobs/{job.id}")
    shows(page, 1)
    site.service.delete(job.id)
    expect(page.locator("#gone")).to_be_visible()
    expect(text(page)).to_contain_text("The old mill")


def test_a_page_left_open_goes_on_after_the_server_was_killed(
    server: ServedSite, open_page: OpenPage
) -> None:
    gate = server.folder / "gate"
    gate.touch()
    job_id = server.send([page_body(n, 3) for n in range(1, 4)], engine="gate")
    page = open_page(server)
    page.goto(f"/ui/jobs/{job_id}")
    expect(text(page)).to_contain_text("Not read yet")
    server.kill()
    expect(page.locator("#connection")).to_be_visible()
    gate.unlink()
    server.start()
    expect(page.locator("#head .state")).to_have_text("completed")
    expect(page.locator("#connection")).to_be_hidden()
    shows(page, 1)


def test_a_job_of_twenty_thousand_pages_is_as_easy_to_look_through(
    site: Site, page: Page, complaints: Complaints
) -> None:
    complaints.allow("status of 422")  # the document has no such page to be drawn
    job = site.send(1)
    site.house.worker.pages = 20_000
    site.house.worker.step()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(f"/ui/jobs/{job.id}")
    expect(page.locator("#total")).to_have_text("20,000")
    expect(cell(page, 1)).to_be_visible()
    for number in (20_000, 7_777):
        page.get_by_label("Page", exact=True).fill(str(number))
        page.keyboard.press("Enter")
        expect(cell(page, number)).to_be_in_viewport()
        expect(cell(page, number)).to_have_attribute("aria-current", "page")
        assert page.locator("#strip .cell").count() < 40
    page.keyboard.press("ArrowRight")
    expect(cell(page, 7_778)).to_have_attribute("aria-current", "page")
    assert len([url for url in requests if "format=image" in url]) < 150


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_the_picture_above_the_text(
    site: Site, open_page: OpenPage, scheme: str, check_barriers: Callable[[Page], None]
) -> None:
    job = site.finish(PAGES)
    page = open_page(site, scheme=scheme, size=PHONE, has_touch=True, is_mobile=True)
    page.goto(f"/ui/jobs/{job.id}")
    shows(page, 1)
    picture, words = page.locator("#picture").bounding_box(), text(page).bounding_box()
    assert picture["y"] + picture["height"] <= words["y"]
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
    background = page.locator("#sheet").evaluate(
        "(sheet) => getComputedStyle(sheet).backgroundColor"
    )
    assert background == "rgb(255, 255, 255)"
    check_barriers(page)

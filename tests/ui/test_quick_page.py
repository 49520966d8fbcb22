"""The first page: documents in by every way there is, text out."""

import base64
import re
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

from playwright.sync_api import CDPSession, Locator, Page, Route, expect

from pagemill.model.job import Job
from pagemill.model.people import LOCAL, Scope, UserLimits
from pagemill.ports import JobQuery
from pagemill.testing.documents import encrypted_pdf, picture, text_pdf
from pagemill.web.auth import SESSION_COOKIE
from ui.browsers import Complaints, standing_out
from ui.conftest import AWAY, PHONE, OpenPage, StartSite
from ui.sites import Site
from web_house import open_service, page_markdown, serving

PNG = picture("From the clipboard")
PASTE = """async (png) => {
  const bytes = Uint8Array.from(atob(png), (c) => c.charCodeAt(0));
  const blob = new Blob([bytes], { type: "image/png" });
  await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
}"""


NOTE_SHARES = """() => {
  window.shares = new Set();
  const note = () => shares.add(document.querySelector(".batch progress")?.value);
  new MutationObserver(note).observe(document.body, { subtree: true, attributes: true });
}"""


def pdf(name: str, data: bytes | None = None) -> dict:
    return {
        "name": name,
        "mimeType": "application/pdf",
        "buffer": text_pdf(3) if data is None else data,
    }


def row(page: Page, name: str) -> Locator:
    return page.locator(".batch > li").filter(has=page.get_by_role("link", name=name, exact=True))


def drop(page: Page, *paths: Path) -> None:
    """As a file manager does it."""
    session: CDPSession = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        given = {"type": kind, "x": 600, "y": 500, "data": data}
        session.send("Input.dispatchDragEvent", given)


def jobs(site: Site) -> list[Job]:
    """Everybody's, the first one first."""
    return site.service.list(JobQuery("", (), "", "", 1000), LOCAL, "*")[::-1]


def names(site: Site) -> list[str]:
    return [job.filename for job in jobs(site)]


def test_a_folder_is_dropped_read_copied_and_taken_home_and_a_reload_loses_nothing(
    site: Site, page: Page, check_barriers, tmp_path: Path
) -> None:
    folder = tmp_path / "mills"
    (folder / "old").mkdir(parents=True)
    (folder / "old" / 'the "red" <b>mill.pdf').write_bytes(text_pdf(3))
    (folder / "notes.txt").write_text("no document")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/")
    page.get_by_text("Options").click()
    page.get_by_role("checkbox", name="Plain text").check()
    drop(page, folder)
    expect(page.get_by_text("Left out, for they are no documents: notes.txt.")).to_be_visible()
    sent = row(page, 'the "red" <b>mill.pdf')
    expect(sent.get_by_text("queued")).to_be_visible()
    expect(sent.get_by_text("mills/old")).to_be_visible()
    for _ in range(3):
        site.reader.step(1)
    expect(sent.get_by_text("2 of 3 pages read")).to_be_visible()
    expect(sent.get_by_role("progressbar")).to_have_js_property("position", 0.66)
    sent.get_by_text("Text so far").click()
    expect(sent.get_by_text("This is leaf 2")).to_be_visible()
    site.reader.work_off()
    expect(sent.get_by_text("This is leaf 3")).to_be_visible()

    sent.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied as Markdown.")).to_be_visible()
    assert "This is leaf 2" in page.evaluate("navigator.clipboard.readText()")
    with page.expect_download() as download:
        sent.get_by_role("link", name="Plain text").click()
    assert "This is leaf 1" in Path(download.value.path()).read_text()
    with page.expect_download() as download:
        sent.get_by_role("link", name="ZIP").click()
    with ZipFile(download.value.path()) as archive:
        assert [Path(name).suffix for name in archive.namelist()] == [".md", ".txt"]
    check_barriers(page)

    page.reload()
    expect(sent.get_by_text("This is leaf 3")).to_be_visible()
    expect(page.get_by_text("Options Markdown · Plain text")).to_be_visible()
    sent.get_by_role("link", name="Compare with the pages").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text('the "red" <b>mill.pdf')


def test_keyboard_and_clipboard_are_enough_on_a_phone_in_the_dark(
    site: Site, open_page: OpenPage, check_barriers
) -> None:
    page = open_page(site, scheme="dark", size=PHONE)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.on("filechooser", lambda _: None)  # only who listens beforehand hears of the first one
    page.goto("/")
    page.get_by_role("button", name="Choose files").focus()
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    assert chooser.value.is_multiple()
    chooser.value.set_files([pdf("locked.pdf", encrypted_pdf("sesame"))])
    expect(row(page, "locked.pdf").get_by_text("queued")).to_be_visible()
    site.reader.work_off()
    expect(row(page, "locked.pdf").get_by_text("Send it with its password")).to_be_visible()
    check_barriers(page)
    row(page, "locked.pdf").get_by_label("Password").press_sequentially("sesame")
    page.keyboard.press("Enter")
    expect(row(page, "locked.pdf").get_by_text("queued")).to_be_visible()
    site.reader.work_off()
    expect(row(page, "locked.pdf").get_by_text("This is leaf 1")).to_be_visible()

    page.evaluate(PASTE, base64.b64encode(PNG).decode())
    page.keyboard.press("Control+V")
    pasted = page.locator(".batch > li").first
    expect(pasted.get_by_text("queued")).to_be_visible()
    assert names(site)[-1].startswith("Pasted ")
    pasted.get_by_role("button", name="Cancel").press("Enter")
    expect(pasted.get_by_text("cancelled")).to_be_visible()
    check_barriers(page)
    assert not standing_out(page)
    pasted.get_by_role("button", name="off this list").press("Enter")
    expect(page.locator(".batch > li")).to_have_count(1)
    expect(page.get_by_role("button", name="Take locked.pdf off this list")).to_be_focused()


def test_a_lost_answer_doubles_nothing_and_leaving_too_early_is_asked_about(
    site: Site, page: Page, complaints: Complaints
) -> None:
    complaints.allow("ERR_FAILED")
    keys = []

    def lose_the_first_answer(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) == 1:
            assert route.fetch().status == 202
            route.abort()
        else:
            route.continue_()

    page.goto("/")
    page.route("**/v1/jobs", lose_the_first_answer)
    page.locator("#files").set_input_files([pdf("mill.pdf")])
    expect(page.get_by_text("The connection broke. It tries again by itself")).to_be_visible()
    expect(row(page, "mill.pdf").get_by_text("queued")).to_be_visible()
    assert keys[0] == keys[1]
    assert names(site) == ["mill.pdf"]
    page.unroute("**/v1/jobs")
    session = page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 2e6}
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", slow)
    page.evaluate(NOTE_SHARES)
    page.locator("#files").set_input_files([pdf("large.pdf", text_pdf(1) + b"\n" * 2_000_000)])
    expect(row(page, "large.pdf").get_by_text("queued")).to_be_visible()
    assert len([share for share in page.evaluate("[...shares]") if 0 < (share or 0) < 100]) > 2
    session.send("Network.disable")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/v1/jobs", hold)
    page.locator("#files").set_input_files([pdf("held.pdf")])
    expect(page.locator("#tally", has_text="1 being sent")).to_be_visible()
    page.locator("h1").click()  # nobody is asked who did nothing on the page
    with page.expect_event("dialog") as asked:
        page.evaluate("setTimeout(() => location.reload())")
    assert asked.value.type == "beforeunload"
    asked.value.dismiss()
    held[0].continue_()
    expect(row(page, "held.pdf").get_by_text("queued")).to_be_visible()


def test_a_server_that_comes_back_finds_the_page_waiting_with_all_its_files(
    open_page: OpenPage, complaints: Complaints, tmp_path: Path
) -> None:
    complaints.allow(AWAY)
    service = open_service(tmp_path)
    with serving(service, tmp_path) as house:
        page, port, worker = open_page(house), house.web_port, house.worker
        page.goto("/")
        page.locator("#files").set_input_files([pdf("before.pdf")])
        expect(row(page, "before.pdf").get_by_text("queued")).to_be_visible()
        worker.step()
        worker.step(1)
        expect(row(page, "before.pdf").get_by_text("1 of 3 pages read")).to_be_visible()
    expect(page.get_by_text("The server does not answer.")).to_be_visible()
    page.locator("#files").set_input_files([pdf("meanwhile.pdf")])
    expect(page.get_by_text("The connection broke. It tries again by itself")).to_be_visible()
    worker.work_off()
    with serving(service, tmp_path, port=port):
        expect(row(page, "before.pdf").get_by_text(page_markdown(3))).to_be_visible()
        expect(row(page, "meanwhile.pdf").get_by_text("queued")).to_be_visible()
        expect(page.get_by_text("The server does not answer.")).to_be_hidden()
        page.context.close()
    service.ledger.close()


def test_what_is_refused_says_why_and_what_waits_goes_on_by_itself(
    start: StartSite, open_page: OpenPage, complaints: Complaints
) -> None:
    complaints.allow("status of 4(01|29)")
    site = start(is_open=False)
    page = open_page(site, token=site.token("ann"))
    page.goto("/")
    page.get_by_text("Options").click()
    page.get_by_role("textbox", name="Pages").fill("seven")
    page.locator("#files").set_input_files([pdf("mill.pdf")])
    expect(page.get_by_role("textbox", name="Pages")).to_be_focused()
    page.get_by_role("textbox", name="Pages").fill("1-2")
    page.evaluate("document.getElementById('drop').dataset.maxBytes = 2000")
    page.locator("#files").set_input_files([pdf("empty.pdf", b""), pdf("large.pdf")])
    expect(page.get_by_role("status").get_by_text("2 refused")).to_be_visible()
    assert names(site) == []
    page.evaluate("document.getElementById('drop').dataset.maxBytes = 1e7")
    limits = UserLimits(max_waiting_jobs=1)
    site.house.office.edit_user("ann", lambda user: replace(user, limits=limits))
    page.get_by_role("button", name="Send the refused ones again").click()
    expect(row(page, "large.pdf").get_by_text("queued")).to_be_visible()
    page.locator("#files").set_input_files([pdf("third.pdf")])
    expect(page.get_by_text("It tries again by itself")).to_be_visible()
    site.reader.work_off()
    expect(row(page, "third.pdf").get_by_text("queued")).to_be_visible()
    with page.expect_response(re.compile(r"/ui/jobs/[^/]+/text")):  # it opens by itself
        site.reader.work_off()
    expect(row(page, "third.pdf").get_by_text("completed")).to_be_visible()
    for token in site.house.office.tokens("ann"):
        site.house.office.revoke_token(token.id, "ann")
    page.locator("#files").set_input_files([pdf("fourth.pdf")])
    expect(page.get_by_text("You are signed out. Sign in, and it goes on")).to_be_visible()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    cookie = {"name": SESSION_COOKIE, "value": site.house.let_in("ann"), "url": site.url}
    page.context.add_cookies([cookie])  # as signing in in another tab does
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(row(page, "fourth.pdf").get_by_text("queued")).to_be_visible()
    assert [job.options.pages for job in jobs(site)] == 3 * ["1-2"]


def test_more_files_than_are_shown_are_all_sent_one_after_the_other(site: Site, page: Page) -> None:
    page.goto("/")
    many = [pdf(f"{number:03}.pdf", text_pdf([f"leaf {number}"])) for number in range(120)]
    page.locator("#files").set_input_files(many)
    expect(page.get_by_text("20 more are not shown for now.")).to_be_visible()
    expect(page.locator("#tally", has_text="120 being read")).to_be_visible()
    assert sorted(names(site)) == [f"{number:03}.pdf" for number in range(120)]
    assert page.locator(".batch > li").count() == 100
    site.reader.work_off()
    expect(page.locator("#tally", has_text="120 done")).to_be_visible()
    expect(page.locator(".batch > li")).to_have_count(100)
    expect(row(page, "119.pdf")).to_be_visible()
    page.get_by_role("button", name="Clear what is done").click()
    expect(page.locator("#sent")).to_be_hidden()


def test_who_may_only_look_is_told_so_and_choices_are_those_of_the_house(start: StartSite) -> None:
    site = start(is_open=False)
    token = site.house.let_in("ann", scopes=[Scope.READ])
    with site.house.client(token) as client:
        page = client.get("/").text
    assert "Your token may look, but not send" in page
    assert "Choose files" not in page
    with site.house.client(site.token("ann")) as client:
        page = client.get("/").text
    for choice in (*site.service.choices.engines, *site.service.choices.outputs):
        assert f'value="{choice}"' in page

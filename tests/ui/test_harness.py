"""What the other browser tests build on."""

import pytest
from playwright.sync_api import Page

from ui.browsers import Complaints
from ui.sites import Site


def test_a_page_that_complains_is_heard(page: Page, complaints: Complaints) -> None:
    page.goto("/ui/sign-in")
    page.evaluate("console.error('one'); setTimeout(() => { throw Error('two') })")
    page.evaluate("fetch('https://elsewhere.example/three').catch(() => 0)")
    page.evaluate("document.body.setAttribute('style', 'color: red')")
    page.wait_for_function("() => true")
    heard = "\n".join(complaints.heard)
    assert all(word in heard for word in ("one", "two", "elsewhere.example/three", "style-src"))
    complaints.allow("")


def test_a_page_with_barriers_is_found(page: Page, check_barriers) -> None:
    page.goto("/ui/sign-in")
    check_barriers(page)
    page.evaluate("document.querySelector('main').append(document.createElement('input'))")
    with pytest.raises(AssertionError, match="label"):
        check_barriers(page)


def test_a_site_reads_pages_when_told_to(site: Site) -> None:
    job = site.begin(3, read=1)
    assert (job.state, job.pages_done) == ("processing", 1)
    site.reader.work_off()
    assert site.job(job).state == "completed"
    with site.house.client() as client:
        assert "This is leaf 3" in client.get(f"/v1/jobs/{job.id}/pages/3?format=markdown").text
        assert client.get(f"/v1/jobs/{job.id}/pages/3?format=image").content[:2] == b"\xff\xd8"

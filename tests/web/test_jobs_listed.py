"""The page that lists jobs, without a browser: what it gives to whom."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from pagemill.model.people import Role
from pagemill.web.ui import jobs
from web.knocking import house_with, sent
from web_house import LiveHouse

PAGE, PART = {"Accept": "text/html"}, {"HX-Request": "true"}


def look(client: httpx2.Client, path: str, status: int = 200, **headers: str) -> str:
    answer = client.get(path, headers=PAGE | headers)
    assert answer.status_code == status, answer.text
    return answer.text


def ids(text: str) -> list[str]:
    return re.findall(r'<tr [^>]*id="job-([^"]+)"', text)


def test_older_jobs_follow_by_a_cursor_each_of_them_once(
    house: LiveHouse, client: httpx2.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "ROWS", 2)
    sent_ids = [house.submit(filename=f"a b&{n}.pdf")["id"] for n in range(5)]
    house.submit(filename="other.pdf")
    text, found = look(client, "/ui/jobs?name=A%20b%26&state=queued"), []
    while True:
        found += ids(text)
        more = re.search(r'hx-get="([^"]+)"[^>]*hx-trigger="near"', text)
        if more is None:
            break
        text = look(client, more[1].replace("&amp;", "&"), **PART)
        assert text.startswith("<tbody")
    assert found == sent_ids[::-1]


def test_a_part_says_the_address_of_what_it_shows(client: httpx2.Client) -> None:
    path = "/ui/jobs?state=&name=%20mill%20&user="
    answer = client.get(path, headers=PAGE | PART)
    assert answer.headers["hx-replace-url"] == "/ui/jobs?name=mill"
    assert "<html" not in answer.text
    assert "<html" in look(client, path, **PART, **{"HX-History-Restore-Request": "true"})


def test_names_with_html_are_text_and_nothing_else(house: LiveHouse, client: httpx2.Client) -> None:
    house.submit(filename="<script>alert(1)</script><b>\"x' onload=y.pdf")
    text = look(client, "/ui/jobs?ref=%3Cimg%20src=x%3E&name=%22%3E", 404) + look(
        client, "/ui/jobs"
    )
    assert not re.search(r"<script>|<b>[\"&]|<img", text)
    assert "&lt;b&gt;&#34;x&#39; onload=y.pdf</a>" in text
    assert "There is no job" in text


def test_a_wrong_filter_is_refused_in_plain_words(client: httpx2.Client) -> None:
    assert "There is no state" in look(client, "/ui/jobs?state=burnt", 422)


def test_a_look_up_leads_to_ones_own_jobs_only_and_counts_are_ones_own(tmp_path: Path) -> None:
    with house_with(tmp_path) as house:
        ann, bob = house.let_in("ann"), house.let_in("bob")
        job_id = sent(house, ann)
        with house.client(ann) as client:
            answer = client.get(f"/ui/jobs?ref={job_id}", headers=PAGE)
            assert (answer.status_code, answer.headers["location"]) == (303, f"/ui/jobs/{job_id}")
        with house.client(bob) as client:
            other = look(client, f"/ui/jobs?ref={job_id}", 404)
            none = look(client, f"/ui/jobs?ref={job_id[::-1]}", 404)
            assert other.replace(job_id, "") == none.replace(job_id[::-1], "")
            assert ids(look(client, "/ui/jobs")) == []
            assert "<b" not in look(client, "/ui/job-counts")
            for path in ("/ui/jobs?user=ann", "/ui/jobs?user=*", "/ui/job-counts?user=*"):
                look(client, path, 403)
        with house.client(house.let_in("chief", Role.ADMIN)) as client:
            assert ids(look(client, "/ui/jobs")) == []
            assert ids(look(client, "/ui/jobs?user=*")) == [job_id]
            assert ids(look(client, "/ui/jobs?user=ann")) == [job_id]
            assert 'Queued <b class="num">1</b>' in look(client, "/ui/job-counts?user=ann")
        with house.client() as client:
            answer = client.get("/ui/jobs?state=failed", headers=PAGE)
            assert urlsplit(answer.headers["location"]).path == "/ui/sign-in"

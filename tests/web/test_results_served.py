"""Fetching: pages while the job runs, outputs with ranges, partial Markdown; steering and lists."""

import hashlib
import io
from zipfile import ZipFile

import httpx2
import pytest

from web_house import LiveHouse, page_markdown


@pytest.fixture
def done(house: LiveHouse) -> dict:
    """A completed job with Markdown, HTML and a crop; page 2 could not be read."""
    job = house.submit(outputs="markdown,html,images")
    house.worker.broken = {2}
    house.worker.work_off()
    return job


def test_a_completed_job_tells_all_that_became_of_it(done: dict, client: httpx2.Client) -> None:
    job = client.get(f"/v1/jobs/{done['id']}").json()
    assert job["state"] == "completed"
    assert job["pages"] == {"total": 3, "done": 2, "failed": 1, "cached": 0}
    assert job["failed_pages"] == [2]
    assert job["progress"] == 100
    assert job["message"] == "Done, but 1 of 3 pages could not be read"
    assert job["finished_at"] >= job["started_at"] >= job["created_at"]


def test_pages_are_listed_a_few_at_a_time(done: dict, client: httpx2.Client) -> None:
    path = f"/v1/jobs/{done['id']}/pages"
    first = client.get(path, params={"limit": 2}).json()
    assert [page["number"] for page in first["pages"]] == [1, 2]
    rest = client.get(path, params={"after": first["next"], "limit": 2}).json()
    assert [page["number"] for page in rest["pages"]] == [3]
    assert rest["next"] is None
    assert first["pages"][1]["state"] == "failed"
    assert first["pages"][1]["error"]["code"] == "engine_failed"
    assert client.get(first["pages"][0]["links"]["markdown"]).text.strip() == page_markdown(1)


def test_a_page_is_served_as_soon_as_it_is_read(house: LiveHouse, client: httpx2.Client) -> None:
    ref = house.submit()["id"]
    house.worker.step()
    house.worker.step(1)
    path = f"/v1/jobs/{ref}/pages"
    assert client.get(f"/v1/jobs/{ref}").json()["state"] == "processing"
    markdown = client.get(f"{path}/1?format=markdown")
    assert markdown.headers["content-type"] == "text/markdown; charset=utf-8"
    assert markdown.text.strip() == page_markdown(1)
    assert client.get(f"{path}/1?format=json").json()["blocks"][0]["text"] == page_markdown(1)
    assert client.get(f"{path}/1").json()["state"] == "done"
    early = client.get(f"{path}/2?format=markdown")
    assert (early.status_code, early.json()["code"]) == (409, "page_not_ready")
    assert client.get(f"{path}/4").json()["code"] == "page_not_found"


def test_the_picture_of_a_page_is_served_before_it_is_read(
    house: LiveHouse, client: httpx2.Client
) -> None:
    ref = house.submit()["id"]
    house.worker.step()
    answer = client.get(f"/v1/jobs/{ref}/pages/2?format=image&dpi=40")
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.content.startswith(b"\xff\xd8\xff")
    assert client.get(f"/v1/jobs/{ref}/pages/2?format=image&dpi=9000").status_code == 422


def test_a_picture_of_a_page_is_fetched_once_and_kept_by_its_browser_alone(
    house: LiveHouse, client: httpx2.Client
) -> None:
    ref = house.submit()["id"]
    house.worker.work_off()
    address = f"/v1/jobs/{ref}/pages/2?format=image&dpi=18"
    headers = client.get(address).headers
    assert headers["cache-control"] == "private, max-age=3600"
    again = client.get(address, headers={"If-None-Match": headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(address.replace("18", "20")).headers["etag"] != headers["etag"]


def test_partial_markdown_names_what_is_missing(house: LiveHouse, client: httpx2.Client) -> None:
    ref = house.submit()["id"]
    house.worker.broken = {1}
    house.worker.step()
    house.worker.step(2)
    path = f"/v1/jobs/{ref}/outputs/markdown"
    early = client.get(path)
    assert early.status_code == 409
    assert early.json()["code"] == "output_not_ready"
    assert early.json()["state"] == "processing"
    partial = client.get(path, params={"partial": "true"})
    assert partial.headers["content-type"] == "text/markdown; charset=utf-8"
    assert partial.text.split("\n\n") == [
        "<!-- Page 1 could not be read: The engine stumbled -->",
        page_markdown(2),
        "<!-- Page 3 is not read yet -->",
        "",
    ]
    house.worker.work_off()
    assert client.get(path, params={"partial": "true"}).text == client.get(path).text


def test_outputs_are_listed_and_found_by_name_or_path(done: dict, client: httpx2.Client) -> None:
    listed = client.get(f"/v1/jobs/{done['id']}/outputs").json()
    assert [output["path"] for output in listed["outputs"]] == [
        "result.md",
        "result.html",
        "images/1_0.jpg",
    ]
    for output in listed["outputs"]:
        fetched = client.get(output["href"])
        assert hashlib.sha256(fetched.content).hexdigest() == output["sha256"]
        assert fetched.headers["etag"] == f'"{output["sha256"]}"'
    assert client.get(done["links"]["markdown"]).headers["content-disposition"] == (
        "inline; filename=\"mill.md\"; filename*=UTF-8''mill.md"
    )


@pytest.mark.parametrize("name", ["docling", "../../ledger.db", "images/9_9.jpg", "%2e%2e/x", ""])
def test_what_is_no_output_is_not_found(done: dict, client: httpx2.Client, name: str) -> None:
    answer = client.get(f"/v1/jobs/{done['id']}/outputs/{name}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_outputs_cannot_run_in_a_browser(done: dict, client: httpx2.Client) -> None:
    answer = client.get(done["links"]["html"])
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=5-", 5, None),
        ("bytes=-4", -4, None),
        ("bytes=2-9", 2, 10),
        ("bytes=2-999999999999", 2, None),
        ("bytes=-999999", 0, None),
    ],
)
def test_a_range_gives_just_these_bytes(
    done: dict, client: httpx2.Client, asked: str, start: int, end: int | None
) -> None:
    whole = client.get(done["links"]["markdown"]).content
    part = client.get(done["links"]["markdown"], headers={"Range": asked})
    assert part.status_code == 206
    assert part.content == whole[start:end]
    first = len(whole) + start if start < 0 else start
    last = first + len(part.content) - 1
    assert part.headers["content-range"] == f"bytes {first}-{last}/{len(whole)}"


@pytest.mark.parametrize(
    "asked", ["bytes=9-2", "lines=1-2", "bytes=a-b", "bytes=1-2,4-5", "bytes=-"]
)
def test_what_is_no_single_range_gives_the_whole(
    done: dict, client: httpx2.Client, asked: str
) -> None:
    answer = client.get(done["links"]["markdown"], headers={"Range": asked})
    assert answer.status_code == 200
    assert answer.content == client.get(done["links"]["markdown"]).content


@pytest.mark.parametrize("asked", ["bytes=99999-", "bytes=-0"])
def test_a_range_outside_the_file_is_refused_with_its_size(
    done: dict, client: httpx2.Client, asked: str
) -> None:
    size = len(client.get(done["links"]["markdown"]).content)
    answer = client.get(done["links"]["markdown"], headers={"Range": asked})
    assert (answer.status_code, answer.json()["code"]) == (416, "range_not_satisfiable")
    assert answer.headers["content-range"] == f"bytes */{size}"


def test_an_unchanged_file_is_not_sent_again(done: dict, client: httpx2.Client) -> None:
    etag = client.get(done["links"]["markdown"]).headers["etag"]
    same = client.get(done["links"]["markdown"], headers={"If-None-Match": f'"other", {etag}'})
    assert (same.status_code, same.content) == (304, b"")
    stale = {"Range": "bytes=0-3", "If-Range": '"another version"'}
    assert client.get(done["links"]["markdown"], headers=stale).status_code == 200
    fresh = {"Range": "bytes=0-3", "If-Range": etag}
    assert client.get(done["links"]["markdown"], headers=fresh).status_code == 206


def test_head_tells_the_size_and_sends_nothing(done: dict, client: httpx2.Client) -> None:
    whole = client.get(done["links"]["markdown"])
    head = client.head(done["links"]["markdown"])
    assert head.status_code == 200
    assert head.headers["content-length"] == str(len(whole.content))
    assert head.content == b""


def test_a_job_is_paused_resumed_cancelled_and_deleted(
    house: LiveHouse, client: httpx2.Client
) -> None:
    job = house.submit()
    path = job["links"]["self"]
    assert client.post(f"{path}/pause").json()["state"] == "paused"
    assert house.worker.claim() == []
    assert client.post(f"{path}/resume").json()["state"] == "queued"
    assert client.patch(path, json={"priority": 2}).json()["priority"] == 2
    assert client.post(f"{path}/cancel").json()["state"] == "cancelled"
    refused = client.post(f"{path}/cancel")
    assert (refused.status_code, refused.json()["code"]) == (409, "invalid_state")
    assert client.patch(path, json={"priority": 11}).status_code == 422
    gone = client.delete(path)
    assert (gone.status_code, gone.content) == (204, b"")
    assert client.get(path).json()["code"] == "job_not_found"
    assert house.bell.rings >= 6


def test_a_retry_reads_failed_pages_only(
    house: LiveHouse, done: dict, client: httpx2.Client
) -> None:
    path = done["links"]["self"]
    assert client.post(f"{path}/retry", json={"engine": "magic"}).status_code == 422
    assert client.post(f"{path}/retry", json={"engine": "tesseract"}).status_code == 200
    work = house.worker.claim()
    assert [(one.page_no, one.engine) for one in work] == [(2, "tesseract")]


def test_failed_pages_of_all_jobs_are_queued_again(
    house: LiveHouse, done: dict, client: httpx2.Client
) -> None:
    house.worker.broken = ()
    house.submit()
    house.worker.work_off()
    answer = client.post("/v1/queue/requeue-failed").json()
    assert (answer["requeued"], answer["jobs"]) == (1, [done["id"]])
    assert client.post("/v1/queue/requeue-failed").json()["requeued"] == 0


def test_jobs_are_listed_newest_first_a_few_at_a_time(
    house: LiveHouse, client: httpx2.Client
) -> None:
    ids = [house.submit(filename=f"mill {n}.pdf")["id"] for n in range(5)]
    client.post(f"/v1/jobs/{ids[0]}/cancel")
    first = client.get("/v1/jobs", params={"limit": 3}).json()
    rest = client.get("/v1/jobs", params={"limit": 3, "before": first["next"]}).json()
    assert [job["id"] for job in first["jobs"] + rest["jobs"]] == ids[::-1]
    assert rest["next"] is None
    cancelled = client.get("/v1/jobs", params={"state": ["cancelled", "failed"]}).json()
    assert [job["id"] for job in cancelled["jobs"]] == ids[:1]
    named = client.get("/v1/jobs", params={"name": "MILL 3"}).json()
    assert [job["id"] for job in named["jobs"]] == [ids[3]]
    assert client.get("/v1/jobs", params={"limit": 0}).status_code == 422
    assert client.get("/v1/jobs", params={"state": "happy"}).status_code == 422


def test_operators_see_the_house(house: LiveHouse, done: dict, client: httpx2.Client) -> None:
    house.submit()
    queue = client.get("/v1/queue").json()
    assert queue["jobs"]["queued"] == 1
    assert queue["jobs"]["completed"] == 1
    assert queue["oldest_queued_at"].endswith("Z")
    health = client.get("/health").json()
    assert (health["status"], health["queued_jobs"], health["total_jobs"]) == ("healthy", 1, 2)
    assert client.get("/ready").json() == {"ready": True, "workers": 0}
    assert client.get("/v1/workers").json() == {"workers": []}
    assert client.get("/v1/capacity").json()["slots"] == 0
    assert client.get("/v1/me").json()["id"] == "local"
    assert client.get("/v1/me/settings").json()["limits"]["max_upload_bytes"] == 4 * 1024 * 1024


def test_metrics_have_bounded_labels(house: LiveHouse, client: httpx2.Client) -> None:
    house.submit()
    for n in range(5):
        client.get(f"/v1/jobs/{n}")
        client.get(f"/nowhere/{n}")
        client.request(f"VERB{n}", "/v1/jobs")
    text = client.get("/metrics").text
    assert 'pagemill_jobs{state="queued"} 1.0' in text
    requests = [line for line in text.splitlines() if line.startswith("pagemill_http_requests_t")]
    assert 'pagemill_http_requests_total{method="GET",route="none",status="404"} 5.0' in requests
    assert (
        'pagemill_http_requests_total{method="GET",route="/v1/jobs/{ref}",status="404"} 5.0'
        in requests
    )
    assert len([line for line in requests if 'method="other"' in line]) == 1


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v2/jobs", 404, "route_not_found"),
        ("PUT", "/v1/jobs", 405, "method_not_allowed"),
        ("GET", "/v1/jobs/nope", 404, "job_not_found"),
        ("GET", "/v1/jobs?limit=x", 422, "invalid_request"),
        ("GET", "/v1/jobs/nope/pages/0", 422, "invalid_request"),
        ("PATCH", "/v1/jobs/nope", 422, "invalid_request"),
        ("GET", "/static/../server.py", 404, "route_not_found"),
        ("GET", "/static/nope.js", 404, "route_not_found"),
    ],
)
def test_every_refusal_is_a_problem_with_a_next_step(
    client: httpx2.Client, method: str, path: str, status: int, code: str
) -> None:
    answer = client.request(method, path)
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["status"]) == (status, code, status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["title"]
    assert problem["detail"]
    assert problem["hint"]


def test_a_mistake_of_ours_shows_no_traceback(
    house: LiveHouse, client: httpx2.Client, capfd: pytest.CaptureFixture[str]
) -> None:
    house.service.ledger.figures.queue = lambda *_: 1 / 0
    answer = client.get("/v1/queue")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "Traceback" not in answer.text
    assert "division" not in answer.text
    log = "".join(capfd.readouterr())
    assert "ZeroDivisionError" in log
    assert answer.headers["x-request-id"] in log


def test_the_front_page_and_the_reference_need_no_other_host(client: httpx2.Client) -> None:
    for path in ("/", "/docs", "/static/app.js", "/static/docs.js", "/static/style.css"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "http://" not in answer.text
        assert "https://" not in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "innerHTML" not in answer.text
    schema = client.get("/openapi.json").json()
    assert "/v1/jobs/{ref}/events" in schema["paths"]
    assert {"code", "title", "hint", "status"} == set(schema["x-errors"][0])


def test_all_outputs_come_as_one_archive_named_as_the_document(
    done: dict, house: LiveHouse, client: httpx2.Client
) -> None:
    answer = client.get(f"/v1/jobs/{done['id']}/archive")
    assert answer.headers["content-type"] == "application/zip"
    assert 'attachment; filename="mill.zip"' in answer.headers["content-disposition"]
    with ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.namelist() == ["mill.md", "mill.html", "images/1_0.jpg"]
        markdown = client.get(f"/v1/jobs/{done['id']}/outputs/markdown").content
        assert archive.read("mill.md") == markdown
    waiting = house.submit(outputs="text")["id"]
    early = client.get(f"/v1/jobs/{waiting}/archive")
    assert (early.status_code, early.json()["state"]) == (409, "queued")
    client.post(f"/v1/jobs/{waiting}/cancel")
    assert client.get(f"/v1/jobs/{waiting}/archive").json()["code"] == "output_not_found"

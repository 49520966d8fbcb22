"""Figures for Prometheus on a real server's page, and the files that are built on them."""

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from pagemill.model.job import Failure
from pagemill.model.people import LOCAL
from pagemill.model.task import Away, PageDone, Report, Retry
from pagemill.ports import NodeState, StopScope
from pagemill.web.metric_table import FIGURES
from web_house import LiveHouse

DEPLOY = Path(__file__).parents[2] / "deploy"
ENDINGS = ("_bucket", "_sum", "_count")
BROKEN = Failure("engine_failed", "The engine stumbled")


@pytest.fixture
def busy(house: LiveHouse) -> LiveHouse:
    """Where everything has happened once: pages read, from the cache, retried, given up; jobs that
    ended in every way; a node, a rest, a limit, upkeep.
    """
    ledger, worker = house.service.ledger, house.worker
    worker.broken = {3}
    for _ in range(2):
        house.submit()
        worker.work_off()
    house.service.cancel(house.submit()["id"])
    worker.unopened = BROKEN
    house.submit()
    worker.step()
    worker.unopened = None
    house.submit()
    worker.step()
    page, *others = worker.claim()
    retried = others.pop()
    ledger.finish(
        [
            Report(page.task_id, page.token, PageDone("text", 1500, is_cached=False)),
            Report(retried.task_id, retried.token, Retry(BROKEN)),
        ]
    )
    worker.finish(*others)
    house.submit()
    running = ({"child": 1, "memory_mb": 300},)
    now_ms = house.service.clock.now_ms()
    node = NodeState("n", "1", "h", 1, 4, ("text",), now_ms, now_ms, False, running, 700)
    ledger.heartbeat(node, 60)
    ledger.figures.roll_up()
    ledger.scheduling.limit_pool("text", 3, LOCAL)
    return house


def samples(house: LiveHouse) -> dict[str, float]:
    """Values by name and labels as they are written."""
    with house.client() as client:
        text = client.get("/metrics").text
    return {
        line.rpartition(" ")[0]: float(line.rpartition(" ")[2])
        for line in text.splitlines()
        if not line.startswith("#")
    }


def names(house: LiveHouse) -> set[str]:
    found = {name.partition("{")[0] for name in samples(house)}
    return {name for name in found if not name.endswith("_created")}


def test_every_figure_is_in_the_table_and_every_line_of_it_on_the_page(busy: LiveHouse) -> None:
    shown = {re.sub("|".join(f"{end}$" for end in ENDINGS), "", name) for name in names(busy)}
    assert shown == {figure.name for figure in FIGURES}


def test_figures_say_what_happened(busy: LiveHouse) -> None:
    told = samples(busy)
    expected = {
        'pagemill_jobs{state="completed"}': 2,
        'pagemill_jobs{state="queued"}': 1,
        'pagemill_jobs{state="paused"}': 0,
        'pagemill_pages{engine="text",state="dead"}': 2,
        'pagemill_pages{engine="text",state="waiting"}': 1,
        'pagemill_pages_done_total{engine="text",outcome="read"}': 6,
        'pagemill_pages_done_total{engine="text",outcome="given_up"}': 2,
        'pagemill_page_retries_total{engine="text"}': 1,
        'pagemill_jobs_ended_total{state="completed"}': 2,
        'pagemill_jobs_ended_total{state="cancelled"}': 1,
        'pagemill_jobs_ended_total{state="failed"}': 1,
        'pagemill_node_memory_bytes{node="n"}': 700 * 2**20,
        'pagemill_node_largest_worker_bytes{node="n"}': 300 * 2**20,
        'pagemill_engine_max_running{engine="text"}': 3,
        "pagemill_slots": 4,
        "pagemill_slots_busy": 1,
        "pagemill_queue_stopped": 0,
    }
    assert {name: told[name] for name in expected} == expected
    assert 0 <= told["pagemill_upkeep_age_seconds"] < 60
    assert told["pagemill_shelf_free_bytes"] <= told["pagemill_shelf_size_bytes"]


def test_histograms_grow_to_their_count_and_sum(busy: LiveHouse) -> None:
    told = samples(busy)
    edges = {
        float(re.search(r'le="([^"]+)"', name)[1]): value
        for name, value in told.items()
        if name.startswith("pagemill_page_run_seconds_bucket")
    }
    assert list(edges.values()) == sorted(edges.values())
    assert (edges[0.016], edges[1.024], edges[2.048]) == (5, 5, 6)
    assert told['pagemill_page_run_seconds_count{engine="text"}'] == edges[float("inf")] == 6
    assert told['pagemill_page_run_seconds_sum{engine="text"}'] == pytest.approx(5 * 0.007 + 1.5)
    assert told["pagemill_job_wait_seconds_count"] == 3


def test_counters_go_on_where_they_were_after_a_roll_up(busy: LiveHouse) -> None:
    def counted() -> dict[str, float]:
        kept = ("pagemill_pages_done", "pagemill_jobs_ended", "pagemill_page_run", "pagemill_job_w")
        return {name: value for name, value in samples(busy).items() if name.startswith(kept)}

    before = counted()
    busy.service.ledger.figures.roll_up()
    assert counted() == before


def test_a_rest_and_a_stop_are_told(busy: LiveHouse) -> None:
    ledger = busy.service.ledger
    (work,) = busy.worker.claim(1)
    ledger.finish([Report(work.task_id, work.token, Away(BROKEN, 30))])
    ledger.scheduling.stop(StopScope.QUEUE, "", LOCAL)
    ledger.scheduling.stop(StopScope.USER, "local", LOCAL)
    ledger.scheduling.stop(StopScope.ENGINE, "text", LOCAL)
    told = samples(busy)
    assert told["pagemill_queue_stopped"] == told["pagemill_stopped_users"] == 1
    assert told['pagemill_engine_stopped{engine="text"}'] == 1
    assert "pagemill_queue_eta_seconds" not in told


def test_labels_are_bounded_whatever_engines_and_machines_there_are(house: LiveHouse) -> None:
    now_ms = house.service.clock.now_ms()
    for nth in range(120):
        node = NodeState(f"n{nth}", "1", "h", 1, 1, (), now_ms, now_ms + nth)
        house.service.ledger.heartbeat(node, 60)
    house.worker.pages = 80
    house.submit()
    house.worker.step()
    pages = house.worker.claim(80)
    random.shuffle(pages)
    reports = [
        Report(work.task_id, work.token, PageDone(f"engine-{nth}", 10))
        for nth, work in enumerate(pages)
    ]
    house.service.ledger.finish(reports)
    told = samples(house)
    engines = {name for name in told if name.startswith("pagemill_pages_done_total")}
    assert len(engines) == 51
    assert told['pagemill_pages_done_total{engine="other",outcome="read"}'] == 30
    assert len([name for name in told if name.startswith("pagemill_node_slots{")]) == 100
    assert "pagemill_node_slots{" + 'node="n119"}' in told


def test_the_page_is_what_prometheus_reads(busy: LiveHouse) -> None:
    with busy.client() as client:
        answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    families = {family.name: family for family in text_string_to_metric_families(answer.text)}
    for figure in FIGURES:
        family = families[figure.stem]
        assert (family.type, family.documentation) == (figure.kind, figure.text) or (
            figure.name.startswith("process_") and family.type == figure.kind
        )


def test_names_follow_the_conventions_of_prometheus() -> None:
    for figure in FIGURES:
        assert re.fullmatch(r"(pagemill|process)_[a-z_]+", figure.name)
        assert figure.name.endswith("_total") == (figure.kind == "counter")
        assert not re.search(r"_(ms|mb|minutes|milliseconds)(_|$)", figure.name)
        assert figure.text.endswith(".")


# The dashboard and the rules.


def dashboard() -> dict:
    return json.loads((DEPLOY / "grafana" / "pagemill.json").read_text())


def rules() -> list[dict]:
    groups = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def expressions() -> Iterator[str]:
    for panel in dashboard()["panels"]:
        yield from (target["expr"] for target in panel.get("targets", ()))
    yield from (rule["expr"] for rule in rules())


def test_dashboard_and_rules_name_only_figures_that_are_there(busy: LiveHouse) -> None:
    named = {
        name for text in expressions() for name in re.findall(r"\b(?:pagemill|process)_\w+", text)
    }
    assert len(named) > 15
    assert named - names(busy) == set()


def test_labels_in_dashboard_and_rules_are_those_of_their_figures(busy: LiveHouse) -> None:
    known = {label for figure in FIGURES for label in figure.labels} | {"le", "job", "instance"}
    for text in expressions():
        inside = re.findall(r"\{([^}]*)\}", text) + re.findall(r"(?:by|without) \(([^)]*)\)", text)
        used = {name for part in inside for name in re.findall(r"([a-z_]+)\s*(?:[=!]|,|$)", part)}
        assert used - known == set(), text


def test_every_rule_says_what_it_means_and_where_to_read_on() -> None:
    page = (DEPLOY.parent / "docs" / "how-to" / "monitor.md").read_text()
    for rule in rules():
        assert rule["labels"]["severity"] in {"warning", "critical"}
        assert rule["annotations"].keys() >= {"summary", "description", "runbook"}
        anchor = rule["annotations"]["runbook"].rpartition("#")[2]
        assert anchor == rule["alert"].lower()
        assert f"### {rule['alert']}\n" in page


def test_panels_have_titles_units_and_places_of_their_own() -> None:
    panels = dashboard()["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken = set()
    for panel in panels:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken
        taken |= cells
        assert panel["title"]
        if panel["type"] != "row":
            assert panel["fieldConfig"]["defaults"]["unit"]

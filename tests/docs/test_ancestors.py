"""What is said of earlier systems: nothing of theirs is left out, and each line has its test."""

import re
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIWebSocketRoute

from pagemill.app.house import open_house
from pagemill.settings import ALIASES, WITHOUT_MEANING, Settings, variable_of
from pagemill.web import build_web
from pagemill.web.dialects import ROUTERS, convert

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs" / "reference" / "ancestors.md"
PAGES = sorted((ROOT / "docs" / "coming-from").glob("*.md"))
LINK = re.compile(r"\[`(test_\w+)`\]\(([^)]+)\)")
CODE = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
DIALECT = " dialect"


def sections() -> dict[str, str]:
    """What stands under each heading."""
    parts = re.split(r"^#+ (.*)\n", TABLE.read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def rows(text: str) -> list[list[str]]:
    """Cells of the rows of all tables, without their heads."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    cells = [re.split(r"(?<!\\)\|", line.strip("| ")) for line in lines]
    return [row for row in cells if row[-1].strip() not in ("test", "---")]


def names(text: str) -> set[str]:
    """Every word in backticks of the first cells."""
    return {name for row in rows(text) for name in re.findall(r"`([^`]+)`", row[0])}


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The OpenAPI document."""
    folder = tmp_path_factory.mktemp("house")
    with closing(open_house(Settings(data=folder, plugins=""))) as house:
        return build_web(house.service, house.office).openapi()


def operations(described: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Those of the dialects, by their headings."""
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            if any(tag.endswith(DIALECT) for tag in operation.get("tags", ())):
                yield f"`{method.upper()} {path}`", operation


def fields(schema: dict[str, Any], described: dict[str, Any]) -> Iterator[str]:
    """Members of an object, or of every form it may have."""
    if "$ref" in schema:
        schema = described["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    for form in schema.get("anyOf", ()):
        yield from fields(form, described)
    yield from schema.get("properties", {})


def bodies(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Schemas of the request and of answers that are no refusals."""
    carriers = [operation.get("requestBody", {})]
    carriers += [a for code, a in operation["responses"].items() if code.startswith("2")]
    for carrier in carriers:
        yield from (content.get("schema", {}) for content in carrier.get("content", {}).values())


def test_every_row_names_a_test_that_exists() -> None:
    told = rows(TABLE.read_text())
    assert len(told) > 150
    assert [row for row in told if not LINK.search(row[-1])] == []


@cache
def source(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def test_every_link_leads_to_a_test() -> None:
    links = LINK.findall(TABLE.read_text())
    missing = [
        (test, file)
        for test, file in links
        if f"def {test}(" not in source((TABLE.parent / file).resolve())
    ]
    assert missing == []


def test_every_route_of_a_dialect_has_its_section(described: dict[str, Any]) -> None:
    told = set(sections())
    routes = [route for router in ROUTERS for route in router.routes]
    sockets = [f"`WS {route.path}`" for route in routes if isinstance(route, APIWebSocketRoute)]
    headings = [heading for heading, _ in operations(described)]
    assert len(sockets) + len(headings) == len(routes)
    assert [heading for heading in (*sockets, *headings) if heading not in told] == []


def test_every_field_and_parameter_stands_with_its_route(described: dict[str, Any]) -> None:
    told, missing = sections(), []
    for heading, operation in operations(described):
        named = names(told[heading])
        asked = [f"?{p['name']}=" for p in operation.get("parameters", ()) if p["in"] == "query"]
        missing += [(heading, name) for name in asked if not any(n.startswith(name) for n in named)]
        for schema in bodies(operation):
            missing += [(heading, name) for name in fields(schema, described) if name not in named]
    assert missing == []


def test_every_field_of_a_message_stands_with_the_socket() -> None:
    named = names(sections()["`WS /ws/conversion/{conversion_id}`"])
    assert set(convert.Progress.model_fields) - named == set()


def test_every_variable_of_an_ancestor_is_in_the_table() -> None:
    named = names(TABLE.read_text())
    known = {alias.variable for alias in ALIASES} | set(WITHOUT_MEANING)
    assert known - named == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_variables_that_carry_over_are_known(page: Path) -> None:
    known = {alias.variable for alias in ALIASES} | set(WITHOUT_MEANING)
    known |= {variable_of(name) for name in Settings.model_fields}
    shown = "\n".join(body for _, body in CODE.findall(page.read_text()))
    assert set(re.findall(r"\b([A-Z]+(?:_[A-Z]+)+)=", shown)) - known == set()


def test_there_is_a_page_for_each_ancestor() -> None:
    assert len(PAGES) == len(ROUTERS)
    for page in PAGES:
        assert f"(coming-from/{page.name})" in (ROOT / "docs" / "README.md").read_text()
        assert f"(../coming-from/{page.name})" in TABLE.read_text()

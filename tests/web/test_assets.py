"""Style sheets and scripts: kept by browsers for ever, each under one name."""

import re
from importlib.resources import files

import httpx2

from pagemill.web.ui import read_assets


def own_scripts() -> dict[str, bytes]:
    """As they are sent, by name."""
    return {
        name: asset.content
        for name, asset in read_assets().items()
        if name.endswith(".js") and "/" not in name
    }


def test_a_script_is_imported_under_the_name_that_pages_give_it(client: httpx2.Client) -> None:
    page = client.get("/docs").text
    app = re.findall(r"/static/(app\.js\?v=\w+)", page)[0]
    imports = {
        imported
        for content in own_scripts().values()
        for imported in re.findall(r'"\./([a-z_-]+\.js[^"]*)"', content.decode())
    }
    assert app in imports
    for imported in imports:
        answer = client.get(f"/static/{imported}")
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"], imported


def test_an_asset_without_its_digest_is_asked_for_again_every_time(client: httpx2.Client) -> None:
    answer = client.get("/static/app.js")
    assert answer.headers["cache-control"] == "no-cache"
    again = client.get("/static/app.js", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_scripts_are_sent_without_remarks_and_as_they_were_meant() -> None:
    for name, content in own_scripts().items():
        source = files("pagemill.web.ui").joinpath("static", name).read_text()
        assert not re.search(rb"^\s*(//|$)", content, re.MULTILINE), name
        # Lines are trimmed one by one: what is within backticks must not run over several.
        assert all(line.count("`") % 2 == 0 for line in source.splitlines()), name

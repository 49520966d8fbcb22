"""A browser for all tests of this process; houses and pages for each.

`page` is at home at `site`: `page.goto("/ui/jobs")`. A page that complains fails its test, see
`browsers.Complaints`. Wait with Playwright's `expect`, never by time.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from pagemill.web.auth import SESSION_COOKIE
from ui.browsers import PATIENCE_MS, Chromium, Complaints, a_browser, check_barriers
from ui.sites import ServedSite, Site, a_site

DESKTOP, PHONE = (1280, 800), (360, 740)
AWAY = "net::ERR_"  # what browsers say of a server that does not answer
PLUGINS = ",".join(f"pagemill.testing.engines:{name}Engine" for name in ("Gate", "Slow", "Count"))

StartSite = Callable[..., Site]
OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    with a_browser() as chromium:
        yield chromium


@pytest.fixture
def browser(chromium: Chromium, complaints: Complaints) -> Iterator[Browser]:
    """Its pages are closed before their complaints are counted."""
    chromium.enter()
    expect.set_options(timeout=PATIENCE_MS)
    yield chromium.browser
    for context in chromium.browser.contexts:
        context.close()
    chromium.leave()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[StartSite]:
    """Starts a site of this process, such as `start(is_open=False)`; `config` as `WebConfig`."""
    numbers = count(1)
    with ExitStack() as stack:
        yield lambda **config: stack.enter_context(
            a_site(tmp_path / f"site-{next(numbers)}", **config)
        )


@pytest.fixture
def site(start: StartSite) -> Site:
    """Where nobody is asked for a token."""
    return start()


@pytest.fixture
def server(tmp_path: Path, complaints: Complaints) -> Iterator[ServedSite]:
    """Processes of their own, for what ends them. Pages with the word SLOW are slow by the engine
    `slow`; the engine `gate` waits while the file `gate` in its folder exists.
    """
    complaints.allow(AWAY)
    served = ServedSite(tmp_path, {"plugins": PLUGINS, "engine": "text"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PAGEMILL_TEST_GATE", str(tmp_path / "gate"))
        served.start()
        yield served
        served.kill()


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """What the pages of the test complain of; at its end nothing but what it allowed."""
    complaints = Complaints()
    yield complaints
    assert not complaints.unexpected


@pytest.fixture
def open_page(browser: Browser, complaints: Complaints) -> OpenPage:
    """A page of a fresh browser: `open_page(site)`, or with `token=`, `scheme="dark"`,
    `size=PHONE`, and what else Playwright's `new_context` takes.
    """

    def opening(
        home: Site | ServedSite,
        *,
        token: str = "",
        scheme: str = "light",
        size: tuple[int, int] = DESKTOP,
        **more: object,
    ) -> Page:
        context = browser.new_context(
            base_url=home.url,
            color_scheme=scheme,
            viewport={"width": size[0], "height": size[1]},
            **more,
        )
        context.set_default_timeout(PATIENCE_MS)
        complaints.listen_to(context)
        if token:
            context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": home.url}])
        return context.new_page()

    return opening


@pytest.fixture
def page(open_page: OpenPage, site: Site) -> Page:
    return open_page(site)


@pytest.fixture
def dark_page(open_page: OpenPage, site: Site) -> Page:
    return open_page(site, scheme="dark")


@pytest.fixture
def phone_page(open_page: OpenPage, site: Site) -> Page:
    return open_page(site, size=PHONE, has_touch=True, is_mobile=True)


@pytest.fixture(name="check_barriers")
def checking_barriers() -> Callable[[Page], None]:
    return check_barriers

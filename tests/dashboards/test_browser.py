from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboards.server import serve
from tests.dashboards.conftest import write_rehearsal, write_sweep, write_twin

pytestmark = pytest.mark.browser

PATIENCE = 30_000
TITLES = {"Rehearse": "live through", "Sweep": "How much quorum", "Twin": "Do the contracts"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("results") / "demo"
    for write in (write_rehearsal, write_sweep, write_twin):
        write(folder)
    with serve(folder) as url:
        yield url


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 1280, "height": 1600})
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE)
    opened.errors = []
    opened.on("pageerror", lambda error: opened.errors.append(str(error)))
    opened.on("console", lambda said: said.type == "error" and opened.errors.append(said.text))
    yield opened
    context.close()


def settled(page: Any) -> None:
    page.wait_for_selector(".js-plotly-plot .main-svg .trace, .js-plotly-plot .main-svg .hm")
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")


def test_each_page_draws_its_charts(site: str, page: Any) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(site)
    settled(page)
    for name, title in TITLES.items():
        page.get_by_role("link", name=name).click()
        page.wait_for_selector(f"h1:has-text('{title}')")
        settled(page)
        assert page.locator(".js-plotly-plot .main-svg .trace").count() > 0
        assert page.get_by_test_id("stException").count() == 0
        assert page.locator("[role=figure][aria-label]").count() > 0
    assert page.errors == []
    assert [url for url in asked if not url.startswith((site, "data:", "blob:"))] == []


def test_url_restores_a_control_and_follows_it(site: str, page: Any) -> None:
    page.goto(f"{site}/?chart=Treasury&run=2")
    settled(page)
    page.wait_for_selector("h3:has-text('Treasury')")
    assert page.locator("h3:has-text('Every proposal of run 2')").count() == 1
    page.get_by_role("radio", name="Turnout").click()
    page.wait_for_selector("h3:has-text('Turnout')")
    page.wait_for_url("**/?*chart=Turnout*")
    assert "run=2" in page.url
    assert page.errors == []


def test_table_downloads_as_csv(site: str, page: Any) -> None:
    page.goto(f"{site}/?chart=Supply")
    settled(page)
    page.get_by_text("Table and download").first.click()
    settled(page)  # a click while the page is drawn anew is lost
    with page.expect_download() as caught:
        page.get_by_role("button", name="Download CSV").first.click()
    path = Path(caught.value.path())
    assert caught.value.suggested_filename == "moot-supply-c0ffeec0.csv"
    assert path.read_text().splitlines()[0] == "day,p5,p25,p50,p75,p95"


@pytest.mark.parametrize("width", [420, 1280])
def test_nothing_is_wider_than_the_window(site: str, page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(site)
    settled(page)
    main = page.get_by_test_id("stMain")
    assert main.evaluate("element => element.scrollWidth <= element.clientWidth")

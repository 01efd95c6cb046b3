"""The pages in a real browser, wide and narrow, in both languages.

Screenshots are kept in the folder that ``KG_SCREENSHOTS`` names, if it does.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait
from werkzeug.serving import make_server

from kg.language import LANGUAGES, Language
from kg.release.publication import Release
from kg.settings import Settings
from kg.web.app import close_app, create_app

pytestmark = pytest.mark.browser

CHROMIUM = Path("/usr/bin/chromium")
DRIVER = Path("/usr/bin/chromedriver")
WIDTHS = {"wide": 1280, "phone": 390, "narrow": 360}

PAGES = {
    "home": "/",
    "browse": "/browse",
    "about": "/about",
    "agency": "/id/agency/pemkot-surabaya",
    "event": "/id/event/gebyar-pelayanan-prima-2024",
    "article": "/id/article/004",
    "claim": "/id/claim/003-018",
    "scheme": "/scheme/agency-type",
    "ontology": "/ont",
    "shapes": "/shapes",
    "quality": "/quality",
    "query": "/query?example=01-recognitions",
    "missing": "/id/agency/none",
}


@pytest.fixture(scope="module")
def address(release: Release) -> Iterator[str]:
    """Serve the release on a free port; yield the address."""
    app = create_app(release, Settings(query_workers=1))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()
    close_app(app)


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    if not (CHROMIUM.exists() and DRIVER.exists()):
        pytest.skip("needs chromium and chromedriver")
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    yield driver
    driver.quit()


def show(browser: webdriver.Chrome, url: str, width: int, **features: str) -> None:
    """Open a page in a window of a width; forget what was logged before."""
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    media = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": media})
    for kind in ("browser", "performance"):
        browser.get_log(kind)  # type: ignore[no-untyped-call]
    browser.get(url)


def measure(browser: webdriver.Chrome, script: str) -> Any:  # noqa: ANN401  whatever the script gives
    return browser.execute_script(f"return {script}")


def find(browser: webdriver.Chrome, css: str) -> WebElement:
    """Return an element as soon as the page that is loading has it."""
    found = WebDriverWait(browser, 60).until(lambda b: b.find_elements(By.CSS_SELECTOR, css))
    return found[0]


def keep(browser: webdriver.Chrome, name: str) -> None:
    """Save a picture of the whole page, if somebody wants to look at it."""
    folder = os.environ.get("KG_SCREENSHOTS")
    if folder:
        size = measure(browser, "[innerWidth, document.documentElement.scrollHeight]")
        metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        browser.save_screenshot(str(Path(folder) / f"{name}.png"))


def requested(browser: webdriver.Chrome) -> set[str]:
    """Return the addresses that the page has asked for, its own included."""
    log = "\n".join(entry["message"] for entry in browser.get_log("performance"))  # type: ignore[no-untyped-call]
    marker = '"method":"Network.requestWillBeSent"'
    lines = (line for line in log.splitlines() if marker in line.replace(" ", ""))
    return {
        line.replace(" ", "").partition('"request":{')[2].partition('"url":"')[2].partition('"')[0]
        for line in lines
    }


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_its_window_and_raises_no_error(
    browser: webdriver.Chrome, address: str, name: str, width: str, lang: Language
) -> None:
    joint = "&" if "?" in PAGES[name] else "?"
    show(browser, f"{address}{PAGES[name]}{joint}lang={lang}", WIDTHS[width])
    assert measure(browser, "document.documentElement.lang") == lang
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert measure(browser, overflow) == 0
    errors = [entry["message"] for entry in browser.get_log("browser")]  # type: ignore[no-untyped-call]
    assert [error for error in errors if "404" not in error or name != "missing"] == []
    assert all(url.startswith(address) for url in requested(browser) if url)
    keep(browser, f"{name}-{width}-{lang}")


def test_a_reader_finds_the_sources_of_a_fact(browser: webdriver.Chrome, address: str) -> None:
    show(browser, f"{address}/id/agency/pemkot-surabaya?lang=en", WIDTHS["phone"])
    box = browser.find_element(By.CSS_SELECTOR, "details.evidence")
    article = box.find_element(By.TAG_NAME, "a")
    assert not article.is_displayed()
    box.find_element(By.TAG_NAME, "summary").click()
    assert article.is_displayed()
    assert "code points" in box.text
    article.click()
    find(browser, "#facts")
    assert browser.current_url.startswith(f"{address}/doc/article/")
    assert "lang=en" in browser.current_url


def test_a_reader_changes_the_language(browser: webdriver.Chrome, address: str) -> None:
    show(browser, f"{address}/id/agency/pemkot-surabaya?lang=id", WIDTHS["wide"])
    assert browser.find_element(By.TAG_NAME, "h1").text == "Pemerintah Kota Surabaya"
    browser.find_element(By.LINK_TEXT, "English").click()
    find(browser, "html[lang=en] h1")
    assert "Surabaya" in browser.find_element(By.TAG_NAME, "h1").text
    assert measure(browser, "document.documentElement.lang") == "en"


def test_a_reader_loads_an_example_and_runs_it(browser: webdriver.Chrome, address: str) -> None:
    show(browser, f"{address}/query?lang=id", WIDTHS["wide"])
    Select(browser.find_element(By.ID, "example")).select_by_value("01-recognitions")
    browser.find_element(By.XPATH, "//button[contains(., 'Muat')]").click()
    assert find(browser, "tbody tr:nth-child(5)").is_displayed()
    assert measure(browser, "document.documentElement.lang") == "id"


def test_a_reader_writes_a_query(browser: webdriver.Chrome, address: str) -> None:
    show(browser, f"{address}/query", WIDTHS["phone"])
    text = browser.find_element(By.ID, "query")
    text.clear()
    text.send_keys("ASK { ?s ?p ?o }")
    browser.find_element(By.CSS_SELECTOR, "button.main").click()
    assert find(browser, "#result ~ p.lede").text in ("Ya", "Yes")


def test_the_keyboard_reaches_the_content_first(browser: webdriver.Chrome, address: str) -> None:
    show(browser, f"{address}/", WIDTHS["wide"])
    browser.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
    skip = browser.switch_to.active_element
    assert skip.get_attribute("href") == f"{address}/#content"
    assert skip.is_displayed()


_CONTRAST = """(() => {
  const channel = v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const parse = c => c.match(/[\\d.]+/g).map(Number);
  const luminance = c => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
  const ground = e => {
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] > 0) return c;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const e of document.querySelectorAll("body *")) {
    const words = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (!words || !e.checkVisibility()) continue;
    const [a, b] = [luminance(parse(getComputedStyle(e).color)), luminance(ground(e))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push(`${e.tagName}.${e.className} ${ratio.toFixed(2)}`);
  }
  return [...new Set(poor)];
})()
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "name", ["home", "event", "query", "ontology", "article", "missing", "quality"]
)
def test_words_stand_out_from_their_ground(
    browser: webdriver.Chrome, address: str, name: str, scheme: str
) -> None:
    """WCAG 2.2, success criterion 1.4.3: 4.5 to 1."""
    show(browser, address + PAGES[name], WIDTHS["wide"], prefers_color_scheme=scheme)
    browser.execute_script("document.querySelectorAll('details').forEach(d => { d.open = true })")
    assert measure(browser, _CONTRAST) == []
    keep(browser, f"{name}-{scheme}")

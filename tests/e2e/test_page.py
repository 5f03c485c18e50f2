"""The HTML report in a real browser, as people with and without a mouse,
with any screen, on paper and in the dark meet it."""

import re
import shutil

import pytest

from browser import Browser
from conftest import EXERCISES

BROKEN = '''
import socket
import sys
from catalogue import create_app
from flask import request

app = create_app()

@app.before_request
def careless():
    if request.method == "PATCH":
        try:
            socket.create_connection(("203.0.113.7", 53), 0.01)
        except OSError:
            pass
        print("</pre><script>document.title='run'</script>", flush=True)
        raise KeyError("<img src=x onerror=document.title='run'>")
'''

# The contrast of every text against what is painted behind it (WCAG 2.2,
# 1.4.3), and of every focus ring; large text may have less.
CONTRAST = """
(() => {
  const rgb = c => c.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const f = v => (v /= 255) <= 0.04045 ? v / 12.92
                                        : ((v + 0.055) / 1.055) ** 2.4;
    return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b);
  };
  const ground = e => {
    for (; e; e = e.parentElement) {
      const c = rgb(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] === 1) return c;
    }
    return [255, 255, 255];
  };
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let n = 0;
  const poor = new Set();
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim()) continue;
    const a = light(rgb(getComputedStyle(e).color)), b = light(ground(e));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    n++;
    if (ratio < 4.5) poor.add(e.tagName + "." + e.className + " " + ratio);
  }
  return {n, poor: [...poor]};
})()
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    browser = Browser(tmp_path_factory.mktemp("profile"))
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def made():
    return {}


@pytest.fixture
def pages(made, tmp_path_factory, grade, fumehood):
    """The pages of one run that failed in many ways, made once."""
    if not made:
        out = tmp_path_factory.mktemp("pages")
        folder = out / "app"
        shutil.copytree(EXERCISES / "catalogue/model", folder)
        (folder / "wsgi.py").write_text(BROKEN)
        result = grade("catalogue", folder, "--seed", 7)
        assert result.status == 1, result
        for view in "interviewer", "candidate":
            assert fumehood("report", result.transcript_path, "--view", view,
                            "--report", "html=%s" % (
                                out / (view + ".html"))).status == 0
            made[view] = out / (view + ".html")
    return made


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_text_has_the_contrast_of_wcag_aa(pages, browser, dark):
    browser.open(pages["interviewer"], dark=dark)
    result = browser.js(CONTRAST)
    assert result["n"] > 300
    assert result["poor"] == []


def test_the_measure_of_contrast_sees_a_bad_one(pages, browser):
    browser.open(pages["interviewer"])
    browser.js("document.querySelector('h1').style.color = '#999'")
    assert browser.js(CONTRAST)["poor"]


def test_the_score_and_what_cost_most_are_on_the_first_screen(
        pages, browser):
    browser.open(pages["interviewer"], 1100, 900)
    below = browser.js("""
        [".score", ".lost li", "nav a"].filter(s =>
            document.querySelector(s).getBoundingClientRect().bottom > 900)
    """)
    assert below == []
    lost = browser.js("""
        [...document.querySelectorAll(".lost b")].map(
            e => parseFloat(e.textContent.replace("\u2212", "")))
    """)
    assert len(lost) >= 3 and lost == sorted(lost, reverse=True)


@pytest.mark.parametrize("width", [320, 400, 1100])
def test_no_width_needs_sideways_scrolling(pages, browser, width):
    browser.open(pages["interviewer"], width)
    browser.js("document.querySelectorAll('details').forEach(d => "
               "d.open = true)")
    assert browser.js("document.documentElement.scrollWidth") <= width


def test_headings_descend_one_at_a_time_and_parts_are_landmarks(
        pages, browser):
    browser.open(pages["interviewer"])
    levels = browser.js("[...document.querySelectorAll('h1,h2,h3,h4,h5')]"
                        ".map(e => +e.tagName[1])")
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(b - a <= 1 for a, b in zip(levels, levels[1:]))
    assert browser.js("['header', 'nav', 'main'].every(t => "
                      "document.querySelectorAll(t).length === 1)")
    assert browser.js("document.documentElement.lang") == "en"
    nodes = browser.call("Accessibility.getFullAXTree")["nodes"]
    regions = {n["name"]["value"] for n in nodes
               if n["role"]["value"] == "region"}
    assert {"Points lost", "Skills", "Criteria", "To talk about", "The run",
            "The box"} <= regions
    unnamed = [n["role"]["value"] for n in nodes
               if n["role"]["value"] in ("link", "DisclosureTriangle",
                                         "textbox")
               and not n.get("name", {}).get("value")]
    assert unnamed == []


def test_every_place_can_be_reached_and_opened_by_keyboard(pages, browser):
    browser.open(pages["interviewer"])
    seen = []
    for _ in range(400):
        browser.press("Tab", 9)
        name = browser.js("""(() => {
            const e = document.activeElement;
            if (e === document.body) return null;
            const ring = getComputedStyle(e).outlineStyle;
            return [e.tagName, e.textContent.trim().slice(0, 60), ring];
        })()""")
        if not name or (len(seen) > 1 and name == seen[0]):
            break
        seen.append(name)
    assert seen[0][1] == "to the criteria"
    assert all(ring != "none" for _, _, ring in seen), seen
    wanted = browser.js("document.querySelectorAll('a[href], summary')"
                        ".length")
    hidden = browser.js("document.querySelectorAll("
                        "'details:not([open]) summary').length")
    assert len(seen) >= wanted - hidden
    browser.js("document.querySelector('details:not([open]) > summary')"
               ".focus()")
    browser.press("Enter", 13, "\r")
    assert browser.js("document.activeElement.parentElement.open")


def test_links_of_the_page_lead_somewhere(pages, browser):
    browser.open(pages["interviewer"])
    assert browser.js("""
        [...document.querySelectorAll("a[href]")].filter(a =>
            !a.getAttribute("href").startsWith("#") ||
            !document.getElementById(a.getAttribute("href").slice(1)))
            .map(a => a.outerHTML)
    """) == []


def test_on_paper_evidence_stays_and_controls_go(pages, browser):
    browser.open(pages["interviewer"], media="print")
    assert browser.js("getComputedStyle(document.querySelector('nav'))"
                      ".display") == "none"
    assert browser.js("document.querySelector('.card[open] pre')"
                      ".checkVisibility()")
    assert not browser.js("document.querySelector('.card:not([open])')"
                          ".checkVisibility()")
    data = browser.pdf()
    pages_printed = len(re.findall(rb"/Type\s*/Page\b", data))
    assert data.startswith(b"%PDF") and 2 <= pages_printed <= 60


def test_what_the_app_wrote_is_text_and_nothing_runs(pages, browser):
    browser.open(pages["interviewer"])
    assert browser.js("document.title").startswith("A product catalogue")
    assert browser.js("document.querySelectorAll('script, img, iframe, "
                      "object, embed, link, form').length") == 0
    text = browser.js("document.body.textContent")
    assert "</pre><script>document.title='run'</script>" in text
    assert "<img src=x onerror=" in text
    handlers = browser.js("[...document.querySelectorAll('*')].some(e => "
                          "[...e.attributes].some(a => /^on/.test(a.name)))")
    assert handlers is False


def test_the_page_asks_the_network_for_nothing(pages, browser):
    browser.call("Network.enable")
    browser.open(pages["interviewer"])
    browser.js("document.querySelectorAll('details').forEach(d => "
               "d.open = true)")
    asked = [e["params"]["request"]["url"] for e in browser.events
             if e.get("method") == "Network.requestWillBeSent"]
    assert len(asked) == 1 and asked[0].startswith("file:")


def test_evidence_is_folded_and_its_reasons_are_not(pages, browser):
    browser.open(pages["interviewer"])
    cards = browser.js("""
        [...document.querySelectorAll("#criteria ~ .card[open]")].map(c => {
            const checks = [...c.querySelectorAll(":scope > .check")];
            return [checks.map(d => d.open), checks.every(d =>
                d.querySelector("summary").checkVisibility())];
        })
    """)
    assert max(len(folds) for folds, _ in cards) > 3
    for folds, seen in cards:
        assert folds == [True] + [False] * (len(folds) - 1) and seen
    assert browser.js("document.documentElement.scrollHeight") < 15000


def test_what_a_flag_points_to_is_on_the_page(pages, browser):
    browser.open(pages["interviewer"])
    flags = browser.js("""
        [...document.querySelectorAll("[aria-labelledby=flags] li")].map(
            e => [e.textContent, e.querySelectorAll("a[href^='#e-']").length])
    """)
    assert any("203.0.113.7:53" in text for text, _ in flags)
    assert flags and all(links for _, links in flags), flags


def test_a_run_that_was_not_graded_begins_with_what_the_app_said(
        browser, grade, fumehood, submission, tmp_path):
    result = grade("catalogue", submission({"app.py": "x = {}['price']\n"}))
    page = tmp_path / "page.html"
    assert fumehood("report", result.transcript_path, "--report",
                    "html=%s" % page).status == 0
    browser.open(page, 1100, 900)
    bottom = browser.js("""
        document.querySelector("[aria-labelledby=said] pre")
            .getBoundingClientRect().bottom
    """)
    assert bottom < 900
    text = browser.js("document.body.textContent")
    assert text.count("KeyError: 'price'") >= 1
    assert "0 of 0" not in text


def test_evidence_stands_beside_its_request(pages, browser):
    browser.open(pages["interviewer"])
    card = browser.js("document.querySelector('#c-change').textContent")
    assert "KeyError" in card and "Refused meanwhile" in card
    assert "203.0.113.7:53" in card and "curl -sS" in card
    assert browser.js("document.querySelectorAll('#c-change mark').length") > 0
    marks = browser.js("[...document.querySelectorAll('#c-change mark')]"
                       ".map(e => e.textContent)")
    assert "500" in marks, "the number alone, not its type"


def test_the_skills_chart_says_what_the_criteria_say(pages, browser, grade):
    browser.open(pages["interviewer"])
    rows = browser.js("""
        [...document.querySelectorAll("[aria-labelledby=skills] tbody tr")]
            .map(r => [r.querySelector("th").textContent,
                       r.querySelector("td.n").textContent,
                       r.querySelector(".bar i").style.width])
    """)
    worth = browser.js("""
        [...document.querySelectorAll("[aria-labelledby=criteria] tbody tr")]
            .map(r => r.querySelector("td.n").textContent)
    """)
    pair = re.compile(r"([\d.]+) of ([\d.]+)")
    def total(texts, group):
        return round(sum(float(pair.match(t)[group]) for t in texts), 2)
    points = [row[1] for row in rows]
    assert total(points, 1) == total(worth, 1)
    assert total(points, 2) == total(worth, 2) == 20
    for _, text, width in rows:
        share = float(pair.match(text)[1]) / float(pair.match(text)[2])
        assert abs(share * 100 - float(width.rstrip("%"))) <= 1


def test_a_candidates_page_has_no_questions_and_no_hidden_criterion(
        pages, browser):
    browser.open(pages["candidate"])
    text = browser.js("document.body.textContent")
    assert "To talk about" not in text and ", hidden" not in text
    assert browser.js("document.querySelectorAll('.card').length") > 5

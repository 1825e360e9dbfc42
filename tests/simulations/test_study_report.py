"""The report: true to the runs, one file that needs nothing else, and a study again."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from governance.errors import InputError
from moot import main
from simulations.scenario import load_scenario
from simulations.studies.analysis.indices import sobol
from simulations.studies.fields import StudyFile
from simulations.studies.models import Function
from simulations.studies.report.findings import findings
from simulations.studies.report.page import page
from simulations.studies.report.pictures import scatter
from simulations.studies.report.words import headline, percent, setting
from simulations.studies.runner import run_study
from simulations.studies.store import open_study
from simulations.studies.study import Study, load_study
from tests.simulations import futures

QUORUM, CURVE = "governor.quorum", "curation.curve"
NOISE, CIVIC = "world.proposals.noise", "world.staking.civic"
ROOT = Path(__file__).resolve().parents[2]
GOALS = (
    {"metric": "passes", "at_least": 0.5, "probability": 0.8},
    {"metric": "harm", "at_most": 1.0, "probability": 0.8},
)


def town(values, replicate):
    """Passing falls and harm falls with the quorum; noise breaks both; the curve is for nothing."""
    quorum = np.asarray(values[QUORUM], dtype=float)
    noise = np.asarray(values[NOISE], dtype=float)
    luck = 0.01 * (replicate % 5)
    return {"passes": 1.0 - 3.0 * quorum - 0.1 * noise + luck, "harm": 1.6 - 10.0 * quorum + luck}


TOWN = Function("town", town, ("passes", "harm"))
LEVERS = {QUORUM: [0.04, 0.08, 0.12, 0.16], CURVE: ["flat", "square-root"]}
WORLD = {NOISE: [0.5, 1.0, 1.5]}


def told(folder: Path, model=TOWN, **fields):
    """The findings of a study of the town."""
    file = {
        "name": "town", "question": "How high?", "replicates": 6, "levers": LEVERS,
        "uncertainties": WORLD, "goals": GOALS,
    }  # fmt: skip
    study = Study.of(StudyFile.model_validate(file | fields), load_scenario(), model.outputs)
    run_study(study, folder, model=model)
    return findings(open_study(folder))


@pytest.fixture(scope="module")
def grid(tmp_path_factory):
    return told(tmp_path_factory.mktemp("town") / "sweep")


def test_the_recommendation_is_the_one_the_function_has(grid):
    advice = grid["advice"]
    # harm <= 1 needs a quorum of 6 % or more, passes >= 1/2 one below 12 to 15 %, by the noise
    assert advice["verdict"] == "likely"
    assert (advice["tried"], advice["feasible"]) == (8, 4)
    assert advice["settings"] == {QUORUM: 0.08, CURVE: "flat"}
    ranges = {each["path"]: each["inside"] for each in advice["ranges"]}
    assert ranges == {QUORUM: [0.08, 0.12], CURVE: ["flat", "square-root"]}
    now = advice["now"]
    assert now["settings"] == {QUORUM: 0.04, CURVE: "flat"}
    assert now["change"]["harm"] == {"mean": pytest.approx(-0.4), "lo": pytest.approx(-0.4),
                                     "hi": pytest.approx(-0.4), "n": 6}  # fmt: skip
    assert "4 of 8" in headline(grid)


def test_it_says_what_matters_and_what_breaks(grid):
    effects = {each["metric"]: each["table"] for each in grid["sensitivity"]}
    assert effects["harm"][0]["path"] == QUORUM
    assert effects["harm"][0]["share"] == pytest.approx(1.0)
    assert effects["harm"][0]["trend"] == pytest.approx(-1.0)
    curve = next(row for row in effects["passes"] if row["path"] == CURVE)
    assert curve["share"] == pytest.approx(0.0, abs=1e-9)
    front = grid["advice"]["front"]
    assert front["metrics"] == ["passes", "harm"]
    assert all(front["front"])


def test_the_corner_that_breaks_it_is_named(tmp_path):
    report = told(tmp_path / "sweep", goals=GOALS[1:])
    limits = report["breaks"]["box"]["limits"]
    assert [(each["path"], each["high"]) for each in limits] == [(QUORUM, 0.04)]
    assert report["breaks"]["box"]["density"] == 1.0
    assert report["breaks"]["regional"][0]["path"] == QUORUM
    assert "Where governor.quorum is 4&nbsp;% or less" in page(report)


@pytest.mark.parametrize(
    ("design", "method"), [("sobol", "sobol"), ("morris", "morris"), ("lhs", "effects")]
)
def test_each_design_has_its_own_indices(tmp_path, design, method):
    levers = {QUORUM: {"low": 0.0, "high": 0.2}}
    world = {NOISE: {"low": 0.5, "high": 1.5}, CIVIC: {"low": 0.0, "high": 0.4}}
    report = told(
        tmp_path / "sweep", design=design, samples=32, levers=levers, uncertainties=world,
        replicates=2,
    )  # fmt: skip
    harm = next(each for each in report["sensitivity"] if each["metric"] == "harm")
    assert harm["method"] == method
    column = {"sobol": "total", "morris": "mu_star", "effects": "share"}[method]
    shares = {row["path"]: row[column] for row in harm["table"]}
    assert shares[QUORUM] == pytest.approx(2.0 if method == "morris" else 1.0, abs=0.1)
    assert abs(shares[CIVIC]) < 0.1
    assert report["advice"]["pooled"] == (design != "morris")
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert "svg" in page(report)


def test_a_study_without_goals_recommends_nothing(tmp_path):
    report = told(tmp_path / "sweep", goals=())
    assert report["advice"] is None
    assert "no goals" in headline(report)
    assert "What to choose" not in page(report)


def quiet(values, replicate):
    """Above a quorum of 10 % nobody decides, so nothing can be said of what passes."""
    found = town(values, replicate)
    return found | {"passes": np.where(values[QUORUM] > 0.1, np.nan, found["passes"])}


def silent(values, replicate):
    """Nobody ever decides."""
    return town(values, replicate) | {"passes": np.full(len(replicate), np.nan)}


@pytest.mark.parametrize(("model", "unknown"), [(quiet, 4), (silent, 8)])
def test_a_chance_of_which_nothing_is_known_is_not_told_as_zero(tmp_path, model, unknown):
    asked = Function("town", model, ("passes", "harm"))
    html = page(report := told(tmp_path / "sweep", asked))
    cells = re.findall(r'class="num ?"[^>]*>([^<]*)</text>', html)
    assert cells.count("–") == unknown
    assert ("in no future, since none has a value of it" in headline(report)) == (model is silent)
    worlds = report["advice"]["worlds"]
    assert (worlds is None) == (model is silent), "what nobody knows breaks nothing"


def test_what_supports_no_index_says_why(tmp_path):
    flat = Function("flat", still, ("y",))
    goal = ({"metric": "y", "at_least": 0.0},)
    world = {CIVIC: {"low": 0.0, "high": 0.4}}
    levers = {QUORUM: {"low": 0.0, "high": 0.2}}
    report = told(
        tmp_path / "sweep", flat, design="sobol", samples=16, levers=levers, uncertainties=world,
        goals=goal,
    )  # fmt: skip
    assert "answers to none of the axes" in report["sensitivity"][0]["refused"]
    assert "answers to none of the axes" in page(report)


def still(values, replicate):
    """Nothing changes."""
    return {"y": np.ones(len(replicate))}


def test_ishigami_through_the_runner(tmp_path):
    levers = {}
    world = {path: {"low": low, "high": high} for path, (low, high) in futures.ISHIGAMI.items()}
    file = StudyFile(
        name="waves", question="Which wave?", design="sobol", samples=1024, replicates=1,
        levers=levers, uncertainties=world, metrics=("y",), seed=3,
    )  # fmt: skip
    study = Study.of(file, load_scenario(), ("y",))
    result = run_study(study, tmp_path / "sweep", model=futures.WAVES)
    found = sobol(result.runs, [*world], "y").table
    assert found["first"].to_numpy() == pytest.approx([0.313905, 0.442411, 0.0], abs=0.03)
    assert found["total"].to_numpy() == pytest.approx([0.557589, 0.442411, 0.243684], abs=0.03)


class Balanced(HTMLParser):
    """Check that every tag is closed, and gather what the page asks for."""

    EMPTY = frozenset(("meta", "br", "wbr"))

    def __init__(self):
        super().__init__()
        self.open, self.asks, self.titles = [], [], 0

    def handle_starttag(self, tag, attrs):
        names = dict(attrs)
        self.asks += [names[each] for each in ("src", "href") if each in names]
        self.titles += tag == "svg" and bool(names.get("aria-label"))
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_whole_and_needs_nothing_else(grid):
    html = page(grid)
    parser = Balanced()
    parser.feed(html)
    assert not parser.open
    assert not parser.asks
    assert parser.titles == html.count("<svg") >= 6
    assert not re.search(r"url\(|@import|<link|<script|https?:", html)
    for goal, chance in zip(grid["goals"], grid["advice"]["chances"], strict=True):
        assert goal["label"] in html
        assert percent(chance["share"]).replace(" %", "&nbsp;%") in html


def test_words_from_a_file_cannot_become_markup(tmp_path):
    report = told(tmp_path / "sweep", question="</script><b onload=x>Why?")
    html = page(report)
    assert "<b onload" not in html
    assert "</script>" not in html
    assert "&lt;b onload" in html


def test_values_are_written_as_people_write_them():
    assert setting(604_800, "duration") == "7d"
    assert setting(0.125, "share") == "12.5 %"
    assert setting("square-root", "choice") == "square-root"
    assert setting(1_200_000, "tokens") == "1,200,000"
    assert percent(0.999) == ">99 %"
    assert percent(1.0) == "100 %"


def test_long_numbers_fit_beside_a_picture():
    rest = {"kind": "off", "met": True, "chosen": False, "title": ""}
    points = [{"x": 0.0, "y": 2e6, **rest}, {"x": 1.0, "y": 5e9, **rest}]
    picture = scatter(points, ("across", "up"), (str, "{:,.0f}".format), "far")
    beside = re.findall(r'<text x="([\d.]+)"[^>]*text-anchor="end">([\d,]+)<', picture)
    assert [text for _, text in beside] == ["2,000,000", "2,501,000,000", "5,000,000,000"]
    assert all(float(x) >= 6 * len(text) for x, text in beside)


@pytest.fixture(scope="module")
def told_study(tmp_path_factory):
    """A study of the macro model, run and told by the commands."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "small.toml").write_text(
        'name = "small"\nquestion = "How much?"\nmodel = "macro"\ndays = 40\nreplicates = 2\n'
        'metrics = ["inflation", "staked_share"]\n'
        '[levers]\n"emissions.per_day" = [1_000, 40_000]\n'
        '[uncertainties]\n"world.staking.civic" = [0.0, 0.3]\n'
        '[[goals]]\nmetric = "inflation"\nat_most = 0.1\n'
    )
    ran = CliRunner().invoke(
        main, ["study", "run", f"{folder}/small.toml", "--out", f"{folder}/one", "--workers", "1"]
    )
    assert ran.exit_code == 0, ran.output
    said = CliRunner().invoke(main, ["report", f"{folder}/one"])
    assert said.exit_code == 0, said.output
    return folder, said.output


def test_a_report_is_a_study_again(told_study):
    folder, said = told_study
    assert "emissions.per_day = 1,000" in said
    first = load_study(f"{folder}/small.toml")
    again = load_study(f"{folder}/one/report.json")
    assert again.record() == first.record()
    ran = CliRunner().invoke(
        main,
        ["study", "run", f"{folder}/one/report.json", "--out", f"{folder}/two", "--workers", "1"],
    )
    assert ran.exit_code == 0, ran.output
    for name in ("runs", "goals"):
        one, two = (folder / each / "sweep" / f"{name}.parquet" for each in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()


TOLD = sorted(path.parent.name for path in (ROOT / "docs" / "studies").glob("*/report.json"))


def test_five_studies_are_told():
    assert len(TOLD) >= 5


@pytest.mark.parametrize("name", TOLD)
def test_a_report_of_ours_is_of_the_study_that_ships(name):
    folder = ROOT / "docs" / "studies" / name
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert load_study(str(folder / "report.json")).record() == load_study(name).record()
    assert report["budget"]["done"] == report["budget"]["runs"]
    assert page(report) == (folder / "report.html").read_text(encoding="utf-8")
    assert headline(report) in (ROOT / "docs" / "studies" / "README.md").read_text(encoding="utf-8")


def test_a_folder_that_holds_no_study_is_refused(tmp_path):
    said = CliRunner().invoke(main, ["report", str(tmp_path)])
    assert said.exit_code != 0
    assert isinstance(said.exception, InputError | SystemExit)
    assert not list(tmp_path.iterdir())


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_it_opens_offline_on_a_phone_and_in_the_dark(grid, browser, tmp_path, width, scheme):
    path = tmp_path / "report.html"
    path.write_text(page(grid), encoding="utf-8")
    size = {"width": width, "height": 800}
    context = browser.new_context(viewport=size, color_scheme=scheme, offline=True)
    opened = context.new_page()
    problems = []
    opened.on("console", lambda message: problems.append(message.text))
    opened.on(
        "request", lambda asked: problems.append(asked.url) if "file:" not in asked.url else 0
    )
    opened.goto(path.as_uri())
    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    dark = (
        opened.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
    )
    assert dark == (scheme == "dark")
    cells = opened.locator(".stack td")
    assert cells.count() > 0
    assert cells.evaluate_all(
        "(cells, width) => cells.every(e => e.getBoundingClientRect().right <= width"
        " && e.scrollWidth <= e.clientWidth)",
        width,
    )
    chosen = opened.locator("td[data-of=recommended]").first
    said = chosen.evaluate("cell => getComputedStyle(cell, '::before').content")
    assert said == ('"recommended"' if width < 800 else "none")
    assert not problems
    context.close()

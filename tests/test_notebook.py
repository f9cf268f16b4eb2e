"""What Jupyter shows of a scenario, a trace, a step and a derivation: formats that agree, and nothing harmful."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from importlib.util import find_spec
from itertools import islice
from typing import Any
from xml.etree import ElementTree

import pytest

import backtrace
from backtrace.scenario import names, path_of
from tests.formats.latex import mistake

FORMATS = {"text/plain", "text/markdown", "text/latex", "text/html"}
HOSTILE = "</style></script><script>alert(1)</script><img src=x onerror=alert(2)>"
SHOWN = ("scenario", "trace", "step", "line", "lesson")


def loaded(name: str = "lecture", **changes: Any) -> backtrace.Trace:
    """The trace of a bundled scenario, some of whose values are replaced."""
    scenario = backtrace.load(path_of(name))
    return backtrace.run(scenario.with_(**changes) if changes else scenario)


def objects(trace: backtrace.Trace) -> dict[str, Any]:
    """One of everything that shows itself."""
    of_trace = (trace.scenario, trace, trace.step(10), trace.tell("dL_dw12"), backtrace.tell(trace))
    return dict(zip(SHOWN, of_trace, strict=True))


def bundle(shown: Any) -> dict[str, str]:
    """What Jupyter asks of an object: its formats, by MIME type."""
    found: dict[str, str] = shown._repr_mimebundle_(include=None, exclude=None)
    return found


class Tags(HTMLParser):
    """Collects the tags of a page, and what their attributes are called."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags, self.attributes, self.text = set[str](), set[str](), ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("what", SHOWN)
def test_everything_shows_itself_in_every_format(what):
    """There is HTML with mathematics that browsers set, Markdown, LaTeX, and the line that Python prints."""
    shown = objects(loaded())[what]
    found = bundle(shown)
    assert set(found) == FORMATS
    assert all(found.values())
    assert found["text/plain"] == repr(shown)
    assert "math" in Tags(found["text/html"]).tags
    assert "$$" in found["text/latex"]
    assert "$$" in found["text/markdown"]


@pytest.mark.parametrize("what", SHOWN)
def test_the_latex_can_be_set(what):
    """Every formula of the LaTeX is one that an independent reader takes, and there is nothing else in it."""
    for formula in bundle(objects(loaded())[what])["text/latex"].split("\n\n"):
        assert formula.startswith("$$")
        assert mistake(formula.strip("$")) == ""


@pytest.mark.parametrize("what", SHOWN)
def test_a_hostile_title_stays_text(what):
    """Text of a scenario that looks like markup becomes no element and no attribute of the page."""
    texts = {
        "title": HOSTILE,
        "description": HOSTILE,
        "source": HOSTILE,
        "notes": {"dL_dW1": HOSTILE, "dL_dz2": HOSTILE},
    }
    trace = loaded(**texts)
    page = Tags(bundle(objects(trace)[what])["text/html"])
    assert not page.tags & {"script", "img", "iframe", "object", "link", "meta"}
    assert not {name for name in page.attributes if name.startswith("on") or name in ("src", "href")}
    assert what == "step" or HOSTILE in page.text
    picture = ElementTree.fromstring(trace.diagram("dL_dW1").svg)
    assert {each.tag.rpartition("}")[2] for each in picture.iter()} <= {
        "svg", "title", "desc", "g", "rect", "line", "polygon", "circle", "text",
    }  # fmt: skip
    assert HOSTILE in "".join(picture.itertext())


@pytest.mark.parametrize("name", names())
def test_every_step_is_shown_with_its_own_value(name):
    """A step shows the derivation of its quantity in its update and sample, wherever in the training it is."""
    trace = loaded(name)
    for step in (*islice(trace, 12), *trace[-4:]) if len(trace) < 1000 else islice(trace, 12):
        found = bundle(step)
        told = trace.tell(step.equation.id, update=step.update, sample=step.sample)
        assert f"step {step.number:,}, update {step.update:,}" in found["text/html"]
        assert bundle(told)["text/latex"] == found["text/latex"]


def test_what_is_said_for_screen_readers_alone_is_not_seen_too():
    """A name beside its formula is clipped, as the page that it was written for does."""
    page = bundle(loaded())["text/html"]
    assert '<span class="sr">y hat</span>' in page
    assert re.search(r"\.backtrace \.sr \{[^}]*clip-path: inset\(50%\)", page)


def test_lines_bear_the_numbers_that_headings_speak_of():
    """Under a heading that says lines 10 to 11 stand lines with those numbers; a step alone has its own number."""
    page = bundle(loaded())["text/html"]
    heading = page.index("lines 10 to 11")
    assert heading < page.index("<strong>10 </strong>") < page.index("<strong>11 </strong>")
    assert "<strong>" not in bundle(loaded().step(10))["text/html"]


def test_how_to_read_a_line_is_said_once():
    """Below a derivation stands what its sign means; nothing is told twice."""
    page = Tags(bundle(loaded().tell("dL_dw12"))["text/html"])
    assert page.text.count("Positive") == 1


def test_a_scenario_shows_its_network_and_what_is_given():
    """The picture has the weights as they are at the start, and no training is needed for it."""
    found = bundle(backtrace.load(path_of("xor")).with_(epochs=10_000_000))
    assert {"svg", "circle"} <= Tags(found["text/html"]).tags
    assert "leads from x₁ to h₁" in found["text/html"]


def test_a_scenario_whose_numbers_leave_the_range_says_so():
    """What is given is shown all the same, and the reason in place of the picture."""
    scenario = backtrace.scenario(weights=[[[1e300]]], x=[1e300], y=[0], learning_rate=1)
    found = bundle(scenario)
    assert "left the range" in found["text/html"]
    assert "circle" not in Tags(found["text/html"]).tags
    assert "**Warning:**" in found["text/markdown"]


def test_the_diagram_is_the_network_at_the_step_of_a_quantity():
    """What takes part is marked, what is worked only later has no value yet; `str` and Jupyter get the SVG."""
    trace = loaded()
    early, late = trace.diagram("z1"), trace.diagram("dL_dw12")
    assert "w₁₂ = 0.6 leads from x₁ to h₂, takes part" in early.said
    assert "ŷ = " not in early.said
    assert "ŷ = 0.725" in late.said
    assert str(late) == late._repr_svg_() == late.svg
    assert ElementTree.fromstring(late.svg).tag.endswith("svg")
    assert "svg" not in repr(late)


def test_pictures_of_one_notebook_do_not_share_their_ids():
    """Each picture names its title and description for itself."""
    trace = loaded()
    ids = [
        each.get("id") for name in ("z1", "dL_dw12") for each in ElementTree.fromstring(trace.diagram(name).svg).iter()
    ]
    named = [each for each in ids if each]
    assert len(named) == len(set(named)) > 0


def test_the_diagram_of_another_update_and_sample():
    """`update` and `sample` say which; what is given is found at the start, what comes after the last update there."""
    trace = loaded("xor", epochs=5)
    first, last = (trace.diagram("dL_dW1", update=update).said for update in (1, trace.updates))
    assert first != last
    assert "What is given" in trace.diagram("x").said
    assert trace.diagram("gain").said == trace.diagram("a1", update=trace.updates + 1).said


@pytest.mark.parametrize(
    ("name", "options"), [("dL_dW9", {}), ("z1", {"update": 99}), ("z1", {"update": 1, "sample": 99})]
)
def test_a_picture_of_what_is_not_there_is_refused(name, options):
    """A quantity, update or sample that does not exist is named."""
    with pytest.raises(backtrace.UnknownQuantityError):
        loaded().diagram(name, **options)


def test_nothing_of_it_is_loaded_before_it_is_shown():
    """`import backtrace` loads no format of HTML and nothing of Jupyter."""
    heavy = ["IPython", "latex2mathml", "backtrace.formats.mathml", "backtrace.formats.svg", "rich", "sympy"]
    code = f"import sys, backtrace; print([name for name in {heavy} if name in sys.modules])"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"


CELLS = (
    "import backtrace\nscenario = backtrace.load({path!r}).with_(title={title!r})\nscenario",
    "trace = backtrace.run(scenario)\ntrace",
    "trace.step(10)",
    "trace.tell('dL_dw12')",
    "trace.diagram('dL_dw12')",
)


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """A small notebook after its execution, as `nbconvert` writes it, and as a page."""
    missing = [name for name in ("nbconvert", "ipykernel") if find_spec(name) is None]
    if missing and not os.environ.get("BACKTRACE_NEVER_SKIP"):
        pytest.skip(f"{' and '.join(missing)} not installed: pip install -e '.[notebook-test]'")
    folder = tmp_path_factory.mktemp("notebook")
    cells = [
        {"cell_type": "code", "execution_count": None, "id": f"cell-{number}", "metadata": {}, "outputs": [],
         "source": cell.format(path=str(path_of("lecture")), title=HOSTILE)}
        for number, cell in enumerate(CELLS)
    ]  # fmt: skip
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (folder / "small.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    nbconvert = [sys.executable, "-m", "nbconvert", "--log-level=ERROR"]
    environment = {**os.environ, "IPYTHONDIR": str(folder), "JUPYTER_RUNTIME_DIR": str(folder)}
    for options in (("--to=notebook", "--execute", "--inplace"), ("--to=html",)):
        subprocess.run([*nbconvert, *options, "small.ipynb"], cwd=folder, check=True, env=environment, timeout=120)
    outputs = [cell["outputs"] for cell in json.loads((folder / "small.ipynb").read_text(encoding="utf-8"))["cells"]]
    return outputs, (folder / "small.html").read_text(encoding="utf-8")


def test_a_notebook_is_executed_and_shows_everything(executed):
    """Every cell has one output, in all formats, and none is an error."""
    outputs, _ = executed
    assert [len(output) for output in outputs] == [1] * len(CELLS)
    assert {output["output_type"] for (output,) in outputs} == {"execute_result"}
    *told, (picture,) = outputs
    assert all(set(output["data"]) == FORMATS for (output,) in told)
    assert set(picture["data"]) == {"image/svg+xml", "text/plain"}


def test_nbconvert_makes_a_page_of_it_that_shows_mathematics_and_harms_nobody(executed):
    """The page has formulas and the network as elements, and the hostile title as text."""
    _, html = executed
    page = Tags(html)
    assert {"math", "mfrac", "mtable", "svg", "circle"} <= page.tags
    assert "alert(1)</script>" not in html.replace("&lt;", "<").partition("<body")[0]
    assert "<script>alert" not in html
    assert "onerror" not in page.attributes

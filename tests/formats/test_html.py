"""The page: one file that needs nothing else, runs nothing but its own, and says what the lesson says."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from collections.abc import Iterator
from functools import cache
from xml.etree.ElementTree import Element

import pytest

import backtrace
from backtrace.engine.trace import Trace
from backtrace.engine.work import unwatched
from backtrace.formats import FORMATS
from backtrace.formats.asked import Asked
from backtrace.formats.html import print_html
from backtrace.formats.html_labels import written_on
from backtrace.formats.html_network import Network
from backtrace.formats.html_slides import reveals
from backtrace.lesson.slides import deck
from backtrace.lesson.telling import Telling
from backtrace.lesson.varying import Variant, variants_of
from backtrace.scenario import names, path_of
from tests.calculator import closes
from tests.page import Line, having, lines, read, slides, text

MOST_WIDE = 1200
HOSTILE = "</title></script><script>alert(1)</script><img src=x onerror=alert(2)>\x07 &lt;b&gt;"


@cache
def traced(name: str) -> Trace:
    scenario = backtrace.load(path_of(name))
    return backtrace.run(scenario.with_(epochs=min(scenario.epochs, 2)))


def written(trace: Trace, *changes: str, watched: str = "", telling: Telling | None = None) -> str:
    stream = io.StringIO()
    print_html(variants_of(trace, telling or Telling(), changes, unwatched), stream, watched=watched)
    return stream.getvalue()


@cache
def page_of(name: str) -> Element:
    return read(written(traced(name)))


def policy(page: Element) -> dict[str, str]:
    (meta,) = (each for each in page.iter("meta") if each.get("http-equiv"))
    return dict(rule.split(" ", 1) for rule in meta.get("content", "").split("; "))


def scripts(page: Element) -> list[Element]:
    return list(page.iter("script"))


@pytest.mark.parametrize("name", names())
def test_every_printed_line_closes(name: str) -> None:
    """What stands on the page with its numbers put in gives, on a pocket calculator, the value beside it."""
    found = {line for line in lines(page_of(name)) if not _has_names(line)}
    wrong = [line for line in found if "/" not in line.value and not closes(line.worked, line.value)]
    assert not wrong
    assert len(found) >= len({(form.replace(" ", ""), value) for form, value in _printed(name)})


def _printed(name: str) -> Iterator[tuple[str, str]]:
    """The lines of a lesson that have numbers put in, and what is kept, each with its value."""
    for line in backtrace.tell(traced(name)).lines():
        for derivation in line.derivations:
            value = derivation.forms[-1].linear("text")
            for form in derivation.forms:
                if form.name in ("numbers", "factors"):
                    yield form.linear("text"), value
            if derivation.kept and derivation.beside == "kept":
                yield derivation.kept.linear("text"), value


def _has_names(line: Line) -> bool:
    """Whether the form is one of names: a letter that is no function and no e."""
    plain = re.sub(r"tanh|ln|max|min|erf|cos|sign|diag|e\^|π|√", "", line.worked)
    return any(letter.isalpha() and letter != "ᵀ" for letter in plain) or "…" in plain or "∂" in plain or "Σ" in plain


@pytest.mark.parametrize("name", names())
def test_the_page_is_sound_and_loads_nothing(name: str) -> None:
    """All elements close, ids are unique, nothing is fetched, no attribute is a program or a style."""
    page = page_of(name)
    ids = [each.get("id") for each in page.iter() if each.get("id")]
    assert len(set(ids)) == len(ids)
    for each in page.iter():
        assert not {"src", "href", "style", "srcset", "data", "action"} & set(each.attrib), each.attrib
        assert not any(attribute.startswith("on") for attribute in each.attrib)
    assert not list(page.iter("link"))
    assert not list(page.iter("img"))


def test_the_only_address_is_that_of_svg() -> None:
    """The lecture's page names no address but the one that SVG elements are created with."""
    found = set(re.findall(r"https?://[^\s\"'<>)]+", written(traced("lecture"))))
    assert found == {"http://www.w3.org/2000/svg"}


def test_the_policy_allows_its_own_script_and_style_alone() -> None:
    """Everything is forbidden but what has the digests of the page's program and style."""
    page = page_of("lecture")
    rules, (style,) = policy(page), page.iter("style")
    program = next(each for each in scripts(page) if not each.get("type"))
    for rule, part in (("script-src", program), ("style-src", style)):
        digest = base64.b64encode(hashlib.sha256((part.text or "").encode()).digest()).decode()
        assert rules.pop(rule) == f"'sha256-{digest}'"
    assert rules == {"default-src": "'none'", "base-uri": "'none'", "form-action": "'none'"}
    assert policy(read(written(traced("lecture"), watched="/version")))["connect-src"] == "'self'"


def test_hostile_text_stays_text() -> None:
    """A title, a source, a description and notes that try to be markup are read as they stand."""
    scenario = traced("lecture").scenario.with_(
        title=HOSTILE, source=HOSTILE, description=HOSTILE, notes={"dL_dz2": HOSTILE, "x": HOSTILE}
    )
    html = written(backtrace.run(scenario), "eta=1", watched="</script>")
    page = read(html)
    harmless = HOSTILE.replace("\x07", "")
    assert [len(list(page.iter(tag))) for tag in ("script", "style", "img")] == [2, 1, 0]
    assert (text(page.find("head/title")), text(page.find("body/main/h1"))) == (harmless, harmless)  # type: ignore[arg-type]
    assert sum(harmless in text(each) for each in page.iter("p")) >= 4
    assert "\x07" not in html
    data = next(each for each in scripts(page) if each.get("type"))
    assert "<" not in (data.text or "")
    assert json.loads(data.text or "")["watched"] == "</script>"


@pytest.mark.parametrize(("name", "most"), [("lecture", 150_000), ("mazur", 250_000)])
def test_the_page_is_small(name: str, most: int) -> None:
    """A deck of one update is far below 300 kB."""
    assert len(written(traced(name)).encode()) < most


def test_ten_thousand_updates_are_less_than_a_megabyte() -> None:
    """Only the first and the last update are told, and the curve is thinned out."""
    scenario = backtrace.load(path_of("mazur")).with_(epochs=10_000)
    assert len(written(backtrace.run(scenario)).encode()) < 1_000_000


def test_a_value_is_revealed_after_the_numbers_and_said_in_words() -> None:
    """Each row has a key of its own, its value the next one; both are there in words for the live region."""
    slide = next(each for each in slides(page_of("lecture")) if each.get("data-anchor") == "step-6")
    parts = [each for each in slide.iter() if each.get("data-reveal")]
    assert [int(each.get("data-reveal", "")) for each in parts] == [1, 2, 3, 4, 5, 5]
    assert parts[4].get("class") == "value"
    assert parts[4].get("data-say") == "delta y is about 0.289"
    assert parts[2].get("data-say", "").endswith("with the numbers put in")
    assert "0.289" not in "".join(each.get("data-say", "") for each in parts[:4])


def test_headings_and_landmarks() -> None:
    """There is one title, a heading in each slide, a main part and a name for every slide."""
    page = page_of("lecture")
    assert page.get("lang") == "en"
    assert len(list(page.iter("h1"))) == len(list(page.iter("main"))) == 1
    labels = [each.get("aria-label") for each in slides(page)]
    assert len(set(labels)) == len(labels)
    assert all(len(list(each.iter("h2"))) == 1 for each in slides(page))
    assert next(each for each in page.iter() if each.get("id") == "live").get("aria-live") == "polite"


def test_what_is_the_same_in_all_variants_is_there_once() -> None:
    """With another learning rate only updates and outcome are other slides, and they say what was."""
    page = read(written(traced("lecture"), "eta=0.07,0.7,7"))
    assert [text(each) for each in page.iter("button") if each.get("data-variant")] == ["η = 0.7", "η = 0.07", "η = 7"]
    by_anchor: dict[str, list[str]] = {}
    for each in slides(page):
        by_anchor.setdefault(each.get("data-anchor", ""), []).append(each.get("data-variants", ""))
    assert by_anchor["step-1"] == ["0 1 2"]
    assert by_anchor["step-14"] == ["0", "1", "2"]
    assert by_anchor["next-updates"] == ["1", "2"]
    changed = next(each for each in slides(page) if each.get("id") == "v1-step-15")
    assert [text(each) for each in having(changed, "was")] == ["was 0.086", "was 0.181"]
    assert not having(next(each for each in slides(page) if each.get("id") == "step-15"), "was")


def test_a_note_of_the_lecturer_is_on_its_slide() -> None:
    """What the scenario notes on a quantity is read beside it."""
    trace = backtrace.run(traced("lecture").scenario.with_(notes={"dL_dz2": "Ask the class for its sign."}))
    slide = next(each for each in slides(read(written(trace))) if each.get("id") == "step-6")
    assert "Ask the class for its sign." in text(having(slide, "reading")[0])


def test_the_page_layout_has_the_same_slides() -> None:
    """All on one page is told in the same pieces; only the layout is another."""
    stream = io.StringIO()
    FORMATS["html"].write(traced("lecture"), stream, unwatched, Asked(layout="page"))
    page = read(stream.getvalue())
    assert page.get("data-layout") == "page"
    assert [text(each) for each in slides(page)] == [text(each) for each in slides(page_of("lecture"))]


def test_without_numbers_there_is_no_network() -> None:
    """The blackboard before the example has formulas and nothing to draw."""
    page = read(written(traced("lecture"), telling=Telling(show=frozenset({"formula"}))))
    assert not having(page, "network")
    assert not having(page, "value")
    data = next(each for each in scripts(page) if each.get("type"))
    assert json.loads(data.text or "")["states"] == []


@pytest.mark.parametrize("name", names())
def test_the_labels_of_a_network_have_room(name: str) -> None:
    """Neurons stand inside the picture, and each edge of a small network has a label, always in the same place."""
    trace = traced(name)
    found = [(slide, written_on(trace, slide, reveals(slide))) for slide in deck(trace).slides]
    texts = [each for _, each in found if each]
    network = Network(texts)
    drawn = network.geometry()
    wide, high = drawn["size"]
    assert all(drawn["radius"] <= x <= wide - drawn["radius"] and 0 < y < high for x, y in drawn["nodes"])
    states = [network.state(number, each) for number, each in enumerate(texts)]
    if network.has_few:
        spots = {tuple(tuple(edge[2:]) for edge in state["edges"]) for state in states}
        assert len(spots) == 1
        assert all(len(spot) == 2 for spot in spots.pop())


def test_a_long_chain_of_neurons_has_room_below_each() -> None:
    """Every other neuron of a chain stands lower, so that letters need not be small: its network is not wide."""
    trace = traced("vanishing")
    drawn = Network(
        [each for slide in deck(trace).slides if (each := written_on(trace, slide, reveals(slide)))]
    ).geometry()
    heights = [y for _, y in drawn["nodes"]]
    assert len(set(heights[::2])) == len(set(heights[1::2])) == 1
    assert heights[1] - heights[0] > 2 * drawn["radius"] + drawn["line"]
    assert drawn["size"][0] < MOST_WIDE


def test_an_updated_weight_has_its_new_value_beside_its_name() -> None:
    """An edge has two lines of text at most: its name, and what it is or becomes."""
    trace = traced("lecture")
    slide = next(each for each in deck(trace).slides if each.anchor == "step-12")
    found = written_on(trace, slide, reveals(slide))
    assert found is not None
    assert ["v₁₁", "→ 0.173"] in [texts for label in found.labels for texts in label.values()]
    assert max(len(texts) for label in found.labels for texts in label.values()) == 2


def test_a_wide_table_names_its_columns_in_each_cell() -> None:
    """Where there is no room for columns each cell is read with the name of its own."""
    wide = having(page_of("softmax-regression"), "wide")
    assert wide
    for table in wide:
        assert all(having(cell, "of") for cell in table.iter("td") if text(cell))
        assert all(name.get("aria-hidden") for name in having(table, "of"))
    assert not having(page_of("lecture"), "wide")


def test_a_sign_is_kept_with_what_follows_it() -> None:
    """No line ends with = or ·: each stands in one unbroken piece with the formula after it."""
    kept = [each for row in having(page_of("mazur"), "form") for each in having(row, "kept")]
    assert kept
    assert {len(each) for each in kept} == {2}
    assert {text(each[0]) for each in kept} <= {"=", "≈", "·", "←"}


def test_the_network_tells_no_value_before_its_row() -> None:
    """A text that holds a result changes with the key press that reveals that result."""
    trace = traced("lecture")
    slide = next(each for each in deck(trace).slides if each.anchor == "step-3")
    found = written_on(trace, slide, reveals(slide))
    assert found is not None
    assert reveals(slide) == {1: 3}
    assert found.below[-1] == {0: [], 3: ["u = 0.967"]}


def test_a_page_of_one_variant_has_no_choice() -> None:
    """Without variants there are no buttons to choose one."""
    trace = traced("lecture")
    stream = io.StringIO()
    print_html([Variant(deck(trace), trace)], stream)
    assert not [each for each in read(stream.getvalue()).iter("button") if each.get("data-variant")]

"""`backtrace list`: every variant with its formula, derivative and source, and one by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from backtrace.answers.catalogue import CATALOGUE
from backtrace.cli.list import FORMAT_ROWS
from backtrace.lesson.blocks import Heading, Lesson, Listing, Recall, Table
from backtrace.lesson.catalogue import KINDS, catalogue
from backtrace.network.activations import ACTIVATIONS
from backtrace.network.initialisers import INITIALISERS
from backtrace.network.losses import LOSSES
from backtrace.network.optimizers import OPTIMIZERS
from backtrace.network.parameters import completed
from backtrace.network.schedules import SCHEDULES
from backtrace.scenario import Scenario, read_text
from tests.commands import Ran, here

TABLES: Mapping[str, Mapping[str, Any]] = {
    "activations": ACTIVATIONS,
    "losses": LOSSES,
    "optimizers": OPTIMIZERS,
    "schedules": SCHEDULES,
    "initialisers": INITIALISERS,
}
ROWS = [(kind, name) for kind, table in TABLES.items() for name in table]
EVERY = [(kind, name) for kind, row in KINDS.items() for name in row.names()]
EVERY += [("formats", name) for name in FORMAT_ROWS]


def entry(kind: str, name: str) -> Lesson:
    """The blocks of one variant in the list of its kind."""
    blocks = list(catalogue(kind, None, FORMAT_ROWS))
    headings = [place for place, block in enumerate(blocks) if isinstance(block, Heading)]
    start = next(place for place in headings if blocks[place].text == name)  # type: ignore[union-attr]
    return Lesson(tuple(blocks[start : next((place for place in headings if place > start), None)]))


def equations(kind: str, name: str) -> dict[str, list[str]]:
    """The equations that a variant is listed with, under the word that they stand under."""
    return {block.word: list(map(str, block.lines)) for block in entry(kind, name) if isinstance(block, Recall)}


def shown(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> Ran:
    ran = here(["list", *arguments], capsys)
    assert (ran.code, ran.err) == (0, "")
    return ran


@pytest.mark.parametrize(("kind", "name"), ROWS)
def test_every_variant_has_its_source_and_its_formulas(kind: str, name: str) -> None:
    """Each row of each table is listed: a function with its derivative, whatever else with what defines it."""
    heading, *rest = entry(kind, name)
    assert isinstance(heading, Heading)
    assert heading.aside == TABLES[kind][name].source.removesuffix(".")
    found = equations(kind, name)
    if kind in ("activations", "losses"):
        function, derivative = next(iter(found.values()))
        assert function.startswith(("a = ", "ℓ = "))
        assert derivative.startswith(("∂a/∂z = ", "∂ℓ/∂ŷ = ", "∂ℓ/∂z = ", "∂L/∂z = "))
    elif kind != "initialisers":
        assert found
    assert rest


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("activations", "sigmoid", {"function": ["a = σ(z) = 1/(1 + e^−z)", "∂a/∂z = a(1 − a)"]}),
        (
            "activations",
            "softmax",
            {
                "function": ["a = e^z/(Σ e^z)", "∂a/∂z = diag(a) − a·aᵀ"],
                "shift: true": ["a = e^(z − max(z))/(Σ e^(z − max(z)))"],
            },
        ),
        (
            "losses",
            "bce",
            {
                "of one output": ["ℓ = −(y·ln(ŷ) + (1 − y)·ln(1 − ŷ))", "∂ℓ/∂ŷ = −y/ŷ + (1 − y)/(1 − ŷ)"],
                "after sigmoid": ["∂ℓ/∂z = ŷ − y"],
            },
        ),
        ("optimizers", "momentum", {"in each update": ["q⁺ = μ·q + g", "step = η·q⁺", "p⁺ = p − step"]}),
        (
            "optimizers",
            "adam",
            {
                "in each update": [
                    "m⁺ = β₁·m + (1 − β₁)·g",
                    "v⁺ = β₂·v + (1 − β₂)·g²",
                    "m̂ = m⁺/(1 − β₁^t)",
                    "v̂ = v⁺/(1 − β₂^t)",
                    "step = η·m̂/(√(v̂) + ε)",
                    "p⁺ = p − step",
                ],
                "bias_correction: false": ["step = η·m⁺/(√(v⁺) + ε)"],
            },
        ),
        ("schedules", "step", {"learning rate": ["η = η₀·γ^⌊n/T⌋"]}),
    ],
)
def test_the_equations_are_those_of_the_table(kind: str, name: str, expected: dict[str, list[str]]) -> None:
    """An entry has all its equations, and those of a choice where it makes others."""
    assert equations(kind, name) == expected


def test_a_choice_that_changes_the_formula_shows_both() -> None:
    """The activation gelu is told by the error function, and by tanh."""
    found = equations("activations", "gelu")
    assert list(found) == ["function", "form: tanh"]
    assert ["erf" in line for line in found["function"]] == [True, True]
    assert ["0.044715" in line for line in found["form: tanh"]] == [True, True]


@pytest.mark.parametrize(("kind", "name"), [(k, n) for k, n in ROWS if TABLES[k][n].parameters])
def test_every_parameter_is_listed_with_default_meaning_and_range(kind: str, name: str) -> None:
    """The parameters stand in a table: what each is by default, what it means and what it may be."""
    (table,) = (block for block in entry(kind, name) if isinstance(block, Table))
    rows = {"".join(map(str, row[0])): ["".join(map(str, cell)) for cell in row[2:]] for row in table.rows}
    assert list(rows) == list(TABLES[kind][name].parameters)
    for parameter in TABLES[kind][name].parameters.values():
        default, meaning = rows[parameter.name]
        assert default == "needed" if parameter.default is None else parameter.allows(_value(default))
        assert parameter.range.meaning
        assert meaning == f"{parameter.range.meaning} ({parameter.words})"


def _value(text: str) -> float | bool | str:
    try:
        return float(text)
    except ValueError:
        return {"true": True, "false": False}.get(text, text)


def test_conventions_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Where others differ, and what holds at a kink, is said beside the formula."""
    conventions = [getattr(row, "convention", "") for table in TABLES.values() for row in table.values()]
    told = " ".join(shown([], capsys).out.split())
    assert [convention for convention in conventions if convention not in told] == []
    for says in ("slope of ReLU is taken as 0", "Keras and optax add it inside the root", "inside the velocity",
                 "as in PyTorch, Keras and optax; in the paper"):  # fmt: skip
        assert says in told


@pytest.mark.parametrize(("kind", "name"), EVERY)
def test_each_can_be_listed_by_itself(kind: str, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`list KIND NAME` tells one in full, and how it is asked for."""
    out = shown([kind, name], capsys).out
    assert f"run {name}" in out if kind == "scenarios" else name in out
    for recall in catalogue(kind, name, FORMAT_ROWS):
        for line in recall.lines if isinstance(recall, Recall) else ():
            assert line.linear("ascii") in out
            assert line.linear("latex") in out


# Everything that the pieces leave open: a network with two outputs, its data, its training.
_LAYER = "weights: [[0.1, 0.2], [0.3, 0.4]]\n      biases: 0"
_REST = {
    "network": "network:\n  layers:\n    - {layer}\n    - {layer}\n      activation: {activation}\n",
    "data": "data: [{x: [0.5, 0.8], y: [0, 1]}]\n",
    "training": "training:\n  learning_rate: 0.5\n",
}
_MORE = {
    "activations": f"      {_LAYER}\n",
    "initialisers": "      biases: 0\n      units: 2\nseed: 1\n",
    "optimizers": "  learning_rate: 0.5\n",
}


def asked(kind: str, name: str) -> Scenario:
    """The scenario that comes of the piece that `list KIND NAME` prints, with the rest added."""
    (piece,) = (block.text for block in catalogue(kind, name, FORMAT_ROWS)
                if isinstance(block, Listing) and block.language == "yaml")  # fmt: skip
    prediction = LOSSES[name].prediction if kind == "losses" else "any"
    rest = _REST | {"network": _REST["network"].format(
        layer=_LAYER, activation="sigmoid" if prediction == "probability" else "identity")}  # fmt: skip
    others = [text for key, text in rest.items() if not piece.startswith(key)]
    return read_text("\n".join([piece, _MORE.get(kind, ""), *others]), "piece.yaml")


@pytest.mark.parametrize(("kind", "name"), [(k, n) for k, n in EVERY if k not in ("scenarios", "formats")])
def test_what_is_printed_asks_for_the_variant(kind: str, name: str) -> None:
    """The piece of a scenario under `list KIND NAME` is read, and chooses that variant with its defaults."""
    found = asked(kind, name)
    match kind:
        case "activations":
            chosen, parameters = found.layers[0].activation, found.layers[0].parameters
        case "losses":
            chosen, parameters = found.loss, found.loss_parameters
        case "optimizers":
            chosen, parameters = found.optimizer, found.optimizer_parameters
        case "schedules":
            assert found.rates is not None
            chosen, parameters = found.rates.name, found.rates.parameters
        case "notations":
            chosen, parameters = found.notation.name, {}
        case _:
            assert found.document["origins"]["W1"]["init"] == name
            return
    assert chosen == name
    row = TABLES.get(kind, {}).get(name)
    given = completed(row.parameters, {}) if row else {}
    assert {key: parameters[key] for key in given} == given


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["activation"], "did you mean 'activations'?"),
        (["relu"], "did you mean 'backtrace list activations relu'?"),
        (["activations", "rellu"], "there is no activation 'rellu'"),
        (["activations", "rellu"], "did you mean 'relu'?"),
        (["losses", "hubert"], "did you mean 'huber'?"),
        (["optimizers", "adma"], "did you mean 'adam'?"),
        (["schedules", "cosin"], "did you mean 'cosine'?"),
        (["initialisers", "he"], "expected: uniform, normal"),
        (["scenarios", "lectur"], "there is no scenario 'lectur'"),
        (["notations", "bishob"], "did you mean 'bishop'?"),
        (["formats", "jason"], "did you mean 'json'?"),
        (["activations", "\x1b[31m"], "there is no activation '\\x1b[31m'"),
    ],
)
def test_a_name_that_is_none_gets_the_nearest(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """An unknown kind or name exits with 2 and names what it may have meant."""
    ran = here(["list", *arguments], capsys)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_a_list_keeps_to_the_width(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No line is wider than the terminal, but for what is there to be copied."""
    monkeypatch.setenv("COLUMNS", str(columns))
    wide = [line for line in shown([], capsys).out.splitlines() if len(line) > columns]
    copied = [line for kind in KINDS for block in catalogue(kind, None, FORMAT_ROWS) if isinstance(block, Listing)
              for line in block.text.splitlines()]  # fmt: skip
    assert [line for line in wide if line.strip() not in map(str.strip, copied)] == []


def test_in_plain_words_an_entry_has_one_fact_on_each_line(capsys: pytest.CaptureFixture[str]) -> None:
    """`--plain` says the equations in words, one on each line, in ASCII."""
    out = shown(["optimizers", "--plain"], capsys).out
    assert out.isascii()
    lines = out.splitlines()
    start = lines.index(
        "sgd, Gradient descent: Robbins & Monro 1951; Goodfellow, Bengio & Courville 2016, section 8.3.1."
    )
    assert lines[start + 1 : start + 4] == [
        "In each update: step = eta times g",
        "In each update: next p = p minus step",
        "",
    ]


def test_a_terminal_without_unicode_gets_ascii(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the C locale everything is listed in ASCII, without a question mark in place of a letter."""
    monkeypatch.setenv("LC_ALL", "C")
    out = shown([], capsys).out
    assert out.isascii()
    assert "?" not in out


@pytest.mark.parametrize("name", [row.name for row in CATALOGUE])
def test_a_mistake_is_told_with_a_formula_that_it_changes(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each mistake is found by its name, says what a learner is told, and but for slips with numbers has an example."""
    ended = here(["list", "mistakes", name], capsys)
    row = next(row for row in CATALOGUE if row.name == name)
    assert ended.code == 0
    assert " ".join(row.says.split()) in " ".join(ended.out.split())
    has_example = "should be" in ended.out and "becomes" in ended.out
    assert has_example == (not row.is_of_numbers and name != "value of the previous update")

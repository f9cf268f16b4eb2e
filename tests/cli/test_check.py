"""`backtrace check`: sheets as words, lines, files, tables and folders, what is told of them, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.commands import here, in_process_of_its_own
from tests.terminal import Terminal

RIGHT = ("z1=0.52", "dL_dv21=0.219")
CLASS = "student;h1;h2;u;delta_y\n" + "".join(
    f"s{n};0,627;0,758;0,967;{'-0,289' if n % 3 == 0 else '0,289'}\n" for n in range(1, 11)
)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table of ten students, of whom three took the difference the other way round."""
    path = tmp_path / "class.csv"
    path.write_text(CLASS, encoding="utf-8-sig")
    return path


def test_words_that_are_right_end_with_0(capsys):
    """Single entries by name on the command line."""
    ran = here(["check", "lecture", *RIGHT], capsys)
    assert (ran.code, ran.err) == (0, "")
    assert "2 correct." in ran.out


def test_a_wrong_word_ends_with_1_and_says_why(capsys):
    """The first wrong line, and the mistake."""
    ran = here(["check", "lecture", "a2=0.725", "delta_y=-0.289"], capsys)
    assert (ran.code, ran.err) == (1, "")
    assert "First wrong line: δʸ (line 2)." in ran.out
    assert "difference reversed" in ran.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no-such-scenario", "z1=0.52"], "no-such-scenario"),
        (["lecture", "z1"], "z1"),
        (["lecture-printed", "z1=0.52"], "behind a sheet"),
        (["--decimals", "3", "lecture", "z1=0.52"], "--decimals without --blind"),
        (["lecture-printed", "--set", "eta=1"], "--set"),
    ],
)
def test_wrong_usage_ends_with_2(arguments, said, capsys):
    """What was meant cannot be told: an error on stderr, nothing on stdout."""
    ran = here(["check", *arguments], capsys)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_a_name_that_is_unknown_is_a_fault_of_its_line(capsys):
    """The others are judged; exit 1."""
    ran = here(["check", "lecture", "zz=1", "z1=0.52"], capsys)
    assert ran.code == 1
    assert "1 correct; 1 that could not be judged." in ran.out


def test_lines_come_from_standard_input():
    """With a decimal comma, remarks and matrices."""
    text = "z = 0,52 1,14  # the sums\n\nW+ = 0.193 0.389; 0.591 0.785\n"
    ran = in_process_of_its_own("check", "lecture", stdin=text.encode())
    assert (ran.code, ran.err) == (0, "")
    assert "2 correct." in ran.out


def test_a_yaml_sheet_comes_from_standard_input_too():
    """It names its scenario itself."""
    ran = in_process_of_its_own("check", "-", stdin=b"scenario: lecture\nanswers: {u: 0.967, y_hat: 0.735}\n")
    assert ran.code == 1
    assert "First wrong line: ŷ (line 2)." in ran.out


def test_a_table_is_a_summary_over_all(table, capsys):
    """Which line is wrong first and which mistake how often, then student by student."""
    ran = here(["check", "lecture", str(table), "--jobs", "2"], capsys)
    assert (ran.code, ran.err) == (1, "")
    assert "10 sheets: 7 without a wrong line" in ran.out
    assert "30%" in ran.out
    assert ran.out.count("difference reversed") == 1 + 3
    assert ran.out == here(["check", "lecture", str(table), "--jobs", "1"], capsys).out


def test_a_table_as_json_has_a_document_for_each(table, capsys):
    """In the order of the table."""
    found = json.loads(here(["check", "lecture", str(table), "--json"], capsys).out)
    assert len(found["sheets"]) == 10
    assert [each["summary"]["right"] for each in found["sheets"]].count(False) == 3
    assert found["sheets"][2]["first_wrong"]["quantity"] == "dL_dz2"


def test_a_folder_is_every_sheet_in_it(tmp_path, capsys):
    """A file that is no sheet is passed over, one that cannot be read is told and stops no other."""
    (tmp_path / "a.yaml").write_text("scenario: lecture\nanswers: {u: 0.967}\n", encoding="utf-8")
    (tmp_path / "b.yaml").write_text("scenario: lecture\nanswers: [\n", encoding="utf-8")
    (tmp_path / "notes.md").write_text("# no sheet\n", encoding="utf-8")
    ran = here(["check", str(tmp_path)], capsys)
    assert ran.code == 1
    assert "2 sheets: 1 without a wrong line" in ran.out


def test_json_is_one_document(capsys):
    """Every figure with its verdict; the first wrong line; explanations in words and formulas."""
    ran = here(["check", "lecture-printed", "--json"], capsys)
    assert (ran.code, ran.err) == (1, "")
    found = json.loads(ran.out)
    assert (found["format"], found["version"]) == ("backtrace-check", 1)
    assert found["first_wrong"] == {"quantity": "dL_dz2", "update": 1, "sample": None}
    assert len(found["verdicts"]) == 25
    (first, *_) = [each for each in found["verdicts"] if each["verdict"] == "wrong"]
    assert first["mistakes"][0]["name"] == "difference reversed"
    assert "2(y − ŷ)" in first["mistakes"][0]["applied"]


@pytest.mark.parametrize("arguments", [["lecture-printed"], ["lecture", *RIGHT], ["lecture", "zz=1", "W1[1,1]=0.3"]])
def test_json_fits_its_schema(arguments, capsys):
    """What `backtrace schema check` prints holds for every document."""
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads(here(["schema", "check"], capsys).out)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(here(["check", *arguments, "--json"], capsys).out), schema)


def test_blind_says_what_a_question_hides(capsys):
    """With the lecture's target 0, that it was forgotten; --decimals asks for more digits."""
    ran = here(["check", "--blind", "lecture"], capsys)
    assert ran.code == 0
    assert "target forgotten" in ran.out
    assert "With 6 decimals" in here(["check", "--blind", "lecture", "--decimals", "6"], capsys).out


def test_plain_says_everything_in_words(capsys):
    """For a screen reader: no boxes and no signs, the verdicts in words."""
    ran = here(["check", "lecture-printed", "--plain"], capsys)
    assert ran.code == 1
    assert "difference reversed" in ran.out
    assert "δ" not in ran.out


@pytest.mark.parametrize("width", [60, 80])
def test_no_line_is_wider_than_the_terminal(width, capsys, monkeypatch):
    """At 60 columns too."""
    monkeypatch.setenv("COLUMNS", str(width))
    out = here(["check", "lecture-printed"], capsys).out
    assert max(map(cell_len, out.splitlines())) <= width
    assert "WRONG (1)" in out


def test_mazur_printed_is_explained_by_weights_that_were_updated_already(capsys):
    """The loss after one update and the outputs after 10,000 are; the typo is by nothing; all else is right."""
    ran = here(["check", "mazur-printed", "--json"], capsys)
    assert ran.code == 1
    wrong = [each for each in json.loads(ran.out)["verdicts"] if each["verdict"] not in ("correct", "rounded")]
    assert [(each["quantity"], each["update"], [m["name"] for m in each["mistakes"]][:1]) for each in wrong] == [
        ("L", 2, ["weights already updated"]),
        ("a2", 10001, ["weights already updated"]),
        ("a2", 10001, ["weights already updated"]),
        ("L", 10001, []),
    ]


def test_on_a_terminal_it_asks_line_by_line():
    """Enter skips, ? gives hints, a wrong value is explained at once, q ends with the report; exit 1."""
    with Terminal("check") as terminal:
        terminal.until("Which example?")
        terminal.type("lecture\n")
        terminal.until("z =")
        terminal.type("\n")
        terminal.until("h =")
        terminal.type("?\n")
        hint = terminal.until("h =")
        assert len(hint.splitlines()) > 1
        terminal.type("0.627 0.785\n")
        assert "digits exchanged" in terminal.until("u =")
        terminal.type("q\n")
        terminal.until("First wrong line: h")
        assert terminal.ended() == 1


def test_ctrl_c_ends_the_asking_with_130():
    """As every command that is interrupted."""
    with Terminal("check") as terminal:
        terminal.until("Which example?")
        terminal.type("\x03")
        assert terminal.ended() == 130

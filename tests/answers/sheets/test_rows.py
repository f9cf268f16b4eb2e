"""Lines of a sheet as rows: settled by shape, placed in update and sample, each with its own fault only."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrace.answers.sheets.lines import LARGEST, MOST_LINES, line_at, line_of, sheet_of_text, sheet_of_words, text_of
from backtrace.answers.sheets.rows import Written, sheet_of_lines
from backtrace.engine.givens import schedule_of
from backtrace.errors import InputError
from tests.answers.bundled import bundled, rows

# fmt: off
LINES = [
    # scenario,   line,                                  row
    ("lecture",   "z1 = 0,52",                           "z1 (1)=0,52"),
    ("lecture",   "z1: [0.52, 1.14]",                    "z1 (1)=0.52 (2)=1.14"),
    ("lecture",   "z1 = 0.52 1.14",                      "z1 (1)=0.52 (2)=1.14"),
    ("lecture",   "z_1 := 0.52 1.14",                    "z1 (1)=0.52 (2)=1.14"),
    ("lecture",   "h = 0,627; 0,758  # as I had it",     "a1 (1)=0,627 (2)=0,758"),
    ("lecture",   "h = _ 0.758",                         "a1 (2)=0.758"),
    ("lecture",   "h =",                                 "a1"),
    ("lecture",   "h[2] = 0.758",                        "a1 (2)=0.758"),
    ("lecture",   "ŷ ≈ 0.725",                           "a2 (1)=0.725"),
    ("lecture",   "ŷ = [0.725]",                         "a2 (1)=0.725"),
    ("lecture",   "W+ = 0.207 0.409; 0.611 0.815",       "W1_next (1,1)=0.207 (1,2)=0.409 (2,1)=0.611 (2,2)=0.815"),
    ("lecture",   "w12' = 0.611",                        "W1_next (2,1)=0.611"),
    ("lecture",   "V+ = 0.3 0.4",                        "W2_next (1,1)=0.3 (1,2)=0.4"),
    ("lecture",   "dv21=0.219",                          "dL_dW2 (1,2)=0.219"),
    ("lecture",   "L@2 = 0.29",                          "L@2 ()=0.29"),
    ("lecture",   "L @ update 2 sample 1 = 1/3",         "L@2 ()=1/3"),
    ("lecture",   "L (update 2, sample 1) = 0.29",       "L@2 ()=0.29"),
    ("lecture",   "dL_dz2 @ 3 = 0.1",                    "dL_dz2@3 (1)=0.1"),
    ("lecture",   "gain = -0.1",                         "gain@2 ()=-0.1"),
    ("lecture",   "gain@1 = -0.1",                       "gain@2 ()=-0.1"),
    ("lecture",   "L_next = 0.4",                        "L_next ()=0.4"),
    ("lecture",   "eta = 0.7",                           "eta ()=0.7"),
    ("lecture",   "u = abc",                             "z2 (1)=?abc"),
    ("lecture",   "u = 1.2.3",                           "z2 (1)=?1.2.3"),
    ("lecture",   "z = 0.52 abc",                        "z1 (1)=0.52 (2)=?abc"),
    ("lecture",   "u = about 0.9",       "! not a number: 'about' is not a number; expected a number such as 0.0203,"
                                         " -0,5, 1/3, 1.2e-3 or 2·10^-3"),
    ("lecture",   "z = 0.52",            "! wrong shape: a single number for z1"),
    ("lecture",   "dL_dW = 1 2 3",       "! wrong shape: a list of 3 for dL_dW1"),
    ("lecture",   "dL_dV = 1;2",         "! wrong shape: 2×1 numbers for dL_dW2"),
    ("lecture",   "foo = 3",             "! unknown name: the unknown name 'foo'"),
    ("lecture",   "z[3] = 4",            "! no such place: there is no z[3]"),
    ("lecture",   "nothing here",        "! unreadable: a line without a name and `=`"),
    ("lecture",   "= 5",                 "! unreadable: a line without a name and `=`"),
    ("lecture",   "h@x = 5",             "! no such place: 'h@x'"),
    ("lecture",   "L@0 = 3",             "! no such place: update 0"),
    ("lecture",   "L@999999999 = 3",     "! no such place: update 999999999"),
    ("lecture",   "L @ sample 2 = 3",    "! no such place: sample 2"),
    ("lecture",   "J = 3",               "! unknown name: the unknown name 'J'"),
    ("xor",       "J = 0.7",             "J ()=0.7"),
    ("xor",       "L = 1 2 3 4",         "L 1:()=1 2:()=2 3:()=3 4:()=4"),
    ("xor",       "L(3) = 1",            "L 3:()=1"),
    ("xor",       "L @ sample 3 = 1",    "L 3:()=1"),
    ("xor",       "ŷ(2) = 0.2",          "a2 2:(1)=0.2"),
    ("xor",       "ŷ = .1 .2 .3 .4",     "a2 1:(1)=.1 2:(1)=.2 3:(1)=.3 4:(1)=.4"),
    ("xor",       "z = 1. 2; 3 4; 5 6; 7 8", "z1 1:(1)=1. 1:(2)=2 2:(1)=3 2:(2)=4 3:(1)=5 3:(2)=6 4:(1)=7 4:(2)=8"),
    ("xor",       "z_2 = .1 .2 .3 .4",   "z1 1:(2)=.1 2:(2)=.2 3:(2)=.3 4:(2)=.4"),
    ("xor",       "z = 0.1 0.2",         "! wrong shape: a list of 2 for z1"),
    ("xor",       "z = 1 2 3 4;5 6 7 8", "! wrong shape: 2×4 numbers for z1"),
    ("xor",       "dV = 0.1 0.2",        "dJ_dW2 (1,1)=0.1 (1,2)=0.2"),
    ("xor",       "dV(2) = 0.1 0.2",     "dL_dW2 2:(1,1)=0.1 2:(1,2)=0.2"),
    ("xor",       "J(2) = 0.1",          "! no such place: J of sample 2"),
    ("xor",       "ŷ(2) @ sample 3 = 1", "! no such place: sample 3"),
    ("xor",       "J@301 = 0.1",         "J@301 ()=0.1"),
    ("reddy-minibatch", "L = 1 2 3",     "L 1:()=1 2:()=2 3:()=3"),
    ("reddy-minibatch", "L@2 = 4 5",     "L@2 4:()=4 5:()=5"),
    ("reddy-minibatch", "L(5) = 5",      "L@2 5:()=5"),
    ("reddy-minibatch", "L(5) @ 1 = 5",  "! no such place: sample 5 in update 1"),
    ("online-vs-batch", "L @ sample 3 = 5", "L@3 ()=5"),
    ("han-kamber", "Err_6 = 0.1311",     "dL_dz2 (1)=−0.1311"),
    ("han-kamber", "-Err_6 = -0.1311",   "dL_dz2 (1)=-0.1311"),
]
REMEDIES = [
    ("lecture",   "dL_dV = 1;2",         "it fits transposed: exchange rows and columns"),
    ("xor",       "z = 1 2 3 4;5 6 7 8", "it fits transposed: exchange rows and columns"),
    ("lecture",   "z = [0,52, 1,14, 3 4]", ""),
    ("lecture",   "z = 0 52 1 14",       "between numbers with a decimal comma stands a blank or a semicolon"),
    ("lecture",   "dL_dq = 1",           "did you mean"),
    ("lecture",   "gain@1 = 1\ndL_dz2@3 = 1", "of the last"),
]
# fmt: on


@pytest.mark.parametrize(("scenario", "line", "row"), LINES)
def test_a_line_is_read_as_it_is_meant(scenario: str, line: str, row: str) -> None:
    """Name, shape, update and sample settle what was written; where they can't, the row says what was found."""
    assert rows(sheet_of_text(line, "f.txt", bundled(scenario))) == [row]


@pytest.mark.parametrize(("scenario", "line", "remedy"), REMEDIES)
def test_a_fault_says_what_to_do(scenario: str, line: str, remedy: str) -> None:
    """A transposed matrix, decimal commas taken for a list and a misspelt name are recognised."""
    row = sheet_of_text(line, "f.txt", bundled(scenario)).rows[0]
    assert row.fault is not None
    assert remedy in str(row.fault.problem)
    assert str(row.fault.problem).startswith("f.txt:1:1: ")


def test_a_name_with_two_meanings_of_one_shape_is_refused_unless_the_sheet_says_which() -> None:
    """In Bishop's notation z⁽¹⁾ is the activation, while z1 is the id of the pre-activation."""
    scenario = bundled("lecture").with_(notation="bishop")
    written = Written("", [line_of("z1 = 0.52 1.14"), line_of("z⁽¹⁾ = 0.6 0.7"), line_of("W1 = 1 2;3 4")])
    both, symbol, same = sheet_of_lines(scenario, written).rows
    assert both.fault is not None
    assert both.fault.kind == "two meanings"
    assert "z1 (pre-activation of layer 1) or a1 (activation of layer 1)" in both.fault.problem.found
    assert (symbol.id, same.id, same.is_by_id) == ("a1", "W1", True)
    assert sheet_of_lines(scenario, written, "ids").rows[0].id == "z1"
    assert sheet_of_lines(scenario, written, "notation").rows[0].id == "a1"


def test_an_entry_given_twice_with_other_numbers_is_a_fault_of_the_second_row() -> None:
    """The same number once more is no fault, whatever name it goes by."""
    sheet = sheet_of_text("z = 0.52 1.14\nz_1 = 0.520\nz_2 = 1.15\nu = 1", "f.txt", bundled("lecture"))
    assert rows(sheet) == ["z1 (1)=0.52 (2)=1.14", "z1 (1)=0.520", "! given twice: z_2 a second time, and as another"
                           " number", "z2 (1)=1"]  # fmt: skip


def test_the_training_goes_as_far_as_the_sheet() -> None:
    """A later update makes more epochs; the pass after the last one is there already."""
    scenario = bundled("lecture")

    def updates(text: str) -> int:
        return schedule_of(sheet_of_text(text, "f.txt", scenario).scenario).updates

    lines = ("u = 1", "L@2 = 1", "W@2 = 1 2;3 4", "L@3 = 1", "dL_dz2@3 = 1", "foo@9 = 1")
    assert [updates(text) for text in lines] == [1, 1, 1, 2, 3, 1]
    several = bundled("han-kamber")
    sheet = sheet_of_text("L @ update 3 sample 1 = 1", "f.txt", several)
    assert (rows(sheet), sheet.scenario.epochs) == (["L@3 ()=1"], 2)
    sheet = sheet_of_text("L @ update 3 sample 2 = 1", "f.txt", several)
    assert (rows(sheet), sheet.scenario.epochs) == (["L@3 ()=1"], 1)


def test_words_of_a_command_line_are_lines() -> None:
    """NAME=VALUE is read as a line is; a word that is none is wrong usage."""
    sheet = sheet_of_words(["z1=0.52", "dv21=0.219"], bundled("lecture"))
    assert rows(sheet) == ["z1 (1)=0.52", "dL_dW2 (1,2)=0.219"]
    with pytest.raises(InputError, match="'z1'; expected NAME=VALUE"):
        sheet_of_words(["z1"], bundled("lecture"))


def test_places_lead_back_to_the_file() -> None:
    """Every figure and every fault knows its line."""
    sheet = sheet_of_text("# mine\n\nu = 0.9\nfoo = 1", "f.txt", bundled("lecture"))
    assert [str(row.place) for row in sheet.rows] == ["f.txt:3:1", "f.txt:4:1"]
    assert str(sheet.rows[0].figures[0].place) == "f.txt:3:1"


def test_bytes_that_are_no_text_spoil_only_their_line() -> None:
    """A sheet is read whatever its encoding; too large a one is refused."""
    text = text_of(b"\xef\xbb\xbfu = 0.9\nh\xff = 1 2\nz_1 = 0\x00.5\n", "f.txt")
    assert rows(sheet_of_text(text, "f.txt", bundled("lecture"))) == [
        "z2 (1)=0.9", "! unknown name: the unknown name 'h�'", "z1 (1)=?0�.5"]  # fmt: skip
    assert text_of("ŷ = 0.7".encode("utf-16"), "f") == "ŷ = 0.7"
    with pytest.raises(InputError, match="a sheet of more than"):
        text_of(b" " * (LARGEST + 1), "f")
    with pytest.raises(InputError, match="at most"):
        sheet_of_text("u=1\n" * (MOST_LINES + 1), "f", bundled("lecture"))


GOOD = ["u = 0.967", "h = 0.627 0.758", "W+ = 0.207 0.409; 0.611 0.815"]
RUBBISH = st.lists(st.text().filter(lambda text: not text.lstrip().lower().startswith(("u", "h", "w", "z2", "a1"))))


@given(st.permutations(GOOD), RUBBISH, st.sampled_from(["", "z1 = ", "L@", "foo = ", "dL_dW2[", "y = ["]))
def test_rubbish_never_stops_the_others(good: list[str], rubbish: list[str], start: str) -> None:
    """Whatever stands in other lines, each good line is read as ever."""
    lines = [*good]
    for number, text in enumerate(rubbish):
        lines.insert(number % (len(lines) + 1), start + " ".join(text.split()))
    sheet = sheet_of_text(text_of("\n".join(lines).encode("utf-8", "surrogatepass"), "f"), "f", bundled("lecture"))
    found = rows(sheet)
    assert {"z2 (1)=0.967", "a1 (1)=0.627 (2)=0.758"} <= set(found)
    assert "W1_next (1,1)=0.207 (1,2)=0.409 (2,1)=0.611 (2,2)=0.815" in found


@given(st.text(), st.text())
def test_an_address_is_a_name_with_a_place_or_a_fault(name: str, behind: str) -> None:
    """No name and no place is too odd to be read."""
    line = line_at(f"{name}@{behind}", ())
    assert line.fault is None or line.fault.kind == "no such place"

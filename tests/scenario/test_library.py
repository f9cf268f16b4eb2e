"""The scenarios that ship with the tool."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from backtrace.errors import InputError
from backtrace.scenario import find, library, load, names, path_of

BUNDLED = ["dead-relu", "lecture", "logistic", "mazur", "online-vs-batch", "three-layer", "vanishing", "xor"]


def test_the_bundled_scenarios_are_listed() -> None:
    """The bundled scenarios are found, in alphabetical order."""
    assert set(BUNDLED) <= set(names())
    assert names() == sorted(names())


@pytest.mark.parametrize("name", names())
def test_a_bundled_scenario_says_what_it_is(name: str) -> None:
    """Every bundled scenario is read, and has a title, a source and a description."""
    found = load(path_of(name))
    assert found.title
    assert found.source
    assert found.description


def test_a_bare_name_is_a_bundled_scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name without suffix and slash is looked up among the bundled scenarios, wherever one stands."""
    monkeypatch.chdir(tmp_path)
    assert load(find("lecture")).title == "Two inputs, two hidden neurons, one output"
    assert load("lecture").document == load(path_of("lecture")).document


@pytest.mark.parametrize("argument", ["a.yaml", "./a", "folder/a", "lecture.yaml", "..\\a"])
def test_a_suffix_or_a_slash_makes_a_path(argument: str) -> None:
    """An argument with a suffix or a slash is a path, also where there is no such file."""
    assert find(argument) == Path(argument)


def test_an_unknown_name_offers_the_nearest() -> None:
    """A name that no bundled scenario has is refused with the list of names and the nearest one."""
    with pytest.raises(InputError) as caught:
        find("lectur")
    (problem,) = caught.value.problems
    assert problem.remedy == "did you mean 'lecture'?"
    assert "lecture" in problem.expected


def test_a_file_of_that_very_name_is_pointed_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a file of the bare name lies in the folder, the remedy says how to name it."""
    monkeypatch.chdir(tmp_path)
    Path("mine").write_text("title: mine")
    with pytest.raises(InputError, match=r"for the file of that name write './mine'"):
        find("mine")


def test_an_impossible_name_is_refused() -> None:
    """A name that no file can have is an unknown name."""
    with pytest.raises(InputError):
        find("a\0b\x1b")


def test_the_wheel_has_its_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an installed wheel the scenarios lie within the package."""
    inside = tmp_path / "_scenarios"
    inside.mkdir()
    (inside / "only.yaml").write_text("title: only")
    monkeypatch.setattr(library, "_FOLDERS", (inside, tmp_path / "scenarios"))
    assert names() == ["only"]


def test_reading_loads_no_heavy_library() -> None:
    """Importing the room loads none of sympy, rich, textual and click."""
    code = "import sys\n"
    code += "sys.modules['backtrace'] = type(sys)('backtrace'); sys.modules['backtrace'].__path__ = [sys.argv[1]]\n"
    code += "import backtrace.scenario\nprint(sorted({'sympy', 'rich', 'textual', 'click'} & set(sys.modules)))"
    folder = Path(library.__file__).parent.parent
    result = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"


def test_bundled_sheets_are_no_scenarios() -> None:
    """The sheets that ship with the tool have names of their own."""
    assert {"lecture-printed", "mazur-printed"} <= library.sheets().keys()
    assert not library.sheets().keys() & set(names())

"""What a fresh process loads: a command loads what it needs, and nothing that another needs."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Iterable

import pytest

import backtrace

HEAVY = {"numpy", "pydantic", "yaml", "rich", "sympy", "textual", "plotille", "latex2mathml", "json", "difflib"}
NEEDED = {"numpy", "pydantic", "yaml", "rich", "difflib"}
OF_HELP = {"backtrace.cli", "backtrace.cli.main", "backtrace.errors"}
OF_OPTIONS = OF_HELP | {
    "backtrace.cli.options",
    "backtrace.cli.terminal",
    "backtrace.engine",
    "backtrace.engine.memory",
    "backtrace.engine.phases",
    "backtrace.lesson",
    "backtrace.lesson.telling",
}
OF_CONSOLE = {
    f"backtrace.formats.{name}" for name in ("asked", "console", "curve", "layout", "recognising", "safe", "setting")
}


def loaded(code: str, **env: str) -> set[str]:
    """The modules that a fresh process has at its end, after running the code."""
    code = f"import atexit, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr))\n{code}"
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, **env}
    )
    return set(ended.stderr.split())


def loaded_by(*arguments: str, **env: str) -> set[str]:
    """The modules that a command loads."""
    return loaded(f"from backtrace.cli.main import main; main({list(arguments)!r})", **env)


def ours(modules: Iterable[str]) -> set[str]:
    return {name for name in modules if name.startswith("backtrace.")}


def test_importing_the_package_loads_nothing_else():
    """The public names load when one is asked for."""
    modules = loaded("import backtrace")
    assert not ours(modules)
    assert not modules & (HEAVY | {"click"})


def test_every_public_name_is_there_when_it_is_asked_for():
    """Whatever `__all__` names can be had from the package, `dir` shows it, and traces know how to tell themselves."""
    for name in ("load", "scenario", "Trace"):
        modules = loaded(f"import backtrace\nbacktrace.{name}")
        assert "backtrace.notebook" in modules
    loaded(
        "from backtrace import *\nassert callable(load) and callable(scenario) and str(run(load('lecture')).tell('L'))"
    )
    loaded("import backtrace\nassert set(backtrace.__all__) <= set(dir(backtrace))")


def test_an_unpickled_trace_tells_itself(tmp_path):
    """In a process that asked the package for nothing, a pickled trace has its derivations and its picture."""
    path = tmp_path / "trace.pickle"
    path.write_bytes(pickle.dumps(backtrace.run(backtrace.load("lecture"))))
    for ask in ("tell", "diagram"):
        opened = f"import pickle; from pathlib import Path; trace = pickle.loads(Path({str(path)!r}).read_bytes())"
        loaded(f"{opened}\nassert 'z₁' in str(trace.{ask}('z1'))")


@pytest.mark.parametrize("before", ["import backtrace.scenario", "from backtrace.cli.main import main; main(['run'])"])
def test_the_folder_of_scenarios_does_not_take_the_name_of_the_function(before):
    """`backtrace.scenario` is the function that makes one, whatever of the package was loaded before."""
    loaded(f"{before}\nimport backtrace\nassert backtrace.scenario.__module__ == 'backtrace.scenario.arguments'")
    loaded(f"{before}\nfrom backtrace import scenario\nassert scenario.__module__ == 'backtrace.scenario.arguments'")


def test_an_unknown_name_of_the_package_is_an_attribute_error():
    """A name that the package does not have is refused as Python refuses it."""
    with pytest.raises(AttributeError, match="'backtrace' has no attribute 'nothing'"):
        backtrace.nothing  # noqa: B018


@pytest.mark.parametrize("words", ["backtrace ", "backtrace ru", "backtrace --"])
def test_help_and_completion_load_no_command(words):
    """The list of commands, and the completion of their names, need none of them."""
    place = {"COMP_WORDS": words, "COMP_CWORD": "1", "_BACKTRACE_COMPLETE": "bash_complete"}
    for modules in (loaded_by("--help"), loaded_by(**place)):
        assert ours(modules) == OF_HELP
        assert not modules & HEAVY


def test_the_help_of_a_command_loads_its_options_alone():
    """`backtrace run --help`, and the completion of its options, load no numbers and no scenarios."""
    place = {"COMP_WORDS": "backtrace run --de", "COMP_CWORD": "2", "_BACKTRACE_COMPLETE": "bash_complete"}
    for modules in (loaded_by("run", "--help"), loaded_by(**place)):
        assert ours(modules) == OF_OPTIONS | {"backtrace.cli.run"}
        assert not modules & HEAVY


@pytest.mark.parametrize("command", ["check", "verify"])
def test_the_help_of_a_judge_loads_no_judge(command):
    """The commands that judge load what judges when there is something to judge."""
    modules = loaded_by(command, "--help")
    assert ours(modules) == OF_OPTIONS | {"backtrace.cli.run", f"backtrace.cli.{command}"}
    assert not modules & HEAVY


@pytest.mark.parametrize("arguments", [("run", "lecture"), ("run", "lecture", "--color", "always")])
def test_running_loads_neither_proofs_nor_other_formats(arguments):
    """`backtrace run` loads the console's format alone, nothing that judges, proves, draws or reads a trace back."""
    modules = loaded_by(*arguments)
    rooms = {name.split(".")[1] for name in ours(modules)}
    assert rooms <= {"cli", "engine", "errors", "formats", "formula", "lesson", "network", "notation", "scenario"}
    assert {name for name in ours(modules) if name.startswith("backtrace.formats.")} == OF_CONSOLE
    assert not modules & (
        HEAVY - {"numpy", "pydantic", "yaml", "rich", "difflib", "json"} | {"xml.etree", "rich.progress"}
    )
    unused = {"diagram", "slides", "comparison", "proofs", "walk", "nice", "catalogue", "variants"}
    assert not modules & {f"backtrace.lesson.{name}" for name in unused}


def test_judging_a_sheet_loads_neither_proofs_nor_pictures():
    """`backtrace check` loads what reads and judges sheets, and the console's format."""
    modules = loaded_by("check", "lecture-printed")
    assert not [name for name in ours(modules) if name.split(".")[1] in ("proof", "notebook", "tui")]
    assert {name for name in ours(modules) if name.startswith("backtrace.formats.")} == OF_CONSOLE
    assert not modules & {"sympy", "textual", "plotille"}

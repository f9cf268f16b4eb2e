"""What is said where a text is not YAML."""

from __future__ import annotations

import pytest
import yaml

from backtrace.scenario.flaws import Flaw
from backtrace.scenario.syntax import explained

# fmt: off
BROKEN = [
    ("a: [1, 2",            "a list that is not closed",              "close the bracket"),
    ("a: {b: 1",            "a mapping in braces that is not closed", "close the brace"),
    ("a: 1\n  b: 2",        "a `:` where no key can stand",
        "look at the indentation, or put quotes around text that holds a `: `"),
    ("a:\n  b: 1\n c: 2",   "a line out of line with those around it", "indent it as they are"),
    ("- 1\nb: 2",           "a line out of line with those around it", "indent it as they are"),
    ("a: 1\nb\nc: 2",       "a line without `:`",                     "add the `:`, followed by a blank"),
    ('a: "\\q"',            "an unknown escape after `\\`",
        "write `\\\\`, or put the text in single quotes"),
    ("a: !x!y 1",           "a tag",                                  "leave the tag out"),
    ("%YAML 3.0\n---\na: 1", "another version of YAML",               "remove the %YAML line"),
    ("[1, ,]",              "nothing, or a sign that cannot stand here", "is a bracket or a value missing?"),
]
# fmt: on


@pytest.mark.parametrize("loader", ["SafeLoader", "CSafeLoader"])
@pytest.mark.parametrize(("text", "found", "remedy"), BROKEN)
def test_broken_yaml_is_explained(text: str, found: str, remedy: str, loader: str) -> None:
    """Both parsers' complaints about the same mistake come out in the same words."""
    if not hasattr(yaml, loader):
        pytest.skip("PyYAML without libyaml")
    with pytest.raises(yaml.YAMLError) as caught:
        list(yaml.parse(text, Loader=getattr(yaml, loader)))
    flaw = explained(caught.value, (), text.split("\n"))
    assert (flaw.found, flaw.remedy) == (found, remedy)
    assert flaw.mark is not None


def test_an_unknown_complaint_is_quoted() -> None:
    """What the table does not know is quoted, on one safe line, at the top of the file."""
    assert explained(yaml.YAMLError("odd\x1b"), (), []) == Flaw((), "not YAML: odd\\x1b", mark=(1, 1))

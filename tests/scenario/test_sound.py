"""Looking values up in a document that is broken in places."""

from __future__ import annotations

from backtrace.scenario.sound import Sound

DATA = {"rows": [[1, 2], [3, "x"], 5], "name": "a", "number": 7}
SOUND = Sound(DATA, [("rows", 1, 1), ("rows", 2), ("absent",)])


def test_a_sound_value_is_found() -> None:
    """What is sound is found, whatever is broken beside it."""
    assert SOUND.get("name") == "a"
    assert SOUND.get("rows", 0) == [1, 2]


def test_a_broken_value_is_none() -> None:
    """A value that is broken, lies in a broken one, or holds one, is None."""
    assert SOUND.get("rows", 1, 1) is None
    assert SOUND.get("rows", 2, 0) is None
    assert SOUND.get("rows") is None
    assert SOUND.get("absent", default=3) is None


def test_what_is_left_out_is_the_default() -> None:
    """A key that is left out, and may be, has its default."""
    assert SOUND.get("other", default=3) == 3


def test_lengths_do_not_ask_for_sound_entries() -> None:
    """A list has a length also where an entry of it is broken, but not where it is broken itself."""
    assert SOUND.lengths("rows") == [2, 2, None]
    assert SOUND.lengths("name") == []
    assert SOUND.length("rows", 1) == 2
    assert SOUND.length("number") == 1
    assert SOUND.length("rows", 2) is None
    assert SOUND.count("rows") == 3
    assert SOUND.count("name") == 0

"""The profiles are data with a source, and no spelling of one means two things."""

from __future__ import annotations

import math
from collections import defaultdict

import pytest

from backtrace.formula.expr import Var
from backtrace.notation.profile import Profile
from backtrace.notation.profiles import PROFILES
from tests.notation.ids import notation

NETWORKS = [(3, 2), (2, 3, 2), (2, 2, 3, 2), (2, 3, 2, 2, 3), (2, 2, 1), (11, 2, 10)]
SPELT = [
    (name, units, sends_by_row)
    for name, profile in PROFILES.items()
    for units in NETWORKS
    for sends_by_row in (False, True)
    if profile.layers in (None, len(units) - 1)
]
every_network = pytest.mark.parametrize(("name", "units", "sends_by_row"), SPELT)


@every_network
def test_no_spelling_means_two_things(name: str, units: tuple[int, ...], sends_by_row: bool) -> None:
    """A text or ASCII spelling belongs to one quantity or entry, and an id is the ASCII spelling of nothing else."""
    spelt = notation(name, units, sends_by_row)
    for language in ("text", "ascii"):
        meanings = defaultdict(set)
        for var, spelling in spelt.spellings(language):
            meanings[spelling].add(_meaning(var, spelt.shapes[var.name]))
        for id_ in spelt.shapes if language == "ascii" else ():
            meanings[id_].add((id_, None))
        assert {spelling: found for spelling, found in meanings.items() if len(found) > 1} == {}


def _meaning(var: Var, shape: tuple[int, ...]) -> tuple[str, tuple[int, ...] | None]:
    """A quantity of one entry and that entry are the same thing, and so may be spelt alike."""
    return (var.name, None if math.prod(shape) == 1 else var.index)


ALSO_IDS = {"bishop": {"y", "t"}}
"""Letters of a source that are ids of other quantities: as text they are printed, typed they are the id."""


@every_network
def test_every_spelling_is_found_again(name: str, units: tuple[int, ...], sends_by_row: bool) -> None:
    """What is printed can be typed: each spelling but a few leads back to what it is written for, in ASCII each."""
    spelt = notation(name, units, sends_by_row)
    lost = set()
    for language in ("text", "ascii"):
        for var, spelling in spelt.spellings(language):
            shape = spelt.shapes[var.name]
            if _meaning(spelt.find(spelling), shape) != _meaning(var, shape):
                lost.add(spelling)
    assert lost == ALSO_IDS.get(name, set())


@pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))
def test_a_profile_names_itself_and_its_source(profile: Profile) -> None:
    """The key of the table is the profile's name, and it says where the notation comes from."""
    assert PROFILES[profile.name] is profile
    assert profile.source

"""A scenario as its file would say it, with every default written out."""

from __future__ import annotations

import copy
from typing import Any

import yaml

from backtrace.scenario.scenario import Scenario

_WIDTH = 100


def written(scenario: Scenario, remark: str = "") -> str:
    """The YAML of a scenario, which reads back to the same; `remark` stands above it as a comment."""
    document: Any = copy.deepcopy(dict(scenario.document))
    text: str = yaml.dump(
        document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=None, width=_WIDTH
    )
    return "".join(f"# {line}\n" for line in remark.splitlines()) + text


class _Dumper(yaml.SafeDumper):
    """Writes every value out where it stands: a reader meets no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

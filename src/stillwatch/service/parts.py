"""What the service is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stillwatch.incidents.recall import Recall
from stillwatch.llm.three_tiers import Tiers
from stillwatch.ports import Clock, LookTools
from stillwatch.reading.source import Readable
from stillwatch.views.gate import Say
from stillwatch.watch.monitor import Watcher
from stillwatch.watch.prefilter import Prefilter
from stillwatch.watch.rule import Rule, Sample


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceParts:
    """What app.py built: how to reach the host, the models and the memory. Opened by each verb that needs them.

    rule_problems: of own rules, by file and line; reload: the rules as they stand in the folder now, compiled, and the
    problems of that.
    """

    host: str
    clock: Clock
    rules: Sequence[Rule]
    rule_problems: Sequence[str]
    rules_folder: Path
    reload: Callable[[], tuple[Prefilter, Sequence[str]]]
    ordinary: Callable[[], Sequence[Sample]]
    memory: Recall
    watcher: Callable[[], Watcher]
    sources: Callable[[str | None, str | None, float], Sequence[Readable]]
    looks: Callable[[str | None, str | None], LookTools | None]
    tiers: Callable[[bool], Tiers]
    catalogue: Callable[[], Mapping[str, Mapping[str, Any]]]
    gate: Say | None = None

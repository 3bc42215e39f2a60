"""What a look tool saw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from stillwatch.records.event import Untrusted


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """tool and arguments: what was asked; text: what a person or a model reads (redacted, bounded);

    data: the same, typed, for rules ({"sockets": [{"port": 80, "pid": 7, "unit": "nginx.service", …}]});
    problem: why it could not be seen, "" if it could.
    """

    tool: str
    arguments: Mapping[str, object]
    at: float
    text: Untrusted
    data: Mapping[str, object] = field(default_factory=dict)
    problem: str = ""

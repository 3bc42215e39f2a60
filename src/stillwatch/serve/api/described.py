"""What the document at /openapi.json and the reference page say of one path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Described:
    """shapes: what it answers, one of several; none: no shape is told. takes: the shape of the body of a POST.
    events: names, where it is a stream of them.

    queries: the JSON schema of each query parameter; more: what its summary has no room for.
    """

    path: str
    says: str
    shapes: tuple[Any, ...] = ()
    takes: Any = None
    media: str = "application/json"
    events: tuple[str, ...] = ()
    queries: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    more: str = ""

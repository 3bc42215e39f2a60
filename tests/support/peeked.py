"""The peek program asked in place of root's socket."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import pytest

from stillwatch.helpers import peek as program


def as_another_user(monkeypatch: pytest.MonkeyPatch, module: ModuleType) -> list[str]:
    """Who asks is not root, and the module's `peek` is the program itself; returns what it is asked, as it comes."""
    asked: list[str] = []

    def peek(request: Mapping[str, Any]) -> dict[str, Any]:
        asked.append(request["see"])
        return {"ok": True, **program.handle(dict(request))}

    monkeypatch.setattr(module, "peek", peek)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    return asked

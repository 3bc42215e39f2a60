"""What the root program itself changed, and how that was before: it takes back nothing else, and that once (R39)."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from stillwatch.helpers import goodcopy
from stillwatch.helpers.request import RequestRefused


@contextlib.contextmanager
def noting(what: str, thing: str, before: Mapping[str, Any]) -> Iterator[None]:
    """Around a change. Raises RequestRefused where there is no room for the note; of what is refused none stays."""
    note(what, thing, before)
    try:
        yield
    except RequestRefused:
        _file(what, thing).unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def taking_back(what: str, thing: str) -> Iterator[dict[str, Any]]:
    """Around the way back: how it was before. Raises RequestRefused where the root program did no such thing."""
    file = _file(what, thing)
    try:
        before = json.loads(file.read_text())
    except (OSError, ValueError) as error:
        raise RequestRefused(f"what {thing[:200]} was before is not known: it was not changed here") from error
    yield before
    file.unlink(missing_ok=True)


def note(what: str, thing: str, before: Mapping[str, Any]) -> None:
    """Whole and on disk before anything is changed."""
    file = _file(what, thing)
    try:
        draft = file.with_suffix(".new")
        with draft.open("w") as opened:
            opened.write(json.dumps(before))
            opened.flush()
            os.fsync(opened.fileno())
        draft.replace(file)
    except OSError as error:
        raise RequestRefused(f"what it was cannot be noted: {error.strerror}") from error


def _file(what: str, thing: str) -> Path:
    folder = goodcopy.STATE / "made"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"{what}-{hashlib.sha256(thing.encode()).hexdigest()}.json"

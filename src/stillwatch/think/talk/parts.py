"""A question of several: cut where people join them, wherever each piece says by itself what it is about."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from stillwatch.think.talk.topic import Topic

MOST: Final = 4
_AND: Final = r",?\s+(?:and also|and|und|sowie|et|ainsi que|y)\s+"
_LISTED: Final = rf",\s+(?=[^\s,?!;]+(?:\s[^\s,?!;]+){{0,2}}(?:,|{_AND}))"
"""A comma before a few words, as between the members of a list."""
_JOINTS: Final = re.compile(rf"\s*[?!;]+\s+|{_AND}|{_LISTED}", re.IGNORECASE)
_BETWEEN: Final = re.compile(r"\b(?:between|zwischen|entre|both|sowohl)\b", re.IGNORECASE)


def parts_of(question: str, about: Callable[[str], Topic | None]) -> tuple[str, ...]:
    """The pieces, each about something else, in order; the question alone where it is one.

    What a piece leaves open belongs to the one before: "which services are down and why" is one question. about: what
    a piece is about by itself, None where it does not say.
    """
    joints = list(_JOINTS.finditer(question.rstrip(" ?!;.")))
    if not joints or _BETWEEN.search(question):
        return (question,)
    starts = [0, *(joint.end() for joint in joints)]
    ends = [*(joint.start() for joint in joints), len(question)]
    parts: list[tuple[int, int, Topic | None]] = []
    for start, end in zip(starts, ends, strict=True):
        topic = about(question[start:end])
        if parts and (topic is None or topic == parts[-1][2]):
            parts[-1] = (parts[-1][0], end, parts[-1][2])
        else:
            parts.append((start, end, topic))
    pieces = tuple(question[start:end] for start, end, _ in parts[:MOST])
    topics = [topic.name if (topic := about(piece)) else "" for piece in pieces]
    return pieces if all(topics) and len(set(topics)) == len(topics) else (question,)

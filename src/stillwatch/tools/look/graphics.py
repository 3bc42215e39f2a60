"""Graphics cards, how much of their memory is in use, and which processes and units hold it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from stillwatch.host.graphics import Card, cards, held, of_nvidia
from stillwatch.records.amount import size
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread


class Arguments(Tool, frozen=True):
    """Graphics cards, how much of their memory is in use, and which processes and units hold it."""

    async def look(self, reader: HostReader) -> Look:
        nvidia, theirs, problem = await of_nvidia(reader.root / "proc")
        known = {card.card for card in nvidia}
        here = [card for card in await in_thread(lambda: cards(reader.root / "sys")) if card.driver != "nvidia"]
        found = [*nvidia, *(card for card in here if card.card not in known)]
        rows: list[Any] = sorted([*theirs, *await in_thread(held)], key=lambda row: (row["own"], row["system"]))[::-1]
        lines = [*map(_card, found)]
        lines += [
            f"{row['pid']} {row['name']} {row['unit']}: {size(row['own'])} of {row['card']}, "
            f"{size(row['system'])} of the machine's"
            for row in rows
        ]
        lines += [problem] if problem else []
        data = {"cards": [asdict(card) for card in found], "holders": rows, "problem": problem}
        return Look("\n".join(lines) or "no graphics card shows itself here", data)


def _card(card: Card) -> str:
    memory = f"{size(card.used)} of {size(card.size)} in use" if card.size else "its driver tells no size of its memory"
    return f"{card.card} {card.driver} {card.name}: {memory}".replace(" :", ":")

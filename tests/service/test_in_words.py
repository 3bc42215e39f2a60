from __future__ import annotations

from stillwatch.service.in_words import in_words
from stillwatch.think.talk.respond import respond
from tests.think.models import in_turn
from tests.think.talk.hosts import CLOCK, TypedLooks, known


async def test_what_stands_follows_the_facts() -> None:
    responded = await respond("why is the server slow?", (), known(), looks=TypedLooks(), clock=CLOCK)
    said = list[str]()
    reply = await in_words(in_turn("x [E1]. 99 dwarfs [E9]."), "q", "Load 3 [E1].", responded, 5.0, said.append)
    assert "dwarfs" not in reply.text and reply.text.startswith("Load 3")

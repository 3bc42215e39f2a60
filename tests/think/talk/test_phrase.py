from __future__ import annotations

from stillwatch.records.chat import Failure
from stillwatch.think.talk.phrase import phrase
from tests.think.incidents import evidence
from tests.think.models import always

FACTS = "nginx.service failed at 10:02 since port 80 is taken [E1]."
SEEN = [evidence(1, "bind() to 0.0.0.0:80 failed"), evidence(2, "python3 (pid 407) holds port 80")]


async def said(words: str | Failure) -> tuple[str, int, str]:
    pieces = list[str]()
    done = await phrase(always(words), "why?", FACTS, SEEN, nonce="abc", deadline=5.0, say=pieces.append)
    return "".join(pieces), done.refused, done.finish


async def test_what_does_not_stand_is_left_out() -> None:
    text, refused, _ = await said(
        "nginx.service failed at 10:02 [E1]. I have restarted apache2.service [E1]. Process 407 holds it [E2]."
        " nginx.service ist um 10:02 gescheitert [E1]."
    )
    assert text == "nginx.service failed at 10:02 [E1]. Process 407 holds it [E2]." and refused == 2


async def test_a_model_that_fails_adds_nothing() -> None:
    assert await said(Failure(reason="timeout", detail="30 s")) == ("", 0, "timeout")

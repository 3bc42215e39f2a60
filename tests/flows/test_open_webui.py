"""Open WebUI as it is published, in a real browser, against the installed daemon and gate on a booted machine.

The machine has a fault and its models are scripted; all else is real: the window, the key, the header, the gate, the
one-time code, the change and the measured success.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from evals import scenario
from stillwatch.gate.totp import STEP, code_at
from tests.support import open_webui
from tests.support.mending import CONFIGURATION, Estate, install, policy
from tests.support.rig import Machine
from tests.support.scripted_llm import Request, ScriptedLLM, first_allowed
from tests.support.shop import open_shop
from tests.support.window import Window, connected

pytestmark = [pytest.mark.container, pytest.mark.timeout(600)]
ANSWER = f"**{{unit}}** ended with status 203 [E1]. Its unit file could be restored{' and restored' * 60}."
"""A sentence that stands on the facts, and one that takes its time and does not."""
SIDE = "### Task:"
TITLE, TAGS = "Missing program", ["Services", "Updates"]
FOLLOW_UPS = ["Who removed it?", "Since when?"]


@dataclass
class Tier:
    """A scripted model that keeps what it was asked. What a request is shows in its schema, whatever its words."""

    unit: str
    requests: list[Request] = field(default_factory=list)

    def __call__(self, request: Request) -> object:
        self.requests.append(request)
        if SIDE in request.text:
            return {"title": TITLE, "tags": TAGS, "follow_ups": FOLLOW_UPS}
        if request.schema is None:
            return ANSWER.format(unit=self.unit)
        return first_allowed(request)

    def asked_beside(self) -> int:
        """How many of its requests were for titles and the like."""
        return sum(SIDE in request.text for request in self.requests)


@dataclass(kw_only=True)
class Scene:
    """estate: the broken machine; window: connected to it; meta: the large model, small: the two others."""

    estate: Estate
    window: Window
    meta: ScriptedLLM
    large: Tier
    small: Tier
    secret: bytes

    def code(self) -> str:
        return code_at(self.secret, int(time.time()) // STEP)

    def records(self, kind: str) -> list[dict[str, Any]]:
        return [record for record in self.estate.audit() if record["kind"] == kind]


@contextmanager
def in_front_of(boot: Callable[..., Machine], seed: int, folder: Path) -> Iterator[Scene]:
    open_webui.program()  # fetched while this thread still has the host's network
    fault, machine = scenario.load("F01"), boot()
    shop = open_shop(machine, seed)
    large, small = Tier(shop.victim.unit), Tier(shop.victim.unit)
    with ExitStack() as stack:
        stack.enter_context(machine.network())
        meta, others = stack.enter_context(ScriptedLLM(large)), stack.enter_context(ScriptedLLM(small))
        urls = {"trigger": others.url, "review": others.url, "meta": meta.url}
        tiers = "".join(f'[llm.{tier}]\nurl = "{url}"\n' for tier, url in urls.items())
        machine.write(CONFIGURATION, f'autonomy = "suggest"\n{tiers}')
        install(machine, policy(shop))
        estate = Estate(machine=machine, shop=shop, fault=fault, level="suggest")
        fault.inject(machine, shop)
        person = stack.enter_context(connected(machine, folder))
        estate.wait(estate.waiting, "a proposal to wait for a person")
        yield Scene(estate=estate, window=person, meta=meta, large=large, small=small, secret=enrolled(machine))


def enrolled(machine: Machine) -> bytes:
    """The secret that an authenticator would scan."""
    uri = json.loads(machine.stillwatch("approvals", "enroll", "--json", check=True).stdout)["uri"]
    text = parse_qs(urlsplit(uri).query)["secret"][0]
    return base64.b32decode(text + "=" * (-len(text) % 8))


def test_from_the_first_connection_to_a_change_that_was_approved_in_the_window(
    boot: Callable[..., Machine], seed: int, tmp_path: Path
) -> None:
    with in_front_of(boot, seed, tmp_path) as scene:
        assert scene.window.models()[:2] == ["Stillwatch", "Stillwatch (only looks)"]
        scene.window.choose("Stillwatch")
        asks_and_sees(scene)
        a_yes_only_explains(scene)
        approves(scene)
        replays(scene)
        stops(scene)
        says_why_there_is_no_answer(scene)


def asks_and_sees(scene: Scene) -> None:
    """Live status, facts by code, then a model's words, then evidence; titles and the like without the large model."""
    window, unit = scene.window, scene.estate.shop.victim.unit
    scene.meta.behaviour = "slow"
    answer = window.ask(f"Why is {unit} down?")
    scene.meta.behaviour = "answer"
    assert answer.startswith(unit) and f"{unit} ended with status 203 [E1]." in answer
    assert "could be restored" not in answer, "it cites nothing"
    evidence = answer.partition("Evidence")[2]
    assert "[E1]" in evidence and unit in evidence
    shown = window.shown()
    assert any("looking: unit status" in text and "ended with" not in text for text in shown), shown
    assert "looked: unit status" in shown[-1]
    facts = [text for text in shown if f"{unit} is" in text and "ended with" not in text]
    assert facts, "facts do not wait for a model"
    window.title().get_by_text(TITLE).wait_for()
    for question in FOLLOW_UPS:
        window.page.get_by_role("button", name=f"Follow up: {question}").wait_for()
    scene.estate.wait(lambda: scene.small.asked_beside() >= 3, "title, tags and follow-ups")
    assert scene.large.asked_beside() == 0


def a_yes_only_explains(scene: Scene) -> None:
    (waiting,) = scene.estate.waiting()
    answer = scene.window.ask("yes")
    assert f"approve {waiting['id']} CODE" in answer
    assert scene.records("intent") == []


def approves(scene: Scene) -> None:
    """A wrong code does nothing; the right one has it done, and it is measured that it helped."""
    (waiting,) = scene.estate.waiting()
    wrong = "000000" if scene.code() != "000000" else "111111"
    assert "wrong" in scene.window.ask(f"approve {waiting['id']} {wrong}")
    assert scene.records("intent") == []
    answer = scene.window.ask(f"approve {waiting['id']} {scene.code()}")
    assert f"{waiting['id']}, restore file" in answer and "is done" in answer
    scene.estate.wait(scene.estate.verified, "the fault to be mended")
    assert len(scene.records("intent")) == 1


def replays(scene: Scene) -> None:
    """Regenerating the approval and editing an earlier message change nothing more."""
    before = len(scene.records("intent")), len(scene.records("approved"))
    answer = scene.window.regenerate()
    assert f"{scene.records('approved')[-1]['id']} is done" in answer
    unit = scene.estate.shop.victim.unit
    assert unit in scene.window.edit(0, f"Why is {unit} down?")
    assert (len(scene.records("intent")), len(scene.records("approved"))) == before == (1, 1)


def stops(scene: Scene) -> None:
    """Stop ends the work of the model, not only the picture of it."""
    scene.meta.behaviour, scene.meta.pause = "slow", 0.3
    before = len(scene.large.requests)
    scene.window.send(f"Why is {scene.estate.shop.victim.unit} down?")
    scene.estate.wait(lambda: len(scene.large.requests) > before, "the model to be asked")
    scene.window.stop()
    assert scene.meta.client_left(timeout=60)


def says_why_there_is_no_answer(scene: Scene) -> None:
    """What the window shows for a key that was revoked, and for a Stillwatch that does not run."""
    machine, window = scene.estate.machine, scene.window
    (key,) = json.loads(machine.stillwatch("keys", "list", "--json", check=True).stdout)
    machine.stillwatch("keys", "revoke", key["id"], check=True)
    window.send("hello")
    window.rows.last.get_by_text("no valid API key").wait_for()
    machine.run(["systemctl", "stop", "stillwatch.service"])
    window.send("hello again")
    window.rows.last.get_by_text("Server Connection Error").wait_for()

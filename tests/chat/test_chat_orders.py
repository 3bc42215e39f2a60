from __future__ import annotations

from pathlib import Path

import pytest

from stillwatch.chat.chat_commands import ChatCommands
from stillwatch.chat.chat_orders import ChatOrders, meant
from stillwatch.chat.conversation import Turn
from stillwatch.think.talk.orders import Order, order_in
from stillwatch.think.talk.topic import Known
from tests.serve.scene import ScriptedGate, known, remember
from tests.think.incidents import incident
from tests.think.models import StillClock

WEB, DISK = incident(), incident(id="I2", key="host/disk-full//srv", subject="/srv", summary="/srv: 96 % full")


async def told(folder: Path, message: str, gate: ScriptedGate) -> str:
    service = remember(folder, WEB, DISK)
    orders = ChatOrders(commands=ChatCommands(service=service, clock=StillClock(), gate=gate))
    here = Known(units=known().units, incidents=service.incidents())
    order = order_in(message, here.units)
    assert order is not None
    return await orders.carry_out(order, Turn(message=message), here)


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("installiere htop", "Dafür habe ich keine Aktion"),
        ("redémarre foobar", "Il n'y a pas d'unité nommée foobar"),
        ("restart wep", "Did you mean web.service?"),
        ("no", "nothing was done"),
        ("approve A-17 now", "approve A-17 CODE"),
        ("restart web because I say so", "Write exactly: `restart web`"),
        ("fix it", "`fix I2`"),
        ("mute it", "`mute I1 for 4 hours`"),
        ("unmute", "Name one incident"),
    ],
)
async def test_what_is_no_order_or_a_near_one_does_nothing(tmp_path: Path, message: str, words: str) -> None:
    gate = ScriptedGate()
    assert words in await told(tmp_path, message, gate) and gate.said == []


def test_a_name_means_an_incident_where_it_names_one_alone() -> None:
    assert meant(Order(kind="mute", target="web"), [WEB, DISK]) == WEB
    assert meant(Order(kind="mute", incident="I2"), [WEB, DISK]) == DISK
    assert meant(Order(kind="mute", target="web"), [WEB, WEB]) is None and meant(Order(kind="mute"), [WEB]) is None

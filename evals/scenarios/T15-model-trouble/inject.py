"""The models are down, slow, talk garbage or without end: rules only, no action, bounded time."""

from __future__ import annotations

from evals.scenario import load
from tests.support.rig import HERE, Machine
from tests.support.shop import Shop


def subjects(shop: Shop) -> tuple[str, ...]:
    return (shop.victim.unit,)


MODES = ("down", "slow", "garbage", "endless")
PORT = 8099


def mode(shop: Shop) -> str:
    return MODES[shop.seed % len(MODES)]


def inject(machine: Machine, shop: Shop) -> None:
    load("F01").inject(machine, shop)
    if mode(shop) != "down":
        start_model(machine, mode(shop))
    tier = f'url = "http://127.0.0.1:{PORT}/v1"\nmodel = "scripted"\n'
    config = "\n".join(f"[llm.{name}]\n{tier}" for name in ("trigger", "review", "meta"))
    machine.write("/etc/stillwatch/stillwatch.toml", config)


def start_model(machine: Machine, how: str) -> None:
    program = (HERE / "rig/bad_model.py").read_text()
    machine.write("/usr/local/bin/bad-model", "#!/usr/bin/python3 -I\n" + program, 0o755)
    machine.unit("bad-model.service", f"[Service]\nExecStart=/usr/local/bin/bad-model {PORT} {how}\n", start=True)
    machine.wait(lambda: machine.get(f"http://127.0.0.1:{PORT}/health") == 200, "the scripted model to answer")


def verified(machine: Machine, shop: Shop) -> bool:
    return machine.properties(shop.victim.unit)["ActiveState"] == "failed"

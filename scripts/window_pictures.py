"""Draws docs/images/open-webui-*.png: Open WebUI in a browser, real models, a fault on a booted machine. Needs root."""

from __future__ import annotations

import base64
import json
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page

from evals import scenario
from stillwatch.gate.totp import STEP, code_at
from tests.support import open_webui, window
from tests.support.mending import CONFIGURATION, Estate, install, policy
from tests.support.rig import MODELS_INSIDE, Machine
from tests.support.shop import MODELS, open_shop

PICTURES = Path(__file__).resolve().parent.parent / "docs/images"
FAULT, SEED = "F01", 20
MODEL_MILLISECONDS = 240_000.0


def draw(name: str, page: Page) -> None:
    page.mouse.move(0, 0)
    page.get_by_label("Enter additional headers in JSON format").evaluate_all(
        "boxes => boxes.map(box => box.scrollTop = 18)"
    )
    page.screenshot(path=PICTURES / f"open-webui-{name}.png", animations="disabled")
    print(f"{name} at {time.strftime('%H:%M:%S')}", flush=True)


def code(machine: Machine) -> str:
    """What an authenticator would show now."""
    uri = json.loads(machine.stillwatch("approvals", "enroll", "--json", check=True).stdout)["uri"]
    secret = parse_qs(urlsplit(uri).query)["secret"][0]
    return code_at(base64.b32decode(secret + "=" * (-len(secret) % 8)), int(time.time()) // STEP)


def configuration() -> str:
    """A real model for each tier, where the installed service keeps them."""
    tiers = (f'[llm.{tier}]\nmodel = "/var/lib/stillwatch/models/{file}"\n' for tier, file in MODELS.items())
    return 'autonomy = "suggest"\n' + "".join(tiers)


def main() -> int:
    fault = scenario.load(FAULT)
    open_webui.program()  # fetched while this thread still has the host's network
    with tempfile.TemporaryDirectory() as folder, Machine(kernel_log=fault.kernel_log) as machine, machine.network():
        shop = open_shop(machine, SEED)
        machine.write(CONFIGURATION, configuration())
        install(machine, policy(shop))
        for file in MODELS.values():
            own = {"STILLWATCH_MODEL_DIR": ""}  # the models of the service, not those that tests share
            machine.stillwatch("models", "import", str(MODELS_INSIDE / file), env=own, timeout=120, check=True)
        machine.run(["systemctl", "restart", "stillwatch.service"])
        estate = Estate(machine=machine, shop=shop, fault=fault, level="suggest")
        fault.inject(machine, shop)
        (waiting,) = estate.wait(estate.waiting, "a proposal to wait for a person")
        estate.wait(lambda: estate.json("status")["tiers"]["meta"]["state"] == "ready", "the models", seconds=240)
        with window.connected(machine, Path(folder), draw) as person:
            person.page.set_viewport_size({"width": 1200, "height": 900})
            person.page.set_default_timeout(MODEL_MILLISECONDS)
            window.expect.set_options(timeout=MODEL_MILLISECONDS)
            person.send("What's wrong?")
            person.rows.nth(1).wait_for()
            print(person.answer(), *person.shown()[:4], sep="\n", flush=True)
            person.page.get_by_role("button", name="Voice mode").wait_for()
            draw("answer", person.page)
            print(person.ask(f"approve {waiting['id']} {code(machine)}"))
            person.page.get_by_role("button", name="Voice mode").wait_for()
            draw("approval", person.page)
            person.send("What changed since yesterday?")
            person.rows.last.get_by_text("looking:").wait_for()
            draw("looking", person.page)
            print(person.answer())
    return 0


if __name__ == "__main__":
    sys.exit(main())

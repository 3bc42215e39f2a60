"""`stillwatch up`: everything in one terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stillwatch.cli.everywhere import door
from stillwatch.cli.parser import Command

if TYPE_CHECKING:
    from stillwatch.app import App
    from stillwatch.llm.servers import LlamaServers


def up() -> int:
    """Starts a llama-server for each model and looks after them until Ctrl-C. One user runs everything, so nothing is
    changed on the host.

    examples:
      stillwatch up
      stillwatch up --state-dir /tmp/trial --runtime-dir /tmp/trial/run
    """
    import asyncio

    return asyncio.run(_until_told(door.app()))


async def _until_told(app: App) -> int:
    """Serve until SIGINT or SIGTERM; both are the usual end. Raises NotReachable if no tier can be served."""
    import asyncio
    import contextlib
    import signal

    from stillwatch.llm.servers import LlamaServers

    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        async with LlamaServers(app.config.llm, app.places, app.clock, progress=_say, supervise=True) as servers:
            _tell_where(servers)
            await asyncio.Event().wait()
    _say("stopped")
    return 0


def _tell_where(servers: LlamaServers) -> None:
    from stillwatch.cli.paper import line, put
    from stillwatch.cli.show_report import TIER_STYLES
    from stillwatch.cli.text import one_line
    from stillwatch.errors import NotReachable
    from stillwatch.records.chat import TIERS

    states = {tier: servers.state(tier) for tier in TIERS}
    if not any(state == "ready" for state, _ in states.values()):
        reasons = "; ".join(dict.fromkeys(why for _, why in states.values()))
        raise NotReachable(f"no model can be served: {reasons}", next_step="'stillwatch doctor' says what is missing")
    for tier, (state, why) in states.items():
        model = servers.model(tier)
        where = f"{servers.url(tier)} {model.name if model else ''}" if state == "ready" else one_line(why, 300)
        put([line(f"{tier:<8}", (f"{state:<8}", TIER_STYLES[state]), where, hang=16)])
    _say("Ctrl-C stops everything that was started here")


def _say(message: str) -> None:
    from stillwatch.cli.paper import line, put
    from stillwatch.cli.text import one_line

    put([line((one_line(message, 400), "dim"))])


command = Command(run=up)

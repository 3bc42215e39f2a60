"""`stillwatch pause`: the kill switch."""

from __future__ import annotations

from stillwatch.cli.global_options import door
from stillwatch.cli.parser import Command, json_option


def pause(*, as_json: bool) -> int:
    """A running change is completed; nothing new starts, not even after a restart.

    example:
      stillwatch pause
    """
    from stillwatch.cli.terminal import line, put, put_json
    from stillwatch.gate.client import ask
    from stillwatch.views.gate import PAUSE

    reply = ask(door.app().paths, PAUSE)
    if as_json:
        put_json(reply)
    else:
        put([line(("paused", "bold yellow"), ": nothing new is begun until 'stillwatch resume'")])
    return 0


command = Command(run=pause, arguments=json_option)

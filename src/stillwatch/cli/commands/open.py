"""`stillwatch open`: a link that logs a browser in."""

from __future__ import annotations

import os
import socket
from urllib.parse import urlsplit

from stillwatch.cli.global_options import door
from stillwatch.cli.parser import Command, json_option
from stillwatch.errors import NotReachable


def open_page(*, as_json: bool) -> int:
    """The link works once, within five minutes; the browser may then look for twelve hours, and change nothing.

    exit code: 0 here is the link, 5 no daemon runs here

    example:
      stillwatch open
    """
    from stillwatch.cli.terminal import line, put, put_json
    from stillwatch.service.through_daemon import ThroughDaemon
    from stillwatch.views.command import LinkView

    service = door.app().service()
    if not isinstance(service, ThroughDaemon):
        raise NotReachable("no daemon runs here that you may speak with", next_step="`stillwatch up` starts one")
    url = service.say("open", str)
    if as_json:
        put_json(LinkView(url))
        return 0
    put([line(url), line(("open it in a browser on this machine; it works once, for five minutes", "dim"))])
    if os.environ.get("SSH_CONNECTION"):
        port = urlsplit(url).port
        way = f"ssh -L {port}:127.0.0.1:{port} {socket.gethostname()}"
        put([line((f"from where you sit, first: {way}", "dim"))])
    return 0


command = Command(run=open_page, arguments=json_option)

"""`stillwatch backup`: the state of daemon and gate in one file."""

from __future__ import annotations

import argparse

from stillwatch.cli.global_options import door
from stillwatch.cli.parser import Command, json_option


def backup(*, file: str, as_json: bool) -> int:
    """Write what is remembered, keys, approvals and the audit record into a new file that only you may read. Daemon and
    gate may run meanwhile. Models and the configuration in /etc/stillwatch are not in it.

    example:
      stillwatch backup /root/stillwatch.tar.gz
    """
    import socket
    from pathlib import Path

    from stillwatch.admin.backup import back_up
    from stillwatch.cli.terminal import line, put, put_json
    from stillwatch.cli.text import plural, size

    app = door.app(ignore_config=True)
    manifest = back_up(app.paths, Path(file), host=socket.gethostname(), now=app.clock.now())
    if as_json:
        put_json(manifest)
        return 0
    octets = sum(kept.size for kept in manifest.files)
    put([line(f"{file}: {plural(len(manifest.files), 'file')}, {size(octets)} before packing. It holds secrets.")])
    return 0


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a new file, a .tar.gz")
    json_option(parser)


command = Command(run=backup, arguments=_arguments, of_service=True)

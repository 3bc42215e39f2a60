"""`stillwatch keys`: who may use port 8083."""

from __future__ import annotations

import argparse

from stillwatch.cli.global_options import door
from stillwatch.cli.parser import Command, Group, json_option


def _create_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--scope", choices=("read", "chat"), required=True, help="read: look; chat: talk, propose, pause"
    )
    json_option(parser)


def create(*, scope: str, as_json: bool) -> int:
    """Make a key and show it, this once. No key can approve anything.

    example:
      stillwatch keys create --scope chat
    """
    from stillwatch.cli.terminal import line, put, put_json
    from stillwatch.serve.http.keys import KeyRing
    from stillwatch.views.command import KeyMadeView

    app = door.app()
    key_id, key = KeyRing(app.paths.state).create("chat" if scope == "chat" else "read", app.clock.now())
    if as_json:
        put_json(KeyMadeView(key_id, key))
        return 0
    put([line((key, "bold")), line(f"{key_id}, scope {scope}. It is shown this once; keep it like a password.")])
    return 0


def list_keys(*, as_json: bool) -> int:
    """List the keys: id, scope and when they were made. The keys themselves are kept nowhere.

    example:
      stillwatch keys list --json
    """
    from stillwatch.cli.terminal import line, put, put_json
    from stillwatch.cli.text import local_time
    from stillwatch.records.iso import iso
    from stillwatch.serve.http.keys import KeyRing
    from stillwatch.views.command import KeyView

    keys = KeyRing(door.app().paths.state).all()
    if as_json:
        put_json([KeyView(key.id, key.scope, iso(key.created)) for key in keys])
        return 0
    put([line((key.id, "bold"), f"  {key.scope}  {local_time(key.created)}") for key in keys])
    if not keys:
        put([line("no keys; 'stillwatch keys create --scope chat' makes one")])
    return 0


def _revoke_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="as `keys list` shows it")
    json_option(parser)


def revoke(*, id: str, as_json: bool) -> int:
    """Make a key worthless, from the next request on.

    example:
      stillwatch keys revoke K-3f9a10bc
    """
    from stillwatch.cli.terminal import line, put, put_json
    from stillwatch.serve.http.keys import KeyRing
    from stillwatch.views.command import KeyRevokedView

    KeyRing(door.app().paths.state).revoke(id)
    if as_json:
        put_json(KeyRevokedView(id))
    else:
        put([line("revoked")])
    return 0


command = Group(
    help="""\
    Keys for port 8083: chat windows, scripts, MCP clients. Without a subcommand it lists them.

    example:
      stillwatch keys create --scope chat
    """,
    members={
        "create": Command(run=create, arguments=_create_arguments, of_service=True),
        "list": Command(run=list_keys, arguments=json_option, of_service=True),
        "revoke": Command(run=revoke, arguments=_revoke_arguments, of_service=True),
    },
)

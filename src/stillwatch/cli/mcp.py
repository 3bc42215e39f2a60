"""`stillwatch mcp`: the administrator's tools for an MCP client that starts this command."""

from __future__ import annotations

import argparse

from stillwatch.cli.everywhere import door
from stillwatch.cli.parser import Command


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--read-only", action="store_true", help="offer looks and resources, no proposals")


def serve(*, read_only: bool) -> int:
    """Speaks MCP on stdin and stdout until stdin ends. Looks and proposes; never approves or carries out.

    example, in a client's configuration:
      {"command": "stillwatch", "args": ["mcp"]}
    """
    import asyncio

    from stillwatch.serve.mcp_stdio import serve_stdio

    asyncio.run(serve_stdio(door.app().desk(), may_propose=not read_only))
    return 0


command = Command(run=serve, arguments=arguments)

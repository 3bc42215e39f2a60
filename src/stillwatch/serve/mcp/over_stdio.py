"""MCP over stdin and stdout, for a client on this machine that starts it itself."""

from __future__ import annotations

from mcp.server.stdio import stdio_server

from stillwatch.chat.conversation import Desk
from stillwatch.serve.mcp.server import McpFace


async def serve_stdio(desk: Desk, *, may_propose: bool = True) -> None:
    """Serve until stdin ends. Who may start it may propose: the gate checks the uid of whoever asks it."""
    server = McpFace(desk=desk, may_propose=lambda: may_propose).server()
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())

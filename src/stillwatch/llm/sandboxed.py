"""A model server in a sandbox of systemd's, as a user of its own, asked of the model program (helpers/llama.py).

Its connection is the leash: when it closes, however we end, the server ends. So an installed daemon runs no model, and
what could be made of a fault in one has neither the daemon's files nor its doors.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
from pathlib import Path

from stillwatch.errors import NotReachable
from stillwatch.helpers.llama import END
from stillwatch.llm.key import read_key
from stillwatch.llm.running import STOP_SECONDS, Launch, RunningServer

DOOR = Path("/run/stillwatch-helpers/llama.sock")
LONGEST_LINE = 1 << 16


class Sandboxed(RunningServer):
    """Its process is not ours to see; what it says and how it ended come over the connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        super().__init__()
        self._reader, self._writer = reader, writer
        self._end = asyncio.create_task(self._listen())
        self._refused = ""

    @classmethod
    async def start(cls, launch: Launch, door: Path = DOOR, *, owner: int = 0) -> Sandboxed:
        """owner: the uid that must stand behind the socket (systemd's). Raises NotReachable with the next step."""
        try:
            reader, writer = await asyncio.open_unix_connection(str(door), limit=LONGEST_LINE)
        except OSError as error:
            why = f"the model program cannot be asked ({door}: {error.strerror or error})"
            raise NotReachable(why, next_step="stillwatch install") from error
        link: socket.socket = writer.get_extra_info("socket")
        if struct.unpack("3i", link.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[1] != owner:
            writer.close()
            raise NotReachable(f"{door} is not systemd's", next_step="stillwatch install")
        request = {
            "serve": "model",
            "file": str(launch.model),
            "port": launch.port,
            "key": read_key(launch.key_file),
            "context": launch.context,
            "threads": launch.threads,
            "gpu_layers": launch.gpu_layers,
        }
        writer.write(json.dumps(request).encode() + b"\n")
        return cls(reader, writer)

    @property
    def running(self) -> bool:
        return not self._end.done()

    async def ended(self) -> int:
        return await asyncio.shield(self._end)

    async def why_ended(self) -> str:
        await self.ended()
        return self._refused or await super().why_ended()

    async def stop(self) -> None:
        """The last word that we can say; the model program ends the server and then itself."""
        with contextlib.suppress(OSError):
            if self._writer.can_write_eof():
                self._writer.write_eof()
        await self.ended_within(STOP_SECONDS)
        self._writer.close()
        self._end.cancel()

    async def _listen(self) -> int:
        """Lines until the last one. A connection that breaks is a server that was killed."""
        with contextlib.suppress(OSError):
            while line := await self._line():
                if not line.startswith(END):
                    self.hear(line)
                    continue
                how, _, message = line[1:].decode(errors="replace").strip().partition(" ")
                if how == "engine":
                    self.engine = message
                    continue
                if how == "ended":
                    return int(message)
                self._refused = message
                return 1
        return -9

    async def _line(self) -> bytes:
        try:
            return await self._reader.readuntil(b"\n")
        except asyncio.IncompleteReadError as error:
            return error.partial
        except asyncio.LimitOverrunError as error:
            return await self._reader.read(error.consumed)

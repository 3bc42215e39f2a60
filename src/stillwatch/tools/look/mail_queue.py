"""Mail that waits to be sent: how many messages lie in the queue of Postfix, Exim or sendmail."""

from __future__ import annotations

from stillwatch.host.root_only import mail_queues
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread
from stillwatch.tools.unit_states import state_lines, states

SERVICES = ("postfix.service", "postfix@-.service", "exim4.service", "exim.service", "sendmail.service")


class Arguments(Tool, frozen=True):
    """Mail that waits to be sent: how many messages lie in the queue of Postfix, Exim or sendmail."""

    async def look(self, reader: HostReader) -> Look:
        servers = await states(reader, SERVICES)
        rows = await in_thread(lambda: mail_queues(reader.root))
        lines = state_lines(servers, "no mail server is loaded")
        lines += [
            f"{row['folder']}: {'may not be read' if row['count'] is None else str(row['count']) + ' messages'}"
            for row in rows
        ]
        return Look("\n".join(lines) or "no mail server on this host", {"services": servers, "queues": rows})

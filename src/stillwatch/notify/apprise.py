"""Notifications through Apprise: mail, ntfy, Matrix, Telegram, … by URL."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from stillwatch.untrusted.redact import safe_text

LOG = logging.getLogger(__name__)
TITLE_CHARACTERS = 200
BODY_CHARACTERS = 2_000


class AppriseNotifier:
    """ports.Notifier. urls: Apprise's; none: nobody is told. What leaves is redacted and cleaned first (R17)."""

    def __init__(self, urls: Sequence[str]) -> None:
        self._urls = tuple(urls)

    async def tell(self, title: str, body: str) -> None:
        if not self._urls:
            return
        import apprise  # 60 ms and 20 MB that a host without notifications need not pay

        door = apprise.Apprise()
        for url in self._urls:
            if not door.add(url):
                LOG.warning("a notification URL is not understood by Apprise; see `stillwatch doctor`")
        try:
            sent = bool(
                await door.async_notify(title=safe_text(title, TITLE_CHARACTERS), body=safe_text(body, BODY_CHARACTERS))
            )
        except Exception as error:
            sent = False
            LOG.warning("notification failed: %s", type(error).__name__)
        if not sent:
            LOG.warning("a notification could not be delivered")

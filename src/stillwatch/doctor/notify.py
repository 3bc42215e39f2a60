"""Whether people can be told: what the doctor sees without sending anything."""

from __future__ import annotations

from stillwatch.config import Config
from stillwatch.errors import StillwatchError
from stillwatch.notify.apprise import all_urls
from stillwatch.records.report import Checked


def notifications(config: Config) -> Checked:
    """Each URL must be one that Apprise understands; whether it delivers, `stillwatch notify test` tells."""
    try:
        urls = all_urls(config.notify)
    except StillwatchError as error:
        return Checked(topic="notifications", ok=False, text=f"[notify] urls_file: {error}", mend=error.next_step)
    if not urls:
        return Checked(topic="notifications", ok=True, text="none: nobody is told, incidents wait to be looked at")
    from apprise import Apprise

    odd = [number for number, url in enumerate(urls, 1) if not Apprise().add(url)]
    if odd:
        text = f"[notify] urls: Apprise does not understand entry {', '.join(map(str, odd))}"
        return Checked(topic="notifications", ok=False, text=text, mend="stillwatch config check")
    text = f"{len(urls)} configured; 'stillwatch notify test' sends a message to each"
    return Checked(topic="notifications", ok=True, text=text)

"""`stillwatch notify`: whether people are reached."""

from __future__ import annotations

from stillwatch.cli.global_options import door
from stillwatch.cli.parser import Command, Group, json_option


def test(*, as_json: bool) -> int:
    """Send a test message to every URL of [notify] in the configuration.

    exit code: 0 all were delivered, 1 at least one was not

    example:
      stillwatch notify test
    """
    import socket

    from stillwatch.cli.terminal import line, put, put_json, work
    from stillwatch.errors import WrongUsage
    from stillwatch.notify.apprise import Delivery, all_urls, channels
    from stillwatch.untrusted import for_notice
    from stillwatch.views.command import DeliveryView

    known = channels(all_urls(door.app().config.notify))
    if not known:
        raise WrongUsage(
            "no notification is configured", next_step="[notify] urls in stillwatch.toml takes Apprise URLs"
        )

    async def send() -> list[Delivery]:
        title = for_notice.title(f"{socket.gethostname()}: a test of Stillwatch")
        body = for_notice.body("Notifications from this host arrive here.")
        return [await channel.send(title, body) for channel in known]

    deliveries = work(lambda _: send(), quiet=as_json)
    results = list(zip(known, deliveries, strict=True))
    if as_json:
        put_json([DeliveryView(to.name, one.sent, one.why or None) for to, one in results])
    for to, one in results if not as_json else ():
        sign = ("\u2713 ", "green") if one.sent else ("\u2717 ", "bold red")
        put([line(sign, f"{to.name}: {'delivered' if one.sent else one.why}", hang=2)])
    return 0 if all(one.sent for one in deliveries) else 1


command = Group(
    help="""\
    They go to the URLs of [notify] in the configuration.

    example:
      stillwatch notify test
    """,
    members={"test": Command(run=test, arguments=json_option)},
    default=None,
)

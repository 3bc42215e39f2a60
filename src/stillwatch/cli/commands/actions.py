"""`stillwatch actions`: the typed actions that there are."""

from __future__ import annotations

from typing import Final

from stillwatch.cli.parser import Command, Group, json_option

BACK: Final = {True: "can be taken back", False: "cannot be taken back"}


def list_actions(*, as_json: bool) -> int:
    """List the actions with their risk and arguments; nothing else can ever be done.

    example:
      stillwatch actions list --json
    """
    from stillwatch.admin.actions import actions as catalogue
    from stillwatch.cli.show.proposal import RISK_STYLES
    from stillwatch.cli.terminal import line, put, put_json
    from stillwatch.untrusted.for_terminal import one_line

    actions = catalogue()
    if as_json:
        put_json(actions)
        return 0
    for action in actions:
        names = [name if facts["required"] else f"[{name}]" for name, facts in action.arguments.items()]
        risk = (f"  {action.risk} risk", RISK_STYLES[action.risk])
        put([line((action.name, "bold"), risk, (f"  {', '.join(names)}" if names else "", "cyan"), hang=4)])
        put([line(f"{one_line(action.description, 400)} It {BACK[bool(action.undoes)]}.", indent=4)])
    return 0


command = Group(
    help="""\
    Without a subcommand it lists them. The policy file says which may be done to what.

    example:
      stillwatch actions
    """,
    members={"list": Command(run=list_actions, arguments=json_option)},
)

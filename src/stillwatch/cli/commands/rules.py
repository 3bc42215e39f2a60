"""`stillwatch rules`: what notices faults, and whether it does on its own samples."""

from __future__ import annotations

from stillwatch.cli.global_options import door
from stillwatch.cli.parser import Command, Group, json_option


def list_rules(*, as_json: bool) -> int:
    """List the rules: severity, name, and what each says.

    example:
      stillwatch rules list --json
    """
    from stillwatch.cli.show.incident import SEVERITY_STYLES
    from stillwatch.cli.terminal import line, put, put_json
    from stillwatch.untrusted.for_terminal import one_line
    from stillwatch.views.command import RuleView

    rules = door.app().service().rules()
    if as_json:
        put_json([RuleView(rule.id, rule.severity, rule.summary, rule.cause or None) for rule in rules])
        return 0
    width = max((len(rule.id) for rule in rules), default=0)
    put(
        line(
            (f"{rule.severity:<9}", SEVERITY_STYLES[rule.severity]),
            (f"{rule.id:<{width}}  ", "bold"),
            one_line(rule.summary, 200),
            hang=width + 11,
        )
        for rule in rules
    )
    return 0


def test_rules(*, as_json: bool) -> int:
    """Test every rule on its own samples; exit code 1 if one fails.

    example:
      stillwatch rules test
    """
    from stillwatch.cli.terminal import line, put, put_json
    from stillwatch.cli.text import plural
    from stillwatch.untrusted.for_terminal import one_line
    from stillwatch.views.command import RulesTestedView

    service = door.app().service()
    count, problems = len(service.rules()), list(service.test_rules())
    if as_json:
        put_json(RulesTestedView(ok=not problems, rules=count, problems=problems))
    else:
        put(line(("✗ ", "red"), one_line(problem, 400), hang=2) for problem in problems)
        good = f"{plural(count, 'rule')} tested, all as their samples say"
        put(
            [line((f"{plural(len(problems), 'problem')} in {plural(count, 'rule')}", "bold red") if problems else good)]
        )
    return 1 if problems else 0


command = Group(
    help="""\
    Without a subcommand it lists them. Your own rules go into /etc/stillwatch/rules.d/, a TOML file each.

    examples:
      stillwatch rules
      stillwatch rules test
    """,
    members={
        "list": Command(run=list_rules, arguments=json_option),
        "test": Command(run=test_rules, arguments=json_option),
    },
)

from __future__ import annotations

from stillwatch.records.line import Line
from stillwatch.records.trigger import Trigger
from stillwatch.watch import relations
from stillwatch.watch.monitor import Watcher
from stillwatch.watch.relations import Firing, Relations
from stillwatch.watch.rule import Rule


def rule(name: str, match: str, **more: object) -> Rule:
    fixed = {"id": name, "match": match, "severity": "high", "summary": "{subject}", "subject": "{disk}"}
    return Rule(**{**fixed, **more})  # type: ignore[arg-type]


DISK = rule("disk-error", r"error on (?P<disk>sd[a-z])")
SWAP = rule("swap-lost", r"swap lost on (?P<disk>sd[a-z])", needs=("disk-*",), window=60.0)
QUIET = rule("file-error", r"file lost on (?P<disk>sd[a-z])", excludes=("disk-error",), window=60.0)


def seen(*lines: tuple[float, str], rules: tuple[Rule, ...] = (DISK, SWAP, QUIET)) -> list[tuple[str, str]]:
    return told(Watcher(rules, host="h").see([Line(at, text.encode(), "kernel") for at, text in lines]).triggers)


def told(triggers: tuple[Trigger, ...]) -> list[tuple[str, str]]:
    return sorted((trigger.rule, trigger.subject) for trigger in triggers)


def test_a_rule_that_needs_another_fires_only_with_it() -> None:
    assert seen((0.0, "swap lost on sda")) == []
    assert ("swap-lost", "sda") in seen((0.0, "swap lost on sda"), (30.0, "error on sdb"))
    assert ("swap-lost", "sda") not in seen((0.0, "swap lost on sda"), (90.0, "error on sdb"))


def test_what_lacks_another_waits_for_it() -> None:
    watcher = Watcher((DISK, SWAP), host="h")
    assert watcher.see([Line(0.0, b"swap lost on sda", "kernel")]).triggers == ()
    later = watcher.see([Line(30.0, b"error on sda", "kernel")]).triggers
    assert told(later) == [("disk-error", "sda"), ("swap-lost", "sda")]


def test_what_another_told_of_the_same_thing_is_dropped() -> None:
    assert seen((0.0, "file lost on sda"), (1.0, "error on sda")) == [("disk-error", "sda")]
    assert ("file-error", "sda") in seen((0.0, "file lost on sda"), (1.0, "error on sdb"))
    assert ("file-error", "sda") in seen((0.0, "error on sda"), (90.0, "file lost on sda"))


def test_a_general_rule_leaves_the_line_to_the_others() -> None:
    vague = rule("any-loss", r"lost on (?P<disk>sd[a-z])", general=True)
    rules = (DISK, vague, rule("file-error", r"file lost on (?P<disk>sd[a-z])"))
    assert seen((0.0, "file lost on sda"), (0.0, "hope lost on sdb"), rules=rules) == [
        ("any-loss", "sdb"),
        ("file-error", "sda"),
    ]


def test_the_oldest_is_forgotten_first() -> None:
    memory = Relations()
    for number in range(relations.REMEMBERED + 1):
        memory.note(Firing(rule=DISK, things=frozenset({f"sd{number}"}), first=0.0, last=0.0))
    assert not memory.retires(Firing(rule=QUIET, things=frozenset({"sd0"}), first=0.0, last=0.0))
    assert memory.retires(Firing(rule=QUIET, things=frozenset({"sd1"}), first=0.0, last=0.0))


def test_of_two_that_give_way_to_each_other_one_is_left() -> None:
    modest = tuple(rule(name, r"(?P<disk>sd[a-z]) is lost", excludes=("*",)) for name in ("one-word", "two-words"))
    assert len(seen((0.0, "sda is lost"), rules=modest)) == 1

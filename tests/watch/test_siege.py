from __future__ import annotations

from stillwatch.records.line import Line
from stillwatch.records.trigger import Severity
from stillwatch.watch.monitor import Watcher
from stillwatch.watch.prefilter import Prefilter


def lines(*texts: str, program: str = "sshd", apart: float = 2.0) -> list[Line]:
    return [Line(1_700_000_000.0 + number * apart, text.encode(), program) for number, text in enumerate(texts)]


def failed(source: str, user: str = "root") -> str:
    return f"Failed password for {user} from {source} port 52144 ssh2"


def test_an_attack_is_one_trigger_that_names_all_who_failed_often(prefilter: Prefilter) -> None:
    texts = [failed("203.0.113.7")] * 12 + [failed("203.0.113.8", "ann")] * 6 + [failed("203.0.113.9")]
    (trigger,) = Watcher(prefilter, host="h").see(lines(*texts)).triggers
    assert (trigger.rule, trigger.severity, trigger.subject) == ("login-brute-force", Severity.medium, "sshd")
    assert trigger.cause == "brute-force"
    assert trigger.fields["sources"].startswith("203.0.113.7 12×, 203.0.113.8 6×")
    assert trigger.fields["users"] == "root, ann"
    assert "none" in trigger.fields["outcome"]


def test_a_single_failure_is_told_and_no_alarm(prefilter: Prefilter) -> None:
    (trigger,) = Watcher(prefilter, host="h").see(lines(failed("203.0.113.7"))).triggers
    assert trigger.severity == Severity.info
    assert trigger.fields["source"] == "203.0.113.7" and trigger.fields["user"] == "root"


def test_an_attacker_who_gets_in_is_the_worst_of_it(prefilter: Prefilter) -> None:
    texts = [*[failed("203.0.113.7")] * 8, "Accepted password for root from 203.0.113.7 port 52144 ssh2"]
    worst, attack, *_ = Watcher(prefilter, host="h").see(lines(*texts)).triggers
    assert (worst.rule, worst.severity, worst.subject) == ("login-after-guessing", Severity.high, "sshd")
    assert worst.fields["user"] == "root" and worst.fields["failures"] == "8"
    assert "203.0.113.7" in attack.fields["outcome"]


def test_who_gets_in_later_is_told_then(prefilter: Prefilter) -> None:
    watcher = Watcher(prefilter, host="h")
    watcher.see(lines(*[failed("203.0.113.7")] * 8))
    accepted = Line(1_700_000_100.0, b"Accepted password for root from 203.0.113.7 port 52144 ssh2", "sshd")
    assert Severity.high in {trigger.severity for trigger in watcher.see([accepted]).triggers}


def test_the_machine_itself_is_not_accused_of_guessing(prefilter: Prefilter) -> None:
    (trigger,) = Watcher(prefilter, host="h").see(lines(*[failed("127.0.0.1", "backup")] * 9)).triggers
    assert trigger.cause == "login-failed" and "backup" in trigger.summary


def test_each_connection_of_a_socket_is_the_same_service(prefilter: Prefilter) -> None:
    unit = b"sshd@%d-192.0.2.10:22-203.0.113.7:5%04d.service"
    seen = [
        Line(line.at, line.raw, (unit % (n, n)).decode(), "journal", {"_SYSTEMD_UNIT": unit % (n, n)})
        for n, line in enumerate(lines(*[failed("203.0.113.7")] * 8))
    ]
    (trigger,) = Watcher(prefilter, host="h").see(seen).triggers
    assert (trigger.subject, trigger.severity) == ("sshd@.service", Severity.medium)


def test_an_address_is_one_however_it_is_written(prefilter: Prefilter) -> None:
    texts = [failed("::ffff:203.0.113.7")] * 4 + [failed("203.0.113.7")] * 4
    (trigger,) = Watcher(prefilter, host="h").see(lines(*texts)).triggers
    assert trigger.fields["sources"] == "203.0.113.7 8×"


def test_who_tries_one_account_from_many_addresses_is_named_too(prefilter: Prefilter) -> None:
    texts = [failed(f"203.0.113.{number}") for number in range(12)]
    (trigger,) = Watcher(prefilter, host="h").see(lines(*texts)).triggers
    assert (trigger.severity, trigger.cause) == (Severity.medium, "brute-force")
    assert "root" in trigger.summary and "12 addresses" in trigger.summary
    assert all(f"203.0.113.{number} " in trigger.fields["sources"] for number in range(12))


def test_whoever_of_the_named_logs_in_is_never_called_nobody(prefilter: Prefilter) -> None:
    accepted = "Accepted password for root from 203.0.113.3 port 52144 ssh2"
    texts = [*(failed(f"203.0.113.{number}") for number in range(12)), accepted]
    trigger, *_ = Watcher(prefilter, host="h").see(lines(*texts)).triggers
    assert "203.0.113.3" in trigger.fields["outcome"]


def test_a_log_that_names_no_program_is_told_in_whole_sentences(prefilter: Prefilter) -> None:
    texts = ["login failure for user root from 203.0.113.7 via telnet"] * 8
    (trigger,) = Watcher(prefilter, host="h").see(lines(*texts, program="")).triggers
    assert trigger.fields["sources"].startswith("203.0.113.7 8×")
    assert "  " not in trigger.summary and " :" not in trigger.summary

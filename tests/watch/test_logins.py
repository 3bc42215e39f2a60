from __future__ import annotations

from stillwatch.records.line import Line
from stillwatch.watch.logins import (
    ALL_SOURCES,
    CALM,
    CROWD,
    FEW,
    IDLE,
    MANY,
    REFUSALS,
    SERVICES,
    SOURCES,
    SPREAD,
    WINDOW,
    Crowd,
    Login,
    Logins,
    Siege,
)


def login(at: float, source: str = "203.0.113.7", **changes: object) -> Login:
    plain: dict[str, object] = {"form": "a-rule", "service": "sshd", "user": "root", "source": source}
    return Login(line=Line(at, b"refused", "sshd"), **{**plain, **changes})  # type: ignore[arg-type]


def failing(times: int, *, apart: float = 1.0, **changes: object) -> Logins:
    logins = Logins()
    for number in range(times):
        logins.fail(login(number * apart, **changes))
    return logins


def names(siege: Siege) -> list[str]:
    return [address for address, _ in siege.sources]


def test_a_few_failures_of_one_source_are_an_attack_and_one_less_is_none() -> None:
    assert not list(failing(FEW - 1).sieges())
    (siege,) = failing(FEW).sieges()
    assert names(siege) == ["203.0.113.7"]


def test_slow_failures_are_an_attack_once_they_are_many() -> None:
    assert not list(failing(MANY - 1, apart=WINDOW).sieges())
    assert list(failing(MANY, apart=WINDOW).sieges())


def test_a_source_that_was_quiet_for_long_is_new_again() -> None:
    logins = failing(FEW - 1)
    logins.fail(login(IDLE * 2))
    assert not list(logins.sieges())


def test_what_was_not_told_yet_is_kept_however_old_it_is() -> None:
    logins = failing(FEW)
    logins.fail(login(IDLE * 30))
    (siege,) = logins.sieges()
    assert dict(siege.sources)["203.0.113.7"].failures == FEW + 1
    assert siege.known.attempts == FEW + 1


def test_a_line_without_an_address_repeats_one_that_has_it() -> None:
    logins = failing(FEW)
    for number in range(FEW):
        logins.fail(login(number, "", form="b-rule"))
    (siege,) = logins.sieges()
    assert names(siege) == ["203.0.113.7"]


def test_one_attempt_that_several_lines_tell_counts_once() -> None:
    logins = Logins()
    for number in range(FEW - 1):
        for form in ("failed-password", "invalid-user", "pam"):
            logins.fail(login(number, form=form))
    assert not list(logins.sieges())


def test_a_line_that_tells_of_many_attempts_counts_as_many() -> None:
    logins = Logins()
    logins.fail(login(0.0, times=FEW))
    assert list(logins.sieges())


def test_all_who_failed_often_are_named_the_worst_first_and_the_others_counted() -> None:
    logins = failing(FEW)
    for number in range(FEW + 3):
        logins.fail(login(number * WINDOW, "203.0.113.8"))
    logins.fail(login(1.0, "203.0.113.9"))
    (siege,) = logins.sieges()
    assert names(siege) == ["203.0.113.8", "203.0.113.7"]
    assert siege.others == 1


def test_refusals_must_be_more_and_private_addresses_are_checks_of_ones_own() -> None:
    assert not list(failing(FEW, refused=True).sieges())
    assert list(failing(REFUSALS, refused=True).sieges())
    assert not list(failing(MANY, refused=True, source="10.0.0.5").sieges())


def test_knocks_do_not_add_to_failed_log_ins() -> None:
    logins = failing(REFUSALS, refused=True, form="knock")
    for number in range(FEW):
        logins.fail(login(number))
    (siege,) = logins.sieges()
    assert dict(siege.sources)["203.0.113.7"].failures == FEW


def test_one_account_tried_from_many_addresses_is_an_attack() -> None:
    logins = Logins()
    for number in range(SPREAD):
        logins.fail(login(number, f"203.0.113.{number}"))
    (siege,) = logins.sieges()
    assert siege.known.spread == "root" and len(siege.sources) == SPREAD


def test_many_accounts_tried_from_many_addresses_are_an_attack() -> None:
    logins = Logins()
    for number in range(CROWD):
        logins.fail(login(number, f"203.0.113.{number}", user=f"u{number}"))
    (siege,) = logins.sieges()
    assert siege.known.spread == "*"


def test_what_was_told_is_told_again_only_when_something_is_new() -> None:
    logins = failing(FEW)
    assert list(logins.sieges()) and not list(logins.sieges())
    logins.fail(login(9.0))
    assert list(logins.sieges())


def test_after_a_calm_hour_another_attack_begins() -> None:
    logins = failing(FEW)
    list(logins.sieges())
    for number in range(FEW):
        logins.fail(login(CALM * 2 + number))
    (siege,) = logins.sieges()
    assert (siege.known.first, siege.known.attempts) == (CALM * 2, FEW)


def test_who_guessed_and_is_let_in_has_won() -> None:
    logins = failing(FEW)
    logins.accept(login(9.0, user="ann"))
    ((service, entry),) = logins.won()
    assert (service, entry.user, entry.failures) == ("sshd", "ann", FEW)
    assert not logins.won()


def test_who_was_let_in_before_or_did_not_guess_has_not_won() -> None:
    logins = Logins()
    logins.accept(login(0.0, user="ann"))
    for number in range(FEW):
        logins.fail(login(1.0 + number, user="bob"))
    logins.accept(login(9.0, user="ann"))
    logins.accept(login(9.0, "203.0.113.8", user="bob"))
    assert not logins.won()


def test_behind_a_shared_address_only_the_account_that_was_tried_counts() -> None:
    logins = failing(FEW, source="127.0.0.1")
    logins.accept(login(9.0, "127.0.0.1", user="ann"))
    assert not logins.won()
    logins.accept(login(9.0, "127.0.0.1", user="root"))
    assert logins.won()


def test_memory_is_bounded_and_who_guesses_is_forgotten_last() -> None:
    logins = failing(FEW)
    for number in range(SOURCES + 500):
        logins.fail(login(10.0 + number * WINDOW / SOURCES, f"2001:db8::{number:x}", user=f"u{number}"))
    for number in range(SERVICES * 2):
        logins.fail(login(WINDOW, service=f"s{number}", form=f"f{number}"))
    assert len(logins._sources) <= SOURCES and len(logins._services) <= SERVICES


def test_all_hosts_together_are_bounded_too() -> None:
    crowd = Crowd()
    hosts = [Logins(crowd) for _ in range(2 * ALL_SOURCES // SOURCES)]
    for logins in hosts:
        for number in range(SOURCES):
            logins.fail(login(0.0, f"2001:db8::{number:x}"))
    assert crowd.sources <= ALL_SOURCES + len(hosts)
    for logins in hosts:
        logins.forget()
    assert crowd.sources == 0


def test_forgotten_sources_are_counted() -> None:
    logins = failing(FEW)
    for number in range(SOURCES + 10):
        logins.fail(login(10.0, f"2001:db8::{number:x}", user=f"u{number}"))
    (siege,) = logins.sieges()
    assert names(siege) == ["203.0.113.7"]
    assert siege.others == SOURCES + 10

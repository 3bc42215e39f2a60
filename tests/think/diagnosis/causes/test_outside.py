from __future__ import annotations

from dataclasses import replace

from .scene import AT, Looks, ask, files, trigger, unit

TIMER = unit("cert-renew.timer", kind="timer", enabled="disabled", active_state="inactive", exec_start=())
OFF = trigger("timer-disabled", subject="cert-renew.timer", trusted=True)


async def test_a_certificate_expired_because_its_renewal_is_off() -> None:
    expired = trigger("certificate-expired", "certificate expired")
    _, said = await ask(expired, OFF, units=(unit(active_state="active"), TIMER))
    assert said.cause is not None
    assert (said.cause.id, said.cause.object) == ("certificate-expired", "cert-renew.timer")
    assert said.proposal is not None
    assert (said.proposal.action, said.proposal.target) == ("enable_timer", "cert-renew.timer")


async def test_a_timer_that_should_run() -> None:
    _, said = await ask(OFF, units=(TIMER,), subject="cert-renew.timer", key="h/timer-disabled/cert-renew.timer")
    assert said.cause is not None and said.cause.id == "timer-disabled"
    assert said.confidence >= 0.9
    assert said.proposal is not None


async def test_a_dangling_resolver_file() -> None:
    lost = trigger("name-resolution", "cannot resolve")
    _, said = await ask(lost, looks=Looks(file_metadata=files()), units=(), subject="/etc/resolv.conf")
    assert said.cause is not None and said.cause.object == "/etc/resolv.conf"
    assert said.confidence >= 0.9


async def test_a_flood_that_was_counted() -> None:
    _, said = await ask(trigger("log-flood", trusted=True), units=(unit(active_state="active"),))
    assert said.cause is not None and said.cause.id == "log-flood"
    assert said.proposal is not None and said.proposal.action == "restart_unit"


async def test_the_source_of_guessed_passwords_is_told_and_is_no_target() -> None:
    guess = trigger("brute-force", "Failed password", subject="ssh.service", source="203.0.113.9")
    _, said = await ask(guess, subject="ssh.service", key="h/brute-force/ssh.service", units=())
    assert said.cause is not None and said.cause.object == "203.0.113.9"
    assert said.proposal is None


async def test_what_no_longer_runs_is_told_with_when_it_last_did() -> None:
    timer = unit(
        "cert-renew.timer",
        kind="timer",
        enabled="disabled",
        active_state="inactive",
        exec_start=(),
        triggers=("cert-renew.service",),
        active_at=AT - 7200,
    )
    _, said = await ask(OFF, units=(timer,), subject="cert-renew.timer", key="h/timer-disabled/cert-renew.timer")
    assert said.cause is not None
    assert (
        "2 hours ago" in said.cause.text and "disabled" in said.cause.text and "cert-renew.service" in said.cause.text
    )
    still = unit("cert-renew.timer", kind="timer", enabled="disabled", active_state="active", exec_start=())
    _, said = await ask(OFF, units=(still,), subject="cert-renew.timer", key="h/timer-disabled/cert-renew.timer")
    assert said.cause is not None and "next boot" in said.cause.text


async def test_a_masked_timer_is_told_and_not_proposed() -> None:
    masked = unit("cert-renew.timer", kind="timer", enabled="masked", active_state="inactive", exec_start=())
    _, said = await ask(OFF, units=(masked,), subject="cert-renew.timer", key="h/timer-disabled/cert-renew.timer")
    assert said.proposal is None


async def test_a_flood_that_has_ended_is_over_and_restarts_nothing() -> None:
    flood = replace(trigger("log-flood", trusted=True), first=AT - 30, last=AT - 20)
    _, said = await ask(flood, units=(unit(active_state="active"),))
    assert said.over and said.proposal is None

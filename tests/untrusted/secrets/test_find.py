"""All kinds of secrets together: the samples both ways, what holds for any text, and work that stays linear."""

from __future__ import annotations

import itertools
import string
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.untrusted.redact import redact
from stillwatch.untrusted.secrets.find import Finder, finder
from stillwatch.untrusted.secrets.span import Detector, Span
from tests.untrusted.secrets.samples import Sample, samples, survivors

OPEN, KEPT = tuple(samples("open")), tuple(samples("kept"))
NAMES = ("password", "DB_PASSWORD", "apiKey", "client_secret", "passwort", "access_token", "MYSQL_ROOT_PASSWORD")
FORMS = (
    "{}={}", "{}='{}'", '"{}": "{}"', '\\"{}\\": \\"{}\\"', "{}: '{}'", "?x=1&{}={}&y=2", "--{} '{}'", '{} => "{}"',
)  # fmt: skip
REPEATED = (
    "-----BEGIN", "-----BEGIN PRIVATE KEY-----", "-----BEGIN RSA PRIVATE KEY-----\nMIIE", 'password="', "password='",
    "token=", "a=", "a:", "://a:", "https://a:b@", "@", "\\", '\\"', "=", ":", "password: ", "sk-", "eyJ", "mysql -p",
    "--token ", "password is ", "cookie: a=", "authorization: ", "AKIA", '{"password":"', "%3D", "$6$", "<password>",
    "secret ", "echo a|", "password=((((", "a_a_", "K10abcdef01::", "name=password value=", "recovery codes: 1234-",
    "INTO a(key)VALUES(", "INTO a(key)VALUES(''", "INTO a(key)VALUES((", "INTO a(key)VALUES(',",
    "-key,.", "key=\u201c", "curl -u ",
    "a_pw ", "a_pw Aa1b2c3d ", "chpasswd <<E ", "sudo -S <<E ", "sudo -S ", "p%61ss", "%3Fp%61ss%3D",
    "?cookie::", ",name=key value=.",
)  # fmt: skip


def passed(group: tuple[Sample, ...]) -> list[str]:
    return [sample.text for sample in group if survivors(sample, redact(sample.text))]


def altered(group: tuple[Sample, ...]) -> list[str]:
    return [sample.text for sample in group if not sample.secrets and redact(sample.text) != sample.text]


def test_there_are_enough_samples_and_no_kind_is_in_both_halves() -> None:
    assert len(OPEN) + len(KEPT) >= 600
    assert not {sample.kind for sample in OPEN} & {sample.kind for sample in KEPT}


def test_no_secret_of_the_open_half_survives_and_nothing_harmless_is_altered() -> None:
    assert (passed(OPEN), altered(OPEN)) == ([], [])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_of_the_kept_half_almost_no_secret_survives_and_almost_nothing_harmless_is_altered(seed: int) -> None:
    drawn = tuple(samples("kept", seed))
    secret = sum(bool(sample.secrets) for sample in drawn)
    assert len(passed(drawn)) <= 0.01 * secret, passed(drawn)
    assert len(altered(drawn)) <= 0.01 * (len(drawn) - secret), altered(drawn)


def test_redacting_twice_changes_nothing() -> None:
    once = {sample.text: redact(sample.text) for sample in (*OPEN, *KEPT)}
    assert {text: again for text, clean in once.items() if (again := redact(clean)) != clean} == {}


PIECES = st.sampled_from(
    ("password", "=", ": ", '"', "'", "\\", "token", "://", "@", " ", "a1B2c3D4e5", "-p ", "mysql ", "[redacted:jwt]",
     "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "eyJhbGciOiJIUzI1NiJ9.e30.x9", "secret", "Bearer ",
     "\n", "{", "}", ",", "&", "%3D", "<", ">", "cookie: ", "authorization: ", "card 4111111111111111", "is ")
)  # fmt: skip


@given(st.lists(PIECES | st.text(max_size=8), max_size=30).map("".join))
@settings(max_examples=400, deadline=None)
def test_any_text_is_stable(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


@given(
    st.sampled_from(NAMES),
    st.text(string.ascii_letters + string.digits + "!#%+*~^_-.", min_size=8, max_size=30),
    st.sampled_from(FORMS),
    st.sampled_from(("", "2025-01-01 shop[1]: ", "{", "x=1 ")),
)  # fmt: skip
@settings(max_examples=800, deadline=None)
def test_a_drawn_password_never_survives_in_any_quoting(name: str, middle: str, form: str, before: str) -> None:
    secret = f"Q7{middle}z9K"
    assert secret not in redact(before + form.format(name, secret) + " done")


@given(st.text(string.ascii_lowercase + string.digits + " .,:=()[]/", max_size=200))
@settings(max_examples=500, deadline=None)
def test_spans_are_in_order_and_apart(text: str) -> None:
    spans = finder().find(text + " password=hunter2secret token=abc123def456")
    assert all(first.end <= second.start for first, second in itertools.pairwise(spans))


@pytest.mark.timeout(60)
@pytest.mark.parametrize("piece", REPEATED)
def test_no_text_makes_more_than_linear_work(piece: str) -> None:
    redact((piece * 100_000)[:100_000])


@pytest.mark.timeout(20)
@pytest.mark.parametrize("sign", string.punctuation + " x1")
@pytest.mark.parametrize("begin", ["password=", "--token '"])
def test_r41_no_value_makes_more_than_linear_work(begin: str, sign: str) -> None:
    """What is worse does not come to its end: neither where the value is of one sign nor where another ends it."""
    assert redact(f"{begin}{sign * 8_000}y")


def test_what_overlaps_is_one_span_under_the_surest_name() -> None:
    detectors = (
        Detector(("b",), lambda _: iter([Span(1, 4, "sure")])),
        Detector(("a",), lambda _: iter([Span(0, 3, "less"), Span(5, 6, "apart")])),
    )
    assert Finder(detectors).find("abcdef") == [Span(0, 4, "sure"), Span(5, 6, "apart")]


def test_what_is_compiled_is_kept_and_found_again() -> None:
    kept: dict[str, bytes] = {}
    shelf = SimpleNamespace(get=kept.get, put=kept.__setitem__)
    detectors = (Detector(("a",), lambda _: iter([Span(0, 1, "a")])),)
    assert Finder(detectors, shelf).find("a") == [Span(0, 1, "a")]
    (key,) = kept
    assert Finder(detectors, shelf).find("a") == [Span(0, 1, "a")] and list(kept) == [key]
    kept[key] = b"not what was kept"
    assert Finder(detectors, shelf).find("a") == [Span(0, 1, "a")]


def test_a_text_without_a_sign_is_not_searched() -> None:
    def never(text: str) -> object:
        raise AssertionError(text)

    assert Finder([Detector(("secret",), never)]).find("nothing here") == []  # type: ignore[arg-type]

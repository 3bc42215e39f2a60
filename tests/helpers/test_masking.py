from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from stillwatch.helpers import masking
from stillwatch.helpers.child import Ended
from stillwatch.helpers.masking import mask_again, mask_of, unmask
from stillwatch.helpers.request import HalfDone, RequestRefused

Write = Callable[[str], Path]
DB = "db.service"


class Host:
    """PID 1 as far as it is asked here; code, deaf: how systemctl ends, and whether it then has done nothing."""

    def __init__(self) -> None:
        self.facts = {"Id": DB, "UnitFileState": "masked", "ActiveState": "inactive"}
        self.code, self.deaf = 0, False
        self.called: list[list[str]] = []

    def asked(self, unit: str) -> dict[str, str]:
        return self.facts

    def run(self, argv: list[str], **_: object) -> Ended:
        self.called.append(argv[3:])
        if not self.deaf:
            self.facts["UnitFileState"] = "disabled" if argv[3] == "unmask" else "masked"
        return Ended(code=self.code, text="")


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, policy: Write) -> Host:
    host = Host()
    monkeypatch.setattr(masking, "unit_facts", host.asked)
    monkeypatch.setattr(masking, "run", host.run)
    monkeypatch.setattr(masking, "BELOW", (str(tmp_path),))
    (tmp_path / DB).write_text("[Service]\nExecStart=/usr/bin/db \\\n  --serve\n")
    policy(f'[[needed]]\nunit = "{DB}"\n')
    return host


def test_the_mask_is_taken_away_and_put_back(host: Host, tmp_path: Path) -> None:
    assert mask_of(DB) == {"unit": DB, "mask": "masked", "file": str(tmp_path / DB)}
    unmask(DB)
    assert mask_of(DB)["mask"] == ""
    mask_again(DB, "masked")
    assert host.called == [["unmask", "--", DB], ["mask", "--", DB]]
    host.facts["UnitFileState"] = "masked-runtime"
    unmask(DB)
    assert host.called[-1] == ["unmask", "--runtime", "--", DB]


def test_r39_what_is_not_declared_not_masked_or_nothing_without_its_mask(host: Host, tmp_path: Path) -> None:
    with pytest.raises(RequestRefused):
        unmask("web.service")
    host.facts["UnitFileState"] = "enabled"
    with pytest.raises(RequestRefused):
        unmask(DB)
    (tmp_path / DB).unlink()
    with pytest.raises(RequestRefused):
        mask_of(DB)
    assert host.called == []


def test_r40_a_unit_that_is_protected_by_its_name_or_by_what_it_would_run(
    host: Host, tmp_path: Path, policy: Write
) -> None:
    (tmp_path / DB).write_text("[Service]\nExecStartPre=/bin/true\nExecStart=-/usr/sbin/sshd -D\n")
    with pytest.raises(RequestRefused):
        unmask(DB)
    policy(f'protected = ["db*"]\n[[needed]]\nunit = "{DB}"\n')
    (tmp_path / DB).write_text("[Service]\nExecStart=/usr/bin/db\n")
    with pytest.raises(RequestRefused):
        unmask(DB)
    assert host.called == []


@pytest.mark.parametrize(
    ("state", "runs", "mask"),
    [("masked", "inactive", "masked"), ("disabled", "active", "masked"), ("disabled", "inactive", "--force")],
)
def test_r39_a_mask_is_put_back_only_on_what_has_none_and_does_not_run(
    host: Host, state: str, runs: str, mask: str
) -> None:
    host.facts |= {"UnitFileState": state, "ActiveState": runs}
    with pytest.raises(RequestRefused):
        mask_again(DB, mask)
    assert host.called == []


def test_r29_a_systemctl_that_fails(host: Host) -> None:
    host.code, host.deaf = 1, True
    with pytest.raises(RequestRefused):
        unmask(DB)
    host.deaf = False
    with pytest.raises(HalfDone):
        unmask(DB)


@pytest.mark.parametrize("folder", [f"{DB}.d", "service.d", "db-.service.d"])
def test_r40_a_drop_in_that_would_make_it_run_a_way_in(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, policy: Write, folder: str
) -> None:
    monkeypatch.setattr(masking, "DROP_INS", (str(tmp_path / "etc"),))
    name = "db-main.service" if folder.startswith("db-") else DB
    (tmp_path / "db-main.service").write_text((tmp_path / DB).read_text())
    policy(f'[[needed]]\nunit = "{name}"\n')
    (tmp_path / "etc" / folder).mkdir(parents=True)
    (tmp_path / "etc" / folder / "more.conf").write_text("[Service]\nExecStartPost=/usr/sbin/sshd\n")
    with pytest.raises(RequestRefused):
        unmask(name)
    assert host.called == []


@pytest.mark.parametrize("real", ["rsyslog.service", "vault.service"])
def test_r36_a_mask_over_another_name_of_a_protected_unit(host: Host, tmp_path: Path, policy: Write, real: str) -> None:
    """A masked alias is a unit of its own to PID 1; without its mask it is the other."""
    policy(f'protected = ["vault.*"]\n[[needed]]\nunit = "{DB}"\n')
    (tmp_path / DB).rename(tmp_path / real)
    (tmp_path / DB).symlink_to(real)
    with pytest.raises(RequestRefused):
        unmask(DB)
    assert host.called == []


def test_r35_what_another_unit_upholds_would_be_started_with_it(host: Host) -> None:
    host.facts["UpheldBy"] = "shop.service"
    with pytest.raises(RequestRefused):
        unmask(DB)
    assert host.called == []

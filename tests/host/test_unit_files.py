from __future__ import annotations

from pathlib import Path

from stillwatch.host.unit_files import in_state, installed


def test_what_has_a_file_of_its_own_without_templates(tmp_path: Path) -> None:
    for name in ("b.timer", "a.timer", "t@.timer", "x.service", "d.timer.d"):
        (tmp_path / name).touch()
    places = [str(tmp_path), "/no/such/place"]
    assert installed(".timer", places) == ["a.timer", "b.timer"]
    assert installed(".service", places) == ["x.service"]


def test_what_is_switched_on_off_and_masked(tmp_path: Path) -> None:
    own, brought = tmp_path / "etc/systemd/system", tmp_path / "usr/lib/systemd/system"
    (own / "multi-user.target.wants").mkdir(parents=True)
    brought.mkdir(parents=True)
    for name in ("on.service", "off.service", "gone.service"):
        (brought / name).write_text("[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n")
    (brought / "static.service").write_text("[Service]\nExecStart=/bin/true\n")
    (own / "multi-user.target.wants/on.service").symlink_to(brought / "on.service")
    (own / "gone.service").symlink_to("/dev/null")
    found = {state: in_state(state, tmp_path) for state in ("enabled", "disabled", "masked")}  # type: ignore[arg-type]
    assert found == {"enabled": ["on.service"], "disabled": ["off.service"], "masked": ["gone.service"]}

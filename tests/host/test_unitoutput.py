from __future__ import annotations

from pathlib import Path

from stillwatch.host.unitoutput import outputs_of_all


def test_where_units_send_what_they_say(tmp_path: Path) -> None:
    units = tmp_path / "etc/systemd/system"
    (units / "feed.service.d").mkdir(parents=True)
    for name, said in (
        ("shop.service", "StandardOutput=append:/srv/shop/out.txt\nStandardError=journal"),
        ("feed.service.d/log.conf", "StandardError = file:/srv/feed.err"),
        ("job@.service", "StandardOutput=append:/srv/%i.txt"),
    ):
        text = said.replace("/srv", f"{tmp_path}/srv")
        (units / name).write_text(f"[Service]\n{text}\n")
    for name in ("srv/shop/out.txt", "srv/feed.err", "srv/%i.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    mine = {f"{tmp_path}/srv/feed.err": "feed.service", f"{tmp_path}/srv/shop/out.txt": "shop.service"}
    assert outputs_of_all(tmp_path) == mine
    (units / "other.service").write_text(f"[Service]\nStandardError=append:{tmp_path}/srv/feed.err\n")
    assert outputs_of_all(tmp_path) == {**mine, f"{tmp_path}/srv/feed.err": ""}

"""R36: which declared paths are one file or folder, as the kernel has it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from stillwatch.helpers.request import RequestRefused
from stillwatch.helpers.same_place import same_as

Write = Callable[[str], Path]
FILES = '[[files]]\nname = "{name}"\npath = "{path}"\ntest = ["/usr/bin/true"]\nunit = "a.service"\n'


@pytest.fixture
def tree(tmp_path: Path, policy: Write) -> Path:
    """app is to be mounted at bound, too; conf is below both, and absent is nowhere."""
    for name in ("app", "bound", "other"):
        (tmp_path / name).mkdir()
    (tmp_path / "app/conf").touch()
    places = ("app/conf", "bound/conf", "app/absent", "bound/absent", "other/conf", "other/absent")
    files = "".join(FILES.format(name=f"f{number}", path=tmp_path / one) for number, one in enumerate(places))
    mounts = "".join(f'[[mounts]]\npath = "{tmp_path}/{one}"\n' for one in ("app", "bound", "other"))
    backups = f'[[backups]]\nunit = "b.service"\nprotects = ["{tmp_path}/app/conf", "a.service"]\n'
    policy(files + mounts + backups)
    return tmp_path


def test_r36_what_is_not_mounted_twice_is_itself_alone(tree: Path) -> None:
    for one in ("app", "app/conf", "app/absent", "other/absent"):
        assert same_as(f"{tree}/{one}") == {"paths": [f"{tree}/{one}"]}


@pytest.mark.parametrize("name", ["", "/conf", "/absent"])
def test_r36_a_bind_mount_makes_two_paths_one(tree: Path, name: str) -> None:
    asks = (
        "import json, sys; from pathlib import Path; from stillwatch.helpers import policyfile, same_place;"
        "policyfile.POLICY = Path(sys.argv[1]); print(json.dumps(same_place.same_as(sys.argv[2])))"
    )
    bind = 'mount --bind "$1/app" "$1/bound" && exec "$2" -c "$3" "$1/policy.toml" "$1/bound$4"'
    argv = ["unshare", "--mount", "sh", "-c", bind, "sh", str(tree), sys.executable, asks, name]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == {"paths": [f"{tree}/app{name}", f"{tree}/bound{name}"]}


def test_r36_a_link_on_the_way_makes_nothing_one_and_a_broken_table_hides_no_other(tree: Path, policy: Write) -> None:
    (tree / "bound").rmdir()
    (tree / "bound").symlink_to("app")
    assert same_as(f"{tree}/app/conf") == {"paths": [f"{tree}/app/conf"]}
    policy(f'[[files]]\npath = "/etc"\n[[mounts]]\npath = "{tree}/app"\n')
    assert same_as(f"{tree}/app") == {"paths": [f"{tree}/app"]}


def test_r39_only_declared_paths_are_compared(tree: Path) -> None:
    with pytest.raises(RequestRefused):
        same_as("/etc/shadow")

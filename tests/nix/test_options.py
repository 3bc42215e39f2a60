"""Each option of services.stillwatch: it is forced, it is changed, and what changes with it is seen."""

from __future__ import annotations

from typing import Any

import pytest

from stillwatch.gate.policy import LEVELS
from stillwatch.records.chat import TIERS
from tests.support.nix import Nix, NixProblem

pytestmark = pytest.mark.process
TIER = {
    "enable": "false",
    "model": '"qwen3-8b"',
    "port": "9999",
    "contextSize": "8192",
    "threads": "3",
    "gpuLayers": "7",
    "extraFlags": '[ "--flash-attn" "on" ]',
    "package": 't.pkgs.other "llama-mine"',
}
CHANGES = {
    "enable": "t.lib.mkForce false",
    "package": 't.pkgs.other "stillwatch-mine"',
    "autonomy": '"auto-safe"',
    "settings": '{ watch.logs = [ "/var/log/nginx/error.log" ]; }',
    "policy": '{ timers = [ { unit = "logrotate.timer"; } ]; }',
    "allowedUnits": '[ "nginx.service" ]',
    "acceleration": '"cuda"',
    "configRepo": '"/etc/nixos"',
    "api.enable": "false",
    "api.host": '"::1"',
    "api.port": "9083",
    "api.openFirewall": "true",
    "api.keyFile": '"/run/agenix/keys"',
    "notify.urlsFile": '"/run/secrets/urls"',
    **{f"tiers.{tier}.{option}": value for tier in TIERS for option, value in TIER.items()},
}
"""Option → another value than its default."""
NEEDS = {"api.openFirewall": 'api.host = "192.0.2.1"; api.keyFile = "/run/agenix/keys"; '}
"""What else must be so for a value to be allowed; it is so before, too."""
OF_SUBMODULES = {f"tiers.{tier}" for tier in TIERS}


def other_parts(nix: Nix, changes: dict[str, str], needs: dict[str, str]) -> dict[str, list[str]]:
    """Name of a change → what of the system differs by it. One evaluation for all."""
    each = " ".join(
        f'"{name}" = differs (s {{ {needs.get(name, "")} }}) (s {{ {needs.get(name, "")} {change} }});'
        for name, change in changes.items()
    )
    return dict(
        nix.evaluate(f"""
        let
          t = {nix.tests()};
          s = settings: t.render {{ services.stillwatch = t.lib.mkMerge [ {{ enable = true; }} settings ]; }};
          names = a: b: t.lib.unique (builtins.attrNames a ++ builtins.attrNames b);
          other = a: b: builtins.filter (n: (a.${{n}} or null) != (b.${{n}} or null)) (names a b);
          differs = a: b: other a.units b.units ++ builtins.filter (n: n != "units") (other a b);
        in {{ {each} }}
        """)
    )


def test_every_option_is_described_changed_and_has_an_effect(nix: Nix) -> None:
    told = {one["name"].removeprefix("services.stillwatch."): one for one in nix.evaluate(f"({nix.tests()}).options")}
    assert set(told) == set(CHANGES) | OF_SUBMODULES
    assert not [name for name, one in told.items() if not one["description"].strip().endswith(".")]
    differing = other_parts(nix, {name: f"{name} = {value};" for name, value in CHANGES.items()}, NEEDS)
    assert not [name for name in CHANGES if not differing[name]]
    assert not [
        name
        for name in CHANGES
        if name.startswith("tiers.") and f"llama-{name.split('.')[1]}.service" not in differing[name]
    ]


@pytest.mark.parametrize(
    ("option", "values"),
    [("autonomy", LEVELS), ("acceleration", ("cpu", "cuda", "rocm", "vulkan"))],
)
def test_every_value_of_a_choice_is_its_own(nix: Nix, option: str, values: tuple[str, ...]) -> None:
    many = [nix.render(f'{option} = "{value}";') for value in values]
    assert len({str(one) for one in many}) == len(values)


WRONG = {
    'autonomy = "yolo"': "`services.stillwatch.autonomy' is not of type `one of",
    'acceleration = "metal"': "`services.stillwatch.acceleration' is not of type",
    "tiers.meta.enable = 3": "is not of type `boolean'",
    "autonomie = 3": "The option `services.stillwatch.autonomie' does not exist",
    "tiers.boss = { }": "The option `services.stillwatch.tiers.boss' does not exist",
    "tiers.meta.prt = 3": "The option `services.stillwatch.tiers.meta.prt' does not exist",
    'tiers.meta.model = "gpt-9"': "`services.stillwatch.tiers.meta.model' is not of type",
    'tiers.meta.model = "/home/ann/x.gguf"': "tiers.*.model: /home/ann/x.gguf cannot be seen by a service",
    "tiers.meta.contextSize = 1": "`services.stillwatch.tiers.meta.contextSize' is not of type",
    "tiers.meta.port = 70000": "integer between 1 and 65535",
    "tiers.meta.port = 8080": "tiers.meta and tiers.trigger have the same port",
    "api.port = 8082": "have the same port",
    'tiers.meta.extraFlags = [ "--host" "0.0.0.0" ]': "extraFlags: --host is what this module decides itself",
    'tiers.meta.extraFlags = [ "--tools=all" ]': "extraFlags: --tools=all is what",
    'api.host = "0.0.0.0"': "api.host: 0.0.0.0 is open to others, so api.keyFile must name a file",
    "api.openFirewall = true": "api.openFirewall: nothing listens for others",
    "api.keyFile = ./.": "`services.stillwatch.api.keyFile' is not of type `null or absolute path as a string'",
    'api.keyFile = "keys"': "absolute path as a string",
    'notify.urlsFile = builtins.toFile "urls" "json://a/"': "a file of the Nix store can be read by everybody",
    "settings.api.prt = 1": "settings: `api.prt` is no key that there is; there are allowed_hosts, enabled, host",
    "settings.autonomie = 1": "settings: `autonomie` is no key",
    "settings.api.port = 1": "has conflicting definition values",
    "settings.keep.megabytes = 0": "settings: `keep.megabytes` is 0, and at least 1",
    "settings.watch.logs = [ 3 ]": "settings: `watch.logs[0]` is 3, and must be of the type string",
    "settings.watch.journal = true": "settings: `watch.journal` is true",
    'allowedUnits = [ "*.service" ]': "is not of type",
    'policy.rule = [ { name = "x"; verdict = "yes"; } ]': 'policy: `rule[0].verdict` is "yes", and may be',
    'policy.rule = [ { name = "X Y"; verdict = "ask"; } ]': "policy: `rule[0].name` is \"X Y\", which does not match",
    "policy.files = [ { } ]": "policy: `files[0].name` is missing",
}  # fmt: skip


@pytest.mark.parametrize("settings", WRONG)
def test_what_is_wrong_is_said_in_a_sentence(nix: Nix, settings: str) -> None:
    with pytest.raises(NixProblem) as said:
        nix.render(f"{settings};")
    assert WRONG[settings] in " ".join(str(said.value).split())


def test_no_module_of_ours_is_there_unless_it_is_wanted(nix: Nix) -> None:
    nothing: dict[str, Any] = nix.evaluate(f"({nix.tests()}).render {{ }}")
    assert nothing["units"] == {} and nothing["etc"] == {} and nothing["users"] == {} and not nothing["polkit"]

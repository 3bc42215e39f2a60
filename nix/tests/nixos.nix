# The options of NixOS that nix/module.nix sets, with NixOS's types, and the unit files that NixOS would write.
{ config, lib, ... }:
let
  inherit (lib) concatLists concatStringsSep isList mapAttrs mapAttrs' mapAttrsToList mkOption nameValuePair optionalAttrs types;
  list = type: mkOption { type = types.listOf type; default = [ ]; };
  # Several lists are one list; several other values must be the same.
  unitOption = types.either (types.listOf (types.either types.str types.path)) (types.oneOf [ types.bool types.int types.str types.path ]);
  keys = mkOption { type = types.attrsOf unitOption; default = { }; };
  unit = {
    description = mkOption { type = types.str; default = ""; };
    after = list types.str;
    before = list types.str;
    wants = list types.str;
    requires = list types.str;
    wantedBy = list types.str;
    restartTriggers = list types.unspecified;
    unitConfig = keys;
  };
  units = more: mkOption { type = types.attrsOf (types.submodule { options = unit // more; }); default = { }; };
  bool = default: mkOption { type = types.bool; inherit default; };

  section = name: keys: concatStringsSep "\n" ([ "[${name}]" ] ++ concatLists (mapAttrsToList (key: value: map (one: "${key}=${said one}") (if isList value then value else [ value ])) keys) ++ [ "" ]);
  said = value: if value == true then "true" else if value == false then "false" else toString value;
  joined = key: words: optionalAttrs (words != [ ]) { ${key} = concatStringsSep " " words; };
  text = unit: name: keys: concatStringsSep "\n" [
    (section "Unit" (unit.unitConfig // optionalAttrs (unit.description != "") { Description = unit.description; }
      // joined "After" unit.after // joined "Before" unit.before // joined "Wants" unit.wants // joined "Requires" unit.requires
      // joined "X-Restart-Triggers" (map toString unit.restartTriggers)))
    (section name (keys // optionalAttrs (!(unit.restartIfChanged or true)) { X-RestartIfChanged = "false"; }))
  ];
  render = kind: name: keys: mapAttrs' (stem: unit: nameValuePair "${stem}.${kind}" {
    inherit (unit) wantedBy;
    text = text unit name unit.${keys};
  });
in
{
  options = {
    assertions = list types.unspecified;
    environment.etc = mkOption {
      default = { };
      type = types.attrsOf (types.submodule {
        options.source = mkOption { type = types.path; default = "/text"; };
        options.text = mkOption { type = types.str; default = ""; };
        options.mode = mkOption { type = types.str; default = "symlink"; };
      });
    };
    virtualisation = mkOption { type = types.attrsOf types.int; default = { }; };
    environment.systemPackages = list types.package;
    networking.firewall.allowedTCPPorts = list types.port;
    security.polkit.enable = bool false;
    systemd.services = units { serviceConfig = keys; restartIfChanged = bool true; stopIfChanged = bool true; };
    systemd.sockets = units { socketConfig = keys; };
    systemd.timers = units { timerConfig = keys; };
    systemd.tmpfiles.rules = list types.str;
    users.groups = mkOption { type = types.attrsOf (types.submodule { }); default = { }; };
    users.users = mkOption {
      default = { };
      type = types.attrsOf (types.submodule {
        options = {
          isSystemUser = bool false;
          group = mkOption { type = types.str; default = ""; };
          description = mkOption { type = types.str; default = ""; };
          home = mkOption { type = types.path; default = "/var/empty"; };
          extraGroups = list types.str;
        };
      });
    };
    rendered = mkOption { type = types.raw; readOnly = true; };
  };
  config.rendered =
    let failed = lib.filter (one: !one.assertion) config.assertions; in
    if failed != [ ] then throw "Failed assertions:\n${concatStringsSep "\n" (map (one: "- ${one.message}") failed)}"
    else {
      units = render "service" "Service" "serviceConfig" config.systemd.services
        // render "socket" "Socket" "socketConfig" config.systemd.sockets
        // render "timer" "Timer" "timerConfig" config.systemd.timers;
      etc = mapAttrs (_: file: toString file.source) config.environment.etc;
      packages = map toString config.environment.systemPackages;
      ports = config.networking.firewall.allowedTCPPorts;
      polkit = config.security.polkit.enable;
      tmpfiles = config.systemd.tmpfiles.rules;
      inherit (config.users) users;
      groups = lib.attrNames config.users.groups;
    };
}

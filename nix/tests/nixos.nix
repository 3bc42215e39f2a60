# The options of NixOS that nix/module.nix sets, with NixOS's types, and the unit files that NixOS would write.
{ config, lib, pkgs, ... }:
let
  inherit (lib) concatLists concatStringsSep isList mapAttrs mapAttrs' mapAttrsToList mkOption nameValuePair optionalAttrs types;
  list = type: mkOption { type = types.listOf type; default = [ ]; };
  # Either all definitions are lists, and become one, or all are one value.
  unitOption = types.mkOptionType {
    name = "systemd option";
    merge = loc: defs:
      let isLists = map (def: isList def.value) defs; in
      if lib.all (x: x) isLists then lib.concatMap (def: def.value) defs
      else if lib.any (x: x) isLists then throw "The definitions for systemd unit options should be either all lists or all non-lists: ${lib.concatStringsSep "." loc}"
      else (lib.foldl' (first: def: if def.value == first.value then first else throw "The option `${lib.concatStringsSep "." loc}' has conflicting definition values") (lib.head defs) defs).value;
  };
  keys = mkOption { type = types.attrsOf unitOption; default = { }; };
  known = {
    Type = [ "exec" "simple" "forking" "oneshot" "dbus" "notify" "notify-reload" "idle" ];
    Restart = [ "no" "on-success" "on-failure" "on-abnormal" "on-abort" "always" ];
  };
  serviceKeys = mkOption {
    default = { };
    type = types.addCheck (types.attrsOf unitOption) (set: lib.all (key: !(set ? ${key}) || lib.elem set.${key} known.${key}) (lib.attrNames known));
  };
  unitName = types.strMatching "[a-zA-Z0-9@%:_.\\-]+[.](service|socket|device|mount|automount|swap|target|path|timer|scope|slice)";
  passwdEntry = type: types.addCheck type (text: !(lib.hasInfix ":" text || lib.hasInfix "\n" text));
  unit = {
    description = mkOption { type = types.singleLineStr; default = ""; };
    after = list unitName;
    before = list unitName;
    wants = list unitName;
    requires = list unitName;
    wantedBy = list unitName;
    restartTriggers = list types.unspecified;
    unitConfig = keys;
  };
  units = more: mkOption { type = types.attrsOf (types.submodule { options = unit // more; }); default = { }; };
  bool = default: mkOption { type = types.bool; inherit default; };

  section = name: keys: concatStringsSep "\n" ([ "[${name}]" ] ++ concatLists (mapAttrsToList (key: value: map (one: "${key}=${said one}") (if isList value then value else [ value ])) keys) ++ [ "" ]);
  # What each service finds: a few packages, and none of ours.
  path = concatStringsSep ":" (map (name: "${pkgs.other name}/bin") [ "coreutils" "findutils" "gnugrep" "gnused" "systemd" ]);
  said = value: if value == true then "true" else if value == false then "false" else toString value;
  joined = key: words: optionalAttrs (words != [ ]) { ${key} = concatStringsSep " " words; };
  text = unit: name: keys: concatStringsSep "\n" [
    (section "Unit" (unit.unitConfig // optionalAttrs (unit.description != "") { Description = unit.description; }
      // joined "After" unit.after // joined "Before" unit.before // joined "Wants" unit.wants // joined "Requires" unit.requires
      // joined "X-Restart-Triggers" (map toString unit.restartTriggers)))
    (section name (keys // optionalAttrs (name == "Service") { Environment = [ ''"PATH=${path}"'' ] ++ lib.toList (keys.Environment or [ ]); }
      // optionalAttrs (!(unit.restartIfChanged or true)) { X-RestartIfChanged = "false"; }))
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
        options.text = mkOption { type = types.lines; default = ""; };
        options.mode = mkOption { type = types.str; default = "symlink"; };
      });
    };
    virtualisation = mkOption { type = types.attrsOf types.int; default = { }; };
    environment.systemPackages = list types.package;
    networking.firewall.allowedTCPPorts = list types.port;
    security.polkit.enable = bool false;
    systemd.services = units { serviceConfig = serviceKeys; restartIfChanged = bool true; stopIfChanged = bool true; };
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
          description = mkOption { type = passwdEntry types.str; default = ""; };
          home = mkOption { type = passwdEntry types.path; default = "/var/empty"; };
          extraGroups = list types.str;
        };
      });
    };
    rendered = mkOption { type = types.raw; readOnly = true; };
  };
  # What NixOS itself asserts of accounts, and warns of in units.
  config.assertions = lib.concatLists (mapAttrsToList (name: user: [
    { assertion = user.isSystemUser; message = "Exactly one of users.users.${name}.isSystemUser and users.users.${name}.isNormalUser must be set."; }
    { assertion = config.users.groups ? ${user.group}; message = "users.users.${name}.group is unset or no group."; }
    { assertion = lib.stringLength name < 32; message = "Username '${name}' is longer than 31 characters."; }
  ]) config.users.users) ++ mapAttrsToList (name: unit: {
    assertion = lib.elem "network-online.target" unit.after -> lib.elem "network-online.target" (unit.wants ++ unit.requires);
    message = "${name}.service is ordered after 'network-online.target' but doesn't depend on it";
  }) config.systemd.services ++ mapAttrsToList (name: unit: {
    assertion = !(unit.serviceConfig.Type or "" == "oneshot" && lib.elem (unit.serviceConfig.Restart or "no") [ "always" "on-success" ]);
    message = "Service '${name}.service' with 'Type=oneshot' cannot have 'Restart=always' or 'Restart=on-success'";
  }) config.systemd.services;
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

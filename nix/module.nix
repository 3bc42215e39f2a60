# services.stillwatch on NixOS. Units, users, directories and ports come from the table that Debian's come from.
{ config, lib, pkgs, ... }:
let
  inherit (lib) concatMap concatStringsSep filterAttrs genAttrs hasSuffix mapAttrs mapAttrs' nameValuePair optional optionalAttrs optionals splitString;
  cfg = config.services.stillwatch;
  table = import ./table.nix { inherit lib; };
  schema = name: import ./schema.nix { inherit lib; } (lib.importJSON ../docs/reference/${name}.schema.json);
  toml = pkgs.formats.toml { };
  catalogue = lib.importTOML ../src/stillwatch/llm/models.toml;
  models = "/var/lib/stillwatch/models";
  handed = "/run/credentials/stillwatch.service";
  python = "${cfg.package.python}/bin/python3";
  tiers = filterAttrs (_: tier: tier.enable) cfg.tiers;
  accelerated = cfg.acceleration != "cpu";

  # --- stillwatch.toml and policy.toml, read by the program itself before they are part of a system

  settings = {
    inherit (cfg) autonomy;
    api = { enabled = cfg.api.enable; inherit (cfg.api) host port; }
      // optionalAttrs (cfg.api.keyFile != null) { key_file = "${handed}/api-keys"; };
    llm = mapAttrs (_: tier: if tier.enable then {
      url = "http://127.0.0.1:${toString tier.port}/v1";
      model = toString tier.model;
      key_file = "${handed}/llama-key";
      context = tier.contextSize;
    } else { enabled = false; }) cfg.tiers;
  } // optionalAttrs (cfg.notify.urlsFile != null) { notify.urls_file = "${handed}/notify-urls"; };

  allowed = optional (cfg.allowedUnits != [ ]) {
    name = "allowed-units";
    verdict = "allow";
    actions = [ "start_unit" "restart_unit" "reload_unit" "reset_failed" ];
    targets = cfg.allowedUnits;
  };
  # The model servers are Stillwatch's own, as all units of its name are.
  policy = cfg.policy // {
    rule = allowed ++ (cfg.policy.rule or [ ]);
    protected = (cfg.policy.protected or [ ]) ++ map (name: "llama-${name}.service") (lib.attrNames tiers);
  };

  # What polkit may be told of: every unit that this configuration names.
  named = kind: units: map (name: "${name}.${kind}") (lib.attrNames units);
  hostUnits = named "service" config.systemd.services ++ named "socket" config.systemd.sockets
    ++ named "timer" config.systemd.timers ++ cfg.allowedUnits;

  files = pkgs.runCommand "stillwatch-configuration" {
    settings = toml.generate "stillwatch.toml" cfg.settings;
    policy = toml.generate "policy.toml" policy;
    units = pkgs.writeText "units" (concatStringsSep "\n" hostUnits);
  } ''
    stillwatch() { ${python} -I -m stillwatch "$@" --state-dir "$PWD" --runtime-dir "$PWD"; }
    mkdir "$out"
    cp "$settings" "$out/stillwatch.toml"
    cp "$policy" "$out/policy.toml"
    stillwatch config check "$out/stillwatch.toml"
    stillwatch policy check - <"$policy"
    stillwatch policy polkit --units "$units" <"$policy" >"$out/polkit.rules"
    sha256sum <"$policy" | cut -d ' ' -f 1 >"$out/policy.applied"
    ${concatStringsSep "\n" (lib.mapAttrsToList tried tiers)}
  '';
  # A server of another age that lacks a flag would never start. 127: the driver of a graphics card is not here.
  tried = name: tier: "${lib.escapeShellArgs (
    [ "${packageOf tier}/bin/llama-server" ] ++ map (flag: if flag == key then "/dev/null" else flag) (flags tier) ++ [ "--version" ]
  )} || [ $? = 127 ] || { echo 'tiers.${name}.package: its llama-server lacks a flag that is needed; take a newer one.' >&2; exit 1; }";
  etc = name: { source = "${files}/${name}"; };

  # --- units of the table as NixOS wants them

  words = text: lib.filter (word: word != "") (splitString " " text);
  isHere = unit: !(lib.hasPrefix "stillwatch" unit || lib.hasPrefix "llama-" unit) || units ? ${unit};
  place = value: if lib.isList value then map place value else lib.replaceStrings [ "@python@" ] [ python ] value;
  onNixos = unit:
    let told = unit.Unit or { }; in
    {
      description = told.Description;
      after = lib.filter isHere (words (told.After or ""));
      wants = lib.filter isHere (words (told.Wants or ""));
      requires = lib.filter isHere (words (told.Requires or ""));
      wantedBy = words (unit.Install.WantedBy or "");
      unitConfig = removeAttrs told [ "Description" "After" "Wants" "Requires" ];
    };
  service = unit: onNixos unit // { serviceConfig = mapAttrs (_: place) unit.Service; };
  socket = unit: onNixos unit // { socketConfig = unit.Socket; };
  timer = unit: onNixos unit // { timerConfig = unit.Timer; };
  ofKind = kind: make: mapAttrs' (name: unit: nameValuePair (lib.removeSuffix ".${kind}" name) (make unit)) (filterAttrs (name: _: hasSuffix ".${kind}" name) units);

  units = removeAttrs table.units [ "stillwatch-llama.socket" "stillwatch-llama@.service" ]
    // { "stillwatch.service" = daemon; inherit (table.nixos) "stillwatch-nixos.socket" "stillwatch-nixos@.service"; }
    // optionalAttrs (tiers != { }) { inherit (table.nixos) "stillwatch-key.service"; }
    // optionalAttrs (fetched != [ ]) { "stillwatch-models.service" = fetching; }
    // mapAttrs' (name: tier: nameValuePair "llama-${name}.service" (llama name tier)) tiers;

  daemon =
    let
      unit = table.units."stillwatch.service";
      servers = map (name: "llama-${name}.service") (lib.attrNames tiers);
    in
    unit // {
      Unit = unit.Unit // {
        After = concatStringsSep " " ([ unit.Unit.After ] ++ optional (tiers != { }) "stillwatch-key.service");
        Wants = concatStringsSep " " ([ unit.Unit.Wants ] ++ servers);
      } // optionalAttrs (tiers != { }) { Requires = "stillwatch-key.service"; };
      Service = unit.Service // {
        LoadCredential = optional (tiers != { }) "llama-key:/run/stillwatch-llama/llama.key"
          ++ optional (cfg.api.keyFile != null) "api-keys:${cfg.api.keyFile}"
          ++ optional (cfg.notify.urlsFile != null) "notify-urls:${cfg.notify.urlsFile}";
      };
    };

  # --- models and their servers

  isFetched = tier: !lib.hasPrefix "/" (toString tier.model);
  fetched = lib.unique (map (tier: tier.model) (lib.filter isFetched (lib.attrValues tiers)));
  fileOf = tier: if isFetched tier then "${models}/${catalogue.${tier.model}.file}" else toString tier.model;
  isHidden = tier: lib.hasPrefix "/var/lib/" (fileOf tier) && !isFetched tier;

  fetching = lib.recursiveUpdate table.nixos."stillwatch-models.service" {
    Service.ExecStart = map (name: "@python@ -I -m stillwatch models pull ${name}") fetched
      ++ [ "@python@ -I -m stillwatch models verify" ];
  };

  builds = {
    cpu = { };
    cuda.cudaSupport = true;
    rocm.rocmSupport = true;
    vulkan.vulkanSupport = true;
  };
  devices = {
    cuda = [ "char-nvidiactl" "char-nvidia-caps" "char-nvidia-frontend" "char-nvidia-uvm" ];
    rocm = [ "char-drm" "char-kfd" ];
    vulkan = [ "char-drm" ];
  };
  packageOf = tier: if tier.package != null then tier.package else if accelerated then pkgs.llama-cpp.override builds.${cfg.acceleration} else pkgs.llama-cpp;
  layersOf = tier:
    let wanted = if tier.gpuLayers != null then tier.gpuLayers else if accelerated then -1 else 0;
    in if wanted < 0 then "all" else toString wanted;

  key = "%d/llama-key";
  # The flags of helpers/engine.py; a test compares them.
  flags = tier: [
    "--model" (escaped (fileOf tier))
    "--host" "127.0.0.1"
    "--port" (toString tier.port)
    "--api-key-file" key
    "--ctx-size" (toString tier.contextSize)
    "--parallel" "1"
    "--cache-reuse" "64"
    "--cache-ram" "256"
  ] ++ optionals (tier.threads > 0) [ "--threads" (toString tier.threads) ] ++ [
    "--gpu-layers" (layersOf tier)
    "--cors-origins" "http://127.0.0.1:${toString tier.port}"
    "--reasoning" "off"
    "--poll" "0"
    "--no-ui" "--no-slots" "--offline" "--cache-prompt" "--no-cors-credentials"
  ];
  # systemd.service(5): what would be split, expanded or quoted is not
  escaped = text: if builtins.match "[A-Za-z0-9@_./:=,+-]+" text != null then text else quoted text;
  quoted = text: "\"${lib.replaceStrings [ "\\" "\"" "%" "$" ] [ "\\\\" "\\\"" "%%" "$$" ] text}\"";

  llama = name: tier:
    let unit = table.nixos."llama.service"; in
    unit // {
      Unit = unit.Unit // {
        Description = "Stillwatch: the model server of the tier ${name}";
        Wants = lib.optionalString (fetched != [ ]) "stillwatch-models.service";
      };
      Service = unit.Service // {
        ExecStart = concatStringsSep " " ([ "${packageOf tier}/bin/llama-server" ] ++ flags tier ++ map escaped tier.extraFlags);
      } // optionalAttrs (isHidden tier) { BindReadOnlyPaths = [ unit.Service.BindReadOnlyPaths (fileOf tier) ]; }
      // optionalAttrs accelerated {
        PrivateDevices = "no";
        PrivateUsers = "no";
        MemoryDenyWriteExecute = "no";
        DevicePolicy = "closed";
        DeviceAllow = map (device: "${device} rw") devices.${cfg.acceleration};
        SupplementaryGroups = "render video";
      };
    };

  # --- what cannot be so, each in a sentence

  isLoopback = lib.elem cfg.api.host [ "127.0.0.1" "::1" "localhost" ];
  ports = lib.mapAttrsToList (name: tier: { what = "tiers.${name}"; inherit (tier) port; }) tiers
    ++ optional cfg.api.enable { what = "api"; inherit (cfg.api) port; };
  twice = lib.filter (one: lib.length (lib.filter (other: other.port == one.port) ports) > 1) ports;
  secrets = lib.filter (path: path != null) [ cfg.api.keyFile cfg.notify.urlsFile ];
  ours = lib.filter (lib.hasPrefix "--") (flags cfg.tiers.trigger) ++ [ "--api-key" "--tools" "--agent" "--mcp" "--hf" "-hf" "-m" "--ui" ];
  isOurs = flag: lib.any (own: flag == own || lib.hasPrefix "${own}=" flag || lib.hasPrefix "${own}-" flag) ours;
  foreign = lib.filter isOurs (concatMap (tier: tier.extraFlags) (lib.attrValues tiers));
  isHome = file: lib.any (place: lib.hasPrefix place file) [ "/home/" "/root/" "/run/user/" ];
  hidden = lib.filter isHome (map (tier: toString tier.model) (lib.attrValues tiers));
  sentence = assertion: message: { inherit assertion; message = "services.stillwatch.${message}"; };
  fitting = name: value: let problems = schema (if name == "settings" then "configuration" else name) value;
    in sentence (problems == [ ]) "${name}: ${concatStringsSep "; " problems}.";
in
{
  options.services.stillwatch = import ./options.nix { inherit lib pkgs table; };

  config = lib.mkIf cfg.enable {
    assertions = [
      (fitting "settings" cfg.settings)
      (fitting "policy" policy)
      (sentence (!cfg.api.enable || isLoopback || cfg.api.keyFile != null)
        "api.host: ${cfg.api.host} is open to others, so api.keyFile must name a file of API keys.")
      (sentence (!cfg.api.openFirewall || (cfg.api.enable && !isLoopback))
        "api.openFirewall: nothing listens for others there; set api.host to an address of this host.")
      (sentence (twice == [ ])
        "ports: ${concatStringsSep " and " (map (one: one.what) twice)} have the same port ${toString (map (one: one.port) twice)}.")
      (sentence (foreign == [ ])
        "tiers.*.extraFlags: ${concatStringsSep ", " foreign} is what this module decides itself, or acts on the host.")
      (sentence (hidden == [ ])
        "tiers.*.model: ${concatStringsSep ", " hidden} cannot be seen by a service (ProtectHome=); put it below /var/lib or /srv.")
      (sentence (!lib.any (lib.hasPrefix builtins.storeDir) secrets)
        "api.keyFile and notify.urlsFile: a file of the Nix store can be read by everybody; name one outside of it.")
    ];

    services.stillwatch = {
      inherit settings;
      policy = mapAttrs (_: lib.mkDefault) (lib.importTOML ../src/stillwatch/gate/default_policy.toml // {
        nixos = [ (optionalAttrs (cfg.configRepo != null) { configuration = "${cfg.configRepo}/configuration.nix"; }) ];
      });
    };

    environment.systemPackages = [ cfg.package ];
    environment.etc = {
      "stillwatch/stillwatch.toml" = etc "stillwatch.toml";
      "stillwatch/policy.toml" = etc "policy.toml";
      "stillwatch/policy.applied" = etc "policy.applied";
      "polkit-1/rules.d/50-stillwatch.rules" = etc "polkit.rules";
    };
    security.polkit.enable = true;
    networking.firewall.allowedTCPPorts = optional (cfg.api.enable && cfg.api.openFirewall) cfg.api.port;

    systemd.services = lib.recursiveUpdate (ofKind "service" service) {
      stillwatch.restartTriggers = [ files ];
      stillwatch-gate.restartTriggers = [ files ];
      polkit.restartTriggers = [ files ];
      # It runs the switch that would restart it.
      "stillwatch-nixos@".restartIfChanged = false;
    };
    systemd.sockets = ofKind "socket" socket;
    systemd.timers = ofKind "timer" timer;
    systemd.tmpfiles.rules = lib.mapAttrsToList (path: mode: "d ${path} ${mode} root root -")
      (filterAttrs (path: _: lib.hasPrefix "/run/" path) table.directories);

    users.users = mapAttrs (name: user: {
      isSystemUser = true;
      group = name;
      inherit (user) description;
      extraGroups = user.groups or [ ];
    } // optionalAttrs (user ? home) { inherit (user) home; }) (removeAttrs table.users [ "stillwatch-llama" ]);
    users.groups = genAttrs (table.groups ++ lib.attrNames (removeAttrs table.users [ "stillwatch-llama" ])) (_: { });
  };
}

# services.stillwatch: what can be chosen. What each option does stands in nix/module.nix.
{ lib, pkgs, table }:
let
  inherit (lib) mkOption types literalExpression;
  toml = pkgs.formats.toml { };
  catalogue = lib.importTOML ../src/stillwatch/llm/models.toml;

  # A path as a string: a path of the Nix language would be copied to the store, where everybody can read it.
  secretPath = types.strMatching "/.+" // { description = "absolute path as a string"; };
  unitName = types.strMatching "[A-Za-z0-9:_.@\\-]+[.](service|socket|timer|path)";

  tier = name: model: mkOption {
    description = "The ${name} tier: `llama-${name}`, a llama-server of its own on 127.0.0.1.";
    default = { };
    type = types.submodule {
      options = {
        enable = mkOption {
          type = types.bool;
          default = true;
          description = "Whether this tier has a model. Without it, the others and the rules do what they can.";
        };
        model = mkOption {
          type = types.either (types.enum (lib.attrNames catalogue)) types.path;
          default = model;
          example = "/srv/models/mine.gguf";
          description = "A name of `stillwatch models list`, which is fetched and held to its check-sum, or a GGUF file.";
        };
        port = mkOption {
          type = types.ints.between 1 65535;
          default = table.ports.${name};
          description = "The port on 127.0.0.1.";
        };
        contextSize = mkOption {
          type = types.ints.between 512 1048576;
          default = 4096;
          description = "Tokens of prompt and answer together.";
        };
        threads = mkOption {
          type = types.ints.between 0 1024;
          default = 0;
          description = "Processor threads; 0: llama-server's choice.";
        };
        gpuLayers = mkOption {
          type = types.nullOr (types.ints.between (-1) 10000);
          default = null;
          description = "Layers on the graphics card; -1: all; null: all with an acceleration, else none.";
        };
        extraFlags = mkOption {
          type = types.listOf types.str;
          default = [ ];
          example = [ "--flash-attn" "on" ];
          description = "Further flags of llama-server.";
        };
        package = mkOption {
          type = types.nullOr types.package;
          default = null;
          defaultText = literalExpression "pkgs.llama-cpp, built for `acceleration`";
          description = "The package that has llama-server; null: `pkgs.llama-cpp`, built for `acceleration`.";
        };
      };
    };
  };
in
{
  enable = lib.mkEnableOption "Stillwatch, which watches this host and explains what is wrong";

  package = mkOption {
    type = types.package;
    default = pkgs.callPackage ./package.nix { };
    defaultText = literalExpression "pkgs.callPackage ./package.nix { }";
    description = "The Stillwatch package; its `python` is the interpreter that the services run.";
  };

  autonomy = mkOption {
    type = types.enum [ "observe" "suggest" "auto-safe" "auto-full" ];
    default = "suggest";
    description = "How far changes may go at most. `stillwatch autonomy set` moves below it.";
  };

  settings = mkOption {
    type = types.submodule { freeformType = toml.type; };
    default = { };
    example = literalExpression ''{ watch.logs = [ "/var/log/nginx/error.log" ]; keep.megabytes = 1024; }'';
    description = "stillwatch.toml. Other options of this module write their own keys in it; each key is checked.";
  };

  policy = mkOption {
    type = types.submodule { freeformType = toml.type; };
    default = { };
    example = literalExpression ''{ timers = [ { unit = "logrotate.timer"; } ]; }'';
    description = "policy.toml. Keys that are not set are those of the packaged policy, which asks about everything.";
  };

  allowedUnits = mkOption {
    type = types.listOf unitName;
    default = [ ];
    example = [ "nginx.service" ];
    description = ''
      Units that may be started, restarted and reloaded without a person at the autonomy `auto-safe`, where the risk is
      low and PID 1 itself says that they failed.
    '';
  };

  configRepo = mkOption {
    type = types.nullOr secretPath;
    default = null;
    example = "/etc/nixos";
    description = ''
      The folder of `configuration.nix`. A suggested change of it is written as a patch to its folder `stillwatch`, for a
      person to look at and apply. null: nothing is suggested.
    '';
  };

  tiers = {
    trigger = tier "trigger" "qwen3-1.7b";
    review = tier "review" "qwen3-4b";
    meta = tier "meta" "qwen3-4b";
  };

  acceleration = mkOption {
    type = types.enum [ "cpu" "cuda" "rocm" "vulkan" ];
    default = "cpu";
    description = "What the models run on: chooses how llama-cpp is built, and opens the devices to its services.";
  };

  api = {
    enable = mkOption {
      type = types.bool;
      default = true;
      description = "Whether the OpenAI API, MCP and the status page are served.";
    };
    host = mkOption {
      type = types.str;
      default = "127.0.0.1";
      description = "The address to listen on. Any but loopback needs `keyFile`.";
    };
    port = mkOption {
      type = types.ints.between 1 65535;
      default = table.ports.api;
      description = "The port.";
    };
    openFirewall = mkOption {
      type = types.bool;
      default = false;
      description = "Whether the firewall lets others reach the port.";
    };
    keyFile = mkOption {
      type = types.nullOr secretPath;
      default = null;
      example = "/run/agenix/stillwatch-api-keys";
      description = "A file of API keys, one a line; `read ` before a key that may not chat. Handed over by systemd.";
    };
  };

  notify.urlsFile = mkOption {
    type = types.nullOr secretPath;
    default = null;
    example = "/run/secrets/stillwatch-notify";
    description = "A file of Apprise URLs, one a line. Handed over by systemd.";
  };
}

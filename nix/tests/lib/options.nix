# Options, priorities and conditions.
{ lib }:
let
  inherit (lib) concatMap concatMapStringsSep concatStringsSep elemAt filter foldl' head length map;
in
rec {
  mkOption = attrs: attrs // { _type = "option"; };
  isOption = value: value._type or null == "option";
  mkEnableOption = name: mkOption {
    type.isEnable = true;
    default = false;
    example = true;
    description = "Whether to enable ${name}.";
  };
  mkPackageOption = pkgs: name: { default ? name, extraDescription ? "", ... }: mkOption {
    type.isPackage = true;
    default = pkgs.${default};
    defaultText = literalExpression "pkgs.${default}";
    description = "The ${name} package to use. ${extraDescription}";
  };
  literalExpression = text: { _type = "literalExpression"; inherit text; };
  literalMD = text: { _type = "literalMD"; inherit text; };

  mkIf = condition: content: { _type = "if"; inherit condition content; };
  mkMerge = contents: { _type = "merge"; inherit contents; };
  mkOverride = priority: content: { _type = "override"; inherit priority content; };
  mkOptionDefault = mkOverride 1500;
  mkDefault = mkOverride 1000;
  mkForce = mkOverride 50;
  mkOrder = priority: content: { _type = "order"; inherit priority content; };
  mkBefore = mkOrder 500;
  mkAfter = mkOrder 1500;

  showOption = concatStringsSep ".";
  showFiles = concatMapStringsSep " and " (file: "`${toString file}'");
  showDefs = defs: lib.concatStrings (map (def: "\n- In `${toString def.file}': ${shown def.value}") defs);
  shown = value: if builtins.isPath value then toString value else let tried = builtins.tryEval (builtins.toJSON value); in if tried.success then tried.value else "<value>";

  mergeOneOption = loc: defs:
    if length defs == 1 then (head defs).value
    else throw "The option `${showOption loc}' is defined multiple times while it's expected to be unique.${showDefs defs}";
  mergeEqualOption = loc: defs:
    (foldl' (first: def:
      if def.value == first.value then first
      else throw "The option `${showOption loc}' has conflicting definition values:${showDefs [ first def ]}") (head defs) defs).value;

  # Definitions with `mkIf` and `mkMerge` taken off.
  dischargeProperties = def:
    if def._type or "" == "merge" then concatMap dischargeProperties def.contents
    else if def._type or "" == "if" then (if def.condition then dischargeProperties def.content else [ ])
    else [ def ];

  # Only those of the strongest priority, and in their order.
  filterOverrides = defs:
    let
      priority = def: if def.value._type or "" == "override" then def.value.priority else 100;
      strongest = foldl' (least: def: if priority def < least then priority def else least) 9999 defs;
      strip = def: if def.value._type or "" == "override" then def // { value = def.value.content; } else def;
    in
    map strip (filter (def: priority def == strongest) defs);
  sortProperties = defs:
    let
      order = def: if def.value._type or "" == "order" then def.value.priority else 1000;
      strip = def: if def.value._type or "" == "order" then def // { value = def.value.content; } else def;
    in
    map strip (builtins.sort (a: b: order a < order b) defs);

  # The values of one option: [{ file, value }] → { isDefined, value }.
  mergeDefinitions = loc: type: defs:
    let
      plain = concatMap (def: map (value: { inherit (def) file; inherit value; }) (dischargeProperties def.value)) defs;
      strongest = sortProperties (filterOverrides plain);
      wrong = filter (def: !type.check def.value) strongest;
    in
    rec {
      isDefined = strongest != [ ];
      optionalValue = lib.optionalAttrs isDefined { inherit value; };
      value =
        if !isDefined then
          throw "The option `${showOption loc}' was accessed but has no value defined. Try setting the option."
        else if wrong != [ ] then
          throw "A definition for option `${showOption loc}' is not of type `${type.description}'. Definition values:${showDefs wrong}"
        else
          type.merge loc strongest;
    };
}

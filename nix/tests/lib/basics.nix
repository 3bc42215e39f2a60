# Lists, sets, strings.
let
  inherit (builtins)
    attrNames attrValues concatLists concatStringsSep elem elemAt filter foldl' genList head isAttrs isList length
    listToAttrs map mapAttrs stringLength substring tail
    ;
in
rec {
  inherit (builtins)
    all any attrNames attrValues catAttrs concatLists concatMap concatStringsSep elem elemAt filter foldl' functionArgs
    fromTOML genList head intersectAttrs isAttrs isBool isFloat isFunction isInt isList isString length listToAttrs map
    mapAttrs match removeAttrs replaceStrings seq sort stringLength substring tail toJSON
    ;

  id = x: x;
  const = x: _: x;
  flip = f: a: b: f b a;
  optional = cond: x: if cond then [ x ] else [ ];
  optionals = cond: xs: if cond then xs else [ ];
  optionalAttrs = cond: set: if cond then set else { };
  optionalString = cond: text: if cond then text else "";
  toList = x: if isList x then x else [ x ];
  last = xs: elemAt xs (length xs - 1);
  flatten = x: if isList x then builtins.concatMap flatten x else [ x ];
  drop = count: xs: genList (n: elemAt xs (n + count)) (length xs - count);
  reverseList = xs: genList (n: elemAt xs (length xs - 1 - n)) (length xs);
  range = first: end: if first > end then [ ] else genList (n: first + n) (end - first + 1);
  unique = foldl' (seen: x: if elem x seen then seen else seen ++ [ x ]) [ ];
  subtractLists = without: filter (x: !elem x without);

  nameValuePair = name: value: { inherit name value; };
  genAttrs = names: f: listToAttrs (map (name: nameValuePair name (f name)) names);
  mapAttrs' = f: set: listToAttrs (map (name: f name set.${name}) (attrNames set));
  mapAttrsToList = f: set: map (name: f name set.${name}) (attrNames set);
  filterAttrs = pred: set: listToAttrs (concatLists (mapAttrsToList (n: v: optional (pred n v) (nameValuePair n v)) set));
  zipAttrsWith = f: sets: genAttrs (unique (builtins.concatMap attrNames sets)) (name: f name (builtins.catAttrs name sets));
  attrByPath = path: default: set:
    if path == [ ] then set
    else if set ? ${head path} then attrByPath (tail path) default set.${head path}
    else default;
  setAttrByPath = path: value: if path == [ ] then value else { ${head path} = setAttrByPath (tail path) value; };
  recursiveUpdate = left: right:
    mapAttrs (name: value:
      if left ? ${name} && isAttrs value && isAttrs left.${name} then recursiveUpdate left.${name} value else value) right
    // removeAttrs' left (attrNames right);
  removeAttrs' = set: names: builtins.removeAttrs set names;
  isDerivation = value: value.type or null == "derivation";

  hasPrefix = prefix: text: substring 0 (stringLength prefix) text == prefix;
  hasSuffix = suffix: text:
    let most = stringLength text; size = stringLength suffix;
    in size <= most && substring (most - size) size text == suffix;
  hasInfix = infix: text: length (splitString infix text) > 1;
  removePrefix = prefix: text: if hasPrefix prefix text then substring (stringLength prefix) (-1) text else text;
  removeSuffix = suffix: text:
    if hasSuffix suffix text then substring 0 (stringLength text - stringLength suffix) text else text;
  splitString = separator: text: filter builtins.isString (builtins.split (escapeRegex separator) text);
  escapeRegex = builtins.replaceStrings (stringToCharacters "\\[{()^$?*+|.") (map (c: "\\${c}") (stringToCharacters "\\[{()^$?*+|."));
  stringToCharacters = text: genList (n: substring n 1 text) (stringLength text);
  concatMapStringsSep = separator: f: xs: concatStringsSep separator (map f xs);
  concatStrings = concatStringsSep "";
  escapeShellArg = text: "'${builtins.replaceStrings [ "'" ] [ "'\\''" ] (toString text)}'";
  escapeShellArgs = concatMapStringsSep " " escapeShellArg;
  versionOlder = mine: than: builtins.compareVersions mine than < 0;
  versionAtLeast = mine: least: builtins.compareVersions mine least >= 0;
  importTOML = file: fromTOML (builtins.readFile file);
  importJSON = file: builtins.fromJSON (builtins.readFile file);
  getExe = package: "${package}/bin/${package.meta.mainProgram}";
  getExe' = package: name: "${package}/bin/${name}";
  licenses.asl20 = { spdxId = "Apache-2.0"; };
}

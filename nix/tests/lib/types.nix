# Types of options: what they accept, and how several definitions become one value.
{ lib }:
let
  inherit (builtins) isAttrs isBool isFloat isFunction isInt isList isPath isString;
  inherit (lib) all any concatLists concatMapStringsSep elem filterAttrs hasPrefix head imap last map mapAttrs
    mergeDefinitions mergeEqualOption mergeOneOption showDefs showOption zipAttrsWith;

  mkOptionType = { name, description ? name, check ? (_: true), merge ? mergeEqualOption, getSubOptions ? (_: { }), nestedTypes ? { } }: {
    _type = "option-type";
    inherit name description check merge getSubOptions nestedTypes;
  };
  isStringLike = value: isString value || isPath value || (isAttrs value && (value ? outPath || value ? __toString));
  indexed = f: xs: builtins.genList (n: f (n + 1) (builtins.elemAt xs n)) (builtins.length xs);
in
rec {
  inherit mkOptionType;
  unspecified = mkOptionType { name = "unspecified"; merge = mergeOneOption; };
  raw = mkOptionType { name = "raw"; merge = mergeOneOption; };
  anything = mkOptionType {
    name = "anything";
    merge = loc: defs:
      if all (def: isAttrs def.value && !(def.value ? outPath)) defs then (attrsOf anything).merge loc defs
      else mergeEqualOption loc defs;
  };
  bool = mkOptionType { name = "bool"; description = "boolean"; check = isBool; };
  int = mkOptionType { name = "int"; description = "signed integer"; check = isInt; };
  float = mkOptionType { name = "float"; description = "floating point number"; check = isFloat; };
  ints = {
    between = least: most: addCheck int (x: x >= least && x <= most) // {
      description = "integer between ${toString least} and ${toString most} (both inclusive)";
    };
    unsigned = addCheck int (x: x >= 0) // { description = "unsigned integer, meaning >=0"; };
    positive = addCheck int (x: x > 0) // { description = "positive integer, meaning >0"; };
  };
  port = ints.between 0 65535 // { description = "16 bit unsigned integer; between 0 and 65535 (both inclusive)"; };
  str = mkOptionType { name = "str"; description = "string"; check = isString; };
  singleLineStr = strMatching "[^\n\r]*\n?";
  lines = mkOptionType { name = "lines"; description = "strings concatenated with \"\\n\""; check = isString; merge = loc: defs: concatMapStringsSep "\n" (def: def.value) defs; };
  strMatching = pattern: addCheck str (x: builtins.match pattern x != null) // { description = "string matching the pattern ${pattern}"; };
  path = mkOptionType { name = "path"; description = "absolute path"; check = x: isStringLike x && hasPrefix "/" (toString x); };
  package = mkOptionType { name = "package"; check = x: isAttrs x && x.type or null == "derivation"; };
  enum = values: mkOptionType {
    name = "enum";
    description = "one of ${concatMapStringsSep ", " builtins.toJSON values}";
    check = x: elem x values;
  };
  nullOr = inner: mkOptionType {
    name = "nullOr";
    description = "null or ${inner.description}";
    check = x: x == null || inner.check x;
    merge = loc: defs:
      if all (def: def.value == null) defs then null
      else if any (def: def.value == null) defs then throw "The option `${showOption loc}' is defined both null and not null.${showDefs defs}"
      else inner.merge loc defs;
    inherit (inner) getSubOptions;
    nestedTypes.elemType = inner;
  };
  either = one: other: mkOptionType {
    name = "either";
    description = "${one.description} or ${other.description}";
    check = x: one.check x || other.check x;
    merge = loc: defs:
      if all (def: one.check def.value) defs then one.merge loc defs
      else if all (def: other.check def.value) defs then other.merge loc defs
      else mergeOneOption loc defs;
  };
  oneOf = types: builtins.foldl' either (head types) (builtins.tail types);
  listOf = inner: mkOptionType {
    name = "listOf";
    description = "list of ${inner.description}";
    check = isList;
    merge = loc: defs:
      let
        each = def: indexed (n: value: mergeDefinitions (loc ++ [ "[definition ${toString n}-entry]" ]) inner [ { inherit (def) file; inherit value; } ]) def.value;
      in
      map (one: one.value) (builtins.filter (one: one.isDefined) (concatLists (map each defs)));
    getSubOptions = prefix: inner.getSubOptions (prefix ++ [ "*" ]);
    nestedTypes.elemType = inner;
  };
  attrsOf = inner: mkOptionType {
    name = "attrsOf";
    description = "attribute set of ${inner.description}";
    check = isAttrs;
    merge = loc: defs:
      let
        placed = map (def: mapAttrs (_: value: { inherit (def) file; inherit value; }) def.value) defs;
        merged = zipAttrsWith (name: parts: mergeDefinitions (loc ++ [ name ]) inner parts) placed;
      in
      mapAttrs (_: one: one.value) (filterAttrs (_: one: one.isDefined) merged);
    getSubOptions = prefix: inner.getSubOptions (prefix ++ [ "<name>" ]);
    nestedTypes.elemType = inner;
  };
  lazyAttrsOf = attrsOf;
  attrs = attrsOf unspecified;
  submodule = modules:
    let
      given = if isList modules then modules else [ modules ];
      evaluate = loc: defs: lib.evalModules {
        modules = given ++ defs;
        prefix = loc;
        specialArgs.name = if loc == [ ] then "" else last loc;
      };
    in
    mkOptionType {
      name = "submodule";
      check = x: isAttrs x || isFunction x || isPath x;
      merge = loc: defs: (evaluate loc (map (def: { _file = def.file; imports = [ (if isAttrs def.value then { config = def.value; _file = def.file; } else def.value) ]; }) defs)).config;
      getSubOptions = prefix: (evaluate prefix [ ]).options;
    };
  addCheck = type: check: type // { check = x: type.check x && check x; };
}

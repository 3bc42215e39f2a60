# A value against a JSON schema, as far as docs/reference/*.schema.json use it: a list of sentences, empty where it fits.
{ lib }:
schema:
let
  inherit (builtins) isAttrs isBool isFloat isInt isList isString match stringLength typeOf;
  resolve = node: if node ? "$ref" then schema."$defs".${lib.removePrefix "#/$defs/" node."$ref"} else node;
  fits = {
    object = isAttrs;
    array = isList;
    string = isString;
    boolean = isBool;
    integer = isInt;
    number = value: isInt value || isFloat value;
    null = value: value == null;
  };
  shown = value: if isAttrs value || isList value then "a ${typeOf value}" else builtins.toJSON value;
  # Python's \Z and groups that are not kept, as Nix's regular expressions have neither
  pattern = lib.replaceStrings [ "\\Z" "(?:" "\\d" ] [ "" "(" "[0-9]" ];
  check = path: told: value:
    let
      node = resolve told;
      at = if path == "" then "the file" else "`${path}`";
      inside = name: if path == "" then name else "${path}.${name}";
      unknown = lib.filter (name: !(node.properties ? ${name})) (lib.attrNames value);
      missing = lib.filter (name: !(value ? ${name})) (node.required or [ ]);
      wrong = condition: words: lib.optional condition "${at} ${words}";
      choices = map (each: check path each value) node.anyOf;
    in
    if node ? anyOf then (if lib.any (found: found == [ ]) choices then [ ] else lib.head choices)
    else if node ? enum then wrong (!lib.elem value node.enum) "is ${shown value}, and may be ${lib.concatMapStringsSep ", " builtins.toJSON node.enum}"
    else if node ? type && !fits.${node.type} value then wrong true "is ${shown value}, and must be of the type ${node.type}"
    else if node.type or "" == "object" then
      map (name: "`${inside name}` is no key that there is; there are ${lib.concatStringsSep ", " (lib.attrNames node.properties)}") unknown
      ++ map (name: "`${inside name}` is missing") missing
      ++ lib.concatMap (name: check (inside name) node.properties.${name} value.${name}) (lib.filter (name: value ? ${name}) (lib.attrNames node.properties))
    else if node.type or "" == "array" then
      wrong (lib.length value < node.minItems or 0) "has fewer than ${toString (node.minItems or 0)} entries"
      ++ wrong (node ? maxItems && lib.length value > node.maxItems) "has more than ${toString (node.maxItems or 0)} entries"
      ++ lib.concatLists (lib.genList (n: check "${path}[${toString n}]" node.items (lib.elemAt value n)) (lib.length value))
    else
      wrong (node ? minimum && value < node.minimum) "is ${shown value}, and at least ${toString (node.minimum or 0)}"
      ++ wrong (node ? maximum && value > node.maximum) "is ${shown value}, and at most ${toString (node.maximum or 0)}"
      ++ wrong (node ? maxLength && stringLength value > node.maxLength) "is longer than ${toString (node.maxLength or 0)}"
      ++ wrong (node ? pattern && match (pattern node.pattern) value == null) "is ${shown value}, which does not match ${node.pattern or ""}";
in
check "" schema

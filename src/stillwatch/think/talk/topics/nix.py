"""NixOS generations."""

from __future__ import annotations

from stillwatch.think.talk.topic import Asking, Topic, Words, rows

QUESTIONS = {
    "en": """nixos generations
    which generation is running
    list generations
    what changed between generations
    previous nixos generation
    can I roll back
    nix generations difference""",
    "de": """nixos generationen
    welche generation läuft
    liste der generationen
    unterschied zwischen generationen
    vorige nixos generation""",
    "fr": """générations nixos
    quelle génération tourne
    liste des générations
    différence entre les générations""",
    "es": """generaciones de nixos
    qué generación está activa
    lista de generaciones
    diferencia entre generaciones""",
}
RUNS = Words(
    en="Generation {number} runs, made at {at}; there are {count}.",
    de="Generation {number} läuft, von {at}; es gibt {count}.",
    fr="La génération {number} tourne, du {at} ; il y en a {count}.",
    es="Corre la generación {number}, del {at}; hay {count}.",
)
NO = Words(
    en="This host is no NixOS, so it has no generations.",
    de="Dieser Host ist kein NixOS und hat keine Generationen.",
    fr="Cet hôte n'est pas NixOS et n'a pas de générations.",
    es="Este equipo no es NixOS y no tiene generaciones.",
)
DIFFERENCE = Words(
    en="Their difference is shown by: nix store diff-closures {older} {newer}",
    de="Ihren Unterschied zeigt: nix store diff-closures {older} {newer}",
    fr="Leur différence s'affiche avec : nix store diff-closures {older} {newer}",
    es="Su diferencia la muestra: nix store diff-closures {older} {newer}",
)


async def answer(ask: Asking) -> None:
    seen = await ask.look("nix_generations")
    found = rows(seen, "generations")
    if seen.problem:
        ask.cannot(seen, "nixos-rebuild list-generations")
    elif not found:
        ask.say(NO, seen)
    running = next((row for row in found if row["runs"]), None)
    if running:
        ask.say(RUNS, seen, number=running["number"], at=ask.when(running["at"]), count=len(found))
    if len(found) > 1:
        ask.say(DIFFERENCE, seen, older=found[1]["target"], newer=found[0]["target"])
    for row in found[:8]:
        ask.row(row["number"], ask.when(row["at"]), row["version"])


TOPIC = Topic(
    name="nix",
    title=Words(
        en="NixOS generations", de="NixOS-Generationen", fr="les générations NixOS", es="las generaciones de NixOS"
    ),
    questions=QUESTIONS,
    answer=answer,
    looks=("nix_generations",),
)

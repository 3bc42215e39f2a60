"""The proving ground: breaks fresh machines in every way there is a scenario for, and says what was understood of it.

usage: scripts/eval [--scenario WORDS …] [--level LEVEL] [--profile rules|scripted|real] [--models a,b,c]
                    [--seed N …] [--jobs N] [--half shown|kept] [--prove] [--report DIR] [--against DIR] [--docs]
                    [--list]

--level check (the default) runs one `stillwatch check` as root; observe, suggest, auto-safe and auto-full install the
daemon and its gate first. --prove plays no diagnosis: each fault must show, and its right fix must mend it.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from pathlib import Path

from evals import report
from evals.judge import Incident, Verdict, failed, half_of, judge
from evals.scenario import Case, cases
from evals.stage import Fault, Stage
from tests.support import rig
from tests.support.mending import CONFIGURATION, configuration, install, standing
from tests.support.rig import CODE, PYTHON, Machine, RigProblem
from tests.support.shop import MODELS, three_models

LEVELS = ("check", "observe", "suggest", "auto-safe", "auto-full")
PAGE = Path(__file__).resolve().parent.parent / "docs/evals.md"
SCRIPTED = 31999
"""The port of the model that says anything."""
SECONDS = 30.0
"""How long the daemon may take to find a fault."""
ALLOWED = ("start_unit", "restart_unit", "reset_failed", "terminate_process")
POLICY = f"""protected = []

[[rule]]
name = "all"
actions = {json.dumps(ALLOWED)}
verdict = "allow"
"""


def played(case: Case, seed: int, level: str, profile: str) -> Verdict:
    """One case on a machine of its own; once more on another one where the machine itself failed."""
    verdict = _played(case, seed, level, profile)
    return _played(case, seed, level, profile) if verdict.problem else verdict


def _played(case: Case, seed: int, level: str, profile: str) -> Verdict:
    try:
        with Machine(kernel_log=case.kernel_log) as machine:
            stage = Stage(machine=machine, seed=seed, name=case.name)
            if level == "check":
                return _checked(case, stage, profile)
            return _watched(case, stage, level, profile)
    except (RigProblem, OSError, ValueError, KeyError, AssertionError) as error:
        return failed(case, seed, f"{type(error).__name__}: {error}"[:2000])


def _checked(case: Case, stage: Stage, profile: str) -> Verdict:
    if profile != "rules":
        stage.machine.write(CONFIGURATION, _with_models(stage.machine, profile))
    fault = case.play(stage)
    began = time.monotonic()
    words = ["check", "--json", *(["--no-model"] if profile == "rules" else [])]
    done = stage.machine.stillwatch(*words, timeout=150)
    told = json.loads(done.stdout or "null")
    if told is None:
        return failed(case, stage.seed, done.stderr[-2000:])
    return judge(case, fault, stage.seed, told["incidents"], time.monotonic() - began)


def _with_models(machine: Machine, profile: str) -> str:
    """A configuration in which each tier has a model: a real one, or a server that says the first thing it may say."""
    if profile == "real":
        return three_models()
    server = f"{PYTHON} {CODE}/tests/support/scripted_llm.py --port {SCRIPTED} --behaviour answer"
    machine.run(["systemd-run", "--quiet", "--unit=scripted-model", *server.split()])
    machine.wait(lambda: machine.get(f"http://127.0.0.1:{SCRIPTED}/v1/models"), "the scripted model")
    return "".join(f'[llm.{tier}]\nurl = "http://127.0.0.1:{SCRIPTED}/v1"\n' for tier in MODELS)


def _watched(case: Case, stage: Stage, level: str, profile: str) -> Verdict:
    """By the installed daemon, which has no rights: what it finds, what it did, and whether that mended it."""
    machine = stage.machine
    tiers = "" if profile == "rules" else _with_models(machine, profile)
    machine.write(CONFIGURATION, f'autonomy = "{level}"\n{tiers}' if tiers else configuration(level))
    install(machine, POLICY)
    fault = case.play(stage)
    before = standing(machine)
    began, verdict, told = time.monotonic(), judge(case, fault, stage.seed, [], 0.0), []
    while time.monotonic() - began < (SECONDS if not case.is_trap else SECONDS / 2):
        told = json.loads(machine.stillwatch("incidents", "list", "--json").stdout or "[]")
        verdict = judge(case, fault, stage.seed, told, time.monotonic() - began)
        undecided = any(one["proposal"] and not one.get("decision") for one in told)
        if verdict.root and verdict.single and not case.is_trap and not undecided:
            break
        time.sleep(2)
    return _with_deeds(verdict, case, fault, stage, told, before, level)


def _deeds(told: Sequence[Incident], level: str) -> tuple[str, ...]:
    """Targets of what the gate decided to do without asking; where it asks a person, nothing is to be mended yet."""
    if not level.startswith("auto"):
        return ()
    allowed = [one["proposal"] for one in told if (one.get("decision") or {}).get("verdict") == "allow"]
    return tuple(str(one["target"]) for one in allowed if one)


def _with_deeds(
    verdict: Verdict,
    case: Case,
    fault: Fault,
    stage: Stage,
    told: Sequence[Incident],
    before: dict[str, str],
    level: str,
) -> Verdict:
    """What was done of it: whether that mended the fault, and what else it changed."""
    due, ends = _deeds(told, level), time.monotonic() + SECONDS
    while due and not fault.healthy() and time.monotonic() < ends:
        time.sleep(2)
    mended = fault.healthy() if due and verdict.wanted else None
    now = standing(stage.machine)
    struck = ("stillwatch", *fault.culprits, *due)
    changed = tuple(unit for unit, mark in before.items() if now.get(unit) != mark and not unit.startswith(struck))
    return replace(verdict, mended=mended, changed=changed)


def proved(case: Case, seed: int) -> Verdict:
    """Whether the fault shows and its fix mends it."""
    try:
        with Machine(kernel_log=case.kernel_log) as machine:
            stage = Stage(machine=machine, seed=seed, name=case.name)
            fault = case.play(stage)
            shows = bool(case.is_trap or not fault.healthy())
            mends = True
            if fault.fix:
                stage.sh(fault.fix)
                stage.wait(fault.healthy, f"{case.name} to be mended", seconds=15)
            said = () if shows else ("the fault does not show",)
            return Verdict(
                name=case.name, seed=seed, root=shows and mends, incidents=1, wanted=1, mended=mends, told=said
            )
    except (RigProblem, OSError, ValueError, KeyError) as error:
        return failed(case, seed, f"{type(error).__name__}: {error}"[:2000])


def main() -> int:
    words = _words()
    chosen = [case for case in cases() if _is_wanted(case, words)]
    if words.list:
        print("\n".join(f"{case.name:<34} {half_of(case.name):<6} {case.title}" for case in chosen))
        return 0
    if words.models:
        MODELS.update(zip(MODELS, _three(words.models.split(",")), strict=True))
    if problem := rig.missing():
        print(f"scripts/eval: {problem}", file=sys.stderr)
        return 5
    rig.rootfs()
    seeds = words.seed or [random.SystemRandom().randrange(1_000_000)]
    todo = [(case, seed) for seed in seeds for case in chosen]
    verdicts, began = [], time.monotonic()
    with ThreadPoolExecutor(words.jobs) as pool:
        work = [
            pool.submit(proved, case, seed)
            if words.prove
            else pool.submit(played, case, seed, words.level, words.profile)
            for case, seed in todo
        ]
        for done in as_completed(work):
            verdicts.append(done.result())
            print(report.line(verdicts[-1]), file=sys.stderr, flush=True)
    verdicts.sort(key=lambda one: (one.name, one.seed))
    how = {"level": words.level, "profile": words.profile, "seeds": seeds, "models": sorted(MODELS.values())}
    if words.profile != "real":
        del how["models"]
    seconds = round(time.monotonic() - began)
    before = report.read(Path(words.against)) if words.against else {}
    print(report.table(verdicts, how, seconds, before))
    if words.docs:
        report.write_docs(PAGE, report.table(verdicts, how, seconds, before))
    if words.report:
        report.write(Path(words.report), verdicts, how, seconds, before)
    return 0 if all(verdict.root for verdict in verdicts) else 1


def _three(files: Sequence[str]) -> list[str]:
    """A file for each tier: the first for the first, the last for the last and for all that are left over."""
    return [*files, *[files[-1]] * len(MODELS)][: len(MODELS)]


def _words() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/eval", description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--scenario", nargs="*", default=[], metavar="WORDS", help="parts of names; all without it")
    parser.add_argument("--level", choices=LEVELS, default="check")
    parser.add_argument("--profile", choices=("rules", "scripted", "real"), default="rules")
    parser.add_argument(
        "--models", metavar="FILES", help="GGUF files of the model directory, from small to large: a,b,c"
    )
    parser.add_argument("--seed", nargs="*", type=int, default=[], metavar="N", help="a fresh one without it")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="machines side by side")
    parser.add_argument("--half", choices=("shown", "kept"), help="one half, drawn by the scenarios' names")
    parser.add_argument("--prove", action="store_true", help="try the scenarios themselves")
    parser.add_argument("--report", metavar="DIR", help="write eval.json, eval.md and eval.html there")
    parser.add_argument("--against", metavar="DIR", help="compare with the report there")
    parser.add_argument("--docs", action="store_true", help="write the table into docs/evals.md")
    parser.add_argument("--list", action="store_true", help="name the scenarios and end")
    return parser.parse_args()


def _is_wanted(case: Case, words: argparse.Namespace) -> bool:
    named = not words.scenario or any(part in case.name for part in words.scenario)
    return named and words.half in (None, half_of(case.name))


if __name__ == "__main__":
    sys.exit(main())

"""Which commands there are, what each is for, and the file it lives in. A new family is one line here and one file."""

from __future__ import annotations

from typing import Final, NamedTuple


class Family(NamedTuple):
    """module: the file in cli/ whose `command` is a function or a Typer group; summary: the line in every --help."""

    module: str
    summary: str


SECTIONS: Final[dict[str, dict[str, Family]]] = {
    "What is wrong": {
        "check": Family("check", "Read this host once: what is wrong, why, and what could be done."),
        "ask": Family("ask", "Ask a question about this host; the answer names its evidence."),
        "chat": Family("chat", "Talk with it: questions, follow-ups, orders."),
        "look": Family("look", "Look at one thing of this host: memory, ports, logins, updates and so on."),
        "triage": Family("triage", "Only detect: logs in, triggers out, no model."),
    },
    "What is known": {
        "status": Family("status", "The last known state of this host."),
        "open": Family("open", "A link that logs a browser in to the status page."),
        "incidents": Family("incidents", "Incidents: list them, show one, close it or mute it."),
        "note": Family("note", "Tell Stillwatch something to remember."),
        "rules": Family("rules", "The rules that notice faults: list them, test them on their samples."),
        "tools": Family("tools", "What a model may look at on this host."),
    },
    "What may be done": {
        "approvals": Family("approvals", "What waits for a person: look at it, approve or reject it."),
        "undo": Family("undo", "Take back a change that was made."),
        "autonomy": Family("autonomy", "How far Stillwatch may go by itself."),
        "pause": Family("pause", "The kill switch: start nothing new until 'resume'."),
        "resume": Family("resume", "Continue after 'pause', or lift the quarantine of one unit."),
        "explain": Family("explain", "Which rule would decide about an action or a command, and why."),
        "audit": Family("audit", "What was done, and whether the record of it is intact."),
        "config": Family("config", "The configuration file: check it."),
        "policy": Family("policy", "The policy file: check it, apply it."),
        "actions": Family("actions", "The typed actions that there are."),
    },
    "Setting up": {
        "run": Family("run", "The daemon: watch, understand, propose; systemd runs it."),
        "demo": Family("demo", "Show the page over a recorded host, whatever this machine is."),
        "up": Family("up", "Start everything in this terminal, for a trial."),
        "gate": Family("gate", "The gate: the process that alone decides and acts."),
        "install": Family("install", "Install as services on this systemd host."),
        "uninstall": Family("uninstall", "Remove the services."),
        "eval": Family("eval", "The proving ground: break machines in containers and judge."),
        "mcp": Family("mcp", "Speak MCP on stdin and stdout, for a client on this machine."),
        "keys": Family("keys", "API keys for port 8083: create, list, revoke."),
        "models": Family("models", "GGUF model files: list, pull, import, verify; the engine that runs them."),
        "notify": Family("notify", "Notifications: send a test message."),
        "doctor": Family("doctor", "What is missing or broken here, and the command that mends it."),
        "backup": Family("backup", "Save the state of daemon and gate in one file."),
        "restore": Family("restore", "Put a backup in the place of the present state."),
    },
}

FAMILIES: Final[dict[str, Family]] = {name: family for group in SECTIONS.values() for name, family in group.items()}


def overview() -> str:
    """The text of `stillwatch --help`; written here, so that it needs no parser and comes at once."""
    width = max(map(len, FAMILIES)) + 2
    lines = [
        "Usage: stillwatch COMMAND [OPTIONS]",
        "",
        "  The system administrator that lives on the machine it looks after.",
    ]
    for title, group in SECTIONS.items():
        lines += ["", f"{title}:", *(f"  {name:<{width}}{family.summary}" for name, family in group.items())]
    lines += ["", "Options that every command takes:", EVERYWHERE]
    lines += ["", "Start with 'stillwatch check'. 'stillwatch COMMAND --help' says more about a command."]
    return "\n".join(lines)


EVERYWHERE: Final = """\
  --config FILE      configuration file instead of the usual one
  --state-dir DIR    keep the state below DIR, for a trial
  --runtime-dir DIR  keep sockets and process files below DIR, for a trial
  --debug            show the traceback of an error
  --help, --version"""

"""Modules that the kernel has loaded, and the security modules that are switched on (AppArmor, SELinux, lockdown)."""

from __future__ import annotations

import re

from stillwatch.tools.tool import HostReader, Look, Tool

SECURITY = "/sys/kernel/security"


class Arguments(Tool, frozen=True):
    """Modules that the kernel has loaded, and the security modules that are on (AppArmor, SELinux, lockdown)."""

    async def look(self, reader: HostReader) -> Look:
        loaded = sorted(line.split(" ", 1)[0] for line in reader.text("/proc/modules").splitlines())
        security = [name for name in reader.text(f"{SECURITY}/lsm").strip().split(",") if name]
        apparmor = reader.text("/sys/module/apparmor/parameters/enabled").strip() == "Y"
        enforce = reader.text("/sys/fs/selinux/enforce").strip()
        selinux = {"1": "enforcing", "0": "permissive"}.get(enforce, "off")
        mode = re.search(r"\[(\w+)\]", reader.text(f"{SECURITY}/lockdown"))  # the one in brackets is in force
        lockdown = mode[1] if mode else ""
        lines = [
            f"security modules: {', '.join(security) or 'not shown'}",
            f"AppArmor {'on' if apparmor else 'off'}, SELinux {selinux}",
            f"lockdown {lockdown or 'not shown'}",
            f"{len(loaded)} modules loaded: {' '.join(loaded)}",
        ]
        data = {"loaded": loaded, "security": security, "apparmor": apparmor, "selinux": selinux, "lockdown": lockdown}
        return Look("\n".join(lines), data)

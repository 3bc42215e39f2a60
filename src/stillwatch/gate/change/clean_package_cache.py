"""Delete the packages that a declared program has fetched and installed; it can fetch them again."""

from __future__ import annotations

from stillwatch.gate.change.action import Change, HostAccess
from stillwatch.gate.change.declared_entry import OnDeclared
from stillwatch.gate.change.freeing import Freeing
from stillwatch.gate.declared import PackageCache


class CleanPackageCache(Freeing, OnDeclared[PackageCache]):
    name, sees, does_it = "clean_package_cache", "packages", "clean"
    risk = "low"
    of = "fetched packages"
    example, table, keys = "apt", "package_caches", ("program",)
    does = "delete the packages that {target} has fetched"

    async def check_target(self, access: HostAccess, change: Change) -> None:
        self.entry(access, change)

    def words(self, change: Change) -> dict[str, str]:
        return {"program": change.target}

"""Nothing is broken yet: whoever comes next may run what he likes."""

from __future__ import annotations

from evals.stage import Fault, Stage, variant


@variant
def unit(stage: Stage) -> Fault:
    service, _ = stage.web()
    path = stage.machine.properties(service)["FragmentPath"]
    stage.sh(f"chmod 666 {path}; systemctl daemon-reload; systemctl restart {service}")
    return Fault(
        culprits=(path,),
        healthy=lambda: stage.sh(f"stat -c %a {path}").strip() == "644",
        fix=f"chmod 644 {path}; systemctl daemon-reload",
    )

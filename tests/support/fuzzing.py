"""How thousands of examples are tried: none is remembered, none is timed, the smallest that fails is shown."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings

FUZZING = settings(
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink],
)
"""To be given to `settings` beside the number of examples."""

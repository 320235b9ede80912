"""What holds for every test: a machine that is slow, or busy with something else, is no failure.

Examples that Hypothesis makes up are the same in each run, so that a run that failed fails again, and take what time
they need. To look for new ones is the work of ``tests/torture/fuzz.py``.
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile(
    "the same each time", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("the same each time")

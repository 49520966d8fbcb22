"""Helpers of this folder explain their failed assertions as tests do."""

import pytest

pytest.register_assert_rewrite(
    *(f"ledger.{name}" for name in ("desk", "people", "commands", "agents", "tending", "machine")),
    "ledger.contents",
    "ledger.dead_letters",
    "ledger.steering",
    "ledger.figures",
    "ledger.breaking",
    "ledger.scheduling",
    "ledger.sources",
    *(
        f"ledger.{name}"
        for name in ("users", "quotas", "retention", "deadlines", "mending", "processes")
    ),
)

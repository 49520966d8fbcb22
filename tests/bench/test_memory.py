import pytest

from memory import Watch


def test_growth_is_the_slope_after_the_warm_up() -> None:
    watch = Watch(children=[(done, 100.0 + done * 0.02 + (done < 20) * 50) for done in range(100)])
    assert watch.growth(100) == pytest.approx(20.0)


def test_a_run_too_short_to_grow_says_nothing() -> None:
    assert Watch(children=[(9, 100.0), (10, 120.0)]).growth(10) is None

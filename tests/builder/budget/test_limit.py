"""How large a bundle may be, and who says so."""

from builder.budget.limit import limit_on
from factories.bundles import make_target

LAMBDAS = make_target().runtime.limits
MB = 1024 * 1024


def test_lambda_takes_less_than_its_limit() -> None:
    """262,144,000 bytes are one too many."""
    limit = limit_on(LAMBDAS, None, limited=True)

    assert limit is not None
    assert limit.most == 262_143_999
    assert str(limit) == "Lambda takes less than 250.0 MB"


def test_a_wish_is_met_by_exactly_that_size() -> None:
    """Who says 200 MB means that 200 MB fit."""
    limit = limit_on(LAMBDAS, 200 * MB, limited=True)

    assert limit is not None
    assert limit.most == 200 * MB
    assert str(limit) == "`--max-size` allows 200.0 MB"


def test_a_wish_does_not_raise_lambdas_limit() -> None:
    """The narrower of both holds; `--no-limit` leaves the wish alone."""
    both, alone = (limit_on(LAMBDAS, 500 * MB, limited=limited) for limited in (True, False))

    assert both is not None
    assert both.is_lambdas
    assert alone is not None
    assert alone.most == 500 * MB


def test_nothing_limits_a_bundle_for_a_container() -> None:
    """As `--no-limit` says."""
    assert limit_on(LAMBDAS, None, limited=False) is None

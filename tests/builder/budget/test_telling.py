"""The error of a bundle that is too large."""

from dataclasses import replace

from builder.budget.data import DataPart
from builder.budget.limit import Limit
from builder.budget.steps import Step
from builder.budget.telling import Measured, too_large

MB = 1024 * 1024
LAMBDAS = Limit(size=250 * MB, most=250 * MB - 1, is_lambdas=True)
OWN = Limit(size=250 * MB, most=250 * MB, is_lambdas=False)
MEASURED = Measured(
    limit=LAMBDAS,
    sizes={f"p{number:02} 1.0": number * MB for number in range(10, 24)} | {"big 2": 70 * MB},
    saved={Step.BYTECODE: 60 * MB, Step.RUNTIME: 0, Step.SMALL: 5 * MB},
    together=63 * MB,
    data=(DataPart(project="big", glob="big/data/**", size=20 * MB),),
)


def evidence(measured: Measured) -> list[str]:
    return [" ".join(line.split()) for line in too_large(measured, tried=False).evidence]


def test_ways_are_ranked_by_what_they_save() -> None:
    """Each with its bytes; what alone suffices says so, and what saves nothing is not told."""
    lines = evidence(MEASURED)

    assert lines[lines.index("what makes it smaller; 51.0 MB have to go:") + 1 :] == [
        "60.0 MB `--bytecode auto` enough: only as much bytecode as there is room for",
        "20.0 MB `--drop 'big:big/data/**'` data, if nothing reads it",
        "5.0 MB `--slim small` without what only convenience needs",
        "63.0 MB together, without `--drop` enough",
    ]


def test_the_largest_packages_are_named() -> None:
    """Ten, and what the rest comes to."""
    lines = evidence(MEASURED)

    assert lines[:2] == [f"{301 * MB:,} bytes, {51 * MB + 1:,} too many", "`big 2`: 70.0 MB"]
    assert lines[11] == "5 more: 60.0 MB"


def test_the_hint_is_true_of_layers() -> None:
    """They share Lambda's limit with their function; a limit of one's own may be kept with them."""
    lambdas = too_large(MEASURED, tried=False).hint or ""
    own = too_large(replace(MEASURED, limit=OWN), tried=False).hint or ""

    assert "Layers do not help" in lambdas
    assert "--no-limit -o build/" in lambdas
    assert "move packages into a layer of their own" in own


def test_fit_is_proposed_where_it_suffices() -> None:
    """And not again where it was tried, or is too little."""
    proposed = "`--fit` applies"

    assert proposed in (too_large(MEASURED, tried=False).hint or "")
    assert proposed not in (too_large(MEASURED, tried=True).hint or "")
    assert proposed not in (too_large(replace(MEASURED, together=MB), tried=False).hint or "")


def test_what_cannot_be_had_says_why() -> None:
    """So that nobody tries it in vain; and where there is no way at all, that is said."""
    none = replace(MEASURED, saved={}, together=0, data=(), refused=("`--x`, because",))

    assert evidence(none)[-2:] == ["no option makes it smaller", "no way: `--x`, because"]

"""An explanation as text for people: a screenful, or with `everything` all of it."""

from collections.abc import Iterator, Sequence

from builder.report.sizes import human
from builder.report.text import table
from builder.why.files import yanked
from builder.why.folding import Fold, files_folded, shortened, versions_folded
from builder.why.values import Chain, Chosen, Explanation, FileFate, Outcome, Step
from manylinux.target import Target
from manylinux.wheel_name import WheelName

CHAINS = 8
NEWER = 16
"""Lines about newer versions."""


def explanation_text(explanation: Explanation, *, everything: bool = False) -> Iterator[str]:
    """The lines; headings are those that do not begin with a space. What an index wrote is made printable."""
    for line in _lines(explanation, everything):
        yield line if line.isprintable() else "".join(c if c.isprintable() else "?" for c in line)


def _lines(explanation: Explanation, everything: bool) -> Iterator[str]:
    target = explanation.target
    extras = f"[{','.join(sorted(explanation.extras))}]" if explanation.extras else ""
    where = f"{target.runtime.id} on {target.architecture.value}"
    yield f"{explanation.project}{extras} {explanation.chosen.version} for {where}"
    yield from _chosen(explanation.chosen, target, everything)
    yield ""
    yield "Asked for by"
    yield from _chains(explanation.chains, everything)
    if explanation.constraints:
        yield ""
        yield "Constrained by"
        yield from table([(f"  {step.by}", _wanted(step)) for step in explanation.constraints])
    yield ""
    yield from _newer(explanation, everything)
    yield ""
    yield from _elsewhere(explanation, everything)


# -- what was taken ------------------------------------------------------------------------------------------


def _chosen(chosen: Chosen, target: Target, everything: bool) -> Iterator[str]:
    size = "" if chosen.size is None else f" ({human(chosen.size)})"
    rows = [("file", f"{chosen.filename}{size}"), *_rank(chosen, target)]
    if chosen.direct is not None:
        rows.append(("from", f"{chosen.direct} (a direct reference)"))
    else:
        where = f"{chosen.index} (a prebuilt index)" if chosen.prebuilt else chosen.index
        rows += [("from", where)] if where else []
        rows.append(("url", chosen.url))
    if chosen.requires_python:
        rows.append(("needs", f"Python {chosen.requires_python}"))
    if chosen.uploaded is not None:
        rows.append(("date", f"{chosen.uploaded:%Y-%m-%d}"))
    if chosen.yanked is not None:
        rows.append(("state", shortened(yanked(chosen.yanked))))
    others = [fate for fate in chosen.files if fate.filename != chosen.filename]
    told = [_fate(fate) for fate in others] if everything else list(files_folded(others))
    rows += [("" if number else "others", line) for number, line in enumerate(told)]
    yield from table([(f"  {label}", text) for label, text in rows])


def _rank(chosen: Chosen, target: Target) -> Iterator[tuple[str, str]]:
    if chosen.rank is None and chosen.filename.endswith(".whl"):
        why_not = target.why_not(WheelName.parse(chosen.filename))
        yield "tag", f"none that {target.id} loads: by its tag it {why_not}"
        yield "why", "nothing else can be used, and its files need no more than the runtime has"
        return
    if chosen.tag is None or chosen.rank is None:
        yield "why", "an sdist that can be built for any platform: no wheel of this version can be used"
        return
    place = f"place {chosen.rank + 1} of the {chosen.tags} tags that {target.id} loads"
    yield "tag", f"{chosen.tag}, {place}"


def _fate(fate: FileFate) -> str:
    return f"{fate.filename}: {fate.reason}"


# -- who asked -----------------------------------------------------------------------------------------------


def _chains(chains: Sequence[Chain], everything: bool) -> Iterator[str]:
    shown = chains if everything else chains[:CHAINS]
    for chain in shown:
        yield f"  {' -> '.join(f'{step.by}: {_wanted(step)}' for step in chain.steps)}"
    if len(shown) < len(chains):
        yield f"  and {len(chains) - len(shown)} more (--all shows them)"


def _wanted(step: Step) -> str:
    return f"{step.requirement}; {step.marker}" if step.marker else step.requirement


# -- what was not taken --------------------------------------------------------------------------------------


def _newer(explanation: Explanation, everything: bool) -> Iterator[str]:
    if explanation.chosen.direct is not None:
        yield "Newer versions were not looked for: a direct reference names its file"
    elif not explanation.newer:
        yield "There is no newer version"
    elif everything:
        yield "Newer versions, newest first"
        for version in explanation.newer:
            yield f"  {version.version}: {version.reason}"
            yield from (f"    {_fate(fate)}" for fate in version.files)
    else:
        yield "Newer versions, newest first"
        yield from _newest_folds(versions_folded(explanation.newer))


def _newest_folds(folds: Sequence[Fold]) -> Iterator[str]:
    """A line for each reason, and for the newest of them what became of the files, while there is room."""
    shown = folds[:NEWER]
    room = NEWER - len(shown)
    for fold in shown:
        yield f"  {fold}"
        details = list(files_folded(fold.newest.files))
        if fold.newest.files and len(details) <= room and not fold.says_all:
            room -= len(details)
            yield from (f"    {line}" for line in details)
    if len(shown) < len(folds):
        yield f"  and {sum(fold.count for fold in folds[NEWER:])} more versions (--all shows them)"


# -- other targets -------------------------------------------------------------------------------------------


def _elsewhere(explanation: Explanation, everything: bool) -> Iterator[str]:
    here = explanation.target.architecture
    outcomes = explanation.elsewhere
    if not everything:
        same = {
            outcome.target.runtime.id: _answer(outcome)
            for outcome in outcomes
            if outcome.target.architecture is here
        }
        same[explanation.target.runtime.id] = str(explanation.chosen.version)
        outcomes = tuple(
            outcome
            for outcome in outcomes
            if outcome.target.architecture is here or _answer(outcome) != same.get(outcome.target.runtime.id)
        )
    others = sorted({outcome.target.architecture.value for outcome in explanation.elsewhere} - {here.value})
    alike = f" ({', '.join(others)} alike where not shown)" if others and not everything else ""
    yield f"Other runtimes{alike}"
    yield from table(
        [
            (
                f"  {_place(outcome.target)}",
                str(outcome.version or "none"),
                outcome.filename or outcome.reason or "",
            )
            for outcome in outcomes
        ]
    )


def _place(target: Target) -> str:
    return f"{target.runtime.id}/{target.architecture.value}"


def _answer(outcome: Outcome) -> str:
    """What makes two targets alike: a message names its target, its kind does not."""
    return str(outcome.version or outcome.code or outcome.reason)

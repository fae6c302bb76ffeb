"""Help with its options under headings: those that many commands share stand together in each of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import click

from builder.cli.options import CACHE, INDEX, INPUTS, RESOLVE, TALK, TARGET, Decorator

_SHARED: Mapping[str, Sequence[Decorator]] = {
    "Requirements": INPUTS,
    "Target": TARGET,
    "Versions": RESOLVE,
    "Indexes": INDEX,
    "Cache": CACHE,
    "Messages": TALK,
}
_OWN = "Options"


class Sectioned(click.Command):
    """A command whose `headings` name groups of its own options; they go before the shared ones."""

    def __init__(
        self, *, headings: Mapping[str, Sequence[Decorator]] | None = None, **attributes: Any
    ) -> None:
        super().__init__(**attributes)
        self.headings = headings or {}

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        of = {name: heading for heading, group in self._all().items() for name in _names(group)}
        sections: dict[str, list[tuple[str, str]]] = {_OWN: [], **{heading: [] for heading in self._all()}}
        asks_for_this = self.get_help_option(ctx)
        for option in self.get_params(ctx):
            row = option.get_help_record(ctx) if isinstance(option, click.Option) else None
            if row is not None:
                own = "Messages" if option is asks_for_this else _OWN
                sections[of.get(option.name or "", own)].append(row)
        for heading, rows in sections.items():
            if rows:
                with formatter.section(heading):
                    formatter.write_dl(rows)

    def _all(self) -> Mapping[str, Sequence[Decorator]]:
        return {**self.headings, **_SHARED}


def _names(group: Sequence[Decorator]) -> list[str]:
    """What the options of a group are called as parameters."""

    def bare() -> None: ...

    for option in group:
        option(bare)
    return [parameter.name for parameter in bare.__click_params__]  # type: ignore[attr-defined]  # click's own

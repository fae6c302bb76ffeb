"""What project was meant, when no index knows the one that was asked for."""

from collections.abc import Iterable

from packaging.utils import NormalizedName, canonicalize_name


def close_names(project: NormalizedName, listed: Iterable[str]) -> tuple[str, ...]:
    """Up to three likelier names: what the import name `project` belongs to, then the closest of `listed`."""
    # Here: both are needed only to word an error.
    import difflib
    import tomllib
    from importlib.resources import files

    table = tomllib.loads(files(__package__).joinpath("aliases.toml").read_text("utf-8"))
    known = [table["projects"][project]] if project in table["projects"] else []
    similar = difflib.get_close_matches(
        project, {canonicalize_name(name) for name in listed}, n=3, cutoff=0.75
    )
    return tuple(dict.fromkeys([*known, *similar]))[:3]

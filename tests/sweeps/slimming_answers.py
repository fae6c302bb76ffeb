"""What a slimmed bundle should say where the whole one says something, given what went by a rule. Pure."""

from collections.abc import Mapping, Set
from typing import Any

from sweeps.asking import Question

_LISTS = ("version", "requires", "text", "entry_points")


def compared(question: Question, before: Any, after: Any, gone: Set[str]) -> list[str]:
    """Differences that `gone`, the paths left out, does not explain."""
    if question.kind == "resources":
        return _listing(f"{question.subject}/", before, after, gone)
    if question.kind == "metadata":
        return [fault for name in sorted({*before, *after}) for fault in _of(name, before, after, gone)]
    explained = explained_packages(before, after, gone)
    return [text for text in _packages(before, after) if text not in explained]


def _listing(prefix: str, before: list[str], after: list[str], gone: Set[str]) -> list[str]:
    expected = {path for path in before if prefix + path not in gone}
    missing, added = sorted(expected - {*after}), sorted({*after} - expected)
    told = [f"{len(missing)} files are not listed: {missing[0]}"] if missing else []
    return [*told, *([f"{len(added)} files are listed: {added[0]}"] if added else [])]


def _of(name: str, before: Mapping[str, Any], after: Mapping[str, Any], gone: Set[str]) -> list[str]:
    if name not in before or name not in after:
        return [f"{name} is known in one only"]
    first, second = before[name], after[name]
    faults = [f"{name}: {what} differs" for what in _LISTS if first[what] != second[what]]
    faults += [f"{name}: {fault}" for fault in _listing("", first["files"], second["files"], gone)]
    if second["missing"]:
        faults.append(
            f"{name}: {len(second['missing'])} files of RECORD do not exist: {second['missing'][0]}"
        )
    return faults


def _packages(before: Mapping[str, list[str]], after: Mapping[str, list[str]]) -> list[str]:
    names = sorted({*before, *after})
    return [_told(name, before, after) for name in names if before.get(name) != after.get(name)]


def _told(name: str, before: Mapping[str, list[str]], after: Mapping[str, list[str]]) -> str:
    return f"{name}: {', '.join(before.get(name, ()))}, then {', '.join(after.get(name, ())) or 'none'}"


def explained_packages(
    before: Mapping[str, list[str]], after: Mapping[str, list[str]], gone: Set[str]
) -> list[str]:
    """Of packages_distributions: names that lost a distribution and below which files were left out."""
    tops = {path.partition("/")[0] for path in gone}
    return [
        _told(name, before, after)
        for name in before
        if name in tops and {*after.get(name, ())} < {*before[name]}
    ]

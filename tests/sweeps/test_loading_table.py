"""The page tells what was run, and every disagreement."""

from typing import Any

from sweeps.loading_table import table


def row(project: str, **changes: Any) -> dict[str, Any]:
    """A project's result on python3.13/x86_64: two files, both load."""
    empty: dict[str, Any] = dict.fromkeys(
        ("errors", "false_alarms", "misses", "soft", "follows", "unjudged"), ()
    )
    made = {"project": project, "runtime": "python3.13", "arch": "x86_64", "reason": "", "files": 2}
    return {**made, "bytes": 3_000_000, "tried": 2, "verdicts": {"LOADS": 2}, **empty, **changes}


def test_tells_how_many_projects_were_run() -> None:
    """A sweep that was interrupted says what is missing."""
    page = table([row("a"), row("b")], ("a", "b", "c"))

    assert "| python3.13/x86_64 | 2 of 3 | 2 | 4 | 6 | 0 | 0 | 0 | 0 | 0 | 0 | 0 |" in page
    assert "Not run for python3.13/x86_64 (1): c." in page


def test_shows_no_verdicts_where_nothing_was_tried() -> None:
    """On the other architecture nothing is loaded, which is not the same as nothing found."""
    page = table([row("a", arch="arm64", tried=0, verdicts={})], ("a",))

    assert "| python3.13/arm64 | 1 of 1 | 1 | 2 | 3 | 0 | - | - | - | - | - | - |" in page


def test_tells_every_disagreement() -> None:
    """With the file, the codes and the loader's words."""
    alarm = {"path": "a.so", "codes": ["missing-library"], "said": None}
    miss = {"path": "b.so", "codes": [], "said": "libx.so: cannot open shared object file"}

    page = table([row("a", false_alarms=[alarm], misses=[miss])], ("a",))

    assert "- false alarm, a (python3.13/x86_64): `a.so` missing-library: it loads" in page
    assert "- miss, a (python3.13/x86_64): `b.so`: libx.so: cannot open shared object file" in page


def test_tells_an_error_of_two_targets_once() -> None:
    """One cause, with all bundles that have it, the hint, and what the loader says."""
    error = {"code": "missing-library", "path": "a.so", "evidence": ["needs `libx.so`"], "hint": "Bundle it"}
    said = "libx.so: cannot open shared object file"

    page = table(
        [row("a", errors=[{**error, "said": said}]), row("b", errors=[{**error, "said": said}])], ("a", "b")
    )

    assert page.count("`missing-library`, `a.so` of a (python3.13/x86_64), b (python3.13/x86_64)") == 1
    assert f"  Loader: {said}" in page

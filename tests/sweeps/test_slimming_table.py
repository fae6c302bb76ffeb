"""The page tells what was run, and every loss."""

from typing import Any

from sweeps.slimming_table import HARM, page


def row(project: str, **changes: Any) -> dict[str, Any]:
    """A project's result: 10 modules, nothing lost."""
    fine: dict[str, Any] = {"lost": [], "otherwise": [], "explained": [], "metadata_bytes": []}
    counts = dict.fromkeys(("not_importable", "namespaces", "resources", "distributions"), 1)
    sizes = {"none": 4_000_000, "safe": 3_000_000, "small": 2_000_000, "serverless": 1_000_000}
    made = {
        "project": project,
        "runtime": "python3.13",
        "python": "3.13.0",
        "reason": "",
        "packages": {project: "1"},
    }
    theirs = {"import": 7, "entry": 2}
    made |= {"importable": 10, "entry_points": 3, "tests": 5, "bytes": sizes, "serverless": theirs}
    return {**made, **counts, "safe": fine, "small": fine, **changes}


def test_tells_how_many_projects_were_run() -> None:
    """A sweep that was interrupted says what is missing."""
    text = page([row("a"), row("b", reason="no-solution: x")], ("a", "b", "c"))

    assert "1 projects of 3 (python3.13 by Python 3.13.0; x86_64)" in text
    assert "Not run (1): c." in text
    assert "- b: no-solution: x" in text
    assert (
        "| a | 1 | 4.0 | 3.0 (75 %) | 2.0 (50 %) | 1.0 (25 %) | 10 | 0 | 0 | 7 | 3 | 0 | 0 | 2 | 5 |" in text
    )


def test_tells_every_loss() -> None:
    """In the table, with its words, and as harm."""
    lost = {**row("a")["safe"], "lost": [["import", "a.b", "module, then ImportError: c"]]}
    harmed = row("a", safe=lost)
    text = page([harmed], ("a",))

    assert "- a, safe: import `a.b`: module, then ImportError: c" in text
    assert "| **all** | 1 | 4.0 | 3.0 (75 %) | 2.0 (50 %) | 1.0 (25 %) | 10 | 1 | 0 | 7 |" in text
    assert any(harm(harmed) for harm in HARM)
    assert not any(harm(row("a")) for harm in HARM)

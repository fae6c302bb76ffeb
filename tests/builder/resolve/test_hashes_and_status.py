"""What may not be taken, and what is told of what was."""

import pytest

from builder.errors import (
    MissingHashError,
    NoCompatibleArtifactError,
)
from builder.testing import MemoryIndex
from factories.requests import ask, files, index_of, solve
from prebuilt_index.artefacts import ProjectStatus
from prebuilt_index.errors import QuarantinedProjectError


def test_hashes_restrict_the_files() -> None:
    """Of two files that load, the one whose hash is written down; a hash no index gives is left to fetch."""
    index = MemoryIndex()
    index.add("x-1-cp313-cp313-manylinux_2_17_x86_64.whl", hashes={"sha256": "aa"})
    index.add("x-1-py3-none-any.whl", hashes={"sha256": "bb"})
    index.add("y-1-py3-none-any.whl", hashes={})
    resolution = solve(
        index,
        ask("x==1", hashes=frozenset({"sha256:bb", "sha256:cc"})),
        ask("y==1", hashes=frozenset({"sha256:dd"})),
    )

    assert files(resolution) == ["x-1-py3-none-any.whl", "y-1-py3-none-any.whl"]
    assert resolution.pins[1].file.hashes == {"sha256": "dd"}


def test_a_hash_that_no_file_has_is_told_beside_those_the_index_gives() -> None:
    """Both sides are needed to see which one is wrong."""
    index = MemoryIndex()
    index.add("x-1-py3-none-any.whl", hashes={"sha256": "aa", "md5": "cc"})
    index.add("x-1-cp313-cp313-win_amd64.whl", hashes={"sha256": "bb"})
    index.add("y-1-py3-none-any.whl", hashes={})
    with pytest.raises(NoCompatibleArtifactError) as one:
        solve(index, ask("x==1", hashes=frozenset({"sha256:ee"})))
    with pytest.raises(NoCompatibleArtifactError) as no_common:
        solve(index, ask("x==1", hashes=frozenset({"sha256:aa"})), ask("x", hashes=frozenset({"sha256:bb"})))
    with pytest.raises(NoCompatibleArtifactError) as none_given:
        solve(index, ask("y==1", hashes=frozenset({"sha256:dd", "sha256:ee"})))

    assert one.value.evidence[-2:] == (
        "expected sha256:ee",
        "the index gives sha256:aa for `x-1-py3-none-any.whl`",
    )
    assert "no hash is asked for in every place" in no_common.value.evidence
    assert none_given.value.evidence[-1] == "the index gives none of that kind for `y-1-py3-none-any.whl`"


def test_required_hashes_are_required_of_every_pin() -> None:
    """Also of what only another package requires; and the version must be named."""
    index = index_of("b-1-py3-none-any.whl")
    index.add("a-1-py3-none-any.whl", requires=["b"], hashes={"sha256": "aa"})
    hashed = ask("a==1", hashes=frozenset({"sha256:aa"}))

    with pytest.raises(MissingHashError) as caught:
        solve(index, hashed, require_hashes=True)
    assert caught.value.evidence == ("`b==1`, required by a 1",)
    with pytest.raises(MissingHashError, match="names no version"):
        solve(index, "a", require_hashes=True)


def test_project_status_is_told_or_stops() -> None:
    """PEP 792."""
    index = index_of("old-1-py3-none-any.whl", "bad-1-py3-none-any.whl")
    index.set_status("old", ProjectStatus.DEPRECATED, "use new")
    index.set_status("bad", ProjectStatus.QUARANTINED, "malware")

    assert solve(index, "old").warnings == ("`old` is deprecated: use new",)
    with pytest.raises(QuarantinedProjectError) as caught:
        solve(index, "bad")
    assert caught.value.evidence == ("reason given: malware", "requirements.txt:1 requires bad")

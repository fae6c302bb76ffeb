"""`--offline`: what is not here already is not fetched for a build either."""

from dataclasses import replace
from pathlib import Path

import pytest

from builder.build import PureBuilder
from builder.errors import SdistBuildError
from factories.projects import MakeBuilder
from prebuilt_index.errors import OfflineError


@pytest.fixture
def builder(make_builder: MakeBuilder) -> PureBuilder:
    """A builder that may not go online."""
    online = make_builder()
    return replace(online, policy=replace(online.policy, offline=True))


@pytest.mark.parametrize("scheme", ["https", "http", "ssh", "git"])
def test_no_server_is_asked_for_a_repository(builder: PureBuilder, scheme: str) -> None:
    """Nor for what a branch stands for."""
    with pytest.raises(OfflineError) as caught:
        builder.from_vcs(f"git+{scheme}://user:password@git.test/demo@main")

    assert "git.test/demo" in caught.value.summary
    assert "password" not in caught.value.summary


def test_a_build_requirement_that_is_not_here_says_why(builder: PureBuilder, tmp_path: Path) -> None:
    """pip only tells that it found nothing."""
    project = tmp_path / "demo"
    project.mkdir()
    (project / "setup.py").write_text("import setuptools\nsetuptools.setup(name='demo')\n")
    with pytest.raises(SdistBuildError) as caught:
        builder.from_directory(project)

    assert "--offline" in (caught.value.hint or "")

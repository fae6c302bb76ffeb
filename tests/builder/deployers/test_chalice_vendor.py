"""Whether a project's `vendor/` holds anything."""

from pathlib import Path

from builder.deployers.chalice.project import has_files


def test_folders_alone_are_nothing(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert not has_files(tmp_path)
    (tmp_path / "a" / "b" / "module.py").touch()
    assert has_files(tmp_path)


def test_links_that_lead_back_are_not_followed(tmp_path: Path) -> None:
    """Two of them would be followed along 2^40 ways."""
    for name in ("a", "b"):
        (tmp_path / name).symlink_to(tmp_path)
    assert has_files(tmp_path)

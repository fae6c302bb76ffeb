"""Build requirements that cannot be had: only as sdists, which require each other for their builds."""

from factories.commands import Room
from factories.projects import PYPROJECT, pkg_info, project_files, tar_gz
from factories.refusals import demand_recovery, demand_refusal, stock


def offer_sdist(room: Room, name: str, requires: str) -> None:
    """The index has an sdist whose build requires another project."""
    pyproject = PYPROJECT.format(name=name, version="1.0")
    pyproject = pyproject.replace("requires = []", f'requires = ["{requires}"]')
    files = {**project_files(name, "1.0"), "PKG-INFO": pkg_info(name, "1.0")}
    files["pyproject.toml"] = pyproject.encode()
    content = tar_gz({f"{name}-1.0/{path}": body for path, body in files.items()})
    room.index.add(name, f"{name}-1.0.tar.gz", content)


def test_projects_that_require_each_other_to_be_built(room: Room) -> None:
    """It ends at the first: what a build requires is never built, so nothing goes round in circles."""
    stock(room)
    offer_sdist(room, "hen", "egg")
    offer_sdist(room, "egg", "hen")
    told = ["Preparing the metadata of `hen` 1.0", "No matching distribution found for egg", "log: "]
    demand_refusal(room, "hen", status=5, code="sdist-build-failed", told=told)
    demand_recovery(room)

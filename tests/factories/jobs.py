"""Jobs for backends, and backends that run no compiler."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from factories.wheels import write_wheel
from manylinux.backends.limits import Limits
from manylinux.backends.port import Job, Made
from manylinux.backends.project import Project, project_of
from manylinux.target import Target


def make_job(folder: Path, target: Target, backend: str = "setuptools.build_meta", **files: str) -> Job:
    """A job on a project of these files, in an empty folder; nothing can be run in it."""
    project = folder / "source"
    for name, text in files.items():
        path = project / name.replace("__", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "wheel").mkdir()

    def run(command: Sequence[str], *, cwd: Path, environ: Mapping[str, str]) -> None:
        raise AssertionError(f"ran {command}")

    return Job(
        project=project_of("`demo` 1.0", project, backend=backend, backend_path=(), requires=()),
        target=target,
        folder=folder,
        output=folder / "wheel",
        settings={},
        supply=lambda requires, place: (),
        run=run,
        log=folder / "log",
        deadline=time.monotonic() + 60,
        output_limit=1 << 20,
        limits=Limits(),
        pulse=lambda: None,
        tell=lambda line: None,
    )


@dataclass(kw_only=True)
class PretendBackend:
    """A backend whose answers are given; it counts what it is asked to build."""

    name: str
    refuses: str | None = None
    works: Callable[[Job], Path] | None = None
    prepares: Callable[[Job], bytes | None] = lambda job: None
    foreign_python: str = ""
    names_python: bool = False
    built: list[Project] = field(default_factory=list)
    prepared: list[Project] = field(default_factory=list)

    def refusal(self, project: Project, target: Target) -> str | None:
        return self.refuses

    def identity(self, target: Target) -> str:
        return "1"

    def metadata(self, job: Job) -> bytes | None:
        self.prepared.append(job.project)
        return self.prepares(job)

    def build(self, job: Job) -> Made:
        self.built.append(job.project)
        wheel = self.works(job) if self.works else plain_wheel(job)
        return Made(
            wheel=wheel,
            requirements=("setuptools-80-py3-none-any.whl",),
            notes=("a note",),
            foreign_python=self.foreign_python,
            names_python=self.names_python,
        )


def plain_wheel(job: Job) -> Path:
    """A wheel that runs anywhere."""
    return write_wheel(job.output, "demo", "1.0")

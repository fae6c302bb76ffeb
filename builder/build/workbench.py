"""One build's own folder, log and leashes, gone when it ends; a log is kept when it fails, and quoted."""

import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from builder.build import abandoned, environment
from builder.build.build_system import RefusedError
from builder.build.causes import recognized
from builder.build.process import FailedError, Leash, StoppedError
from builder.build.purity import native_sources
from builder.build.values import BuildIndex, BuildPolicy, ConfigSettings, machine_faults
from builder.errors import SdistBuildError
from manylinux.backends.port import BackendError

_QUOTED = 15
"""Lines of the log's end."""
_LONGEST_LINE = 200
_TAIL = 64 << 10
"""Bytes of the log that may hold those lines."""
_CONTROL = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Colours, and whatever else a terminal would obey."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbench:
    """What one build works with."""

    label: str
    """What is built, for people."""
    folder: Path
    """New and empty but for `home`."""
    policy: BuildPolicy
    environ: Mapping[str, str]
    index: BuildIndex
    deadline: float
    pulse: Callable[[], None]
    log_file: Path | None = None
    """None: in the folder."""

    def again(self, name: str, deadline: float, on_line: Callable[[str], None]) -> "Workbench":
        """A bench below this one with a deadline of its own, and the same log, whose new lines are told."""
        folder = self.folder / name
        (folder / "home").mkdir(parents=True)
        tail = Tail(log=self.log, on_line=on_line, inner=self.pulse)
        return replace(self, folder=folder, deadline=deadline, pulse=tail, log_file=self.log)

    def run(self, command: Sequence[str], *, cwd: Path, environ: Mapping[str, str]) -> None:
        """As `manylinux.backends.port.Run` has it. Raises what `Leash.run` does."""
        self._leash(environ).run(command, cwd=cwd)

    def kept_log(self) -> Path:
        """Where the log lies from now on."""
        return _kept(self)

    @property
    def sources(self) -> Path:
        """Where sources go."""
        return self.folder / "source"

    @property
    def mark(self) -> str:
        """What all that runs on it is known by."""
        return str(self.log.parent)

    @property
    def log(self) -> Path:
        return self.log_file or self.folder / "log"

    def leash_for_git(self, secrets: Mapping[str, str]) -> Leash:
        return self._leash(environment.for_git(self.environ, secrets))

    def make_wheel(self, project: Path, config_settings: ConfigSettings) -> Path:
        """The wheel the backend of `project` wrote, whatever is in it."""
        from builder.build.frontend import Workshop  # 30 ms, only needed when something is built

        home = self.folder / "home"
        workshop = Workshop(
            folder=self.folder,
            for_pip=lambda own: self._leash(environment.for_pip(self.environ, own, self.index)),
            for_backend=lambda programs: self._leash(environment.for_backend(self.environ, home, programs)),
        )
        return workshop.make_wheel(project, config_settings)

    def _leash(self, environ: Mapping[str, str]) -> Leash:
        return Leash(
            environ=environ,
            mark=self.mark,
            log=self.log,
            output=self.policy.output,
            deadline=self.deadline,
            pulse=self.pulse,
        )


@dataclass(slots=True, kw_only=True)
class Tail:
    """A pulse that also tells each line a log has grown by."""

    log: Path
    on_line: Callable[[str], None]
    inner: Callable[[], None]
    read: int = 0
    """Bytes."""

    def __call__(self) -> None:
        self.inner()
        with self.log.open("rb") as file:
            file.seek(self.read)
            new = file.read(_TAIL)
        whole = new[: new.rfind(b"\n") + 1] or (new if len(new) == _TAIL else b"")
        self.read += len(whole)
        for line in whole.decode(errors="replace").splitlines():
            if cleaned := _clean(line):
                self.on_line(cleaned)


@contextmanager
def workbench(
    label: str, policy: BuildPolicy, environ: Mapping[str, str], index: BuildIndex, pulse: Callable[[], None]
) -> Iterator[Workbench]:
    """A bench on which `label`, a project or where it comes from, is built.

    Raises SdistBuildError with the end of the log when the build fails, EnvironmentFault when the system
    does.
    """
    abandoned.sweep(policy.workdir)
    with (
        machine_faults(label),
        tempfile.TemporaryDirectory(
            prefix=abandoned.PREFIX, dir=policy.workdir, ignore_cleanup_errors=True
        ) as folder,
        ExitStack() as stack,
    ):
        bench = Workbench(
            label=label,
            folder=Path(os.path.realpath(folder)),
            policy=policy,
            environ=environ,
            index=index,
            deadline=time.monotonic() + policy.timeout,
            pulse=pulse,
        )
        bench.log.touch()
        stack.enter_context(abandoned.claimed(bench.folder))
        try:
            yield bench
        except (FailedError, StoppedError, RefusedError, BackendError) as error:
            raise _failure(bench, error) from error


def _failure(bench: Workbench, error: Exception) -> SdistBuildError:
    evidence = [*str(error).splitlines(), *_last_lines(bench.log)]
    if bench.log.stat().st_size:
        evidence.append(f"log: {_kept(bench)}")
    failed = "Building"
    if not _has_sources(bench.sources):
        failed, hint = "Fetching", "Check the address, the revision, your rights and the network"
    elif cause := recognized(bench.log):
        evidence.insert(0, cause.what)
        hint = cause.hint
    elif native := native_sources(bench.sources):
        hint = (
            f"It holds `{native[0]}`, which wants a compiler, perhaps a library too. "
            "Require a version that has wheels for the target, or give a wheel that was built for it"
        )
    elif bench.policy.offline:
        hint = "Build requirements do not come from the store: build once without `--offline`"
    else:
        hint = "See whether `pip wheel` builds it, or require another version"
    return SdistBuildError(f"{failed} {bench.label} failed", evidence=evidence, hint=hint)


def _has_sources(folder: Path) -> bool:
    """Of a repository there may be the history only, or nothing."""
    return folder.is_dir() and any(each.name != ".git" for each in folder.iterdir())


def _kept(bench: Workbench) -> Path:
    """Where the log lies from now on."""
    bench.policy.logs.mkdir(parents=True, exist_ok=True)
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", bench.label).strip("-.")[:80]
    descriptor, path = tempfile.mkstemp(prefix=f"{stem}-", suffix=".log", dir=bench.policy.logs)
    os.close(descriptor)
    return Path(shutil.copyfile(bench.log, path))


def _last_lines(log: Path) -> list[str]:
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - _TAIL))
        text = file.read(_TAIL).decode(errors="replace")
    return [line for line in map(_clean, text.splitlines()) if line][-_QUOTED:]


def _clean(line: str) -> str:
    return _CONTROL.sub("", line).rstrip()[:_LONGEST_LINE]

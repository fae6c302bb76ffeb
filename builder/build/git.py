"""Version control: git, through the `git` program. `git+https://host/path@revision` as pip writes it."""

import contextlib
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from builder.build.build_system import RefusedError
from builder.build.process import FailedError, Leash
from builder.errors import InvalidRequirementError

_SCHEMES = ("https", "http", "ssh", "file", "git")
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_QUIET = ("-c", "core.autocrlf=false", "-c", "core.hooksPath=", "-c", "advice.detachedHead=false")
"""The same bytes on every host; no hooks of the user's; fewer words in the log."""
_HELPER = (
    '!f() { test "$1" = get && '
    'printf "username=%s\\npassword=%s\\n" "$LBUILD_GIT_USER" "$LBUILD_GIT_PASSWORD"; }; f'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """Where a project's history is, and which moment of it is wanted."""

    url: str
    """Without credentials, revision and fragment."""
    revision: str | None
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    @classmethod
    def parse(cls, text: str) -> "Repository":
        """The repository behind a `git+...` URL. Raises InvalidRequirementError."""
        system, plus, rest = text.partition("+")
        try:
            parts = urlsplit(rest)
        except ValueError as error:
            raise InvalidRequirementError(
                "The address of a repository is malformed", evidence=(str(error),)
            ) from error
        if not plus or system != "git":
            raise InvalidRequirementError(
                f"`{system}{plus}...` is of a version control system that lbuild does not know",
                evidence=("only `git+https`, `git+ssh`, `git+file`, `git+http` and `git+git` are known",),
                hint="Give an archive of the project, a folder or a wheel instead",
            )
        if parts.scheme not in _SCHEMES or not parts.path.strip("/"):
            raise InvalidRequirementError(
                f"`git+{parts.scheme}:` with this path is no address of a repository",
                hint="Write `git+https://host/path@revision`; for `git@host:path` write `git+ssh://git@host/path`",
            )
        path, at, revision = parts.path.rpartition("@")
        if not at:
            path, revision = parts.path, ""
        revision = unquote(revision)
        if revision.startswith("-") or (at and not revision) or not revision.isprintable():
            raise InvalidRequirementError(f"{revision!r} is no revision of a repository")
        keeps_user = parts.scheme == "ssh"
        login, _, host = parts.netloc.rpartition("@")
        user, _, password = login.partition(":")
        if not unquote(login).isprintable():
            raise InvalidRequirementError("A user of a repository has a name that cannot be printed")
        netloc = f"{user}@{host}" if keeps_user and user else host
        return cls(
            url=urlunsplit((parts.scheme, netloc, path, parts.query, "")),
            revision=revision or None,
            user="" if keeps_user else unquote(user),
            password=unquote(password),
        )

    @property
    def commit(self) -> str | None:
        """The revision, when it is a whole commit id and so needs no asking."""
        return self.revision if self.revision and _COMMIT.fullmatch(self.revision) else None

    @property
    def is_remote(self) -> bool:
        """Whether git would ask a server for it."""
        return not self.url.startswith("file:")

    def secrets(self) -> dict[str, str]:
        """Environment variables that let git log in; arguments could be read by every user of the machine."""
        if not (self.user or self.password):
            return {}
        parts = urlsplit(self.url)
        return {
            "LBUILD_GIT_USER": self.user,
            "LBUILD_GIT_PASSWORD": self.password,
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"credential.{parts.scheme}://{parts.netloc}.helper",
            "GIT_CONFIG_VALUE_0": _HELPER,
        }


def clone(repository: Repository, folder: Path, leash: Leash) -> str:
    """`folder` is a work tree, submodules included, of the commit whose id is the result.

    Blobs of other commits are left out where the server can do that. Raises RefusedError when there is no
    such revision, and what `Leash.run` does.
    """
    _git(leash, "clone", "--quiet", "--no-checkout", "--filter=blob:none", repository.url, str(folder))
    commit = _resolved(repository.revision or "HEAD", folder, leash)
    _git(leash, "-C", str(folder), "checkout", "--quiet", "--detach", commit)
    if (folder / ".gitmodules").exists():
        _git(leash, "-C", str(folder), "submodule", "--quiet", "update", "--init", "--recursive")
    return commit


def advertised_commit(repository: Repository, leash: Leash) -> str | None:
    """The commit that a branch, a tag or no revision stands for, in one request; None: clone to know."""
    if repository.commit:
        return repository.commit
    name = repository.revision or "HEAD"
    answer = _answer(leash, "ls-remote", repository.url, name, f"{name}^{{}}")
    named = {reference: commit for commit, tab, reference in (line.partition("\t") for line in answer) if tab}
    for reference in (f"refs/heads/{name}", f"refs/tags/{name}^{{}}", f"refs/tags/{name}", name):
        if _COMMIT.fullmatch(named.get(reference, "")):
            return named[reference]
    return None


def _resolved(name: str, folder: Path, leash: Leash) -> str:
    """The commit `name` stands for: pip's order, a branch before a tag, then what only the server knows."""
    for candidate in (f"refs/remotes/origin/{name}", f"refs/tags/{name}", name):
        if commit := _commit(candidate, folder, leash):
            return commit
    with contextlib.suppress(FailedError):
        _git(leash, "-C", str(folder), "fetch", "--quiet", "--filter=blob:none", "origin", name)
        if commit := _commit("FETCH_HEAD", folder, leash):
            return commit
    raise RefusedError(f"its repository has no revision `{name}`")


def _commit(name: str, folder: Path, leash: Leash) -> str | None:
    with contextlib.suppress(FailedError):
        for line in _answer(
            leash, "-C", str(folder), "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}"
        ):
            if _COMMIT.fullmatch(line):
                return line
    return None


def _git(leash: Leash, *arguments: str) -> None:
    leash.run(("git", *_QUIET, *arguments))


def _answer(leash: Leash, *arguments: str) -> list[str]:
    """What git prints, line by line."""
    answer = leash.log.with_suffix(".answer")
    try:
        _git(replace(leash, log=answer), *arguments)
        return answer.read_text(encoding="utf-8", errors="replace").splitlines()
    finally:
        # Also, and above all, when it fails: the log is what people are shown.
        with leash.log.open("ab") as log:
            log.write(answer.read_bytes() if answer.exists() else b"")
        answer.unlink(missing_ok=True)

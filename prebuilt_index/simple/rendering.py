"""Pages of the simple repository API written: the inverse of the reading beside it. Pure.

Equal pages give equal bytes, and no time or place of writing is in them. A page says the lowest version of
the API that has all it says: 1.1 for sizes and versions (PEP 700), 1.4 for a status (PEP 792).

No `provenance` key (PEP 740) is written: it must lead to signed attestations, and there are none.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Final

from packaging.utils import NormalizedName

from prebuilt_index.artefacts import IndexFile, ProjectPage, ProjectStatus
from prebuilt_index.simple.moments import moment_text
from prebuilt_index.simple.versions import version_of

_PLAIN, _SIZED, _STATUS = "1.0", "1.1", "1.4"
_HEAD: Final = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
{metas}
<title>{title}</title>
</head>
<body>
<h1>{title}</h1>
"""
_FOOT: Final = "</body>\n</html>\n"


def project_as_json(page: ProjectPage) -> bytes:
    """The page as PEP 691 has it. URLs of files stand as they are, absolute or relative to the page's."""
    form: dict[str, object] = {"meta": {"api-version": _api_version(page)}, "name": page.name}
    if _has_status(page):
        status = {"status": str(page.status), "reason": page.status_reason}
        form["project-status"] = {key: value for key, value in status.items() if value is not None}
    if _is_sized(page):
        form["versions"] = _versions(page.files)
    form["files"] = [_file_as_json(file) for file in page.files]
    return _as_json(form)


def project_as_html(page: ProjectPage) -> bytes:
    """The page as PEP 503 has it, which says nothing of sizes and times, and one hash of each file."""
    metas = [("pypi:repository-version", _api_version(page))]
    if _has_status(page):
        metas.append(("pypi:project-status", str(page.status)))
        if page.status_reason is not None:
            metas.append(("pypi:project-status-reason", page.status_reason))
    links = [
        f"<a {_attributes(_file_as_html(file))}>{escape(file.filename)}</a><br>\n" for file in page.files
    ]
    return _as_html(f"Links for {page.name}", metas, links)


def projects_as_json(projects: Iterable[NormalizedName]) -> bytes:
    """The list of projects as PEP 691 has it."""
    names = sorted(set(projects))
    return _as_json({"meta": {"api-version": _PLAIN}, "projects": [{"name": name} for name in names]})


def projects_as_html(projects: Iterable[NormalizedName]) -> bytes:
    """The list of projects as PEP 503 has it; links are relative."""
    links = [f'<a href="{escape(name)}/">{escape(name)}</a><br>\n' for name in sorted(set(projects))]
    return _as_html("Simple index", [("pypi:repository-version", _PLAIN)], links)


def _api_version(page: ProjectPage) -> str:
    if _has_status(page):
        return _STATUS
    return _SIZED if _is_sized(page) else _PLAIN


def _has_status(page: ProjectPage) -> bool:
    return page.status is not ProjectStatus.ACTIVE or page.status_reason is not None


def _is_sized(page: ProjectPage) -> bool:
    return all(file.size is not None for file in page.files)


def _versions(files: Iterable[IndexFile]) -> list[str]:
    found = {version for file in files if (version := version_of(file.filename)) is not None}
    return [str(version) for version in sorted(found)]


def _file_as_json(file: IndexFile) -> dict[str, object]:
    form: dict[str, object] = {"filename": file.filename, "url": file.url, "hashes": dict(file.hashes)}
    if file.size is not None:
        form["size"] = file.size
    if file.requires_python is not None:
        form["requires-python"] = file.requires_python
    if file.upload_time is not None:
        form["upload-time"] = moment_text(file.upload_time)
    if file.yanked is not None:
        # An empty reason would read as `not yanked`.
        form["yanked"] = file.yanked or True
    if file.metadata_hashes is not None:
        form["core-metadata"] = dict(file.metadata_hashes) or True
    return form


def _file_as_html(file: IndexFile) -> dict[str, str]:
    fragment = _one(file.hashes)
    attributes = {"href": f"{file.url}#{fragment}" if fragment else file.url}
    if file.requires_python is not None:
        attributes["data-requires-python"] = file.requires_python
    if file.yanked is not None:
        attributes["data-yanked"] = file.yanked
    if file.metadata_hashes is not None:
        attributes["data-core-metadata"] = _one(file.metadata_hashes) or "true"
    return attributes


def _one(hashes: Mapping[str, str]) -> str:
    """`sha256=...`, or the first of what is there by name; empty where there is none."""
    name = "sha256" if "sha256" in hashes else min(hashes, default="")
    return f"{name}={hashes[name]}" if name else ""


def _attributes(attributes: Mapping[str, str]) -> str:
    return " ".join(f'{name}="{escape(value)}"' for name, value in attributes.items())


def _as_json(form: object) -> bytes:
    return json.dumps(form, sort_keys=True, indent=1).encode("ascii") + b"\n"


def _as_html(title: str, metas: Sequence[tuple[str, str]], links: Sequence[str]) -> bytes:
    lines = [f"<meta {_attributes({'name': name, 'content': content})}>" for name, content in metas]
    head = _HEAD.format(title=escape(title), metas="\n".join(lines))
    return "".join((head, *links, _FOOT)).encode()

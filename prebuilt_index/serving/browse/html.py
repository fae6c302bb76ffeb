"""The pages' HTML. Pure; markupsafe escapes whatever is put into a template."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from prebuilt_index.serving.browse.commands import commands
from prebuilt_index.serving.browse.values import describe_targets, union

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from prebuilt_index.serving.browse.commands import Command
    from prebuilt_index.serving.browse.search import Found
    from prebuilt_index.serving.browse.values import Project, Wheel
    from prebuilt_index.tree.entry import Provenance

FOOT = Markup(
    'A prebuilt index of <a href="/">lbuild</a>, for installers at <a href="/simple/">/simple/</a>'
    ' (<a href="/simple/?format=application/vnd.pypi.simple.v1%2Bjson">JSON</a>).'
)


def front(found: Found, url: str) -> Markup:
    """All projects of the index, or those that were found."""
    return Markup("""<header>
<h1>Prebuilt wheels for AWS Lambda</h1>
<p class="soft">{summary}</p>
</header>
<form method="get" action="/" role="search">
<label for="q">Search projects, files, recipes and runtimes</label>
<input id="q" name="q" type="search" value="{question}" placeholder="Search: name, version, python3.13, arm64"
 autocomplete="off" maxlength="200">
<button>Search</button>
</form>
{use}
<main>
<p id="count" class="soft" role="status">{count}</p>
{table}
{pages}
</main>""").format(
        summary=f"{_several(found.all_projects, 'project')}, {_several(found.all_wheels, 'wheel')}, "
        f"{_human(found.all_bytes)}",
        question=found.question,
        use=_use(commands(url, None), "Use this index", opened=not found.question),
        count=f"{_several(len(found.matching), 'project')} found" if found.question else "",
        table=_projects(found.shown) if found.shown else _nobody(found),
        pages=_pages(found),
    )


def project_page(project: Project, url: str) -> Markup:
    """One project: its versions, and each wheel of them."""
    return Markup("""<nav><a href="/">All projects</a></nav>
<header>
<h1>{name}</h1>
<p class="soft">{wheels}, {size}</p>
</header>
{use}
<main>
{damaged}
{versions}
</main>""").format(
        name=project.name,
        wheels=_several(len(project.wheels), "wheel"),
        size=_human(project.size),
        use=_use(commands(url, project.name), f"Use {project.name} from here"),
        damaged=_joined(
            Markup(
                '<p class="mark">The entry of <code>{}</code> cannot be read: it is not listed.</p>'
            ).format(name)
            for name in project.damaged
        ),
        versions=_joined(
            _version(f"{version}", wheels, project.name) for version, wheels in project.versions()
        ),
    )


def _projects(projects: Sequence[Project]) -> Markup:
    return Markup("""<table>
<thead><tr><th scope="col">Project</th><th scope="col">Newest</th><th scope="col">Runs on</th>
<th scope="col">Built by</th><th scope="col" class="number">Wheels</th>
<th scope="col" class="number">Size</th></tr></thead>
<tbody>
{}</tbody>
</table>""").format(_joined(map(_project_row, projects)))


def _project_row(project: Project) -> Markup:
    newest = project.newest
    yanked = Markup(' <span class="mark">yanked</span>') if newest is not None and newest.is_yanked else ""
    return Markup("""<tr data-search="{search}"><td class="name"><a href="/project/{name}/">{name}</a></td>
<td data-label="Newest"><span>{version}{yanked}</span></td>
<td data-label="Runs on" class="targets">{targets}</td><td data-label="Built by">{makers}</td>
<td data-label="Wheels" class="number">{wheels}</td>
<td data-label="Size" class="number">{size}</td></tr>
""").format(
        search=project.searchable,
        name=project.name,
        version="" if newest is None else f"{newest.name.version}",
        yanked=yanked,
        targets=_lines(describe_targets(union(project.wheels))),
        makers=_lines(project.makers),
        wheels=len(project.wheels),
        size=_human(project.size),
    )


def _version(version: str, wheels: Sequence[Wheel], project: str) -> Markup:
    return Markup("""<h2>{version}</h2>
<table>
<thead><tr><th scope="col">Wheel</th><th scope="col">Runs on</th><th scope="col">Built by</th>
<th scope="col" class="number">Size</th></tr></thead>
<tbody>
{rows}</tbody>
</table>""").format(version=version, rows=_joined(_wheel_row(wheel, project) for wheel in wheels))


def _wheel_row(wheel: Wheel, project: str) -> Markup:
    entry = wheel.entry
    place = f"/files/{project}/{entry.filename.replace('+', '%2B')}"
    return Markup("""<tr><td class="name"><div><a class="file" href="{place}">{filename}</a>{yanked}<br>
<span class="soft digest">sha256 {digest}</span><br>
<a href="{place}.metadata">metadata</a> · <a href="{place}.entry.json">provenance</a></div></td>
<td data-label="Runs on" class="targets">{targets}</td><td data-label="Built by">{made}</td>
<td data-label="Size" class="number">{size}</td></tr>
""").format(
        place=place,
        filename=entry.filename,
        yanked=_yanked(entry.yanked),
        digest=entry.sha256,
        targets=_lines(describe_targets(wheel.targets)),
        made=_made(entry.provenance),
        size=_human(entry.size),
    )


def _yanked(reason: str | None) -> Markup:
    if reason is None:
        return Markup("")
    return Markup('<br><span class="mark">yanked{}</span>').format(f": {reason}" if reason else "")


def _made(provenance: Provenance | None) -> Markup:
    if provenance is None:
        return Markup("<span>not known</span>")
    said = [
        f"recipe {provenance.recipe}" if provenance.recipe else "",
        f"{provenance.builder}{f', {provenance.backend}' if provenance.backend else ''}",
        f"from {provenance.source}" if provenance.source else "",
        *provenance.notes,
    ]
    return _lines([each for each in said if each])


def _use(lines: Iterable[Command], summary: str, *, opened: bool = True) -> Markup:
    listed = _joined(
        Markup("<dt>{}</dt><dd><pre><code>{}</code></pre><span class='soft'>{}</span></dd>\n").format(
            each.tool, each.line, each.note
        )
        for each in lines
    )
    return Markup("<details{}><summary>{}</summary>\n<dl>\n{}</dl></details>").format(
        Markup(" open") if opened else "", summary, listed
    )


def _nobody(found: Found) -> Markup:
    if not found.all_projects:
        return Markup(
            "<p>The index is empty. <code>lbuild index add WHEEL --index DIR</code> puts a wheel in.</p>"
        )
    return Markup('<p>No project matches. <a href="/">Show all</a></p>')


def _pages(found: Found) -> Markup:
    if found.page_count == 1:
        return Markup("")
    links = [
        Markup('<a rel="{}" href="{}">{}</a>').format(relation, found.link(number), text)
        for relation, number, text in (
            ("prev", found.number - 1, "Previous"),
            ("next", found.number + 1, "Next"),
        )
        if 1 <= number <= found.page_count
    ]
    place = Markup("<span>page {} of {}</span>").format(found.number, found.page_count)
    return Markup('<nav class="pages" aria-label="Pages">{}</nav>').format(_joined([place, *links]))


def _lines(lines: Sequence[str]) -> Markup:
    if len(lines) == 1:
        return Markup("<span>{}</span>").format(lines[0])
    return Markup('<ul class="plain">{}</ul>').format(
        _joined(Markup("<li>{}</li>").format(line) for line in lines)
    )


def _joined(parts: Iterable[Markup]) -> Markup:
    return Markup("").join(parts)


def _several(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _human(size: int) -> str:
    """As reports of lbuild show sizes: a MB has 1,048,576 bytes, as Lambda counts."""
    kibi = size / 1024
    return f"{kibi / 1024:,.1f} MB" if kibi >= 1024 else f"{kibi:.1f} KB"

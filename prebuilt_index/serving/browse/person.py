"""A person's page, from the state of the index to the bytes that are sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from prebuilt_index.serving.browse import html
from prebuilt_index.serving.browse.catalogue import Catalogue
from prebuilt_index.serving.browse.commands import address
from prebuilt_index.serving.browse.document import document
from prebuilt_index.serving.browse.search import find
from prebuilt_index.serving.pages import Page, made

if TYPE_CHECKING:
    from prebuilt_index.serving.folder import IndexFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonsPage:
    """A page, and the Content-Security-Policy it is sent with."""

    page: Page
    policy: str


class PersonsPages:
    """The pages that a person reads, of one index."""

    def __init__(self, folder: IndexFolder) -> None:
        self._catalogue = Catalogue(folder)

    def page(
        self, project: str | None, *, question: str, number: str, host: str | None
    ) -> PersonsPage | None:
        """The page of a project, or without one of all that `question` finds; None for an unknown project.

        `host` is the request's: the commands on the page name the server as its reader does. Raises OSError.
        """
        url = address(host) or "http://HOST:PORT"
        if project is not None:
            known = self._catalogue.project(project)
            if known is None:
                return None
            shown = document(known.name, html.project_page(known, url), html.FOOT, filters=False)
            return PersonsPage(page=made(shown.content), policy=shown.policy)
        projects = self._catalogue.projects()
        found = find(projects, question, number)
        # Where only some of the projects are shown, a filter of these would seem to find less than there is.
        whole = len(found.shown) == found.all_projects > 0
        shown = document("Prebuilt wheels", html.front(found, url), html.FOOT, filters=whole)
        return PersonsPage(page=made(shown.content), policy=shown.policy)

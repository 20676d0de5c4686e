"""The directory's search: a GET form whose address can be shared, and one page of what it finds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from wtforms import SelectField

from barterweb.members.facts import NAF_SECTIONS, DirectorySearch
from barterweb.members.models import Cluster, Company
from barterweb.members.queries import DIRECTORY_PAGE_SIZE
from barterweb.web.fields import Form, TextField

_LONGEST_WORDS = 100


class DirectoryForm(Form):
    """Words, cluster and département. A choice that names nothing here is left out, with a sentence that says so."""

    class Meta(Form.Meta):
        csrf = False

    q = TextField("Nom ou activité")
    pole = SelectField("Pôle")
    departement = SelectField("Département")
    secteur = SelectField("Secteur")

    def __init__(
        self, clusters: Sequence[Cluster], departments: Sequence[str], sections: Sequence[str], typed: Any
    ) -> None:
        super().__init__(formdata=typed)
        self.pole.choices = [("", "Tous les pôles"), *((cluster.slug, cluster.name) for cluster in clusters)]
        self.departement.choices = [("", "Tous les départements"), *((name, name) for name in departments)]
        self.secteur.choices = [
            ("", "Tous les secteurs"),
            *((letter, NAF_SECTIONS[letter][0]) for letter in sections),
        ]
        choices = (self.pole, self.departement, self.secteur)
        self.ignored = [self._leave_out(field) for field in choices if _unknown(field)]
        self.q.data = (self.q.data or "")[:_LONGEST_WORDS]

    def search(self) -> DirectorySearch:
        """Return what is asked for."""
        return DirectorySearch(
            words=self.q.data,
            cluster_slug=self.pole.data or "",
            department=self.departement.data or "",
            section=self.secteur.data or "",
        )

    def chips(self) -> list[dict[str, str]]:
        """Return the filters in force, each with the address that removes it."""
        search = self.search()
        names = dict(self.pole.choices)
        chips = []
        if search.words:
            chips.append((f"«\u00a0{search.words}\u00a0»", {"q": None}))
        if search.cluster_slug:
            chips.append((names[search.cluster_slug], {"pole": None}))
        if search.department:
            chips.append((search.department, {"departement": None}))
        if search.section:
            chips.append((NAF_SECTIONS[search.section][0], {"secteur": None}))
        return [{"label": label, "remove_url": address_of(search, **without)} for label, without in chips]

    def _leave_out(self, field: SelectField) -> str:
        typed, field.data = "".join(c for c in field.data[:60] if c.isprintable()), ""
        return f"Le filtre «\u00a0{typed}\u00a0» ne correspond à rien ici\u00a0: il n’est pas appliqué."


@dataclass(frozen=True, slots=True)
class DirectoryPage:
    """One page of companies, for `ui.pagination`."""

    companies: Sequence[Company]
    number: int
    total: int
    search: DirectorySearch

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // DIRECTORY_PAGE_SIZE))

    @property
    def has_prev(self) -> bool:
        """Whether there is a page before."""
        return self.number > 1

    @property
    def has_next(self) -> bool:
        """Whether there is a page after."""
        return self.number < self.pages

    def url(self, number: int) -> str:
        """Return the address of another page of the same search."""
        return address_of(self.search, page=None if number == 1 else number)


def address_of(search: DirectorySearch, **changes: Any) -> str:
    """Return the address of a search, without its empty parts."""
    values = {
        "q": search.words,
        "pole": search.cluster_slug,
        "departement": search.department,
        "secteur": search.section,
        **changes,
    }
    return url_for("members.directory_GET", **{name: value for name, value in values.items() if value})


def _unknown(field: SelectField) -> bool:
    return bool(field.data) and field.data not in dict(field.choices)

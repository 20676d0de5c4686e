"""Forms of joining: who applies, then one group of questions a page, taken from the whole application."""

from collections.abc import Sequence
from typing import Any

from wtforms.validators import DataRequired, Length
from wtforms.widgets import HiddenInput

from barterweb.errors import BusinessError
from barterweb.joining.facts import STEPS, Step
from barterweb.joining.models import Draft
from barterweb.members.facts import Contact
from barterweb.members.forms import ApplicationForm, EmailField, required
from barterweb.members.forms import explain as explain_members
from barterweb.members.models import Cluster
from barterweb.web.fields import Form, IdField, TextField


class ContactForm(Form):
    """Who applies; the id is that of the application to be, `via` the word of the cluster whose framed page led here."""

    application_id = IdField("adh", widget=HiddenInput())
    via = TextField(default="", widget=HiddenInput(), validators=[Length(max=40)])
    contact_name = TextField("Prénom et nom", required("Indiquez votre prénom et votre nom.", 120))
    contact_email = EmailField("Adresse électronique", [DataRequired("Indiquez votre adresse électronique.")])

    def contact(self) -> Contact:
        """Return who applies; only after validation."""
        return Contact(name=self.contact_name.data, email=self.contact_email.data)


class LinkForm(Form):
    """A button and nothing else."""


class StepForm(ApplicationForm):
    """The questions of one step, filled with what the draft knows."""

    def __init__(self, step: Step, draft: Draft, clusters: Sequence[Cluster], **options: Any) -> None:
        known = {**draft.register, **draft.answers}
        super().__init__(clusters, data=known, **options)
        for name in [field.name for field in ApplicationForm.__iter__(self)]:
            if name not in step.fields and name != "csrf_token":
                del self[name]
        self._siret = str(draft.answers.get("siret", ""))

    def siren(self) -> str | None:
        """Return the SIREN of the SIRET that an earlier step brought."""
        return self._siret[:9] or None

    def answers(self) -> dict[str, Any]:
        """Return what the step brings, by name of field; only after validation."""
        return {name: field.data for name, field in self._fields.items() if name != "csrf_token"}


class WholeForm(ApplicationForm):
    """The application as its steps made it, to be sent."""

    def __init__(self, draft: Draft, clusters: Sequence[Cluster], *, mandate: bool) -> None:
        contact = {"contact_name": draft.contact_name, "contact_email": draft.contact_email}
        typed = {**draft.answers, **contact, "application_id": draft.id, "mandate": mandate}
        super().__init__(clusters, formdata=None, data=typed)


def first_missing(draft: Draft) -> Step:
    """Return the first step that brought nothing yet, the last one when all did."""
    return next((step for step in STEPS[:-1] if not is_done(step, draft)), STEPS[-1])


def is_done(step: Step, draft: Draft) -> bool:
    """Tell whether a step brought what it asks for."""
    return step.fields[0] in draft.answers


def explain(error: BusinessError) -> str:
    """Return the sentence for a refusal."""
    return explain_members(error)

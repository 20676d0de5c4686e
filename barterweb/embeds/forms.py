"""How a framed page is asked for, and where it may be framed."""

from collections.abc import Sequence

from wtforms import SelectField, ValidationError
from wtforms.validators import DataRequired, Length, Regexp
from wtforms.widgets import TextArea

from barterweb.embeds.errors import EmbedError, NotAnOrigin, TooManyOrigins
from barterweb.embeds.facts import MAX_ROWS, Look
from barterweb.web.fields import Form, TextField

KIND_LABELS = {"offer": "Offre", "need": "Besoin"}
_ROWS = [str(number) for number in range(1, MAX_ROWS + 1)]
_KINDS = [("both", "Offres et besoins"), ("offer", "Offres seulement"), ("need", "Besoins seulement")]
_COLOUR = r"(?:#?[0-9a-fA-F]{6})?\Z"
_PIXELS = r"(?:[1-9][0-9]{0,4})?\Z"
_WRONG_COLOUR = "Écrivez une couleur en six chiffres hexadécimaux, par exemple 0b5d4e."
_THEMES = [("auto", "Selon le visiteur"), ("clair", "Clair"), ("sombre", "Sombre")]


class OneOfThese:
    """Refuse any value but those of the list, naming the parameter as it stands in the address."""

    field_flags = {"required": True}  # noqa: RUF012  WTForms reads it, nobody writes

    def __call__(self, form: Form, field: SelectField) -> None:
        """Raise ValidationError for another value."""
        values = [str(value) for value, *_ in field.iter_choices()]
        if field.data not in values:
            expected = f"de {values[0]} à {values[-1]}" if len(values) > 3 else ", ".join(values)
            raise ValidationError(f"Valeurs possibles de «\u00a0{field.name}\u00a0»\u00a0: {expected}.")


def _choice(label: str, name: str, choices: Sequence[str | tuple[str, str]], default: str) -> SelectField:
    options = {"name": name, "choices": choices, "default": default, "validate_choice": False}
    return SelectField(label, validators=[OneOfThese()], **options)


class LookForm(Form):
    """The parameters of a framed page; also the form of its generator. A GET, hence without CSRF token."""

    class Meta(Form.Meta):
        csrf = False

    rows = _choice("Nombre", "n", _ROWS, "6")
    kind = _choice("Annonces", "type", _KINDS, "both")
    theme = _choice("Fond", "theme", _THEMES, "auto")
    accent = TextField(
        "Couleur", name="couleur", default="", validators=[Regexp(_COLOUR, message=_WRONG_COLOUR)]
    )

    def look(self) -> Look:
        """Return what was asked for, validated; the usual look when the form is not valid, and has `errors`."""
        if not self.validate():
            return Look()
        accent = self.accent.data.removeprefix("#").lower()
        return Look(rows=int(self.rows.data), kind=self.kind.data, accent=accent, theme=self.theme.data)


class OembedForm(Form):
    """What a site asks for that embeds pages by their address alone (oembed.com, 2.2). Without CSRF token: a GET."""

    class Meta(Form.Meta):
        csrf = False

    url = TextField(validators=[DataRequired()])
    format = TextField(default="json")
    maxwidth = TextField(default="", validators=[Regexp(_PIXELS)])
    maxheight = TextField(default="", validators=[Regexp(_PIXELS)])

    def limits(self) -> tuple[int | None, int | None]:
        """Return the greatest width and height asked for, in pixels; only after validation."""
        width, height = (int(field.data) if field.data else None for field in (self.maxwidth, self.maxheight))
        return width, height


class OriginsForm(Form):
    """The sites that may frame the cluster's listings, one a line."""

    origins = TextField("Un site par ligne", widget=TextArea(), validators=[Length(max=6000)])


_SENTENCES = {
    "scheme": "L’adresse «\u00a0{typed}\u00a0» doit commencer par https://, par exemple https://www.votre-pole.fr.",
    "insecure": "L’adresse «\u00a0{typed}\u00a0» doit commencer par https://\u00a0: http n’est pas assez sûr.",
    "wildcard": "L’adresse «\u00a0{typed}\u00a0» contient une étoile\u00a0: écrivez chaque site en entier, un par ligne.",
    "path": "L’adresse «\u00a0{typed}\u00a0» en dit trop\u00a0: gardez https:// et le nom du site, sans ce qui suit.",
    "host": "L’adresse «\u00a0{typed}\u00a0» n’est pas celle d’un site, comme https://www.votre-pole.fr.",
}


def explain(error: EmbedError) -> str:
    """Return the sentence that tells staff what was refused and what to write instead."""
    if isinstance(error, NotAnOrigin):
        return _SENTENCES[error.problem].format(typed=error.typed[:80])
    if isinstance(error, TooManyOrigins):
        return f"Un pôle peut autoriser {error.limit} sites au plus. Rien n’a été enregistré."
    raise error

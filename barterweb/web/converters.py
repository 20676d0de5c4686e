"""URL converters: an identifier of the wrong shape is a page that does not exist."""

from flask import Flask
from werkzeug.routing import BaseConverter, Map, ValidationError

from barterweb.ids import valid_id


class IdConverter(BaseConverter):
    """``<id("trd"):trade_id>`` matches ids with that prefix."""

    part_isolating = True

    def __init__(self, url_map: Map, prefix: str) -> None:
        super().__init__(url_map)
        self.prefix = prefix

    def to_python(self, value: str) -> str:
        """Refuse what is not an id of this kind."""
        if not valid_id(value, self.prefix):
            raise ValidationError(value)
        return value


def init_app(app: Flask) -> None:
    """Install the converter under the name ``id``."""
    app.url_map.converters["id"] = IdConverter

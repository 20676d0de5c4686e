"""What all facts share: they survive JSON unchanged, and reading them back computes again what is derived."""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from datetime import date
from functools import cache
from types import UnionType
from typing import Any, Literal, Self, get_args, get_origin, get_type_hints

from barterweb.documents.errors import InconsistentFacts


class Facts:
    """Base of all facts: they survive JSON unchanged."""

    __slots__ = ()

    def to_json(self) -> str:
        """Return the facts as JSON: the same text for the same facts (sorted keys, ISO dates, integers)."""
        values = asdict(self)  # type: ignore[call-overload]  # every subclass is a dataclass
        return json.dumps(
            values, default=date.isoformat, ensure_ascii=False, sort_keys=True, separators=(",", ":")
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read `to_json`'s text back; raise `InconsistentFacts` if it is malformed or does not add up."""
        try:
            facts: Self = _read(cls, json.loads(text))
        except InconsistentFacts:
            raise
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise InconsistentFacts(f"malformed {cls.__name__}: {error!r}") from error
        return facts


def _read(kind: Any, value: Any) -> Any:
    """Turn a JSON value into the type a field is annotated with."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is UnionType:
        return None if value is None else _read(arguments[0], value)
    if origin is tuple and type(value) is list:
        return tuple(_read(arguments[0], item) for item in value)
    if is_dataclass(kind):
        return _read_dataclass(kind, value)
    if kind is date:
        return date.fromisoformat(value)
    if (value not in arguments) if origin is Literal else (type(value) is not kind):
        raise InconsistentFacts(f"{value!r} is not {kind}")
    return value


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    return get_type_hints(kind)


def _read_dataclass(kind: Any, values: dict[str, Any]) -> Any:
    read = {name: _read(_hints(kind)[name], value) for name, value in values.items()}
    derived = {f.name for f in fields(kind) if not f.init}
    facts = kind(**{name: value for name, value in read.items() if name not in derived})
    for name in derived:
        if read[name] != getattr(facts, name):
            raise InconsistentFacts(
                f"{name} of {kind.__name__} is {read[name]!r}, not {getattr(facts, name)!r}"
            )
    return facts


def require(condition: bool, what: str) -> None:
    """Raise `InconsistentFacts`, saying `what`, unless the condition holds."""
    if not condition:
        raise InconsistentFacts(what)

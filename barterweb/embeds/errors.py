"""What the settings of framed pages refuse."""

from dataclasses import dataclass

from barterweb.errors import BusinessError


class EmbedError(BusinessError):
    """Base of the refusals of this capability."""


@dataclass
class NotAnOrigin(EmbedError):
    """The text is not the origin of a site that may frame pages.

    `problem` is scheme (neither http nor https), insecure (http elsewhere than on one's own machine), wildcard, path (more
    than scheme, host and port) or host.
    """

    typed: str
    problem: str


@dataclass
class TooManyOrigins(EmbedError):
    """More sites than one cluster may list."""

    limit: int

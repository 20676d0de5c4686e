"""What the guards refuse."""

from barterweb.errors import BusinessError


class SecurityError(BusinessError):
    """Base of the refusals of this library."""


class CodeRefused(SecurityError):
    """The code is not the one of the moment, was used before, or is no recovery code that is left."""


class PasskeyRefused(SecurityError):
    """The key's answer does not fit the question, the site or the person, or the key is known already."""


class LinkOver(SecurityError):
    """The link never existed, was used, or its time is over."""

"""What privacy's verbs refuse."""

from dataclasses import dataclass

from barterweb.errors import BusinessError


@dataclass
class LastAdministrator(BusinessError):
    """Erasing this person would leave companies without an administrator: another must be named first."""

    company_names: tuple[str, ...]

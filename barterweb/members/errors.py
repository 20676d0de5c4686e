"""What members' verbs refuse, one exception a rule. Nothing is written when one is raised."""

from dataclasses import dataclass

from barterweb.errors import BusinessError, Conflict


class MemberError(BusinessError):
    """Base of the refusals of this capability."""


@dataclass
class NotASiret(MemberError):
    """The text is no SIRET. `problem` is characters, length (there are `digits`) or key."""

    problem: str
    digits: int


@dataclass
class NotAVatNumber(MemberError):
    """The text is no French VAT number (`problem` is malformed) or that of another SIREN (company)."""

    problem: str


@dataclass
class SiretKnown(MemberError):
    """A company with this SIRET is a member, was one, or has applied."""

    siret: str


class ClustersOfSeveralRegions(MemberError):
    """A company's account falls under the terms of one region: its clusters must be of the same one."""


@dataclass
class ApplicationIdTaken(MemberError):
    """The form's id served before, for another company."""

    application_id: str


@dataclass
class ApplicationDecided(MemberError, Conflict):
    """The application was approved or refused meanwhile."""

    application_id: str
    status: str


@dataclass
class NothingAsked(MemberError):
    """An answer comes to no question, or the question was answered before."""

    application_id: str


@dataclass
class EmailTaken(MemberError):
    """A person with this address exists."""

    email: str


class InvitationOver(MemberError):
    """No open invitation has this token: it never had one, was used, or its time is over."""


@dataclass
class OwnRole(MemberError):
    """Nobody takes away a role of their own: another administrator does, so that one always remains."""

    role_id: str


@dataclass
class StatusNotPossible(MemberError):
    """A company that has not been admitted, or was refused, takes no other status this way."""

    company_id: str
    status: str

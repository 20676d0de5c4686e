"""The bases of all business exceptions. They carry typed attributes, never sentences: routes speak French."""


class BusinessError(Exception):
    """A rule of the business refuses the action; nothing was written. Shown as 422 on the form."""


class Conflict(BusinessError):
    """Somebody else changed what the person was looking at. Shown as 409 with the current state."""


class NotFound(BusinessError):
    """Absent, or not to be seen by this person: the two look alike. Shown as 404."""


class TooMany(BusinessError):
    """It was tried too often; it may be tried again in `seconds`. Shown as 429."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds

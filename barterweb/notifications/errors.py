"""What notifications refuse."""


class UnknownNotification(ValueError):
    """The kind does not exist, or the payload lacks something its sentence needs: a programming error."""

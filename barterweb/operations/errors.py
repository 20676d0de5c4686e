"""What a backup or a restoration refuses; each says in one sentence what is wrong and what to do."""


class OperationRefused(Exception):
    """Base of the refusals; its text is shown to whoever runs the command."""

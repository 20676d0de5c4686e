"""The form under the list of notifications."""

from barterweb.web.fields import Form, IdField


class ReadForm(Form):
    """Up to which notification everything has been read: the newest one displayed."""

    newest_id = IdField("ntf")

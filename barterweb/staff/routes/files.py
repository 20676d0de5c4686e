"""Files that staff take with them."""

from flask import Response, make_response


def csv_file(data: bytes, name: str) -> Response:
    """Answer with a CSV file of this name."""
    response = make_response(data)
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response

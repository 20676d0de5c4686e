"""The least a Flask page can be: one view that returns a constant as long as the listings page. For bench.pages."""

from flask import Flask

app = Flask(__name__)
PAGE = (
    "<!DOCTYPE html><html lang=fr><title>Constant</title>" + "<p>Une annonce, une ville, un prix.</p>" * 360
)


@app.get("/annonces")
def constant() -> str:
    """Return it."""
    return PAGE

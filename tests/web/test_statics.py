"""Static files: compressed once, kept for ever under an address that holds their content; sheets within first pages."""

import base64
import gzip
import hashlib
import re

import brotli
import pytest
from flask import Flask

from barterweb.web import statics

NAMES = ("app.css", "app.js", "htmx.js", "icon.svg", "embeds/cadre.js")


@pytest.mark.parametrize("name", NAMES)
def test_each_encoding_holds_the_same_file_and_may_be_kept_for_ever(app: Flask, name: str) -> None:
    with app.test_request_context():
        url = statics.static_url(name)
    client = app.test_client()
    answers = {
        kind: client.get(url, headers={"Accept-Encoding": kind}) for kind in ("br", "gzip", "identity")
    }
    plain = answers["identity"].data
    assert brotli.decompress(answers["br"].data) == gzip.decompress(answers["gzip"].data) == plain
    assert len(answers["br"].data) < len(answers["gzip"].data) < len(plain)
    for kind, answer in answers.items():
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert "Accept-Encoding" in answer.headers["Vary"]
        assert answer.headers.get("Content-Encoding", "identity") == kind
        again = client.get(url, headers={"Accept-Encoding": kind, "If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304
        assert "Set-Cookie" not in answer.headers


def test_an_address_without_its_version_is_kept_for_an_hour_only(app: Flask) -> None:
    assert app.test_client().get("/static/app.css").headers["Cache-Control"] == "public, max-age=3600"


@pytest.mark.parametrize("name", ["rien.css", "../wsgi.py", "..%2fwsgi.py", "vendor", "vendor/"])
def test_nothing_else_is_served(app: Flask, name: str) -> None:
    assert app.test_client().get(f"/static/{name}").status_code == 404


def test_a_first_page_carries_its_sheet_and_the_policy_names_it(app: Flask) -> None:
    answer = app.test_client().get("/connexion")
    (sheet,) = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    policy = answer.headers["Content-Security-Policy"]
    assert f"style-src 'self' 'sha256-{digest}';" in policy
    assert 'rel="stylesheet"' not in answer.text


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "same-origin"}, {"Referer": "http://localhost/annonces"}]
)
def test_a_page_reached_from_ours_links_the_sheet(app: Flask, headers: dict[str, str]) -> None:
    answer = app.test_client().get("/connexion", headers=headers)
    assert "<style>" not in answer.text
    assert 'rel="stylesheet"' in answer.text
    assert "sha256" not in answer.headers["Content-Security-Policy"]


def test_a_page_reached_from_elsewhere_carries_it(app: Flask) -> None:
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Referer": "http://localhost.example/annonces"}):
        assert "<style>" in app.test_client().get("/connexion", headers=headers).text

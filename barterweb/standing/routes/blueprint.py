"""The one blueprint of standing, which the views of this folder join."""

from flask import Blueprint

bp = Blueprint("standing", __name__)

"""The one blueprint of members, which the views of this folder join."""

from flask import Blueprint

bp = Blueprint("members", __name__)

"""The one blueprint of staff, which the views of this folder join."""

from flask import Blueprint

bp = Blueprint("staff", __name__)

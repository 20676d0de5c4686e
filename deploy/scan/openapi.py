"""The map of the site as an OpenAPI document: every route, its parts, what its address and its form may carry."""

import re
from typing import Any

from flask import Flask

QUERY = (
    "page", "etat", "du", "au", "mots", "type", "categorie", "pole", "lieu", "prix_min", "prix_max", "tri", "q",
    "departement", "suite", "n", "couleur", "theme", "message", "format",
)  # fmt: skip
FIELDS = (
    "email", "password", "again", "present", "code", "answer", "name", "version", "reason", "read", "siret", "title",
    "description", "price_cents", "category", "kind", "nature", "role_id", "understood", "decision", "message",
    "lines-0-quantity_milli", "lines-0-unit_price_cents", "delivery_on", "ends_on", "origins",
)  # fmt: skip


def describe(app: Flask, csrf_token: str) -> dict[str, Any]:
    """Return the document; the CSRF token is the one that the cookies of the scan go with."""
    paths: dict[str, Any] = {}
    for rule in app.url_map.iter_rules():
        if rule.endpoint in {"static", "members.sign_out_POST"}:
            continue
        path = re.sub(r"<(?:[^:>]+:)?(\w+)>", r"{\1}", rule.rule)
        method = "post" if rule.endpoint.endswith("_POST") else "get"
        paths.setdefault(path, {})[method] = _operation(rule, method, csrf_token)
    return {"openapi": "3.0.3", "info": {"title": "barterweb", "version": "1"}, "paths": paths}


def _operation(rule: Any, method: str, csrf_token: str) -> dict[str, Any]:
    parameters = [
        _parameter(name, prefix) for prefix, name in re.findall(r"<(?:id\('(\w+)'\):)?(\w+)>", rule.rule)
    ]
    if method == "get":
        parameters += [{"name": n, "in": "query", "schema": {"type": "string"}} for n in QUERY]
    parameters.append({"name": "HX-Request", "in": "header", "schema": {"enum": ["true", "false"]}})
    operation: dict[str, Any] = {
        "operationId": rule.endpoint,
        "parameters": parameters,
        "responses": {"default": {"description": "an answer"}},
    }
    if method == "post":
        content = {"application/x-www-form-urlencoded": {"schema": _form(csrf_token)}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _parameter(name: str, prefix: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 60}
    if prefix:
        schema = {
            "anyOf": [{"type": "string", "pattern": f"^{prefix}_[0-7][0-9a-hjkmnp-tv-z]{{25}}$"}, schema]
        }
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _form(csrf_token: str) -> dict[str, Any]:
    fields: dict[str, Any] = {name: {"type": "string", "maxLength": 200} for name in FIELDS}
    fields["csrf_token"] = {"enum": [csrf_token]}
    return {"type": "object", "properties": fields, "required": ["csrf_token"]}

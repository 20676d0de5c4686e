"""Measurements; each module says in its first lines how to run it."""

"""Joining: an application in short steps that can be left and resumed, until it is sent to the staff of a cluster."""

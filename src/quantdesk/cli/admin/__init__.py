"""`quantdesk admin`: the keys' commands, each with a dry run and a table of what would change.

``commands`` (typer) -> ``proposals`` (words into a ``Change``) and ``office`` (simulate, show, sign, send);
``units`` knows how a person writes each parameter, ``differences`` what changed.
"""

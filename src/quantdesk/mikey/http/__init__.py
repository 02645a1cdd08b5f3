"""MIKEY's HTTP API, for the gateway only."""

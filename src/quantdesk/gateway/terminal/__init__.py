"""The built trading terminal, served as files from the gateway's own origin."""

"""Alembic migrations of the store; run by ``quantdesk.infra.store.migrate``."""

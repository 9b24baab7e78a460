"""The embedded PostgreSQL, and what every PostgreSQL that serves Teczka must have."""

from teczka.store.server.roles import prepare
from teczka.store.server.supervisor import Server

__all__ = ["Server", "prepare"]

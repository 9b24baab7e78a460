"""The two roles and the database, as every PostgreSQL that serves Teczka must have them; made by us in the embedded one."""

import psycopg
from psycopg import sql

DATABASE = "teczka"
OWNER = "teczka_owner"  # migrates; owns the tables
APP = "teczka_app"  # all else; row-level security binds it


def prepare(conninfo: str) -> None:
    """Make what is missing of roles and database; change nothing that is there. `conninfo`: as a superuser, any database.
    Without passwords: the server knows its clients by their operating-system user."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for role in (OWNER, APP):
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                connection.execute(_create_role(role))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0").format(
                    sql.Identifier(DATABASE), sql.Identifier(OWNER)
                )
            )
        rights = "REVOKE ALL ON DATABASE {0} FROM PUBLIC; GRANT CONNECT, TEMPORARY ON DATABASE {0} TO {1}"
        connection.execute(sql.SQL(rights).format(sql.Identifier(DATABASE), sql.Identifier(APP)))


def _create_role(role: str) -> sql.Composed:
    return sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE").format(sql.Identifier(role))

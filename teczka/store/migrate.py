"""Bringing a database to this version's shape, as the owner role. Serving processes never do: they are bound by the app role."""

from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql

from teczka.store.connections import as_django
from teczka.store.server.roles import APP

OWNER_ALIAS = "owner"

# After each migration, for whatever it made. The app role may change rows; the shape is the owner's.
RIGHTS = """
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO {app};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {app};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {app};
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {app};
REVOKE EXECUTE ON FUNCTION teczka_audit_entry FROM {app};
REVOKE INSERT, UPDATE, DELETE ON django_migrations, store_auditentry FROM {app};
"""


def migrate(owner_conninfo: str) -> None:
    """Run what has not run yet; nothing where the database is up to date."""
    connections.databases[OWNER_ALIAS] = (
        connections.databases[DEFAULT_DB_ALIAS] | as_django(owner_conninfo) | {"CONN_MAX_AGE": 0}
    )
    try:
        call_command("migrate", database=OWNER_ALIAS, interactive=False, verbosity=0)
        with connections[OWNER_ALIAS].cursor() as cursor:
            cursor.execute(sql.SQL(RIGHTS).format(app=sql.Identifier(APP)).as_string(None))
    finally:
        connections[OWNER_ALIAS].close()
        del connections[OWNER_ALIAS]
        del connections.databases[OWNER_ALIAS]


def up_to_date() -> bool:
    """Whether the database that we serve from has this version's shape."""
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def walls_hold() -> bool:
    """Whether row-level security binds the role that we serve as: neither superuser nor BYPASSRLS nor the tables' owner."""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(
            "SELECT NOT (r.rolsuper OR r.rolbypassrls OR pg_has_role(c.relowner, 'USAGE')) FROM pg_roles r, pg_class c"
            " WHERE r.rolname = current_user AND c.oid = 'store_message'::regclass"
        )
        row = cursor.fetchone()
    return bool(row and row[0])

"""Bringing a database to this version's shape, as the owner role. Serving processes never do: they are bound by the app role."""

from collections.abc import Collection

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from teczka.core.errors import Problem, Trouble
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
    """Run what has not run yet; nothing where the database is up to date. Raises Problem(DATA_NEWER), and then nothing was touched.

    Not by Django's command: at each start it would make all models anew, twice, for content types and permissions that nobody asks for."""
    connections.databases[OWNER_ALIAS] = (
        connections.databases[DEFAULT_DB_ALIAS] | as_django(owner_conninfo) | {"CONN_MAX_AGE": 0}
    )
    try:
        executor = MigrationExecutor(connections[OWNER_ALIAS])
        _refuse_newer(executor.loader)
        executor.loader.check_consistent_history(executor.connection)
        targets = executor.loader.graph.leaf_nodes()
        if plan := executor.migration_plan(targets):
            executor.migrate(targets, plan)
        with connections[OWNER_ALIAS].cursor() as cursor:
            cursor.execute(sql.SQL(RIGHTS).format(app=sql.Identifier(APP)).as_string(None))
    finally:
        connections[OWNER_ALIAS].close()
        del connections[OWNER_ALIAS]
        del connections.databases[OWNER_ALIAS]


def refuse_unknown(migrations: Collection[str]) -> None:
    """Of all apps' migrations, "app.name", those that this version has. Raises Problem(DATA_NEWER)."""
    _refuse_all_but_known(MigrationLoader(None), migrations)


def up_to_date() -> bool:
    """Whether the database that we serve from has this version's shape. Raises Problem(DATA_NEWER)."""
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    _refuse_newer(executor.loader)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _refuse_newer(loader: MigrationLoader) -> None:
    """Where a newer version has been at the database: what it made of it we do not know."""
    _refuse_all_but_known(loader, [f"{app}.{name}" for app, name in loader.applied_migrations])


def _refuse_all_but_known(loader: MigrationLoader, migrations: Collection[str]) -> None:
    known = {f"{app}.{name}" for app, name in loader.disk_migrations}
    if unknown := sorted(set(migrations) - known):
        raise Problem(Trouble.DATA_NEWER, unknown=", ".join(unknown[:3]))


def walls_hold() -> bool:
    """Whether row-level security binds the role that we serve as: neither superuser nor BYPASSRLS nor the tables' owner."""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(
            "SELECT NOT (r.rolsuper OR r.rolbypassrls OR pg_has_role(c.relowner, 'USAGE')) FROM pg_roles r, pg_class c"
            " WHERE r.rolname = current_user AND c.oid = 'store_message'::regclass"
        )
        row = cursor.fetchone()
    return bool(row and row[0])

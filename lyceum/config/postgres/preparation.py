"""What a new cluster gets once: the role that owns the tables, the database, the extensions."""

from __future__ import annotations

from typing import LiteralString

import psycopg
from psycopg import sql

from lyceum.config.postgres.binaries import EXTENSIONS
from lyceum.config.postgres.cluster import DATABASE, OWNER, SUPERUSER, ClusterFiles, Credentials


def prepare_cluster(files: ClusterFiles, credentials: Credentials) -> None:
    """Safe to run again after a start that was cut off in the middle."""
    maintenance_url = files.url(credentials, user=SUPERUSER, database="postgres")
    with psycopg.connect(maintenance_url, autocommit=True) as connection:
        if not _exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", OWNER):
            connection.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(OWNER)))
        connection.execute(
            sql.SQL("ALTER ROLE {} LOGIN NOSUPERUSER CREATEDB CREATEROLE PASSWORD {}").format(
                sql.Identifier(OWNER), sql.Literal(credentials.owner_password)
            )
        )
        if not _exists(connection, "SELECT 1 FROM pg_database WHERE datname = %s", DATABASE):
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(
                    sql.Identifier(DATABASE), sql.Identifier(OWNER)
                )
            )
    with psycopg.connect(files.url(credentials, user=SUPERUSER, database=DATABASE), autocommit=True) as connection:
        for extension in EXTENSIONS:
            connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))


def _exists(connection: psycopg.Connection, query: LiteralString, name: str) -> bool:
    return connection.execute(query, [name]).fetchone() is not None

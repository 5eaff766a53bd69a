"""Room postgres: the database server that starts by itself, its backups and its restores."""

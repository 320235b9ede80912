"""What the desk keeps, on SQLite and PostgreSQL: the only importer of Peewee."""

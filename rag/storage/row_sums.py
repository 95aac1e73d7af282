"""The checksums of rows that stand nowhere else, as SQL that migrations of the catalog are put together from.

SQLite compares no content; triggers keep a checksum of each row in `row_sums`. Never edit what is here: it is a part of
released migrations.
"""


def summed(table: str, key: str, *columns: str) -> str:
    """Return the SQL that gives each row of a table a checksum in row_sums. Part of a migration: never to be edited."""
    row, new = ", ".join(columns), ", ".join(f"new.{column}" for column in columns)
    return f"""
    INSERT INTO row_sums SELECT '{table}', {key}, checksum({row}) FROM {table};
    CREATE TRIGGER {table}_summed AFTER INSERT ON {table} BEGIN
        INSERT OR REPLACE INTO row_sums VALUES ('{table}', new.{key}, checksum({new}));
    END;
    CREATE TRIGGER {table}_resummed AFTER UPDATE ON {table} BEGIN
        DELETE FROM row_sums WHERE of = '{table}' AND key = old.{key};
        INSERT OR REPLACE INTO row_sums VALUES ('{table}', new.{key}, checksum({new}));
    END;
    CREATE TRIGGER {table}_unsummed AFTER DELETE ON {table} BEGIN
        DELETE FROM row_sums WHERE of = '{table}' AND key = old.{key};
    END;
    """


def resummed(table: str, key: str, before: tuple[str, ...], now: tuple[str, ...]) -> str:
    """Return the SQL that gives a table's checksums more columns; a row that isn't what was written stays so."""
    sums = f"SELECT checksum({{}}) FROM {table} WHERE {table}.{key} = row_sums.key"
    return f"""
    UPDATE row_sums SET value = ({sums.format(", ".join(now))})
        WHERE of = '{table}' AND value = ({sums.format(", ".join(before))});
    CREATE TEMP TABLE kept_sums AS SELECT key, value FROM row_sums WHERE of = '{table}';
    DELETE FROM row_sums WHERE of = '{table}';
    DROP TRIGGER {table}_summed;
    DROP TRIGGER {table}_resummed;
    DROP TRIGGER {table}_unsummed;
    {summed(table, key, *now)}
    DELETE FROM row_sums WHERE of = '{table}';
    INSERT INTO row_sums SELECT '{table}', key, value FROM kept_sums;
    DROP TABLE kept_sums;
    """

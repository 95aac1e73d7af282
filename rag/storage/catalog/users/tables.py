"""The tables of what is kept of users, as a part of a migration: never to be edited once it is released.

Nothing but TEXT and INTEGER, so that it is PostgreSQL's too but for AUTOINCREMENT (there GENERATED ALWAYS AS IDENTITY).
"""

USERS = """
    CREATE TABLE audit (                             -- who changed what, the latest
        audit_id INTEGER PRIMARY KEY AUTOINCREMENT,
        at TEXT NOT NULL,                            -- when it was done, or began (ISO, UTC)
        who TEXT NOT NULL,
        what TEXT NOT NULL,                          -- ingest, remove, tag, ...
        papers INTEGER,                              -- how many it was about; NULL: it goes on, or broke off
        about TEXT NOT NULL                          -- sources or ids, in short
    );
    CREATE TABLE kept_versions (                     -- of what is kept of each user; counted up by each change of it
        who TEXT PRIMARY KEY,
        version INTEGER NOT NULL
    );
    CREATE TABLE kept_rows (                         -- users' conversations and the exchanges in them
        who TEXT NOT NULL,
        kind TEXT NOT NULL,                          -- conversation, or exchange
        row_id TEXT NOT NULL,                        -- made up by the browser
        version INTEGER NOT NULL,                    -- of what is kept of the user, when it was last changed
        conversation TEXT NOT NULL,                  -- that it is, or is in
        deleted INTEGER,                             -- when the reader deleted it, in ms since 1970; NULL: not
        told TEXT NOT NULL,                          -- what it says, as JSON; empty: it is forgotten for good
        PRIMARY KEY (who, kind, row_id)
    );
    CREATE INDEX kept_rows_by_version ON kept_rows (who, version);
    CREATE INDEX kept_rows_by_conversation ON kept_rows (who, conversation);
"""

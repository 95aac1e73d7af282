"""The tables of the catalog, as the list of scripts that made them. Never edit a released one: append another.

SQLite compares no content, so what isn't stored twice has checksums, which triggers keep. The functions that
the scripts and the triggers call are in rag.storage.catalog.schema.
"""

from rag.storage.catalog.users.tables import USERS
from rag.storage.row_sums import resummed, summed

RECORD_COLUMNS = ("record_id", "paper_id", "source", "reason", "at", "record")
LABEL_COLUMNS = ("label_id", "kind", "name", "name_key", "at")
LABELLED_COLUMNS = ("labelled_id", "label_id", "paper_id")
NOTE_COLUMNS = ("paper_id", "text")
FIRST_RATING_COLUMNS = ("rating_id", "at", "good", "note", "answer")
RATING_COLUMNS = (*FIRST_RATING_COLUMNS, "who")
QUERY_COLUMNS = ("query_id", "query", "at", "refreshed")
MIGRATIONS = (
    """
    CREATE TABLE papers (
        paper_id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used twice: vectors are named by it
        title TEXT NOT NULL,
        abstract TEXT NOT NULL,
        key TEXT,
        authors TEXT NOT NULL,                       -- a JSON list
        year INTEGER,
        doi TEXT,                                    -- that of the record that came first
        arxiv_id TEXT,
        url TEXT,
        title_key TEXT NOT NULL,                     -- the title as identity sees it
        indexed INTEGER NOT NULL DEFAULT 0           -- 1: its vectors are stored, and it can be found
    );
    CREATE INDEX papers_by_title_key ON papers (title_key);
    CREATE INDEX papers_pending ON papers (paper_id) WHERE indexed = 0;

    CREATE TABLE origins (
        paper_id INTEGER NOT NULL REFERENCES papers ON DELETE CASCADE,
        source TEXT NOT NULL,
        line INTEGER NOT NULL,
        PRIMARY KEY (paper_id, source)
    ) WITHOUT ROWID;
    CREATE INDEX origins_by_source ON origins (source);

    CREATE TABLE identifiers (                       -- every one that any record of a paper had
        scope TEXT NOT NULL,                         -- doi, arxiv_id, or the source whose own ids these are
        value TEXT NOT NULL,
        paper_id INTEGER NOT NULL REFERENCES papers ON DELETE CASCADE,
        PRIMARY KEY (scope, value)
    ) WITHOUT ROWID;

    CREATE VIRTUAL TABLE papers_text USING fts5 (
        title, abstract, content = 'papers', content_rowid = 'paper_id',
        tokenize = 'porter unicode61 remove_diacritics 2'
    );
    CREATE VIRTUAL TABLE papers_terms USING fts5vocab ('papers_text', 'row');
    CREATE TRIGGER papers_inserted AFTER INSERT ON papers BEGIN
        INSERT INTO papers_text (rowid, title, abstract) VALUES (new.paper_id, new.title, new.abstract);
    END;
    CREATE TRIGGER papers_deleted AFTER DELETE ON papers BEGIN
        INSERT INTO papers_text (papers_text, rowid, title, abstract)
        VALUES ('delete', old.paper_id, old.title, old.abstract);
    END;
    CREATE TRIGGER papers_updated AFTER UPDATE OF title, abstract ON papers BEGIN
        INSERT INTO papers_text (papers_text, rowid, title, abstract)
        VALUES ('delete', old.paper_id, old.title, old.abstract);
        INSERT INTO papers_text (rowid, title, abstract) VALUES (new.paper_id, new.title, new.abstract);
    END;

    CREATE TABLE state (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
    INSERT INTO state VALUES ('generation', 0);      -- grows with every change that a searcher must notice
    INSERT INTO state VALUES ('unfinished', 0);      -- 1: somebody writes, or died writing
    """,
    """
    CREATE TABLE ratings (
        rating_id TEXT PRIMARY KEY,                  -- made up by who rates; the same again is a change of mind
        at TEXT NOT NULL,
        good INTEGER NOT NULL,
        note TEXT NOT NULL,
        answer TEXT NOT NULL                         -- the whole Answer, as JSON
    ) WITHOUT ROWID;
    """,
    """
    ALTER TABLE papers ADD COLUMN pubmed_id TEXT;

    CREATE TABLE records (                           -- of the papers that have more than one
        record_id INTEGER PRIMARY KEY AUTOINCREMENT, -- a merge is named by the record that joined; never used twice
        paper_id INTEGER NOT NULL REFERENCES papers ON DELETE CASCADE,
        source TEXT NOT NULL,
        reason TEXT,                                 -- doi, arxiv_id, pubmed_id or title; NULL: it was there first
        at TEXT NOT NULL,
        record TEXT NOT NULL                         -- as it was read, as JSON
    );
    CREATE INDEX records_by_paper ON records (paper_id);

    CREATE TABLE apart (                             -- records (their fingerprints) that a reader took apart
        record TEXT NOT NULL,
        other TEXT NOT NULL,
        PRIMARY KEY (record, other)
    ) WITHOUT ROWID;

    CREATE TABLE keys (                              -- identifiers, of which two papers may have the same
        scope TEXT NOT NULL,                         -- what kind of key, or the source whose own ids these are
        value TEXT NOT NULL,
        paper_id INTEGER NOT NULL REFERENCES papers ON DELETE CASCADE,
        PRIMARY KEY (scope, value, paper_id)
    ) WITHOUT ROWID;
    INSERT INTO keys SELECT scope, value, paper_id FROM identifiers;
    DROP TABLE identifiers;
    ALTER TABLE keys RENAME TO identifiers;
    CREATE INDEX identifiers_by_paper ON identifiers (paper_id);
    DROP INDEX papers_by_title_key;
    UPDATE papers SET title_key = title_key(title);
    INSERT OR IGNORE INTO identifiers
        SELECT key.key, key.value, paper_id FROM papers, json_each(title_keys(title, abstract, authors)) AS key;
    INSERT OR IGNORE INTO identifiers
        SELECT 'arxiv_id', arxiv_id_of(value), paper_id FROM identifiers
        WHERE scope = 'doi' AND arxiv_id_of(value) IS NOT NULL;
    INSERT INTO identifiers SELECT 'earlier', paper_id, paper_id FROM papers;  -- of which records nobody knows

    CREATE TABLE checksums (                         -- of what a paper says: a flipped bit in a text breaks no rule
        paper_id INTEGER PRIMARY KEY REFERENCES papers ON DELETE CASCADE,
        value INTEGER NOT NULL
    );
    INSERT INTO checksums SELECT
        paper_id, checksum(title, abstract, key, authors, year, doi, arxiv_id, url, pubmed_id, title_key) FROM papers;
    CREATE TRIGGER papers_summed AFTER INSERT ON papers BEGIN
        INSERT INTO checksums VALUES (new.paper_id, checksum(new.title, new.abstract, new.key, new.authors, new.year,
            new.doi, new.arxiv_id, new.url, new.pubmed_id, new.title_key));
    END;
    CREATE TRIGGER papers_resummed AFTER UPDATE OF
        title, abstract, key, authors, year, doi, arxiv_id, url, pubmed_id, title_key ON papers BEGIN
        UPDATE checksums SET value = checksum(new.title, new.abstract, new.key, new.authors, new.year,
            new.doi, new.arxiv_id, new.url, new.pubmed_id, new.title_key) WHERE paper_id = new.paper_id;
    END;
    """,
    """
    DROP TABLE papers_terms;
    DROP TABLE papers_text;
    DROP TRIGGER papers_inserted;
    DROP TRIGGER papers_deleted;
    DROP TRIGGER papers_updated;
    CREATE VIEW papers_searched AS               -- Poincare is to find what is written Poincar\'e
        SELECT paper_id, as_searched(title) AS title, as_searched(abstract) AS abstract FROM papers;
    CREATE VIRTUAL TABLE papers_text USING fts5 (
        title, abstract, content = 'papers_searched', content_rowid = 'paper_id',
        tokenize = 'porter unicode61 remove_diacritics 2'
    );
    CREATE VIRTUAL TABLE papers_terms USING fts5vocab ('papers_text', 'row');
    CREATE TRIGGER papers_inserted AFTER INSERT ON papers BEGIN
        INSERT INTO papers_text (rowid, title, abstract)
        VALUES (new.paper_id, as_searched(new.title), as_searched(new.abstract));
    END;
    CREATE TRIGGER papers_deleted AFTER DELETE ON papers BEGIN
        INSERT INTO papers_text (papers_text, rowid, title, abstract)
        VALUES ('delete', old.paper_id, as_searched(old.title), as_searched(old.abstract));
    END;
    CREATE TRIGGER papers_updated AFTER UPDATE OF title, abstract ON papers BEGIN
        INSERT INTO papers_text (papers_text, rowid, title, abstract)
        VALUES ('delete', old.paper_id, as_searched(old.title), as_searched(old.abstract));
        INSERT INTO papers_text (rowid, title, abstract)
        VALUES (new.paper_id, as_searched(new.title), as_searched(new.abstract));
    END;
    INSERT INTO papers_text (papers_text) VALUES ('rebuild');

    CREATE TABLE row_sums (of TEXT NOT NULL, key NOT NULL, value INTEGER NOT NULL, PRIMARY KEY (of, key)) WITHOUT ROWID;
    """
    + summed("records", "record_id", *RECORD_COLUMNS)
    + summed("ratings", "rating_id", *FIRST_RATING_COLUMNS),
    """
    CREATE TABLE labels (                            -- collections and tags: a name that papers are put under
        label_id INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,                          -- collection, or tag
        name TEXT NOT NULL,                          -- as it was first written
        name_key TEXT NOT NULL,                      -- as it is compared
        at TEXT NOT NULL,
        UNIQUE (kind, name_key)
    );
    CREATE TABLE labelled (
        labelled_id INTEGER PRIMARY KEY,             -- for its checksum alone
        label_id INTEGER NOT NULL REFERENCES labels ON DELETE CASCADE,
        paper_id INTEGER NOT NULL REFERENCES papers ON DELETE CASCADE,
        UNIQUE (label_id, paper_id)
    );
    CREATE INDEX labelled_by_paper ON labelled (paper_id);
    CREATE TRIGGER tags_unused AFTER DELETE ON labelled BEGIN  -- a collection may be empty, a tag can't
        DELETE FROM labels WHERE label_id = old.label_id AND kind = 'tag'
            AND NOT EXISTS (SELECT 1 FROM labelled WHERE label_id = old.label_id);
    END;
    CREATE TABLE notes (paper_id INTEGER PRIMARY KEY REFERENCES papers ON DELETE CASCADE, text TEXT NOT NULL);
    """
    + summed("labels", "label_id", *LABEL_COLUMNS)
    + summed("labelled", "labelled_id", *LABELLED_COLUMNS)
    + summed("notes", "paper_id", *NOTE_COLUMNS),
    """
    ALTER TABLE papers ADD COLUMN retracted TEXT;    -- what a source says of its retraction
    UPDATE checksums SET value = (SELECT         -- a paper that isn't what was written must not become sound by this
        checksum(title, abstract, key, authors, year, doi, arxiv_id, url, pubmed_id, retracted, title_key)
        FROM papers WHERE papers.paper_id = checksums.paper_id
    ) WHERE value = (SELECT
        checksum(title, abstract, key, authors, year, doi, arxiv_id, url, pubmed_id, title_key)
        FROM papers WHERE papers.paper_id = checksums.paper_id
    );
    DROP TRIGGER papers_summed;
    DROP TRIGGER papers_resummed;
    CREATE TRIGGER papers_summed AFTER INSERT ON papers BEGIN
        INSERT INTO checksums VALUES (new.paper_id, checksum(new.title, new.abstract, new.key, new.authors, new.year,
            new.doi, new.arxiv_id, new.url, new.pubmed_id, new.retracted, new.title_key));
    END;
    CREATE TRIGGER papers_resummed AFTER UPDATE OF
        title, abstract, key, authors, year, doi, arxiv_id, url, pubmed_id, retracted, title_key ON papers BEGIN
        UPDATE checksums SET value = checksum(new.title, new.abstract, new.key, new.authors, new.year,
            new.doi, new.arxiv_id, new.url, new.pubmed_id, new.retracted, new.title_key) WHERE paper_id = new.paper_id;
    END;
    """,
    """
    CREATE TABLE queries (                           -- that papers are fetched by again and again
        query_id INTEGER PRIMARY KEY AUTOINCREMENT,
        query TEXT NOT NULL UNIQUE,                  -- what is wanted of which index, as JSON
        at TEXT NOT NULL,
        refreshed TEXT                               -- when it last brought all that there was; NULL: never
    );
    """
    + summed("queries", "query_id", *QUERY_COLUMNS),
    """
    DROP TRIGGER papers_inserted;
    DROP TRIGGER papers_deleted;
    DROP TRIGGER papers_updated;
    DROP TABLE papers_terms;
    DROP TABLE papers_text;
    DROP VIEW papers_searched;
    CREATE TABLE postings (                          -- which papers hold a stem: rag.storage.postings.packing
        stem TEXT NOT NULL,
        block INTEGER NOT NULL,                      -- of 65,536 papers
        n INTEGER NOT NULL,                          -- papers of the block that hold it
        entries BLOB NOT NULL,
        PRIMARY KEY (stem, block)
    ) WITHOUT ROWID;
    CREATE TABLE fresh_postings (                    -- what became other since these were last folded into blocks
        stem TEXT NOT NULL,
        part INTEGER NOT NULL,                       -- ascending: the last that tells of a paper counts
        n INTEGER NOT NULL,
        more INTEGER NOT NULL,                       -- papers that hold it, beyond those that did before
        entries BLOB NOT NULL,
        PRIMARY KEY (stem, part)
    ) WITHOUT ROWID;
    CREATE TABLE stale_texts (                       -- papers that changed since the postings knew them, and how they
        paper_id INTEGER PRIMARY KEY,                -- do: NULL, not at all
        title TEXT,
        abstract TEXT
    );
    CREATE TRIGGER papers_inserted AFTER INSERT ON papers BEGIN
        INSERT INTO stale_texts VALUES (new.paper_id, NULL, NULL) ON CONFLICT DO NOTHING;
    END;
    CREATE TRIGGER papers_deleted AFTER DELETE ON papers BEGIN
        INSERT INTO stale_texts VALUES (old.paper_id, old.title, old.abstract) ON CONFLICT DO NOTHING;
    END;
    CREATE TRIGGER papers_updated AFTER UPDATE OF title, abstract ON papers BEGIN
        INSERT INTO stale_texts VALUES (old.paper_id, old.title, old.abstract) ON CONFLICT DO NOTHING;
    END;
    INSERT INTO stale_texts (paper_id) SELECT paper_id FROM papers;
    INSERT INTO state VALUES ('texts', 0);           -- grows with every change of the postings
    INSERT INTO state VALUES ('fresh_texts', 0);     -- papers that fresh_postings tell of
    CREATE INDEX papers_by_year ON papers (year, indexed);  -- by which they are counted, too
    CREATE INDEX papers_retracted ON papers (paper_id) WHERE retracted IS NOT NULL;
    """,
    """
    ALTER TABLE ratings ADD COLUMN who TEXT NOT NULL DEFAULT '';
    """
    + resummed("ratings", "rating_id", FIRST_RATING_COLUMNS, RATING_COLUMNS)
    + USERS,
)

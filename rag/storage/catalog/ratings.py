"""What readers thought of answers, kept beside the papers that the answers rest on.

An answer is kept whole, so that an evaluation can take it as a question with its papers later.
"""

import json
from datetime import UTC, datetime

from rag.errors import LibraryDamagedError
from rag.records import Answer, Rating
from rag.storage.catalog.database import Database
from rag.utils.acting import acting_user


def put_rating(database: Database, rating: Rating) -> None:
    """Store a rating, in the place of an earlier one with its id. Raises StorageError, LibraryDamagedError."""
    with database.transaction():
        database.run(
            "INSERT INTO ratings (rating_id, at, good, note, answer, who) VALUES (?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (rating_id) DO UPDATE SET at = excluded.at, good = excluded.good, note = excluded.note, "
            "answer = excluded.answer, who = excluded.who",
            rating.rating_id,
            rating.at or datetime.now(UTC).isoformat(timespec="seconds"),
            int(rating.good),
            rating.note,
            json.dumps(rating.answer.to_dict()),
            rating.who or acting_user(),
        )


def delete_rating(database: Database, rating_id: str) -> None:
    """Forget a rating, if it is there."""
    with database.transaction():
        database.run("DELETE FROM ratings WHERE rating_id = ?", rating_id)


def count_ratings(database: Database) -> int:
    """Return how many ratings there are."""
    return int(database.one("SELECT count(*) FROM ratings"))


def all_ratings(database: Database) -> list[Rating]:
    """Return every rating, oldest first. Raises LibraryDamagedError."""
    rows = database.all("SELECT rating_id, at, good, note, answer, who FROM ratings ORDER BY at, rating_id")
    try:
        return [
            Rating(rating_id, Answer.from_dict(json.loads(answer)), bool(good), note, at, who)
            for rating_id, at, good, note, answer, who in rows
        ]
    except (KeyError, TypeError, ValueError) as error:
        msg = f"A rating in {database.place} can't be read ({error!r}). Restore the catalog from a backup."
        raise LibraryDamagedError(msg) from error

"""Sixty made-up works as one search over five databases finds them, those among them that are easily taken for another.

Articles, an erratum, a reply or a notice beside some, parts of a series, conference abstracts that later became an
article of the same title. The same seed gives the same works.
"""

import random
from dataclasses import dataclass, replace

SEED = 17
ARTICLES, SERIES, ERRATA, MEETINGS, REPLIES, NOTICES = 44, 4, 4, 4, 3, 1  # works of each kind
GIVEN = (
    "Jane Richard Ann Mary José Wei Olga Lars Fatima Kenji Priya Tomás Ingrid Pedro Chloé Samuel Amara Dmitri".split()
)
FAMILY = (
    "Doe Roe Poe Loe|García Márquez|van der Berg|O'Neil|Müller|Sørensen|Li|Wang|Kowalczyk|Nakamura|Smith"
    "|Okafor|de Silva|"
    "Ivanova|Dubois|Lindqvist|Haddad|Castro|Novák"
)
FAMILIES = [name for group in FAMILY.split("|") for name in (group.split() if group.startswith("Doe") else [group])]
ANIMALS = (
    "river otters", "barn owls", "red foxes", "brown hares", "white storks", "honey bees", "grey seals",
    "field voles", "tree frogs", "mute swans",
)  # fmt: skip
PLACES = (
    "restored streams", "upland farms", "city parks", "coastal dunes", "alpine meadows", "drained fens",
    "young plantations",
)  # fmt: skip
CAUSES = (
    "road salt", "artificial light", "β-carotene in feed", "early mowing", "wind turbines", "stocking density",
    "noise at night", "nitrogen load",
)  # fmt: skip
EFFECTS = (
    "breeding success|body mass|nest survival|daily activity|gut parasites|dispersal distance|winter mortality".split(
        "|"
    )
)
DESIGNS = (
    "a randomised controlled trial", "a cohort study", "a cross-over experiment", "a systematic survey",
    "a matched comparison",
)  # fmt: skip
SEASONS = (
    "spring", "summer", "autumn", "winter",
)  # fmt: skip
PUBLISHERS = (
    "Elsevier B.V.",
    "Elsevier Ltd",
    "John Wiley & Sons Ltd",
    "Springer Nature",
    "The Authors",
    "Taylor & Francis",
)
JOURNALS = ("Journal of Streams", "Annals of Field Ecology", "Wildlife & Society", "Applied Habitat Science")
SECTIONS = ("Background", "Methods", "Results", "Conclusions")


@dataclass(frozen=True, slots=True)
class Work:
    """A work: `year` is that of print, `online` that of its first appearance; `parts` its abstract by section."""

    number: int
    kind: str
    title: str
    authors: tuple[tuple[str, str], ...]  # family, given with initials
    year: int
    online: int
    doi: str
    pubmed_id: str
    journal: str
    publisher: str
    parts: tuple[str, ...]
    retracted: bool = False


def works() -> list[Work]:
    """Return the sixty works."""
    chance = random.Random(SEED)  # noqa: S311  (made-up data)
    articles = [_article(number, chance) for number in range(ARTICLES)]
    found = [replace(articles[0], retracted=True), *articles[1:]]
    for number in range(0, SERIES, 2):
        one, two = (_article(len(found) + place, chance) for place in range(2))
        base = one.title.partition(":")[0]
        found.append(replace(one, title=f"{base}. Part I: {('methods', 'design')[number // 2]}", kind="series"))
        found.append(replace(two, title=f"{base}. Part II: {('results', 'findings')[number // 2]}", kind="series",
                             authors=one.authors, year=one.year, online=one.online, journal=one.journal))  # fmt: skip
    for number in range(ERRATA):
        of = articles[number + 1]
        word = ("Erratum to: ", "Correction to: ", "Corrigendum: ", "Author Correction: ")[number]
        found.append(_beside(of, len(found), "erratum", word + of.title, of.parts))
    for number in range(MEETINGS):
        of = articles[number + 6]
        early = _parts(chance, of.title, preliminary=True)
        found.append(replace(_beside(of, len(found), "meeting", of.title, early), year=of.year - 1, online=of.year - 1))
    for number in range(REPLIES):
        of, by = articles[number + 11], _people(chance)
        word = ("Re: ", "Comment on: ", "Reply to: ")[number]
        text = ("We read the article with interest, and ask whether the sample was large enough to tell.",)
        found.append(replace(_beside(of, len(found), "reply", word + of.title, text), authors=by))
    text = ("The editors have retracted the article named above, for its figures were found to be altered.",)
    found.append(_beside(articles[0], len(found), "notice", "Retraction notice to: " + articles[0].title, text))
    return found


def _article(number: int, chance: random.Random) -> Work:
    animal, place, cause, effect = map(chance.choice, (ANIMALS, PLACES, CAUSES, EFFECTS))
    first = chance.randint(1990, 2005)
    title = chance.choice(
        [
            f"Effects of {cause} on {effect} of {animal} in {place}: {chance.choice(DESIGNS)}",
            f"{cause[0].upper()}{cause[1:]} and {effect} in {animal}: evidence from {place}",
            f"Does {cause} change {effect} of {animal}? {chance.choice(DESIGNS)[2:].capitalize()} in {place}",
            f"{effect.capitalize()} of {animal} under {cause} in {place}, {first}-{first + chance.randint(4, 15)}",
        ]
    )
    year = chance.randint(2008, 2022)
    return Work(
        number, "article", title, _people(chance), year, year - (chance.random() < 0.35),
        f"10.5555/w17.{year}.{1000 + number}", str(31_000_000 + 977 * number), chance.choice(JOURNALS),
        chance.choice(PUBLISHERS), _parts(chance, title),
    )  # fmt: skip


def _beside(of: Work, number: int, kind: str, title: str, parts: tuple[str, ...]) -> Work:
    """Return a work that is about another one, or was before it."""
    return replace(
        of, number=number, kind=kind, title=title, parts=parts, year=of.year + 1, online=of.year + 1,
        doi=f"{of.doi}.{kind}", pubmed_id=str(int(of.pubmed_id) + 5),
    )  # fmt: skip


def _people(chance: random.Random) -> tuple[tuple[str, str], ...]:
    count = chance.choice([1, 2, 3, 3, 4, 5, 8, 12])
    families = chance.sample(FAMILIES, count)
    return tuple((one, f"{chance.choice(GIVEN)}{chance.choice(['', ' A.', ' M.', ' R.'])}") for one in families)


def _parts(chance: random.Random, title: str, *, preliminary: bool = False) -> tuple[str, ...]:
    """Return the sections of an abstract: of a conference abstract fewer words, other numbers, another end."""
    topic = title.partition(":")[0].rstrip("?")
    topic = f"{topic[0].lower()}{topic[1:]}"
    sites, share, years = chance.randint(12, 240), chance.randint(3, 71), chance.randint(2, 9)
    season, low = chance.choice(SEASONS), chance.randint(11, 49) / 10
    if preliminary:
        return (
            f"Little is known so far. We present first data from a pilot at {chance.randint(3, 9)} sites.",
            f"Early counts hint at a change of {chance.randint(2, 40)} percent; final data are awaited.",
        )
    tool = chance.choice(("camera traps", "ring recoveries", "mist nets", "telemetry", "egg counts"))
    model = chance.choice(("mixed models", "matched pairs", "survival curves", "occupancy models"))
    most = chance.choice(("wet years", "older animals", "edge plots", "late broods"))
    what = chance.choice(("Mitigation", "Zoning", "Seasonal limits", "Further monitoring"))
    where = chance.choice(("tried where traffic is heavy", "planned with farmers", "repeated within a decade"))
    interval = f"{low - 1:.1f} to {low + 1:.1f}"
    return (
        f"Managers need to know about {topic}, yet long series from {chance.choice(PLACES)} are rare.",
        f"We followed {sites} sites over {years} years, with {sites // 2} controls a {season}, by {tool} and {model}.",
        f"At {share} percent of sites it differed by over {low} units (95% CI {interval}); {most} most.",
        f"{what} should be {where}.",
    )

"""In which language a text is written, as far as its letters and little words tell: enough to know what can't be compared.

The words of two languages can't be looked up in each other; their numbers and names can.
"""

import re
import unicodedata
from collections import Counter
from functools import lru_cache

from rag.text.words import rarity

LEAST = 0.3  # share of a text's letters in a script from which it is written in it
SURE = 3  # little words that tell a language even where all words may be English
DENSE = 3  # letters of an alphabet that a sign of a script without one stands for
# Little words that tell a language from the others, and what is said most often of findings.
LITTLE = {
    language: frozenset(words.split())
    for language, words in {
        "en": (
            "a an we i it if so also only per both while all each any other only very they you your the of and to in is are was were be been that this these those with for by from on at as it its their they we our "
            "which who what how when where than then not no can may does do has have had into between over under about more most "
            "shows show reaches uses used paper source"
        ),
        "de": (
            "der die das des dem den ein eine einer eines einem einen und oder aber nicht kein keine ist sind war waren wird werden "
            "wurde wurden hat haben kann können mit von vom für auf aus bei nach über unter zwischen durch als wie wenn dass sich "
            "auch nur noch mehr weniger sowie zu zum zur im am es sie er wir diese dieser dieses erreicht zeigt zeigen nutzt verwendet "
            "bleibt läuft beträgt etwa dabei damit laut quelle quellen studie nie wobei während jedoch dagegen"
        ),
        "fr": (
            "le la les un une des du de et ou mais ne pas est sont était étaient été sera être avoir a ont avec pour par sur dans "
            "sans sous entre plus moins que qui dont où ce cette ces cet il elle ils elles nous leur leurs son sa ses aux au se en "
            "atteint montre montrent utilise selon aussi ainsi comme jamais dès lors tandis source"
        ),
        "es": (
            "el la los las un una unos unas del de y o pero no es son era eran fue fueron ser estar está están ha han con para por "
            "sobre en sin entre más menos que quien cual donde como cuando su sus se lo al este esta estos estas según también muy "
            "alcanza muestra muestran utiliza usa puede pueden nunca mientras cerca fuente"
        ),
        "pt": (
            "o a os as um uma uns umas do da dos das de e ou mas não é são era foi foram ser está estão tem têm com para por sobre em "
            "no na nos nas sem entre mais menos que quem onde como quando seu sua seus suas se ao aos este esta isso segundo também "
            "atinge mostra usa pode podem nunca enquanto perto fonte"
        ),
        "it": (
            "il lo la i gli le un uno una del dello della dei degli delle di e o ma non è sono era erano fu essere ha hanno con per su "
            "in senza tra fra più meno che chi dove come quando suo sua suoi sue si al alla ai alle questo questa secondo anche "
            "raggiunge mostra usa può possono mai mentre vicino nel nella fonte"
        ),
        "nl": (
            "de het een en of maar niet geen is zijn was waren wordt worden werd heeft hebben kan kunnen met van voor op uit bij naar "
            "over onder tussen door als hoe wanneer dat die dit deze zich ook slechts meer minder volgens bereikt toont gebruikt in "
            "om te aan er hun nooit terwijl bron"
        ),
        "sv": "och att det som en ett är var inte med för på av till från den de har kan ska eller men om vid under över enligt når visar",
        "da": "og at det som en et er var ikke med for på af til fra den de har kan skal eller men om ved under over ifølge når viser",
        "pl": (
            "i w na z do nie jest są był była było oraz lub ale że to jak od po przez dla się który która które ten ta te jego ich może "
            "osiąga pokazuje według bez między więcej mniej nigdy podczas"
        ),
        "cs": "a v na z do ne není je jsou byl byla bylo nebo ale že to jak od po pro se který která které ten podle bez mezi více méně",
        "tr": (
            "ve bir bu da de için ile olan olarak değil daha çok gibi göre kadar ise ki ancak veya ama her en sonra önce tarafından "
            "puana ulaşır gösterir kullanır hiçbir sadece arasında"
        ),
        "vi": "và của là các có được cho trong với không một những này từ để đến khi theo về trên hơn đã như tại bằng gần nguồn",
        "id": "dan yang di ke dari untuk dengan pada adalah ini itu tidak dalam oleh sebagai atau akan telah dapat lebih menurut tanpa juga mencapai",
        "ro": "și de la în cu pe nu este sunt a fost care din pentru sau dar mai prin între după fără sursa că",
        "hu": "a az és nem is egy hogy van volt vagy de mint meg csak már még ez azt ezt szerint között nélkül több kevesebb",
        "fi": "ja on ei se että oli ovat tai mutta kun niin kuin myös sen mukaan ilman välillä enemmän vähemmän saavuttaa",
    }.items()
}
SCRIPTS = {
    "CJK": "zh", "HIRAGANA": "ja", "KATAKANA": "ja", "HANGUL": "ko", "ARABIC": "ar", "CYRILLIC": "ru", "DEVANAGARI": "hi",
    "HEBREW": "he", "GREEK": "el", "THAI": "th", "BENGALI": "bn", "TAMIL": "ta", "TELUGU": "te", "GEORGIAN": "ka",
    "ARMENIAN": "hy", "ETHIOPIC": "am",
}  # fmt: skip
WITHOUT_ALPHABET = frozenset({"zh", "ja", "ko"})
WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?")


@lru_cache(maxsize=2_000)
def language(text: str) -> str:
    """Return the language of a text: two letters, those of the script's chief language for other alphabets; "" if unsure.

    >>> language("Die Hälfte der Gewichte wird entfernt."), language("我们剪掉一半权重。"), language("SparseCut")
    ('de', 'zh', '')
    """
    scripts = Counter(SCRIPTS.get(script, "") for script in map(_script, filter(str.isalpha, text)) if script)
    weights = {code: count * (DENSE if code in WITHOUT_ALPHABET else 1) for code, count in scripts.items()}
    whole = sum(weights.values())
    if whole and (others := {code: weight for code, weight in weights.items() if code}):
        if sum(others.values()) >= LEAST * whole:
            return "ja" if "ja" in others else max(others, key=lambda code: others[code])
    return _in_latin(text)


def _in_latin(text: str) -> str:
    found = [word.lower() for word in WORD.findall(text)]
    said = [word.split("'")[0] if len(word.split("'")[0]) > 1 else word for word in (one.replace("\u2019", "'") for one in found)]
    hits = {code: sum(word in little for word in said) for code, little in LITTLE.items()}
    own = hits.pop("en")
    best = max(hits, key=lambda code: hits[code])
    odd = sum(rarity(word) >= 1 or not word.isascii() for word in said)
    strange = odd * 2 >= len(said) or any(not word.isascii() for word in said)
    if hits[best] > 1 and hits[best] > 1.5 * own and (strange or hits[best] > SURE):
        return best
    if hits[best] and not own and strange and len(said) > 2 and any((len(word) > 1 and word in LITTLE[best]) or not word.isascii() for word in said):  # noqa: PLR2004
        return best
    return "en" if own and own >= hits[best] else ""


@lru_cache(maxsize=2_000)
def _script(letter: str) -> str:
    """Return the first word of a letter's name in Unicode, which tells its script."""
    return unicodedata.name(letter, "").split(" ")[0].split("-")[0]


def is_foreign(text: str, other: str) -> bool:
    """Tell whether two texts are surely of different languages.

    >>> is_foreign("Die Hälfte der Gewichte wird entfernt.", "Half of the weights are removed.")
    True
    """
    one, two = language(text), language(other)
    return bool(one and two) and one != two and {one, two} not in ({"sv", "da"}, {"es", "pt"}, {"zh", "ja"})

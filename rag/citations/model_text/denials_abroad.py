"""Does a sentence say in another language than English that the sources don't tell something?

By three things together in one sentence: a word for the sources, a negation, and a word for telling; or a set phrase
such as "no information" and "I can't answer". It is asked of sentences that cite nothing, or whose subject is the
sources themselves, so that a finding ("the study reports no loss") isn't one.
"""

import re
from typing import NamedTuple

from rag.citations.model_text import denials
from rag.text.languages import language

FRONT = 32  # characters within which the sources are a sentence's subject
LONGEST = 400
MARKED = re.compile(
    r"[\s*_>\-•]*(?:nicht (?:gesagt|angegeben|genannt|beantwortet)|keine angabe|non (?:dit|précisé|mentionné|indiqué|detto|specificato|indicato)|"
    r"no (?:dicho|mencionado|especificado|indicado)|não (?:dito|mencionado|especificado|informado)|niet (?:gezegd|vermeld|genoemd)|"
    r"не (?:сказано|указано|упомянуто)|nie (?:podano|powiedziano)|belirtilmemiş|söylenmemiş|không (?:nói|đề cập)|tidak (?:disebutkan|dikatakan)|"
    r"غير مذكور|لم يُ?ذكر|नहीं (?:बताया गया|कहा गया)|未(?:提及|说明|說明|提到|述及)|没有(?:说|提到|说明)|沒有(?:說|提到|說明)|未言及|言及なし|記載なし|述べられていない|"
    r"언급되지 않음|언급 없음|명시되지 않음)[*_]{0,2}\s?[:\uff1a][*_]{0,2}\s*",
    re.IGNORECASE,
)


class Words(NamedTuple):
    """The words of a language: for the sources shown, for papers as such, negations, for telling, set phrases."""

    ours: re.Pattern[str]
    papers: re.Pattern[str]
    negation: re.Pattern[str]
    telling: re.Pattern[str]
    phrase: re.Pattern[str]


def _words(ours: str, papers: str, negation: str, telling: str, phrase: str) -> Words:
    return Words(*(re.compile(one, re.IGNORECASE) for one in (ours, f"(?:{ours})|(?:{papers})", negation, telling, phrase)))


LANGUAGES = {
    "de": _words(
        r"\b(?:quellen|abstracts?|zusammenfassungen|kurzfassungen|auszüge|ausschnitte)\b",
        r"\b(?:quelle|texte?n?|arbeiten|artikeln?|studien|unterlagen|dokumente?n?|informationen|material\w*)\b",
        r"\b(?:nicht|nichts|keine?[nrsm]?|weder|nirgends|unklar|offen)\b",
        r"\b(?:sag\w+|nenn\w+|erwähn\w+|genannt|beantwort\w+|angegeben|angaben?|geben|enthalten|enthält|bericht\w+|finde[nt]?|gefunden|"
        r"hervor|liefern|behandel\w+|beschrieben|äußern|information\w*|hinweise?|aussagen?|eingehen|gehen|lassen|lässt|machen)\b",
        r"\bkeine (?:angaben?|informationen)\b|\bich (?:kann|konnte)\b.{0,80}\bnicht\b|\b(?:lässt|lassen) sich\b.{0,80}\bnicht\b.{0,40}\b(?:sagen|beantworten|bestimmen)",
    ),
    "fr": _words(
        r"\b(?:sources|résumés|extraits)\b", r"\b(?:source|articles?|études?|textes?|documents?|informations?|contexte)\b",
        r"\b(?:ne|aucune?|pas|rien|ni)\b|\bn['\u2019]",
        r"\b(?:di(?:t|sent)|mentionn\w+|précis\w+|indiqu\w+|répond\w*|fourni\w*|contien\w+|donn\w+|parl\w+|abord\w+|trouv\w+|informations?|permet\w*)\b",
        r"\bje ne (?:peux|trouve|sais)\b|\bimpossible de (?:dire|répondre|déterminer)\b|\baucune information\b",
    ),
    "es": _words(
        r"\b(?:fuentes|resúmenes|abstracts|extractos)\b", r"\b(?:fuente|resumen|artículos?|estudios?|textos?|documentos?|información|contexto)\b",
        r"\b(?:no|ningun[ao]?s?|ningún|nada|sin|tampoco|ni)\b",
        r"\b(?:dicen?|mencionan?|indican?|especifican?|responden?|proporcionan?|contienen?|dan?|informan?|información|encuentr\w+|abordan?|tratan?|permiten?|señalan?)\b",
        r"\bno (?:puedo|encuentro|encontré|hay información|es posible)\b|\bninguna información\b",
    ),
    "pt": _words(
        r"\b(?:fontes|resumos|trechos)\b", r"\b(?:fonte|resumo|artigos?|estudos?|textos?|documentos?|informaç\w+|contexto)\b",
        r"\b(?:não|nenhuma?|nada|sem|nem)\b",
        r"\b(?:diz(?:em)?|mencionam?|indicam?|especificam?|respondem?|fornecem?|cont[êé]m|dão|dá|informam?|informaç\w+|encontr\w+|abordam?|tratam?|permitem?)\b",
        r"\bnão (?:posso|consigo|encontrei|há informaç\w+|é possível)\b|\bnenhuma informação\b",
    ),
    "it": _words(
        r"\b(?:fonti|abstract|riassunti|estratti)\b", r"\b(?:fonte|riassunto|articoli|studi|testi|documenti|informazioni|contesto)\b",
        r"\b(?:non|nessuna?|nessun|nulla|niente|senza|né)\b",
        r"\b(?:dicono|dice|menziona\w*|indica\w*|specifica\w*|rispond\w+|forni\w+|conten\w+|riporta\w*|informazion\w+|trova\w*|tratta\w*|parla\w*|permett\w+)\b",
        r"\bnon (?:posso|riesco|ho trovato|ci sono informazioni|è possibile)\b|\bnessuna informazione\b",
    ),
    "nl": _words(
        r"\b(?:bronnen|samenvattingen|abstracts)\b", r"\b(?:bron|artikelen|studies|teksten|documenten|informatie)\b",
        r"\b(?:niet|niets|geen|nergens|noch)\b", r"\b(?:zegg\w+|noem\w+|vermeld\w*|beantwoord\w*|bevat\w*|geven|geeft|informatie|bericht\w*|vinden|gevonden)\b",
        r"\bgeen informatie\b|\bik (?:kan|kon)\b.{0,60}\bniet\b",
    ),
    "pl": _words(
        r"\b(?:źródła|źródłach|streszczenia|streszczeniach|abstrakty)\b", r"\b(?:artykuł\w*|badani\w+|teks\w+|informacj\w+)\b",
        r"\b(?:nie|żad\w+|brak|ani|nic)\b", r"\b(?:mówi\w*|podaj\w*|wspomin\w*|zawiera\w*|odpowiad\w*|informacj\w+|wskazuj\w*|określ\w+)\b",
        r"\bbrak informacji\b|\bnie (?:mogę|można)\b",
    ),
    "tr": _words(
        r"\b(?:kaynak\w*|özet\w*)\b", r"\b(?:makale\w*|çalışma\w*|metin\w*|bilgi\w*)\b", r"\b(?:değil\w*|yok\w*|hiçbir\w*|\w*m[ae]mekte\w*|\w*m[iıuü]yor\w*|\w+m[ae]m[iıuü]ş\w*)\b",
        r"\b(?:belirt\w*|söyle\w*|bahset\w*|değin\w*|ver[mi]\w*|içer\w*|yanıt\w*|bilgi\w*|açıkla\w*)\b", r"\bbilgi (?:yok|bulunm\w+)\b",
    ),
    "vi": _words(
        r"(?:các nguồn|nguồn|bản tóm tắt|tóm tắt)", r"(?:bài báo|nghiên cứu|tài liệu|thông tin)", r"(?:không|chưa)", r"(?:nói|đề cập|cho biết|nêu|trả lời|cung cấp|chứa|thông tin)",
        r"không có thông tin",
    ),
    "id": _words(
        r"\b(?:sumber(?:-sumber)?|abstrak)\b", r"\b(?:artikel|studi|teks|dokumen|informasi)\b", r"\b(?:tidak|belum|tanpa|bukan)\b", r"\b(?:menyebut\w*|mengatakan|menjawab|memberi\w*|memuat|berisi|informasi|menjelaskan|menyatakan|membahas)\b",
        r"tidak ada informasi",
    ),
    "ru": _words(
        r"(?:источник\w*|аннотаци\w+|абстракт\w*|рефера\w+)", r"(?:стать\w+|исследовани\w+|текст\w*|материал\w*|документ\w*|информаци\w+|работ\w+)",
        r"\b(?:не|нет|ничего|ни|нигде|отсутству\w+)\b", r"(?:сказан|говор|сообща|упомина|упомян|указ|содерж|привод|отвеча|ответ|информаци|данны|опис|раскры|уточн)",
        r"не могу (?:ответить|сказать|найти)|информации нет|нет (?:информации|данных)|невозможно (?:ответить|определить)",
    ),
    "ar": _words(
        r"(?:المصادر|الملخصات|المقتطفات|المستخلصات)", r"(?:المصدر|الملخص|النصوص|الأوراق|الدراسات|المقالات|المعلومات|السياق)",
        r"(?<!\w)(?:لا|لم|ليس|ليست|لن|دون|غير|أي)(?!\w)", r"(?:ذكر|تقول|يقول|تشير|يشير|تحتوي|تتضمن|توضح|تجيب|الإجابة|معلومات|تحدد|تقدم|العثور|أجد|تتناول|تتطرق)",
        r"لا (?:توجد|يمكن|أستطيع|يمكنني)|لم أجد",
    ),
    "hi": _words(
        r"(?:स्रोत|सारांश|सार(?:ों|\s)|सार-संक्षेप)", r"(?:शोधपत्र|लेख|अध्ययन|पाठ|दस्तावेज़|जानकारी)", r"(?:नहीं|कोई|अनुपलब्ध)", r"(?:बता|उल्लेख|जानकारी|कह|दिया|दी गई|उत्तर|मिल|वर्णन|चर्चा|स्पष्ट)",
        r"कोई जानकारी नहीं|उत्तर नहीं दे सक|जानकारी (?:उपलब्ध )?नहीं",
    ),
    "zh": _words(
        r"(?:摘要|来源|來源|资料|資料|文献|文獻|片段|上下文|材料)", r"(?:论文|論文|文中|原文|文章|研究|信息|資訊)", r"(?:没有|沒有|未|无法|無法|并不|並不|不足|均不|都不|不曾|无|無)",
        r"(?:提到|提及|说明|說明|给出|給出|提供|回答|涉及|讨论|討論|包含|指出|报告|報告|得知|确定|確定|信息|資訊|记载|記載|谈到|談到|说|說|足够|足夠|相关|描述|介绍)",
        r"(?:无法|無法|不能)(?:从|從|根据|根據)?.{0,20}(?:回答|确定|確定|得知|判断|判斷)|(?:没有|沒有)(?:足够|足夠|相关|相關)?.{0,4}(?:信息|資訊|资料|資料)",
    ),
    "ja": _words(
        r"(?:要旨|抄録|アブストラクト|出典|資料|ソース|情報源|抜粋|要約)", r"(?:論文|文献|研究|本文|文書|情報|記載)", r"(?:ない|ません|なし|ず、|ずに|なかった|不明)",
        r"(?:述べ|言及|記載|書か|含ま|示さ|示し|答え|触れ|情報|説明|分か|わか|明記|見つか|報告|言って)", r"(?:答え|回答)(?:られ|でき)(?:ない|ません)|情報(?:が|は)(?:ない|ありません)|わかりません|不明です",
    ),
    "ko": _words(
        r"(?:초록|출처|자료|발췌)", r"(?:논문|문헌|연구|본문|문서|정보)", r"(?:않|없|못)", r"(?:언급|제공|설명|나와|답|다루|포함|정보|명시|알 수|밝히|말하)",
        r"정보가 없|답할 수 없|알 수 없",
    ),
}  # fmt: skip
ANY_ALPHABET = LANGUAGES.keys() & {"ru", "ar", "hi", "zh", "ja", "ko"}
LATIN = [known for code, known in LANGUAGES.items() if code not in ANY_ALPHABET]


def is_marked_abroad(sentence: str) -> bool:
    """Tell whether a sentence begins with the agreed mark of a denial, translated.

    >>> is_marked_abroad("NICHT GESAGT: der Preis."), is_marked_abroad("未提及：价格"), is_marked_abroad("Nicht gesagt ist es.")
    (True, True, False)
    """
    return MARKED.match(sentence) is not None


def without_mark(sentence: str) -> str:
    """Return a denial without the agreed mark, in whichever language it stands.

    >>> without_mark("**NOT SAID:** the price."), without_mark("未提及：价格")
    ('the price.', '价格')
    """
    return MARKED.sub("", denials.MARKED.sub("", sentence, count=1), count=1).strip()


def denies_abroad(sentence: str, *, cites: bool) -> bool:
    """Tell whether a sentence in another language says that the sources don't tell something.

    >>> denies_abroad("Die Quellen sagen dazu nichts.", cites=False), denies_abroad("这些摘要没有提到价格。", cites=False)
    (True, True)
    >>> denies_abroad("Die Studie berichtet keine Verluste.", cites=True)
    False
    """
    sentence = sentence[:LONGEST]
    written = language(sentence)
    among = [LANGUAGES[written]] if written in ANY_ALPHABET else [] if written == "en" else LATIN
    return any(_denies(sentence, known, cites=cites) for known in among)


def _denies(sentence: str, known: Words, *, cites: bool) -> bool:
    if cites:
        subject = known.ours.search(sentence[:FRONT])
        return bool(subject and known.negation.search(sentence) and known.telling.search(sentence))
    if known.phrase.search(sentence):
        return True
    return all(one.search(sentence) for one in (known.papers, known.negation, known.telling))

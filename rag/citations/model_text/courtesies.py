"""What a model says around an answer without saying anything of the matter: greetings, offers, the question once more."""

import re

from rag.citations.model_text.source_words import ANSWERS, QUESTIONS

ONE_WORD = (
    r"(?:sure|certainly|of course|absolutely|hello|hi(?: there)?|thank you|thanks|great|good|excellent|okay|ok|"
    r"gerne?|natürlich|selbstverständlich|klar|hallo|gute frage|bien sûr|bonjour|volontiers|claro|por supuesto|hola|desde luego|"
    r"com certeza|claro que sim|olá|certo|certamente|ciao|natuurlijk|zeker|конечно|разумеется|здравствуйте|بالتأكيد|بالطبع|مرحبا|"
    r"ज़रूर|बिल्कुल|नमस्ते|当然(?:可以)?|當然|好的|您好|你好|はい|もちろんです|もちろん|承知しました|물론입니다|물론이죠|네|안녕하세요)"
)
GREETING = re.compile(
    rf"\W*(?:{ONE_WORD}(?:\W+(?:thing|question|for (?:the|your) question|for asking))*\W*$"
    r"|(?:great|good|excellent|interesting) question\b|das ist eine (?:gute|interessante) frage|(?:c'est une )?(?:très )?bonne question|"
    r"(?:es una )?(?:buena|excelente|gran) pregunta|(?:ótima|boa|excelente) pergunta|(?:ottima|bella) domanda|(?:это )?(?:хороший|отличный) вопрос|"
    r"سؤال (?:جيد|رائع)|(?:这是)?(?:一个)?(?:很)?好(?:的)?问题|良い質問|좋은 질문)",
    re.IGNORECASE,
)
CLOSING = re.compile(
    r"\W*(?:i hope (?:this|that|it)\b|let me know\b|feel free\b|(?:i(?:['\u2019]m| am|['\u2019]d| would) be )?happy to\b"
    r"|(?:would|do) you (?:like|want) me\b|is there anything else\b|don['\u2019]t hesitate\b|please (?:let me know|feel free)\b"
    r"|if you(?:['\u2019]d| would)? (?:like|want|need|have)\b[^.]*\b(?:i can|let me|feel free|ask)\b"
    r"|(?:ich )?hoffe\b.{0,30}\bhilf|lass(?:en)? (?:sie )?(?:mich|es mich) wissen|wenn (?:sie|du) (?:möchte\w*|willst|wünschen|weitere)|gerne? (?:kann|helfe|erkläre) ich|"
    r"möchte(?:n sie|st du)\b.{0,40}\bich\b|j['\u2019]espère que|n['\u2019]hésite[zr]? pas|si vous (?:souhaitez|voulez|avez)|faites-moi savoir|souhaitez-vous que|"
    r"espero que (?:esto|esta|te|le|isso|ajude)|si (?:quieres|desea|deseas|tienes|necesitas)\b|no dude[s]? en|háganme? saber|avísame|¿(?:quieres|desea|te gustaría) que|"
    r"se (?:quiser|precisar|desejar|tiver)\b|fique à vontade|spero che|se (?:vuoi|desidera|hai bisogno)\b|fammi sapere|ik hoop dat|laat (?:het )?me weten|"
    r"надеюсь|если (?:вам|у вас|хотите|вы хотите)|дайте (?:мне )?знать|обращайтесь|آمل أن|أتمنى أن|إذا (?:كان لديك|أردت|كنت)|لا تتردد|هل ترغب|"
    r"आशा है|मुझे उम्मीद है|यदि आप|अगर आप(?:को)?|希望(?:这|以上|对|能)|希望這|如果(?:您|你)(?:需要|想|有|还)|如有(?:其他|任何|更多)?(?:问题|疑问|需要)|请随时|請隨時|欢迎(?:随时|继续)|需要我|"
    r"お役に立て|ご参考に|何かご不明|ご質問が|さらに詳しく.{0,20}(?:ください|でしょうか)|도움이 되|추가 질문|궁금한 점)",
    re.IGNORECASE,
)
OPENING = re.compile(
    r"\A\s*(?:(?!(?:great|good|excellent),)"  # great, but slow
    rf"{ONE_WORD}(?:\b|(?<=[\u3040-\uffff]))(?:\W+(?:thing|question|for (?:the|your|asking)|there))*(?:\W+question)?"
    r"(?:\s?[!.,]\s+|\s?[\uff01\u3002\uff0c\u3001]\s*))+(?=\S)",
    re.IGNORECASE,
)
ASKED = re.compile(
    rf"\A[\s*_#>]*{QUESTIONS}[\s*_]*[:\uff1a][^\n]{{1,600}}\n+[\s*_#>]*(?:{ANSWERS}|a)[ *_]*[:\uff1a][ *_]*", re.IGNORECASE
)
ASKS = re.compile(r"[?\uff1f\u061f][\"\u201d'*_)\s]*$")


def without_opening(text: str) -> tuple[str, int]:
    r"""Return a text without the greeting or the question that it opens with, and how many there were.

    >>> without_opening("Great question! Adam adapts."), without_opening("Q: Does it?\nA: Yes.")
    (('Adam adapts.', 1), ('Yes.', 1))
    """
    text, questions = ASKED.subn("", text, count=1)
    text, greetings = OPENING.subn("", text, count=1)
    return text, questions + greetings


def is_courtesy(sentence: str) -> bool:
    """Tell whether a sentence only greets, praises the question, or offers more.

    >>> is_courtesy("I hope this helps!"), is_courtesy("希望这对您有帮助！"), is_courtesy("Hope is a thing.")
    (True, True, False)
    """
    return GREETING.match(sentence) is not None or closes(sentence)


def closes(sentence: str) -> bool:
    """Tell whether a sentence takes leave or offers more, as no abstract does."""
    return CLOSING.match(sentence) is not None


def asks(sentence: str) -> bool:
    """Tell whether a sentence asks something."""
    return ASKS.search(sentence) is not None

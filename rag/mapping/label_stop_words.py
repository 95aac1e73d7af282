"""Words that name no field of research: those that no term may hold, and those that are no term alone.

By their forms, not by stems: `general` and `generative` have the same.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from rag.text.words import STOP_WORDS

# What abstracts are written with, whatever they are about. A verb or a noun brings its regular forms along.
FILLER = """
    ability able accurate accurately achieve across actual additional additionally address adopt advance advancement
    aim allow almost already alternative although always analyze apply approximately argue art article ask aspect
    associate assume attain author available avoid background base baseline become begin behind benefit best better
    beyond bridge brief bring broad broadly candidate capability capable carry central certain challenge choose
    clear clearly closely collect combine come commonly compare compete competitive complete comprehensive conclude
    conclusion conduct confirm consequence consider considerable considerably consist consistent consistently
    construct contain contrast contribute contribution conventional correct correspond crucial current currently
    deal deliver demonstrate depend derive describe despite detail determine develop differ different difficult
    direct directly discover discuss discussion distinct diverse due easily easy effective effectively effectiveness
    efficiency efficient efficiently elicit elucidate emerge empirical empirically employ enable encourage end
    enhance enough ensure entire especially essential establish estimate et evaluate even evidence examine example
    excellent exhibit exist existing expect experiment experimental experimentally explain explore extend extensive
    extensively extra facilitate fact fail far fast faster favorable final finally find finding five flexible focus
    follow formulate found four frac framework fully fundamental furthermore gain general generally generate get
    github give go good great greatly guide hard help hence highlight highly hold hope http https huge idea identify
    illustrate impact implement implication important importantly improve improvement inadequate include including
    increase increasingly indicate insight inspire instance instead interest interesting introduce introduction
    investigate involve issue keep key know known lack largely last latter lead leverage likely limitation little
    look lower main mainly maintain major make many mathbb mathbf mathcal mathrm meaningful method methodology
    mitigate modern moreover motivate multiple namely naturally nearly necessary need never nevertheless new newly
    next notable notably note novel number numerous objective observe obtain offer often old operate original
    outline outperform overall overcome overview paper part particular particularly past perform perspective pitfall
    plug pose possible possibly practical practically practice precise present prevent previous previously proceed
    produce promise promising propose prospect provable provably prove provide publicly purpose put raise range
    rather reach real recent recently recover reduce refer regard relate release relevant rely remain remarkable
    report represent require resolve respectively result rethink reveal revisit rigorous role satisfy say
    scalability scalable second see seek seem select separate serve several severe share show shown significant
    significantly similar similarly simple simpler simplify simply simultaneously six slow solid solution solve
    sometimes sophisticated special specific specifically standard steer still strong strongly study substantial
    substantially successful successfully suffer suggest suitable summarize superior surpass surprisingly survey
    tackle take tend textbf textit thereby therefore think third thorough though three thus tilde today together
    toward traditional trend true try turn twice two type typical typically ubiquitous ultimately uncover underlie
    underlying understand understanding unexplored unified unify unlike unlock useful usually utilize valid valuable
    variety various vary verify versatile view want well whereas whole wide widely work write www year yield
"""
# What stands in a term only beside a word that tells more: `language models`, `time series`, `score matching`.
GENERIC = """
    accuracy activity age algorithm amount analysis application approach architecture area assessment behavior
    benchmark big bound case cause class classical cohort comparison complex component computation computational
    compute computer concept condition confidence context control cost criterion data dataset day deep deeper degree
    design development difference dimension dimensional distribution domain effect element end environment error
    estimation evaluation experience factor feature field form formation formulation function gap generation goal
    group guarantee high higher hour human importance individual information input interval item knowledge large
    larger layer learn learned learner learning length level library limit line long loss low machine management
    mapping mathematical mean measure measurement mechanism metric minute model modeling module month name natural
    network neural nonlinear norm normal numerical object observation open operation optimal option order outcome
    output parameter participant path pattern percent percentage performance period phase point position power
    presence prior problem procedure process processing production program project property public quality quantity
    question rate ratio region relation relationship representation research resource response risk robust
    robustness rule sample scale scenario scheme science scientific scope score sequence set setting shape shot side
    significance single site size small software space speed stage state statistical step strategy structure
    structured subject success support system target task team technique technology term test theorem theoretical
    theory thing time top topic total train training transition trial unit university use user value variable vector
    version volume way week weight width word zero
"""
# Function words of other languages: in a cluster of abstracts of one language they would tell the most.
FOREIGN = """
    al alla als am auf aus aux avec bei bis ce ces cette che com como con da dall dans das de degli dei del della
    delle dem den der des di die dies diese diesem dieser dos du durch een ein eine einem einen einer eines el elle
    em en entre es est et fue für gli haben han hat het ihr il ils im ist kein la las le les leur lo los mais mas
    mehr met mit nel nella nicht noch nos nous nur não oder os ou par para pas per più plus por pour pro qu que qui
    sa se sein selon ses si sich sie sind son sono sont su sur sus também te um uma un una und une unter van vom von
    voor vor war wir wird wurde wurden zu zum zur zwischen être
"""
# An adjective leaves open of what: `topological`, but `topological data analysis`. Most are known by how they end.
ENDINGS = re.compile(r"(?:al|ic|ive|ous|ular|inear|variant|able|ible|istent|endent)$")
ADJECTIVES = """
    autoimmune binary convex coronary dense discrete distributed finite hidden high-order immune infinite latent
    low-rank mixed parallel pre-trained pretrained private random robust self-supervised smooth soft sparse
    supervised unsupervised weak
"""
NOUNS = """
    animal antibiotic archive arithmetic arrival capital ceramic chemical clinic critic crystal differential
    epidemic fabric festival goal hospital integral interval journal logic magic manual material metal mineral
    mosaic music pandemic plastic polynomial potential proposal recall removal retrieval rival signal spiral
    survival table topic traffic trial tutorial variant
"""


@lru_cache(maxsize=1)
def stop_words() -> frozenset[str]:
    """Return the function words of all languages known, in lower case."""
    return STOP_WORDS | frozenset(FOREIGN.split())


@lru_cache(maxsize=1)
def filler() -> frozenset[str]:
    """Return the words, in lower case, that no term may hold, stop words apart."""
    return frozenset(_forms(FILLER))


@lru_cache(maxsize=1)
def generic() -> frozenset[str]:
    """Return the words, in lower case, that are no term alone."""
    return frozenset(_forms(GENERIC))


def is_adjective(word: str) -> bool:
    """Tell whether a word in lower case is an adjective, as far as that can be seen."""
    return word in _words(ADJECTIVES) or (ENDINGS.search(word) is not None and word not in _words(NOUNS))


@lru_cache(maxsize=2)
def _words(prose: str) -> frozenset[str]:
    return frozenset(prose.split())


def _forms(words: str) -> Iterator[str]:
    """Yield words and what looks like their regular forms; a form that no language has does no harm."""
    for word in words.split():
        yield from (word, f"{word}s", f"{word}es", f"{word}d", f"{word}ed", f"{word}ing", f"{word[:-1]}ing")
        yield from (f"{word[:-1]}ies", f"{word[:-1]}ied")

"""What is an abstract, and what only stands where one should: publishers' texts, placeholders, notices."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.text.boilerplate.placeholders import is_placeholder, is_withdrawal
from rag.text.boilerplate.publishers_texts import own_words

PROPERTY = settings(deadline=None, max_examples=200)
ABSTRACT = "We test whether river otters return to restored streams. Of 42 streams, 31 had otters after three years."
BEHIND = [
    "© 2023 Elsevier B.V. All rights reserved.",
    "(c) 2001 Wiley-Liss, Inc.",
    "(C) 2021 Elsevier Ltd. All rights reserved.",
    "Copyright © 2020. Published by Elsevier Inc.",
    "Crown Copyright © 2019 Published by Elsevier Ltd. All rights reserved.",
    "Published by Elsevier Ltd.",
    "© The Author(s) 2021.",
    "© The Author(s) 2021. Published by Oxford University Press. All rights reserved. For permissions, a@oup.com.",
    "© 2019 IEEE.",
    "© 2015 ACM.",
    "Copyright is held by the owner/author(s). Publication rights licensed to ACM.",
    "© Springer Science+Business Media, LLC 2010",
    "© 2020 The Authors. Ecology published by John Wiley & Sons Ltd on behalf of the Society for Ecology.",
    "(PsycINFO Database Record (c) 2018 APA, all rights reserved)",
    "(PsycInfo Database Record (c) 2020 APA, all rights reserved). (journal abstract)",
    (
        "© 2018 by the authors. Licensee MDPI, Basel, Switzerland. This is an open access article under "
        "the terms of the Creative Commons Attribution (CC BY) license (http://creativecommons.org/)."
    ),
    "This is an open access article under the CC BY license (http://creativecommons.org/licenses/by/4.0/).",
    "This article is protected by copyright. All rights reserved.",
    "[ABSTRACT FROM AUTHOR]",
    "[Author Abstract] KEY WORDS: otters; streams",
    "Keywords: otters, streams, restored rivers.",
    "Index Terms—Otters, streams, deep learning.",
    "Mots-clés : loutres ; rivières",
    "[Correction added on 3 March 2020, after first online publication: Figure 2 was corrected.]",
    "Competing Interest StatementThe authors have declared none.Funding StatementThis work was funded by X.",
    "Copyright of Streams is the property of Press Ltd and its content may not be copied. However, users may print it.",
]
BEFORE = [
    *(
        "Abstract ",
        "ABSTRACT: ",
        "Abstract. ",
        "Abstract—",
        "Summary: ",
        "[Abstract] ",
        "Résumé : ",
        "Publisher Summary ",
    ),
    *("© 2015 Elsevier Ltd. ", "© 2019 Elsevier B.V.", "© 2019 IEEE.", "Abstract © 2019 Elsevier B.V. "),
    "[Correction Notice: An Erratum for this article was reported in Vol 5(3) of Journal X.] ",
]
NO_ABSTRACT = [
    *("NA", "N/A", "n.a.", "nan", "None", "null", "<NA>", "-", "...", "[No abstract available]", "No abstract"),
    *(
        "Abstract not available",
        "Not available.",
        "Abstract available from the publisher.",
        "See PDF",
        "See full text.",
    ),
    *("This article has no abstract.", "Abstract", "Kein Abstract verfügbar", "Résumé non disponible", "Sin resumen"),
    *("Resumo não disponível", "Riassunto non disponibile", "Аннотация отсутствует", "无摘要", "抄録なし", "초록 없음"),
]
NOTICES = [
    "This article has been retracted: please see Elsevier Policy on Article Withdrawal (https://www.elsevier.com/x).",
    (
        "This article has been withdrawn at the request of the author(s) and/or editor. The Publisher apologizes for "
        "any inconvenience this may cause."
    ),
    "This paper has been withdrawn by the author due to an error in Lemma 2.",
    "The authors have withdrawn this manuscript because of an error.",
    "Withdrawn.",
]
ABSTRACTS = [
    "Abstract interpretation is a framework. We use it.",
    "Abstract argumentation frameworks are studied.",
    "ABSTRACT INTERPRETATION IS A METHOD.",
    "Summary statistics are widely used.",
    "Summary of Background Data: We know.",
    "SUMMARY BACKGROUND DATA: Little is known.",
    "We study copyright law. The copyright of images is at risk.",
    "The code is published by the authors under an open license.",
    "FUNDING: Wellcome Trust.",
    "We searched with the following Keywords: otter, stream.",
    "We retrieved records published by Elsevier.",
    "Results are discussed. Open access publishing is growing.",
    "BACKGROUND: Otters left. METHODS: We looked. RESULTS: 31 had otters.",
    "No otters were found.",
    "This drug has been withdrawn. This article asks why.",
    "This paper has been withdrawn. We show that otters swim in rivers of Wales.",
    "Retracted. Green roofs cool buildings.",
    "Null results are published.",
]
PIECES = st.sampled_from(
    [*BEHIND, *BEFORE, *ABSTRACTS, ABSTRACT, "(c)", "©", "[", "]", "Keywords", ".", " "]
) | st.text(max_size=6)


@pytest.mark.parametrize("text", BEHIND)
def test_what_publishers_put_behind_an_abstract_is_cut_off(text: str) -> None:
    assert own_words(f"{ABSTRACT} {text}") == ABSTRACT
    assert own_words(text) == ""


@pytest.mark.parametrize("text", BEFORE)
def test_what_stands_in_front_of_an_abstract_is_cut_off(text: str) -> None:
    assert own_words(f"{text}{ABSTRACT}") == ABSTRACT


@pytest.mark.parametrize("text", NO_ABSTRACT)
def test_a_text_that_says_there_is_none_is_no_abstract(text: str) -> None:
    assert not (own := own_words(text)) or is_placeholder(own)


@pytest.mark.parametrize("text", NOTICES)
def test_a_notice_that_a_paper_is_gone_is_no_abstract(text: str) -> None:
    assert is_withdrawal(text)


@pytest.mark.parametrize("text", ABSTRACTS)
def test_an_abstract_that_only_looks_like_it_stays_as_it_is(text: str) -> None:
    assert own_words(text) == text
    assert not is_placeholder(text)
    assert not is_withdrawal(text)


def test_the_first_word_of_a_paper_on_abstract_things_is_no_label() -> None:
    assert (
        own_words("Abstract Meaning banks help.", "Abstract Meaning Representation") == "Abstract Meaning banks help."
    )
    assert own_words("Abstract Otters swim in rivers.", "Otters") == "Otters swim in rivers."


@PROPERTY
@given(st.lists(PIECES, max_size=8).map("".join))
def test_what_is_left_is_a_slice_and_holds_nothing_more_to_cut(text: str) -> None:
    own = own_words(text)
    assert own in text
    assert own_words(own) == own


@PROPERTY
@given(st.text("abcdefghij ,;.A0123456789", max_size=300))
def test_a_text_without_any_sign_stays_the_same(text: str) -> None:
    assert own_words(text).strip() == text.strip()

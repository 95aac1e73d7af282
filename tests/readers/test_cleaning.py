"""Clean text: what publishers and programs leave in abstracts goes, what authors wrote stays."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rag.readers.cleaning.latex import decoded
from rag.readers.cleaning.text import clean

PROPERTY = settings(deadline=None, max_examples=300)
PIECES = st.sampled_from(
    [
        *(
            "<",
            ">",
            "</",
            "/>",
            "&",
            ";",
            "amp;",
            "lt;",
            "gt;",
            "#38;",
            "#x26;",
            "&#60;",
            "&nbsp;",
            "&copy",
            "]]>",
            "<!--",
            "-->",
        ),
        *(
            "<i>",
            "</i>",
            "<b",
            "<p>",
            "</p>",
            "<jats:p>",
            "</jats:title>",
            "<jats:title>",
            "<sup>",
            "</sup>",
            "<s>",
            "<br/>",
        ),
        *(
            "<mml:math>",
            "</mml:math>",
            "</jats:tex-math>",
            "<mml:annotation>",
            "sup>",
            "i>",
            "<a href='x'>",
            "Abstract",
        ),
        *(
            "\xad",
            "\u200b",
            "\u200c",
            "\u200d",
            "\ufeff",
            "\u202e",
            "e\u0301",
            "\u0301",
            "ﬁ",
            "Ã©",
            "â€œ",
            "Ã",
            "Â ",
            "\x80",
            "\x96",
        ),
        *(
            "\x00",
            "\x1b",
            "\n",
            "\t",
            "\x85",
            "\u2028",
            "\ud800",
            "😀",
            "é",
            "می",
            "1",
            "$x<y$",
            "\\'e",
            "\\emph{x}",
            " ",
            "n > 3",
        ),
    ]
)


@pytest.mark.parametrize(
    ("given", "cleaned"),
    [
        # Tags
        ("<p>We <i>prune</i> <b>all</b> nets.</p><p>Well.</p>", "We prune all nets. Well."),
        ("one<br>two<br/>three<BR />four", "one two three four"),
        ("H<sub>2</sub>O, m<sup>2</sup>, Ca<sup>2+</sup>, 1<sup>st</sup>", "H2O, m2, Ca2+, 1st"),
        ("10<sup>-3</sup> and 10<sup>\u22125</sup> (a)", "10^-3 and 10^\u22125 (a)"),
        ('<a href="http://x.org" target="_blank">here</a>', "here"),
        ("<jats:title>Abstract</jats:title><jats:p>We prune.</jats:p>", "We prune."),
        ("<jats:sec><jats:title>Aims.</jats:title><jats:p>To prune.</jats:p></jats:sec>", "Aims: To prune."),
        ("<h4>BACKGROUND:</h4>Nets.<h4>METHODS</h4>We prune.", "BACKGROUND: Nets. METHODS: We prune."),
        ("<b>BACKGROUND: </b>Nets.", "BACKGROUND: Nets."),
        ("so <mml:math><mml:mi>x</mml:mi><mml:mo>=</mml:mo><mml:mn>1</mml:mn></mml:math>.", "so x=1."),
        ("<jats:tex-math>$x$</jats:tex-math><mml:math><mml:mi>x</mml:mi></mml:math> holds", "$x$ holds"),
        ("<![CDATA[We prune]]> all<!-- but one -->.", "We prune all."),
        # What only looks like tags
        ("p < 0.05 and n > 3", "p < 0.05 and n > 3"),
        ("p<0.05 and n>3", "p<0.05 and n>3"),
        ("the pair <k, v> of <K,V>", "the pair <k, v> of <K,V>"),
        ("tokens <s>, </s>, <mask>, <image> and <think>", "tokens <s>, </s>, <mask>, <image> and <think>"),
        ("the means <p> and <b>, a<b>c", "the means <p> and <b>, a<b>c"),
        ("a <title> alone; x <i, j> y", "a <title> alone; x <i, j> y"),
        ("$a<b$ and $c>d$ \\emph{x} Poincar\\'e", "$a<b$ and $c>d$ \\emph{x} Poincar\\'e"),
        # Entities
        ("R&amp;D, &lt;k, v&gt; &eacute; &#233; &#xe9;", "R&D, <k, v> é é é"),
        ("p &amp;lt; 0.05 &amp;amp; more", "p < 0.05 & more"),
        ("&lt;i&gt;E. coli&lt;/i&gt; and &amp;lt;i&amp;gt;S. aureus&amp;lt;/i&amp;gt;", "E. coli and S. aureus"),
        ("AT&T; a&b; R&D &copy 5 ?a=1&lt=2", "AT&T; a&b; R&D &copy 5 ?a=1&lt=2"),
        # Characters
        ("e\u0301te\u0301 A\u030a", "été Å"),
        ("e\ufb03cient \ufb01ne \ufb02ow", "efficient fine flow"),
        ("exam\xadple, exam\xad\nple, zero\u200bwidth\ufeff", "example, example, zerowidth"),
        ("می\u200cشود 👩\u200d👩 man\u200dx", "می\u200cشود 👩\u200d👩 manx"),
        ("a\x00b\x1b[31mc \t\n\u2028 d\xa0e", "ab[31mc d e"),
        # Mojibake, where it can be nothing else
        ("SchrÃ¶dinger â€œcatâ€\x9d naÃ¯ve", "Schrödinger “cat” naïve"),
        ("1998\x962001 it\x92s", "1998–2001 it’s"),  # noqa: RUF001
        ("Voilà, São Paulo, Ångström, Đà Nẵng, ÀÉÎÕÜ, 25 °C ± 2, £5, “so” – α→β", None),  # noqa: RUF001
        ("Ã is a letter, and â too; 5 Â", None),
        ("Привет, Łódź, Ελλάδα, 王小明, Ö", None),
    ],
)
def test_text_is_cleaned(given: str, cleaned: str | None) -> None:
    assert clean(given) == (given if cleaned is None else cleaned)


@PROPERTY
@given(st.lists(PIECES | st.text(max_size=3), max_size=14).map("".join))
@example("&" + "amp;" * 50 + "lt;i>x</i>")
@example("<" * 30 + "b" + ">" * 30)
@example("<i" * 20 + "<i>x</i>" + ">" * 20)
def test_clean_text_is_one_line_and_stays_the_same(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert cleaned == " ".join(cleaned.split())
    assert "".join(c for c in cleaned if c not in "\u200c\u200d").isprintable()


@PROPERTY
@given(
    st.text(
        st.characters(categories=("L", "N"), max_codepoint=0x24F) | st.sampled_from(" .,;:()-+*/=$\\{}^_'"), max_size=60
    )
)
def test_words_and_formulas_lose_nothing(text: str) -> None:
    cleaned = clean(text)
    assert [c for c in cleaned if c.isascii() and c != " "] == [c for c in text if c.isascii() and c != " "]


@pytest.mark.parametrize(
    "text",
    ["<i " * 30_000, "&amp" * 30_000, "&" + "amp;" * 30_000, "<jats:title>" * 9_000, "<!--" * 30_000, "Ã" * 90_000],
)
def test_a_giant_text_of_one_sign_is_read_in_no_time(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    ("latex", "printed"),
    [
        (
            r"Poincar\'e, Verstra\"ete, na\"{\i}ve, S\'ark\"ozy, Erd\H{o}s",
            "Poincaré, Verstraëte, naïve, Sárközy, Erdős",
        ),
        (
            r"{\'E}tude, {\c C}elik, \v{S}koda, {\L}ojasiewicz, Stra{\ss}e, {\O}re, \o re",
            "Étude, Çelik, Škoda, Łojasiewicz, Straße, Øre, øre",
        ),
        (r"{GPT-4} for {{BERT}s}, 50\% \& \#1 a\_b", "GPT-4 for BERTs, 50% & #1 a_b"),
        ("``so'' -- or --- 1--2, -{}-", "“so” – or — 1–2, --"),  # noqa: RUF001
        (r"a~b, http://a.org/~me, \url{http://a.org/~c_d}", "a b, http://a.org/~me, http://a.org/~c_d"),
        (r"$x_{i}^{2} -- \'e$ and \(a~b\), $$\sum_{i}$$", r"$x_{i}^{2} -- \'e$ and \(a~b\), $$\sum_{i}$$"),
        (r"\emph{so} \textbf{far {x}} {\em it} \textsc{C} \textquotesingle", None),
        (r"\alpha-helix, 5\,\textmu m, \ldots", None),
        (r"\sysname{} and \cite{vaswani} stay", r"\sysname{} and \cite{vaswani} stay"),
        (r"costs \$5 and \$10", "costs $5 and $10"),
        (r"{\textless}b{\textgreater} {\textbackslash}n \{x\}", r"<b> \n {x}"),
        ("a backslash at the end \\", "a backslash at the end \\"),
    ],
)
def test_latex_outside_formulas_is_what_it_prints(latex: str, printed: str | None) -> None:
    assert "\\emph" not in decoded(latex)
    assert printed is None or decoded(latex) == printed


@PROPERTY
@given(
    st.lists(
        st.sampled_from([*"\\{}$~'\"`^-_%c e1\n", "\\alpha", "\\(", "\\]", "\\em", "{\\", "--", "\\'"]), max_size=20
    ).map("".join)
)
def test_any_latex_is_read(latex: str) -> None:
    assert isinstance(decoded(latex), str)

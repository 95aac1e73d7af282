"""Papers that hold whatever a source may have put into them, for property tests."""

from hypothesis import strategies as st

from rag.records import Paper

PIECES = st.sampled_from(
    [
        *"\\{}%&#_$~^<>|`'\"-,;:@=()[]!*+.?/ \n\r\t\u2028\x85\x00\ud800😀é王",
        *("$x_i$", "$\\{0\\}$", "$\\alpha^{2}_{K}$", "$a\\%b$", "``", "''", "--", "\\emph{x}", "\\$", "\\\\", "{\\'e}"),
        *("e\u0301", "TY  - ", "\nER  - ", "\n@misc{", "},\n", " and ", "\n# ", "1. ", "GPT-4", "of", "Jr.", "<b>"),
        *("&lt;", "](http://x.y)", "[1]"),
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=4), max_size=12).map("".join)
WEB = st.text("abz019/_%#&=;~.-", max_size=20).map("https://a.org/{}".format)
PAPERS = st.lists(
    st.builds(
        Paper,
        paper_id=st.integers(1, 5),
        title=TEXTS,
        abstract=TEXTS,
        key=st.none() | TEXTS | st.sampled_from(["a1", "A1", "vaswani2017"]),
        authors=st.lists(TEXTS | st.sampled_from(["Ada Lovelace", "Ludwig van Beethoven", "King, Jr., Al"])).map(tuple),
        year=st.none() | st.integers(1500, 2099),
        doi=st.none() | st.text("0189./abz_()<>;-", min_size=1).map("10.1000/{}".format),
        arxiv_id=st.none() | st.sampled_from(["1706.03762", "hep-th/9901001"]),
        url=st.none() | WEB,
        pubmed_id=st.none() | st.sampled_from(["1", "31452104"]),
    ),
    max_size=4,
    unique_by=lambda paper: paper.paper_id,
)

"""What PubMed's and arXiv's XML says besides texts: retractions, and letters as TeX writes them."""

from pathlib import Path

from tests.readers.pubmed_and_arxiv_samples import article, articles, feed
from tests.readers.test_xml import read


def test_letters_of_tex_are_letters_in_arxiv_s_feed_and_formulas_stay(tmp_path: Path) -> None:
    content = (
        feed("1706.03762").replace("Attention\n  is enough", r"On Erd\H{o}s, {\L}\'os").replace("Bo Roe", r"Bo Ro\"e")
    )
    content = content.replace("We attend to $x_i$", r"G\"{o}del at ~5% of $\'x_i$")
    [record], _ = read(tmp_path / "a", content)
    assert (record.title, record.authors) == ("On Erdős, Łós", ("Ann Lee", "Bo Roë"))
    assert record.abstract == r"Gödel at ~5% of $\'x_i$ < 3."


def test_what_pubmed_says_of_a_retraction_is_read(tmp_path: Path) -> None:
    kind = "<PublicationTypeList><PublicationType>Retracted Publication</PublicationType></PublicationTypeList>"
    notice = (
        '</Article><CommentsCorrectionsList><CommentsCorrections RefType="RetractionIn">'
        "<RefSource>J. 2020;1</RefSource></CommentsCorrections></CommentsCorrectionsList><Article>"
    )
    content = articles(article(1, authors=kind), article(2, authors=notice), article(3))
    marks = [record.retracted for record in read(tmp_path / "a", content)[0]]
    assert marks == ["Retracted Publication", "Retraction in: J. 2020;1", None]

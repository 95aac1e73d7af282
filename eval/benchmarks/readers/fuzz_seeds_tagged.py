"""A small sound file of every format of tagged lines, to be damaged: made-up papers each, by the name of its reader."""

from collections.abc import Sequence
from typing import Any

from rag.readers.formats.tagged import (
    cochrane,
    endnote,
    labelled,
    medline,
    noteexpress,
    ovid,
    pubmed_text,
    refworks,
    ris,
    web_of_science,
)

Paper = dict[str, Any]


def _ris(paper: Paper) -> str:
    return f"""TY  - JOUR
TI  - {paper["title"]}
AU  - Lee, Ann
AU  - Beethoven, Ludwig van
PY  - {paper["year"]}
AB  - {paper["abstract"]}
DO  - {paper["doi"]}
ER  -

"""


def _medline(paper: Paper) -> str:
    return f"""PMID- {paper["pubmed_id"]}
DP  - {paper["year"]} Jun
TI  - {paper["title"]}
AB  - {str(paper["abstract"])[:40]}
      {str(paper["abstract"])[40:]}
FAU - Lee, Ann
AID - {paper["doi"]} [doi]

"""


def _wos(paper: Paper) -> str:
    return f"""PT J
AU Lee, A
   van Beethoven, L
AF Lee, Ann
   van Beethoven, Ludwig
TI {paper["title"]}
AB {str(paper["abstract"])[:40]}
   {str(paper["abstract"])[40:]}
DI {paper["doi"]}
PY {paper["year"]}
UT WOS:00040{paper["pubmed_id"]}
PM {paper["pubmed_id"]}
ER

"""


def _endnote(paper: Paper) -> str:
    return f"""%0 Journal Article
%A Lee, Ann
%A Beethoven, Ludwig van
%T {paper["title"]}
%D {paper["year"]}
%R {paper["doi"]}
%X {paper["abstract"]}

"""


def _refworks(paper: Paper) -> str:
    return f"""RT Journal Article
SR Electronic(1)
ID {paper["id"]}
A1 Lee,Ann
T1 {paper["title"]}
YR {paper["year"]}
AB {paper["abstract"]}
DO {paper["doi"]}

"""


def _cochrane(paper: Paper) -> str:
    return f"""Record #1 of 3
ID: CN-{paper["pubmed_id"]}
AU: Lee A
AU: Beethoven L
TI: {paper["title"]}
YR: {paper["year"]}
DOI: {paper["doi"]}
AB: {paper["abstract"]}
PM: PUBMED {paper["pubmed_id"]}

"""


def _noteexpress(paper: Paper) -> str:
    return f"""{{Reference Type}}: Journal Article
{{Title}}: {paper["title"]}
{{Author}}: Lee, Ann;Roe, Bo;
{{Year}}: {paper["year"]}
{{Abstract}}: {paper["abstract"]}
{{DOI}}: {paper["doi"]}

"""


def _ovid(paper: Paper) -> str:
    return f"""<{paper["year"]}>
Unique Identifier
  {paper["pubmed_id"]}
Title
  {paper["title"]}.
Authors
  Lee A; Roe B.
Abstract
  {paper["abstract"]}

"""


def _pubmed_text(paper: Paper) -> str:
    return f"""1. J Quiet. {paper["year"]} Jan;12(1):1-9. doi: {paper["doi"]}.

{paper["title"]}

Lee A(1), Roe BC(2).

Author information:
(1)Quiet University.

{paper["abstract"]}

DOI: {paper["doi"]}
PMID: {paper["pubmed_id"]} [Indexed for MEDLINE]


"""


def _labelled(paper: Paper) -> str:
    return f"""Title: {paper["title"]}
Author: Lee, Ann; Roe, Bo
Abstract: {paper["abstract"]}
Publication year: {paper["year"]}
DOI: {paper["doi"]}
____________________

"""


FORMS = {
    ris.NAME: ("", _ris),
    medline.NAME: ("", _medline),
    web_of_science.NAME: ("FN Clarivate Analytics Web of Science\nVR 1.0\n", _wos),
    endnote.NAME: ("", _endnote),
    refworks.NAME: ("", _refworks),
    cochrane.NAME: ("", _cochrane),
    noteexpress.NAME: ("", _noteexpress),
    ovid.NAME: ("", _ovid),
    pubmed_text.NAME: ("", _pubmed_text),
    labelled.NAME: ("", _labelled),
}


def tagged_seeds(papers: Sequence[Paper]) -> dict[str, bytes]:
    """Return a file of these papers in every such format, by the name of its reader."""
    return {name: (begin + "".join(map(form, papers))).encode() for name, (begin, form) in FORMS.items()}

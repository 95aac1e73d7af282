"""OAI-PMH, by which arXiv and every repository hand out their records: arXiv's metadata, Dublin Core, MODS or JATS.

Records that a repository deleted are left out.
"""

from collections.abc import Callable, Iterator

from rag.readers.formats.xml import arxiv_oai, dublin_core, jats, mods
from rag.readers.inputs.source import Problem, Source
from rag.readers.parsing.xml_stream import Element, elements, local_name, text_at, text_in
from rag.records import Record

NAME = "OAI-PMH answer"
NAMESPACE = "http://www.openarchives.org/OAI/2.0/"
OAI = f"{{{NAMESPACE}}}"
KINDS: dict[str, Callable[[int, Element, str], Record | Problem]] = {
    **dict.fromkeys(("arXiv", "arXivRaw", "arXivOld"), arxiv_oai.record),
    **dict.fromkeys(("dc", "qualifieddc", "qdc", "thesis"), dublin_core.record),
    "mods": mods.record,
    "article": jats.record,
}


def sniff(head: str) -> bool:
    """Tell whether a file begins as such an answer."""
    return head.lstrip().startswith("<") and NAMESPACE in head


def read(source: Source) -> Iterator[Record | Problem]:
    """Yield a record for each one that has an abstract, a Problem for every other and for what the repository tells."""
    for found in elements(source, f"{OAI}record", f"{OAI}error"):
        if isinstance(found, Problem):
            yield found
        elif local_name(found.element) == "error":
            code, text = found.element.get("code") or "error", text_in(found.element)
            yield Problem(found.line, f"the repository's answer is an error: {code} {text}".strip())
        else:
            yield from _records(found.line, found.element)


def _records(line: int, element: Element) -> Iterator[Record | Problem]:
    header, metadata = element.find(f"{OAI}header"), element.find(f"{OAI}metadata")
    if header is not None and header.get("status") == "deleted":
        return
    if metadata is None or not len(metadata):
        yield Problem(line, "a record without metadata")
        return
    kind = local_name(metadata[0])
    made = KINDS.get(kind)
    if made is None:
        yield Problem(line, f"metadata of the kind {kind} aren't read; ask for metadataPrefix=oai_dc")
    else:
        yield made(line, metadata[0], text_at(element, f"{OAI}header/{OAI}identifier"))

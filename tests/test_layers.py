"""The layer table: imports point down only, and each heavy library has one room."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# From the top down; a module may import those of lower rows only, or of its own package.
LAYERS = (
    ("ui",),
    ("eval",),
    ("rag.__init__",),
    ("rag.maintenance",),
    ("rag.library",),
    ("rag.collection",),
    ("rag.storage.embedded",),
    ("rag.maintenance.backup", "rag.integrations", "rag.storage.index.probe"),
    ("rag.answering",),
    ("rag.conversation",),
    ("rag.export",),
    ("rag.citations",),
    ("rag.retrieval", "rag.ingestion", "rag.storage.locking", "rag.mapping"),
    ("rag.storage.index",),
    ("rag.storage.catalog",),
    ("rag.models.embedders",),
    ("rag.models.llms", "rag.readers", "rag.storage.manifest", "rag.storage.index.checksums"),
    ("rag.records.canonical",),
    ("rag.ingestion.chunking", "rag.records.identity", "rag.storage.index.token_embeddings"),
    ("rag.records.author_matching",),
    ("rag.text.titles", "rag.models.openai_client"),
    ("rag.text.sentences", "rag.text.words", "rag.settings", "rag.samples"),
    ("rag.maintenance.sqlite_pages", "rag.storage.readonly", "rag.storage.sqlite_errors", "rag.models.cancellation"),
    ("rag.records",),
    ("rag.errors", "rag.utils", "rag.text", "rag.models", "rag.storage"),
)
ROOMS = {
    "chromadb": ("rag/storage/index/chroma.py", "eval/benchmarks/faults/harness.py"),
    "llama_index": (
        "rag/integrations/llama_index/query_engine.py",
        "rag/integrations/llama_index/adapters.py",
        "eval/benchmarks/llm_answers.py",  # the peer that is measured
    ),
    "openai": (
        "rag/models/openai_client.py",
        "rag/models/embedders/openai.py",
        *(f"rag/models/llms/{name}.py" for name in ("openai", "openai_errors", "retrying")),
    ),
    "xllamacpp": ("rag/models/llms/gguf.py",),
    "tiktoken": ("rag/models/llms/tokens.py",),
    "onnxruntime": ("rag/models/embedders/onnx.py",),
    "tokenizers": ("rag/models/embedders/onnx.py", "rag/models/embedders/minilm.py"),
    "sentencex": ("rag/text/sentences.py",),
    "sklearn": ("rag/mapping/clustering.py", "rag/mapping/layout.py"),
    "lxml": ("rag/readers/parsing/xml_stream.py", "eval/benchmarks/readers/speed.py"),
    "bibtexparser": (
        "rag/export/bibtex.py",
        "rag/readers/parsing/bibtex_entries.py",
        "eval/benchmarks/readers/speed.py",
    ),
    "ftfy": ("rag/readers/cleaning/text.py",),
    "pylatexenc": ("rag/readers/cleaning/latex.py",),
    "rispy": ("rag/export/ris.py", "eval/benchmarks/readers/speed.py"),
    "selenium": ("eval/benchmarks/web_page.py",),
    "ir_measures": ("eval/metrics/ranking.py",),
    "scipy": ("eval/metrics/intervals.py", "eval/judges/calibration.py"),
    "jinja2": ("eval/reports/html.py",),
    "snowballstemmer": ("rag/text/words.py",),
    "gradio": tuple(f"ui/page/{name}.py" for name in ("app", "wiring", "endpoints", "server", "views/theme")),
    "mcp": ("ui/page/mcp_tools.py",),
}
MODULES = sorted(path for folder in ("rag", "ui", "eval") for path in (ROOT / folder).rglob("*.py"))


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    if parts == ("rag", "__init__"):
        return "rag.__init__"
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def layer_of(name: str) -> tuple[int, str]:
    """Return the row of a module and the longest entry that holds it; raises when the table doesn't list it."""
    found = [
        (len(entry), row, entry)
        for row, entries in enumerate(LAYERS)
        for entry in entries
        if name == entry or name.startswith(f"{entry}.")
    ]
    assert found, f"{name} is in no layer: give it a row in LAYERS"
    _, row, entry = max(found)
    return row, entry


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            # `from eval import answers` names modules, `from rag.text.words import stems` names what is in one.
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            modules = {module_name(module) for module in MODULES}
            yield from [name for name in inner if name in modules] or [node.module]
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_a_module_imports_only_from_lower_layers(path: Path) -> None:
    name = module_name(path)
    row, entry = layer_of(name)
    for imported in imports_of(path):
        if imported.split(".")[0] in {"rag", "ui", "eval"}:
            target = "rag.__init__" if imported == "rag" else imported
            other_row, other = layer_of(target)
            assert other_row > row or other == entry, (
                f"{name} imports {imported}: move the shared code to a lower layer"
            )


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_a_heavy_library_is_imported_in_its_own_room_only(path: Path) -> None:
    place = path.relative_to(ROOT).as_posix()
    for imported in imports_of(path):
        rooms = ROOMS.get(imported.split(".")[0])
        assert rooms is None or place in rooms, f"{place} imports {imported}: only {rooms} may"


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_a_module_starts_by_saying_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8"))), f"{path.name} has no docstring"

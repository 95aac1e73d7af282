"""What importing costs, and that nothing calls home: each in a fresh interpreter."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("chromadb", "llama_index", "openai", "gradio", "onnxruntime", "huggingface_hub")

NO_NETWORK = """
import sys

def forbid(event, arguments):
    if event == "socket.__new__" and arguments[1] in (2, 10):  # AF_INET, AF_INET6
        raise RuntimeError(f"a socket was opened: {arguments}")
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname"):
        raise RuntimeError(f"the network was asked: {event} {arguments}")

sys.addaudithook(forbid)
"""

MAIN_JOB = """
from rag import Library, Turn
from rag.samples import PATH

with Library.open("offline.library") as library:
    library.ingest([PATH])
    assert library.search("late interaction")[0].paper.key == "khattab2020colbert"
    answer = library.ask("What is late interaction?")
    assert answer.answered
    assert library.ask("How large is its index?", history=[Turn(answer.question, answer)]).claims
    assert not library.ask("Who won the world cup?").answered
"""


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=False)


def test_importing_rag_loads_no_heavy_library() -> None:
    done = run(f"import sys, rag; print([name for name in {HEAVY} if name in sys.modules])")
    assert done.stdout.strip() == "[]", done.stderr


def test_showing_help_loads_nothing_of_the_project_but_the_command_line() -> None:
    code = (
        "import sys\nfrom ui.cli.app import main\nsys.argv = ['askpapers', '--help']\n"
        "try: main()\nexcept SystemExit: pass\n"
        f"print([name for name in {(*HEAVY, 'numpy', 'rag.library')} if name in sys.modules])"
    )
    assert run(code).stdout.strip().endswith("[]")


def test_the_main_job_opens_no_socket() -> None:
    done = run(NO_NETWORK + MAIN_JOB)
    assert done.returncode == 0, done.stderr


def test_the_watch_on_sockets_would_see_one() -> None:
    done = run(NO_NETWORK + "import socket; socket.socket(socket.AF_INET)")
    assert "a socket was opened" in done.stderr


def test_asking_imports_no_llama_index_no_chroma_and_nothing_that_reads_fetches_or_sets(sample_folder: Path) -> None:
    code = (
        "import sys\nfrom ui.cli import main\n"
        f"sys.argv = ['askpapers', 'ask', 'What is late interaction?', '--library', {str(sample_folder)!r}]\n"
        "try: main()\nexcept SystemExit as end: assert not end.code\n"
        "unwanted = ('llama_index', 'openai', 'gradio', 'huggingface_hub', 'chromadb', 'rag.readers', 'rag.fetching',"
        " 'markdown_it', 'pygments')\n"
        "print([name for name in sys.modules if name.startswith(unwanted)])"
    )
    done = run(code)
    assert done.stdout.strip().endswith("[]"), done.stderr

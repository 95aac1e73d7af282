"""The sample papers that ship with the project: 40 landmark papers, real references, our own summaries."""

from pathlib import Path

PATH = Path(__file__).resolve().parent / "data" / "sample_papers.jsonl"

QUESTIONS = (
    "How does LoRA fine-tune a large model without changing its weights?",
    "What BLEU score did the Transformer reach on English to German, and how long was it trained?",
    "Should a larger compute budget go into more parameters or more training tokens?",
)
UNANSWERABLE = "What share of the weights can be pruned in a winning lottery ticket?"

"""An endpoint for embeddings: what it takes, says and answers. Pure; `rag.models.embedders.openai` asks."""

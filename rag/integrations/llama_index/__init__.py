"""The library as LlamaIndex has it: query engine, retriever, embedding, language model."""

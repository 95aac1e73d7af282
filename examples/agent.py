"""A LlamaIndex agent that has the library as a tool, and decides itself when to look into the papers.

OPENAI_API_KEY=... python examples/agent.py "Compare how ColBERT and DPR encode a query"
"""

import asyncio
import sys
from typing import Any

from llama_index.core.agent.workflow import ReActAgent
from llama_index.core.tools import QueryEngineTool

from rag import Library
from rag.samples import PATH


async def main(question: str) -> None:
    """Let the agent answer a question, then show what it asked the papers and what they said."""
    with Library.open("example.library") as library:
        library.ingest(PATH)
        papers = QueryEngineTool.from_defaults(
            library.as_query_engine(),
            name="papers",
            description="Answers a question from my papers, each sentence with its source.",
        )
        agent = ReActAgent(tools=[papers], llm=library.as_llm())  # or any LLM of LlamaIndex
        reply: Any = await agent.run(question)
        print(reply)
        for call in reply.tool_calls:
            answer = call.tool_output.raw_output.metadata["answer"]  # the whole Answer: claims, quotes, offsets
            print(f"\nasked: {answer.question} ({answer.outcome})")
            for citation in answer.citations:
                print(f"  {citation.paper.title}: {citation.quote}")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "What is late interaction?"))

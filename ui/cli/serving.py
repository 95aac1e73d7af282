"""`askpapers chat`: the page, served."""

from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli.options import LibraryOption, LlmOption, about_to_ask, console, read_settings

if TYPE_CHECKING:
    from rag.settings import Settings
    from rag.storage.choosing import AnyPlace
    from ui.page.serving import Serving


def chat(
    library: LibraryOption = None,
    llm: LlmOption = None,
    host: Annotated[str, typer.Option("--host", metavar="HOST", help="address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", metavar="PORT", min=1, max=65_535, help="port to listen on")] = 7860,
    auth: Annotated[
        str | None, typer.Option("--auth", metavar="USER:PASSWORD", help="ask for it; or a file, with a user a line")
    ] = None,
    readers: Annotated[
        str | None, typer.Option("--readers", metavar="USER,USER", help="users who can't change the library; * for all")
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="keep conversations by user, for all their browsers")] = False,
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, metavar="N", help="processes that answer")] = 1,
    fetch: Annotated[bool, typer.Option("--fetch", help="offer to bring in papers from open indexes")] = False,
    mcp: Annotated[bool, typer.Option("--mcp", help="serve agents too, as an MCP server")] = False,
) -> None:
    """open the library as a page in the browser

    Without papers yet, the samples are shown. Ctrl+C ends it.
    """
    changes = {"fetch": "true"} if fetch else {}
    settings = read_settings(llm=llm, auth=auth, readers=readers, **changes)
    if workers == 1:
        about_to_ask(settings, library)
    from ui.page.serving import Serving, read_auth

    serving = Serving(
        host, port, read_auth(settings.auth), mcp=mcp, keep=keep, readers=frozenset(settings.readers),
        answers=settings.answers_at_once, waiting=settings.waiting_questions,
    )  # fmt: skip
    errors = console(stderr=True)
    if serving.exposed:
        errors.print(f"Anybody who reaches {host}:{port} can read and change this library. Ask for a password: --auth",
                     style="yellow", soft_wrap=True)  # fmt: skip
    _serve(settings, library or settings.library, serving, workers)


def _serve(settings: "Settings", home: "AnyPlace", serving: "Serving", workers: int) -> None:
    from ui.page.listening import address, listening
    from ui.page.server_state import ServerState
    from ui.page.workers.supervising import Work, serve_together

    errors = console(stderr=True)

    def ready(where: str) -> None:
        errors.print(f"Askpapers is at {where}  (Ctrl+C ends it)")

    state = ServerState(settings, home)
    try:
        if workers == 1:
            from ui.page.server import serve

            state.warm()
            serve(state, serving, ready)
            return
    finally:
        state.close()
    with listening(serving) as listener:  # what can't be opened was told once, by this process
        serve_together(Work(settings, home, serving), workers, listener, lambda: ready(address(serving)))

"""`askpapers chat`: the page, served."""

from typing import Annotated

import typer

from ui.cli.options import LibraryOption, LlmOption, about_to_ask, console, read_settings


def chat(
    library: LibraryOption = None,
    llm: LlmOption = None,
    host: Annotated[str, typer.Option("--host", metavar="HOST", help="address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", metavar="PORT", min=1, max=65_535, help="port to listen on")] = 7860,
    auth: Annotated[
        str | None, typer.Option("--auth", metavar="USER:PASSWORD", help="ask for it; or a file that holds it")
    ] = None,
    fetch: Annotated[bool, typer.Option("--fetch", help="offer to bring in papers from open indexes")] = False,
    mcp: Annotated[bool, typer.Option("--mcp", help="serve agents too, as an MCP server")] = False,
) -> None:
    """open the library as a page in the browser

    Without papers yet, the samples are shown. Ctrl+C ends it.
    """
    changes = {"fetch": "true"} if fetch else {}
    settings, errors = read_settings(llm=llm, auth=auth, **changes), console(stderr=True)
    about_to_ask(settings, library)
    from ui.page.server import serve
    from ui.page.server_state import ServerState
    from ui.page.serving import Serving, read_auth

    serving = Serving(host, port, read_auth(settings.auth), mcp=mcp)
    if serving.exposed:
        errors.print(f"Anybody who reaches {host}:{port} can read and change this library. Ask for a password: --auth",
                     style="yellow", soft_wrap=True)  # fmt: skip
    state = ServerState(settings, library or settings.library)
    try:
        state.warm()
        serve(state, serving, lambda address: errors.print(f"Askpapers is at {address}  (Ctrl+C ends it)"))
    finally:
        state.close()

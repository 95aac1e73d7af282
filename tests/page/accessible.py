"""What axe-core finds on a page that would keep somebody out."""

from tests.page.browser import Tab


def violations(tab: Tab, axe: str) -> list[str]:
    """Return what `axe`, the script, finds serious or critical on the page as it is: its rule, and where."""
    tab.run(axe)
    script = """
        const done = arguments[0], grave = ["serious", "critical"];
        axe.run().then(({ violations }) => done(violations.filter((one) => grave.includes(one.impact))
          .map((one) => `${one.id}: ${one.nodes.map((node) => node.target)}`)));"""
    found: list[str] = tab.driver.execute_async_script(script)
    return found

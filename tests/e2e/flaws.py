"""What keeps people from using a page, as far as a machine can tell."""

from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# Only the widget is ours to judge; the shop around it is a demo.
WIDGET = {"include": [["holdfast-chat"]]}


async def flaws(page: Page, within: dict[str, Any] = WIDGET) -> list[str]:
    """What axe finds wrong with what a part of the page shows now."""
    found = await Axe().run(page, context=within, options=RULES)
    return [
        f"{violation['id']}: {node['html']}"
        for violation in found.response["violations"]
        for node in violation["nodes"]
    ]

"""The page in a real browser, where there is one: it shows without a word of complaint and asks nobody for anything."""

import os
import re
import subprocess
from pathlib import Path

from projections.formats import html
from projections.statement import Statement
from tests.tools import tool

QUIET = [
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--enable-logging=stderr",
]  # fmt: skip


def test_a_browser_shows_the_page_and_complains_of_nothing(told: dict[str, Statement], tmp_path: Path) -> None:
    """What its policy forbids would be on the console: a script, a request, a style from elsewhere."""
    chromium = tool("chromium", "chromium-browser", "google-chrome")
    file = tmp_path / "page.html"
    file.write_text(html.render(told["full"]), encoding="utf-8")
    done = subprocess.run(
        [chromium, *QUIET, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", file.as_uri()],
        capture_output=True,
        check=True,
        timeout=120,
        env=os.environ | {"HOME": str(tmp_path)},
    )
    shown = done.stdout.decode()
    assert ":CONSOLE" not in done.stderr.decode()
    assert shown.startswith("<!DOCTYPE html>")
    assert "<script" not in shown
    assert len(re.findall(r"<tr class=\"\w+Block\">", shown)) == len(told["full"].usage)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "</svg>" in shown

"""A headless Chromium for the tests that look at a page."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


def chromium() -> str:
    """Find a Chromium: the system's, else the one that Playwright installed."""
    from playwright.sync_api import sync_playwright

    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    with sync_playwright() as player:
        own = player.chromium.executable_path
    if not Path(own).is_file():
        pytest.fail("no Chromium: apt-get install chromium, or playwright install chromium")
    return own


@contextmanager
def opened() -> Iterator[Any]:
    """Open a headless Chromium."""
    from playwright.sync_api import sync_playwright

    flags = (
        "no-sandbox disable-gpu disable-quic no-first-run disable-background-networking "
        "disable-component-update disable-sync"
    )
    path = chromium()
    with sync_playwright() as player:
        opened = player.chromium.launch(
            executable_path=path, args=[f"--{flag}" for flag in flags.split()]
        )
        yield opened
        opened.close()

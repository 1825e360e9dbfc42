"""Find the browser the dashboard is tested in, or install one, and print its path.

First a Chromium or Chrome on PATH; then, with ``--install``, Debian's package when running as root
on Debian; then the one Playwright downloads. ``MOOT_CHROMIUM`` points to one elsewhere.
"""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
FIX = "install chromium or Chrome, or set MOOT_CHROMIUM to the path of one"


def say(text: str) -> None:
    """Tell the reader what is done; standard output holds the path alone."""
    print(f"chromium: {text}", file=sys.stderr)


def installed() -> Path | None:
    """Return the browser that is named in the environment, on PATH or among a Mac's programs."""
    named = os.environ.get("MOOT_CHROMIUM")
    if named:
        return Path(named)
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found:
        return Path(found)
    return MAC if MAC.is_file() else playwright_browser()


def playwright_browser() -> Path | None:
    """Return the browser Playwright has downloaded for its own version, if it has."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return path if path.is_file() else None


def installers() -> list[list[Sequence[str]]]:
    """List the ways to install a browser on this machine, best first, each as its commands."""
    ways: list[list[Sequence[str]]] = []
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        apt = ("apt-get", "-qq", "-o", "Dpkg::Use-Pty=0")
        ways.append([(*apt, "update"), (*apt, "install", "--yes", "chromium")])
    ways.append([(sys.executable, "-m", "playwright", "install", "chromium")])
    return ways


def run(commands: list[Sequence[str]]) -> bool:
    """Run commands until one fails, their output on standard error."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in commands:
        say("running " + " ".join(command))
        done = subprocess.run(command, stdout=sys.stderr, env=environment, check=False)
        if done.returncode:
            return False
    return True


def main() -> int:
    """Print the path of a browser; exit 1 if there is none and none could be installed."""
    parser = argparse.ArgumentParser(description="Find the browser for the dashboard's tests.")
    parser.add_argument("--install", action="store_true", help="install one if there is none")
    install = parser.parse_args().install
    found = installed()
    if found and not found.is_file():
        say(f"MOOT_CHROMIUM names {found}, which is not a file")
        return 1
    for way in installers() if install and not found else []:
        say("none found, trying to install one")
        found = installed() if run(way) else None
        if found:
            break
    if not found:
        say(f"none found: {FIX}" + ("" if install else ", or run this with --install"))
        return 1
    print(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())

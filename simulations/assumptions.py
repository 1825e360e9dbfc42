"""Writes the tables of ASSUMPTIONS.md from the declared parameters, so that they cannot differ.

``python -m simulations.assumptions`` rewrites the file in place, and the verbs of the action log.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from governance.constitution import PRESETS as CONSTITUTIONS
from governance.constitution import load_constitution
from governance.settings import Settings
from simulations.metrics import METRICS
from simulations.scenario import rehearsed
from simulations.twin import verbs
from simulations.world import PRESETS as WORLDS
from simulations.world import load_world

PAGE = Path(__file__).resolve().parent.parent / "ASSUMPTIONS.md"


def filled(page: str) -> str:
    """Return the page with every generated table written anew."""
    for name, table in _tables().items():
        start, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        before, _, rest = page.partition(start)
        _, _, after = rest.partition(end)
        page = f"{before}{start}{table}{end}{after}"
    return page


def _tables() -> Mapping[str, str]:
    names = {kind: sorted(path.stem for path in folder.glob("*.toml"))
             for kind, folder in (("constitution", CONSTITUTIONS), ("world", WORLDS))}  # fmt: skip
    laws = {name: load_constitution(name) for name in names["constitution"]}
    return {
        "constitution": _settings(laws, rehearsed),
        "unrehearsed": _settings(laws, lambda path: not rehearsed(path)),
        "world": _settings({name: load_world(name) for name in names["world"]}),
        "metrics": _metrics(),
    }


def _settings(
    presets: Mapping[str, Settings], chosen: Callable[[str], bool] = lambda _: True
) -> str:
    head = ["parameter", "meaning", "unit", *presets, "source"]
    rows = []
    for leaf in filter(lambda each: chosen(each.path), next(iter(presets.values())).leaves()):
        values = [preset.leaf(leaf.path).text for preset in presets.values()]
        rows.append([f"`{leaf.path}`", str(leaf.info.description), leaf.unit, *values, leaf.source])
    return _markdown(head, rows)


def _metrics() -> str:
    rows = [[f"`{m.name}`", m.label, m.unit, m.description, m.source] for m in METRICS]
    return _markdown(["metric", "label", "unit", "formula", "source"], rows)


def _markdown(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(cell or " " for cell in line) + " |\n" for line in lines)


if __name__ == "__main__":
    for page, fill in ((PAGE, filled), (verbs.PAGE, verbs.filled)):
        page.write_text(fill(page.read_text(encoding="utf-8")), encoding="utf-8")

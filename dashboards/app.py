"""Entry script of the dashboard: navigation, and which results folder to show."""

import os
from pathlib import Path

import streamlit as st

from dashboards import data, theme

# Names a results folder, or a folder that holds several.
ROOT_VARIABLE = "MOOT_RESULTS"


def choose_folder(root: Path) -> Path | None:
    """Return the folder to show: the only one, or the one picked here or in the URL by name."""
    found = data.discover(root)
    if len(found) > 1:
        names = list(found)
        default = names.index("demo") if "demo" in names else 0
        name = st.selectbox(
            "Results", names, index=default, key="results", bind="query-params", width=260
        )
        return found[name]
    return next(iter(found.values()), None)


def nothing_yet(root: Path) -> None:
    """Say where results were looked for and which command makes the first ones."""
    st.title("Nothing to show yet", anchor=False)
    st.markdown(f"There are no results in `{root.name or root}`. Make a first set with:")
    st.code("moot demo", language="bash")
    st.caption("It rehearses a small DAO, sweeps two of its rules and replays one run on bytecode.")


def main() -> None:
    """Lay out the navigation and run the chosen page."""
    st.set_page_config(page_title="moot", page_icon=theme.ICON, layout="wide")
    st.logo(theme.LOGO, size="large")
    page = st.navigation(
        [
            st.Page(
                "views/rehearse.py", title="Rehearse", icon=":material/timeline:", default=True
            ),
            st.Page("views/sweep.py", title="Sweep", icon=":material/grid_on:", url_path="sweep"),
            st.Page("views/twin.py", title="Twin", icon=":material/balance:", url_path="twin"),
        ],
        position="top",
    )
    root = Path(os.environ.get(ROOT_VARIABLE) or "results")
    chosen = choose_folder(root)
    if chosen is None:
        nothing_yet(root)
        return
    st.session_state["results_folder"] = str(chosen)
    page.run()


main()

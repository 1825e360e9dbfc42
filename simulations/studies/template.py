"""What helps to write a study: a commented file to start from, and a JSON schema for editors."""

from decimal import Decimal
from typing import Any

from governance.settings import Leaf
from simulations.metrics import BY_NAME, HEADLINE
from simulations.scenario import load_scenario, rehearsed
from simulations.studies.axis import Range
from simulations.studies.fields import Goal, StudyFile

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_TEMPLATE = """\
# A study of moot. Run it with `moot study run {name}.toml`; --dry-run tells what it takes.
# Every parameter that can vary is in ASSUMPTIONS.md; `moot study schema` has a schema for editors.
name = "{name}"
question = "How much quorum can the DAO ask for before decisions stop?"

constitution = "startup"   # a preset, or a TOML file beside this one
world = "typical"          # a preset, or a TOML file beside this one
days = 365
seed = 1                   # the same seed gives the same answer, on any machine
model = "members"          # or "macro": members pooled, thousands of runs a second

# How points are chosen:
#   grid     every combination of the listed values
#   zip      first values together, second values together, ...
#   random   samples independent points
#   lhs      samples points, evenly spread along each axis
#   sobol    samples * (axes + 2) points, for shares of the variance; samples is a power of two
#   morris   samples * (axes + 1) points, to find the axes that matter
design = "grid"
# samples = 64
replicates = 50            # runs of each point, with the same draws at every point
# steps_every = 7          # keep the state of every seventh day of every run, too

metrics = [{metrics}]

# What the DAO can choose. A list of values, or a range: {{ low = 0.02, high = 0.2 }}, to which
# log = true and, for a grid, levels = 5 can be added.
[levers]
"governor.quorum" = [0.04, 0.08, 0.16]

# What it cannot choose. Paths begin with world.
[uncertainties]
"world.attention.holders_look_every" = ["7d", "30d"]

# What to come to: a metric at_least or at_most a value, in this share of the runs.
[[goals]]
metric = "pass_rate"
at_least = 0.5
probability = 0.9

# What it may take: more runs are refused, and after so many seconds it stops, to be resumed.
[budget]
runs = 10_000
# seconds = 3_600
"""


def new_study(name: str) -> str:
    """Return a commented study file of a name."""
    metrics = ", ".join(f'"{metric}"' for metric in HEADLINE[:6])
    return _TEMPLATE.format(name=name, metrics=metrics)


def schema() -> dict[str, Any]:
    """Return the JSON schema of a study's file, made from its types and those of all parameters."""
    made = StudyFile.model_json_schema()
    axes = {leaf.path: leaf for leaf in load_scenario().leaves().values() if _varies(leaf)}
    inside = {path: leaf for path, leaf in axes.items() if path.startswith("world.")}
    outside = {path: leaf for path, leaf in axes.items() if path not in inside}
    sides = (("levers", outside), ("uncertainties", inside), ("axes", axes))
    for name, leaves in sides:
        made["properties"][name] |= {
            "properties": {path: _axis(leaf) for path, leaf in leaves.items()},
        }
    made["properties"]["metrics"]["items"] = {"enum": list(BY_NAME)}
    goal = Goal.model_json_schema()
    goal["properties"]["metric"]["enum"] = list(BY_NAME)
    goal["oneOf"] = [{"required": ["at_least"]}, {"required": ["at_most"]}]
    made["properties"]["goals"]["items"] = goal
    return {"$schema": DRAFT} | made


def _varies(leaf: Leaf) -> bool:
    return rehearsed(leaf.path)


def _axis(leaf: Leaf) -> dict[str, Any]:
    """Schema of what can be said of one parameter: a list of values, or a range."""
    value = _value(leaf)
    listed = {"type": "array", "items": value, "minItems": 1}
    ends = {"low": value, "high": value, "choices": listed}
    span = Range.model_json_schema()
    span["properties"] |= ends
    told = f"{leaf.info.description} ({leaf.unit or 'choice'})"
    return {"description": told, "anyOf": [listed, span]}


def _value(leaf: Leaf) -> dict[str, Any]:
    if leaf.choices:
        return {"enum": [*leaf.choices]}
    if isinstance(leaf.value, bool):
        return {"type": "boolean"}
    kind: dict[str, Any] = {"type": "integer" if isinstance(leaf.value, int) else "number"}
    for name, bound in (("minimum", "ge"), ("maximum", "le"), ("exclusiveMinimum", "gt")):
        for each in leaf.info.metadata:
            if (limit := getattr(each, bound, None)) is not None:
                kind[name] = float(limit) if isinstance(limit, Decimal) else limit
    if leaf.unit == "duration":
        return {"anyOf": [kind, {"type": "string"}]}
    return kind

"""Studies: named questions put to whole ensembles. One TOML file each, no Python."""

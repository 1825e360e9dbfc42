"""What could happen: ensembles of futures of one constitution, stepped together."""

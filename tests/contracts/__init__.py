"""Tests of the law: the contracts on an embedded chain, and their artifacts."""

"""The tests' own decoders read what the general codec reads."""

from typing import Any

import pytest
from eth_abi import encode
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.chain import contract
from governance.chain.abi import contract_names
from tests.contracts import words

VIEWS = sorted(
    {
        function.outputs: (name, function.text)
        for name in contract_names(mocks=True)
        for function in contract(name).functions.values()
        if function.view and function.outputs
    }.values()
)
"""One view for each kind of answer that any contract gives."""
SINGLE: dict[str, st.SearchStrategy[Any]] = {
    "bool": st.booleans(),
    "string": st.text(max_size=70),
    "bytes": st.binary(max_size=70),
    "address": st.binary(min_size=20, max_size=20).map(lambda raw: "0x" + raw.hex()),
}


def values(kind: str) -> st.SearchStrategy[Any]:
    """Values of a type."""
    if kind.endswith("]"):
        inner, _, length = kind[:-1].rpartition("[")
        least, most = (int(length),) * 2 if length else (0, 3)
        return st.lists(values(inner), min_size=least, max_size=most)
    if kind.startswith("("):
        return st.tuples(*map(values, words._split(kind[1:-1])))
    if kind.startswith("bytes") and kind != "bytes":
        size = int(kind.removeprefix("bytes"))
        return st.binary(min_size=size, max_size=size)
    if kind.startswith("uint"):
        return st.integers(0, 2 ** int(kind.removeprefix("uint")) - 1)
    return SINGLE[kind]


@pytest.mark.parametrize(("name", "function"), VIEWS)
def test_answers_are_read_as_the_general_codec_reads_them(name: str, function: str) -> None:
    outputs = contract(name).function(function).outputs

    @settings(max_examples=10)
    @given(st.tuples(*map(values, outputs)))
    def check(given_values: tuple[Any, ...]) -> None:
        data = encode(outputs, given_values)
        expected = contract(name).decode(function, data)
        assert words.answer(name, function, data) == expected

    check()

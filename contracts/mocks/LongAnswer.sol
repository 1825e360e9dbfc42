// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title A test double: answers every question with the same word, and then with many zeros.
contract LongAnswer {
    uint256 private immutable _word;
    uint256 private immutable _length;

    constructor(uint256 word, uint256 length) {
        _word = word;
        _length = length;
    }

    fallback() external payable {
        uint256 word = _word;
        uint256 length = _length;
        assembly ("memory-safe") {
            mstore(0, word)
            return(0, length)
        }
    }
}

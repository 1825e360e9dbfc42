// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Where a court gets the numbers that its draws follow from.
/// @notice Two steps: {request} fixes which number it will be while nobody can know it, and the number
/// is read once it is there. A request never changes its number.
interface IRandomness {
    /// @notice How far a request is. *Sealed*: nobody can know its number yet. *Due*: somebody may know
    /// it, but it is not recorded here. *Known*: recorded. *Lost*: it can no longer be recorded.
    enum Status {
        Sealed,
        Due,
        Known,
        Lost
    }

    /// @notice Asks for a number that nobody can know yet.
    /// @return id What the number is read by. Requests of one block may share one.
    function request() external returns (uint256 id);

    /// @notice How far a request is.
    function statusOf(uint256 id) external view returns (Status status);

    /// @notice The number of a request, 0 unless it is known.
    function valueOf(uint256 id) external view returns (uint256 value);
}

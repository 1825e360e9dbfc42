// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";

/// @title A least quorum, whatever little can vote.
/// @notice A quorum that is only a fraction of the votable supply lets the first staker of a young DAO
/// decide alone. The floor is a number of votes and binds until enough is staked.
abstract contract GovernorQuorumFloor is Governor {
    using Checkpoints for Checkpoints.Trace208;

    Checkpoints.Trace208 private _floors;

    event QuorumFloorSet(uint256 oldFloor, uint256 newFloor);

    /// @param floor First floor, in votes.
    constructor(uint208 floor) {
        _setQuorumFloor(floor);
    }

    /// @notice The floor now, in votes.
    function quorumFloor() public view returns (uint256) {
        return _floors.latest();
    }

    /// @notice The floor that votes with the snapshot `timepoint` are held to, in votes.
    function quorumFloorAt(uint256 timepoint) public view returns (uint256) {
        return _floors.upperLookup(uint48(timepoint));
    }

    /// @notice Sets the floor for votes whose snapshot is yet to come, by a proposal.
    function setQuorumFloor(uint208 floor) external onlyGovernance {
        _setQuorumFloor(floor);
    }

    function _setQuorumFloor(uint208 floor) private {
        (uint208 oldFloor, uint208 newFloor) = _floors.push(clock(), floor);
        emit QuorumFloorSet(oldFloor, newFloor);
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title What was granted, and how much of it has vested.
/// @notice A milestone is met from the moment an approver or the court said so, or from the end of its
/// review if nobody challenged it; from then on its amount streams.
abstract contract GrantBook {
    /// @notice What is asked for and by when.
    /// @param amount Wei paid for it.
    /// @param dueAt Last second at which it can be submitted.
    struct Plan {
        uint256 amount;
        uint48 dueAt;
    }

    /// @notice One milestone. A time of 0 means not yet.
    /// @param approvedAt When an approver or the court found it met; not set by the review running out.
    /// @param disputed Whether the court is to rule on it.
    struct Milestone {
        uint256 amount;
        uint48 dueAt;
        uint48 submittedAt;
        uint48 approvedAt;
        bool disputed;
    }

    /// @notice One grant.
    /// @param released Wei sent to the beneficiary so far.
    /// @param refundable Wei of a closed grant that were not sent back to the treasury yet.
    /// @param streaming Seconds over which the amount of a milestone that was met is paid.
    /// @param review Seconds in which a submission can be challenged.
    /// @param closedAt When it was closed, 0 if it is not.
    struct Grant {
        IERC20 token;
        address beneficiary;
        uint256 total;
        uint256 released;
        uint256 refundable;
        uint48 streaming;
        uint48 review;
        uint48 closedAt;
    }

    Grant[] internal _grants;
    mapping(uint256 id => Milestone[]) internal _milestones;

    error UnknownGrant(uint256 id, uint256 count);
    error UnknownMilestone(uint256 id, uint256 milestone, uint256 count);
    error GrantIsClosed(uint256 id);
    error MilestoneDecided(uint256 id, uint256 milestone);
    error MilestoneDisputed(uint256 id, uint256 milestone);

    /// @notice Wei of grant `id` that will have vested at `timestamp` if nothing more happens.
    function vested(uint256 id, uint256 timestamp) public view returns (uint256 amount) {
        Grant memory found = grant(id);
        if (found.closedAt != 0) timestamp = Math.min(timestamp, found.closedAt);
        Milestone[] memory all = _milestones[id];
        for (uint256 i = 0; i < all.length; ++i) {
            uint256 metAt = _metAt(all[i], found.review);
            // slither-disable-next-line incorrect-equality: 0 stands for never
            if (metAt == 0 || timestamp < metAt) continue;
            uint256 elapsed = timestamp - metAt;
            amount += elapsed >= found.streaming
                ? all[i].amount
                : Math.mulDiv(all[i].amount, elapsed, found.streaming);
        }
    }

    /// @notice Grant `id`.
    function grant(uint256 id) public view returns (Grant memory) {
        if (id >= _grants.length) revert UnknownGrant(id, _grants.length);
        return _grants[id];
    }

    /// @notice The milestones of grant `id`.
    function milestones(uint256 id) external view returns (Milestone[] memory) {
        grant(id);
        return _milestones[id];
    }

    /// @notice How many grants were made.
    function count() external view returns (uint256) {
        return _grants.length;
    }

    /// @dev A milestone of an open grant that was neither met nor taken to court.
    function _undecided(uint256 id, uint256 milestone) internal view returns (Milestone storage found) {
        _checkOpen(id);
        uint256 length = _milestones[id].length;
        if (milestone >= length) revert UnknownMilestone(id, milestone, length);
        found = _milestones[id][milestone];
        if (found.disputed) revert MilestoneDisputed(id, milestone);
        uint256 metAt = _metAt(found, _grants[id].review);
        if (metAt != 0 && metAt <= block.timestamp) revert MilestoneDecided(id, milestone);
    }

    /// @dev When a milestone was met, or will be once its review runs out; 0 if that is not in sight.
    function _metAt(Milestone memory found, uint48 reviewed) internal pure returns (uint256) {
        if (found.approvedAt != 0) return found.approvedAt;
        if (found.submittedAt == 0 || found.disputed) return 0;
        return uint256(found.submittedAt) + reviewed;
    }

    function _checkOpen(uint256 id) internal view {
        if (grant(id).closedAt != 0) revert GrantIsClosed(id);
    }
}

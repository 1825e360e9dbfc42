// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

/// @title Grants that vest: nothing before the cliff, then in a straight line to the end.
/// @notice A grant is paid in full when it is made. Vested tokens go to the beneficiary whoever asks for the
/// release. Unvested tokens are here, so they do not vote. Only a grant that was made revocable can be
/// revoked, once, and then only what has not vested goes back.
contract Vesting is AccessControl {
    using SafeERC20 for IERC20;

    /// @notice One grant. Amounts in wei, times in seconds; the cliff and the duration count from the start.
    /// Nothing vests after `revokedAt`, unless that is 0.
    struct Grant {
        address beneficiary;
        uint256 total;
        uint256 released;
        uint48 start;
        uint48 cliff;
        uint48 duration;
        bool revocable;
        uint48 revokedAt;
    }

    /// @notice May make grants, and revoke those that are revocable.
    bytes32 public constant GRANTOR_ROLE = keccak256("GRANTOR_ROLE");

    /// @notice The token that vests.
    IERC20 public immutable token;

    Grant[] private _grants;

    event GrantCreated(
        uint256 indexed id,
        address indexed beneficiary,
        uint256 total,
        uint48 start,
        uint48 cliff,
        uint48 duration,
        bool revocable
    );
    event GrantReleased(uint256 indexed id, address indexed beneficiary, uint256 amount);
    event GrantRevoked(uint256 indexed id, address indexed beneficiary, address indexed recipient, uint256 amount);

    error UnknownGrant(uint256 id, uint256 count);
    error InvalidBeneficiary(address beneficiary);
    error EmptyGrant();
    error CliffAfterEnd(uint48 cliff, uint48 duration);
    error NotRevocable(uint256 id);
    error AlreadyRevoked(uint256 id, uint48 revokedAt);

    /// @param token_ See {token}.
    /// @param admin Account that grants and revokes roles: the treasury once deployed.
    constructor(IERC20 token_, address admin) {
        token = token_;
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    /// @notice Makes a grant of `total` wei, taken from the caller, who must have approved them.
    /// @param beneficiary Who receives what vests.
    /// @param total Wei in the grant, more than 0.
    /// @param start Unix time from which the cliff and the duration count.
    /// @param cliff Seconds before anything vests, at most the duration.
    /// @param duration Seconds until everything has vested.
    /// @param revocable Whether {revoke} may end it.
    /// @return id Number of the grant, counted from 0.
    function create(
        address beneficiary,
        uint256 total,
        uint48 start,
        uint48 cliff,
        uint48 duration,
        bool revocable
    ) external onlyRole(GRANTOR_ROLE) returns (uint256 id) {
        if (beneficiary == address(0) || beneficiary == address(this)) revert InvalidBeneficiary(beneficiary);
        if (total == 0) revert EmptyGrant();
        if (cliff > duration) revert CliffAfterEnd(cliff, duration);
        id = _grants.length;
        _grants.push(Grant(beneficiary, total, 0, start, cliff, duration, revocable, 0));
        emit GrantCreated(id, beneficiary, total, start, cliff, duration, revocable);
        token.safeTransferFrom(msg.sender, address(this), total);
    }

    /// @notice Ends grant `id`: nothing more vests, and what has not goes to the caller. What has vested
    /// stays the beneficiary's.
    /// @return amount The wei sent.
    function revoke(uint256 id) external onlyRole(GRANTOR_ROLE) returns (uint256 amount) {
        Grant memory grant_ = grant(id);
        if (!grant_.revocable) revert NotRevocable(id);
        if (grant_.revokedAt != 0) revert AlreadyRevoked(id, grant_.revokedAt);
        amount = grant_.total - vested(id, block.timestamp);
        _grants[id].revokedAt = Time.timestamp();
        emit GrantRevoked(id, grant_.beneficiary, msg.sender, amount);
        token.safeTransfer(msg.sender, amount);
    }

    /// @notice Sends what has vested and was not released yet to the beneficiary of grant `id`. Does
    /// nothing when nothing has.
    /// @return amount The wei sent.
    function release(uint256 id) external returns (uint256 amount) {
        amount = releasable(id);
        // slither-disable-next-line incorrect-equality: there is either something to send or nothing
        if (amount == 0) return 0;
        Grant storage grant_ = _grants[id];
        grant_.released += amount;
        emit GrantReleased(id, grant_.beneficiary, amount);
        token.safeTransfer(grant_.beneficiary, amount);
    }

    /// @notice Wei that {release} would send now.
    function releasable(uint256 id) public view returns (uint256) {
        return vested(id, block.timestamp) - grant(id).released;
    }

    /// @notice Wei of grant `id` that have vested at `timestamp`, released or not.
    function vested(uint256 id, uint256 timestamp) public view returns (uint256) {
        Grant memory grant_ = grant(id);
        if (grant_.revokedAt != 0) timestamp = Math.min(timestamp, grant_.revokedAt);
        if (timestamp < uint256(grant_.start) + grant_.cliff) return 0;
        uint256 elapsed = timestamp - grant_.start;
        if (elapsed >= grant_.duration) return grant_.total;
        return grant_.total * elapsed / grant_.duration;
    }

    /// @notice Grant `id`.
    function grant(uint256 id) public view returns (Grant memory) {
        if (id >= _grants.length) revert UnknownGrant(id, _grants.length);
        return _grants[id];
    }

    /// @notice How many grants were made.
    function count() external view returns (uint256) {
        return _grants.length;
    }
}

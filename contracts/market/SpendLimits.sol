// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {RateLimiter} from "@openzeppelin/contracts/utils/RateLimiter.sol";

/// @title Limits on what may be spent of each token in any stretch of time.
/// @notice A token without a limit cannot be spent at all.
abstract contract SpendLimits is AccessControl {
    using RateLimiter for RateLimiter.SlidingWindow;

    /// @notice Shortest window of a limit, in seconds.
    uint48 public constant MIN_WINDOW = 1 days;
    /// @notice Longest window of a limit, in seconds.
    uint48 public constant MAX_WINDOW = 366 days;

    mapping(IERC20 token => RateLimiter.SlidingWindow) private _limits;

    event LimitSet(IERC20 indexed token, uint208 limit, uint48 window);

    error WindowOutOfBounds(uint48 window, uint48 shortest, uint48 longest);
    error SpendLimitExceeded(IERC20 token, uint256 amount, uint256 available);

    /// @notice Lets at most `limit` wei of `token` be spent in any `window` seconds; 0 lets none. What was
    /// spent before counts.
    function setLimit(IERC20 token, uint208 limit, uint48 window) external onlyRole(DEFAULT_ADMIN_ROLE) {
        if (window < MIN_WINDOW || window > MAX_WINDOW) revert WindowOutOfBounds(window, MIN_WINDOW, MAX_WINDOW);
        _limits[token].updateSettings(window, limit);
        emit LimitSet(token, limit, window);
    }

    /// @notice Wei of `token` that can be spent now.
    function available(IERC20 token) public view returns (uint256) {
        return _limits[token].available(0);
    }

    /// @notice The most wei of `token` that can be spent in any window, and its seconds.
    function limitOf(IERC20 token) external view returns (uint208 limit, uint48 window) {
        RateLimiter.SlidingWindow storage found = _limits[token];
        return (found._limit, found._window);
    }

    /// @dev Counts `amount` as spent, or reverts.
    function _spend(IERC20 token, uint256 amount) internal {
        if (!_limits[token].tryConsume(0, amount)) revert SpendLimitExceeded(token, amount, available(token));
    }
}

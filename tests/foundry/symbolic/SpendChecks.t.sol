// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SpendLimits} from "../../../contracts/market/SpendLimits.sol";
import {VM} from "./Stubs.sol";

/// @title Spending within limits, open to the check.
contract Spender is SpendLimits {
    constructor() {
        _grantRole(DEFAULT_ADMIN_ROLE, msg.sender);
    }

    function spend(uint256 amount) external {
        _spend(IERC20(address(1)), amount);
    }
}

/// @title Limits on spending, for every limit, amount and time.
contract SpendChecks {
    uint256 private constant NOW = 1_800_000_000;

    Spender private spender;

    function setUp() public {
        VM.warp(NOW);
        spender = new Spender();
    }

    function check_two_in_a_window_stay_within_the_limit(uint64 limit, uint64 first, uint64 second, uint32 wait) external {
        VM.assume(wait < 7 days);
        spender.setLimit(IERC20(address(1)), limit, 7 days);
        spender.spend(first);
        VM.warp(NOW + wait);
        spender.spend(second);
        assert(uint256(first) + second <= limit);
    }

    function check_nothing_is_spent_without_a_limit(uint256 amount) external {
        VM.assume(amount > 0);
        try spender.spend(amount) {
            assert(false);
        } catch {}
    }
}

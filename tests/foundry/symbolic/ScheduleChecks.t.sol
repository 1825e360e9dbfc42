// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IUsageMeter} from "../../../contracts/interfaces/IUsageMeter.sol";
import {Emissions} from "../../../contracts/token/Emissions.sol";
import {MootToken} from "../../../contracts/token/MootToken.sol";
import {StakedMoot} from "../../../contracts/token/StakedMoot.sol";
import {Vesting} from "../../../contracts/token/Vesting.sol";
import {SaidToken, VM} from "./Stubs.sol";

/// @title What falls due and what vests, for every pair of moments.
contract ScheduleChecks {
    uint48 private constant NOW = 1_800_000_000;

    SaidToken private token;
    Vesting private vesting;

    function setUp() public {
        VM.warp(NOW);
        token = new SaidToken();
        vesting = new Vesting(token, address(this));
        vesting.grantRole(vesting.GRANTOR_ROLE(), address(this));
        token.approve(address(vesting), type(uint256).max);
    }

    function check_a_fixed_rate_pays_exactly_that(uint128 rate, uint48 elapsed) external {
        Emissions schedule = _schedule(Emissions.Curve.Halving, rate, 0);
        assert(schedule.scheduled(uint256(NOW) + elapsed) == uint256(rate) * elapsed);
    }

    function check_nothing_vests_before_the_cliff_and_all_at_the_end(uint128 total, uint32 cliff, uint32 elapsed) external {
        VM.assume(total > 0 && cliff <= 365 days);
        token.mint(address(this), total);
        uint256 id = vesting.create(address(1), total, NOW, cliff, 365 days, true);
        uint256 vested = vesting.vested(id, uint256(NOW) + elapsed);
        if (elapsed < cliff) assert(vested == 0);
        if (elapsed >= 365 days) assert(vested == total);
    }

    function check_revoking_before_the_cliff_returns_all(uint128 total, uint32 moment) external {
        VM.assume(total > 0 && moment < 30 days);
        token.mint(address(this), total);
        uint256 id = vesting.create(address(1), total, NOW, 30 days, 365 days, true);
        VM.warp(uint256(NOW) + moment);
        assert(vesting.revoke(id) == total);
        VM.warp(uint256(NOW) + 400 days);
        assert(vesting.release(id) == 0);
    }

    function _schedule(Emissions.Curve curve, uint128 rate, uint48 period) private returns (Emissions) {
        Emissions.Terms memory terms = Emissions.Terms(curve, rate, NOW, period, 10_000, IUsageMeter(address(0)), 5_000);
        return new Emissions(MootToken(address(token)), StakedMoot(address(1)), address(2), terms);
    }
}

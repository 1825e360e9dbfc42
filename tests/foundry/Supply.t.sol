// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IUsageMeter} from "../../contracts/interfaces/IUsageMeter.sol";
import {Emissions} from "../../contracts/token/Emissions.sol";
import {MootToken} from "../../contracts/token/MootToken.sol";
import {StakedMoot} from "../../contracts/token/StakedMoot.sol";
import {Vesting} from "../../contracts/token/Vesting.sol";
import {Handler, VM} from "./Harness.sol";
import {Law} from "./Law.sol";

/// @title Time and use, which make tokens due, and a treasury that vests some of them.
/// @dev The handler is the meter of use as well.
contract SupplyHandler is Handler, IUsageMeter {
    uint256 public constant CURVES = 3;

    Emissions[CURVES] public schedules;
    MootToken private immutable token;
    StakedMoot private immutable vault;
    Vesting public immutable vesting;
    address private immutable treasury;

    /// @inheritdoc IUsageMeter
    uint256 public usage;
    /// @notice Wei that emissions minted and that holders burned.
    uint256 public minted;
    uint256 public burned;
    /// @notice What each schedule had due, and each grant vested, when last looked at.
    uint256[CURVES] public wasDue;
    mapping(uint256 id => uint256) public hadVested;
    /// @notice Wei of each grant that the beneficiary and the treasury got.
    mapping(uint256 id => uint256) public paid;
    mapping(uint256 id => uint256) public returned;
    /// @notice How often something due or vested shrank, a wei went elsewhere, or a release was refused.
    uint256 public wrongs;

    constructor(MootToken token_, StakedMoot vault_, Vesting vesting_, address treasury_) {
        (token, vault, vesting, treasury) = (token_, vault_, vesting_, treasury_);
        _people("holder", 3);
        _allow(token_, address(vault_));
    }

    /// @dev Once, before the run.
    function begin(Emissions[CURVES] memory schedules_) external {
        if (address(schedules[0]) == address(0)) schedules = schedules_;
    }

    function release(uint256 which) external counted {
        uint256 before = token.balanceOf(address(vault)) + token.balanceOf(treasury);
        try schedules[which % CURVES].release() returns (uint256 amount) {
            if (token.balanceOf(address(vault)) + token.balanceOf(treasury) != before + amount) ++wrongs;
            minted += amount;
        } catch {
            ++wrongs;
        }
    }

    /// @dev Somebody burns. Most of the cap is used up, so this makes room for what was cut off.
    function burn(uint256 amount) external counted {
        amount = _bound(amount, 1, 100_000 * TOKEN);
        token.burn(amount);
        burned += amount;
    }

    function use(uint256 amount) external counted {
        usage += _bound(amount, 1, 1_000_000 * TOKEN);
    }

    function stake(uint256 who, uint256 amount) external counted {
        vault.deposit(_bound(amount, 1, 100 * TOKEN), _actor(who));
    }

    function create(uint256 who, uint256 total, uint256 time, bool revocable) external counted {
        (uint48 cliff, uint48 duration) = (uint48(time % 90 days), uint48(time % 90 days + time % 365 days));
        uint48 start = uint48(_now() - 30 days + time % 90 days);
        VM.prank(treasury);
        vesting.create(_actor(who), _bound(total, 1, 1_000 * TOKEN), start, cliff, duration, revocable);
    }

    function pay(uint256 seed) external counted {
        paid[seed % vesting.count()] += vesting.release(seed % vesting.count());
    }

    function revoke(uint256 seed) external counted {
        uint256 count = vesting.count();
        for (uint256 i = 0; i < count; ++i) {
            uint256 id = (seed % 64 + i) % count;
            Vesting.Grant memory grant = vesting.grant(id);
            if (!grant.revocable || grant.revokedAt != 0) continue;
            VM.prank(treasury);
            returned[id] += vesting.revoke(id);
            return;
        }
    }

    /// @dev What was promised for good cannot be taken back, nor can a grant be revoked twice.
    function revokeWrongly(uint256 seed) external counted {
        uint256 id = seed % vesting.count();
        Vesting.Grant memory grant = vesting.grant(id);
        if (grant.revocable && grant.revokedAt == 0) return;
        VM.prank(treasury);
        try vesting.revoke(id) {
            ++wrongs;
        } catch {}
    }

    function wait(uint256 time) external counted {
        _wait(time, 30 days);
        for (uint256 i = 0; i < CURVES; ++i) {
            uint256 due = schedules[i].scheduled(_now());
            if (due < wasDue[i]) ++wrongs;
            wasDue[i] = due;
        }
        for (uint256 id = 0; id < vesting.count(); ++id) {
            uint256 vested = vesting.vested(id, _now());
            if (vested < hadVested[id]) ++wrongs;
            hadVested[id] = vested;
        }
    }
}

/// @title What must hold of new tokens and of grants that vest.
contract SupplyTest is Law {
    SupplyHandler private handler;
    uint256 private supply;

    /// @dev All but a thousandth of the cap is minted at first, so that schedules run into it.
    function setUp() external {
        _deployLaw();
        handler = new SupplyHandler(token, vault, vesting, address(treasury));
        Emissions[3] memory schedules = [
            _newEmissions(Emissions.Curve.Halving, 2 * TOKEN, handler),
            _newEmissions(Emissions.Curve.Exponential, 2 * TOKEN, handler),
            _newEmissions(Emissions.Curve.Usage, 2 * TOKEN, handler)
        ];
        handler.begin(schedules);
        VM.startPrank(address(treasury));
        for (uint256 i = 0; i < 3; ++i) {
            token.grantRole(token.MINTER_ROLE(), address(schedules[i]));
        }
        token.grantRole(token.MINTER_ROLE(), address(this));
        token.approve(address(vesting), type(uint256).max);
        VM.stopPrank();
        token.mint(address(handler), CAP * 999 / 1_000 - SUPPLY);
        token.transfer(address(treasury), SUPPLY);
        supply = token.totalSupply();
        handler.create(0, TOKEN, 40 days, true);
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_the_supply_never_exceeds_the_cap() external view {
        _atMost(token.totalSupply(), token.cap(), "supply");
        _equal(token.totalSupply(), supply + handler.minted() - handler.burned(), "supply");
    }

    function invariant_no_more_is_minted_than_is_due() external view {
        uint256 sum;
        for (uint256 i = 0; i < handler.CURVES(); ++i) {
            Emissions schedule = handler.schedules(i);
            _atMost(schedule.released(), schedule.scheduled(_now()), "released");
            sum += schedule.released();
        }
        _equal(sum, handler.minted(), "minted");
        _atMost(handler.schedules(2).released(), handler.usage() * 9_000 / 10_000, "minted for use");
    }

    function invariant_no_grant_pays_more_than_has_vested() external view {
        for (uint256 id = 0; id < vesting.count(); ++id) {
            Vesting.Grant memory grant = vesting.grant(id);
            _equal(grant.released, handler.paid(id), "released");
            _atMost(grant.released, vesting.vested(id, _now()), "released");
            _atMost(vesting.vested(id, _now()) + handler.returned(id), grant.total, "vested and returned");
        }
    }

    function invariant_vesting_holds_what_is_neither_paid_nor_returned() external view {
        uint256 sum;
        for (uint256 id = 0; id < vesting.count(); ++id) {
            sum += vesting.grant(id).total - handler.paid(id) - handler.returned(id);
        }
        _equal(token.balanceOf(address(vesting)), sum, "held");
    }

    function invariant_nothing_due_or_vested_ever_shrinks() external view {
        _equal(handler.wrongs(), 0, "wrongs");
    }

    /// @dev In the end every grant is paid out.
    function afterInvariant() external {
        _atMost(1, handler.doneInAll(), "calls");
        _pass(730 days);
        for (uint256 id = 0; id < vesting.count(); ++id) {
            vesting.release(id);
        }
        _equal(token.balanceOf(address(vesting)), 0, "left behind");
    }
}

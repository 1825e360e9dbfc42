// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {GrantBook} from "../../contracts/market/GrantBook.sol";
import {Grants} from "../../contracts/market/Grants.sol";
import {SettableArbitrator} from "../../contracts/mocks/SettableArbitrator.sol";
import {MootToken} from "../../contracts/token/MootToken.sol";
import {Handler, VM} from "./Harness.sol";
import {Law} from "./Law.sol";

/// @title The treasury, beneficiaries, challengers and a court that rules as it is told.
contract GrantsHandler is Handler {
    struct Spending {
        uint256 at;
        uint256 amount;
    }

    Grants public immutable grants;
    MootToken private immutable token;
    SettableArbitrator private immutable court;
    address private immutable treasury;

    Spending[] private _spendings;
    uint256[] private _open;
    mapping(uint256 dispute => uint256) private _grantOf;
    /// @notice When the window last became longer: what was spent before may be forgotten.
    uint256 public widenedAt;
    /// @notice Wei of each grant that beneficiaries and the treasury got.
    mapping(uint256 id => uint256) public paid;
    mapping(uint256 id => uint256) public returned;
    /// @notice What had vested of each grant when last looked at.
    mapping(uint256 id => uint256) public hadVested;
    /// @notice How often what had vested shrank, and how often more was granted than a limit allows.
    uint256 public shrunk;
    /// @notice How often a ruling made more vest without finding a milestone met.
    uint256 public rewarded;
    uint256 public overspent;

    constructor(Grants grants_, MootToken token_, SettableArbitrator court_, address treasury_) {
        (grants, token, court, treasury) = (grants_, token_, court_, treasury_);
        _people("grantee", 3);
        _allow(token_, address(grants_));
    }

    function create(uint256 who, uint256 amount, uint256 streaming, uint256 due) external counted {
        _create(who, amount, streaming, due);
    }

    function _create(uint256 who, uint256 amount, uint256 streaming, uint256 due) private {
        GrantBook.Plan[] memory plan = new GrantBook.Plan[](_bound(due, 1, 3));
        uint256 total;
        for (uint256 i = 0; i < plan.length; ++i) {
            plan[i] = GrantBook.Plan(
                _bound(amount / (i + 1), 1, 500 * TOKEN), uint48(_now() + _bound(due, 1 days, 60 days))
            );
            total += plan[i].amount;
        }
        VM.prank(treasury);
        grants.create(token, _actor(who), plan, uint48(streaming % 90 days), "");
        _spendings.push(Spending(_now(), total));
        (uint208 limit, uint48 window) = grants.limitOf(token);
        uint256 since = _now() - window;
        if (_spentSince(since > widenedAt ? since : widenedAt) > limit) ++overspent;
    }

    function submit(uint256 seed) external counted {
        (uint256 id, uint256 milestone) = _pick(seed, 0);
        GrantBook.Grant memory found = grants.grant(id);
        VM.prank(found.beneficiary);
        grants.submit(id, milestone, "");
    }

    function approve(uint256 seed) external counted {
        (uint256 id, uint256 milestone) = _pick(seed, 1);
        VM.prank(treasury);
        grants.approve(id, milestone);
    }

    function challenge(uint256 seed) external counted {
        _challenge(seed);
    }

    function rule(uint256 seed, uint256 ruling) external counted {
        if (_open.length == 0) _challenge(seed);
        uint256 place = seed % _open.length;
        uint256 dispute = _open[place];
        _open[place] = _open[_open.length - 1];
        _open.pop();
        (uint256 id, uint256 before) = (_grantOf[dispute], grants.vested(_grantOf[dispute], _now()));
        court.giveRuling(dispute, ruling % 3);
        if (ruling % 3 != grants.MET() && grants.vested(id, _now()) > before) ++rewarded;
    }

    function _challenge(uint256 seed) private {
        (uint256 id, uint256 milestone) = _pick(seed, 1);
        GrantBook.Milestone memory found = grants.milestones(id)[milestone];
        if (found.submittedAt == 0 && _now() <= found.dueAt) {
            address beneficiary = grants.grant(id).beneficiary;
            VM.prank(beneficiary);
            grants.submit(id, milestone, "");
        }
        uint256 dispute = grants.challenge(id, milestone, court.cost());
        _open.push(dispute);
        _grantOf[dispute] = id;
    }

    function release(uint256 seed) external counted {
        uint256 id = seed % grants.count();
        GrantBook.Grant memory found = grants.grant(id);
        uint256 before = token.balanceOf(found.beneficiary);
        grants.release(id);
        paid[id] += token.balanceOf(found.beneficiary) - before;
    }

    function clawback(uint256 seed) external counted {
        (uint256 id,) = _pick(seed, 2);
        uint256 before = token.balanceOf(treasury);
        VM.prank(treasury);
        grants.clawback(id);
        returned[id] += token.balanceOf(treasury) - before;
    }

    function refund(uint256 seed) external counted {
        uint256 id = seed % grants.count();
        uint256 before = token.balanceOf(treasury);
        grants.refund(id);
        returned[id] += token.balanceOf(treasury) - before;
    }

    function setLimit(uint256 limit, uint256 window) external counted {
        (, uint48 old) = grants.limitOf(token);
        window = _bound(window, 1 days, 60 days);
        if (window > old) widenedAt = _now();
        VM.prank(treasury);
        grants.setLimit(token, uint208(_bound(limit, 1_000 * TOKEN, 10_000 * TOKEN)), uint48(window));
    }

    function wait(uint256 time) external counted {
        _wait(time, 10 days);
        for (uint256 id = 0; id < grants.count(); ++id) {
            uint256 vested = grants.vested(id, _now());
            if (vested < hadVested[id]) ++shrunk;
            hadVested[id] = vested;
        }
    }

    function _spentSince(uint256 moment) private view returns (uint256 sum) {
        for (uint256 i = 0; i < _spendings.length; ++i) {
            if (_spendings[i].at > moment) sum += _spendings[i].amount;
        }
    }

    /// @dev A milestone that can be submitted (0) or decided (1), or the first of a grant that is open (2);
    /// of a new grant if there is none.
    function _pick(uint256 seed, uint256 purpose) private returns (uint256 id, uint256 milestone) {
        uint256 count = grants.count();
        for (uint256 i = 0; i < count; ++i) {
            id = (seed % 64 + i) % count;
            if (grants.grant(id).closedAt != 0) continue;
            GrantBook.Milestone[] memory all = grants.milestones(id);
            for (milestone = 0; milestone < all.length; ++milestone) {
                if (purpose == 2 || _suits(all[milestone], grants.grant(id).review, purpose)) return (id, milestone);
            }
        }
        _create(seed, seed / 8, seed / 16, seed / 32);
        return (count, 0);
    }

    function _suits(GrantBook.Milestone memory found, uint48 review, uint256 purpose) private view returns (bool) {
        bool submitted = found.submittedAt != 0;
        bool met = found.approvedAt != 0 || (submitted && _now() >= found.submittedAt + review);
        if (found.disputed || met) return false;
        return purpose == 1 || (!submitted && _now() <= found.dueAt);
    }
}

/// @title What must hold of grants.
contract GrantsTest is Law {
    GrantsHandler private handler;

    function setUp() external {
        _deployLaw();
        SettableArbitrator arbitrator = new SettableArbitrator(TOKEN);
        handler = new GrantsHandler(grants, token, arbitrator, address(treasury));
        VM.startPrank(address(treasury));
        token.approve(address(grants), type(uint256).max);
        grants.setArbitrator(arbitrator, "");
        grants.setLimit(token, uint208(5_000 * TOKEN), 7 days);
        VM.stopPrank();
        token.transfer(address(treasury), SUPPLY / 2);
        token.transfer(address(handler), SUPPLY / 2);
        handler.create(0, 10 * TOKEN, 30 days, 30 days);
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_no_grant_pays_more_than_has_vested() external view {
        for (uint256 id = 0; id < grants.count(); ++id) {
            GrantBook.Grant memory found = grants.grant(id);
            GrantBook.Milestone[] memory all = grants.milestones(id);
            uint256 sum;
            for (uint256 i = 0; i < all.length; ++i) {
                sum += all[i].amount;
            }
            _equal(found.total, sum, "total");
            _equal(found.released, handler.paid(id), "released");
            _atMost(found.released, grants.vested(id, _now()), "released");
            _atMost(grants.vested(id, _now()), sum, "vested");
        }
    }

    function invariant_what_has_vested_never_shrinks() external view {
        _equal(handler.shrunk(), 0, "times it shrank");
    }

    function invariant_only_the_ruling_met_rewards() external view {
        _equal(handler.rewarded(), 0, "times it rewarded");
    }

    function invariant_no_window_spends_more_than_its_limit() external view {
        _equal(handler.overspent(), 0, "times more was spent");
    }

    function invariant_the_contract_holds_what_is_neither_paid_nor_returned() external view {
        uint256 sum;
        for (uint256 id = 0; id < grants.count(); ++id) {
            sum += grants.grant(id).total - handler.paid(id) - handler.returned(id);
        }
        _equal(token.balanceOf(address(grants)), sum, "held");
    }

    function invariant_a_closed_grant_has_split_its_total() external view {
        for (uint256 id = 0; id < grants.count(); ++id) {
            GrantBook.Grant memory found = grants.grant(id);
            uint256 back = found.refundable + handler.returned(id);
            uint256 kept = grants.vested(id, _now());
            if (found.closedAt == 0) _equal(back, 0, "returned of an open grant");
            else _equal(kept + back, found.total, "parts of a closed grant");
        }
    }

    /// @dev In the end the treasury closes all, and nothing stays.
    function afterInvariant() external {
        _atMost(1, handler.doneInAll(), "calls");
        for (uint256 id = 0; id < grants.count(); ++id) {
            bool open = grants.grant(id).closedAt == 0;
            VM.prank(address(treasury));
            if (open) grants.clawback(id);
            else grants.refund(id);
            grants.release(id);
        }
        _equal(token.balanceOf(address(grants)), 0, "left behind");
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CourtDisputes} from "../../contracts/court/CourtDisputes.sol";
import {CourtJurors} from "../../contracts/court/CourtJurors.sol";
import {CourtTerms} from "../../contracts/court/CourtTerms.sol";
import {RulingRecorder} from "../../contracts/mocks/RulingRecorder.sol";
import {CourtHandler} from "./CourtHandler.sol";
import {VM} from "./Harness.sol";
import {Law} from "./Law.sol";

/// @title What must hold of the court.
contract CourtTest is Law {
    CourtHandler private handler;
    RulingRecorder private arbitrable;

    function setUp() external {
        _deployLaw();
        arbitrable = new RulingRecorder();
        handler = new CourtHandler(court, vault, token, arbitrable);
        token.transfer(address(handler), SUPPLY / 2);
        bytes32 role = vault.SLASHER_ROLE();
        VM.prank(address(treasury));
        vault.grantRole(role, address(handler));
        for (uint256 i = 0; i < handler.actorCount(); ++i) {
            handler.setStake(i, 0, 3);
            handler.setStake(i, 1, 2);
        }
        handler.open(0, 0);
        handler.open(1, 0);
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_the_court_holds_what_went_in_and_not_out() external view {
        _equal(token.balanceOf(address(court)), handler.paidIn() - handler.paidOut(), "held");
        uint256 owed = court.owed(address(treasury)) + court.owed(address(handler));
        for (uint256 i = 0; i < handler.actorCount(); ++i) {
            owed += court.owed(handler.actors(i));
        }
        for (uint256 id = 0; id < court.disputes(); ++id) {
            (, uint256 rounds) = court.disputeOf(id);
            for (uint256 i = 0; i < rounds; ++i) {
                (, uint256 pot,) = court.roundOf(id, i);
                owed += pot;
            }
        }
        _atMost(owed, token.balanceOf(address(court)), "pots and debts");
    }

    function invariant_what_is_locked_is_what_jurors_put_up() external view {
        for (uint256 i = 0; i < handler.actorCount(); ++i) {
            address juror = handler.actors(i);
            uint256 sum = court.jurorOf(0, juror).stake + uint256(court.jurorOf(1, juror).stake);
            _equal(vault.lockedBy(juror, address(court)), sum, "locked");
        }
    }

    function invariant_what_is_at_risk_is_what_unsettled_seats_risk() external view {
        for (uint256 lane = 0; lane < handler.LANES(); ++lane) {
            for (uint256 i = 0; i < handler.actorCount(); ++i) {
                address juror = handler.actors(i);
                _equal(court.jurorOf(lane, juror).atRisk, handler.riskedBy(lane, juror), "at risk");
            }
        }
        _equal(handler.overslashed(), 0, "slashes above the risk");
    }

    function invariant_nobody_is_drawn_without_stake() external view {
        for (uint256 lane = 0; lane < handler.LANES(); ++lane) {
            uint256 sum;
            for (uint256 i = 0; i < handler.actorCount(); ++i) {
                address juror = handler.actors(i);
                uint256 weight = court.weightOf(lane, juror);
                if (weight != 0) _equal(weight, court.jurorOf(lane, juror).stake, "weight");
                sum += weight;
            }
            _equal(court.totalWeight(lane), sum, "all weights");
        }
        _equal(handler.drawnBare(), 0, "drawn without stake");
    }

    function invariant_a_dispute_is_ruled_on_once() external view {
        for (uint256 id = 0; id < court.disputes(); ++id) {
            (CourtDisputes.Dispute memory dispute,) = court.disputeOf(id);
            _equal(arbitrable.rulings(id), dispute.ruled ? 1 : 0, "rulings");
            if (dispute.ruled) _equal(arbitrable.rulingOf(id), dispute.ruling, "ruling");
        }
    }

    /// @dev In the end every dispute is settled, everyone is paid, and the court holds nothing.
    function afterInvariant() external {
        _atMost(1, handler.doneInAll(), "calls");
        for (uint256 turn = 0; turn < 60 && !_turnAll(turn); ++turn) {
            if (turn > 20) _pass(1 days);
        }
        for (uint256 id = 0; id < court.disputes(); ++id) {
            if (!_isSettled(id)) revert("not settled");
            _withdrawAll(id);
        }
        for (uint256 i = 0; i < handler.actorCount(); ++i) {
            court.withdraw(handler.actors(i));
            for (uint256 lane = 0; lane < handler.LANES(); ++lane) {
                address juror = handler.actors(i);
                court.refresh(lane, juror);
                VM.prank(juror);
                court.setStake(lane, 0);
            }
            _equal(vault.lockedOf(handler.actors(i)), 0, "still locked");
        }
        court.withdraw(address(treasury));
        _equal(token.balanceOf(address(court)), 0, "left behind");
    }

    /// @dev Takes every dispute a step further. One that waits for another's draw has its turn later.
    function _turnAll(uint256 turn) private returns (bool over) {
        over = true;
        for (uint256 id = 0; id < court.disputes(); ++id) {
            if (_isSettled(id)) continue;
            over = false;
            try handler.step(id, uint256(keccak256(abi.encode(turn, id)))) {} catch {}
        }
    }

    function _isSettled(uint256 id) private view returns (bool) {
        (CourtDisputes.Dispute memory dispute, uint256 rounds) = court.disputeOf(id);
        if (!dispute.ruled) return false;
        for (uint256 i = 0; i < rounds; ++i) {
            (,, bool executed) = court.roundOf(id, i);
            if (!executed) return false;
        }
        return true;
    }

    function _withdrawAll(uint256 id) private {
        (CourtDisputes.Dispute memory dispute, uint256 rounds) = court.disputeOf(id);
        for (uint256 i = 0; i < rounds * (dispute.choices + 1); ++i) {
            court.withdrawContribution(id, i / (dispute.choices + 1), i % (dispute.choices + 1), address(handler));
        }
    }
}

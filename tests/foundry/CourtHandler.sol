// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Court} from "../../contracts/court/Court.sol";
import {CourtDisputes} from "../../contracts/court/CourtDisputes.sol";
import {CourtTerms} from "../../contracts/court/CourtTerms.sol";
import {IRandomness} from "../../contracts/interfaces/IRandomness.sol";
import {RulingRecorder} from "../../contracts/mocks/RulingRecorder.sol";
import {SettableRandomness} from "../../contracts/mocks/SettableRandomness.sol";
import {MootToken} from "../../contracts/token/MootToken.sol";
import {StakedMoot} from "../../contracts/token/StakedMoot.sol";
import {Handler, VM} from "./Harness.sol";

/// @title Jurors of two lanes, parties who open disputes and fund appeals, and whoever turns the wheel.
contract CourtHandler is Handler {
    uint256 public constant LANES = 2;
    uint256 private constant MOST_DISPUTES = 6;

    Court private immutable court;
    StakedMoot private immutable vault;
    MootToken private immutable token;
    SettableRandomness private immutable randomness;
    RulingRecorder private immutable arbitrable;

    /// @notice Wei that went into the court, and that came out.
    uint256 public paidIn;
    uint256 public paidOut;
    /// @notice How often a slash took more than was at risk, or somebody without stake was drawn.
    uint256 public overslashed;
    uint256 public drawnBare;
    mapping(uint256 lane => mapping(address juror => uint256)) private _risked;

    constructor(Court court_, StakedMoot vault_, MootToken token_, RulingRecorder arbitrable_) {
        (court, vault, token, arbitrable) = (court_, vault_, token_, arbitrable_);
        randomness = SettableRandomness(address(court_.randomness()));
        _people("juror", 5);
        _allow(token_, address(court_));
        _allow(token_, address(vault_));
    }

    // Jurors

    function setStake(uint256 who, uint256 lane, uint256 times) external counted {
        (address account, CourtTerms.Terms memory terms) = (_actor(who), _terms(lane));
        lane %= LANES;
        _endDraws(lane);
        uint256 stake = terms.minStake * (times % 5);
        if (stake < court.jurorOf(lane, account).atRisk) stake = court.jurorOf(lane, account).stake;
        uint256 old = court.jurorOf(lane, account).stake;
        if (stake > old && vault.freeOf(account) < stake - old) {
            vault.deposit(vault.previewMint(stake - old) + 1, account);
        }
        VM.prank(account);
        court.setStake(lane, stake);
    }

    /// @dev The vault slashes a juror for something else.
    function slashElsewhere(uint256 who, uint256 part) external counted {
        address account = _actor(who);
        vault.slash(account, vault.balanceOf(account) / (2 + part % 10), address(this));
    }

    function refresh(uint256 who, uint256 lane) external counted {
        _endDraws(lane % LANES);
        court.refresh(lane % LANES, _actor(who));
    }

    // Disputes

    function open(uint256 lane, uint256 choices) external counted {
        if (court.disputes() >= MOST_DISPUTES) return _step(lane % MOST_DISPUTES, choices);
        uint256 before = token.balanceOf(address(court));
        bytes memory extra = abi.encode(lane % LANES, 0);
        token.transfer(address(arbitrable), court.arbitrationCost(extra, token));
        arbitrable.open(court, 2 + choices % 2, extra, token, type(uint256).max);
        paidIn += token.balanceOf(address(court)) - before;
    }

    /// @dev Takes a dispute a step further, whatever it takes.
    function step(uint256 which, uint256 seed) external counted {
        _step(which % court.disputes(), seed);
    }

    function _step(uint256 id, uint256 seed) private {
        (CourtDisputes.Dispute memory dispute,) = court.disputeOf(id);
        if (dispute.phase == CourtDisputes.Phase.Evidence) _request(id, dispute);
        else if (dispute.phase == CourtDisputes.Phase.Drawing) _draw(id, dispute.lane, seed);
        else if (dispute.phase == CourtDisputes.Phase.Commit) _commitAll(id, dispute, seed);
        else if (dispute.phase == CourtDisputes.Phase.Reveal) _revealAll(id, dispute, seed);
        else if (dispute.phase == CourtDisputes.Phase.Appeal) _appeal(id, dispute, seed);
        else _finish(id, dispute, seed);
    }

    function withdraw(uint256 who) external counted {
        paidOut += court.withdraw(_actor(who));
    }

    function withdrawContribution(uint256 which, uint256 round, uint256 choice, uint256 who) external counted {
        uint256 id = which % court.disputes();
        (CourtDisputes.Dispute memory dispute, uint256 rounds) = court.disputeOf(id);
        if (dispute.phase != CourtDisputes.Phase.Execution) return;
        address backer = who % 2 == 0 ? address(this) : _actor(who);
        paidOut += court.withdrawContribution(id, round % rounds, choice % (dispute.choices + 1), backer);
    }

    function wait(uint256 time) external counted {
        _wait(time, 2 days);
    }

    // Steps

    function _request(uint256 id, CourtDisputes.Dispute memory dispute) private {
        if (_now() < dispute.deadline) VM.warp(dispute.deadline);
        _pass(_terms(dispute.lane).staking);
        court.requestDraw(id);
    }

    /// @dev Half of the time two seats, so that panels are drawn in pieces.
    function _draw(uint256 id, uint256 lane, uint256 seed) private {
        uint256 request = court.sessionOf(lane).request;
        if (randomness.statusOf(request) != IRandomness.Status.Known) {
            randomness.set(request, IRandomness.Status.Known, uint256(keccak256(abi.encode(seed))));
        }
        uint256[] memory before = _seats(id);
        court.draw(id, seed % 2 == 0 ? 2 : 100);
        (, uint256 rounds) = court.disputeOf(id);
        for (uint256 i = 0; i < actors.length; ++i) {
            uint256 drawn = court.ballotOf(id, rounds - 1, actors[i]).seats - before[i];
            if (drawn == 0) continue;
            bool bare = court.jurorOf(lane, actors[i]).stake < court.jurorOf(lane, actors[i]).atRisk;
            if (bare || vault.balanceOf(actors[i]) < vault.lockedBy(actors[i], address(court))) ++drawnBare;
            _risked[lane][actors[i]] += drawn * riskOf(id);
        }
    }

    /// @dev Stakes of a lane stand still while panels are drawn, so these are drawn first.
    function _endDraws(uint256 lane) private {
        for (uint256 id = 0; id < court.disputes(); ++id) {
            (CourtDisputes.Dispute memory dispute,) = court.disputeOf(id);
            while (dispute.lane == lane && dispute.phase == CourtDisputes.Phase.Drawing) {
                _draw(id, lane, 1);
                (dispute,) = court.disputeOf(id);
            }
        }
    }

    /// @dev Some commit, and some of those to the choice most others take.
    function _commitAll(uint256 id, CourtDisputes.Dispute memory dispute, uint256 seed) private {
        (, uint256 rounds) = court.disputeOf(id);
        for (uint256 i = 0; i < actors.length && _now() < dispute.deadline; ++i) {
            if (court.ballotOf(id, rounds - 1, actors[i]).seats == 0 || (seed >> i) % 8 == 0) continue;
            uint256 choice = _choiceOf(id, rounds, i, dispute.choices);
            bytes32 hidden = court.commitmentOf(id, rounds - 1, actors[i], choice, 0);
            VM.prank(actors[i]);
            court.commit(id, hidden);
        }
        if (_now() < dispute.deadline) VM.warp(dispute.deadline);
        court.advance(id);
    }

    function _revealAll(uint256 id, CourtDisputes.Dispute memory dispute, uint256 seed) private {
        (, uint256 rounds) = court.disputeOf(id);
        for (uint256 i = 0; i < actors.length && _now() < dispute.deadline; ++i) {
            CourtDisputes.Ballot memory ballot = court.ballotOf(id, rounds - 1, actors[i]);
            if (ballot.commitment == 0 || (seed >> i) % 8 == 1) continue;
            VM.prank(actors[i]);
            court.reveal(id, _choiceOf(id, rounds, i, dispute.choices), 0);
        }
        if (_now() < dispute.deadline) VM.warp(dispute.deadline);
        court.advance(id);
    }

    /// @dev Half of the appeals are funded by both sides, some by one, some in part.
    function _appeal(uint256 id, CourtDisputes.Dispute memory dispute, uint256 seed) private {
        uint256 before = token.balanceOf(address(court));
        (, uint256 rounds) = court.disputeOf(id);
        for (uint256 choice = 0; choice <= dispute.choices; ++choice) {
            (uint256 needed, uint256 deadline) = court.appealCost(id, choice);
            (uint256 paid,,, bool ahead) = court.appealOf(id, rounds - 1, choice, address(this));
            if (ahead || paid == needed || _now() >= deadline || (seed >> choice) % 4 == 0) continue;
            court.fundAppeal(id, choice, (seed >> choice) % 4 == 1 ? needed / 3 : needed);
        }
        paidIn += token.balanceOf(address(court)) - before;
        (dispute,) = court.disputeOf(id);
        if (dispute.phase != CourtDisputes.Phase.Appeal) return;
        if (_now() < dispute.deadline) VM.warp(dispute.deadline);
        court.advance(id);
    }

    /// @dev Carries the ruling out and settles the panels, sometimes a juror at a time.
    function _finish(uint256 id, CourtDisputes.Dispute memory dispute, uint256 seed) private {
        if (!dispute.ruled) court.executeRuling(id);
        (, uint256 rounds) = court.disputeOf(id);
        for (uint256 i = 0; i < rounds; ++i) {
            (,, bool executed) = court.roundOf(id, i);
            if (executed || court.sessionOf(dispute.lane).panels > 0) continue;
            _execute(id, i, dispute.lane, seed % 3 == 0 ? 1 : 100);
        }
    }

    /// @dev A slash takes at most what was at risk, and at most what the juror had.
    function _execute(uint256 id, uint256 round, uint256 lane, uint256 pages) private {
        uint256[] memory held = new uint256[](actors.length);
        uint256[] memory risk = new uint256[](actors.length);
        for (uint256 i = 0; i < actors.length; ++i) {
            (held[i], risk[i]) = (vault.balanceOf(actors[i]), court.jurorOf(lane, actors[i]).atRisk);
        }
        uint256 before = token.balanceOf(address(court));
        court.execute(id, round, pages);
        paidIn += token.balanceOf(address(court)) - before;
        for (uint256 i = 0; i < actors.length; ++i) {
            uint256 settled = risk[i] - court.jurorOf(lane, actors[i]).atRisk;
            if (held[i] - vault.balanceOf(actors[i]) > settled) ++overslashed;
            _risked[lane][actors[i]] -= settled;
        }
    }

    /// @notice What a seat of a dispute puts at risk.
    function riskOf(uint256 id) public view returns (uint256) {
        (CourtDisputes.Dispute memory dispute,) = court.disputeOf(id);
        CourtTerms.Terms memory terms = _terms(dispute.lane);
        return uint256(terms.minStake) * terms.alpha / 10_000;
    }

    /// @notice What the seats of a juror that are not settled risk in a lane.
    function riskedBy(uint256 lane, address juror) external view returns (uint256) {
        return _risked[lane][juror];
    }

    function _seats(uint256 id) private view returns (uint256[] memory seats) {
        (, uint256 rounds) = court.disputeOf(id);
        seats = new uint256[](actors.length);
        for (uint256 i = 0; i < actors.length; ++i) {
            seats[i] = court.ballotOf(id, rounds - 1, actors[i]).seats;
        }
    }

    function _choiceOf(uint256 id, uint256 rounds, uint256 juror, uint256 choices) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(id, rounds, juror))) % (choices + 1);
    }

    function _terms(uint256 lane) private view returns (CourtTerms.Terms memory terms) {
        (terms,) = court.termsOf(lane % LANES);
    }
}

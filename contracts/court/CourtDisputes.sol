// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IArbitrable} from "../interfaces/IArbitrable.sol";
import {CourtAppeals} from "./CourtAppeals.sol";

/// @title What a court remembers of its disputes, their panels and votes.
abstract contract CourtDisputes is CourtAppeals {
    /// @notice Where a dispute stands.
    enum Phase {
        Evidence,
        Drawing,
        Commit,
        Reveal,
        Appeal,
        Execution
    }

    /// @notice A dispute. `deadline` ends the phase; in *Drawing*, it ends the wait for more jurors.
    struct Dispute {
        IArbitrable arbitrable;
        Phase phase;
        bool overridden;
        bool ruled;
        uint32 lane;
        uint32 version;
        uint48 deadline;
        uint256 choices;
        uint256 ruling;
    }

    /// @notice A panel: seats to fill, filled, voted in hiding and revealed, and the count of the votes.
    struct Round {
        uint16 seats;
        uint16 drawn;
        uint16 committed;
        uint16 revealed;
        uint16 coherent;
        bool tied;
        bool executed;
        uint32 cursor;
        uint48 patientUntil;
        uint256 tries;
        uint256 leading;
        uint256 pot;
        address[] jurors;
        mapping(address juror => Ballot) ballots;
        mapping(uint256 choice => uint256 seats) votes;
    }

    /// @notice The seats of a juror on a panel and its one vote, which counts for all of them.
    struct Ballot {
        uint16 seats;
        bool revealed;
        uint256 choice;
        bytes32 commitment;
    }

    Dispute[] internal _disputes;
    mapping(uint256 disputeID => Round[]) internal _rounds;

    event PhaseBegun(uint256 indexed disputeID, uint256 indexed round, Phase phase, uint48 deadline);

    error UnknownDispute(uint256 disputeID);
    error UnknownRound(uint256 disputeID, uint256 round);
    error WrongPhase(uint256 disputeID, Phase phase);
    error TooEarly(uint256 disputeID, uint256 until);
    error TooLate(uint256 disputeID, uint256 deadline);
    error InvalidChoice(uint256 choice, uint256 most);

    /// @notice Number of disputes.
    function disputes() external view returns (uint256) {
        return _disputes.length;
    }

    /// @notice A dispute and the number of its panels.
    function disputeOf(uint256 disputeID) external view returns (Dispute memory dispute, uint256 rounds) {
        return (_dispute(disputeID), _rounds[disputeID].length);
    }

    /// @notice A panel in numbers: seats, drawn, committed, revealed, coherent, jurors that hold the
    /// seats, wei left to be paid, and whether it is settled.
    function roundOf(uint256 disputeID, uint256 roundNumber)
        external
        view
        returns (uint256[6] memory counts, uint256 pot, bool executed)
    {
        Round storage round = _round(disputeID, roundNumber);
        uint256 jurors = round.jurors.length;
        counts = [round.seats, round.drawn, round.committed, round.revealed, round.coherent, jurors];
        return (counts, round.pot, round.executed);
    }

    /// @notice The seats of an account on a panel, and its vote.
    function ballotOf(uint256 disputeID, uint256 roundNumber, address account) external view returns (Ballot memory) {
        return _round(disputeID, roundNumber).ballots[account];
    }

    /// @notice The hidden form of a vote. It names juror, dispute and panel, so copying one is no vote.
    function commitmentOf(uint256 disputeID, uint256 roundNumber, address juror, uint256 choice, bytes32 salt)
        public
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(disputeID, roundNumber, juror, choice, salt));
    }

    function _begin(uint256 disputeID, Dispute storage dispute, Phase phase, uint48 deadline) internal {
        dispute.phase = phase;
        dispute.deadline = deadline;
        emit PhaseBegun(disputeID, _rounds[disputeID].length - 1, phase, deadline);
    }

    /// @dev The last panel on which anyone revealed a vote, else the first: a panel that keeps silent
    /// overturns nothing.
    function _decidingRound(uint256 disputeID) internal view returns (Round storage) {
        uint256 number = _rounds[disputeID].length - 1;
        while (number > 0 && _rounds[disputeID][number].revealed == 0) {
            --number;
        }
        return _rounds[disputeID][number];
    }

    /// @dev On a tie of the deciding panel, everyone who revealed is coherent.
    function _isCoherent(Round storage deciding, Ballot storage ballot) internal view returns (bool) {
        return ballot.revealed && (deciding.tied || ballot.choice == deciding.leading);
    }

    function _verdict(Round storage round) internal view returns (uint256) {
        return round.tied ? 0 : round.leading;
    }

    function _nextSeats(Round storage round) internal view returns (uint256) {
        return 2 * uint256(round.seats) + 1;
    }

    function _after(uint48 period) internal view returns (uint48) {
        return uint48(block.timestamp) + period;
    }

    function _dispute(uint256 disputeID) internal view returns (Dispute storage) {
        if (disputeID >= _disputes.length) revert UnknownDispute(disputeID);
        return _disputes[disputeID];
    }

    function _round(uint256 disputeID, uint256 number) internal view returns (Round storage) {
        if (number >= _rounds[disputeID].length) revert UnknownRound(disputeID, number);
        return _rounds[disputeID][number];
    }

    function _lastRound(uint256 disputeID) internal view returns (Round storage) {
        return _rounds[disputeID][_rounds[disputeID].length - 1];
    }

    function _requirePhase(uint256 disputeID, Dispute storage dispute, Phase phase) internal view {
        if (dispute.phase != phase) revert WrongPhase(disputeID, dispute.phase);
    }
}

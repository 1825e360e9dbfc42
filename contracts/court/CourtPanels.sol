// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CourtDisputes} from "./CourtDisputes.sol";

/// @title The work of a panel: it is drawn, it votes in hiding, it reveals.
abstract contract CourtPanels is CourtDisputes {
    event Drawn(uint256 indexed disputeID, uint256 indexed round, address indexed juror, uint256 seat);
    event Committed(uint256 indexed disputeID, uint256 indexed round, address indexed juror, bytes32 commitment);
    event Revealed(
        uint256 indexed disputeID, uint256 indexed round, address indexed juror, uint256 choice, uint256 seats
    );

    error NotOnPanel(uint256 disputeID, address account);
    error InvalidCommitment(bytes32 commitment);
    error WrongReveal(bytes32 commitment, bytes32 given);
    error AlreadyRevealed(uint256 disputeID, address juror);

    /// @notice Asks for the number that the panel will be drawn by, once the time for evidence is over,
    /// or asks anew if that number can no longer come. Anyone may call it.
    function requestDraw(uint256 disputeID) external nonReentrant {
        Dispute storage dispute = _dispute(disputeID);
        if (dispute.phase == Phase.Drawing) return _renewSession(dispute.lane);
        _requirePhase(disputeID, dispute, Phase.Evidence);
        if (block.timestamp < dispute.deadline) revert TooEarly(disputeID, dispute.deadline);
        Terms storage terms = _termsAt(dispute.lane, dispute.version);
        _joinSession(dispute.lane, terms.staking);
        Round storage round = _lastRound(disputeID);
        if (round.patientUntil == 0) {
            round.patientUntil = uint48(block.timestamp) + terms.patience;
        }
        _begin(disputeID, dispute, Phase.Drawing, round.patientUntil);
    }

    /// @notice Fills seats of the panel, in at most `pages` draws. Anyone may call it. Should the lane
    /// run out of jurors, the draw is called off until more have come, or, if the panel has waited for
    /// long enough, goes on with those it has.
    function draw(uint256 disputeID, uint256 pages) external nonReentrant {
        Dispute storage dispute = _dispute(disputeID);
        _requirePhase(disputeID, dispute, Phase.Drawing);
        Round storage round = _lastRound(disputeID);
        uint256 lane = dispute.lane;
        uint256 seed = _seed(lane);
        Terms storage terms = _termsAt(lane, dispute.version);
        for (; pages > 0 && round.drawn < round.seats && totalWeight(lane) > 0; --pages) {
            uint256 number = uint256(keccak256(abi.encode(seed, disputeID, _rounds[disputeID].length, round.tries++)));
            address account = _drawSeat(lane, number, terms);
            if (account == address(0)) continue;
            Ballot storage ballot = round.ballots[account];
            if (ballot.seats++ == 0) round.jurors.push(account);
            emit Drawn(disputeID, _rounds[disputeID].length - 1, account, round.drawn++);
        }
        bool full = round.drawn == round.seats;
        if (!full && totalWeight(lane) > 0) return;
        _leaveSession(lane);
        if (full || block.timestamp >= round.patientUntil) {
            _begin(disputeID, dispute, Phase.Commit, _after(terms.commit));
        } else {
            _begin(disputeID, dispute, Phase.Evidence, uint48(block.timestamp));
        }
    }

    /// @notice Casts the caller's hidden vote, for all its seats. May be repeated until the phase ends.
    /// @param commitment What {commitmentOf} gives for the choice and a secret salt.
    function commit(uint256 disputeID, bytes32 commitment) external {
        Dispute storage dispute = _dispute(disputeID);
        Ballot storage ballot = _requireVoter(disputeID, dispute, Phase.Commit);
        if (commitment == 0) revert InvalidCommitment(commitment);
        if (ballot.commitment == 0) _lastRound(disputeID).committed += ballot.seats;
        ballot.commitment = commitment;
        emit Committed(disputeID, _rounds[disputeID].length - 1, msg.sender, commitment);
    }

    /// @notice Reveals the caller's vote.
    /// @param choice From 1 to the number of choices, or 0 to refuse to choose.
    /// @param salt The secret of the commitment.
    function reveal(uint256 disputeID, uint256 choice, bytes32 salt) external {
        Dispute storage dispute = _dispute(disputeID);
        Ballot storage ballot = _requireVoter(disputeID, dispute, Phase.Reveal);
        uint256 last = _rounds[disputeID].length - 1;
        bytes32 given = commitmentOf(disputeID, last, msg.sender, choice, salt);
        if (ballot.revealed) revert AlreadyRevealed(disputeID, msg.sender);
        if (ballot.commitment != given) revert WrongReveal(ballot.commitment, given);
        if (choice > dispute.choices) revert InvalidChoice(choice, dispute.choices);
        ballot.revealed = true;
        ballot.choice = choice;
        _count(_lastRound(disputeID), choice, ballot.seats);
        emit Revealed(disputeID, last, msg.sender, choice, ballot.seats);
    }

    function _count(Round storage round, uint256 choice, uint16 seats) private {
        round.revealed += seats;
        uint256 votes = round.votes[choice] + seats;
        round.votes[choice] = votes;
        uint256 most = round.votes[round.leading];
        if (choice == round.leading || votes > most) {
            round.leading = choice;
            round.tied = false;
        } else if (votes == most) {
            round.tied = true;
        }
    }

    function _requireVoter(uint256 disputeID, Dispute storage dispute, Phase phase)
        private
        view
        returns (Ballot storage ballot)
    {
        _requirePhase(disputeID, dispute, phase);
        if (block.timestamp >= dispute.deadline) revert TooLate(disputeID, dispute.deadline);
        ballot = _lastRound(disputeID).ballots[msg.sender];
        if (ballot.seats == 0) revert NotOnPanel(disputeID, msg.sender);
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IArbitrable} from "../interfaces/IArbitrable.sol";
import {IArbitrator} from "../interfaces/IArbitrator.sol";
import {IRandomness} from "../interfaces/IRandomness.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {CourtJurors} from "./CourtJurors.sol";
import {CourtPanels} from "./CourtPanels.sol";
import {CourtTerms} from "./CourtTerms.sol";

/// @title The court: panels of jurors, drawn by stake, rule on disputes.
/// @notice The life of a dispute: *Evidence*, *Drawing* of a panel, *Commit* of hidden votes, *Reveal*,
/// *Appeal*, and either a panel of twice the seats and one, from evidence on again, or *Execution*: the
/// ruling is carried out and the jurors are paid, independently of each other.
///
/// Jurors are measured by the verdict of the last panel on which anyone revealed a vote. Whoever voted
/// otherwise or did not reveal loses what its seats put at risk; whoever voted so shares that and the
/// fees of its panel.
contract Court is CourtPanels, IArbitrator {
    using SafeERC20 for IERC20;

    /// @notice Receives what is slashed and paid where no juror was coherent.
    address public immutable treasury;

    event Evidence(uint256 indexed disputeID, address indexed party, string evidence);
    event JurorSlashed(uint256 indexed disputeID, uint256 indexed round, address indexed juror, uint256 assets);
    event JurorRewarded(uint256 indexed disputeID, uint256 indexed round, address indexed juror, uint256 amount);
    event PotForfeited(uint256 indexed disputeID, uint256 indexed round, uint256 amount);

    error InvalidTreasury(address treasury);
    error UnsupportedToken(IERC20 given, IERC20 supported);
    error FeeTooLow(uint256 given, uint256 cost);
    error TooFewChoices(uint256 choices, uint256 least);
    error InvalidExtraData(bytes extraData);
    error InvalidSeats(uint256 seats, uint256 most);
    error AlreadyRuled(uint256 disputeID);
    error AlreadyExecuted(uint256 disputeID, uint256 round);

    /// @param vault_ See {vault}; the court needs its locker and slasher roles.
    /// @param terms_ First terms of each lane, in their order.
    /// @param randomness_ Where the numbers of draws come from.
    /// @param treasury_ See {treasury}.
    /// @param admin Account that grants roles: the treasury once deployed.
    constructor(IStakeVault vault_, Terms[] memory terms_, IRandomness randomness_, address treasury_, address admin)
        CourtTerms(terms_, randomness_, admin)
        CourtJurors(vault_)
    {
        if (treasury_ == address(0)) revert InvalidTreasury(treasury_);
        treasury = treasury_;
    }

    // Opening

    /// @inheritdoc IArbitrator
    /// @dev Takes exactly the cost. `extraData` is empty or begins with two words: the lane, and the
    /// least seats of the first panel. What follows, such as a dispute kit, is not read.
    function createDispute(uint256 choices, bytes calldata extraData, IERC20 feeToken, uint256 feeAmount)
        external
        nonReentrant
        returns (uint256 disputeID)
    {
        if (choices < 2) revert TooFewChoices(choices, 2);
        (uint256 lane, uint256 seats, uint256 version, uint256 fees) = _quote(extraData, feeToken);
        if (feeAmount < fees) revert FeeTooLow(feeAmount, fees);
        disputeID = _disputes.length;
        Dispute storage dispute = _disputes.push();
        dispute.arbitrable = IArbitrable(msg.sender);
        dispute.lane = uint32(lane);
        dispute.version = uint32(version);
        dispute.choices = choices;
        emit DisputeCreation(disputeID, IArbitrable(msg.sender));
        _openRound(disputeID, dispute, seats, fees);
        token.safeTransferFrom(msg.sender, address(this), fees);
    }

    /// @inheritdoc IArbitrator
    function arbitrationCost(bytes calldata extraData, IERC20 feeToken) external view returns (uint256 cost) {
        (,,, cost) = _quote(extraData, feeToken);
    }

    /// @notice Puts evidence on record, until the ruling is final. The court does not read it.
    function submitEvidence(uint256 disputeID, string calldata evidence) external {
        Dispute storage dispute = _dispute(disputeID);
        if (dispute.phase == Phase.Execution) revert WrongPhase(disputeID, dispute.phase);
        emit Evidence(disputeID, msg.sender, evidence);
    }

    // Phases

    /// @notice Ends a phase whose time is over, or in which all have committed or revealed who can.
    function advance(uint256 disputeID) external nonReentrant {
        Dispute storage dispute = _dispute(disputeID);
        Round storage round = _lastRound(disputeID);
        Terms storage terms = _termsAt(dispute.lane, dispute.version);
        Phase phase = dispute.phase;
        bool early = (phase == Phase.Commit && round.committed == round.drawn)
            || (phase == Phase.Reveal && round.revealed == round.committed);
        if (phase < Phase.Commit || phase == Phase.Execution) revert WrongPhase(disputeID, phase);
        if (!early && block.timestamp < dispute.deadline) revert TooEarly(disputeID, dispute.deadline);
        if (phase == Phase.Commit) {
            _begin(disputeID, dispute, Phase.Reveal, _after(terms.reveal));
        } else if (phase == Phase.Reveal && _nextSeats(round) <= terms.maxSeats) {
            _begin(disputeID, dispute, Phase.Appeal, _after(terms.appeal));
        } else {
            _conclude(disputeID, dispute);
        }
    }

    /// @notice Puts up `amount` for a choice in the appeal, or what it still lacks if that is less.
    function fundAppeal(uint256 disputeID, uint256 choice, uint256 amount) external nonReentrant {
        Dispute storage dispute = _dispute(disputeID);
        _requirePhase(disputeID, dispute, Phase.Appeal);
        if (choice > dispute.choices) revert InvalidChoice(choice, dispute.choices);
        (uint256 needed, uint256 deadline) = appealCost(disputeID, choice);
        if (block.timestamp >= deadline) revert TooLate(disputeID, deadline);
        uint256 last = _rounds[disputeID].length - 1;
        if (_contribute(disputeID, last, choice, amount, needed)) {
            uint256 seats = _nextSeats(_lastRound(disputeID));
            uint256 fees = seats * _termsAt(dispute.lane, dispute.version).fee;
            _goAhead(disputeID, last, fees);
            _openRound(disputeID, dispute, seats, fees);
        }
    }

    /// @notice What a choice must put up in an appeal of the last verdict, and until when: the winning
    /// choice its part by the end of the phase, every other one its own by the middle.
    function appealCost(uint256 disputeID, uint256 choice) public view returns (uint256 needed, uint256 deadline) {
        Dispute storage dispute = _dispute(disputeID);
        Terms storage terms = _termsAt(dispute.lane, dispute.version);
        uint256 fees = _nextSeats(_lastRound(disputeID)) * terms.fee;
        if (choice == _verdict(_decidingRound(disputeID))) {
            return (fees * terms.winnerBps / BASIS_POINTS, dispute.deadline);
        }
        return (fees * terms.loserBps / BASIS_POINTS, dispute.deadline - terms.appeal / 2);
    }

    // Execution

    /// @notice Carries the ruling out on the arbitrable. Anyone may call it. If the arbitrable reverts,
    /// so does this, and it can be tried again; the jurors are paid all the same.
    function executeRuling(uint256 disputeID) external nonReentrant {
        Dispute storage dispute = _dispute(disputeID);
        _requirePhase(disputeID, dispute, Phase.Execution);
        if (dispute.ruled) revert AlreadyRuled(disputeID);
        dispute.ruled = true;
        emit Ruling(dispute.arbitrable, disputeID, dispute.ruling);
        dispute.arbitrable.rule(disputeID, dispute.ruling);
    }

    /// @notice Settles a panel, at most `pages` jurors at a time: first what each loses, then what each
    /// gets. Anyone may call it, for each panel of the dispute.
    // slither-disable-next-line reentrancy-benign: nothing here can be entered again, and the vault is the DAO's own
    function execute(uint256 disputeID, uint256 roundNumber, uint256 pages) external nonReentrant {
        Dispute storage dispute = _dispute(disputeID);
        _requirePhase(disputeID, dispute, Phase.Execution);
        Round storage round = _round(disputeID, roundNumber);
        if (round.executed) revert AlreadyExecuted(disputeID, roundNumber);
        _requireNoDraws(dispute.lane);
        uint256 count = round.jurors.length;
        for (; pages > 0 && round.cursor < count; --pages) {
            _judge(disputeID, roundNumber, dispute, round, round.jurors[round.cursor++]);
        }
        if (round.cursor < count) return;
        if (round.coherent == 0) return _forfeit(disputeID, roundNumber, round);
        for (; pages > 0 && round.coherent > 0; --pages) {
            _reward(disputeID, roundNumber, round, round.jurors[round.cursor++ - count]);
        }
        if (round.coherent == 0) round.executed = true;
    }

    /// @notice Pays out what an account put up for a choice in an appeal, once the ruling is final.
    /// Anyone may call it.
    /// @return amount The wei it got.
    function withdrawContribution(uint256 disputeID, uint256 roundNumber, uint256 choice, address backer)
        external
        nonReentrant
        returns (uint256 amount)
    {
        Dispute storage dispute = _dispute(disputeID);
        _requirePhase(disputeID, dispute, Phase.Execution);
        return _payBacker(disputeID, roundNumber, choice, backer, dispute.ruling);
    }

    // What is known

    /// @inheritdoc IArbitrator
    /// @dev That of the votes revealed so far, if any were revealed on a panel yet.
    function currentRuling(uint256 disputeID) external view returns (uint256 ruling, bool tied, bool overridden) {
        Dispute storage dispute = _dispute(disputeID);
        Round storage round = _decidingRound(disputeID);
        ruling = dispute.phase == Phase.Execution ? dispute.ruling : _verdict(round);
        return (ruling, round.tied, dispute.overridden);
    }

    // Steps

    function _openRound(uint256 disputeID, Dispute storage dispute, uint256 seats, uint256 fees) private {
        Round storage round = _rounds[disputeID].push();
        round.seats = uint16(seats);
        round.pot = fees;
        uint48 evidence = _termsAt(dispute.lane, dispute.version).evidence;
        _begin(disputeID, dispute, Phase.Evidence, _after(evidence));
    }

    /// @dev A choice that alone was fully funded wins by default.
    function _conclude(uint256 disputeID, Dispute storage dispute) private {
        uint256 verdict = _verdict(_decidingRound(disputeID));
        uint256[] memory funded = _fundedIn(disputeID, _rounds[disputeID].length - 1);
        dispute.overridden = funded.length == 1 && funded[0] != verdict;
        dispute.ruling = dispute.overridden ? funded[0] : verdict;
        _begin(disputeID, dispute, Phase.Execution, uint48(block.timestamp));
    }

    function _judge(uint256 disputeID, uint256 number, Dispute storage dispute, Round storage round, address account)
        private
    {
        Ballot storage ballot = round.ballots[account];
        bool coherent = _isCoherent(_decidingRound(disputeID), ballot);
        if (coherent) round.coherent += ballot.seats;
        uint256 risk = _atRisk(_termsAt(dispute.lane, dispute.version)) * ballot.seats;
        uint256 assets = _settle(dispute.lane, account, risk, !coherent, !ballot.revealed);
        if (coherent) return;
        round.pot += assets;
        emit JurorSlashed(disputeID, number, account, assets);
    }

    /// @dev The pot is shared by seats; whoever comes last gets the remainder of the division.
    function _reward(uint256 disputeID, uint256 number, Round storage round, address account) private {
        Ballot storage ballot = round.ballots[account];
        if (!_isCoherent(_decidingRound(disputeID), ballot)) return;
        uint256 amount = round.pot * ballot.seats / round.coherent;
        round.pot -= amount;
        round.coherent -= ballot.seats;
        owed[account] += amount;
        emit JurorRewarded(disputeID, number, account, amount);
    }

    function _forfeit(uint256 disputeID, uint256 number, Round storage round) private {
        uint256 amount = round.pot;
        round.pot = 0;
        round.executed = true;
        owed[treasury] += amount;
        emit PotForfeited(disputeID, number, amount);
    }

    function _quote(bytes calldata extraData, IERC20 feeToken)
        private
        view
        returns (uint256 lane, uint256 seats, uint256 version, uint256 fees)
    {
        if (address(feeToken) != address(token)) revert UnsupportedToken(feeToken, token);
        if (extraData.length >= 64) (lane, seats) = abi.decode(extraData, (uint256, uint256));
        else if (extraData.length > 0) revert InvalidExtraData(extraData);
        Terms storage terms = _latestTerms(lane);
        version = _versionOf(lane);
        if (seats < terms.seats) seats = terms.seats;
        if (seats > terms.maxSeats) revert InvalidSeats(seats, terms.maxSeats);
        fees = seats * terms.fee;
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IArbitrable} from "../interfaces/IArbitrable.sol";
import {IArbitrator} from "../interfaces/IArbitrator.sol";
import {CourtClient} from "./CourtClient.sol";
import {GrantBook} from "./GrantBook.sol";
import {SpendLimits} from "./SpendLimits.sol";

/// @title Grants that are paid as milestones are met, and taken back when they are not.
/// @notice A grant is funded in full when it is made. A milestone is met when an approver says so, when
/// nobody challenged its submission in time, or when the court rules so; its amount then streams to the
/// beneficiary. What has vested stays the beneficiary's, whatever happens afterwards; the rest goes back
/// to the treasury when the treasury or the court closes the grant.
contract Grants is GrantBook, SpendLimits, CourtClient, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @notice What a dispute is about, while it is open.
    struct Subject {
        uint256 id;
        uint256 milestone;
        bool open;
    }

    /// @notice May make grants and close them. Meant for the treasury.
    bytes32 public constant GRANTOR_ROLE = keccak256("GRANTOR_ROLE");
    /// @notice May find milestones met.
    bytes32 public constant APPROVER_ROLE = keccak256("APPROVER_ROLE");
    /// @notice Most milestones of a grant.
    uint256 public constant MAX_MILESTONES = 24;
    /// @notice Longest stream of a milestone, in seconds.
    uint48 public constant MAX_STREAMING = 1_461 days;
    /// @notice Shortest review, in seconds.
    uint48 public constant MIN_REVIEW = 1 days;
    /// @notice Longest review, in seconds.
    uint48 public constant MAX_REVIEW = 90 days;
    /// @notice The ruling that a milestone is met.
    uint256 public constant MET = 1;
    /// @notice The ruling that it is not, and that the grant ends. Any other ruling leaves the milestone as
    /// if it had not been submitted.
    uint256 public constant MISSED = 2;

    /// @notice Receives what closed grants did not pay.
    address public immutable treasury;
    /// @notice The review of grants made from now on, in seconds.
    uint48 public review;

    mapping(address arbitrator => mapping(uint256 disputeID => Subject)) private _subjects;

    /// @param terms Where the grant and its milestones are described.
    event GrantCreated(
        uint256 indexed id,
        address indexed beneficiary,
        IERC20 indexed token,
        uint256 total,
        uint48 streaming,
        Plan[] plan,
        string terms
    );
    /// @param evidence Where the work is shown.
    event MilestoneSubmitted(uint256 indexed id, uint256 indexed milestone, string evidence);
    event MilestoneApproved(uint256 indexed id, uint256 indexed milestone, address indexed approver);
    event MilestoneChallenged(
        uint256 indexed id, uint256 indexed milestone, address indexed challenger, uint256 disputeID
    );
    event MilestoneReset(uint256 indexed id, uint256 indexed milestone);
    event GrantReleased(uint256 indexed id, address indexed beneficiary, uint256 amount);
    /// @param kept Wei vested by then, released or not.
    /// @param refundable Wei that go back to the treasury.
    event GrantClosed(uint256 indexed id, uint256 kept, uint256 refundable);
    event GrantRefunded(uint256 indexed id, uint256 amount);
    event ReviewSet(uint48 oldReview, uint48 newReview);

    error InvalidTreasury(address treasury);
    error InvalidBeneficiary(address beneficiary);
    error InvalidMilestoneCount(uint256 count, uint256 most);
    error EmptyMilestone(uint256 milestone);
    error PeriodOutOfBounds(uint48 period, uint48 shortest, uint48 longest);
    error UnknownDispute(address arbitrator, uint256 disputeID);
    error NotBeneficiary(uint256 id, address account);
    error MilestoneInReview(uint256 id, uint256 milestone, uint256 until);
    error MilestoneOverdue(uint256 id, uint256 milestone, uint48 dueAt);
    error MilestoneNotDue(uint256 id, uint256 milestone, uint48 dueAt);

    /// @param treasury_ See {treasury}.
    /// @param feeToken_ The token of court fees.
    /// @param arbitrator_ Who rules on disputes at first.
    /// @param extraData_ What the arbitrator is told at first.
    /// @param review_ First {review}.
    /// @param admin Account that grants roles and sets limits, review and arbitrator: the treasury once
    /// deployed.
    constructor(
        address treasury_,
        IERC20 feeToken_,
        IArbitrator arbitrator_,
        bytes memory extraData_,
        uint48 review_,
        address admin
    ) CourtClient(feeToken_, arbitrator_, extraData_) {
        if (treasury_ == address(0) || treasury_ == address(this)) revert InvalidTreasury(treasury_);
        treasury = treasury_;
        _setReview(review_);
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    // Making and closing

    /// @notice Makes a grant of all the plan's wei, taken from the caller, who must have approved them.
    /// @param token Any ERC-20 that delivers what is sent and has a spend limit here.
    /// @param beneficiary Who is paid.
    /// @param plan The milestones, which are met in any order.
    /// @param streaming Seconds over which each milestone that was met is paid; 0 pays it at once.
    /// @param terms Where the grant and its milestones are described.
    /// @return id Number of the grant, counted from 0.
    function create(IERC20 token, address beneficiary, Plan[] calldata plan, uint48 streaming, string calldata terms)
        external
        onlyRole(GRANTOR_ROLE)
        nonReentrant
        returns (uint256 id)
    {
        if (beneficiary == address(0) || beneficiary == address(this)) revert InvalidBeneficiary(beneficiary);
        if (plan.length == 0 || plan.length > MAX_MILESTONES) {
            revert InvalidMilestoneCount(plan.length, MAX_MILESTONES);
        }
        _checkPeriod(streaming, 0, MAX_STREAMING);
        id = _grants.length;
        uint256 total = 0;
        for (uint256 i = 0; i < plan.length; ++i) {
            if (plan[i].amount == 0) revert EmptyMilestone(i);
            total += plan[i].amount;
            _milestones[id].push(Milestone(plan[i].amount, plan[i].dueAt, 0, 0, false));
        }
        _grants.push(Grant(token, beneficiary, total, 0, 0, streaming, review, 0));
        _spend(token, total);
        emit GrantCreated(id, beneficiary, token, total, streaming, plan, terms);
        _receive(token, total);
    }

    /// @notice Closes grant `id` and sends what has not vested back to the treasury.
    function clawback(uint256 id) external onlyRole(GRANTOR_ROLE) nonReentrant {
        _checkOpen(id);
        _close(id);
        _refund(id);
    }

    /// @notice Sends what a closed grant did not pay back to the treasury. Anyone may; it does nothing
    /// when that is done.
    function refund(uint256 id) external nonReentrant {
        grant(id);
        _refund(id);
    }

    // Milestones

    /// @notice Submits a milestone as met, which starts its review; only the beneficiary may, in time.
    /// @param evidence Where the work is shown.
    function submit(uint256 id, uint256 milestone, string calldata evidence) external {
        Milestone storage found = _undecided(id, milestone);
        if (msg.sender != _grants[id].beneficiary) revert NotBeneficiary(id, msg.sender);
        if (found.submittedAt != 0) {
            revert MilestoneInReview(id, milestone, uint256(found.submittedAt) + _grants[id].review);
        }
        if (block.timestamp > found.dueAt) revert MilestoneOverdue(id, milestone, found.dueAt);
        found.submittedAt = uint48(block.timestamp);
        emit MilestoneSubmitted(id, milestone, evidence);
    }

    /// @notice Finds a milestone met, submitted or not, in time or late.
    function approve(uint256 id, uint256 milestone) external onlyRole(APPROVER_ROLE) {
        _approve(_undecided(id, milestone), id, milestone);
    }

    /// @notice Asks the court about a milestone: one in review, or one that is overdue. Anyone may, the
    /// beneficiary included. The caller pays the court's fee and must have approved it.
    /// @param maxFee Most wei the caller pays.
    /// @return disputeID Number of the dispute with the arbitrator.
    function challenge(uint256 id, uint256 milestone, uint256 maxFee)
        external
        nonReentrant
        returns (uint256 disputeID)
    {
        Milestone storage found = _undecided(id, milestone);
        if (found.submittedAt == 0 && block.timestamp <= found.dueAt) {
            revert MilestoneNotDue(id, milestone, found.dueAt);
        }
        found.disputed = true;
        IArbitrator court;
        // slither-disable-next-line reentrancy-benign: the number comes from the call, and nothing here can be entered again
        (court, disputeID) = _ask(MISSED, maxFee);
        _subjects[address(court)][disputeID] = Subject(id, milestone, true);
        emit MilestoneChallenged(id, milestone, msg.sender, disputeID);
    }

    /// @inheritdoc IArbitrable
    /// @dev Moves no tokens, so no token can stand in the way of a ruling. What was submitted counts no
    /// more unless it was met: else its review, long over, would find it met. In a grant that was closed
    /// meanwhile the milestone stays disputed, so that it never is.
    function rule(uint256 disputeID, uint256 ruling) external nonReentrant {
        Subject memory subject = _subjects[msg.sender][disputeID];
        if (!subject.open) revert UnknownDispute(msg.sender, disputeID);
        delete _subjects[msg.sender][disputeID];
        emit Ruling(IArbitrator(msg.sender), disputeID, ruling);
        if (_grants[subject.id].closedAt != 0) return;
        Milestone storage found = _milestones[subject.id][subject.milestone];
        found.disputed = false;
        if (ruling == MET) return _approve(found, subject.id, subject.milestone);
        found.submittedAt = 0;
        if (ruling == MISSED) _close(subject.id);
        else emit MilestoneReset(subject.id, subject.milestone);
    }

    // Paying

    /// @notice Sends what has vested and was not released yet to the beneficiary of grant `id`. Anyone
    /// may; it does nothing when nothing has.
    /// @return amount The wei sent.
    function release(uint256 id) external nonReentrant returns (uint256 amount) {
        amount = releasable(id);
        // slither-disable-next-line incorrect-equality: there is either something to send or nothing
        if (amount == 0) return 0;
        Grant storage found = _grants[id];
        found.released += amount;
        emit GrantReleased(id, found.beneficiary, amount);
        found.token.safeTransfer(found.beneficiary, amount);
    }

    /// @notice Wei that {release} would send now.
    function releasable(uint256 id) public view returns (uint256) {
        return vested(id, block.timestamp) - grant(id).released;
    }

    // Settings

    /// @notice Sets the review of grants made from now on, in seconds.
    function setReview(uint48 newReview) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _setReview(newReview);
    }

    function _approve(Milestone storage found, uint256 id, uint256 milestone) private {
        found.approvedAt = uint48(block.timestamp);
        emit MilestoneApproved(id, milestone, msg.sender);
    }

    function _close(uint256 id) private {
        Grant storage found = _grants[id];
        uint256 kept = vested(id, block.timestamp);
        found.closedAt = uint48(block.timestamp);
        found.refundable = found.total - kept;
        emit GrantClosed(id, kept, found.refundable);
    }

    function _refund(uint256 id) private {
        Grant storage found = _grants[id];
        uint256 amount = found.refundable;
        if (amount == 0) return;
        found.refundable = 0;
        emit GrantRefunded(id, amount);
        found.token.safeTransfer(treasury, amount);
    }

    function _checkPeriod(uint48 period, uint48 shortest, uint48 longest) private pure {
        if (period < shortest || period > longest) revert PeriodOutOfBounds(period, shortest, longest);
    }

    function _setReview(uint48 newReview) private {
        _checkPeriod(newReview, MIN_REVIEW, MAX_REVIEW);
        emit ReviewSet(review, newReview);
        review = newReview;
    }
}

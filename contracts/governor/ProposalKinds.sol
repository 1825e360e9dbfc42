// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {IERC5805} from "@openzeppelin/contracts/interfaces/IERC5805.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title What a proposal is, read from its calls, and how hard it is to pass.
/// @notice A proposal does not say what kind it is: its calls do. Each call that the treasury listed, a
/// function of a target, has a kind; coins sent make it a matter of funding as well; everything else is
/// constitutional. A proposal is of all the kinds of its calls and is held to the strictest rule among
/// them, point by point, so no call can hide behind an easier one.
/// @dev The constitutional rule is never easier than another. Else a call through a contract that was
/// never listed would be an easier way to do what is listed.
contract ProposalKinds is AccessControl {
    /// @notice Kinds of calls. What is not listed is constitutional.
    enum Kind {
        Deployment,
        Funding,
        Parameter,
        Dispute,
        Constitutional
    }

    /// @notice How hard a kind is to pass. The settings of the governor and of the treasury hold for all
    /// kinds; where the rule asks for more, the rule counts.
    /// @param thresholdBps Votes needed to propose, in basis points of the votable supply.
    /// @param quorumBps Votes for and abstaining needed, in basis points of the votable supply.
    /// @param approvalBps Votes for needed, in basis points of those for and against; at least one half,
    /// and there must be more for than against.
    /// @param votingPeriod Seconds to vote.
    /// @param delay Seconds between queueing and executing.
    /// @param valueLimit Most wei of the chain's own coin that all calls together may send.
    struct Rule {
        uint16 thresholdBps;
        uint16 quorumBps;
        uint16 approvalBps;
        uint32 votingPeriod;
        uint32 delay;
        uint128 valueLimit;
    }

    /// @notice What one proposal is held to.
    /// @param threshold Votes its proposer needed, and has to keep until the vote ends.
    /// @param quorumBps Quorum in basis points of the votable supply at the snapshot.
    /// @param approvalBps Votes for, in basis points of those for and against.
    /// @param kinds Kinds of its calls, a bit for each, the first the lowest.
    struct Terms {
        uint208 threshold;
        uint16 quorumBps;
        uint16 approvalBps;
        uint8 kinds;
    }

    /// @notice Longest voting period and longest delay, in seconds.
    uint32 public constant MAX_PERIOD = 60 days;
    /// @notice Least approval: as many for as against.
    uint16 public constant MIN_APPROVAL = 5_000;

    uint16 private constant BASIS_POINTS = 10_000;
    uint256 private constant COUNT = 5;

    mapping(Kind kind => Rule) private _rules;
    /// @dev One more than the kind; 0 for what is not listed.
    mapping(address target => mapping(bytes4 selector => uint8)) private _listed;

    event RuleSet(Kind indexed kind, Rule rule);
    event KindSet(address indexed target, bytes4 indexed selector, Kind kind);

    error ApprovalOutOfBounds(Kind kind, uint16 approvalBps, uint16 least, uint16 largest);
    error FractionOutOfBounds(Kind kind, uint16 fractionBps, uint16 largest);
    error PeriodOutOfBounds(Kind kind, uint32 period, uint32 longest);
    error ConstitutionalRuleEasier(Rule constitutional, Rule strictest);
    error KindsAreConstitutional();
    error InvalidListLength(uint256 targets, uint256 selectors, uint256 kinds);
    error InvalidBundleLength(uint256 targets, uint256 values, uint256 calldatas);
    error ValueAboveLimit(uint256 value, uint256 limit);

    /// @param rules A rule for each {Kind}, in order.
    /// @param admin Account that sets rules and lists calls: the treasury once deployed.
    constructor(Rule[5] memory rules, address admin) {
        for (uint256 i = 0; i < COUNT; ++i) {
            _writeRule(Kind(i), rules[i]);
        }
        _checkOrder();
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    // Reading

    /// @notice The terms of a new proposal: the strictest rule among the kinds of its calls. Refuses one
    /// that sends too many coins, or whose proposer has too few votes for its kinds.
    /// @param votes Source of votes.
    /// @param base Votes needed to propose whatever the kind.
    /// @return terms What the proposal is held to.
    /// @return period Seconds to vote.
    function termsFor(
        IERC5805 votes,
        address proposer,
        uint256 base,
        address[] calldata targets,
        uint256[] calldata values,
        bytes[] calldata calldatas
    ) external view returns (Terms memory terms, uint32 period) {
        uint8 kinds = kindsOf(targets, values, calldatas);
        Rule memory rule = strictest(kinds);
        uint256 sent = 0;
        for (uint256 i = 0; i < values.length; ++i) {
            sent = Math.saturatingAdd(sent, values[i]);
        }
        if (sent > rule.valueLimit) revert ValueAboveLimit(sent, rule.valueLimit);
        uint208 threshold = _checkThreshold(votes, proposer, base, rule.thresholdBps);
        return (Terms(threshold, rule.quorumBps, rule.approvalBps, kinds), rule.votingPeriod);
    }

    /// @notice Seconds that calls wait at least between queueing and executing.
    function delayOf(address[] calldata targets, uint256[] calldata values, bytes[] calldata calldatas)
        external
        view
        returns (uint32)
    {
        return strictest(kindsOf(targets, values, calldatas)).delay;
    }

    /// @notice The kinds of all calls, a bit for each.
    function kindsOf(address[] calldata targets, uint256[] calldata values, bytes[] calldata calldatas)
        public
        view
        returns (uint8 kinds)
    {
        if (targets.length == 0 || targets.length != values.length || targets.length != calldatas.length) {
            revert InvalidBundleLength(targets.length, values.length, calldatas.length);
        }
        for (uint256 i = 0; i < targets.length; ++i) {
            kinds |= kindsOfCall(targets[i], values[i], calldatas[i]);
        }
    }

    /// @notice The kinds of one call: that of its function, and funding if it sends coins. Coins sent with
    /// no data are funding alone.
    function kindsOfCall(address target, uint256 value, bytes calldata data) public view returns (uint8 kinds) {
        if (value != 0) kinds = _bit(Kind.Funding);
        if (value == 0 || data.length != 0) {
            kinds |= _bit(data.length < 4 ? Kind.Constitutional : kindOf(target, bytes4(data)));
        }
    }

    /// @notice The kind of a function of a target.
    function kindOf(address target, bytes4 selector) public view returns (Kind) {
        uint8 listed = _listed[target][selector];
        return listed == 0 ? Kind.Constitutional : Kind(listed - 1);
    }

    /// @notice The rule of a kind.
    function ruleOf(Kind kind) external view returns (Rule memory) {
        return _rules[kind];
    }

    /// @notice The strictest of the rules of some kinds, point by point.
    /// @param kinds A bit for each kind.
    function strictest(uint8 kinds) public view returns (Rule memory rule) {
        rule.valueLimit = type(uint128).max;
        for (uint256 i = 0; i < COUNT; ++i) {
            if (kinds & _bit(Kind(i)) == 0) continue;
            Rule memory other = _rules[Kind(i)];
            rule.thresholdBps = uint16(Math.max(rule.thresholdBps, other.thresholdBps));
            rule.quorumBps = uint16(Math.max(rule.quorumBps, other.quorumBps));
            rule.approvalBps = uint16(Math.max(rule.approvalBps, other.approvalBps));
            rule.votingPeriod = uint32(Math.max(rule.votingPeriod, other.votingPeriod));
            rule.delay = uint32(Math.max(rule.delay, other.delay));
            rule.valueLimit = uint128(Math.min(rule.valueLimit, other.valueLimit));
        }
    }

    // Setting

    /// @notice Sets the rule of a kind, for proposals yet to be made; the delay also for those not queued.
    function setRule(Kind kind, Rule calldata rule) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _writeRule(kind, rule);
        _checkOrder();
    }

    /// @notice Lists functions of targets as some kinds; as constitutional to take them off the list.
    function setKinds(address[] calldata targets, bytes4[] calldata selectors, Kind[] calldata kinds)
        external
        onlyRole(DEFAULT_ADMIN_ROLE)
    {
        if (targets.length != selectors.length || targets.length != kinds.length) {
            revert InvalidListLength(targets.length, selectors.length, kinds.length);
        }
        for (uint256 i = 0; i < targets.length; ++i) {
            if (targets[i] == address(this)) revert KindsAreConstitutional();
            _listed[targets[i]][selectors[i]] = kinds[i] == Kind.Constitutional ? 0 : uint8(kinds[i]) + 1;
            emit KindSet(targets[i], selectors[i], kinds[i]);
        }
    }

    /// @dev Votes are counted a second ago, as the governor counts them for its own threshold, `base`. At
    /// least one is needed: a fraction of nothing is nothing.
    function _checkThreshold(IERC5805 votes, address proposer, uint256 base, uint16 thresholdBps)
        private
        view
        returns (uint208)
    {
        uint256 before = votes.clock() - 1;
        uint256 ofKind = votes.getPastTotalSupply(before) * thresholdBps / BASIS_POINTS;
        uint256 needed = Math.max(1, Math.max(base, ofKind));
        uint256 held = votes.getPastVotes(proposer, before);
        if (held < needed) revert IGovernor.GovernorInsufficientProposerVotes(proposer, held, needed);
        return SafeCast.toUint208(needed);
    }

    function _writeRule(Kind kind, Rule memory rule) private {
        if (rule.approvalBps < MIN_APPROVAL || rule.approvalBps > BASIS_POINTS) {
            revert ApprovalOutOfBounds(kind, rule.approvalBps, MIN_APPROVAL, BASIS_POINTS);
        }
        uint16 fraction = uint16(Math.max(rule.thresholdBps, rule.quorumBps));
        if (fraction > BASIS_POINTS) revert FractionOutOfBounds(kind, fraction, BASIS_POINTS);
        uint32 period = uint32(Math.max(rule.votingPeriod, rule.delay));
        if (period > MAX_PERIOD) revert PeriodOutOfBounds(kind, period, MAX_PERIOD);
        _rules[kind] = rule;
        emit RuleSet(kind, rule);
    }

    /// @dev What coins may be sent is not in the order: it is a limit, not a hurdle.
    function _checkOrder() private view {
        Rule memory hardest = _rules[Kind.Constitutional];
        Rule memory all = strictest(type(uint8).max);
        if (
            hardest.thresholdBps < all.thresholdBps || hardest.quorumBps < all.quorumBps
                || hardest.approvalBps < all.approvalBps || hardest.votingPeriod < all.votingPeriod
                || hardest.delay < all.delay
        ) revert ConstitutionalRuleEasier(hardest, all);
    }

    function _bit(Kind kind) private pure returns (uint8) {
        return uint8(1) << uint8(kind);
    }
}

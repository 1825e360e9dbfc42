// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What a registry of models needs of the gate its versions pass through.
/// @notice A subject is a version together with its four hashes: other hashes are another subject.
interface IModelGate {
    /// @notice What an attestation is about. 0 is bias, 1 safety, 2 quality.
    enum Criterion {
        Bias,
        Safety,
        Quality
    }

    /// @notice What an auditor looked at: the weights, the code or architecture, the commitment to the
    /// training data, and the evaluation suite with its results.
    struct Hashes {
        bytes32 weights;
        bytes32 code;
        bytes32 data;
        bytes32 evaluation;
    }

    /// @notice The subject of a version with these hashes.
    function subjectOf(uint256 versionId, Hashes calldata hashes) external pure returns (bytes32 subject);

    /// @notice Whether the subject would be admitted at this moment.
    function passes(bytes32 subject) external view returns (bool);

    /// @notice The first second at which the admitted subject no longer is, or is no longer known to be.
    /// A second in the past never changes any more. 0 if it was never admitted.
    function admittedUntil(bytes32 subject) external view returns (uint48);

    /// @notice Admits a subject that passes, and judges it by the policy of this moment from now on.
    /// @return evidence Commitment to the attestations that counted.
    function admit(bytes32 subject) external returns (bytes32 evidence);

    /// @notice A dispute on the subject was opened: the stakes of its attesters stay.
    function hold(bytes32 subject) external;

    /// @notice A dispute on the subject has ended.
    function letGo(bytes32 subject) external;

    /// @notice Slashes whoever vouched for the subject on a criterion.
    /// @return assets Tokens sent to the recipient, in wei.
    function condemn(bytes32 subject, Criterion criterion, address recipient) external returns (uint256 assets);
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What a market needs to know of the registry of models.
interface IDeployable {
    /// @notice Whether a version may run now: admitted, and neither suspended, deprecated nor revoked.
    function isDeployable(uint256 versionId) external view returns (bool deployable);

    /// @notice The model a version belongs to.
    function modelOf(uint256 versionId) external view returns (uint256 modelId);

    /// @notice Who sets the price of a version and earns from it.
    function developerOf(uint256 versionId) external view returns (address developer);
}

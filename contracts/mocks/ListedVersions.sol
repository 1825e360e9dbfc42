// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDeployable} from "../interfaces/IDeployable.sol";

/// @title A registry that says of versions what it was told.
contract ListedVersions is IDeployable {
    /// @notice One version.
    struct Version {
        uint256 modelId;
        address developer;
        bool deployable;
    }

    mapping(uint256 versionId => Version) private _versions;

    /// @notice Sets what is said of a version.
    function set(uint256 versionId, uint256 modelId, address developer, bool deployable) external {
        _versions[versionId] = Version(modelId, developer, deployable);
    }

    /// @inheritdoc IDeployable
    function isDeployable(uint256 versionId) external view returns (bool) {
        return _versions[versionId].deployable;
    }

    /// @inheritdoc IDeployable
    function modelOf(uint256 versionId) external view returns (uint256) {
        return _versions[versionId].modelId;
    }

    /// @inheritdoc IDeployable
    function developerOf(uint256 versionId) external view returns (address) {
        return _versions[versionId].developer;
    }
}

"""JSON-RPC over HTTP: one request, its result or a readable error, and no secret in any message."""

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

from governance.chain.protocol import Reverted
from governance.errors import ChainError, InputError

if TYPE_CHECKING:
    from web3 import HTTPProvider

_METHOD_NOT_FOUND = -32_601
_HEX = re.compile(r"0x(?:[0-9a-fA-F]{2})*")


class NodeError(ChainError):
    """The node answered with an error that is not a revert; ``code`` is its JSON-RPC code."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


def mask(url: str) -> str:
    """Return a URL without what may be secret: user, path, query and fragment."""
    parts = urlsplit(url)
    host = parts.hostname or "?"
    port = f":{parts.port}" if parts.port else ""
    secret = "/…" if parts.path.strip("/") or parts.query or parts.username else ""
    return f"{parts.scheme}://{host}{port}{secret}"


def _provider(url: str) -> "HTTPProvider":
    with warnings.catch_warnings():
        # web3 7.16 imports the deprecated half of websockets, which this program never uses.
        warnings.simplefilter("ignore", DeprecationWarning)
        from web3 import HTTPProvider
    return HTTPProvider(url, request_kwargs={"timeout": 30.0})


class JsonRpc:
    """A node behind an HTTP address, of which messages show only scheme, host and port.

    Raises
    ------
    InputError
        If the address is not HTTP.
    """

    def __init__(self, url: str) -> None:
        if urlsplit(url).scheme not in ("http", "https"):
            raise InputError("the RPC address must start with http:// or https://")
        self.name = mask(url)
        self._url = url
        self._provider = _provider(url)

    def request(self, method: str, *params: Any) -> Any:
        """Send one JSON-RPC request and return its result.

        Raises
        ------
        Reverted
            If a contract refused.
        ChainError
            If the node answers with another error, or does not answer.
        """
        with self._reaching(method):
            answer = self._provider.make_request(method, params)
        return self._result(method, answer)

    def request_all(self, calls: Sequence[tuple[Any, Sequence[Any]]]) -> list[Any]:
        """Send many requests, each a method and its parameters, at once; return their results.

        Raises
        ------
        Reverted, ChainError
            As :meth:`request` does, for the first that fails; the others were done nevertheless.
        """
        if not calls:
            return []
        methods = [method for method, _ in calls]
        with self._reaching(methods[0]):
            answers = self._provider.make_batch_request(list(calls))
        if isinstance(answers, dict):
            self._explain(methods[0], answers.get("error"))
        if len(answers) != len(calls):
            raise ChainError(f"{self.name} answered {len(answers)} of {len(calls)} requests")
        return [self._result(*pair) for pair in zip(methods, answers, strict=True)]

    @contextmanager
    def _reaching(self, method: str) -> Iterator[None]:
        from requests.exceptions import RequestException

        try:
            yield
        except (RequestException, OSError, ValueError) as error:
            reason = type(error).__name__
            raise ChainError(
                f"{self.name} does not answer {method} ({reason}): is the node running, "
                "and is the address right?"
            ) from None

    def _result(self, method: str, answer: Any) -> Any:
        if "error" in answer:
            self._explain(method, answer["error"])
        return answer.get("result")

    def _explain(self, method: str, error: Any) -> NoReturn:
        details = error if isinstance(error, dict) else {"message": str(error)}
        message = str(details.get("message", "no message"))
        data = _revert_data(details.get("data"))
        if data is not None:
            raise Reverted(data) from None
        if "revert" in message.lower():
            raise Reverted(b"") from None
        code = int(details.get("code", 0))
        if code == _METHOD_NOT_FOUND:
            message = "it does not support this method"
        raise NodeError(f"{self.name} refused {method}: {self._scrub(message)}", code) from None

    def _scrub(self, message: str) -> str:
        parts = urlsplit(self._url)
        for secret in (self._url, parts.path.strip("/"), parts.query, parts.password or ""):
            if len(secret) > 3:
                message = message.replace(secret, "…")
        return message


def _revert_data(data: Any) -> bytes | None:
    if isinstance(data, dict):
        data = data.get("data")
    if not isinstance(data, str):
        return None
    found = _HEX.search(data)
    return bytes.fromhex(found[0][2:]) if found else None

"""A node on loopback that answers from a table."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answers = dict[str, Any]


class FakeNode:
    """A node on loopback that answers from a table and remembers what it was asked."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self.asked: list[tuple[str, Any]] = []
        node = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                size = int(self.headers["Content-Length"])
                request = json.loads(self.rfile.read(size))
                body = json.dumps(node.answer(request)).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                del args

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def answer(self, request: Any) -> Any:
        """Look a method up; a dict with ``error`` is an error, what is not there is unknown."""
        method = request["method"]
        self.asked.append((method, request["params"]))
        unknown = {"error": {"code": -32601, "message": "the method is not available"}}
        found = self.answers.get(method, unknown)
        if isinstance(found, dict) and "error" in found:
            return {"jsonrpc": "2.0", "id": request["id"], **found}
        return {"jsonrpc": "2.0", "id": request["id"], "result": found}


PUBLIC: Answers = {
    "eth_chainId": "0x1",
    "web3_clientVersion": "Geth/v1.15.0",
    "eth_accounts": [],
    "eth_estimateGas": "0x5208",
    "eth_getBlockByNumber": {"timestamp": "0x10", "baseFeePerGas": hex(30 * 10**9)},
    "eth_maxPriorityFeePerGas": hex(2 * 10**9),
    "eth_getTransactionCount": "0x7",
    "eth_sendRawTransaction": "0x" + "ab" * 32,
    "eth_getTransactionReceipt": {
        "transactionHash": "0x" + "ab" * 32,
        "blockNumber": "0x2",
        "gasUsed": "0x5208",
        "status": "0x1",
        "logs": [],
    },
}

"""Tests talk to this machine only."""

import socket

import pytest


def test_other_hosts_are_out_of_reach():
    with pytest.raises(Exception, match="A test tried to use"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)

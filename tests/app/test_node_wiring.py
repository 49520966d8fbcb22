"""What a node is told, and that there is one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pagemill.app.lock import is_node_running, node_lock
from pagemill.app.node import node_id
from pagemill.app.plugins import plugin_engines
from pagemill.errors import PagemillError


def test_the_lock_is_seen_by_others_and_free_afterwards(tmp_path: Path) -> None:
    assert not is_node_running(tmp_path)
    with node_lock(tmp_path):
        assert is_node_running(tmp_path)
        with pytest.raises(PagemillError) as refused, node_lock(tmp_path):
            pass
        assert refused.value.code == "node_running"
    assert not is_node_running(tmp_path)


def test_the_lock_is_free_when_its_holder_is_killed(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from pagemill.app.lock import node_lock\n"
        "with node_lock(Path(sys.argv[1])):\n    print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=dict(os.environ),
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert is_node_running(tmp_path)
        holder.kill()
        holder.wait()
    assert not is_node_running(tmp_path)


def test_a_data_folder_keeps_its_name(tmp_path: Path) -> None:
    first = node_id(tmp_path)
    assert ":" not in first
    assert node_id(tmp_path) == first


def test_plugin_engines_go_by_their_own_names() -> None:
    found = plugin_engines(
        "pagemill.testing.engines:CountEngine, pagemill.testing.engines:SlowEngine"
    )
    assert sorted(found) == ["count", "slow"]
    assert found["slow"]().name == "slow"


@pytest.mark.parametrize("spec", ["nothing", "no.such.module:Engine", "os:NoSuchEngine"])
def test_a_plugin_that_cannot_be_loaded_is_named(spec: str) -> None:
    with pytest.raises(PagemillError) as refused:
        plugin_engines(spec)
    assert refused.value.code == "invalid_options"
    assert spec in refused.value.message

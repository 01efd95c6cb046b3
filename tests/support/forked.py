"""The command ``kg`` in a process of its own, forked from one that has read the code already."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

_PROGRAM: Final = """
import json, os, sys
from kg.cli import main

for line in sys.stdin:
    job = json.loads(line)
    pid = os.fork()
    if not pid:
        os.environ.clear()
        os.environ.update(job["environment"])
        for number, name in enumerate(("in", "out", "err")):
            flags = os.O_WRONLY if number else os.O_RDONLY
            os.dup2(os.open(os.path.join(job["folder"], name), flags), number)
        sys.stdin = open(0, encoding="utf-8", closefd=False)
        sys.argv = ["kg", *job["arguments"]]
        main()
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""


def run_kg(
    arguments: Sequence[str], environment: Mapping[str, str], stdin: str = ""
) -> "subprocess.CompletedProcess[str]":
    """Run ``kg`` with arguments, environment and standard input; return what came of it."""
    process = _process()
    assert process.stdin
    assert process.stdout
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for channel, content in (("in", stdin), ("out", ""), ("err", "")):
            (folder / channel).write_text(content, encoding="utf-8")
        job = {"arguments": arguments, "environment": dict(environment), "folder": name}
        process.stdin.write(json.dumps(job) + "\n")
        process.stdin.flush()
        status = int(process.stdout.readline())
        out, err = ((folder / channel).read_text(encoding="utf-8") for channel in ("out", "err"))
    return subprocess.CompletedProcess(["kg", *arguments], status, out, err)


@cache
def _process() -> "subprocess.Popen[str]":
    # It ends with its standard input, that is with this process.
    return subprocess.Popen(
        [sys.executable, "-c", _PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )

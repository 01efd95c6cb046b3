"""The programs of the query workers and of the template that they are forked from.

Run as a file, not as a module, so that it starts in milliseconds: it imports nothing of ours. The
template opens the store once; every worker is a fork of it, parses and evaluates queries one at a
time, and is killed when it takes too long. The other ends of their standard inputs are sockets of
``kg.store.template`` and ``kg.store.runner``. A message is a length of four bytes and JSON; with
each question comes the descriptor of the file that takes the answer.

Three limits stand before the first question: address space, no core files, and no descriptor
but the one that the answer needs. So a query cannot open a connection, whatever it says.
"""

import ctypes
import gc
import json
import os
import re
import resource
import signal
import socket
import struct
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pyoxigraph as ox

Message = Mapping[str, Any]

_LENGTH: Final = struct.Struct("!I")
_PARENT_DEATH_SIGNAL: Final = 1
_POSITION: Final = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_FAULTS: Final = (OSError, RuntimeError, ValueError, SyntaxError, MemoryError)
_PEAK: Final = re.compile(rb"VmHWM:\s*(\d+) kB")
_WITH_PREFIXES: Final = (ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG, ox.RdfFormat.RDF_XML)


def send_message(connection: socket.socket, message: Message, files: Sequence[int] = ()) -> None:
    """Send a message and, with its first byte, descriptors."""
    body = json.dumps(message).encode()
    socket.send_fds(connection, [_LENGTH.pack(len(body))], files)
    connection.sendall(body)


def receive_message(connection: socket.socket) -> tuple[Message, list[int]]:
    """Return the next message and the descriptors that came with it.

    Raises ``EOFError`` when the other end has gone.
    """
    head, files, _, _ = socket.recv_fds(connection, _LENGTH.size, 2)
    head += _receive(connection, _LENGTH.size - len(head)) if head else b""
    if not head:
        raise EOFError
    message: Message = json.loads(_receive(connection, *_LENGTH.unpack(head)))
    return message, files


def _receive(connection: socket.socket, size: int) -> bytes:
    parts = []
    while size:
        parts.append(connection.recv(min(size, 1 << 16)))
        size -= len(parts[-1])
        if not parts[-1]:
            raise EOFError
    return b"".join(parts)


class _Refusal(Exception):  # noqa: N818  an answer, not a fault of the worker
    """Why there is no answer; what goes back instead of one."""

    def __init__(self, error: str, **members: object) -> None:
        super().__init__(error)
        self.message: Message = {"error": error, **members}


class _Spool:
    """Writes to a descriptor until a limit is reached."""

    def __init__(self, descriptor: int, limit: int) -> None:
        self._descriptor = descriptor
        self._limit = limit
        self.size = 0

    def write(self, data: bytes) -> int:
        self._write(data)
        return len(data)

    def _write(self, data: bytes) -> None:
        self.size += len(data)
        if self.size > self._limit:
            raise _Refusal("size")
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError as error:
            raise _Refusal("spool", message=str(error)) from None

    def flush(self) -> None:
        """Nothing is held back."""


class _XmlSpool(_Spool):
    """Keeps XML readable: the engine writes carriage returns and control characters as they are.

    A parser reads a bare carriage return as a line feed, and most control characters cannot
    stand in XML at all (https://www.w3.org/TR/xml/#charsets).
    """

    _FORBIDDEN: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
    _tail = b""

    def write(self, data: bytes) -> int:
        if self._FORBIDDEN.search(self._tail + data):
            raise _Refusal("xml")
        self._tail = data[-2:]
        self._write(data.replace(b"\r", b"&#xD;"))
        return len(data)


class Worker:
    """Answers questions about one store."""

    def __init__(self, configuration: Message, store: ox.Store) -> None:
        self._store = store
        self._prefixes: dict[str, str] = configuration["prefixes"]
        self._result_limit: int = configuration["result_limit"]
        # Whatever the engine opens or allocates on first use, it shall have before the limits.
        for query in ("ASK { ?s ?p ?o }", "ASK { GRAPH ?g { ?s ?p ?o } }"):
            store.query(query)

    def answer(self, question: Message, descriptor: int) -> Message:
        """Write the result of a query to a descriptor; say what it is, or why there is none."""
        try:
            results = self._evaluate(question)
            if isinstance(results, ox.QueryTriples):
                return self._write_graph(results, question["graph"], descriptor)
            return self._write_solutions(results, question["solutions"], descriptor)
        except _Refusal as refusal:
            return refusal.message
        except (SyntaxError, MemoryError, OSError, RuntimeError, ValueError) as error:
            return _explain(error)

    def _evaluate(self, question: Message) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        results = self._query(question, question["query"])
        star, order = question["star"], question["columns"]
        if star is None or not isinstance(results, ox.QuerySolutions):
            return results
        # The engine sorts the columns of SELECT *; they shall stand in order of appearance.
        found = {variable.value for variable in results.variables}
        columns = [name for name in order if name in found]
        if len(columns) != len(found) or len(columns) < 2:
            return results
        text = question["query"]
        projection = " ".join(f"?{name}" for name in columns)
        return self._query(question, f"{text[:star]} {projection} {text[star + 1 :]}")

    def _query(
        self, question: Message, text: str
    ) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        default, named = question["default_graphs"], question["named_graphs"]
        if not default and not named:
            return self._store.query(text, base_iri=question["base"])
        # https://www.w3.org/TR/sparql11-protocol/#dataset: a dataset that is given replaces
        # all; what is not given of it is empty.
        return self._store.query(
            text,
            base_iri=question["base"],
            default_graph=[ox.NamedNode(iri) for iri in default],
            named_graphs=[ox.NamedNode(iri) for iri in named],
        )

    def _write_solutions(
        self,
        results: ox.QuerySolutions | ox.QueryBoolean,
        media_type: str | None,
        descriptor: int,
    ) -> Message:
        kind = "ask" if isinstance(results, ox.QueryBoolean) else "select"
        chosen = ox.QueryResultsFormat.from_media_type(media_type) if media_type else None
        if chosen is None:
            raise _Refusal("kind", kind=kind)
        spool = self._spool(descriptor, is_xml=chosen == ox.QueryResultsFormat.XML)
        results.serialize(spool, chosen)  # type: ignore[arg-type]
        return {"kind": kind, "media_type": media_type, "size": spool.size}

    def _write_graph(
        self, results: ox.QueryTriples, media_type: str | None, descriptor: int
    ) -> Message:
        chosen = ox.RdfFormat.from_media_type(media_type) if media_type else None
        if chosen is None:
            raise _Refusal("kind", kind="graph")
        spool = self._spool(descriptor, is_xml=chosen == ox.RdfFormat.RDF_XML)
        prefixes = self._prefixes if chosen in _WITH_PREFIXES else None
        ox.serialize(results, spool, chosen, prefixes=prefixes)  # type: ignore[arg-type]
        return {"kind": "graph", "media_type": media_type, "size": spool.size}

    def _spool(self, descriptor: int, *, is_xml: bool) -> _Spool:
        return (_XmlSpool if is_xml else _Spool)(descriptor, self._result_limit)


def _explain(error: Exception) -> Message:
    match error:
        case SyntaxError():
            return _syntax_error(error)
        case MemoryError():
            return {"error": "memory"}
        case OSError():
            return {"error": "connection"}
    return {"error": "evaluation", "message": str(error)}


def _syntax_error(error: SyntaxError) -> Message:
    match = _POSITION.fullmatch(str(error))
    if not match:
        return {"error": "syntax", "line": None, "column": None, "message": str(error)}
    line, column, message = match.groups()
    return {"error": "syntax", "line": int(line), "column": int(column), "message": message}


def _die_with_parent(parent: int) -> None:
    """Let the kernel kill this process when the thread that started it ends (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit()


def _open_status() -> int | None:
    """Open what tells of this process, while there are descriptors (Linux)."""
    try:
        return os.open("/proc/self/status", os.O_RDONLY)
    except OSError:
        return None


def _peak(status: int | None) -> int:
    """Return the most memory that this process has held, in KiB.

    On Linux ``ru_maxrss`` would not do: it begins with what the parent held when it forked.
    """
    found = _PEAK.search(os.pread(status, 1 << 14, 0)) if status is not None else None
    return int(found[1]) if found else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _forbid_descriptors() -> None:
    """Leave one descriptor free: every lower number is taken, so none is left for a socket."""
    free = os.dup(0)
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free + 1, free + 1))


def _copy(configuration: Message) -> ox.Store | None:
    """Return a copy of the store in memory, None if it is too large for that.

    A store on disk has threads, which do not live through a fork: it is closed again.
    """
    disk = ox.Store.read_only(configuration["store"])
    if len(disk) > configuration["copy_limit"]:
        return None
    memory = ox.Store()
    memory.bulk_extend(iter(disk))
    return memory


def _fork_worker(
    configuration: Message, memory: ox.Store | None, connection: socket.socket, files: Sequence[int]
) -> int:
    """Return the process that answers on another connection; in that process, do not return."""
    template = os.getpid()
    pid = os.fork()
    if pid:
        for descriptor in files:
            os.close(descriptor)
        return pid
    connection.detach()
    for descriptor, standard in zip(files, (0, 2), strict=True):
        os.dup2(descriptor, standard)
        os.close(descriptor)
    _die_with_parent(template)
    _serve(configuration, memory)
    os._exit(0)


def _serve(configuration: Message, memory: ox.Store | None) -> None:
    """Answer questions from standard input until it closes."""
    connection = socket.socket(fileno=0)
    try:
        store = ox.Store.read_only(configuration["store"]) if memory is None else memory
        worker = Worker(configuration, store)
    except _FAULTS as error:
        send_message(connection, _fault(error))
        return
    status = _open_status()
    _forbid_descriptors()
    send_message(connection, {"ready": True})
    while True:
        try:
            question, (descriptor,) = receive_message(connection)
        except EOFError:
            return
        answer = worker.answer(question, descriptor)
        os.close(descriptor)
        send_message(connection, {**answer, "peak": _peak(status)})


def _fault(error: Exception) -> Message:
    return {"fault": str(error) or type(error).__name__}


def _reap(pid: int) -> int:
    """Wait for the end of a worker, and bring it about if need be; return the exit code."""
    deadline = time.monotonic() + 1.0
    ended = status = 0
    while not ended:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if not ended:
            time.sleep(0.001)
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(status)


def main() -> None:
    """Fork workers and wait for their ends, as standard input asks, until it closes."""
    connection = socket.socket(fileno=0)
    configuration, _ = receive_message(connection)
    _die_with_parent(configuration["parent"])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (configuration["memory"],) * 2)
    try:
        memory = _copy(configuration)
    except _FAULTS as error:
        send_message(connection, _fault(error))
        return
    # What is there now is for all workers: their garbage collectors need not look at it.
    gc.freeze()
    send_message(connection, {"ready": True})
    while True:
        try:
            request, files = receive_message(connection)
        except EOFError:
            return
        try:
            if request["want"] == "worker":
                pid = _fork_worker(configuration, memory, connection, files)
                send_message(connection, {"pid": pid})
            else:
                send_message(connection, {"code": _reap(request["pid"])})
        except OSError as error:
            send_message(connection, _fault(error))


if __name__ == "__main__":
    main()

"""Who reaches what (section 4), as one table: every caller in every way of calling, on every guarded route.

A cell is one request to the real executable. What must come of it is worked out by `verdict`, which is written from the
contract alone; what came of it is the answer and, exactly, what reached Luna-Streams. The contract leaves one thing
open, the order in which several faults of one request are told: what the head alone shows comes first, then whose the
stream is, then the content.
"""

from __future__ import annotations

import itertools
import json
import random
import uuid
from dataclasses import dataclass

import pytest

from accounts import VERBS, Person, bearer, create_account, create_token
from origins import GuardedStreamsOrigin
from origins.guarded_streams import MARKER
from proxy_process import command
from vocabulary import STREAM, VERB, route
from wire import Connection

READS = ("GET", "HEAD")
#: Members that a program which reads and writes JSON anew would change: number forms, order, escapes, white space.
MEMBERS = '"z": 1.50e+3,"data" : {"account_id": "%s"},\t"a": 12345678901234567890, "n": "\\u0041\\/ü"}'
PASSES = (0, 0)


@dataclass(frozen=True)
class Caller:
    """Somebody with credentials. `visibility` and `verbs` are the token's, and empty for other credentials."""

    field: "tuple[str, str]"
    account_id: str
    type: str
    visibility: str = ""
    verbs: "tuple[str, ...]" = ()


@dataclass(frozen=True)
class Call:
    """A request by its parts: whose stream it names, and which account its query and its content do."""

    method: str
    path: str
    stream: str
    query: str
    body: str


def calls() -> "list[Call]":
    """Every guarded route with every method of it, in all ways to name accounts."""
    routes = [
        ("/streams", ("GET", "HEAD", "POST", "DELETE")),
        ("/streams/count", ("GET", "HEAD")),
        ("/streams/logs", ("GET", "HEAD", "DELETE")),
        ("/streams/{}", ("GET", "HEAD", "PUT", "DELETE")),
        ("/streams/{}/preview/handler/live", ("GET",)),
        ("/streams/{}/preview/handler/frame", ("GET", "HEAD")),
    ]
    found = []
    for path, methods in routes:
        for method in methods:
            streams = ("own", "foreign", "absent") if "{}" in path else ("",)
            bodies = ("none", "own", "foreign") if method in ("POST", "PUT") else ("",)
            queries = ("", "others", "own", "foreign")
            found += [Call(method, path, *parts) for parts in itertools.product(streams, queries, bodies)]
    return found


def verdict(caller: Caller, call: Call) -> "tuple[int, int]":
    """Status and code of the refusal, or `PASSES`; straight from the contract."""
    if caller.visibility == "all" and caller.type == "user":
        return 403, 11062
    if caller.visibility and VERB[call.method] not in caller.verbs:
        return 403, 11059
    is_wide = caller.type in ("advanced_user", "admin") and caller.visibility != "account"
    if is_wide and call.method in READS:
        return PASSES
    if call.query == "foreign":
        return 403, 11063
    if call.stream == "absent":
        return 404, 39001
    if call.stream == "foreign":
        return (403, 11063) if is_wide else (404, 39001)
    return (403, 11063) if call.body == "foreign" else PASSES


class Table:
    """A proxy with separation, its callers, and streams of theirs and of somebody else's."""

    def __init__(self, start_proxy) -> None:
        self.origin = GuardedStreamsOrigin()
        self.proxy = start_proxy(self.origin, workers=1, isolation=1, account_header=1)
        self.callers: "dict[str, list[Caller]]" = {}
        for kind in ("user", "advanced_user", "admin"):
            person = create_account(self.proxy.folder, f"{kind}@visionlabs.ai".replace("_", ""), f"canary-{kind}", kind)
            self.callers[f"{kind}-basic"] = [Caller(person.basic, person.account_id, kind)]
            self.callers[f"{kind}-header"] = [
                Caller(("Luna-Account-Id", text), person.account_id, kind)
                for text in (person.account_id, person.account_id.upper())
            ]
            self._add_tokens(person, kind, "account")
            if kind != "user":
                self._add_tokens(person, kind, "all")
        person = create_account(self.proxy.folder, "down@visionlabs.ai", "canary-down", "advanced_user")
        self._add_tokens(person, "user", "all")
        command(self.proxy.folder, "account", "update", "--login", person.login, "--type", "user")
        self.foreign_account = create_account(self.proxy.folder, "other@visionlabs.ai", "canary-other").account_id
        self.streams = {
            caller.account_id: self.origin.add(caller.account_id) for group in self.callers.values() for caller in group
        }
        self.foreign_stream = self.origin.add(self.foreign_account)

    def _add_tokens(self, person: Person, kind: str, visibility: str) -> None:
        """A token for each set of verbs."""
        sets = [verbs for size in range(5) for verbs in itertools.combinations(VERBS, size)]
        self.callers[f"{kind}-{visibility}-tokens"] = [
            Caller(
                bearer(create_token(self.proxy.folder, person.login, verbs, "--visibility-area", visibility)[1]),
                person.account_id,
                kind,
                visibility,
                verbs,
            )
            for verbs in sets
        ]

    def request(self, caller: Caller, call: Call) -> "tuple[str, list[str], bytes | None]":
        """The path below the prefix, the parameters of the query, the content."""
        accounts = {"own": caller.account_id, "foreign": self.foreign_account}
        streams = {
            "own": self.streams[caller.account_id],
            "foreign": self.foreign_stream,
            "absent": str(uuid.uuid4()),
            "": "",
        }
        others = ["page_size=5", "name=a%2Fb%20c", "x="]
        query = {"": [], "others": others}.get(call.query)
        if query is None:
            query = [others[0], f"account_id={accounts[call.query]}", *others[1:]]
        content = None
        if call.body:
            own = f'"account_id": "{accounts[call.body]}", ' if call.body != "none" else ""
            content = ("{ " + own + MEMBERS % self.foreign_account).encode()
        return call.path.format(streams[call.stream]), query, content


CALLERS = [f"{kind}-{what}" for kind in ("user", "advanced_user", "admin") for what in ("basic", "header")]
CALLERS += ["user-account-tokens", "user-all-tokens"]
CALLERS += [f"{kind}-{visibility}-tokens" for kind in ("advanced_user", "admin") for visibility in ("account", "all")]


@pytest.fixture(scope="module")
def table(start_module_proxy) -> Table:
    return Table(start_module_proxy)


def what_is_wrong(caller: Caller, call: Call, sent, answer, reached) -> str:
    """Empty where the answer and what reached Luna-Streams are as they must be."""
    path, query, content = sent
    status, code = verdict(caller, call)
    if (status, code) != PASSES:
        if reached:
            return f"reached Luna-Streams as {reached[0].head}"
        got = (answer.status, code if call.method == "HEAD" else answer.code)
        return "" if got == (status, code) else f"{got} instead of {(status, code)}"
    absent = call.stream == "absent"
    status = 404 if absent else {"POST": 201, "DELETE": 204}.get(call.method, 200)
    if answer.status != status:
        return f"{answer.status} instead of {status}: {answer.content[:300]!r}"
    if len(reached) != 1:
        return f"{len(reached)} requests for one"
    (request,) = reached
    if request.method != call.method:
        return f"came as {request.method}"
    if request.fields.all("Luna-Account-Id") != [caller.account_id] or "authorization" in request.fields:
        return f"came with {request.fields}"
    came_path, mark, came_query = request.target.partition("?")
    if came_path != f"/1{path}":
        return f"came to {came_path}"
    own = f"account_id={caller.account_id}"
    parameters = came_query.split("&") if mark else []
    is_wide = call.method in READS and caller.type != "user" and caller.visibility != "account"
    if not is_wide:
        if call.stream or call.method == "POST":
            query = [parameter for parameter in query if parameter != own]
        elif parameters.count(own) == 1:
            parameters.remove(own)
            query = [parameter for parameter in query if parameter != own]
        else:
            return f"not for the own account alone: {came_query}"
    if parameters != query:
        return f"query {came_query} from {query}"
    return wrong_content(content, request.content, caller.account_id)


def wrong_content(sent: "bytes | None", came: bytes, account_id: str) -> str:
    """The content goes on byte for byte, but for an `account_id` of the caller's that is put in."""
    if sent is None:
        return f"content {came!r}" if came else ""
    members = json.loads(came, object_pairs_hook=list)
    if [value for name, value in members if name == "account_id"] != [account_id]:
        return f"content {came!r}"
    added = f'"account_id":"{account_id}",'.encode()
    return "" if came == sent or came.replace(added, b"", 1) == sent else f"content {came!r}"


def run(table: Table, cells: "list[tuple[Caller, Call]]") -> "list[str]":
    """Asks them one after the other on one connection; gives what is wrong."""
    table.origin.forget()
    asked = []
    connection = table.proxy.connect()
    for number, (caller, call) in enumerate(cells):
        path, query, content = sent = table.request(caller, call)
        target = route(path) + ("?" + "&".join(query) if query else "")
        fields = [caller.field, (MARKER, str(number))]
        if content is not None:
            fields.append(("Content-Type", "application/json"))
        connection.ask(call.method, target, fields, content)
        answer = connection.read_answer()
        asked.append((caller, call, sent, answer))
        if "close" in answer.fields.options("Connection"):
            connection.close()
            connection = table.proxy.connect()
    connection.close()
    reached: "dict[str, list]" = {}
    for request in table.origin.clients:
        reached.setdefault(request.fields.one(MARKER), []).append(request)
    faults = []
    for number, (caller, call, sent, answer) in enumerate(asked):
        fault = what_is_wrong(caller, call, sent, answer, reached.get(str(number), []))
        if fault:
            faults.append(f"{caller.type} {caller.visibility} {caller.verbs} {call}: {fault}")
    return faults


@pytest.mark.parametrize("group", CALLERS)
def test_every_cell(table, group):
    cells = list(itertools.product(table.callers[group], calls()))
    faults = run(table, cells)
    assert not faults, f"{len(faults)} of {len(cells)} cells: " + "\n".join(faults[:20])


def test_cells_in_any_order(table):
    """One caller's decision, query edit or ownership never stays behind for the next one."""
    everybody = [caller for group in table.callers.values() for caller in group]
    cells = [cell for cell in itertools.product(everybody, calls()) if VERB[cell[1].method] in (cell[0].verbs or VERBS)]
    faults = run(table, random.Random(20240611).sample(cells, 1500))
    assert not faults, "\n".join(faults[:20])


def test_the_table_names_every_guarded_route():
    from vocabulary import OPEN, ROUTES

    guarded = {(path.replace(STREAM, "{}"), method) for path, methods, _ in ROUTES if path not in OPEN for method in methods}
    assert {(call.path, call.method) for call in calls()} == guarded

"""Luna-Accounts as the source of decisions: what it is asked and how often, and what its answers and failures lead to."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import time
import urllib.request
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from accounts import VERBS, basic, bearer
from origins import AccountsServiceOrigin, BlackholeOrigin, EchoOrigin, GuardedStreamsOrigin, LiveOrigin, LoadOrigin, RefusingOrigin
from origins.accounts_service import answer, refusal
from proxy_process import PREFIX, run_command
from vocabulary import LIVE, assert_error, challenges
from wire import eventually

_REPOSITORY = Path(__file__).resolve().parents[2]
DEMO = Path(os.environ.get("DEMO_LUNA_ACCOUNTS", _REPOSITORY / ".build/release/demo-luna-accounts")).resolve()
ACCOUNT = "6d071cca-fda5-4a03-84d5-5bea65904480"
TOKEN_ID = "0b2c6b1e-9d4c-4e2b-8f0a-7f3f1c2d4e5f"
TOKEN = bearer("canary.token-of_luna~accounts.1b4d")
BASIC = basic("ann@visionlabs.ai", "canary-password-of-luna-accounts")
HEADER = ("Luna-Account-Id", ACCOUNT)
EVERYTHING = {"account_id": ACCOUNT, "account_type": "user", "permissions": {"streams": list(VERBS)}}
SECRETS = [TOKEN[1].split()[1], BASIC[1].split()[1], "canary"]


@pytest.fixture
def service():
    """A Luna-Accounts that knows three credentials of one account."""
    origin = AccountsServiceOrigin()
    origin.start()
    origin.knows(TOKEN, token_id=TOKEN_ID, **EVERYTHING)
    origin.knows(BASIC, account_id=ACCOUNT, account_type="user")
    origin.knows(HEADER, account_id=ACCOUNT, account_type="user")
    yield origin
    origin.close()


@pytest.fixture
def guarded(start_proxy, service):
    """Starts proxies with that Luna-Accounts, or another; checks at the end that they printed no secret."""
    proxies = []

    def start(origin=None, accounts_url=None, verification=None, timeouts=None, cache=None, workers=2, **changes):
        plugin = {"decision-cache": cache or {}, **changes.pop("plugin", {})}
        proxy = start_proxy(
            origin or EchoOrigin(),
            workers,
            account_header=1,
            ADDITIONAL_SERVICES_USAGE={"LUNA_ACCOUNTS": 1},
            LUNA_ACCOUNTS_ADDRESS={"origin": accounts_url or service.url},
            LUNA_ACCOUNTS_TIMEOUTS=timeouts or {},
            LUNA_ACCOUNTS_VERIFICATION=verification or {},
            plugin=plugin,
            **changes,
        )
        proxy.credentials = TOKEN
        proxies.append(proxy)
        return proxy

    yield start
    for proxy in proxies:
        for secret in SECRETS:
            assert secret not in proxy.text


def status(proxy, credentials=TOKEN, method="GET", path="/streams/count") -> int:
    return proxy.ask(method, path, credentials=credentials).status


# What is asked


@pytest.mark.parametrize("credentials", [TOKEN, BASIC, HEADER])
def test_the_credential_is_put_to_luna_accounts(guarded, service, credentials):
    proxy = guarded()
    assert status(proxy, credentials) == 200
    (question,) = service.complete
    assert (question.method, question.target) == ("POST", "/1/verifier")
    assert question.fields.one(credentials[0]) == credentials[1]
    assert question.fields.one("Content-Length") == "0"
    assert question.content == b""
    (request,) = proxy.origin.requests
    assert request.fields.all("Luna-Account-Id") == [ACCOUNT]
    assert request.fields.all("Authorization") == []


def test_by_get(guarded, service):
    proxy = guarded(verification={"method": "GET", "path": "/verify/me"})
    assert status(proxy) == 200
    (question,) = service.complete
    assert (question.method, question.target, question.content) == ("GET", "/1/verify/me", b"")
    assert question.fields.one("Content-Length") is None


def test_as_json(guarded, service):
    names = {"login": "user", "password": "word", "token": "jwt"}
    proxy = guarded(verification={"credential": "json", "json_fields": names})
    service.otherwise = answer(200, EVERYTHING)
    for credentials, expected in (
        (TOKEN, {"jwt": TOKEN[1].split()[1]}),
        (BASIC, {"user": "ann@visionlabs.ai", "word": "canary-password-of-luna-accounts"}),
        (HEADER, {"account_id": ACCOUNT}),
    ):
        service.forget()
        assert status(proxy, credentials) == 200
        (question,) = service.complete
        assert json.loads(question.content) == expected
        assert question.fields.one("Content-Type") == "application/json"
        assert question.fields.all("Authorization") == question.fields.all("Luna-Account-Id") == []


def test_what_can_be_no_credential_is_not_asked_about(guarded, service):
    proxy = guarded()
    for field in (("Authorization", "Bearer a b"), ("Authorization", "Basic !"), ("Authorization", "Digest x"), None):
        assert status(proxy, field) == 401
    assert status(proxy, ("Luna-Account-Id", "x")) == 400
    assert proxy.ask("GET", "/version", credentials=TOKEN).status == 200
    assert service.questions == 0


def test_the_accounts_file_is_not_needed_and_not_used(guarded, service, accounts):
    proxy = guarded()
    (proxy.folder / "accounts.json").unlink()
    assert status(proxy) == 200
    assert status(proxy, accounts.ann.basic) == 401
    for words in (("account", "list"), ("token", "list")):
        done = run_command(*words, "--config", proxy.folder / "config.json")
        assert done.returncode == 78 and "LUNA_ACCOUNTS is on" in done.stderr
    with proxy.connect() as connection:
        connection.ask("GET", "/6/tokens", [BASIC])
        assert_error(connection.read_answer(), 404, 12013)


# How often


@contextmanager
def many_descriptors():
    """The clients and the origins of these tests live in one process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard if hard != resource.RLIM_INFINITY else 65536, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_thousand_requests_ask_one_question(guarded, service):
    with many_descriptors(), ExitStack() as stack:
        proxy = guarded(LoadOrigin())
        service.delay = 1.0
        connections = [stack.enter_context(proxy.connect(30)) for _ in range(1000)]
        for connection in connections:
            connection.ask("GET", PREFIX + "/streams/count", [TOKEN])
        for connection in connections:
            assert connection.read_answer().status == 200
        assert service.questions == 1


def test_an_accepted_credential_is_asked_about_once_in_its_time(guarded, service):
    proxy = guarded(cache={"ttl": 1})
    begin = time.monotonic()
    while time.monotonic() - begin < 3.2:
        assert status(proxy) == 200
    # At 0, 1, 2 and 3 seconds; whatever the number of workers.
    assert 3 <= service.questions <= 4
    gaps = [after - before for before, after in zip(service.times, service.times[1:])]
    assert all(gap > 0.95 for gap in gaps), gaps


def test_a_refused_credential_is_asked_about_once_in_its_time(guarded, service):
    proxy = guarded(cache={"negative_ttl": 0.5, "ttl": 100})
    begin = time.monotonic()
    while time.monotonic() - begin < 1.3:
        assert status(proxy, bearer("unknown")) == 401
    assert 2 <= service.questions <= 3


def test_who_was_refused_may_pass_soon_after(guarded, service):
    proxy = guarded(cache={"negative_ttl": 0.2})
    field = bearer("early")
    assert status(proxy, field) == 401
    service.knows(field, **EVERYTHING)
    eventually(lambda: status(proxy, field) == 200, 2, "the new token to work")


def test_a_revoked_token_is_refused_when_its_time_is_over(guarded, service):
    proxy = guarded(cache={"ttl": 0.5})
    assert status(proxy) == 200
    service.answers.clear()
    took = eventually(lambda: status(proxy) == 401, 3, "the token to be refused")
    assert took < 1.5


def test_no_decision_outlives_its_token(guarded, service):
    proxy = guarded(cache={"ttl": 100})
    end = int(time.time()) + 3
    service.knows(TOKEN, expiration_time=end, **EVERYTHING)
    assert status(proxy) == 200
    # Another worker's cache, and the one that all share, too.
    while time.time() < end + 0.05:
        assert status(proxy) in (200, 401)
    for _ in range(8):
        reply = proxy.ask("GET", "/streams/count")
        assert_error(reply, 401, 41007)
    assert 1 <= service.questions <= 3


# What its answers mean


def test_verbs(guarded, service):
    proxy = guarded()
    for held in VERBS:
        field = bearer(f"only-{held}")
        service.knows(field, account_id=ACCOUNT, permissions={"streams": [held], "faces": ["view"]})
        for method, verb in (("GET", "view"), ("POST", "creation"), ("DELETE", "deletion")):
            reply = proxy.ask(method, "/streams", content=b"{}" if method == "POST" else None, credentials=field)
            if verb == held:
                assert reply.status == 200
            else:
                assert_error(reply, 403, 11059)


def test_other_names_of_the_answer(guarded, service):
    names = {"account_id": "account.id", "permissions": "token.rights"}
    proxy = guarded(verification={"answer_fields": names})
    service.knows(TOKEN, account={"id": ACCOUNT}, token={"rights": {"streams": ["view"]}})
    assert status(proxy) == 200
    assert status(proxy, method="DELETE", path="/streams") == 403


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (refusal(401, 41005), 41005),
        (refusal(404, 41005), 41005),
        (refusal(403, 41007), 41007),
        (refusal(400, 41008), 11062),
        (refusal(401, 11062), 11062),
        (answer(401, b"no"), 41005),
        (answer(200, {**EVERYTHING, "expiration_time": "2020-01-01T00:00:00Z"}), 41007),
    ],
)
def test_a_refused_token(guarded, service, reply, code):
    service.answers[TOKEN[1]] = reply
    proxy = guarded()
    got = proxy.ask("GET", "/streams/count")
    assert_error(got, 401, code)
    assert challenges(got) == {"bearer"}
    assert proxy.origin.requests == []


def test_a_refused_login(guarded, service):
    proxy = guarded()
    service.otherwise = refusal(401, 41006)
    got = proxy.ask("GET", "/streams/count", credentials=basic("ann@visionlabs.ai", "canary-wrong"))
    assert_error(got, 401, 41006)
    assert challenges(got) == {"basic"}
    got = proxy.ask("GET", "/streams/count", credentials=("Luna-Account-Id", TOKEN_ID))
    assert_error(got, 401, 11065)


def test_a_token_for_all_accounts_of_a_user(guarded, service):
    service.knows(TOKEN, visibility_area="all", **EVERYTHING)
    assert_error(guarded().ask("GET", "/streams/count"), 403, 11062)


@pytest.mark.parametrize(
    "reply",
    [
        answer(200, b""),
        answer(200, b"<html>"),
        answer(200, {}),
        answer(200, {"account_id": "x"}),
        answer(200, {**EVERYTHING, "account_type": "emperor"}),
        answer(200, {**EVERYTHING, "padding": "a" * 70_000}),
        answer(404, b"<html>"),
        answer(403, b""),
        answer(302, b""),
        refusal(400, 12022),
    ],
)
def test_an_answer_that_cannot_be_understood(guarded, service, reply):
    """503 for that credential, once a second; others pass."""
    service.answers[TOKEN[1]] = reply
    proxy = guarded()
    for _ in range(8):
        got = proxy.ask("GET", "/streams/count")
        assert_error(got, 503, 4)
        assert got.fields.one("Retry-After") == "1"
    assert 1 <= service.questions <= 2
    assert status(proxy, BASIC) == 200
    assert [request.fields.one("Luna-Account-Id") for request in proxy.origin.requests] == [ACCOUNT]
    eventually(lambda: "can't be understood" in proxy.text, 5, "the operator to be told")


# What its failures mean


@pytest.mark.parametrize("failure", [500, 502, 503, 429, "close", "garbage", "endless", "silent"])
def test_while_it_fails_nobody_is_let_in_or_refused(guarded, service, failure):
    """503 within the timeout, few attempts; and when it is back, all is well within a second or two."""
    proxy = guarded(timeouts={"request": 0.5, "connect": 0.5})
    good = dict(service.answers)
    if isinstance(failure, int):
        service.answers.clear()
        service.otherwise = answer(failure, {"error_code": 41005})
    else:
        service.mode = failure
    begin = time.monotonic()
    count = 0
    while time.monotonic() - begin < 2.5:
        for field in (TOKEN, BASIC, HEADER, bearer("other")):
            before = time.monotonic()
            got = proxy.ask("GET", "/streams/count", credentials=field)
            assert time.monotonic() - before < 2
            assert_error(got, 503, 4 if failure == "endless" else 16)
            assert got.fields.one("Retry-After") == "1"
            count += 1
    assert count > 20
    # Where the service is there, each credential is asked about once a second; else none after the first.
    is_there = isinstance(failure, int) or failure == "endless"
    assert service.questions <= (4 * 4 if is_there else 4), f"{service.questions} attempts in 2.5 s"
    assert proxy.origin.requests == []
    service.mode = "answer"
    service.answers.update(good)
    service.otherwise = refusal(401, 41005)
    for field, expected in ((TOKEN, 200), (BASIC, 200), (bearer("other-2"), 401)):
        eventually(lambda: status(proxy, field) == expected, 2.5, "it to be used again")


@pytest.mark.parametrize("down", [RefusingOrigin, BlackholeOrigin])
def test_while_it_is_away(guarded, down):
    origin = down().start()
    try:
        proxy = guarded(accounts_url=origin.url, timeouts={"request": 5, "connect": 0.4})
        before = time.monotonic()
        assert_error(proxy.ask("GET", "/streams/count"), 503, 16)
        assert time.monotonic() - before < 2
        before = time.monotonic()
        assert_error(proxy.ask("GET", "/streams/count", credentials=BASIC), 503, 16)
        assert time.monotonic() - before < 0.3, "others need not wait for the timeout"
        assert proxy.origin.requests == []
        eventually(lambda: "Luna-Accounts can't be reached" in proxy.text, 5, "the operator to be told")
    finally:
        origin.close()


def test_what_is_known_holds_while_it_is_away(guarded, service):
    proxy = guarded(cache={"ttl": 100}, workers=1)
    assert status(proxy) == 200
    service.mode = "close"
    assert status(proxy, BASIC) == 503
    assert status(proxy) == 200
    assert status(proxy, method="DELETE", path="/streams") == 200


def test_stale_decisions_are_for_reads(guarded, service):
    proxy = guarded(cache={"ttl": 0.3, "stale_reads": 2})
    assert status(proxy) == 200
    known = time.monotonic()
    service.mode = "close"
    eventually(lambda: status(proxy, method="DELETE", path="/streams") == 503, 2, "the decision to end")
    for _ in range(10):
        assert status(proxy) == 200
        assert status(proxy, method="DELETE", path="/streams") == 503
    eventually(lambda: status(proxy) == 503, 5, "the stale window to end")
    assert 2 < time.monotonic() - known < 4


def test_without_a_stale_window_there_are_no_stale_decisions(guarded, service):
    proxy = guarded(cache={"ttl": 0.3})
    assert status(proxy) == 200
    service.mode = "close"
    eventually(lambda: status(proxy) == 503, 2, "the decision to end")


def test_many_unknown_tokens_push_out_nobody(guarded, service):
    proxy = guarded(cache={"capacity": 64, "ttl": 100, "negative_ttl": 100})
    assert status(proxy) == 200
    with proxy.connect() as connection:
        for index in range(500):
            connection.ask("GET", PREFIX + "/streams/count", [bearer(f"made-up-{index}")])
            assert connection.read_answer().status == 401
    assert service.questions == 501
    assert status(proxy) == 200
    assert service.questions == 501


# Previews


@pytest.fixture
def preview(guarded, service):
    """Starts a proxy and a viewer of a live preview; gives the proxy and the pieces that come."""
    with ExitStack() as stack:

        def start(**changes):
            proxy = guarded(LiveOrigin(interval=0.05, size=500), cache={"ttl": 0.5}, **changes)
            connection = stack.enter_context(proxy.connect())
            connection.ask("GET", PREFIX + LIVE, [TOKEN])
            head = connection.read_head()
            assert head.status == 200
            return proxy, connection.content(head).pieces()

        yield start


def lasts(pieces, limit: float) -> float:
    """How many seconds pieces still come, at most `limit`."""
    begin = time.monotonic()
    try:
        for _ in pieces:
            if time.monotonic() - begin > limit:
                break
    except AssertionError:
        pass  # It was cut, as an answer that can't be completed must be.
    return time.monotonic() - begin


def test_a_preview_ends_when_its_token_is_revoked(preview, service):
    proxy, pieces = preview()
    assert next(pieces)
    service.answers.clear()
    assert lasts(pieces, 5) < 2
    eventually(lambda: '"error_code":41005,"reason":"token_unknown"' in proxy.text, 5, "the reason in the log")


def test_a_preview_runs_on_while_its_token_is_good(preview, service):
    _, pieces = preview()
    assert lasts(pieces, 2.5) > 2.4
    assert service.questions <= 7


def test_a_preview_outlives_an_outage_for_a_while(preview, service):
    proxy, pieces = preview(plugin={"live-grace": 1.5, "live-review": 0.5})
    assert next(pieces)
    service.mode = "close"
    assert 1.4 < lasts(pieces, 6) < 4
    service.mode = "answer"
    eventually(lambda: '"error_code":16,"reason":"accounts_failing"' in proxy.text, 5, "the reason in the log")


def test_a_preview_sees_the_end_of_an_outage(preview, service):
    _, pieces = preview(plugin={"live-grace": 2, "live-review": 0.3})
    assert next(pieces)
    service.mode = "close"
    assert lasts(pieces, 1) >= 1
    service.mode = "answer"
    assert lasts(pieces, 3) >= 3


def test_a_preview_ends_with_its_token(preview, service):
    end = int(time.time()) + 2
    service.knows(TOKEN, expiration_time=end, **EVERYTHING)
    _, pieces = preview()
    lasts(pieces, 6)
    assert end - 0.1 < time.time() < end + 1.5


@pytest.mark.parametrize("is_slow", [False, True], ids=["known", "asked"])
def test_a_preview_of_a_token_revoked_meanwhile_does_not_begin(guarded, service, is_slow):
    """Luna-Streams takes its time: Luna-Accounts is asked again before the first byte is passed on."""
    origin = GuardedStreamsOrigin(pictures=None)
    stream = origin.add(ACCOUNT)
    origin.may_show.clear()
    proxy = guarded(origin, cache={"ttl": 0.3}, isolation=1)
    with proxy.connect() as connection:
        connection.ask("GET", PREFIX + f"/streams/{stream}/preview/handler/live", [TOKEN])
        origin.wait_until(lambda: any("/live" in request.target for request in origin.requests))
        service.answers.clear()
        if is_slow:
            # What was known has ended, so the head waits for the answer.
            service.delay = 0.5
            time.sleep(0.4)
        else:
            eventually(lambda: status(proxy) == 401, 5)
        origin.may_show.set()
        assert_error(connection.read_answer(), 401, 41005)
        service.delay = 0
        service.knows(TOKEN, token_id=TOKEN_ID, **EVERYTHING)
        eventually(lambda: status(proxy) == 200, 5)
        # One who may watch sees all of it, the first picture included.
        connection.ask("GET", PREFIX + f"/streams/{stream}/preview/handler/live", [TOKEN])
        head = connection.read_head()
        assert head.status == 200
        assert b"0xxx" in next(connection.content(head).pieces())


# check --probe


def probe(proxy, *options: str):
    return run_command("check", "--probe", "--config", proxy.folder / "config.json", *options)


def test_probe_shows_what_it_understands(guarded, service):
    proxy = guarded()
    service.knows(TOKEN, token_id=TOKEN_ID, expiration_time="2100-01-01T00:00:00Z", **EVERYTHING)
    done = probe(proxy, "--header", ": ".join(TOKEN))
    assert done.returncode == 0, done.stdout + done.stderr
    for line in (
        f"Luna-Streams   GET {proxy.origin.url}/version: status 200",
        f"Luna-Accounts  POST {service.url}/1/verifier: status 200",
        f"account_id       {ACCOUNT}",
        "account_type     user",
        f"token_id         {TOKEN_ID}",
        "permissions      streams: creation, view, modification, deletion",
        "visibility_area  account",
        "expiration_time  2100-01-01T00:00:00Z",
        f"comes to         accepted as user {ACCOUNT}",
    ):
        assert line in done.stdout, done.stdout
    for secret in SECRETS:
        assert secret not in done.stdout + done.stderr
    assert service.questions == 1


def test_probe_without_a_credential(guarded, service):
    service.otherwise = refusal(401, 12010)
    done = probe(guarded())
    assert done.returncode == 0
    assert "error_code       12010" in done.stdout and "asked without a credential" in done.stdout
    (question,) = service.complete
    assert question.fields.all("Authorization") == []


@pytest.mark.parametrize(
    ("reply", "said", "exit_code"),
    [
        (refusal(401, 41005), "refused with 401, error_code 41005", 0),
        (answer(200, {"id": ACCOUNT}), "no account could be read", 69),
        (answer(404, b""), "refused with 503, error_code 4", 69),
        (answer(502, b""), "refused with 503, error_code 16", 69),
    ],
)
def test_probe_of_a_service_that_answers_otherwise(guarded, service, reply, said, exit_code):
    service.answers.clear()
    service.otherwise = reply
    done = probe(guarded(), "--header", ": ".join(TOKEN))
    assert said in done.stdout
    assert done.returncode == exit_code
    assert SECRETS[0] not in done.stdout


def test_probe_of_services_that_are_away(start_proxy):
    away = RefusingOrigin().start()
    proxy = start_proxy(away)
    done = probe(proxy)
    assert done.returncode == 69
    assert "/version: refused, or its name does not resolve" in done.stdout
    assert "Luna-Accounts" not in done.stdout, "the accounts file decides"


def test_probe_of_what_is_decided_without_asking(guarded, service):
    done = probe(guarded(), "--header", "Authorization: Bearer a b")
    assert "Luna-Accounts  not asked: refused with 401, error_code 11062" in done.stdout
    assert service.questions == 0


# The demo


@pytest.fixture
def demo(tmp_path):
    """Starts the demo Luna-Accounts with that account."""
    if not DEMO.exists():
        pytest.skip(f"{DEMO} is not there")
    processes = []

    def start(*options: str):
        file = tmp_path / "accounts-of-the-demo.json"
        token = {"token": TOKEN[1].split()[1], "token_id": TOKEN_ID, "permissions": EVERYTHING["permissions"]}
        account = {"account_id": ACCOUNT, "login": "ann@visionlabs.ai", "account_type": "user", "tokens": [token]}
        account["password"] = "canary-password-of-luna-accounts"
        file.write_text(json.dumps({"accounts": [account]}))
        process = subprocess.Popen(
            [str(DEMO), "--accounts", str(file), "--port", "0", *options], stdout=subprocess.PIPE, text=True
        )
        processes.append(process)
        line = process.stdout.readline()
        assert line.startswith("listening on "), line
        return line.split()[-1]

    yield start
    for process in processes:
        process.terminate()
        process.wait(10)


def questions(url: str) -> int:
    with urllib.request.urlopen(f"{url}/questions", timeout=10) as reply:
        return json.load(reply)["questions"]


@pytest.mark.parametrize("verification", [{}, {"method": "GET"}, {"credential": "json"}])
def test_the_demo(guarded, demo, verification):
    url = demo()
    proxy = guarded(accounts_url=url, verification=verification)
    for field in (TOKEN, BASIC, HEADER):
        assert status(proxy, field) == 200
    assert_error(proxy.ask("GET", "/streams", credentials=bearer("other")), 401, 41005)
    assert_error(proxy.ask("GET", "/streams", credentials=basic("ann@visionlabs.ai", "x")), 401, 41006)
    assert questions(url) == 5


def test_a_thousand_requests_ask_the_demo_once(guarded, demo):
    url = demo("--delay", "800")
    with many_descriptors(), ExitStack() as stack:
        proxy = guarded(LoadOrigin(), accounts_url=url)
        connections = [stack.enter_context(proxy.connect(30)) for _ in range(1000)]
        for connection in connections:
            connection.ask("GET", PREFIX + "/streams/count", [TOKEN])
        assert {connection.read_answer().status for connection in connections} == {200}
    assert questions(url) == 1


def test_the_demo_fails_when_told(guarded, demo):
    proxy = guarded(accounts_url=demo("--fail-after", "1"))
    assert status(proxy) == 200
    assert_error(proxy.ask("GET", "/streams", credentials=BASIC), 503, 16)

"""SIGHUP and --config-reload: the settings are read again while the proxy runs."""

from __future__ import annotations

import json
import subprocess
import threading

import pytest

from accounts import bearer
from guarded import Guarded
from origins import AccountsServiceOrigin, EchoOrigin, GuardedStreamsOrigin, LoadOrigin
from test_load import require
from vocabulary import assert_error, route
from wire import eventually, request_bytes

TOKEN = bearer("canary.token-of_luna~accounts.7c55")


@pytest.fixture
def second():
    """Another origin, to which the settings may lead."""
    origin = EchoOrigin().start()
    yield origin
    origin.close()


def header_of(person) -> "tuple[str, str]":
    return ("Luna-Account-Id", person.account_id)


# What changes


def test_a_changed_setting_holds_for_every_worker(start_proxy, accounts):
    proxy = start_proxy(EchoOrigin())
    ann = header_of(accounts.ann)
    assert proxy.status_for(ann) == 403
    proxy.change_settings(account_header=1)
    proxy.reload()
    assert proxy.status_for(ann) == 200
    proxy.change_settings(account_header=0)
    proxy.reload()
    assert proxy.status_for(ann) == 403


def test_a_connection_goes_on_under_the_new_settings(start_proxy):
    proxy = start_proxy(EchoOrigin())
    with proxy.connect() as connection:
        connection.ask("POST", route("/streams"), [proxy.credentials], b"x" * 2000)
        assert connection.read_answer().status == 200
        proxy.change_settings(http={"request_max_size": 1000}, plugin={"mount": "/other"})
        proxy.reload()
        connection.ask("GET", route("/streams"), [proxy.credentials])
        assert_error(connection.read_answer(), 404, 12013)
        connection.ask("POST", "/other/streams", [proxy.credentials], b"x" * 2000)
        assert_error(connection.read_answer(), 413, 12046)


def test_an_idle_time_that_was_made_shorter_is_kept_to(start_proxy):
    proxy = start_proxy(EchoOrigin())
    with proxy.connect() as connection:
        proxy.change_settings(http={"keep_alive_timeout": 0.3})
        proxy.reload()
        connection.ask("GET", route("/streams"), [proxy.credentials])
        assert connection.read_answer().status == 200
        connection.expect_end()


def test_requests_go_to_the_new_origin(start_proxy, second):
    proxy = start_proxy(EchoOrigin())
    for _ in range(8):
        assert proxy.ask("GET", "/streams").status == 200
    proxy.change_settings(second.url)
    proxy.reload()
    before = len(proxy.origin.requests)
    for _ in range(8):
        assert proxy.ask("GET", "/streams").status == 200
    assert len(proxy.origin.requests) == before
    assert {request.fields.one("Host") for request in second.requests} == {second.url.partition("//")[2]}
    # The connections to the old one are of no use any more.
    eventually(lambda: all(connection.sock.fileno() < 0 for connection in proxy.origin.connections), 5)


def test_another_accounts_file_is_taken_and_followed(start_proxy, accounts):
    proxy = start_proxy(EchoOrigin())
    token = bearer(accounts.ann.tokens["view"])
    assert proxy.status_for(token) == 200
    nobody = json.loads((proxy.folder / "accounts.json").read_text())
    nobody["accounts"], nobody["tokens"] = [], []
    other = proxy.folder / "nobody.json"
    other.write_text(json.dumps(nobody))
    other.chmod(0o600)
    proxy.change_settings(CONFIG_AUTHORIZATION_USERS="nobody.json")
    proxy.reload()
    assert proxy.status_for(token) == 401
    draft = proxy.folder / "draft.json"
    draft.write_bytes((proxy.folder / "accounts.json").read_bytes())
    draft.chmod(0o600)
    draft.rename(other)
    eventually(lambda: proxy.status_for(token) == 200, 5, "the new accounts file to be followed")


def test_accounts_are_read_again(start_proxy, accounts):
    proxy = start_proxy(EchoOrigin())
    token = bearer(accounts.ann.tokens["view"])
    assert proxy.status_for(token) == 200
    file = proxy.folder / "accounts.json"
    value = json.loads(file.read_text())
    value["tokens"] = []
    file.write_text(json.dumps(value))
    proxy.reload()
    assert proxy.status_for(token) == 401


def test_luna_accounts_takes_over_and_gives_back(start_proxy, accounts):
    service = AccountsServiceOrigin()
    service.start()
    try:
        service.knows(TOKEN, account_id=accounts.ann.account_id, account_type="user", permissions={"streams": ["view"]})
        proxy = start_proxy(EchoOrigin())
        own = bearer(accounts.ann.tokens["view"])
        assert (proxy.status_for(own), proxy.status_for(TOKEN)) == (200, 401)
        by_service = {
            "ADDITIONAL_SERVICES_USAGE": {"LUNA_ACCOUNTS": 1},
            "LUNA_ACCOUNTS_ADDRESS": {"origin": service.url},
        }
        proxy.change_settings(**by_service)
        proxy.reload()
        # Nothing is remembered of what the accounts file let in.
        assert (proxy.status_for(own), proxy.status_for(TOKEN)) == (401, 200)
        questions = service.questions
        proxy.change_settings(**by_service, timeouts={"request": 21})
        proxy.reload()
        assert proxy.status_for(TOKEN) == 200
        assert service.questions == questions, "what Luna-Accounts has said was forgotten without need"
        proxy.change_settings()
        proxy.reload()
        assert (proxy.status_for(own), proxy.status_for(TOKEN)) == (200, 401)
    finally:
        service.close()


# Files that can't be used


def test_a_bad_file_is_refused_with_all_its_problems(start_proxy, accounts):
    proxy = start_proxy(EchoOrigin(), account_header=1)
    ann = header_of(accounts.ann)
    proxy.change_settings(account_header=2, http={"request_timeout": -1}, timeouts={"request": "x"})
    said = proxy.reload("stay in force")
    for name in ("ALLOW_LUNA_ACCOUNT_AUTH_HEADER", "request_timeout", "luna-streams-timeouts.request"):
        assert f"{name}: found" in said, said
    assert ": not reloaded; the settings that were read before stay in force\n" in said
    assert proxy.status_for(ann) == 200


@pytest.mark.parametrize("content", [b"", b"{", b'{"accounts": 1}'])
def test_bad_accounts_refuse_the_settings_too(start_proxy, accounts, content):
    proxy = start_proxy(EchoOrigin())
    (proxy.folder / "bad.json").write_bytes(content)
    proxy.change_settings(CONFIG_AUTHORIZATION_USERS="bad.json", account_header=1)
    assert "bad.json" in proxy.reload("not reloaded; the settings that were read before stay in force")
    assert proxy.status_for(header_of(accounts.ann)) == 403
    assert proxy.status_for(bearer(accounts.ann.tokens["view"])) == 200


def test_missing_files_change_nothing(start_proxy, accounts):
    proxy = start_proxy(EchoOrigin())
    proxy.change_settings(CONFIG_AUTHORIZATION_USERS="absent.json")
    assert "absent.json: not there" in proxy.reload("stay in force")
    (proxy.folder / "config.json").unlink()
    assert "there is no such file" in proxy.reload("stay in force")
    assert proxy.status_for(bearer(accounts.ann.tokens["view"])) == 200


# Requests under way


def test_content_that_is_being_gathered_ends_under_the_old_settings(start_proxy, accounts, second):
    guarded = Guarded(start_proxy, accounts)
    proxy = guarded.proxy
    content = b'{"name": "' + b"x" * 1000 + b'"}'
    head = request_bytes("POST", route("/streams"), guarded.fields([("Content-Type", "application/json")]), content)
    with proxy.connect() as connection:
        connection.send(head[:-500])
        # The proxy has read what there is of it once it has answered somebody who came later.
        proxy.assert_survives()
        proxy.change_settings(second.url, isolation=0)
        proxy.reload()
        connection.send(head[-500:])
        assert connection.read_answer("POST").status == 201
        connection.ask("GET", route("/streams"), guarded.fields())
        assert connection.read_answer().status == 200
    request = guarded.only()
    assert request.fields.one("Host") == guarded.origin.url.partition("//")[2]
    assert json.loads(request.content)["account_id"] == accounts.ann.account_id
    assert [request.method for request in second.requests] == ["GET"]


def test_gathered_content_of_somebody_who_may_no_longer_goes_nowhere(start_proxy, accounts):
    guarded = Guarded(start_proxy, accounts)
    proxy = guarded.proxy
    content = b'{"name": "x"}'
    fields = guarded.fields([("Content-Type", "application/json")], header_of(accounts.ann))
    data = request_bytes("POST", route("/streams"), fields, content)
    with proxy.connect() as connection:
        connection.send(data[:-5])
        proxy.assert_survives()
        proxy.change_settings(isolation=1, account_header=0)
        proxy.reload()
        connection.send(data[-5:])
        assert_error(connection.read_answer("POST"), 403, 11061)
    assert guarded.origin.clients == []


def test_who_waits_for_a_decision_is_decided_on_by_the_new_settings(start_proxy, accounts):
    """Ownership is being asked when the settings change: the answer to the old question counts for nothing."""
    guarded = Guarded(start_proxy, accounts)
    proxy = guarded.proxy
    other = GuardedStreamsOrigin()
    other.start()
    try:
        other.owners[guarded.foreign] = accounts.ann.account_id
        guarded.origin.hold_questions()
        answers = []
        path = f"/streams/{guarded.foreign}"

        def ask() -> None:
            answers.append(proxy.ask("GET", path, guarded.fields(), credentials=None))

        threads = [threading.Thread(target=ask) for _ in range(6)]
        for thread in threads:
            thread.start()
        guarded.origin.wait_until(lambda: guarded.origin.questions)
        proxy.change_settings(other.url, isolation=1, account_header=1)
        proxy.reload()
        guarded.origin.release_questions()
        for thread in threads:
            thread.join(10)
        assert [answer.status for answer in answers] == [200] * 6
        assert guarded.origin.clients == []
        assert len(other.clients) == 6
    finally:
        other.close()


def test_passwords_that_are_being_compared_are_compared_again(start_proxy, accounts):
    proxy = start_proxy(EchoOrigin())
    answers = []

    def ask() -> None:
        answers.append(proxy.ask("GET", "/streams", credentials=accounts.ann.basic).status)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for ttl in (1, 2, 3):
        proxy.change_settings(plugin={"decision-cache": {"ttl": ttl}})
        proxy.reload()
    for thread in threads:
        thread.join(10)
    assert answers == [200] * 8


# --config-reload


def test_config_reload_follows_the_file(start_proxy, accounts):
    proxy = start_proxy(EchoOrigin(), arguments=("--config-reload", "--pulling-time", "1"))
    ann = header_of(accounts.ann)
    proxy.change_settings(account_header=1)
    eventually(lambda: proxy.status_for(ann) == 200, 5, "the file to be followed")
    proxy.change_settings(account_header=2)
    eventually(lambda: "not reloaded" in proxy.text, 5, "the bad file to be told of")
    proxy.change_settings(account_header=0)
    eventually(lambda: proxy.status_for(ann) == 403, 5, "the file to be followed")
    assert proxy.told.count("not reloaded") == 1


# Many times


def test_fifty_reloads_under_load_lose_nothing(start_proxy):
    require("wrk")
    proxy = start_proxy(LoadOrigin())
    load = subprocess.Popen(
        ["wrk", "-t1", "-c16", "-d60s", "-H", ": ".join(proxy.credentials), f"{proxy.url}/streams/count"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        eventually(lambda: proxy.origin.count > 100, 10, "the load to begin")
        before = proxy.descriptors()
        for index in range(50):
            proxy.change_settings(timeouts={"request": 20 + index % 5}, account_header=index % 2)
            proxy.reload()
            count = proxy.origin.count
            eventually(lambda: proxy.origin.count > count + 10, 10, "requests under the new settings")
        assert proxy.descriptors() <= before + 40
    finally:
        # wrk tells its figures when it is interrupted.
        load.send_signal(2)
        output, _ = load.communicate(timeout=30)
        print(output)
    assert " requests in " in output, output
    assert "Socket errors" not in output and "Non-2xx" not in output, output

"""What the tests of routes share: plugins that add routes, and LUNA's error answer."""

from __future__ import annotations

from host_process import Answer

LINK = "https://docs.visionlabs.ai/info/luna/troubleshooting/errors-description/code-"


def assert_error(answer: Answer, status: int, code: int) -> None:
    """LUNA's error answer."""
    assert (answer.status, answer.json["error_code"]) == (status, code), answer
    assert set(answer.json) == {"error_code", "desc", "detail", "link"}
    assert answer.json["link"] == f"{LINK}{code}"
    assert answer.fields["Content-Type"] == "application/json"


def routing(adds: str, before: str = "") -> str:
    """A plugin that adds routes in `initialize`."""
    lines = "\n".join(f"        {line}" for line in adds.strip().splitlines())
    return f"{before}\nclass Routing(BaseBackgroundPlugin):\n    async def initialize(self):\n{lines}\n"


VERBS = """
class Verbs(BaseBackgroundHandler):
    async def get(self, request):
        return self.response(body={"by": "get", "method": request.method})
    def post(self, request):
        return self.response(body="made", statusCode=201)
    async def delete(self, request):
        return self.response(statusCode=204)
"""

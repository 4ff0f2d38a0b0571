"""deploy/grafana: a dashboard that can be imported, of metrics that there are."""

from __future__ import annotations

import json
import re

import pytest
import yaml
from observed import DASHBOARD, OWN, matchers_of, metrics_of, promtool, sample_names

BOARD = json.loads(DASHBOARD.read_text())
PANELS = BOARD["panels"]
SHOWING = [panel for panel in PANELS if panel["type"] != "row"]
VARIABLES = {variable["name"]: variable for variable in BOARD["templating"]["list"]}
EXPRESSIONS = [(panel["title"], target["expr"]) for panel in SHOWING for target in panel["targets"]]


def test_panels_have_ids_of_their_own():
    ids = [panel["id"] for panel in PANELS]
    assert len(SHOWING) > 20 and len(set(ids)) == len(ids) and all(identity > 0 for identity in ids)
    assert all(panel["title"] for panel in PANELS)
    for panel in SHOWING:
        letters = [target["refId"] for target in panel["targets"]]
        assert letters and len(set(letters)) == len(letters), panel["title"]


def test_no_panel_lies_over_another():
    taken: "dict[tuple[int, int], str]" = {}
    for panel in PANELS:
        place = panel["gridPos"]
        assert place["w"] > 0 and place["h"] > 0 and place["x"] >= 0 and place["x"] + place["w"] <= 24, panel["title"]
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                assert (x, y) not in taken, f"{panel['title']} lies over {taken[x, y]}"
                taken[x, y] = panel["title"]


def test_the_source_of_its_data_is_a_variable():
    """So it fits into any Grafana, whatever its Prometheus is called there."""
    assert VARIABLES["datasource"]["type"] == "datasource" and VARIABLES["datasource"]["query"] == "prometheus"
    sources = [panel["datasource"] for panel in SHOWING] + [
        target["datasource"] for panel in SHOWING for target in panel["targets"]
    ]
    sources += [variable["datasource"] for variable in VARIABLES.values() if variable["type"] == "query"]
    assert all(source == {"type": "prometheus", "uid": "${datasource}"} for source in sources)
    assert "id" not in BOARD and BOARD["uid"]


def test_variables_that_are_used_exist():
    text = json.dumps([expression for _, expression in EXPRESSIONS])
    used = set(re.findall(r"\$\{?(\w+)", text)) - {"__rate_interval"}
    assert used == {"job", "instance"} <= set(VARIABLES)


def test_its_expressions_are_promql(tmp_path):
    rules = [
        {"record": f"panel:{index}", "expr": expression.replace("$__rate_interval", "5m")}
        for index, (_, expression) in enumerate(EXPRESSIONS)
    ]
    path = tmp_path / "rules.yaml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    assert f"{len(rules)} rules found" in promtool("check", "rules", path)


def test_it_shows_metrics_that_there_are(watched):
    names = sample_names(watched)
    shown = set()
    for title, expression in EXPRESSIONS:
        used = metrics_of(expression) - OWN
        assert used <= set(names), f"{title}: {used - set(names)}"
        shown |= used
        for name, label, _ in matchers_of(expression):
            known = names.get(name, set()) | {"job", "instance"}
            assert known == {"job", "instance"} or label in known, f"{title}: {name} has no label {label}"
    # And nothing that the proxy tells is missing.
    families = {re.sub("_(bucket|sum|count)$", "", name) for name in names}
    seen = {re.sub("_(bucket|sum|count)$", "", name) for name in shown}
    assert families - seen == {"process_virtual_memory_bytes"}


@pytest.mark.parametrize("panel", SHOWING, ids=lambda panel: f"{panel['id']}")
def test_a_legend_names_the_labels_that_remain(panel):
    for target in panel["targets"]:
        kept = re.findall(r"by \(([^)]*)\)", target["expr"])
        labels = {label.strip() for group in kept for label in group.split(",")} - {"le"}
        if not kept and "sum(" not in target["expr"]:
            labels = {"instance", "plugin"}
        assert set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])) <= labels, panel["title"]

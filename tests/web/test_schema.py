"""The server against its own OpenAPI schema: whatever it is sent, it answers as it says it does."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from web.dialects.speaking import upload, working
from web.neighbours import go_on
from web_house import OUTPUT_FILES, LiveHouse

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
ENDLESS = {"/v1/events"}  # what it tells is read in tests/web/test_feed.py
JOB_IDS = ("ref", "job_id", "conversion_id", "task_id")
BOUNDED = settings(
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
def test_every_answer_is_as_the_schema_says(
    house: LiveHouse, mode: schemathesis.GenerationMode
) -> None:
    known = dict.fromkeys(JOB_IDS, house.submit(outputs=",".join(OUTPUT_FILES))["id"])
    known["file_id"] = upload(house)
    api = schemathesis.openapi.from_url(f"{house.url}/openapi.json")
    operations = [found.ok() for found in api.get_all_operations()]
    operations = [one for one in operations if one.path not in ENDLESS]
    assert len(operations) > 50
    with working(house):
        for operation in sorted(operations, key=lambda one: one.method == "delete"):
            if mode is schemathesis.GenerationMode.NEGATIVE and not _takes_anything(operation):
                continue
            _check(operation, mode, known)
            go_on(house)  # a queue that was paused would let later operations wait


def _check(
    operation: schemathesis.APIOperation, mode: schemathesis.GenerationMode, known: dict[str, str]
) -> None:
    # What is no id is too long for one, and long texts are slow to make.
    is_brief = mode is schemathesis.GenerationMode.NEGATIVE and not _takes_more(operation)

    @settings(BOUNDED, max_examples=2 if is_brief else 15)
    @given(case=operation.as_strategy(generation_mode=mode), is_known=...)
    def answers_as_it_says(case: schemathesis.Case, is_known: bool) -> None:
        if is_known:
            names = known.keys() & case.path_parameters.keys()
            case.path_parameters.update({name: known[name] for name in names})
        case.call_and_validate(checks=CHECKS, timeout=30)

    answers_as_it_says()


def _takes_anything(operation: schemathesis.APIOperation) -> bool:
    return bool(operation.path_parameters) or _takes_more(operation)


def _takes_more(operation: schemathesis.APIOperation) -> bool:
    return bool(operation.query or operation.body)

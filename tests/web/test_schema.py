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

from web_house import LiveHouse

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
BOUNDED = settings(
    max_examples=15,
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
    job = house.submit()
    house.worker.work_off()
    api = schemathesis.openapi.from_url(f"{house.url}/openapi.json")
    operations = [found.ok() for found in api.get_all_operations()]
    assert len(operations) > 20
    for operation in sorted(operations, key=lambda one: one.method == "delete"):
        if mode is schemathesis.GenerationMode.NEGATIVE and not _takes_anything(operation):
            continue

        @BOUNDED
        @given(case=operation.as_strategy(generation_mode=mode), is_known=...)
        def answers_as_it_says(case: schemathesis.Case, is_known: bool) -> None:
            if is_known and "ref" in case.path_parameters:
                case.path_parameters["ref"] = job["id"]
            case.call_and_validate(checks=CHECKS, timeout=30)

        answers_as_it_says()


def _takes_anything(operation: schemathesis.APIOperation) -> bool:
    return bool(operation.query or operation.body or operation.path_parameters)

"""A client that accepts no answer that the documentation does not name."""

import re
from typing import Any, Final

from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

_PARAMETER: Final = re.compile(r"<(?:\w+:)?(\w+)>")


class DocumentedClient(FlaskClient):
    """A client of a service; every answer's status stands with its operation in the documents.

    Raises:
        AssertionError: an operation answers with a status that its document does not have.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request and return its answer."""
        answer = super().open(*args, **kwargs)
        operation = self._operation(answer.request.path, answer.request.method)
        if operation is not None:
            documented = operation["responses"].keys()
            family = f"{answer.status_code // 100}XX"
            if not {str(answer.status_code), family} & documented:
                raise AssertionError(
                    f"{operation['operationId']} answers {answer.status}, which is not documented"
                )
        return answer

    def _operation(self, path: str, method: str) -> dict[str, Any] | None:
        """Return the operation that a request means, None where it means none."""
        try:
            rule, _ = self.application.url_map.bind("").match(path, method, return_rule=True)
        except HTTPException:
            return None
        template = _PARAMETER.sub(r"{\1}", rule.rule)
        for document in self.application.extensions.get("openapi", {}).values():
            operation = document["paths"].get(template, {}).get(method.lower())
            if operation is not None:
                return dict(operation)
        return None

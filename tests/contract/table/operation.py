"""Documents, health, files, and the audit."""

from tests.contract.route import OWNER, Route, api, outside

ROUTES: tuple[Route, ...] = (
    outside("GET", "/api/docs", public=True),
    outside("GET", "/api/v1/openapi.json", public=True),
    outside("GET", "/healthz", public=True),
    outside("GET", "/readyz", public=True, answers=503),
    outside("GET", "/metrics", public=True),
    outside("GET", "/static/<path:filename>", public=True, answers=404),
    api("GET", "/audit", roles=OWNER, by="owner"),
)

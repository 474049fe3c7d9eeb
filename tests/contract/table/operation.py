"""Documents, health, files, and the audit."""

from tests.contract.route import OWNER, Route, api, outside, page

ROUTES: tuple[Route, ...] = (
    outside("GET", "/api/docs", public=True),
    outside("GET", "/api/v1/openapi.json", public=True),
    outside("GET", "/healthz", public=True),
    outside("GET", "/readyz", public=True, answers=503),
    outside("GET", "/metrics", public=True),
    outside("GET", "/static/<path:filename>", public=True, answers=404),
    api("GET", "/audit", roles=OWNER, by="owner", queries=("?thing_kind=person&verb=add",)),
    api("GET", "/audit/head", roles=OWNER, by="owner"),
    api("GET", "/audit/verification", roles=OWNER, by="owner"),
    page("GET", "/admin/audit", roles=OWNER, by="owner", queries=("?thing_kind=person",)),
    page("POST", "/admin/audit.csv", roles=OWNER, by="owner", answers=200),
    page("GET", "/admin/audit/head", roles=OWNER, by="owner", queries=("?head=",)),
    page("GET", "/admin/audit/head.csv", roles=OWNER, by="owner"),
)

#!/usr/bin/env bash
# oidc-provider-mock: whoever denies at the authorization page is sent back without `state`. RFC 6749, section 4.1.2.1,
# requires it in the error answer where the request had it, and a client that finds its pending login by `state` cannot
# tell which one was denied; whoever allows comes back with it.
# Seen: oidc-provider-mock 0.3.4 answers action=deny with error=access_denied and no state.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check oidc-provider-mock==0.3.4
"$folder/env/bin/python" - <<'PY'
import http.client
from urllib.parse import parse_qs, urlencode, urlsplit

import oidc_provider_mock

QUERY = {
    "client_id": "desk",
    "redirect_uri": "https://desk.example/callback",
    "response_type": "code",
    "scope": "openid",
    "state": "pending-1",
    "nonce": "nonce-1",
}


def answered(port, action):
    """What the browser is sent back with."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    body = urlencode({"sub": "marina", "action": action})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", f"/oauth2/authorize?{urlencode(QUERY)}", body, headers)
    response = connection.getresponse()
    assert response.status == 302, (response.status, response.read())
    return parse_qs(urlsplit(response.headers["Location"]).query)


with oidc_provider_mock.run_server_in_thread() as server:
    allowed, denied = (answered(server.server_port, action) for action in ("authorize", "deny"))
print("allowed:", sorted(allowed), "denied:", denied)
assert allowed["state"] == ["pending-1"]
assert denied["error"] == ["access_denied"]
assert "state" not in denied
PY

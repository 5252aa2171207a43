import json
import os
import re
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

LOGIN_SERVER = urlsplit(os.environ.get("LOGIN_SERVER", "http://localhost:8000"))
FRONT_END = os.environ.get("FRONT_END", "http://localhost:5173")
Connection = HTTPSConnection if LOGIN_SERVER.scheme == "https" else HTTPConnection


def who_asks(cookies):
    """Who sends these cookies, as the login server says; None when nobody is signed in."""
    # The session's cookie alone, and to the login server alone: whoever has it is that person.
    session = "; ".join(one for one in re.split("; *", cookies) if re.match("(__Host-|__Secure-)?sid=", one))
    connection = Connection(LOGIN_SERVER.netloc, timeout=5)  # follows no redirect
    try:
        connection.request("GET", "/me", headers={"Cookie": session})
        response = connection.getresponse()
        if response.status not in (200, 401):
            raise HTTPException(f"the login server answered {response.status}")
        return json.load(response) if response.status == 200 else None
    finally:
        connection.close()


class Report(BaseHTTPRequestHandler):
    def do_GET(self):  # what changes something would have to compare the Origin with FRONT_END, too
        try:
            me = who_asks(self.headers.get("Cookie", ""))
            status, body = (200, {"total": 42, "for": me["id"]}) if me else (401, {"error": "unauthenticated"})
        except (OSError, HTTPException, ValueError) as error:
            self.log_error("%s", error)
            status, body = 503, {"error": "service_unavailable"}
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Access-Control-Allow-Origin", FRONT_END)  # no other page may read the answer
        self.send_header("Access-Control-Allow-Credentials", "true")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())


ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "3000"))), Report).serve_forever()

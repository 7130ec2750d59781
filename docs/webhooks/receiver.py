"""A receiver of webhooks. Needs `pip install standardwebhooks`.

    WEBHOOK_SECRET=whsec_… PORT=9000 python receiver.py

Put it behind https; answer 2xx within 15 seconds, or the delivery is made again. It may also be
made again though you have it, so remember the ids that you have seen.
"""

import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

webhook = Webhook(os.environ["WEBHOOK_SECRET"])
seen: set[str] = set()  # keep it in your database, for as long as the log is kept: 30 days


class Receiver(BaseHTTPRequestHandler):
    """Verifies, drops repetitions, and says what came."""

    def do_POST(self) -> None:
        """Take one delivery; the signature is over the very bytes that came."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            event = webhook.verify(body, dict(self.headers))
        except WebhookVerificationError:
            return self.answer(400)
        if self.headers["webhook-id"] not in seen:
            seen.add(self.headers["webhook-id"])
            print(event["type"], event["data"], flush=True)  # noqa: T201 - your work goes here
        return self.answer(204)

    def answer(self, status: int) -> None:
        """Answer without a body."""
        self.send_response(status)
        self.end_headers()


ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "9000"))), Receiver).serve_forever()

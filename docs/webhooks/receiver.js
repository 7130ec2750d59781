// A receiver of webhooks. Needs Node 18 or newer and, once, `npm ci`.
//
//     WEBHOOK_SECRET=whsec_… PORT=9000 node receiver.js
//
// Put it behind https; answer 2xx within 15 seconds, or the delivery is made again. It may also be
// made again though you have it, so remember the ids that you have seen.

const http = require("node:http");
const {Webhook} = require("standardwebhooks");

const webhook = new Webhook(process.env.WEBHOOK_SECRET);
const seen = new Set(); // keep it in your database, for as long as the log is kept: 30 days

http.createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  // The signature is over the very bytes that came: verify before anything parses them.
  const body = Buffer.concat(chunks).toString();
  let event;
  try {
    event = webhook.verify(body, request.headers);
  } catch {
    return response.writeHead(400).end();
  }
  if (!seen.has(request.headers["webhook-id"])) {
    seen.add(request.headers["webhook-id"]);
    console.log(event.type, JSON.stringify(event.data)); // your work goes here
  }
  response.writeHead(204).end();
}).listen(Number(process.env.PORT ?? 9000), "127.0.0.1");

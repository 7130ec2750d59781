// Changes one field of every resource by openapi-fetch; `ID` has the id of each.
import createClient from "openapi-fetch";
import type { paths } from "./api";

const id: Record<string, number> = JSON.parse(process.env.ID!);
const of = (token?: string) =>
  createClient<paths, "application/json">({
    baseUrl: process.env.API_URL,
    headers: { Authorization: `Bearer ${token}` },
  });
const client = of(process.env.API_TOKEN);
const admin = of(process.env.ADMIN_TOKEN);

const answers = [
  await client.PATCH("/api/portfolios/{portfolio_id}/", {
    params: { path: { portfolio_id: id.portfolio } },
    body: { name: "Renamed" },
  }),
  await client.PATCH("/api/transactions/{transaction_id}/", {
    params: { path: { transaction_id: id.transaction } },
    body: { price: "151" },
  }),
  await client.PATCH("/api/positions/{position_id}/", {
    params: { path: { position_id: id.position } },
    body: { quantity: "11" },
  }),
  await client.PATCH("/api/assets/{asset_id}/", {
    params: { path: { asset_id: id.asset } },
    body: { name: "Renamed" },
  }),
  await client.PATCH("/api/webhooks/{webhook_id}/", {
    params: { path: { webhook_id: id.webhook } },
    body: { description: "Renamed" },
  }),
  await client.PATCH("/api/alerts/{alert_id}/", {
    params: { path: { alert_id: id.alert } },
    body: { name: "Renamed" },
  }),
  await client.PATCH("/api/users/me/", { body: { first_name: "Renamed" } }),
  await admin.PATCH("/api/users/{user_id}/", {
    params: { path: { user_id: id.user } },
    body: { email: "renamed@example.com" },
  }),
];
for (const { error } of answers) if (error) throw new Error(error.details.message);

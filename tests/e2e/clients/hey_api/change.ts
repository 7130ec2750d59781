// Changes one field of every resource by hey-api's client; `ID` has the id of each.
import { createClient } from "./client/client";
import * as api from "./client/sdk.gen";

const id: Record<string, number> = JSON.parse(process.env.ID!);
const of = (token?: string) => createClient({ baseUrl: process.env.API_URL, auth: () => token });
const client = of(process.env.API_TOKEN);
const admin = of(process.env.ADMIN_TOKEN);

async function main(): Promise<void> {
  const answers = [
    await api.changePortfolio({
      client,
      path: { portfolio_id: id.portfolio },
      body: { name: "Renamed" },
    }),
    await api.changeTransaction({
      client,
      path: { transaction_id: id.transaction },
      body: { price: "151" },
    }),
    await api.changePosition({
      client,
      path: { position_id: id.position },
      body: { quantity: "11" },
    }),
    await api.changeAsset({ client, path: { asset_id: id.asset }, body: { name: "Renamed" } }),
    await api.changeWebhook({
      client,
      path: { webhook_id: id.webhook },
      body: { description: "Renamed" },
    }),
    await api.changeAlert({ client, path: { alert_id: id.alert }, body: { name: "Renamed" } }),
    await api.changeMe({ client, body: { first_name: "Renamed" } }),
    await api.changeUser({
      client: admin,
      path: { user_id: id.user },
      body: { email: "renamed@example.com" },
    }),
  ];
  for (const { error } of answers) if (error) throw new Error(error.details.message);
}

void main();

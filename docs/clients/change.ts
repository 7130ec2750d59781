// Rename a portfolio, with types that were generated from the API's own document.
//
//     API_URL=http://localhost:8000 API_TOKEN=… node change.js
import createClient from "openapi-fetch";
import type { paths } from "./api";

// A list is there as CSV too; this client asks for JSON and nothing else.
const client = createClient<paths, "application/json">({
  baseUrl: process.env.API_URL,
  headers: { Authorization: `Token ${process.env.API_TOKEN}` },
});

const { data: page, error } = await client.GET("/api/portfolios/", {
  params: { query: { search: "growth" } },
});
if (error) throw new Error(error.details.message);
const [portfolio] = page.results;

// What is not set is not sent, and stays as it is.
const { data: changed, error: refusal } = await client.PATCH("/api/portfolios/{portfolio_id}/", {
  params: { path: { portfolio_id: portfolio.id } },
  body: { name: "Growth, renamed" },
});
if (refusal) throw new Error(refusal.details.message);
console.log(`${changed.name}: ${changed.description}`);

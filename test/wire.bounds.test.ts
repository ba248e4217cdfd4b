import { expect, it } from "vitest";
import { Person, request } from "./support/client.ts";

/** What would take minutes where work grew with the square of what is sent, and so end the test. */
const names = (count: number) => Array.from({ length: count }, (_, index) => `n${index}=1`).join("&");

const form = (body: BodyInit, headers: Record<string, string> = {}) =>
	request("/auth", { method: "POST", body, headers });

it("reads forms of as many names as a body holds, also for those without a credential", async () => {
	const type = { "Content-Type": "application/x-www-form-urlencoded" };
	const body = names(100_000);
	expect((await form(body, type)).status).toBe(401);
	expect((await form(`${body}&provider=logout`, type)).status).toBe(200);
	const parts = new FormData();
	for (let index = 0; index < 10_000; index += 1) parts.append(`n${index}`, "1");
	expect((await form(parts)).status).toBe(401);
});

it("reads queries of as many names as an address holds, whichever way they reach an operation", async () => {
	const ada = await Person.signIn();
	const query = names(20_000);
	const json = { "Content-Type": "application/json" };
	expect((await request(`/v1/Chat?take=1&${query}`, { headers: ada.headers })).status).toBe(200);
	expect((await request(`/api/ChatRequest?take=1&${query}`, { headers: ada.headers })).status).toBe(200);
	expect((await request(`/v1/Chat?${query}`, { method: "POST", headers: json, body: "{}" })).status).toBe(401);
	expect((await request(`/api/ChatRequest?${query}`, { method: "PUT", headers: json, body: "{}" })).status).toBe(400);
});

it("refuses what begins as a number of a million digits and is none", async () => {
	const digits = `${"1".repeat(1_000_000)}x`;
	for (const number of [digits, `-${digits}`, `1.${digits}`, `1e${digits}`, `1,111${digits}`]) {
		const body = JSON.stringify({ tenant: "acme", role: "Agent", number });
		const answer = await request("/auth/dev", {
			method: "POST",
			headers: { "Content-Type": "application/json" },
			body,
		});
		expect([number.slice(0, 6), answer.status]).toEqual([number.slice(0, 6), 400]);
		expect((await answer.text()).length).toBeLessThan(1000);
	}
});

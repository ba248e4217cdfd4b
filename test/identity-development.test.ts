import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { roles } from "../src/auth/permissions.ts";
import { call, Person } from "./support/client.ts";
import { askWith } from "./support/tokens.ts";

const production = { ENVIRONMENT: "production", PRODUCTION: "true" };
const signIn = { method: "POST", body: { tenant: "acme", role: "Administrator" } };

it("gives out the people of the demo, one set a tenant, and nobody else", async () => {
	for (const role of roles) {
		const { status, body } = await call("POST", "/auth/dev", { body: { tenant: "acme", role } });
		expect(status).toBe(200);
		expect(body.user).toMatchObject({
			tenantId: "acme",
			roles: [role],
			userId: role === "SystemAdministrator" ? "system-admin" : expect.stringMatching(/^acme-/),
		});
	}
	const [first, second] = [await Person.signIn("Agent", "globex"), await Person.signIn("Agent", "globex", 2)];
	expect([first.userId, second.userId]).toEqual(["globex-agent-1", "globex-agent-2"]);
	expect((await call("POST", "/auth/dev", { body: { tenant: "acme", role: "Administrator", number: 2 } })).status).toBe(
		404,
	);
	for (const body of [
		{},
		{ tenant: "acme" },
		{ tenant: "", role: "Agent" },
		{ tenant: "acme", role: "Juggler" },
		{ tenant: { $ne: 1 }, role: "Agent" },
		[],
	])
		expect([body, (await call("POST", "/auth/dev", { body })).status]).toEqual([body, 400]);
});

it("has no development identities in production: neither the door nor the keys it once gave out", async () => {
	const ada = await Person.signIn("Administrator");
	for (const variables of [
		production,
		{ ...production, DEV_SECRET: env.DEV_SECRET },
		{ ENVIRONMENT: "production", PRODUCTION: "" },
		{ ENVIRONMENT: "", PRODUCTION: "" },
		{ ENVIRONMENT: "Development", PRODUCTION: "" },
	]) {
		expect((await askWith(variables, "/auth/dev", signIn)).status).toBe(404);
		expect((await askWith(variables, "/v1/Chat", { headers: ada.headers })).status).toBe(401);
	}
	// In development without a secret nobody could tell a forged token from a real one: there are none.
	expect((await askWith({ DEV_SECRET: "" }, "/auth/dev", signIn)).status).toBe(404);
	expect((await askWith({ DEV_SECRET: "" }, "/v1/Chat", { headers: ada.headers })).status).toBe(401);
	expect((await askWith({}, "/v1/Chat", { headers: ada.headers })).status).toBe(200);
});

it("refuses to serve anything when development and production are both claimed", async () => {
	const ada = await Person.signIn("Administrator");
	const contradiction = { ENVIRONMENT: "development", PRODUCTION: "true" };
	for (const [path, options] of [
		["/health", {}],
		["/health/ready", {}],
		["/auth/dev", signIn],
		["/v1/Chat", { headers: ada.headers }],
		["/api/v2/", {}],
		["/api/v2/room-control/", { method: "POST", body: {} }],
		["/nowhere", {}],
	] as const) {
		const answer = await askWith(contradiction, path, options);
		expect([path, answer.status, answer.body.responseStatus.errorCode]).toEqual([path, 503, "Misconfigured"]);
	}
});

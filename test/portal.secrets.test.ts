import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, expect, it, vi } from "vitest";
import worker from "../src/index.ts";
import { Desk, address } from "./support/link-desk.ts";
import { codeSentTo, tokenOf, wrong } from "./support/recipient.ts";
import { storedInD1 } from "./support/stored.ts";

const lines: string[] = [];
for (const level of ["log", "info", "warn", "error", "debug"] as const)
	vi.spyOn(console, level).mockImplementation((...texts: unknown[]) => void lines.push(texts.map(String).join(" ")));

afterEach(() => {
	lines.length = 0;
});

/** Asks the Worker as one would be asked that writes its log. */
async function ask(path: string, init: { method?: string; headers?: Record<string, string>; body?: unknown } = {}) {
	const context = createExecutionContext();
	const { body, headers, method = body === undefined ? "GET" : "POST" } = init;
	const request = new Request(new URL(path, "http://foyer.test"), {
		method,
		headers: { ...headers, ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
		...(body === undefined ? {} : { body: JSON.stringify(body) }),
	});
	const response = await worker.fetch(
		request as Parameters<typeof worker.fetch>[0],
		{ ...env, REQUEST_LOG: "on" },
		context,
	);
	const text = await response.text();
	await waitOnExecutionContext(context);
	return {
		status: response.status,
		headers: response.headers,
		body: /json/.test(response.headers.get("Content-Type") ?? "") ? JSON.parse(text) : text,
	};
}

it("leaves no token, code, session or text of a message in D1 or in the log", async () => {
	const desk = await Desk.found();
	const email = address();
	const kind = await desk.ofTier("Sensitive");
	const made = await ask("/v1/customerlink", {
		headers: { ...desk.agent.headers, "Idempotency-Key": "once" },
		body: { ...kind, recipientEmail: email, deliverEmail: true },
	});
	const token = tokenOf(made.body.portalUrl);
	const link = made.body.link;

	const portal = async (call: string, body: object, secret = "") =>
		ask(`/v1/portal/${call}`, { body, ...(secret === "" ? {} : { headers: { Authorization: `Portal ${secret}` } }) });
	expect((await ask(`/l/${token}`)).status).toBe(200);
	expect((await ask(`/l/${token}`, { method: "POST", body: {} })).status).toBe(405);
	const { session } = (await portal("open", { token })).body;
	expect((await portal("otp", {}, session)).status).toBe(202);
	const code = await codeSentTo(email);
	expect((await portal("otp/verify", { code: wrong(code) }, session)).status).toBe(401);
	expect((await portal("otp/verify", { code: "x" }, session)).status).toBe(400);
	const second = (await portal("otp/verify", { code }, session)).body.session;
	const viewed = await portal("view", {}, second);
	expect(viewed.status).toBe(200);
	expect((await portal("session", {}, second)).status).toBe(200);
	const cookie = `__Host-foyer_portal=${second}`;
	expect((await ask("/v1/portal/view", { body: {}, headers: { Cookie: cookie } })).status).toBe(200);
	expect((await portal("request-new", { token })).status).toBe(202);
	expect((await portal("open", { token: `${token}x` })).status).toBe(404);
	expect((await portal("logout", {}, second)).status).toBe(204);
	// Where a token does not belong: a query, another path, a header.
	expect((await ask(`/l?token=${token}`)).status).toBe(200);
	expect((await ask(`/v1/portal/open/${token}`, { body: {} })).status).toBe(404);
	expect((await ask("/v1/Chat", { headers: { Authorization: `Portal ${second}` } })).status).toBe(401);
	await vi.waitFor(async () => {
		const { results } = await env.DB.prepare("SELECT payload FROM delivery WHERE link_id = ?")
			.bind(link.customerLinkId)
			.all();
		expect(results.length).toBe(3);
		expect(results.every(({ payload }) => payload === null)).toBe(true);
	}, 10_000);

	const redirect = new URL(viewed.body.redirect.url).searchParams.get("token") ?? "";
	const secrets = { token, code, session, second, redirect };
	for (const [name, secret] of Object.entries(secrets)) expect([name, secret.length >= 6]).toEqual([name, true]);
	const stored = (await storedInD1(env.DB)) + (await storedInD1(env.SEARCH));
	const log = lines.join("\n");
	for (const [name, secret] of Object.entries(secrets)) {
		// A code may stand in a longer number by chance.
		const found = new RegExp(`(?<![0-9A-Za-z])${secret}(?![0-9A-Za-z])`);
		expect([name, found.test(stored), found.test(log)]).toEqual([name, false, false]);
	}
	for (const text of ["Open it here", "is your code", "/l/cl_"]) {
		expect([text, stored.includes(text)]).toEqual([text, false]);
		expect([text, log.includes(text)]).toEqual([text, false]);
	}
	expect(log).not.toContain(email);
	// Its hash is what it is found by, so the dump is of what is meant.
	expect(stored).toContain(email);
	expect(lines.filter((line) => line.includes('"route":"/l/:token"'))).toHaveLength(1);
	expect(log).toContain('"route":"/v1/portal/otp/verify"');
});

import { env } from "cloudflare:workers";
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { beforeAll, expect, it, vi } from "vitest";
import { call } from "./support/client.ts";
import { Circle } from "./support/circle.ts";
import { Desk } from "./support/link-desk.ts";
import { linked, outcome, Recipient, tokenOf } from "./support/recipient.ts";

let desk: Desk;

beforeAll(async () => {
	desk = await Desk.found();
});

/** A recipient who has shown the code, if there is one to show. */
async function proven(members: object): Promise<{ link: any; recipient: Recipient }> {
	const { link, recipient, email } = await linked(desk, members);
	if ((await recipient.open()).body.requireOtp) await recipient.verify(await recipient.askForCode(email));
	return { link, recipient };
}

it("shows a customer its own profile, without what is the company's own", async () => {
	const { body: account } = await desk.manager.call("POST", "/accounts", { name: "North" });
	const { body: customer } = await desk.manager.call("POST", "/customers", {
		name: "Ångström & Co",
		referenceId: "A-17",
		accountId: account.id,
		data: { tier: { stringValue: "gold" } },
		integrationData: { crm: { thirdPartyId: "internal-77" } },
		schedule: { timeZoneId: "Europe/Berlin", forceClosed: true, inherit: false, defaultState: "Open", rules: [] },
	});
	const { link, recipient } = await proven({ resourceType: "Customer", resourceUid: customer.id });
	expect(link.sensitivityTier).toBe("Sensitive");
	const { status, body } = await recipient.view();
	expect(status).toBe(200);
	expect(body.customer).toEqual({
		id: customer.id,
		name: "Ångström & Co",
		referenceId: "A-17",
		accountName: "North",
		tags: [],
		data: { tier: { stringValue: "gold" } },
		childCount: 0,
		state: "Closed",
		nextChangeUtc: null,
	});
	expect(JSON.stringify(body)).not.toContain("internal-77");
	expect(outcome(await recipient.call("ticket"))).toBe("400 BadRequest");
	expect(outcome(await recipient.call("connection", { action: "accept" }))).toBe("400 BadRequest");

	expect((await desk.manager.call("DELETE", `/customers/${customer.id}`)).status).toBe(204);
	expect(outcome(await recipient.view())).toBe("424 ResourceGone");
});

it("lets the contact that is asked accept or decline, once", async () => {
	const circle = await Circle.found(desk.tenant);
	for (const [action, status] of [
		["accept", "Accepted"],
		["decline", "Declined"],
	] as const) {
		const { id } = await circle.requested();
		const resourceUid = id.replaceAll("-", "");
		const { body } = await desk.ask(
			{ resourceType: "Connection", resourceUid, recipientEmail: undefined },
			{ by: desk.manager },
		);
		const recipient = new Recipient(tokenOf(body.portalUrl));
		await recipient.open();
		expect(outcome(await recipient.call("connection", { action }))).toBe("403 Forbidden");
		const viewed = await recipient.view();
		expect(viewed.body.connection).toMatchObject({ canAnswer: true, connection: { status: "Requested" } });
		expect(outcome(await recipient.call("connection", { action: "block" }))).toBe("400 Enum");
		const answered = await recipient.call("connection", { action });
		expect(answered.body).toMatchObject({ canAnswer: false, connection: { status } });
		// Again is the same; the opposite is too late.
		expect(outcome(await recipient.call("connection", { action }))).toBe("200");
		const other = action === "accept" ? "decline" : "accept";
		expect(outcome(await recipient.call("connection", { action: other }))).toBe("409 ConnectionNotPending");
		expect((await recipient.view()).body.connection.connection.status).toBe(status);
		const [, answer] = await circle.history({ id });
		expect(answer).toMatchObject({ type: status, userId: `visitor:link-${body.link.customerLinkUID}` });
	}
});

it("leads to the page of a registered type with a token of a minute that anybody can check", async () => {
	const kind = await desk.ofTier("Standard");
	const { link, recipient } = await proven(kind);
	const { redirect } = (await recipient.view()).body;
	expect(redirect.expiresInSeconds).toBe(60);
	const url = new URL(redirect.url);
	expect(url.origin + url.pathname).toBe(`https://acme.test/things/${kind.resourceUid}`);
	const token = url.searchParams.get("token") ?? "";
	const { body: keys, headers } = await call("GET", "/.well-known/jwks.json");
	expect(headers.get("Cache-Control")).toBe("public, max-age=300");
	expect(JSON.stringify(keys)).not.toContain('"d"');
	expect(decodeProtectedHeader(token)).toEqual({ alg: "ES256", kid: keys.keys[0].kid, typ: "JWT" });
	const options = { issuer: env.PORTAL_BASE_URL, audience: "https://acme.test", algorithms: ["ES256"] };
	const { payload } = await jwtVerify(token, createLocalJWKSet(keys), options);
	expect(payload).toEqual({
		iss: env.PORTAL_BASE_URL,
		aud: "https://acme.test",
		sub: link.customerLinkUID,
		tenant: desk.tenant,
		...kind,
		contactId: String(link.recipientContactId),
		name: link.recipientDisplayName,
		iat: expect.any(Number),
		exp: Number(payload.iat) + 60,
		jti: expect.any(String),
	});
	const late = { ...options, currentDate: new Date(Date.now() + 61_000) };
	await expect(jwtVerify(token, createLocalJWKSet(keys), late)).rejects.toThrow("exp");
	// It is no key to anything here.
	const staff = await call("GET", "/v1/Chat", { headers: { Authorization: `Bearer ${token}` } });
	expect(staff.status).toBe(401);

	await env.DB.prepare("DELETE FROM resource_type WHERE name = ?").bind(kind.resourceType).run();
	expect(outcome(await recipient.view())).toBe("424 ResourceGone");
});

it("passes a wish for a new link on, and says the same whatever comes of it", async () => {
	const messages = async (link: { customerLinkId: number }) => {
		const { results } = await env.DB.prepare("SELECT kind, masked FROM delivery WHERE link_id = ? ORDER BY created_at")
			.bind(link.customerLinkId)
			.all<{ kind: string; masked: string }>();
		return results;
	};
	const wishes = async (link: { customerLinkUID: string }) =>
		(await desk.events(link)).events.filter(({ type }: { type: string }) => type === "NewLinkRequested").length;
	const cases = {
		active: await linked(desk),
		expired: await linked(desk),
		outlasted: await linked(desk),
		revoked: await linked(desk),
		exhausted: await linked(desk, { maxViews: 1 }),
		locked: await linked(desk),
	};
	const now = Date.now();
	await desk.set(cases.expired.link, { expires_at: now - 1000 });
	await desk.set(cases.outlasted.link, { created_at: now - 91 * 86_400_000, expires_at: now - 1000 });
	await desk.set(cases.exhausted.link, { view_count: 1 });
	await desk.set(cases.locked.link, { locked_at: now });
	await desk.act(cases.revoked.link, "revoke");
	const unknown = new Recipient(`cl_${"C".repeat(43)}`);
	const asked = [...Object.values(cases).map(({ recipient }) => recipient), unknown, new Recipient("x")];
	for (const one of asked) {
		const { status, body } = await one.call("request-new", { token: one.token });
		expect([status, body]).toEqual([202, {}]);
	}
	await vi.waitFor(async () => {
		for (const { link } of Object.values(cases)) expect(await wishes(link)).toBe(1);
		for (const name of ["active", "expired"] as const) expect(await messages(cases[name].link)).toHaveLength(1);
	});
	for (const name of ["outlasted", "revoked", "exhausted", "locked"] as const)
		expect([name, await messages(cases[name].link)]).toEqual([name, []]);
	// To the recipient on record, and good for what the tier gives.
	expect((await messages(cases.expired.link))[0]).toMatchObject({
		kind: "Link",
		masked: expect.stringMatching(/^r•••@/),
	});
	const renewed = await desk.read(cases.expired.link);
	expect(renewed.status).toBe("Active");
	expect(Date.parse(renewed.expiresAtUtc)).toBeGreaterThan(now + 167 * 3600_000);
	expect((await cases.expired.recipient.open()).status).toBe(200);

	// Three an hour; beyond it the answer stays the same.
	for (let count = 0; count < 5; count += 1) {
		const { recipient } = cases.active;
		expect((await recipient.call("request-new", { token: recipient.token })).status).toBe(202);
		await new Promise((resolve) => setTimeout(resolve, 30));
	}
	await vi.waitFor(async () => expect(await wishes(cases.active.link)).toBeGreaterThanOrEqual(3));
	expect(await wishes(cases.active.link)).toBeLessThanOrEqual(4);
});

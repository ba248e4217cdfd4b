import { env } from "cloudflare:workers";
import { beforeAll, expect, it, onTestFinished, vi } from "vitest";
import { locate } from "../src/links/tokens.ts";
import { call, Person } from "./support/client.ts";
import { address, Desk, number } from "./support/link-desk.ts";
import { storedInD1 } from "./support/stored.ts";

const HOUR = 3600_000;
let desk: Desk;

beforeAll(async () => {
	desk = await Desk.found();
});

function tokenOf(portalUrl: string): string {
	return portalUrl.slice(portalUrl.lastIndexOf("/") + 1);
}

it("makes a link and answers with every member of seed 001", async () => {
	const recipientEmail = address();
	const before = Date.now();
	const { status, body } = await desk.ask({ recipientEmail, deliverEmail: true });
	expect([status, body.deliveryErrors]).toEqual([200, []]);
	expect(body.portalUrl).toMatch(/^http:\/\/foyer\.test\/l\/cl_[\w-]{43}$/);
	expect(body.link).toEqual({
		customerLinkId: expect.any(Number),
		customerLinkUID: expect.stringMatching(/^[0-9a-f]{32}$/),
		tokenHash: null,
		resourceType: "Chat",
		resourceUid: desk.chatId,
		sensitivityTier: "Standard",
		requireOtp: false,
		otpChannel: null,
		deliveryChannels: "Email",
		recipientContactId: expect.any(Number),
		recipientEmail,
		recipientPhone: null,
		smsConsentSnapshot: false,
		createdByUserId: desk.agent.userId,
		createdByAgentId: null,
		createdAtUtc: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
		expiresAtUtc: expect.any(String),
		maxViews: null,
		viewCount: 0,
		revokedAtUtc: null,
		revokedByUserId: null,
		tenantId: desk.tenant,
		recipientDisplayName: recipientEmail,
		recipientType: "Contact",
		status: "Active",
		createdByName: "Ada Agent",
		firstViewedAtUtc: null,
		lastViewedAtUtc: null,
		lockedAtUtc: null,
		version: 1,
	});
	const life = Date.parse(body.link.expiresAtUtc) - Date.parse(body.link.createdAtUtc);
	expect(life).toBe(168 * HOUR);
	expect(Date.parse(body.link.createdAtUtc)).toBeGreaterThanOrEqual(before);
	expect(await desk.read(body.link)).toEqual(body.link);

	const { body: sent } = await desk.agent.call("GET", `/v1/customerlink/${body.link.customerLinkUID}/deliveries`);
	expect(sent.deliveries).toMatchObject([{ kind: "Link", channel: "Email", masked: "r•••@recipients.test" }]);
	const { events, isIntact } = await desk.events(body.link);
	expect(isIntact).toBe(true);
	expect(events.slice(0, 2)).toMatchObject([
		{ n: 1, type: "Created", actorType: "User", actorId: desk.agent.userId, data: { tier: "Standard" } },
		{ n: 2, type: "DeliveryQueued", channel: "Email", data: { deliveryId: sent.deliveries[0].deliveryId } },
	]);
});

it("gives each way a token of its own, and stores none of them", async () => {
	const contact = await desk.contact({ email: address(), phone: number(), smsConsent: true });
	const { body } = await desk.ask({
		recipientEmail: undefined,
		recipientContactId: contact.contactId,
		deliverEmail: true,
		deliverSms: true,
	});
	expect(body).toMatchObject({
		deliveryErrors: [],
		link: {
			deliveryChannels: "Email,Sms",
			smsConsentSnapshot: true,
			recipientPhone: contact.phone,
			recipientDisplayName: "Rae Recipient",
		},
	});
	const { results } = await env.DB.prepare("SELECT channel FROM link_token WHERE link_id = ? ORDER BY channel")
		.bind(body.link.customerLinkId)
		.all();
	expect(results.map(({ channel }) => channel)).toEqual(["Email", "Sms", "Url"]);
	const token = tokenOf(body.portalUrl);
	expect(await storedInD1(env.DB)).not.toContain(token);
	const { keys } = await env.TOKENS.list({ prefix: "link:" });
	expect(JSON.stringify(keys)).not.toContain(token);
	expect(await locate(env, token)).toMatchObject({ tenantId: desk.tenant, linkId: body.link.customerLinkId });
	for (const other of [`${token}x`, token.slice(0, -1), `cl_${"A".repeat(43)}`, "", "x".repeat(10_000)])
		expect(await locate(env, other)).toBeUndefined();
});

it("finds a token in D1 when KV knows nothing of it", async () => {
	const { body } = await desk.ask();
	const token = tokenOf(body.portalUrl);
	const { keys } = await env.TOKENS.list({ prefix: "link:" });
	await Promise.all(keys.map(({ name }) => env.TOKENS.delete(name)));
	expect(await locate(env, token)).toMatchObject({ linkId: body.link.customerLinkId });
});

it("makes one contact for an address, and finds it again in any case", async () => {
	const recipientEmail = address();
	const first = await desk.link({ recipientEmail });
	const second = await desk.link({ recipientEmail: recipientEmail.toUpperCase() });
	expect(second).toMatchObject({ recipientContactId: first.recipientContactId, recipientDisplayName: recipientEmail });
	const phone = number();
	const byPhone = await Promise.all(
		Array.from({ length: 20 }, () => desk.link({ recipientEmail: undefined, recipientPhone: phone })),
	);
	expect(new Set(byPhone.map((link) => link.recipientContactId)).size).toBe(1);
	const { body } = await desk.manager.call("GET", `/v1/contact?phone=${encodeURIComponent(phone)}`);
	expect(body.items).toMatchObject([{ name: phone, phone, smsConsent: false }]);
});

it("extends a link and raises its views within the tier, for whom it is meant", async () => {
	const link = await desk.link({ ...(await desk.ofTier("Sensitive")), maxViews: 3, expiresInHours: 24 });
	const path = `/v1/customerlink/${link.customerLinkUID}`;
	const expiresAtUtc = new Date(Date.parse(link.createdAtUtc) + 100 * HOUR).toISOString();
	const changed = await desk.agent.call("PATCH", path, { expiresAtUtc, maxViews: 5 });
	expect(changed.body).toMatchObject({ isChanged: true, link: { expiresAtUtc, maxViews: 5, version: 2 } });
	expect(changed.headers.get("ETag")).toBe('"2"');
	const again = await desk.agent.call("PATCH", path, { expiresAtUtc, maxViews: 5 });
	expect(again.body).toMatchObject({ isChanged: false, link: { version: 2 } });
	for (const [fieldName, body] of [
		["MaxViews", { maxViews: 11 }],
		["MaxViews", { reset: ["MaxViews"] }],
		["ExpiresInHours", { expiresInHours: 721 }],
		["ExpiresAtUtc", { expiresAtUtc: "9999-12-31T23:59:59Z" }],
	] as const)
		expect(await desk.agent.call("PATCH", path, body)).toMatchObject({
			status: 422,
			body: { responseStatus: { errorCode: "PolicyViolation", errors: [{ fieldName }] } },
		});
	expect(await desk.act(link, "resend", { extendHours: 721 })).toMatchObject({
		status: 422,
		body: { responseStatus: { errorCode: "PolicyViolation", errors: [{ fieldName: "ExtendHours" }] } },
	});
	expect(await desk.agent.call("PATCH", path, { expiresAtUtc: "2020-01-01T00:00:00Z" })).toMatchObject({ status: 422 });
	expect((await desk.events(link)).events.map(({ type }: any) => type)).toEqual(["Created", "Extended"]);
	expect(await desk.read(link)).toMatchObject({ expiresAtUtc, maxViews: 5, version: 2 });

	const standard = await desk.link({ maxViews: 1 });
	const open = { reset: ["MaxViews"] };
	expect(
		(await desk.agent.call("PATCH", `/v1/customerlink/${standard.customerLinkUID}`, open)).body.link.maxViews,
	).toBe(null);
});

it("changes a link only from the version that was meant", async () => {
	const link = await desk.link();
	const path = `/v1/customerlink/${link.customerLinkUID}`;
	const { headers } = await desk.agent.call("GET", path);
	const etag = headers.get("ETag") ?? "";
	const patch = (maxViews: number, ifMatch: string) =>
		callWith(desk.agent, path, { maxViews }, { "If-Match": ifMatch });
	expect(await patch(3, etag)).toBe(200);
	expect(await patch(4, etag)).toBe(412);
	expect(await patch(4, "nonsense")).toBe(412);
	expect(await patch(4, "*")).toBe(200);
	const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => patch(100 + index, '"3"')));
	expect(answers.filter((status) => status === 200)).toHaveLength(1);
	const free = await Promise.all(
		Array.from({ length: 5 }, (_, index) => desk.agent.call("PATCH", path, { maxViews: 200 + index })),
	);
	expect(free.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
	expect(await desk.read(link)).toMatchObject({ version: 9 });
	expect((await desk.events(link)).events).toHaveLength(9);
});

it("revokes a link for good, once", async () => {
	const link = await desk.link();
	const answers = await Promise.all(
		Array.from({ length: 50 }, () => desk.act(link, "revoke", { reason: "Sent to the wrong person" })),
	);
	expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 200));
	expect(answers.filter(({ body }) => body.isChanged)).toHaveLength(1);
	const { events, isIntact } = await desk.events(link);
	expect(isIntact).toBe(true);
	expect(events.map(({ type }: any) => type)).toEqual(["Created", "Revoked"]);
	expect(events[1]).toMatchObject({ actorId: desk.agent.userId, data: { reason: "Sent to the wrong person" } });
	expect(await desk.read(link)).toMatchObject({ status: "Revoked", revokedByUserId: desk.agent.userId, version: 2 });
	for (const [method, rest] of [
		["PATCH", ""],
		["POST", "/resend"],
		["POST", "/unlock"],
	] as const) {
		const body = method === "PATCH" ? { maxViews: 2 } : {};
		expect(await desk.agent.call(method, `/v1/customerlink/${link.customerLinkUID}${rest}`, body)).toMatchObject({
			status: 410,
			body: { responseStatus: { errorCode: "LinkRevoked" } },
		});
	}
});

it("revokes many at once: of a contact, to a resource, of a user; of an agent only its own", async () => {
	const other = await Person.invent("Ben Agent", "Agent", desk.tenant);
	const chatId = await desk.agent.createChat([other]);
	const contact = await desk.contact({ email: address() });
	const to = { recipientContactId: contact.contactId, recipientEmail: undefined };
	const [a, b, c] = await Promise.all([
		desk.link({ ...to, resourceUid: chatId }),
		desk.link({ ...to, resourceUid: chatId }, other),
		desk.link({ resourceUid: chatId }),
	]);
	const bulk = async (body: object, by: Person) => (await by.call("POST", "/v1/customerlink/revoke", body)).body;
	expect(await bulk({ resourceUid: chatId, recipientContactId: contact.contactId }, desk.agent)).toEqual({
		revoked: 1,
		hasMore: false,
	});
	expect(await desk.read(a)).toMatchObject({ status: "Revoked" });
	expect(await bulk({ createdByUserId: other.userId }, desk.agent)).toEqual({ revoked: 0, hasMore: false });
	expect(await bulk({ resourceUid: chatId, resourceType: "chat" }, desk.manager)).toEqual({
		revoked: 2,
		hasMore: false,
	});
	expect(await bulk({ resourceUid: chatId }, desk.manager)).toEqual({ revoked: 0, hasMore: false });
	for (const link of [a, b, c]) {
		const { events, isIntact } = await desk.events(link);
		expect([events.map(({ type }: any) => type), isIntact]).toEqual([["Created", "Revoked"], true]);
	}
	expect(await desk.agent.call("POST", "/v1/customerlink/revoke", {})).toMatchObject({ status: 400 });
	expect(await desk.agent.call("POST", "/v1/customerlink/revoke", { resourceType: "Chat" })).toMatchObject({
		status: 400,
	});
});

it("sends a link again with a new token; older ones go on working unless they are voided", async () => {
	const { body: made } = await desk.ask({ deliverEmail: true });
	const again = await desk.act(made.link, "resend", { extendHours: 10 });
	expect(again).toMatchObject({
		status: 200,
		body: { deliveryErrors: [], link: { version: 2, deliveryChannels: "Email" } },
	});
	expect(again.body.portalUrl).not.toBe(made.portalUrl);
	expect(Date.parse(again.body.link.expiresAtUtc) - Date.parse(made.link.expiresAtUtc)).toBe(10 * HOUR);
	const tokens = () =>
		env.DB.prepare("SELECT count(*) AS all_of_them, count(revoked_at) AS voided FROM link_token WHERE link_id = ?")
			.bind(made.link.customerLinkId)
			.first();
	expect(await tokens()).toEqual({ all_of_them: 4, voided: 0 });
	await desk.act(made.link, "resend", { invalidatePrevious: true, deliverEmail: false });
	expect(await tokens()).toEqual({ all_of_them: 5, voided: 4 });
	const { events } = await desk.events(made.link);
	const types = events.map(({ type }: any) => type).filter((type: string) => !type.startsWith("Delivery"));
	expect(types).toEqual(["Created", "Resent", "Resent"]);
	expect(await desk.act(made.link, "resend", { extendHours: 90 * 24 })).toMatchObject({ status: 422 });
});

it("sends nothing by a link that does not work, and says what to do", async () => {
	const [expired, spent, locked] = await Promise.all([desk.link(), desk.link({ maxViews: 3 }), desk.link()]);
	await desk.set(expired, { expires_at: Date.now() - 1 });
	await desk.set(spent, { view_count: 3 });
	await desk.set(locked, { locked_at: Date.now(), otp_failures: 15 });
	for (const [link, status, errorCode] of [
		[expired, 410, "LinkExpired"],
		[spent, 410, "LinkExhausted"],
		[locked, 423, "LinkLocked"],
	] as const)
		expect(await desk.act(link, "resend")).toMatchObject({ status, body: { responseStatus: { errorCode } } });
	expect(await desk.act(expired, "resend", { extendHours: 1 })).toMatchObject({
		status: 200,
		body: { link: { status: "Active" } },
	});
	expect((await desk.act(locked, "unlock")).body).toMatchObject({ isChanged: true, link: { status: "Active" } });
	expect((await desk.act(locked, "unlock")).body).toMatchObject({ isChanged: false });
	expect(await desk.act(locked, "resend")).toMatchObject({ status: 200 });
	expect((await desk.events(locked)).events.map(({ type }: any) => type)).toContain("Unlocked");
	const raised = await desk.agent.call("PATCH", `/v1/customerlink/${spent.customerLinkUID}`, { maxViews: 4 });
	expect(raised.body.link).toMatchObject({ status: "Active", viewCount: 3 });
});

it("sends a link again so often and no oftener, and takes up what its contact has got meanwhile", async () => {
	// In the middle of an hour: its limit is counted by hours of the clock.
	vi.useFakeTimers({ toFake: ["Date"], now: Date.now() - (Date.now() % HOUR) + HOUR / 2 });
	onTestFinished(() => void vi.useRealTimers());
	const contact = await desk.contact({ phone: number() });
	const { body: made } = await desk.ask({
		...(await desk.ofTier("Sensitive")),
		recipientEmail: undefined,
		recipientContactId: contact.contactId,
		deliverSms: true,
	});
	expect(made).toMatchObject({ deliveryErrors: ["Sms:NoConsent"], link: { requireOtp: true, otpChannel: null } });
	const email = address();
	await desk.manager.call("PATCH", `/v1/contact/${contact.contactId}`, { email, smsConsent: true });
	const again = await desk.act(made.link, "resend", { deliverSms: true });
	expect(again.body).toMatchObject({
		deliveryErrors: [],
		link: { recipientEmail: email, smsConsentSnapshot: true, otpChannel: "Email", deliveryChannels: "Sms" },
	});
	const answers = [];
	// One after the other: what is sent at the same moment as something else changes the link is refused for that.
	// oxlint-disable-next-line no-await-in-loop
	for (let times = 0; times < 11; times += 1)
		answers.push(await desk.act(made.link, "resend", { deliverEmail: false }));
	expect(answers.map(({ status }) => status)).toEqual([...Array.from({ length: 9 }, () => 200), 429, 429]);
	expect(Number(answers.at(-1)?.headers.get("Retry-After"))).toBeGreaterThan(0);
});

async function callWith(by: Person, path: string, body: object, headers: Record<string, string>): Promise<number> {
	return (await call("PATCH", path, { body, headers: { ...by.headers, ...headers } })).status;
}

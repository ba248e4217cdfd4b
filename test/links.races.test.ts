import { env } from "cloudflare:workers";
import { beforeAll, expect, it, onTestFinished, vi } from "vitest";
import { tenantDatabase } from "../src/db/database.ts";
import { spend } from "../src/links/throttle.ts";
import { unique } from "./support/client.ts";
import { address, Desk, number } from "./support/link-desk.ts";

let desk: Desk;

beforeAll(async () => {
	desk = await Desk.found();
});

function times<T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> {
	return Promise.all(Array.from({ length: count }, (_, index) => work(index)));
}

async function countOf(table: string, column: string, value: unknown): Promise<number> {
	const row = await env.DB.prepare(`SELECT count(*) AS count FROM ${table} WHERE ${column} = ?`)
		.bind(value)
		.first<{ count: number }>();
	return row?.count ?? 0;
}

it("makes one link, one contact and one message of fifty requests with one key", async () => {
	const members = { recipientEmail: address(), deliverEmail: true, maxViews: 7 };
	const key = unique("key");
	const answers = await times(50, () => desk.ask(members, { key }));
	expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 200));
	expect(new Set(answers.map(({ body }) => body.portalUrl)).size).toBe(1);
	expect(new Set(answers.map(({ body }) => body.link.customerLinkUID)).size).toBe(1);
	const { link } = answers[0]?.body ?? {};
	expect(await countOf("link", "recipient_email", members.recipientEmail)).toBe(1);
	expect(await countOf("contact", "email", members.recipientEmail)).toBe(1);
	expect(await countOf("delivery", "link_id", link.customerLinkId)).toBe(1);
	expect(await countOf("link_token", "link_id", link.customerLinkId)).toBe(2);
	const again = await desk.ask(members, { key });
	expect(again.body).toEqual(answers[0]?.body);
	expect(await desk.ask({ ...members, maxViews: 8 }, { key })).toMatchObject({
		status: 409,
		body: { responseStatus: { errorCode: "IdempotencyMismatch" } },
	});
	// A key is its user's.
	expect((await desk.ask(members, { key, by: desk.administrator })).body.link.customerLinkUID).not.toBe(
		link.customerLinkUID,
	);
});

it("makes as many links as there are keys, at the same time", async () => {
	const recipientEmail = address();
	const keys = [unique("key"), unique("key"), unique("key")];
	const answers = await times(48, (index) => desk.ask({ recipientEmail }, { key: keys[index % 3] ?? "" }));
	expect(new Set(answers.map(({ body }) => body.portalUrl)).size).toBe(3);
	expect(await countOf("link", "recipient_email", recipientEmail)).toBe(3);
});

it("gives a key back when its request came to nothing, and keeps it for a day", async () => {
	const key = unique("key");
	const recipientEmail = address();
	expect(await desk.ask({ recipientEmail, expiresInHours: 5000 }, { key })).toMatchObject({ status: 422 });
	expect(await desk.ask({ recipientEmail, resourceType: "Nothing" }, { key })).toMatchObject({ status: 404 });
	const first = await desk.ask({ recipientEmail }, { key });
	const replayed = await desk.ask({ recipientEmail }, { key });
	expect([first.status, replayed.body]).toEqual([200, first.body]);
	vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 24 * 3600_000 + 1000 });
	onTestFinished(() => void vi.useRealTimers());
	const next = await desk.ask({ recipientEmail }, { key });
	expect(next.body.portalUrl).not.toBe(first.body.portalUrl);
});

it("takes over the key of a request that was lost on its way, not of one that is on it", async () => {
	const key = unique("key");
	const recipientEmail = address();
	const first = await desk.ask({ recipientEmail }, { key });
	const lose = (age: number) =>
		env.DB.prepare("UPDATE link_request SET answer = '', created_at = ? WHERE key = ?")
			.bind(Date.now() - age, key)
			.run();
	await lose(31_000);
	const second = await desk.ask({ recipientEmail }, { key });
	expect([second.status, second.body.portalUrl === first.body.portalUrl]).toEqual([200, false]);
	await lose(5000);
	const waiting = desk.ask({ recipientEmail }, { key });
	const { body } = second;
	expect(await Promise.race([waiting, new Promise((resolve) => setTimeout(() => resolve("waits"), 1000))])).toBe(
		"waits",
	);
	await lose(31_000);
	const third = await waiting;
	expect([third.status, third.body.portalUrl === body.portalUrl]).toEqual([200, false]);
});

it.each(["", " ", "x".repeat(256)])("refuses the key '%s'", async (key) => {
	expect(await desk.ask({}, { key })).toMatchObject({ status: 400 });
});

it("stores no address of the portal in the clear for its keys", async () => {
	const key = unique("key");
	const { body } = await desk.ask({}, { key });
	const row = await env.DB.prepare("SELECT answer FROM link_request WHERE key = ?")
		.bind(key)
		.first<{ answer: string }>();
	expect(row?.answer).toMatch(/^[\w-]{60,}$/);
	expect(JSON.stringify(row)).not.toContain(body.portalUrl.slice(-20));
});

it("grants exactly what a window of time holds", async () => {
	const tenant = tenantDatabase(env, desk.tenant);
	const key = unique("throttle");
	const now = 1_000_000_500;
	const spent = await times(50, () => spend(tenant, key, { limit: 3, windowMs: 1000 }, now));
	expect(spent.filter(({ granted }) => granted)).toHaveLength(3);
	expect(spent.find(({ granted }) => !granted)?.retryAfterMs).toBe(500);
	const later = await times(50, () => spend(tenant, key, { limit: 3, windowMs: 1000 }, now + 500));
	expect(later.filter(({ granted }) => granted)).toHaveLength(3);
	expect(await spend(tenant, key, { limit: 0, windowMs: 60_000 }, now)).toMatchObject({ granted: false });
	expect(await spend(tenantDatabase(env, unique("other")), key, { limit: 3, windowMs: 1000 }, now)).toMatchObject({
		granted: true,
		retryAfterMs: 0,
	});
	const mail = `spend ${address()}`;
	await spend(tenant, mail, { limit: 3, windowMs: 1000 }, now);
	expect(JSON.stringify((await env.DB.prepare("SELECT * FROM throttle").all()).results)).not.toContain(mail);
});

it("sends a link again to several at once without mixing them up", async () => {
	const contact = await desk.contact({ email: address(), phone: number(), smsConsent: true });
	const { body: made } = await desk.ask({ recipientEmail: undefined, recipientContactId: contact.contactId });
	const answers = await times(5, () => desk.act(made.link, "resend", { deliverEmail: true, invalidatePrevious: true }));
	const sent = answers.filter(({ status }) => status === 200);
	expect(sent.length).toBeGreaterThan(0);
	expect(answers.every(({ status }) => status === 200 || status === 409)).toBe(true);
	expect(await countOf("delivery", "link_id", made.link.customerLinkId)).toBe(sent.length);
	const live = await env.DB.prepare("SELECT count(*) AS count FROM link_token WHERE link_id = ? AND revoked_at IS NULL")
		.bind(made.link.customerLinkId)
		.first();
	expect(live).toEqual({ count: 2 });
	expect((await desk.events(made.link)).isIntact).toBe(true);
});

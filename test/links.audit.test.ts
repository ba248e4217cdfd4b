import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { batch } from "../src/db/batch.ts";
import { tenantDatabase, type TenantDatabase } from "../src/db/database.ts";
import {
	eventStatement,
	recipient,
	recordEvent,
	sealEvents,
	sealLeftovers,
	system,
	verifyAudit,
} from "../src/links/audit.ts";
import { networkOf, traceOf } from "../src/http/trace.ts";
import { Desk } from "./support/link-desk.ts";

let desk: Desk;
let tenant: TenantDatabase;

beforeAll(async () => {
	desk = await Desk.found();
	tenant = tenantDatabase(env, desk.tenant);
});

/** A link with six events. */
async function linkWithHistory(): Promise<{ customerLinkUID: string; customerLinkId: number }> {
	const link = await desk.link();
	for (const reason of ["a", "b", "c", "d", "e"])
		// oxlint-disable-next-line no-await-in-loop -- one after the other
		await recordEvent(tenant, link.customerLinkId, { type: "Denied", at: 1000, actor: recipient, data: { reason } });
	return link;
}

async function run(sql: string, ...values: unknown[]): Promise<void> {
	await env.DB.prepare(sql)
		.bind(...values)
		.run();
}

it("says that an audit is intact, with the hash that proves it later", async () => {
	const link = await linkWithHistory();
	const { events, isIntact, count, head } = await desk.events(link);
	expect([isIntact, count, events.map(({ n }: any) => n)]).toEqual([true, 6, [1, 2, 3, 4, 5, 6]]);
	expect(head).toBe(events.at(-1).hash);
	expect(events.every(({ hash }: any) => /^[0-9a-f]{64}$/.test(hash))).toBe(true);
	const path = `/v1/customerlink/${link.customerLinkUID}/events`;
	const { body: page } = await desk.agent.call("GET", `${path}?after=2&take=2`);
	expect(page).toMatchObject({ hasMore: true, isIntact: true, events: [{ n: 3 }, { n: 4 }] });
});

it.each([
	["a changed row", 3, ['UPDATE link_event SET data = \'{"reason":"z"}\' WHERE link_id = ?1 AND n = 3']],
	["a changed time", 2, ["UPDATE link_event SET at = at + 1 WHERE link_id = ?1 AND n = 2"]],
	["a changed actor", 1, ["UPDATE link_event SET actor_id = 'somebody' WHERE link_id = ?1 AND n = 1"]],
	["a changed hash", 4, [`UPDATE link_event SET hash = '${"0".repeat(64)}' WHERE link_id = ?1 AND n = 4`]],
	["a removed row", 3, ["DELETE FROM link_event WHERE link_id = ?1 AND n = 3"]],
	["the first row removed", 1, ["DELETE FROM link_event WHERE link_id = ?1 AND n = 1"]],
	["the last row removed", 6, ["DELETE FROM link_event WHERE link_id = ?1 AND n = 6"]],
	["all rows removed", 1, ["DELETE FROM link_event WHERE link_id = ?1"]],
	[
		"two rows that changed places",
		3,
		[
			"UPDATE link_event SET n = -3 WHERE link_id = ?1 AND n = 3",
			"UPDATE link_event SET n = 3 WHERE link_id = ?1 AND n = 4",
			"UPDATE link_event SET n = 4 WHERE link_id = ?1 AND n = -3",
		],
	],
	[
		"a row removed and the others moved up",
		3,
		[
			"DELETE FROM link_event WHERE link_id = ?1 AND n = 3",
			"UPDATE link_event SET n = n - 1 WHERE link_id = ?1 AND n > 3",
		],
	],
	["a row whose seal was taken off", 5, ["UPDATE link_event SET hash = NULL WHERE link_id = ?1 AND n = 5"]],
	[
		"a row put in place of the last",
		6,
		[
			"DELETE FROM link_event WHERE link_id = ?1 AND n = 6",
			"INSERT INTO link_event (tenant_id, link_id, n, type, at, actor_type) SELECT tenant_id, id, 6, 'Viewed', 1, 'Recipient' FROM link WHERE id = ?1",
		],
	],
])("finds out %s", async (_, brokenAt, statements) => {
	const link = await linkWithHistory();
	const other = await linkWithHistory();
	// oxlint-disable-next-line no-await-in-loop -- in their order
	for (const statement of statements) await run(statement, link.customerLinkId);
	const verdict = await desk.events(link);
	expect(verdict).toMatchObject({ isIntact: false, brokenAt, why: expect.any(String) });
	expect(await verifyAudit(tenant, link.customerLinkId)).toMatchObject({ valid: false, brokenAt });
	expect(await desk.events(other)).toMatchObject({ isIntact: true });
	// What happens afterwards is written all the same, and mends nothing.
	await recordEvent(tenant, link.customerLinkId, { type: "Viewed", at: 1, actor: recipient });
	expect(await verifyAudit(tenant, link.customerLinkId)).toMatchObject({ valid: false, brokenAt });
});

it("finds out an end that was cut off and written anew on the link's row as well", async () => {
	const link = await linkWithHistory();
	await run("DELETE FROM link_event WHERE link_id = ? AND n = 6", link.customerLinkId);
	await run("UPDATE link SET audit_count = 5 WHERE id = ?", link.customerLinkId);
	expect(await verifyAudit(tenant, link.customerLinkId)).toMatchObject({ valid: false, brokenAt: 5 });
});

it("numbers and seals what comes from many sides at once", async () => {
	const link = await desk.link();
	const types = ["Opened", "Viewed", "OtpSent", "Denied"] as const;
	await Promise.all(
		Array.from({ length: 50 }, (_, index) =>
			recordEvent(tenant, link.customerLinkId, { type: types[index % 4] ?? "Opened", at: index, actor: recipient }),
		),
	);
	const { events, isIntact, count } = await desk.events(link);
	expect([isIntact, count]).toEqual([true, 51]);
	expect(events.map(({ n }: any) => n)).toEqual(Array.from({ length: 51 }, (_, index) => index + 1));
	expect(new Set(events.map(({ hash }: any) => hash)).size).toBe(51);
});

it("seals in the sweep what a lost call left, of any tenant", async () => {
	const link = await desk.link();
	await sealEvents(tenant, link.customerLinkId);
	const event = eventStatement(tenant, link.customerLinkId, {
		type: "DeliverySent",
		at: 5,
		actor: system,
		channel: "Email",
	});
	await batch(tenant.db, [event]);
	const unsealed = () =>
		env.DB.prepare("SELECT count(*) AS count FROM link_event WHERE hash IS NULL AND link_id = ?")
			.bind(link.customerLinkId)
			.first("count");
	expect(await unsealed()).toBe(1);
	expect(await verifyAudit(tenant, link.customerLinkId)).toMatchObject({ valid: true, count: 1 });
	await sealLeftovers(env);
	expect(await unsealed()).toBe(0);
	expect(await verifyAudit(tenant, link.customerLinkId)).toMatchObject({ valid: true, count: 2 });
});

it("writes an event only of the tenant's own link, and only when something changed where that is asked", async () => {
	const link = await desk.link();
	const id = link.customerLinkId;
	const stranger = tenantDatabase(env, "somebody-else");
	const event = { type: "Viewed", at: 1, actor: recipient } as const;
	await batch(env.DB && stranger.db, [eventStatement(stranger, id, event)]);
	const { sql } = await import("drizzle-orm");
	await batch(tenant.db, [
		sql`UPDATE link SET view_count = 1 WHERE id = ${id} AND view_count = 99`,
		eventStatement(tenant, id, event, { onlyIfChanged: true }),
	]);
	expect((await desk.events(link)).events).toHaveLength(1);
	await batch(tenant.db, [
		sql`UPDATE link SET view_count = 1 WHERE id = ${id} AND view_count = 0`,
		eventStatement(tenant, id, event, { onlyIfChanged: true }),
	]);
	expect((await desk.events(link)).events).toHaveLength(2);
});

it("notes where a request came from, no closer than it must", async () => {
	expect(
		[
			["203.0.113.77", "203.0.113.0/24"],
			["::ffff:203.0.113.77", "203.0.113.0/24"],
			["2001:db8:1234:5678::1", "2001:db8:1234::/48"],
			["2001:DB8::1", "2001:db8:0::/48"],
			["::1", "0:0:0::/48"],
			["fe80::1%eth0", "fe80:0:0::/48"],
			["", null],
			["unknown", null],
			["<script>", null],
		].filter(([address, network]) => networkOf(address ?? "") !== network),
	).toEqual([]);
	const request = new Request("http://foyer.test/", {
		headers: { "CF-Connecting-IP": "203.0.113.77", "User-Agent": "x".repeat(5000) },
	});
	expect(traceOf(request)).toEqual({ ip: "203.0.113.0/24", userAgent: "x".repeat(300), country: null });
	const { body } = await desk.ask();
	expect((await desk.events(body.link)).events[0]).toMatchObject({ ip: null, country: null, n: 1 });
});

import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { newGuid } from "../src/rooms/room-id.ts";
import { Person, unique } from "./support/client.ts";
import { address, Desk } from "./support/link-desk.ts";
import { fullScans, recorded, rowsRead, type Statement } from "./support/plans.ts";
import { askWith } from "./support/tokens.ts";

const HOUR = 3600_000;
/** Links of the big tenant: more than one list may read. */
const MANY = 12_000;

let desk: Desk;
let big: string;
let clerk: Person;
let resourceUid: string;

beforeAll(async () => {
	desk = await Desk.found();
	big = unique("big");
	clerk = await Person.invent("Mia Manager", "Manager", big);
	resourceUid = newGuid();
	const now = Date.now();
	// Newest last. Every thousandth of the older half is locked; every tenth was made by one user, to one resource, for contact 9.
	await env.DB.prepare(
		`WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?1)
		INSERT INTO link (tenant_id, uid, resource_type, resource_uid, tier, delivery_channels, contact_id, recipient_name, sms_consent,
			created_by, created_by_name, created_at, expires_at, locked_at)
		SELECT ?2, printf('%032x', i), CASE i % 3 WHEN 0 THEN 'Chat' ELSE 'Invoice' END,
			CASE i % 10 WHEN 0 THEN ?3 ELSE printf('%032x', i) END, 'Standard', '', CASE i % 10 WHEN 0 THEN 9 ELSE i + 10 END, 'R', 0,
			CASE i % 10 WHEN 0 THEN 'busy' ELSE 'u' || i END, 'U', ?4 + i, ?4 + 1000000000,
			CASE WHEN i % 1000 = 0 AND i < ?1 / 2 THEN ?4 END FROM n`,
	)
		.bind(MANY, big, resourceUid, now - HOUR)
		.run();
});

async function list(query: string, by = desk.manager): Promise<any> {
	const { status, body } = await by.call("GET", `/v1/customerlink${query}`);
	expect([query, status, body.responseStatus]).toEqual([query, 200, undefined]);
	return body;
}

const uids = ({ links }: any): string[] => links.map(({ customerLinkUID }: any) => customerLinkUID);

it("lists by everything that can be asked for, the newest first", async () => {
	const contact = await desk.contact({ email: address() });
	const to = { recipientContactId: contact.contactId, recipientEmail: undefined };
	const other = await Person.invent("Ben Agent", "Agent", desk.tenant);
	const otherChat = await other.createChat();
	const first = await desk.link(to);
	const second = await desk.link();
	const third = await desk.link({ ...to, resourceUid: otherChat }, other);
	const all = [third, second, first].map((link) => link.customerLinkUID);
	expect(uids(await list(""))).toEqual(all);
	expect(uids(await list("", desk.agent))).toEqual(all.slice(1));
	expect(uids(await list("", other))).toEqual(all.slice(0, 1));
	expect(uids(await list(`?recipientContactId=${contact.contactId}`))).toEqual([all[0], all[2]]);
	expect(uids(await list(`?resourceUid=${otherChat}`))).toEqual([all[0]]);
	expect(uids(await list(`?resourceType=chat`))).toEqual(all);
	expect(uids(await list(`?resourceType=Customer`))).toEqual([]);
	expect(uids(await list(`?createdByUserId=${other.userId}`))).toEqual([all[0]]);
	expect(uids(await list(`?createdByUserId=${other.userId}`, desk.agent))).toEqual([]);
	expect(
		uids(await list(`?resourceType=Chat&recipientContactId=${contact.contactId}&resourceUid=${otherChat}`)),
	).toEqual([all[0]]);
	expect(uids(await list(`/resource/Chat/${otherChat}`))).toEqual([all[0]]);
	expect(uids(await list(`/resource/Chat/${otherChat.toUpperCase()}`, desk.agent))).toEqual([]);
	expect(uids(await list(`/resource/Customer/${otherChat}`))).toEqual([]);
	expect(await list("", (await Desk.found()).administrator)).toEqual({
		links: [],
		totalCount: 0,
		totalPages: 0,
		hasMorePages: false,
	});
});

it("tells the status of each link, and lists by it", async () => {
	const own = await Desk.found();
	const [active, locked, spent, expired, revoked] = await Promise.all([
		own.link({ maxViews: 5 }),
		own.link(),
		own.link({ maxViews: 3 }),
		own.link(),
		own.link(),
	]);
	// Each is also what comes after it in the order of the contract: Revoked > Expired > Exhausted > Locked > Active.
	await own.set(locked, { locked_at: 1 });
	await own.set(spent, { locked_at: 1, view_count: 3 });
	await own.set(expired, { locked_at: 1, view_count: 3, max_views: 3, expires_at: Date.now() });
	await own.set(revoked, { locked_at: 1, view_count: 3, max_views: 3, expires_at: 1 });
	await own.act(revoked, "revoke");
	for (const [status, link] of Object.entries({
		Active: active,
		Locked: locked,
		Exhausted: spent,
		Expired: expired,
		Revoked: revoked,
	})) {
		expect(await own.read(link)).toMatchObject({ status });
		const page = await list(`?status=${status.toLowerCase()}`, own.manager);
		expect([status, uids(page), page.totalCount]).toEqual([status, [link.customerLinkUID], 1]);
	}
	expect(await own.manager.call("GET", "/v1/customerlink?status=Gone")).toMatchObject({ status: 400 });
});

it("goes on page by page and by cursor, and misses none", async () => {
	const wanted = Array.from({ length: 1200 }, (_, place) => printed(MANY - 10 - place * 10));
	for (const way of ["cursor", "page"]) {
		const seen: string[] = [];
		for (let page = 0, cursor = ""; ; page += 1) {
			const rest = way === "page" ? `&page=${page}` : cursor && `&cursor=${cursor}`;
			// oxlint-disable-next-line no-await-in-loop -- each page follows the one before it
			const answer = await list(`?createdByUserId=busy&countPerPage=200&simplifiedPaging=true${rest}`, clerk);
			seen.push(...uids(answer));
			expect(answer).toMatchObject({ totalCount: 0, totalPages: 0 });
			cursor = answer.cursor;
			if (!answer.hasMorePages) break;
		}
		expect(seen).toEqual(wanted);
	}
	expect(await list("?createdByUserId=busy", clerk)).toMatchObject({ totalCount: 1200, totalPages: 48 });
	expect(await clerk.call("GET", "/v1/customerlink?page=1000")).toMatchObject({
		status: 400,
		body: { responseStatus: { errorCode: "OffsetTooDeep" } },
	});
	expect(await clerk.call("GET", "/v1/customerlink?cursor=nonsense")).toMatchObject({
		status: 400,
		body: { responseStatus: { errorCode: "InvalidCursor" } },
	});
});

it("breaks a long walk off and goes on where it stopped", async () => {
	const first = await list("?status=Locked", clerk);
	// The newest 10,000 are read: the locked ones among them are 5000, 4000, 3000 and 2000.
	expect(uids(first)).toEqual([5000, 4000, 3000, 2000].map(printed));
	expect(first).toMatchObject({ hasMorePages: true, totalCount: 4 });
	const rest = await list(`?status=Locked&cursor=${first.cursor}`, clerk);
	expect([uids(rest), rest.hasMorePages]).toEqual([[1000, 0].map(printed), false]);
	expect((await list("?simplifiedPaging=false", clerk)).totalCount).toBe(10_000);
});

it.each([
	["", 110],
	["status=Active", 110],
	["createdByUserId=busy", 110],
	["recipientContactId=9", 110],
	["resourceType=Chat", 160],
	[`resourceType=Chat&status=Active&resourceUid=PLACE`, 160],
	["createdByUserId=u11&status=Locked", 60],
	["status=Revoked", 20_100],
	["status=Revoked&createdByUserId=busy", 4000],
	["page=300&createdByUserId=busy", 2500],
])("reads few rows for ?%s", async (query, most) => {
	const statements: Statement[] = [];
	const path = `/v1/customerlink?simplifiedPaging=true&${query.replace("PLACE", resourceUid)}`;
	const answer = await askWith({ DB: recorded(env.DB, statements) }, path, { headers: clerk.headers });
	expect(answer.status).toBe(200);
	const ofLinks = statements.filter((statement) => / link\b/i.test(statement.query.replaceAll('"', " ")));
	expect(ofLinks.length).toBeGreaterThan(0);
	const scans = await Promise.all(ofLinks.map(fullScans));
	expect(scans.flat()).toEqual([]);
	const rows = await Promise.all(ofLinks.map(rowsRead));
	expect([query, rows.reduce((sum, count) => sum + count, 0) <= most, rows]).toEqual([query, true, rows]);
});

it("revokes so many links at a time, and says when there are more", async () => {
	const revoke = async () => (await clerk.call("POST", "/v1/customerlink/revoke", { createdByUserId: "busy" })).body;
	expect(await revoke()).toEqual({ revoked: 500, hasMore: true });
	expect(uids(await list("?status=Revoked&countPerPage=200&createdByUserId=busy", clerk))).toHaveLength(200);
	expect(await revoke()).toEqual({ revoked: 500, hasMore: true });
	expect(await revoke()).toEqual({ revoked: 200, hasMore: false });
	expect(await list("?createdByUserId=busy&status=Active", clerk)).toMatchObject({ links: [], totalCount: 0 });
	const noted = await env.DB.prepare(
		"SELECT count(*) AS count FROM link_event WHERE tenant_id = ? AND type = 'Revoked'",
	)
		.bind(big)
		.first("count");
	expect(noted).toBe(1200);
});

function printed(place: number): string {
	return place.toString(16).padStart(32, "0");
}

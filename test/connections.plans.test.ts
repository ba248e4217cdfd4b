import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { askWith } from "./support/tokens.ts";
import { Circle, guardOf, type Pair } from "./support/circle.ts";
import { fullScans, recorded, rowsRead, type Statement } from "./support/plans.ts";

it("answers every question about contacts and connections from an index", async () => {
	const circle = await Circle.found();
	const pair = await circle.requested();
	const doomed = await circle.contact();
	const [{ asks, asked, contactTypeId, roleId }, guard] = [pair, guardOf(pair, pair.asked)];
	const { manager } = circle;
	const contact = `/v1/contact/${asks.contactId}`;
	const list = "/v1/contact?countPerPage=1";
	const { cursor } = (await manager.call("GET", list)).body;
	const connection = `/api/connections/${pair.id}`;
	const request = { contactId: asks.contactUid, toContactId: asked.contactUid, contactTypeId, roleId };

	type Ask = [method: string, path: string, body?: object];
	const asManager: Ask[] = [
		["GET", list],
		["GET", `${list}&simplifiedPaging=true&cursor=${cursor}`],
		["GET", `${list}&sortOrder=Descend&cursor=${cursor}`],
		["GET", `${list}&namePrefix=pers`],
		["GET", `${list}&specificIds=${asks.contactUid},${asked.contactUid}`],
		["GET", `${list}&email=a@b.test`],
		["GET", `${list}&phone=%2B442079460958`],
		["GET", `${list}&contactTypeId=${contactTypeId}`],
		["GET", `${list}&customerId=${roleId}`],
		["GET", contact],
		["GET", `${contact}/SmsConsent`],
		["PATCH", contact, { contactTypeId, phone: "+442079460958", smsConsent: true }],
		["DELETE", `/v1/contact/${doomed.contactId}`],
		["DELETE", contact],
		["GET", "/api/contacttypes"],
		["GET", "/api/connectionroles"],
		["POST", "/api/contacttypes", { name: "Another" }],
		["PATCH", `/api/contacttypes/${contactTypeId}`, { name: "Renamed" }],
		["DELETE", `/api/contacttypes/${contactTypeId}`],
		["DELETE", `/api/connectionroles/${roleId}`],
		["POST", "/api/connections", request],
		["POST", "/api/connections/block", { ...request, contactId: asked.contactUid, toContactId: asks.contactUid }],
		["POST", `${connection}/unblock`, guard],
		["GET", connection],
		["GET", `${connection}/events`],
		["GET", "/api/connections"],
		["GET", `/api/connections?cursor=${pair.id}`],
		["GET", "/api/connections?status=Requested"],
		["GET", "/api/connections?status=Declined"],
		["GET", `/api/connections?contactId=${asks.contactUid}&status=Declined`],
		["GET", `/api/connections?contactId=${asks.contactUid}&cursor=${pair.id}`],
		["GET", `/api/connections?contactId=${asks.contactUid}&status=Removed&cursor=${pair.id}`],
	];
	const asContact: Ask[] = [["GET", `/api/connections?contactId=${asked.contactUid}`]];
	await crowd(circle.tenant, pair, 3000);
	const calls = [
		...asManager.map((call) => [call, manager.headers] as const),
		...asContact.map((call) => [call, asks.person.headers] as const),
	];
	let found = 0;
	for (const [[method, path, body], headers] of calls) {
		const statements: Statement[] = [];
		await askWith({ DB: recorded(env.DB, statements) }, path, { method, headers, body });
		expect([path, statements.length]).not.toEqual([path, 0]);
		for (const statement of statements) {
			const { query } = statement;
			expect([method, path, query, await fullScans(statement)]).toEqual([method, path, query, []]);
			// A count reads what it counts; everything else reads its page.
			const most = /^select count/i.test(query) ? 10_000 : 500;
			expect([path, query, await rowsRead(statement)]).toEqual([path, query, expect.toSatisfy((rows) => rows < most)]);
		}
		found += statements.length;
	}
	expect(found).toBeGreaterThan(60);
});

/** Thousands of others in the same tenant, all of them connected with one of the pair, half of them by their own wish. */
async function crowd(tenant: string, { asks, contactTypeId, roleId }: Pair, size: number): Promise<void> {
	const [type, role] = [contactTypeId, roleId].map((id) => id.replaceAll("-", ""));
	const numbers = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${size})`;
	await env.DB.batch([
		env.DB.prepare(
			`${numbers} INSERT INTO contact (tenant_id, contact_uid, name, name_key, sms_consent, version, created_at, updated_at)
			SELECT ?, printf('%032x', i), 'person', 'person', 0, 1, 0, 0 FROM n`,
		).bind(tenant),
		env.DB.prepare(
			`${numbers} INSERT INTO connection (tenant_id, id, role_id, pair_key, requester_uid, addressee_uid, contact_type_id, status,
				blocked_by, version, requested_at)
			SELECT ?1, printf('%032x', i), ?2, printf('%032x', i) || ?3, iif(i % 2, ?3, printf('%032x', i)),
				iif(i % 2, printf('%032x', i), ?3), ?4, iif(i % 3, 'Accepted', 'Removed'), '[]', 1, 0 FROM n`,
		).bind(tenant, role, asks.contactUid, type),
	]);
}

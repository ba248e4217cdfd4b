import { env } from "cloudflare:workers";
import { beforeAll, expect, it, vi } from "vitest";
import { evaluate, opening, schedule } from "../src/customers/schedule/schedule.ts";
import { call, Person, unique } from "./support/client.ts";
import { dowell } from "./support/dowell.ts";

let mia: Person;
const answerOf = async (orgId: string, customer_id?: string) => {
	const { headers, ...answer } = await dowell.get(`widget-hours/${orgId}`, customer_id ? { customer_id } : {});
	expect(headers.get("Access-Control-Allow-Origin")).toBe("*");
	return { ...answer, maxAge: Number(/^public, max-age=(\d+)$/.exec(headers.get("Cache-Control") ?? "")?.[1]) };
};
const hours = async (orgId: string, customer_id?: string) => {
	const { status, body, maxAge } = await answerOf(orgId, customer_id);
	expect(maxAge).toBeGreaterThan(50);
	expect(maxAge).toBeLessThanOrEqual(60);
	return { status, ...body };
};
const UNKNOWN = { status: 200, success: true, is_open: null, next_change: null };

const rule = {
	name: "Desk",
	simpleRuleType: "Time",
	startDate: "2026-01-05",
	frequency: "Daily",
	interval: 1,
} as const;
/** Open every day from eight to eight, with a lunch that has a name of its own. */
const daily = {
	timeZoneId: "Europe/Lisbon",
	defaultState: "Closed",
	rules: [
		{ ...rule, state: "Open", startTime: "08:00", endTime: "20:00" },
		{ ...rule, state: "Lunch", startTime: "12:00", endTime: "13:00", priority: 1 },
	],
};

async function org(): Promise<string> {
	const id = unique("ORG");
	await env.DB.prepare("INSERT INTO org (id, tenant_id, created_at) VALUES (?, 'acme', 0)").bind(id).run();
	return id;
}

async function customer(more: object = {}): Promise<string> {
	const { body } = await mia.call("POST", "/customers", { name: unique("Customer"), ...more });
	return body.id;
}

const name = async (orgId: string, customerId?: string) =>
	(await mia.call("PUT", `/v1/org/${orgId}`, { customerId })).body;

beforeAll(async () => {
	mia = await Person.signIn("Manager");
});

it("shows nothing until staff say whose hours an org has, and no longer than they say so", async () => {
	const orgId = await org();
	const uid = await customer({ schedule: { defaultState: "Open", rules: [] } });
	expect(await hours(orgId)).toEqual(UNKNOWN);
	expect(await hours(orgId, uid)).toEqual(UNKNOWN);
	expect(await name(orgId, uid)).toMatchObject({ orgId, customerId: uid });
	expect((await mia.call("GET", `/v1/org/${orgId}`)).body).toMatchObject({ orgId, customerId: uid });
	expect(await hours(orgId)).toMatchObject({ is_open: true, next_change: null });
	expect(await name(orgId)).toEqual({ orgId, dateCreated: "1970-01-01T00:00:00.000Z" });
	expect(await hours(orgId)).toEqual(UNKNOWN);
});

it("answers for the org's customer and those below it, with what they inherit, and for nobody else", async () => {
	const [orgId, root] = [await org(), await customer({ schedule: { forceClosed: true, rules: [] } })];
	const shop = await customer({ parentCustomerId: root, schedule: { defaultState: "Open", rules: [] } });
	const branch = await customer({ parentCustomerId: shop });
	const sibling = await customer({ parentCustomerId: root, schedule: { defaultState: "Open", rules: [] } });
	await name(orgId, shop);
	for (const known of [undefined, shop, branch, branch.toUpperCase()])
		expect(await hours(orgId, known)).toMatchObject({ is_open: true });
	for (const hidden of [root, sibling, "0".repeat(32), "no guid", "'"])
		expect(await hours(orgId, hidden)).toEqual(UNKNOWN);
	await mia.call("DELETE", `/customers/${shop}?cascade=true`);
	const other = await org();
	await env.DB.prepare("UPDATE org SET customer_id = ? WHERE id = ?").bind(shop, other).run();
	expect(await hours(other)).toEqual(UNKNOWN);
});

it("takes only a customer and an org of the own tenant", async () => {
	const orgId = await org();
	const gil = await Person.signIn("Manager", "globex");
	const { body } = await gil.call("POST", "/customers", { name: unique("Theirs") });
	expect((await mia.call("PUT", `/v1/org/${orgId}`, { customerId: body.id })).status).toBe(404);
	expect((await gil.call("PUT", `/v1/org/${orgId}`, { customerId: body.id })).status).toBe(404);
	expect((await mia.call("PUT", `/v1/org/${orgId}`, { customerId: "nonsense" })).status).toBe(400);
	expect((await mia.call("PUT", `/v1/org/${unique("NONE")}`, {})).status).toBe(404);
});

it("answers in the dialect to other verbs and for orgs that nobody has", async () => {
	expect(await hours(unique("UNHEARD"))).toEqual(UNKNOWN);
	const { status, body } = await call("POST", "/api/v2/widget-hours/DOWELL12345/", { body: {} });
	expect([status, body.success]).toEqual([405, false]);
});

it("says when it opens or closes, not when a state only gets another name, and may be kept until then", async () => {
	const orgId = await org();
	await name(orgId, await customer({ schedule: daily }));
	// Lisbon is an hour ahead in summer.
	vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("2027-07-01T06:59:30Z") });
	try {
		const first = await answerOf(orgId);
		expect(first.body).toEqual({ success: true, is_open: false, next_change: "2027-07-01T07:00:00.000Z" });
		expect(first.maxAge).toBeLessThanOrEqual(30);
		vi.setSystemTime("2027-07-01T07:00:00Z");
		expect(await hours(orgId)).toMatchObject({ is_open: true, next_change: "2027-07-01T11:00:00.000Z" });
	} finally {
		vi.useRealTimers();
	}
	const chainOf = (one: object | null) => [{ customerId: "c", state: null, schedule: one && schedule.parse(one) }];
	const at = new Date("2027-07-01T19:30:00Z");
	const cleaning = { ...rule, state: "Cleaning", startTime: "20:00", endTime: "21:00" };
	const nightly = chainOf({ ...daily, rules: [...daily.rules, cleaning] });
	expect(evaluate(nightly, at)).toMatchObject({ state: "Cleaning", nextChangeUtc: "2027-07-01T20:00:00.000Z" });
	expect(opening(nightly, at)).toEqual({ isOpen: false, nextChangeUtc: "2027-07-02T07:00:00.000Z" });
	const [, lunch] = daily.rules;
	expect(opening(chainOf({ defaultState: "Closed", rules: [lunch] }), at)).toEqual({
		isOpen: false,
		nextChangeUtc: null,
	});
	expect(opening(chainOf(null), at)).toBeNull();
});

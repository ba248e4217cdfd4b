import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { type Answer, Person, unique } from "./support/client.ts";
import { act, Circle } from "./support/circle.ts";

let circle: Circle;
let manager: Person;
beforeAll(async () => {
	circle = await Circle.found();
	({ manager } = circle);
});

const create = async (body: object) => (await manager.call("POST", "/v1/contact", body)).body.contact;
const names = ({ body }: Answer): string[] => body.items.map(({ name }: { name: string }) => name);
const history = async (contactId: number) =>
	(await manager.call("GET", `/v1/contact/${contactId}/SmsConsent`)).body.history;

/** A customer of the tenant, as the directory stores one. */
async function customerUid(tenant = circle.tenant): Promise<string> {
	const uid = crypto.randomUUID().replaceAll("-", "");
	await env.DB.prepare(
		`INSERT INTO customer (tenant_id, uid, account_id, path, name, name_key, reference_id, is_staging, customer_state, tag_ids,
			override_billing_settings, override_app_settings, index_seq, created_at, created_by, updated_at, updated_by)
		VALUES (?, ?, 1, ?, 'C', 'c', '', 0, '', ',', 0, 0, 1, 0, 'x', 0, 'x')`,
	)
		.bind(tenant, uid, uid)
		.run();
	return uid;
}

it("keeps a person: creates, reads, changes, empties, deletes", async () => {
	const customerId = await customerUid();
	const created = await manager.call("POST", "/v1/contact", {
		name: "  Édith Piaf ",
		email: " Edith@Example.test ",
		phone: "+33 (1) 42 68 53 00",
		contactTypeId: circle.contactTypeId,
		customerId,
	});
	const contact = {
		contactId: expect.any(Number),
		contactUid: expect.stringMatching(/^[0-9a-f]{32}$/),
		name: "Édith Piaf",
		email: "Edith@Example.test",
		phone: "+33142685300",
		smsConsent: false,
		contactTypeId: circle.contactTypeId.replaceAll("-", ""),
		customerId,
		dateCreated: expect.stringMatching(/Z$/),
		dateLastModified: expect.stringMatching(/Z$/),
	};
	expect([created.status, created.body]).toEqual([200, { contact }]);
	const path = `/v1/contact/${created.body.contact.contactId}`;
	expect((await manager.call("GET", path)).body).toEqual(created.body);

	const changed = await manager.call("PATCH", path, { name: "Edith", email: null, phone: "+33142685301" });
	expect(changed.body.contact).toMatchObject({ name: "Edith", email: "Edith@Example.test", phone: "+33142685301" });
	const emptied = await manager.call("PATCH", path, { reset: ["email", "Phone", "ContactTypeId", "customerid"] });
	for (const name of ["email", "phone", "contactTypeId", "customerId"])
		expect(emptied.body.contact).not.toHaveProperty(name);
	expect((await manager.call("GET", path)).body).toEqual(emptied.body);

	expect((await manager.call("DELETE", path)).body).toEqual(emptied.body);
	for (const method of ["GET", "DELETE", "PATCH"])
		expect((await manager.call(method, path, method === "PATCH" ? {} : undefined)).status).toBe(404);
	// A number is never given to somebody else.
	expect((await create({ name: "Next" })).contactId).toBeGreaterThan(created.body.contact.contactId);
});

it("remembers each consent to text messages, and for which number", async () => {
	const [first, second] = ["+442079460958", "+442079460959"];
	const { contactId } = await create({ name: "Nia", phone: first, smsConsent: true, smsConsentSource: "sign-up form" });
	const patch = async (body: object) => (await manager.call("PATCH", `/v1/contact/${contactId}`, body)).body.contact;
	const line = (isGranted: boolean, phone: string | undefined, source: string) => ({
		isGranted,
		...(phone ? { phone } : {}),
		source,
		changedBy: manager.userId,
		dateCreated: expect.any(String),
	});
	expect(await history(contactId)).toEqual([line(true, first, "sign-up form")]);

	// What was agreed to was one number: another needs another consent.
	expect(await patch({ phone: second })).toMatchObject({ smsConsent: false, phone: second });
	expect(await patch({ name: "Nia New" })).toMatchObject({ smsConsent: false });
	expect(await patch({ smsConsent: true, smsConsentSource: "call" })).toMatchObject({ smsConsent: true });
	expect(await patch({ smsConsent: true })).toMatchObject({ smsConsent: true });
	expect(await patch({ phone: first, smsConsent: true, smsConsentSource: "call" })).toMatchObject({ smsConsent: true });
	expect(await patch({ smsConsent: false, smsConsentSource: "STOP" })).toMatchObject({ smsConsent: false });
	await patch({ smsConsent: true });
	expect(await patch({ reset: ["Phone"] })).toMatchObject({ smsConsent: false });
	expect(await history(contactId)).toEqual([
		line(false, undefined, "The number changed"),
		line(true, first, ""),
		line(false, first, "STOP"),
		line(true, first, "call"),
		line(true, second, "call"),
		line(false, second, "The number changed"),
		line(true, first, "sign-up form"),
	]);
});

describe("the list", () => {
	const people = ["Ada", "álvaro", "Bea", "bob", "Çelik", "Dora", "Dora", "Émile", "Zoë"];
	let own: Circle;
	let ids: string[] = [];
	beforeAll(async () => {
		own = await Circle.found();
		for (const name of people.toSorted(() => Math.random() - 0.5))
			await own.manager.call("POST", "/v1/contact", { name });
		const { body } = await own.manager.call("GET", "/v1/contact?countPerPage=200");
		ids = body.items.map(({ contactUid }: { contactUid: string }) => contactUid);
	});
	const list = (query: string) => own.manager.call("GET", `/v1/contact?${query}`);

	it("is by name, whatever the case and accents, a page at a time", async () => {
		const all = await list("");
		expect(names(all)).toEqual(people);
		expect(all.body).toMatchObject({ totalCount: 9, totalPages: 1, hasMorePages: false, cursor: expect.any(String) });
		expect(names(await list("sortOrder=descend"))).toEqual(people.toReversed());
		const second = await list("page=1&countPerPage=4");
		expect(names(second)).toEqual(people.slice(4, 8));
		expect(second.body).toMatchObject({ totalCount: 9, totalPages: 3, hasMorePages: true });
		const simple = await list("page=2&countPerPage=4&simplifiedPaging=true");
		expect([names(simple), simple.body.totalCount, simple.body.totalPages, simple.body.hasMorePages]).toEqual([
			["Zoë"],
			0,
			0,
			false,
		]);
		expect((await list("page=99")).body).toMatchObject({ items: [], totalCount: 9, hasMorePages: false });
	});

	it.each(["Ascend", "Descend"])("goes on at a cursor: %s", async (sortOrder) => {
		const found: string[] = [];
		let cursor = "";
		for (let page = 0; page < 5; page += 1) {
			const { body }: Answer = await list(`countPerPage=2&sortOrder=${sortOrder}${cursor}`);
			found.push(...body.items.map(({ contactUid }: { contactUid: string }) => contactUid));
			expect(body.hasMorePages).toBe(page < 4);
			cursor = `&cursor=${body.cursor}`;
			// Who comes in before the place that was reached does not push anybody over it.
			if (page === 1) await own.contact(sortOrder === "Ascend" ? "Aaa" : "Zzz");
		}
		expect(found).toEqual(sortOrder === "Ascend" ? ids : ids.toReversed());
		const { body } = await list("namePrefix=aaa");
		for (const { contactId } of body.items) await own.manager.call("DELETE", `/v1/contact/${contactId}`);
		const { body: last } = await list("namePrefix=zzz");
		for (const { contactId } of last.items) await own.manager.call("DELETE", `/v1/contact/${contactId}`);
	});

	it("finds by beginning, address, number, type, customer and id", async () => {
		const customerId = await customerUid(own.tenant);
		const ned = { email: "Ned@House.test", phone: "+442079460123", contactTypeId: own.contactTypeId, customerId };
		const { body } = await own.manager.call("POST", "/v1/contact", { name: "Ned 100%_", ...ned });
		for (const query of [
			"namePrefix=NÉD",
			"namePrefix=ned 100%_",
			"email=ned@house.TEST",
			"phone=%2B44 20 7946 0123",
			`contactTypeId=${own.contactTypeId}`,
			`customerId=${customerId}`,
			`specificIds=${body.contact.contactUid}`,
			"specificIds=[]&email=ned@house.test",
			`specificIds=${body.contact.contactUid},${crypto.randomUUID()}&email=ned@house.test&namePrefix=n`,
		])
			expect([query, names(await list(query))]).toEqual([query, ["Ned 100%_"]]);
		expect(names(await list("namePrefix=d"))).toEqual(["Dora", "Dora"]);
		for (const query of [
			"namePrefix=%",
			"namePrefix=_ed",
			"email=%",
			`contactTypeId=${crypto.randomUUID()}`,
			"namePrefix=ned&email=a@b.test",
		])
			expect([query, names(await list(query))]).toEqual([query, []]);
		await own.manager.call("DELETE", `/v1/contact/${body.contact.contactId}`);
	});
});

it("keeps the contacts that are asked or connected, and forgets what others were", async () => {
	const pair = await circle.requested();
	const path = `/v1/contact/${pair.asks.contactId}`;
	const refused = await manager.call("DELETE", path);
	expect([refused.status, refused.body.responseStatus.errorCode]).toEqual([409, "InUse"]);
	await act(pair, "accept", pair.asked);
	expect((await manager.call("DELETE", path)).status).toBe(409);
	await act(pair, "remove", pair.asked);
	expect((await manager.call("DELETE", path)).status).toBe(200);
	expect((await manager.call("GET", `/api/connections/${pair.id}`)).status).toBe(404);
	const left = await env.DB.prepare("SELECT count(*) AS n FROM connection_event WHERE connection_id = ?")
		.bind(pair.id.replaceAll("-", ""))
		.first<{ n: number }>();
	expect(left?.n).toBe(0);
	expect((await manager.call("GET", `/v1/contact/${pair.asked.contactId}`)).status).toBe(200);
});

it("shows another tenant's staff nothing, and customers nobody", async () => {
	const { contactId } = await create({ name: unique("confidential") });
	const elsewhere = await Circle.found();
	const path = `/v1/contact/${contactId}`;
	for (const [method, rest, body] of [
		["GET", ""],
		["GET", "/SmsConsent"],
		["PATCH", "", { name: "Mine" }],
		["DELETE", ""],
	] as const) {
		const { status } = await elsewhere.manager.call(method, path + rest, body);
		expect([method, rest, status]).toEqual([method, rest, 404]);
	}
	expect((await elsewhere.manager.call("GET", "/v1/contact")).body).toMatchObject({ items: [], totalCount: 0 });
	const stolen = await elsewhere.manager.call("POST", "/v1/contact", {
		name: "X",
		contactTypeId: circle.contactTypeId,
	});
	expect(stolen.status).toBe(404);
	const foreign = await elsewhere.manager.call("POST", "/v1/contact", { name: "X", customerId: await customerUid() });
	expect(foreign.status).toBe(404);

	const customer = await Person.signIn("Customer", circle.tenant);
	expect((await customer.call("GET", "/v1/contact")).status).toBe(403);
	const system = await Person.signIn("SystemAdministrator", elsewhere.tenant);
	expect((await system.call("GET", path)).status).toBe(404);
	expect((await system.call("GET", `${path}?TenantId=${circle.tenant}`)).status).toBe(200);
	// The name of a tenant in a query is for nobody else.
	expect((await elsewhere.manager.call("GET", `${path}?tenantId=${circle.tenant}`)).status).toBe(404);
});

it("keeps lists of types and roles: unique names, renamed, deleted when nothing uses them", async () => {
	const own = await Circle.found();
	for (const [path, list, one, key] of [
		["/api/contacttypes", "contactTypes", "contactType", "contactTypeId"],
		["/api/connectionroles", "connectionRoles", "connectionRole", "roleId"],
	] as const) {
		const call = (method: string, rest = "", body?: object) => own.manager.call(method, `${path}${rest}`, body);
		const added = await call("POST", "", { name: "Zebra" });
		expect([added.status, added.body]).toEqual([
			200,
			{ [one]: { [key]: expect.stringMatching(/^[0-9a-f-]{36}$/), name: "Zebra" }, responseStatus: null },
		]);
		const id = added.body[one][key];
		await call("POST", "", { name: "Äpfel" });
		for (const name of ["zebra", "ZÉBRA", "Zebra"]) {
			const taken = await call("POST", "", { name });
			expect([taken.status, taken.body.responseStatus.errorCode]).toEqual([409, "NameTaken"]);
		}
		expect((await call("PATCH", `/${id}`, { name: "apfel" })).status).toBe(409);
		expect((await call("PUT", `/${id}`, { name: "ZEBRA" })).body[one].name).toBe("ZEBRA");
		const { body } = await call("GET");
		const found = body[list].map(({ name }: { name: string }) => name);
		expect([found, body.responseStatus]).toEqual([expect.arrayContaining(["Äpfel", "ZEBRA"]), null]);
		expect(found.indexOf("Äpfel")).toBeLessThan(found.indexOf("ZEBRA"));

		const elsewhere = await Circle.found();
		for (const method of ["PATCH", "PUT", "DELETE"]) {
			const answer = await elsewhere.manager.call(
				method,
				`${path}/${id}`,
				method === "DELETE" ? undefined : { name: "Mine" },
			);
			expect([method, answer.status]).toEqual([method, 404]);
		}
		expect((await elsewhere.manager.call("POST", path, { name: "Zebra" })).status).toBe(200);
		const agent = await Person.signIn("Agent", own.tenant);
		expect((await agent.call("GET", path)).status).toBe(200);
		expect((await agent.call("POST", path, { name: "Agent's" })).status).toBe(403);
		expect((await call("DELETE", `/${id}`)).status).toBe(200);
		expect((await call("DELETE", `/${id}`)).status).toBe(404);
		// A type is not a role.
		const otherPath = path === "/api/contacttypes" ? "/api/connectionroles" : "/api/contacttypes";
		const [{ [key]: other }] = body[list];
		expect((await own.manager.call("DELETE", `${otherPath}/${other}`)).status).toBe(404);
	}
	const pair = await own.requested();
	const person = await own.manager.call("POST", "/v1/contact", { name: "Typed", contactTypeId: own.contactTypeId });
	for (const used of [`/api/contacttypes/${pair.contactTypeId}`, `/api/connectionroles/${pair.roleId}`]) {
		const { status, body } = await own.manager.call("DELETE", used);
		expect([used, status, body.responseStatus.errorCode]).toEqual([used, 409, "InUse"]);
	}
	for (const contact of [pair.asks, pair.asked]) {
		await act(pair, "cancel", pair.asks);
		await own.manager.call("DELETE", `/v1/contact/${contact.contactId}`);
	}
	expect((await own.manager.call("DELETE", `/api/connectionroles/${pair.roleId}`)).status).toBe(200);
	expect((await own.manager.call("DELETE", `/api/contacttypes/${pair.contactTypeId}`)).status).toBe(409);
	await own.manager.call("DELETE", `/v1/contact/${person.body.contact.contactId}`);
	expect((await own.manager.call("DELETE", `/api/contacttypes/${pair.contactTypeId}`)).status).toBe(200);
});

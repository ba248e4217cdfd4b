import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { tenantDatabase } from "../src/db/database.ts";
import { verifyAudit } from "../src/links/audit.ts";
import { Person } from "./support/client.ts";
import { Desk } from "./support/link-desk.ts";
import { byKind, exported, Life } from "./support/life.ts";
import { evict } from "./support/room.ts";
import { Socket, type Frame } from "./support/socket.ts";

/** The tenant of the visitor dialect's demo org, so that a contact can be its visitor. */
let desk: Desk;

beforeAll(async () => {
	desk = await Desk.found("acme");
});

it("hands out a whole life, page by page, and nothing that opens anything", async () => {
	const life = await Life.lived(desk);
	const records = await exported(desk.administrator, { contactId: life.contact.contactId });
	const found = byKind(records);
	expect(Object.keys(found).sort()).toEqual(
		[
			...["ChatMember", "ChatMessage", "Connection", "ConnectionEvent", "Contact", "Delivery", "Link", "LinkEvent"],
			...["OneTimeCode", "PortalSession", "SmsConsent", "VisitorRoom"],
		].sort(),
	);
	expect(found["Contact"]).toMatchObject([
		{ name: life.contact.name, email: life.email, phone: life.phone, smsConsent: true },
	]);
	expect(found["ChatMessage"]?.map(({ body }) => body).sort()).toEqual(
		[`as a visitor ${life.word}`, ...["one", "two", "three", "four"].map((text) => `${text} ${life.word}`)].sort(),
	);
	expect(found["Link"]).toHaveLength(4);
	expect(found["VisitorRoom"]).toMatchObject([{ userId: life.email }]);
	expect(found["Connection"]).toMatchObject([{ status: "Requested", reason: `because of ${life.word}` }]);
	expect(found["LinkEvent"]?.some(({ userAgent }) => userAgent === `Browser ${life.word}`)).toBe(true);

	expect(await exported(desk.administrator, { contactId: life.contact.contactId }, 1)).toEqual(records);
	expect(await exported(desk.administrator, { contactId: life.contact.contactId }, 7)).toEqual(records);
	const text = JSON.stringify(records);
	const secrets = await env.DB.prepare(
		"SELECT token_hash AS hash FROM link_token UNION SELECT id_hash FROM portal_session UNION SELECT id FROM otp_challenge",
	).all<{ hash: string }>();
	expect(secrets.results.length).toBeGreaterThan(3);
	for (const { hash } of secrets.results) expect(text).not.toContain(hash);
	expect(text).not.toMatch(/cl_[\w-]{43}/);
});

it("erases a life: nothing of it is left anywhere, what stays can be verified, others hear of it", async () => {
	const life = await Life.lived(desk);
	const [chatId = ""] = life.rooms;
	const witness = await Socket.join(desk.agent, chatId);
	const { body: plan } = await life.erase({ dryRun: true });
	expect(plan).toMatchObject({ dryRun: true, isComplete: true, subject: "Contact" });
	expect((await life.traces()).length).toBeGreaterThan(4);

	const report = await life.eraseAll();
	expect(await life.traces()).toEqual([]);
	expect(report).toMatchObject({ isComplete: true, startedByUserId: desk.administrator.userId });
	const found = (items: any[]) => Object.fromEntries(items.map((item) => [item.kind, item.found]));
	// A dry run meets no visitor's room as such, and the revocations are the erasure's own.
	const { VisitorRoom, LinkEvent, ...others } = found(report.items);
	const { LinkEvent: planned, ...expected } = found(plan.items);
	expect([VisitorRoom, others]).toEqual([1, expected]);
	expect(LinkEvent).toBeGreaterThanOrEqual(planned);

	for (const index of [1, 2, 3]) {
		const isOf = (frame: Frame) => frame["kind"] === "message.deleted" && frame["data"].message.index === index;
		const { data } = await witness.until(isOf, `the end of message ${index}`);
		expect(data.message).toMatchObject({ body: null, isDeleted: true, authorName: "Erased" });
	}
	const { data } = await witness.event("member.updated");
	expect(data.member).toMatchObject({ name: "Erased", isActive: false });
	const { body: history } = await desk.agent.call("GET", `/v1/Chat/${chatId}/Messages`);
	expect(history.messages.map(({ index, isDeleted }: any) => [index, isDeleted])).toEqual([
		[1, true],
		[2, true],
		[3, true],
	]);

	const { body: search } = await desk.agent.call("GET", `/v1/Chat/Search?q=${life.word}`);
	expect(JSON.stringify(search)).not.toContain(life.word);

	const tenant = tenantDatabase(env, desk.tenant);
	for (const link of life.links) {
		expect(await verifyAudit(tenant, link.customerLinkId)).toMatchObject({ valid: true });
		const { events } = await desk.events(link);
		expect(events.at(-1)).toMatchObject({ type: "Erased", actorId: desk.administrator.userId });
		expect((await desk.read(link)).recipientDisplayName).toBe("Erased");
	}
	expect((await desk.manager.call("GET", `/v1/contact/${life.contact.contactId}`)).status).toBe(404);
	expect((await desk.manager.call("GET", `/api/connections/${life.connectionId}`)).status).toBe(404);

	// Again: the same report, and nothing happens.
	const { body: again } = await life.erase();
	expect(again).toMatchObject({ erasureId: report.erasureId, isComplete: true, rooms: [] });
	const { body: list } = await desk.administrator.call(
		"GET",
		`/v1/privacy/erasures?contactId=${life.contact.contactId}`,
	);
	expect(list).toMatchObject({ hasMore: false, erasures: [{ erasureId: report.erasureId, isComplete: true }] });
});

it("leaves somebody of the same name, address and number in another tenant alone", async () => {
	const [here, there] = await Promise.all([Life.begin(desk), Desk.found()]);
	const { name, email, phone } = here.contact;
	const twin = await Life.lived(there, { name, email, phone, smsConsent: true });
	const before = await exported(there.administrator, { contactId: twin.contact.contactId });
	expect((await twin.erase({}, desk.administrator)).status).toBe(404);
	await here.eraseAll();
	expect(await exported(there.administrator, { contactId: twin.contact.contactId })).toEqual(before);
	expect(byKind(before)).toMatchObject({
		Contact: [{ name, email, phone }],
		Link: [{}, {}, {}],
		ChatMessage: [{}, {}, {}],
	});
});

it("finds out who changes an audit that was erased", async () => {
	const life = await Life.lived(desk);
	await life.eraseAll();
	const [{ customerLinkId }] = life.links;
	const tenant = tenantDatabase(env, desk.tenant);
	const [opened] = (await desk.events(life.links[0])).events.filter(({ type }: any) => type === "Opened");
	await env.DB.prepare("UPDATE link_event SET at = at + 1 WHERE link_id = ? AND n = ?")
		.bind(customerLinkId, opened.n)
		.run();
	expect(await verifyAudit(tenant, customerLinkId)).toMatchObject({ valid: false, brokenAt: opened.n });

	const second = life.links[1];
	await env.DB.prepare("UPDATE link_event SET type = 'Viewed' WHERE link_id = ? AND n = 1")
		.bind(second.customerLinkId)
		.run();
	expect(await verifyAudit(tenant, second.customerLinkId)).toMatchObject({ valid: false, brokenAt: 1 });
});

it("does not mend an audit that was broken before", async () => {
	const life = await Life.begin(desk);
	const link = await life.link();
	await env.DB.prepare("UPDATE link_event SET at = at + 1 WHERE link_id = ? AND n = 1").bind(link.customerLinkId).run();
	await life.eraseAll();
	expect(await verifyAudit(tenantDatabase(env, desk.tenant), link.customerLinkId)).toMatchObject({
		valid: false,
		brokenAt: 1,
	});
});

it("is the same after rooms have been away", async () => {
	const life = await Life.lived(desk);
	for (const chatId of life.rooms) await evict(chatId);
	await life.eraseAll();
	for (const chatId of life.rooms) await evict(chatId);
	expect(await life.traces()).toEqual([]);
	const [, visited = ""] = life.rooms;
	const { body } = await desk.administrator.call("GET", `/v1/Chat?chatId=${visited}&isArchived=true`);
	expect(JSON.stringify(body)).toContain("Erased · LOGOSCAN");
	expect(JSON.stringify(body)).not.toContain(life.word);
});

it.each([3, 50])("is done once, whoever asks: %i at the same time", async (callers) => {
	const life = await Life.lived(desk);
	const answers = await Promise.all(Array.from({ length: callers }, () => life.erase()));
	expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
	const report = await life.eraseAll();
	expect(await life.traces()).toEqual([]);
	const counts = Object.fromEntries(report.items.map(({ kind, erased }: any) => [kind, erased]));
	expect(counts).toMatchObject({ Contact: 1, ChatMessage: 5, Link: 4, Connection: 1 });
	const { body } = await desk.administrator.call("GET", `/v1/privacy/erasures?contactId=${life.contact.contactId}`);
	expect(body.erasures).toHaveLength(1);
	for (const { customerLinkId } of life.links)
		expect(await verifyAudit(tenantDatabase(env, desk.tenant), customerLinkId)).toMatchObject({ valid: true });
});

it("is for who looks after people's rights only", async () => {
	const life = await Life.begin(desk);
	for (const by of [desk.agent, desk.manager]) {
		expect((await life.erase({}, by)).status).toBe(403);
		expect((await by.call("POST", "/v1/privacy/export", { contactId: life.contact.contactId })).status).toBe(403);
		expect((await by.call("GET", "/v1/privacy/erasures")).status).toBe(403);
	}
	const system = await Person.invent("Sys Admin", "SystemAdministrator", "globex");
	const path = `/v1/privacy/erase?tenantId=${desk.tenant}`;
	const { body } = await system.call("POST", path, { contactId: life.contact.contactId });
	expect(body).toMatchObject({ isComplete: true });
});

it.each([
	[{}, "ContactId"],
	[{ contactId: 0 }, "ContactId"],
	[{ contactId: 1, customerId: "0".repeat(31) + "1" }, "ContactId"],
	[{ customerId: "0".repeat(31) + "1", visitorUserIds: ["x"] }, "VisitorUserIds"],
	[{ contactId: 1, visitorUserIds: Array.from({ length: 21 }, () => "x") }, "VisitorUserIds"],
])("refuses %j with a word on what to do", async (body, fieldName) => {
	for (const call of ["export", "erase"]) {
		const answer = await desk.administrator.call("POST", `/v1/privacy/${call}`, body);
		expect(answer).toMatchObject({ status: 400, body: { responseStatus: { errors: [{ fieldName }] } } });
	}
});

it("knows nothing of who never was", async () => {
	for (const body of [{ contactId: 999_999_999 }, { customerId: crypto.randomUUID() }])
		for (const call of ["export", "erase"])
			expect((await desk.administrator.call("POST", `/v1/privacy/${call}`, body)).status).toBe(404);
});

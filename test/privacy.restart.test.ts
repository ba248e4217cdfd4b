import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { tenantDatabase } from "../src/db/database.ts";
import { verifyAudit } from "../src/links/audit.ts";
import { writeCursor } from "../src/http/cursor.ts";
import { roomOf } from "../src/rooms/rooms.ts";
import { chatIdOf } from "../src/rooms/room-id.ts";
import { unique } from "./support/client.ts";
import { dowell, fourFields, message, openRoom } from "./support/dowell.ts";
import { Desk } from "./support/link-desk.ts";
import { Life } from "./support/life.ts";
import { Recipient, tokenOf } from "./support/recipient.ts";
import { backUp, restore } from "./support/stored.ts";

let desk: Desk;

beforeAll(async () => {
	desk = await Desk.found("acme");
});

/** What a report says of a kind. */
function item({ items }: any, kind: string): any {
	return items.find((one: { kind: string }) => one.kind === kind);
}

it("goes on when a room that could not do it can again", async () => {
	const life = await Life.lived(desk);
	const [chatId = ""] = life.rooms;
	const inRoom = (sql: string) =>
		runInDurableObject(roomOf(env, chatId), (_, { storage }) => void storage.sql.exec(sql));
	await inRoom("CREATE TRIGGER full BEFORE UPDATE ON message BEGIN SELECT RAISE(ABORT, 'disk full'); END");
	const { body: report } = await life.erase();
	expect(report).toMatchObject({ isComplete: false, retryAfterSeconds: 5, completedAtUtc: null });
	expect(report.rooms).toContainEqual({ chatId, found: 0, erased: 0, why: "The room did not answer." });
	expect(item(report, "Contact")).toMatchObject({ erased: 0, left: 1, why: expect.any(String) });
	expect(item(report, "Link")).toMatchObject({ found: 4, erased: 3, left: 1 });
	// What is left keeps what leads to it, and nobody comes in meanwhile.
	expect((await life.erase()).body).toMatchObject({ isComplete: false, erasureId: report.erasureId });
	expect((await desk.read(life.links[0])).status).toBe("Revoked");

	await inRoom("DROP TRIGGER full");
	const last = await life.eraseAll();
	expect(last.erasureId).toBe(report.erasureId);
	expect(item(last, "Link")).toMatchObject({ found: 4, erased: 4, left: 0 });
	expect(item(last, "ChatMessage")).toMatchObject({ found: 5, erased: 5, left: 0 });
	expect(await life.traces()).toEqual([]);
});

it("goes on after a call that broke off", async () => {
	const life = await Life.lived(desk);
	await env.DB.exec("CREATE TRIGGER full BEFORE DELETE ON contact BEGIN SELECT RAISE(ABORT, 'disk full'); END");
	const broken = await life.erase();
	expect([broken.status, broken.body.responseStatus.errorCode]).toEqual([500, "InternalServerError"]);
	await env.DB.exec("DROP TRIGGER full");
	const report = await life.eraseAll();
	expect(item(report, "Link")).toMatchObject({ erased: 4 });
	expect(await life.traces()).toEqual([]);
});

it("waits for a message that is being sent at this moment", async () => {
	const life = await Life.begin(desk);
	const link = await life.link({ deliverEmail: true });
	const set = (columns: string) =>
		env.DB.prepare(`UPDATE delivery SET ${columns} WHERE link_id = ?`).bind(link.customerLinkId).run();
	await set(`status = 'Sending', payload = 'sealed', ended_at = NULL, lease_until = ${Date.now() + 60_000}`);
	const { body } = await life.erase();
	expect(body).toMatchObject({ isComplete: false, retryAfterSeconds: 5 });
	expect(item(body, "Delivery")).toMatchObject({ left: 1, why: "It is being sent at this moment." });
	await set("lease_until = 1");
	await life.eraseAll();
	expect(await life.traces()).toEqual([]);
	const { body: deliveries } = await desk
		.act(link, "deliveries")
		.then(() => desk.manager.call("GET", `/v1/customerlink/${link.customerLinkUID}/deliveries`));
	expect(deliveries.deliveries).toMatchObject([{ status: "Abandoned", errorCode: "Erased", masked: "" }]);
});

it("takes as many calls as it takes, and loses nothing between them", async () => {
	const life = await Life.begin(desk);
	for (let count = 0; count < 30; count += 1) await life.link(); // oxlint-disable-line no-await-in-loop -- forty at once would be turned away
	const { body: first } = await life.erase();
	expect(first).toMatchObject({ isComplete: false, retryAfterSeconds: 0 });
	const done = item(first, "Link").erased;
	expect(done).toBeGreaterThan(5);
	expect(done).toBeLessThan(30);
	const report = await life.eraseAll();
	expect(item(report, "Link")).toMatchObject({ found: 30, erased: 30 });
	expect(await life.traces()).toEqual([]);
	for (const { customerLinkId } of life.links)
		expect(await verifyAudit(tenantDatabase(env, desk.tenant), customerLinkId)).toMatchObject({ valid: true });
});

it("erases hundreds of messages among those of others, whose texts and numbers stay", async () => {
	const life = await Life.begin(desk);
	const chatId = await desk.agent.createChat();
	const texts = Array.from({ length: 45 }, (_, index) => `text ${index}`);
	for (let round = 0; round < 6; round += 1) {
		await life.talk(chatId, texts);
		await desk.agent.send(chatId, `answer ${round}`);
	}
	const report = await life.eraseAll();
	expect(item(report, "ChatMessage")).toMatchObject({ erased: 270 });
	expect(report.rooms).toMatchObject([{ chatId, erased: 270 }]);
	expect(await life.traces()).toEqual([]);
	const { body } = await desk.agent.call("GET", `/v1/Chat/${chatId}/Messages?after=0&take=200`);
	const { body: rest } = await desk.agent.call("GET", `/v1/Chat/${chatId}/Messages?after=200&take=200`);
	const messages = [...body.messages, ...rest.messages];
	expect(messages.map(({ index }) => index)).toEqual(Array.from({ length: 276 }, (_, index) => index + 1));
	expect(messages.filter(({ isDeleted }) => !isDeleted).map(({ body: text }) => text)).toEqual(
		Array.from({ length: 6 }, (_, round) => `answer ${round}`),
	);
	const { body: feed } = await desk.agent.call("GET", `/v1/Chat/${chatId}/Events?afterSeq=0&take=200`);
	expect(JSON.stringify(feed)).not.toContain(life.word);
});

it("erases what somebody wrote under an id that only the tenant knows", async () => {
	const life = await Life.begin(desk);
	const userId = unique("crm");
	const roomId = await openRoom(fourFields({ user_id: userId, portfolio_name: `Erika ${life.word}` }));
	await dowell.post("room-service", message(roomId, { message_data: `hello ${life.word}` }));
	life.rooms.push(chatIdOf(roomId));
	const report = await life.eraseAll({ visitorUserIds: [userId] });
	expect(item(report, "VisitorRoom")).toMatchObject({ erased: 1 });
	expect(await life.traces()).toEqual([]);
	const { body: record } = {
		body: await env.DB.prepare("SELECT * FROM chat_member WHERE user_id = ?").bind(`visitor:${userId}`).all(),
	};
	expect(record.results).toEqual([]);
	// Whoever holds the room's id is nobody there, and a new visit is a new room.
	const answer = await dowell.get("room-service", { type: "get_messages", room_id: roomId });
	expect(answer.body.success).toBe(false);
	expect(await openRoom(fourFields({ user_id: userId }))).not.toBe(roomId);
});

it("takes up an erased contact again when more is known of it", async () => {
	const life = await Life.begin(desk);
	await life.eraseAll();
	const userId = unique("crm");
	const roomId = await openRoom(fourFields({ user_id: userId }));
	await dowell.post("room-service", message(roomId, { message_data: `hello ${life.word}` }));
	life.rooms.push(chatIdOf(roomId));
	expect(item(await life.eraseAll({ visitorUserIds: [userId] }), "ChatMessage")).toMatchObject({ erased: 1 });
	expect(await life.traces()).toEqual([]);
});

it("is complete whoever comes in, is written to or is connected at the same moment", async () => {
	const life = await Life.lived(desk);
	const chatId = await desk.agent.createChat();
	const guests = await Promise.all(
		Array.from({ length: 8 }, async () => {
			const { body } = await desk.ask({
				resourceUid: chatId,
				recipientEmail: undefined,
				recipientContactId: life.contact.contactId,
			});
			const recipient = new Recipient(tokenOf(body.portalUrl));
			await recipient.open(life.headers);
			return recipient;
		}),
	);
	life.rooms.push(chatId);
	const asked = () =>
		desk.ask({ recipientEmail: undefined, recipientContactId: life.contact.contactId, deliverEmail: true });
	const [, ...answers] = await Promise.all([
		life.eraseAll(),
		...guests.map((guest) => guest.call("view", {}, life.headers)),
		...guests.map((guest) => guest.open(life.headers)),
		...Array.from({ length: 8 }, asked),
		...Array.from({ length: 4 }, () =>
			desk.manager.call("PATCH", `/v1/contact/${life.contact.contactId}`, { name: `Anew ${life.word}` }),
		),
	]);
	expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
	expect(await asked()).toMatchObject({ status: 404, body: { responseStatus: { errorCode: "ContactNotFound" } } });
	expect(await life.traces()).toEqual([]);
	const { results } = await env.DB.prepare("SELECT id FROM link WHERE contact_id = ?")
		.bind(life.contact.contactId)
		.all();
	for (const { id } of results)
		expect(await verifyAudit(tenantDatabase(env, desk.tenant), Number(id))).toMatchObject({ valid: true });
});

it("goes through it again after a room was restored to an older state", async () => {
	const life = await Life.begin(desk);
	const chatId = await desk.agent.createChat();
	await life.talk(chatId, ["one", "two"]);
	const backup = await backUp(chatId);
	const first = await life.eraseAll();
	await restore(chatId, backup);
	expect((await life.traces()).length).toBeGreaterThan(0);
	expect((await life.erase()).body.erasureId).toBe(first.erasureId);
	const second = await life.eraseAll({ repeat: true });
	expect(item(second, "ChatMessage")).toMatchObject({ erased: 2 });
	expect(await life.traces()).toEqual([]);
	const list = `/v1/privacy/erasures?contactId=${life.contact.contactId}`;
	const { body } = await desk.administrator.call("GET", `${list}&take=1`);
	const ids = [...body.erasures];
	expect(body.hasMore).toBe(true);
	const { body: rest } = await desk.administrator.call("GET", `${list}&take=1&cursor=${body.cursor}`);
	ids.push(...rest.erasures);
	expect(rest.hasMore).toBe(false);
	expect(new Set(ids.map(({ erasureId }) => erasureId))).toEqual(new Set([first.erasureId, second.erasureId]));
});

it("takes a cursor only for what it is", async () => {
	const life = await Life.begin(desk);
	for (const cursor of ["nonsense", writeCursor([1, -1, ""]), writeCursor([1, 0.5, ""]), writeCursor(["1", 0, ""])]) {
		const body = { contactId: life.contact.contactId, cursor };
		const answer = await desk.administrator.call("POST", "/v1/privacy/export", body);
		expect(answer).toMatchObject({ status: 400, body: { responseStatus: { errorCode: "InvalidCursor" } } });
	}
	const elsewhere = { contactId: life.contact.contactId, cursor: writeCursor([999, 10, "nowhere x y"]) };
	expect(await desk.administrator.call("POST", "/v1/privacy/export", elsewhere)).toMatchObject({
		status: 200,
		body: { records: [] },
	});
});

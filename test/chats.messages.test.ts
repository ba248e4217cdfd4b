import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import { roomOf } from "../src/rooms/rooms.ts";
import { type Answer, Person, call, unique } from "./support/client.ts";
import { Socket } from "./support/socket.ts";
import { openVisitorRoom } from "./support/visitor.ts";

type Message = { index: number; body: string | null; chatMessageId: string };

const bodies = (messages: Message[]) => messages.map(({ body }) => body);

/** Everything that is stored of a chat and of its tenant, on all three shelves, as one text. */
async function everythingStored(chatId: string): Promise<string> {
	const room = await runInDurableObject(roomOf(env, chatId), (_, { storage: { sql } }) => {
		const tables = sql.exec<{ name: string }>(
			"SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
		);
		return JSON.stringify(tables.toArray().map(({ name }) => sql.exec(`SELECT * FROM ${name}`).toArray()));
	});
	const shelf = async (db: D1Database, tables: string[]) =>
		JSON.stringify(
			await Promise.all(
				tables.map((name) =>
					db
						.prepare(`SELECT * FROM ${name}`)
						.all()
						.then(({ results }) => results),
				),
			),
		);
	// The index of a full-text search is a blob: in hex, a text would still be seen in it.
	const index = await env.SEARCH.prepare("SELECT hex(block) AS block FROM message_text_data").all<{ block: string }>();
	return [
		room,
		await shelf(env.DB, ["chat", "chat_member"]),
		await shelf(env.SEARCH, ["message"]),
		index.results
			.map(({ block }) =>
				new TextDecoder("latin1").decode(Uint8Array.from(block.match(/../g) ?? [], (hex) => Number.parseInt(hex, 16))),
			)
			.join(),
	].join();
}

/** A page is made of objects where the publishers' shape is asked for as well, by SQLite where not: they have to be one and the same. */
async function expectOneHistory(reader: Person, chatId: string): Promise<void> {
	const [published, plain] = await Promise.all(
		["", "?take=50"].map((query) => reader.call("GET", `/v1/Chat/${chatId}/Messages${query}`)),
	);
	expect(published!.body.chatMessage).toHaveLength(published!.body.messages.length);
	expect(plain!.body).toEqual({ messages: published!.body.messages, hasMore: published!.body.hasMore });
}

it("pages through a history, answers messages with replies, and counts on", async () => {
	const ada = await Person.signIn();
	const ben = await Person.signIn("Agent", "acme", 2);
	const chatId = await ada.createChat([ben]);
	for (let index = 1; index <= 12; index += 1) await (index % 3 === 0 ? ben : ada).send(chatId, `message ${index}`);
	const page = async (query: string) => {
		const { status, body } = await ben.call("GET", `/v1/Chat/${chatId}/Messages?${query}`);
		expect(status).toBe(200);
		return [body.messages.map(({ index }: Message) => index), body.hasMore];
	};
	expect(await page("")).toEqual([[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], false]);
	expect(await page("take=5")).toEqual([[8, 9, 10, 11, 12], true]);
	expect(await page("before=8&take=5")).toEqual([[3, 4, 5, 6, 7], true]);
	expect(await page("before=3&take=5")).toEqual([[1, 2], false]);
	expect(await page("after=0&take=5")).toEqual([[1, 2, 3, 4, 5], true]);
	expect(await page("after=10&take=5")).toEqual([[11, 12], false]);
	expect(await page("after=2&before=9&take=3")).toEqual([[6, 7, 8], true]);
	expect(await page("after=12")).toEqual([[], false]);
	expect(await page("before=1")).toEqual([[], false]);
	expect(await page("after=1000000")).toEqual([[], false]);
	// A room may hold more than a million.
	expect(await page("after=5000000000")).toEqual([[], false]);
	expect(await page(`before=${Number.MAX_SAFE_INTEGER}&take=2`)).toEqual([[11, 12], true]);

	const { body } = await ben.call("GET", `/v1/Chat/${chatId}/Messages?take=1`);
	const reply = await ada.send(chatId, "to that", {
		replyToChatMessageId: body.messages[0].chatMessageId.toUpperCase(),
		messageType: "Note",
	});
	expect(reply).toEqual({
		chatMessageId: expect.stringMatching(/^[0-9a-f]{32}$/),
		chatId,
		index: 13,
		seq: reply.seq,
		userId: ada.userId,
		authorName: "Ada Agent",
		authorKind: "Agent",
		messageType: "Note",
		body: "to that",
		replyToChatMessageId: body.messages[0].chatMessageId,
		dateCreated: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
		isDeleted: false,
	});
	const nowhere = await ada.call("POST", `/v1/Chat/${chatId}/Messages`, {
		body: "to nothing",
		replyToChatMessageId: "f".repeat(32),
	});
	expect([nowhere.status, nowhere.body.responseStatus.errorCode]).toEqual([404, "MessageNotFound"]);
	const elsewhere = await ada.send(await ada.createChat(), "elsewhere");
	const across = await ada.call("POST", `/v1/Chat/${chatId}/Messages`, {
		body: "across",
		replyToChatMessageId: elsewhere.chatMessageId,
	});
	expect(across.status).toBe(404);
	expect(await page("after=12")).toEqual([[13], false]);
	await expectOneHistory(ben, chatId);
});

it("takes a message once, however often and from however many sides it is sent", async () => {
	const ada = await Person.signIn();
	const ben = await Person.signIn("Agent", "acme", 2);
	const chatId = await ada.createChat([ben]);
	const clientMessageId = unique("once");
	const send = (person: Person, body: string) =>
		person.call("POST", `/v1/Chat/${chatId}/Messages`, { clientMessageId, body });

	const answers = await Promise.all(Array.from({ length: 50 }, () => send(ada, "only once")));
	expect(answers.every(({ status }) => status === 200)).toBe(true);
	expect(answers.filter(({ body }) => !body.duplicate)).toHaveLength(1);
	expect(new Set(answers.map(({ body }) => JSON.stringify(body.message))).size).toBe(1);
	const mismatch = await send(ada, "something else");
	expect([mismatch.status, mismatch.body.responseStatus.errorCode]).toEqual([409, "IdempotencyMismatch"]);
	// The id is the author's own, and holds on each way in.
	expect((await send(ben, "mine")).body).toMatchObject({ duplicate: false, message: { index: 2 } });
	const socket = await Socket.join(ada, chatId);
	expect(await socket.say("only once", clientMessageId)).toMatchObject({ type: "ack", duplicate: true, index: 1 });
	expect(await socket.say("something else", clientMessageId)).toMatchObject({
		type: "error",
		code: "IdempotencyMismatch",
		temporary: false,
	});
	// An edit or a deletion does not make room for it again.
	const [{ body: first }] = answers as [Answer];
	await ada.call("PUT", `/v1/Chat/${chatId}/Messages/${first.message.chatMessageId}`, { body: "edited" });
	expect((await send(ada, "only once")).body).toMatchObject({ duplicate: true, message: { index: 1, body: "edited" } });
	await ada.call("DELETE", `/v1/Chat/${chatId}/Messages/${first.message.chatMessageId}`);
	expect((await send(ada, "only once")).body).toMatchObject({
		duplicate: true,
		message: { index: 1, isDeleted: true },
	});
	const history = await ada.call("GET", `/v1/Chat/${chatId}/Messages`);
	expect(bodies(history.body.messages)).toEqual([undefined, "mine"]);
});

it("answers a message that comes again as it did, whatever has become of its author's place in the room or of the room", async () => {
	const [ada, ben] = [await Person.invent("Ada"), await Person.invent("Ben")];
	const { roomId, chatId } = await openVisitorRoom();
	const send = (body: string, clientMessageId: string) =>
		ada.call("POST", `/v1/Chat/${chatId}/Messages`, { body, clientMessageId });
	const isIn = async () => {
		const { body } = await ben.call("PUT", `/v1/Chat/${chatId}`, { chat: {} });
		return body.chat[0].chatMembers.find(({ userId }: { userId: string }) => userId === ada.userId).isActive;
	};
	const leave = () =>
		ada.call("PUT", `/v1/Chat/${chatId}`, { chat: { chatMembers: [{ userId: ada.userId, isActive: false }] } });
	const first = await send("hello", "once");
	// Past what is known without the table of ids: see once.ts.
	const caller = { tenantId: "acme", userId: ben.userId, name: "Ben", kind: "Agent", isAdministrator: false } as const;
	const room = roomOf(env, chatId);
	await Promise.all(Array.from({ length: 256 }, () => room.send(caller, { body: "filler", messageType: "Text" })));
	const second = await send("and again", "twice");

	await leave();
	for (const [sent, body, id] of [
		[first, "hello", "once"],
		[second, "and again", "twice"],
	] as const) {
		expect((await send(body, id)).body).toEqual({ message: sent.body.message, duplicate: true });
		expect((await send("something else", id)).body.responseStatus.errorCode).toBe("IdempotencyMismatch");
		expect(await isIn()).toBe(false);
	}
	expect((await send("back", "a new one")).body.duplicate).toBe(false);
	expect(await isIn()).toBe(true);

	await call("POST", "/api/v2/room-service/", { body: { type: "delete_room", room_id: roomId } });
	expect((await send("hello", "once")).body).toEqual({ message: first.body.message, duplicate: true });
	const refused = [await send("something else", "once"), await send("new", "not sent yet")];
	expect(refused.map(({ status, body }) => [status, body.responseStatus.errorCode])).toEqual([
		[409, "IdempotencyMismatch"],
		[409, "RoomClosed"],
	]);
});

it("lets authors edit, authors and administrators delete, and leaves nothing of a deleted text", async () => {
	const ada = await Person.signIn();
	const ben = await Person.signIn("Agent", "acme", 2);
	const alma = await Person.signIn("Administrator");
	const chatId = await ada.createChat([ben]);
	const [first, second, third] = [unique("xylophone"), unique("quetzal"), unique("zeppelin")];
	const message = await ada.send(chatId, first, { clientMessageId: unique("id") });
	const other = await ben.send(chatId, "kept");
	const at = ({ chatMessageId }: Message) => `/v1/Chat/${chatId}/Messages/${chatMessageId}`;
	const watcher = await Socket.join(ben, chatId);
	await vi.waitFor(async () => expect(await everythingStored(chatId)).toContain(first), 5000);

	for (const person of [ben, alma]) {
		const refused = await person.call("PUT", at(message), { body: "words in another's mouth" });
		expect([refused.status, refused.body.responseStatus.errorCode]).toEqual([403, "Forbidden"]);
	}
	const edited = await ada.call(
		"PUT",
		at(message).toUpperCase().replace("/V1/CHAT", "/v1/Chat").replace("/MESSAGES", "/Messages"),
		{ body: second },
	);
	expect(edited.body.message).toEqual({ ...message, body: second, dateEdited: expect.any(String) });
	expect((await watcher.event("message.updated"))["data"].message).toMatchObject(edited.body.message);
	expect((await ada.call("PUT", at(message), { body: third })).body.message.index).toBe(message.index);

	expect((await ben.call("DELETE", at(message))).status).toBe(403);
	expect((await alma.call("DELETE", at(other))).body.message.isDeleted).toBe(true);
	const deleted = await ada.call("DELETE", at(message));
	const { body: _, ...rest } = message;
	expect(deleted.body.message).toEqual({ ...rest, isDeleted: true, dateEdited: expect.any(String) });
	expect((await ada.call("DELETE", at(message))).body).toEqual(deleted.body);
	expect((await ada.call("PUT", at(message), { body: "risen" })).body.responseStatus.errorCode).toBe("MessageDeleted");
	expect((await ada.call("DELETE", `/v1/Chat/${chatId}/Messages/${"f".repeat(32)}`)).status).toBe(404);
	await vi.waitFor(() => expect(watcher.events.filter(({ kind }) => kind === "message.deleted")).toHaveLength(2));

	const fresh = await ada.send(chatId, "after");
	expect(fresh.index).toBe(3);
	const history = await ben.call("GET", `/v1/Chat/${chatId}/Messages`);
	expect(bodies(history.body.messages)).toEqual([undefined, undefined, "after"]);
	const feed = await ben.call("GET", `/v1/Chat/${chatId}/Events`);
	const resumed = await Socket.join(ben, chatId, { epoch: feed.body.epoch, seq: 0 });
	await resumed.until(({ type }) => type === "resumed");
	const said = JSON.stringify([history.body, feed.body, resumed.frames]);
	for (const gone of [first, second, third]) {
		expect(said).not.toContain(gone);
		const search = await ada.call("GET", `/v1/Chat/Search?q=${gone}`);
		await vi.waitFor(async () => expect(await everythingStored(chatId)).not.toContain(gone), 5000);
		expect(search.body.messages.filter(({ isDeleted }: { isDeleted: boolean }) => !isDeleted)).toEqual([]);
		expect((await ada.call("GET", `/v1/Chat/Search?q=${gone}`)).body.messages).toEqual([]);
	}
	// The trigrams of a deleted text are gone from the index too: it would give the words away, three letters at a time.
	expect(await everythingStored(chatId)).not.toMatch(/xyl|uetz|zepp/);
	await expectOneHistory(ada, chatId);
});

it("keeps every text as it was sent: scripts, emoji, control characters, half characters, the longest", async () => {
	const ada = await Person.signIn();
	const chatId = await ada.createChat([], '𝔖𝔲𝔭𝔭𝔬𝔯𝔱 \u202e"; DROP TABLE chat; --');
	const socket = await Socket.join(ada, chatId);
	const texts = [
		"Grüße, 你好, مرحبا, 👩‍👩‍👧‍👦",
		" leading and trailing ",
		"line\r\nbreak\ttab",
		"a\u0000b",
		"\u0001\u001f\u007f\u2028\u2029\ufeff",
		"'; DELETE FROM message; --",
		'{"$gt":""}',
		"__proto__",
		"ping",
		"x".repeat(65_535) + "👋",
	];
	for (const [index, text] of texts.entries()) {
		const clientMessageId = unique("text");
		const sent = await (index % 2 === 0
			? ada.send(chatId, text, { clientMessageId }).then(({ body }) => body)
			: socket.say(text, clientMessageId).then(({ type }) => type === "ack" && text));
		expect(sent).toBe(text);
		const again = await ada.call("POST", `/v1/Chat/${chatId}/Messages`, { clientMessageId, body: text });
		expect(again.body).toMatchObject({ duplicate: true, message: { body: text, index: index + 1 } });
	}
	const history = await ada.call("GET", `/v1/Chat/${chatId}/Messages`);
	expect(bodies(history.body.messages)).toEqual(texts);
	await expectOneHistory(ada, chatId);
	await vi.waitFor(() => expect(socket.events.map(({ data }) => data.message.body)).toEqual(texts));
	// Half a character has no UTF-8: it is replaced, and everybody is told the same.
	const clientMessageId = unique("half");
	const half = await ada.send(chatId, "half \ud83d of one", { clientMessageId });
	const event = await socket.until(({ type, data }) => type === "event" && data.message.index === half.index);
	const stored = await ada.call("GET", `/v1/Chat/${chatId}/Messages?take=1`);
	expect(stored.body.messages[0].body).toBe("half \ufffd of one");
	expect([half.body, event["data"].message.body]).toEqual([stored.body.messages[0].body, stored.body.messages[0].body]);
	const again = await ada.call("POST", `/v1/Chat/${chatId}/Messages`, { clientMessageId, body: "half \ud83d of one" });
	expect([again.status, again.body.duplicate]).toEqual([200, true]);
	// D1 took all of them: what comes after is still found.
	const marker = unique("afterwards");
	await ada.send(chatId, marker);
	await vi.waitFor(async () => {
		const { body } = await ada.call("GET", `/v1/Chat/Search?q=${marker}`);
		expect(body.messages).toHaveLength(1);
	}, 5000);
	const list = await ada.call("GET", `/v1/Chat?chatId=${chatId}`);
	expect(list.body.chat[0]).toMatchObject({
		messageCount: texts.length + 2,
		chatName: '𝔖𝔲𝔭𝔭𝔬𝔯𝔱 \u202e"; DROP TABLE chat; --',
	});
});

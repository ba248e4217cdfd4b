import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import { app } from "../src/app.ts";
import type { Message, RoomEvent } from "../src/rooms/model.ts";
import { roomOf } from "../src/rooms/rooms.ts";
import { Person, unique } from "./support/client.ts";
import { Tap, tapRoom } from "./support/d1.ts";
import { message as dowellMessage, messagesIn } from "./support/dowell.ts";
import { Replica } from "./support/replica.ts";
import { evict, fetchState, type RoomState } from "./support/room.ts";
import { Socket } from "./support/socket.ts";
import { backUp, restore } from "./support/stored.ts";
import { openVisitorRoom } from "./support/visitor.ts";

/** A room as D1 knows it. */
async function recorded(chatId: string) {
	const chat = await env.DB.prepare("SELECT * FROM chat WHERE chat_id = ?").bind(chatId).first();
	const members = await env.DB.prepare("SELECT * FROM chat_member WHERE chat_id = ? ORDER BY user_id")
		.bind(chatId)
		.all();
	const messages = await env.SEARCH.prepare("SELECT * FROM message WHERE chat_id = ? ORDER BY idx").bind(chatId).all();
	return { chat, members: members.results, messages: messages.results };
}

/** Waits until D1 says of a room what a fresh look at it says. */
async function expectRecorded(chatId: string, state: RoomState): Promise<void> {
	const flag = (value: boolean) => (value ? 1 : 0);
	await vi.waitFor(
		async () => {
			const { chat, members, messages } = await recorded(chatId);
			expect(chat).toMatchObject({
				name: state.chatName,
				is_archived: flag(state.isArchived),
				is_active: flag(state.isActive),
				member_count: state.members.filter(({ isActive }) => isActive).length,
				message_count: state.messages.length,
			});
			expect(members).toMatchObject(
				state.members.map((member) => ({
					user_id: member.userId,
					member_id: member.chatMemberId,
					name: member.name,
					is_active: flag(member.isActive),
					is_archived: flag(member.isArchived),
					last_read_index: member.lastReadIndex,
					last_chat_message_id: member.lastChatMessageId,
				})),
			);
			expect(messages.length).toBe(state.messages.length);
			const shown = messages.map(({ message, body }) => ({ ...(JSON.parse(String(message)) as Message), body }));
			expect(shown).toEqual(state.messages.map((message) => ({ ...message, body: message.body ?? "" })));
		},
		{ timeout: 10_000, interval: 20 },
	);
}

it("takes messages and changes while D1 is away, and pays by alarm when it is back", async () => {
	const [ada, ben] = [await Person.invent("Ada"), await Person.invent("Ben")];
	const { roomId, chatId } = await openVisitorRoom();
	await env.DB.batch([
		env.DB.prepare("ALTER TABLE chat RENAME TO chat_away"),
		env.DB.prepare("ALTER TABLE chat_member RENAME TO chat_member_away"),
	]);
	const late = { chatId: "" };
	try {
		const socket = await Socket.join(ada, chatId);
		const visitor = await Socket.visit(roomId);
		expect(await visitor.say("by socket")).toMatchObject({ type: "ack", index: 1 });
		const second = await ben.send(chatId, "by HTTP");
		await socket.heard("by HTTP");
		expect((await ada.call("PUT", `/v1/Chat/${chatId}`, { chat: { chatName: "renamed" } })).status).toBe(200);
		expect((await ben.call("DELETE", `/v1/Chat/${chatId}/Messages/${second.chatMessageId}`)).status).toBe(200);
		expect(
			(await ada.call("POST", `/v1/Chat/${chatId}/Read`, { lastChatMessageId: second.chatMessageId })).body,
		).toEqual({
			unreadCount: 0,
			lastReadIndex: 2,
		});
		late.chatId = await ada.createChat([ben], "born while D1 was away");
		expect((await messagesIn(roomId)).length).toBe(1);
	} finally {
		await env.DB.batch([
			env.DB.prepare("ALTER TABLE chat_away RENAME TO chat"),
			env.DB.prepare("ALTER TABLE chat_member_away RENAME TO chat_member"),
		]);
	}
	for (const id of [chatId, late.chatId]) {
		expect(await runDurableObjectAlarm(roomOf(env, id))).toBe(true);
		await expectRecorded(id, await fetchState(ada, id));
	}
});

it("calls no database on a message's way through the Worker, in either dialect", async () => {
	const ada = await Person.invent("Ada");
	const { roomId, chatId } = await openVisitorRoom();
	const tap = new Tap();
	const tokens = new Proxy(env.TOKENS, { get: () => expect.fail("KV is on nobody's way") });
	const counting = { ...env, DB: tap.on(env.DB), SEARCH: tap.on(env.SEARCH), TOKENS: tokens };
	const ask = async (method: string, path: string, { headers, body }: { headers?: object; body?: unknown } = {}) => {
		const request = new Request(`http://foyer.test${path}`, {
			method,
			headers: { "Content-Type": "application/json", ...headers },
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		});
		const response = await app.fetch(request, counting);
		expect(response.status, `${method} ${path}`).toBeLessThan(300);
		return response;
	};
	const { headers } = ada;
	const upgrade = { Upgrade: "websocket", "Sec-WebSocket-Protocol": "foyer.v1" };
	const messages = `/v1/Chat/${chatId}/Messages`;

	const sent = await ask("POST", messages, { headers, body: { body: "over HTTP" } });
	const { message } = await sent.json<{ message: Message }>();
	await ask("PUT", `${messages}/${message.chatMessageId}`, { headers, body: { body: "edited" } });
	await ask("POST", `/v1/Chat/${chatId}/Read`, { headers, body: { lastChatMessageId: message.chatMessageId } });
	await ask("DELETE", `${messages}/${message.chatMessageId}`, { headers });
	await ask("GET", messages, { headers });
	await ask("GET", `/v1/Chat/${chatId}/Events`, { headers });
	await ask("POST", `/v1/Chat/${chatId}/Ticket`, { headers });
	const staffed = await ask("GET", `/v1/Chat/${chatId}/Socket`, { headers: { ...headers, ...upgrade } });
	const visited = await ask("GET", `/api/v2/room-socket/${roomId}/`, { headers: upgrade });
	for (const { webSocket } of [staffed, visited]) {
		webSocket?.accept();
		webSocket?.close();
	}
	await ask("POST", "/api/v2/room-service/", { body: dowellMessage(roomId) });
	await ask("GET", `/api/v2/room-service/?type=get_messages&room_id=${roomId}`);
	expect(tap.calls).toBe(0);
	await ask("GET", `/v1/Chat?chatId=${chatId}`, { headers });
	expect(tap.calls, "what is counted is seen to be counted").toBeGreaterThan(0);
	await expectRecorded(chatId, await fetchState(ada, chatId));
});

it("acks and delivers while D1 does not answer, and pays for all of it with a few calls", async () => {
	const ada = await Person.invent("Ada");
	const { roomId, chatId } = await openVisitorRoom();
	const tap = await tapRoom(chatId);
	tap.hold();
	const sockets = [await Socket.join(ada, chatId), await Socket.visit(roomId)] as const;
	for (let round = 0; round < 20; round += 1) {
		expect(await sockets[round % 2]?.say(`round ${round}`)).toMatchObject({ type: "ack" });
		await Promise.all(Array.from({ length: 10 }, (_, index) => ada.send(chatId, `round ${round}, ${index}`)));
	}
	const first = (await ada.call("GET", `/v1/Chat/${chatId}/Messages?after=0&take=1`)).body.messages[0];
	await ada.call("DELETE", `/v1/Chat/${chatId}/Messages/${first.chatMessageId}`);
	for (const socket of sockets) await socket.event("message.deleted");
	// One payment is under way, two calls of it, and waits; what came after it waits for the next.
	expect(tap.calls).toBeLessThanOrEqual(2);
	expect(tap.made.length).toBe(0);
	tap.release();
	await expectRecorded(chatId, await fetchState(ada, chatId));
	expect(tap.calls).toBeLessThanOrEqual(12);
});

it("owes D1 large debts too, and pays them within what D1 takes", async () => {
	const ada = await Person.invent("Ada");
	const chatId = await ada.createChat();
	const tap = await tapRoom(chatId);
	tap.hold();
	// More events than one payment carries, longer texts than one parameter holds, and many members.
	for (let round = 0; round < 12; round += 1)
		await Promise.all(Array.from({ length: 50 }, (_, index) => ada.send(chatId, `message ${round * 50 + index}`)));
	const texts = ["ä".repeat(60_000), "日".repeat(60_000), "\u0001".repeat(60_000), "long ".repeat(200_000)];
	const long = Array.from({ length: 10 }, () => texts).flat();
	for (const body of long) await ada.send(chatId, body);
	const names = Array.from({ length: 900 }, (_, index) => unique(`member-${index}-${"x".repeat(80)}`));
	const added = ada.call("PUT", `/v1/Chat/${chatId}`, { chat: { chatMembers: names.map((userId) => ({ userId })) } });
	tap.release();
	expect((await added).body.chat[0].memberCount).toBe(901);
	const state = await fetchState(ada, chatId);
	// Of the longest texts the beginning is searched, and no more.
	const messages = state.messages.map((message) => ({ ...message, body: message.body?.slice(0, 64 * 1024) ?? null }));
	await expectRecorded(chatId, { ...state, messages });
	expect(tap.bound.parameters).toBeLessThanOrEqual(100);
	expect(tap.bound.bytes).toBeLessThanOrEqual(2_000_000);
	expect(tap.bound.bytes, "what is measured is seen to be measured").toBeGreaterThan(200_000);
});

it("forgets no change that D1 still has to hear of, however long it was away", async () => {
	const ada = await Person.invent("Ada");
	const chatId = await ada.createChat();
	const message = await ada.send(chatId, "to be taken back");
	await expectRecorded(chatId, await fetchState(ada, chatId));
	/** As many changes as that, of which only the last few are worth a row here. */
	const skip = (changes: number, rows: number) =>
		runInDurableObject(roomOf(env, chatId), (_, { storage: { sql } }) => {
			sql.exec(
				`WITH RECURSIVE filler (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM filler WHERE n < ?)
				INSERT INTO event (seq, at, kind, actor, data) SELECT top + ? - ? + n, 0, 'room.updated', '{}', '{"chatName":"filler"}'
				FROM filler, (SELECT max((SELECT max(seq) FROM event), (SELECT max(seq) FROM message)) AS top)`,
				rows,
				changes,
				rows,
			);
		}).then(() => evict(chatId));
	await env.DB.exec("ALTER TABLE chat RENAME TO chat_away");
	try {
		// The deletion is in no first payment, and so far back that the log need not keep it for its readers.
		await skip(600, 600);
		await ada.call("DELETE", `/v1/Chat/${chatId}/Messages/${message.chatMessageId}`);
		await skip(60_000, 1);
	} finally {
		await env.DB.exec("ALTER TABLE chat_away RENAME TO chat");
	}
	await ada.send(chatId, "after all of it");
	await expectRecorded(chatId, await fetchState(ada, chatId));
	// Then it does forget, and says so to who comes from before.
	const feed = (afterSeq: number) => ada.call("GET", `/v1/Chat/${chatId}/Events?afterSeq=${afterSeq}`);
	await vi.waitFor(async () =>
		expect((await feed(700)).body).toMatchObject({ type: "unrecoverable", reason: "pruned" }),
	);
});

it("is not moved by payments that come again, late or in another order", async () => {
	const [ada, ben] = [await Person.invent("Ada"), await Person.invent("Ben")];
	const chatId = await ada.createChat([ben]);
	const tap = await tapRoom(chatId);
	const path = `/v1/Chat/${chatId}`;
	const first = await ada.send(chatId, "first");
	await ben.call("POST", `${path}/Read`, { lastChatMessageId: first.chatMessageId });
	await ada.call("PUT", `${path}/Messages/${first.chatMessageId}`, { body: "edited" });
	await ada.call("PUT", path, {
		chat: { chatName: "renamed", chatMembers: [{ userId: ben.userId, isArchived: true }] },
	});
	const second = await ben.send(chatId, "second");
	await ada.call("POST", `${path}/Read`, { lastChatMessageId: second.chatMessageId });
	await ada.call("DELETE", `${path}/Messages/${first.chatMessageId}`);
	await ben.call("PUT", path, { chat: { isArchived: true, chatMembers: [{ userId: ada.userId, isActive: false }] } });
	await expectRecorded(chatId, await fetchState(ben, chatId));

	const settled = await recorded(chatId);
	const payments = [...tap.made];
	expect(payments.length).toBeGreaterThan(4);
	for (const pay of [...payments, ...payments.toReversed()]) {
		await pay();
		expect(await recorded(chatId)).toEqual(settled);
	}
	// So does the room itself, when it has forgotten what it paid.
	const backup = await backUp(chatId);
	for (const row of backup.get("room") ?? []) row["projected_seq"] = 0;
	await restore(chatId, backup);
	const { epoch } = await fetchState(ben, chatId);
	await ben.call("PUT", path, { chat: { isArchived: true } });
	expect(await recorded(chatId)).toEqual(settled);
	expect((await fetchState(ben, chatId)).epoch).toBe(epoch);
});

it.each([
	["and says one thing", 1],
	["and says more than it had lost, at once", 40],
])("begins a new epoch when it is restored to an older state %s", async (_, count) => {
	const [ada, ben] = [await Person.invent("Ada"), await Person.invent("Ben")];
	const chatId = await ada.createChat([ben]);
	for (const body of ["kept one", "kept two"]) await ada.send(chatId, body);
	await expectRecorded(chatId, await fetchState(ada, chatId));
	const backup = await backUp(chatId);

	const lost = await ben.send(chatId, "lost one");
	for (const body of ["lost two", "lost three"]) await ben.send(chatId, body);
	await ada.call("POST", `/v1/Chat/${chatId}/Read`, { lastChatMessageId: lost.chatMessageId });
	const before = await fetchState(ada, chatId);
	await expectRecorded(chatId, before);
	const witness = await Socket.join(ben, chatId);
	await restore(chatId, backup);

	const bodies = Array.from({ length: count }, (_, index) => `after ${index}`);
	await Promise.all(bodies.map((body) => ada.send(chatId, body)));
	expect(await witness.until(({ type }) => type === "reconnect")).toMatchObject({ reason: "epochChanged", afterMs: 0 });
	expect(await witness.closeCode()).toBe(4000);

	const returned = await Socket.join(ben, chatId, { epoch: before.epoch, seq: before.seq });
	const refusal = await returned.until(({ type }) => type === "unrecoverable");
	const state = await fetchState(ada, chatId);
	expect(refusal).toMatchObject({ reason: "epochChanged", epoch: state.epoch, seq: state.seq });
	expect(state.epoch).not.toBe(before.epoch);
	expect(state.seq).toBeGreaterThan(before.seq);
	const query = `epoch=${before.epoch}&afterSeq=${before.seq}`;
	const { body: feed } = await ben.call("GET", `/v1/Chat/${chatId}/Events?${query}`);
	expect(feed).toMatchObject({ type: "unrecoverable", reason: "epochChanged" });
	expect(new Set(state.messages.map(({ body }) => body))).toEqual(new Set(["kept one", "kept two", ...bodies]));
	await expectRecorded(chatId, state);
	for (const { body } of before.messages.slice(2)) {
		const { messages } = (await ben.call("GET", `/v1/Chat/Search?q=${encodeURIComponent(String(body))}`)).body;
		expect(messages.filter((message: Message) => message.chatId === chatId)).toEqual([]);
	}

	// Whoever came after it follows without a gap, and the room without a second epoch.
	const replica = new Replica(state, state.seq);
	await ada.send(chatId, "the last");
	await returned.heard("the last");
	for (const event of returned.events) replica.apply(event as unknown as RoomEvent);
	const { epoch, seq: _seq, ...final } = await fetchState(ada, chatId);
	expect(replica.state).toEqual(final);
	expect(epoch).toBe(state.epoch);
	await evict(chatId);
	await ada.send(chatId, "in another life");
	await expectRecorded(chatId, await fetchState(ada, chatId));
	expect((await fetchState(ada, chatId)).epoch).toBe(epoch);
});

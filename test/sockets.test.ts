import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { roomOf } from "../src/rooms/rooms.ts";
import { Person } from "./support/client.ts";
import { evict, whole } from "./support/room.ts";
import { Socket } from "./support/socket.ts";

type Position = { epoch: string; seq: number };

async function pair() {
	const [ada, ben] = [await Person.signIn(), await Person.signIn("Agent", "acme", 2)];
	return { ada, ben, chatId: await ada.createChat([ben]) };
}

/** Where a socket stood when it was ready. */
function positionOf(socket: Socket): Position {
	const { epoch, seq } = socket.frames.find(({ type }) => type === "ready") as unknown as Position;
	return { epoch, seq };
}

/** Sends messages past the rate of a socket and the cost of a request. */
async function sendMany(person: Person, chatId: string, count: number): Promise<void> {
	const room = roomOf(env, chatId);
	const caller = {
		tenantId: person.tenantId,
		userId: person.userId,
		name: "Ada Agent",
		kind: "Agent",
		isAdministrator: false,
	} as const;
	await Promise.all(
		Array.from({ length: count }, (_, index) => room.send(caller, { body: `m${index}`, messageType: "Text" })),
	);
}

it("says at hello where the room and the caller stand", async () => {
	const { ada, ben, chatId } = await pair();
	const first = await ada.send(chatId, "one");
	await ada.send(chatId, "two");
	await ben.call("POST", `/v1/Chat/${chatId}/Read`, { lastChatMessageId: first.chatMessageId });
	const socket = await Socket.connect(`/v1/Chat/${chatId.toUpperCase()}/Socket`, ben.headers);
	const ready = await socket.hello();
	expect(ready).toEqual({
		type: "ready",
		re: 1,
		connectionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
		epoch: expect.any(String),
		seq: 5,
		minSeq: 0,
		messageCount: 2,
		me: { userId: ben.userId, kind: "Agent", lastReadIndex: 1, unreadCount: 1 },
		members: [
			expect.objectContaining({ userId: ada.userId, isActive: true, lastReadIndex: 2 }),
			expect.objectContaining({
				userId: ben.userId,
				isActive: true,
				lastReadIndex: 1,
				lastChatMessageId: first.chatMessageId,
			}),
		],
		pingIntervalMs: 25_000,
		limits: { bodyBytes: 1_048_576, take: 200, burst: 50, ratePerSecond: 20 },
	});
	const other = await Socket.join(ada, chatId);
	expect((other.frames[0] as { connectionId?: string }).connectionId).not.toBe(ready["connectionId"]);
});

it("edits, deletes, replies and pages through the history on a socket", async () => {
	const { ada, ben, chatId } = await pair();
	const [left, right] = [await Socket.join(ada, chatId), await Socket.join(ben, chatId)];
	const one = await left.say("one");
	const ask = (frame: Record<string, unknown>, socket = left) => socket.answerTo(socket.send(frame));
	const reply = await ask({
		type: "message.send",
		clientMessageId: crypto.randomUUID(),
		body: "re",
		messageType: "Note",
		replyToChatMessageId: one["chatMessageId"].toUpperCase(),
	});
	expect(reply).toMatchObject({
		type: "ack",
		index: 2,
		seq: one["seq"] + 1,
		duplicate: false,
		dateCreated: expect.any(String),
	});
	const dashed = one["chatMessageId"].replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
	expect(await ask({ type: "message.edit", chatMessageId: dashed, body: "one, better" })).toMatchObject({
		type: "ack",
		index: 1,
		chatMessageId: one["chatMessageId"],
	});
	expect(
		await ask({ type: "message.edit", chatMessageId: one["chatMessageId"], body: "not mine" }, right),
	).toMatchObject({ type: "error", code: "Forbidden", temporary: false });
	expect(await ask({ type: "message.delete", chatMessageId: one["chatMessageId"] }, right)).toMatchObject({
		code: "Forbidden",
	});
	expect(await ask({ type: "message.delete", chatMessageId: "f".repeat(32) })).toMatchObject({
		code: "MessageNotFound",
	});
	expect(
		await ask({ type: "message.send", clientMessageId: "a", body: "x", replyToChatMessageId: "f".repeat(32) }),
	).toMatchObject({ code: "MessageNotFound" });
	expect(await ask({ type: "message.delete", chatMessageId: one["chatMessageId"] })).toMatchObject({
		type: "ack",
		index: 1,
	});
	const deleted = await right.event("message.deleted");
	expect(deleted["data"].message).toMatchObject({ index: 1, body: null, isDeleted: true });
	expect(right.events.map(({ kind }) => kind)).toEqual([
		"message.created",
		"message.created",
		"message.updated",
		"message.deleted",
	]);
	expect(right.events[1]?.["data"].message).toMatchObject({
		replyToChatMessageId: one["chatMessageId"],
		messageType: "Note",
	});

	await sendMany(ada, chatId, 250);
	const page = async (query: object) => {
		const { type, messages, hasMore } = await ask({ type: "history", ...query }, right);
		expect(type).toBe("history");
		return [messages.length, messages[0]?.index, messages.at(-1)?.index, hasMore];
	};
	expect(await page({})).toEqual([50, 203, 252, true]);
	expect(await page({ take: 200 })).toEqual([200, 53, 252, true]);
	expect(await page({ before: 53, take: 200 })).toEqual([52, 1, 52, false]);
	expect(await page({ after: 250 })).toEqual([2, 251, 252, false]);
	expect(await page({ after: 0, take: 3 })).toEqual([3, 1, 3, true]);
	expect(await page({ after: 252 })).toEqual([0, undefined, undefined, false]);
	const { messages } = await ask({ type: "history", after: 0, take: 2 }, right);
	const listed = await ben.call("GET", `/v1/Chat/${chatId}/Messages?after=0&take=2`);
	expect(messages).toEqual(listed.body.messages.map(whole));
});

it("moves receipts forward only, and tells everybody", async () => {
	const { ada, ben, chatId } = await pair();
	const [left, right] = [await Socket.join(ada, chatId), await Socket.join(ben, chatId)];
	for (const body of ["one", "two", "three"]) await left.say(body);
	for (const index of [2, 1, 0, 2, 1_000_000_000, 3]) right.send({ type: "receipt.read", index });
	// Asked last, answered last: whatever the receipts said has been said.
	await right.answerTo(right.send({ type: "presence.get" }));
	await left.until((frame) => frame["kind"] === "receipt.updated" && frame["data"].lastReadIndex === 3);
	const receipts = left.events.filter(({ kind }) => kind === "receipt.updated");
	expect(receipts.map(({ actor, data }) => [actor.userId, data.userId, data.lastReadIndex])).toEqual([
		[ben.userId, ben.userId, 2],
		[ben.userId, ben.userId, 3],
	]);
	expect((await ben.call("GET", `/v1/Chat/${chatId}/Messages?take=1`)).body.messages[0].chatMessageId).toBe(
		receipts[1]?.["data"].lastChatMessageId,
	);
	expect((await ben.call("PUT", `/v1/Chat/${chatId}`, { chat: {} })).body.chat[0].unreadCount).toBe(0);
});

it("relays typing to the others, at a pace, and keeps nothing of it", async () => {
	const { ada, ben, chatId } = await pair();
	const [left, right] = [await Socket.join(ada, chatId), await Socket.join(ben, chatId)];
	const { seq } = positionOf(right);
	left.send({ type: "typing.stop" });
	for (let count = 0; count < 5; count += 1) {
		left.send({ type: "typing.start" });
		left.send({ type: "typing.start" });
		left.send({ type: "typing.stop" });
	}
	await left.answerTo(left.send({ type: "presence.get" }));
	await right.answerTo(right.send({ type: "presence.get" }));
	const typing = () => right.frames.filter(({ type }) => type === "typing");
	expect(typing()).toEqual([
		{ type: "typing", userId: ada.userId, name: "Ada Agent", active: true, expiresInMs: 6000 },
		{ type: "typing", userId: ada.userId, name: "Ada Agent", active: false, expiresInMs: 0 },
	]);
	await new Promise((resolve) => setTimeout(resolve, 3000));
	left.send({ type: "typing.start" });
	await right.until(() => typing().length === 3, "typing again");
	expect(left.frames.filter(({ type }) => type === "typing")).toEqual([]);
	// Nothing of it is in the log, and the object has nothing to write.
	expect((await ben.call("GET", `/v1/Chat/${chatId}/Events?afterSeq=${seq}`)).body).toMatchObject({ seq, events: [] });
});

it("tells who is there, once a person, and who comes and goes", async () => {
	const { ada, ben, chatId } = await pair();
	const left = await Socket.join(ada, chatId);
	const present = async () => {
		const { present } = await left.answerTo(left.send({ type: "presence.get" }));
		return present.map(({ userId }: { userId: string }) => userId);
	};
	expect(await present()).toEqual([ada.userId]);
	const [one, two] = [await Socket.join(ben, chatId), await Socket.join(ben, chatId)];
	const silent = await Socket.connect(`/v1/Chat/${chatId}/Socket`, ben.headers);
	expect(await present()).toEqual([ada.userId, ben.userId]);
	const changes = () => left.frames.filter((frame) => frame.type === "presence" && frame["re"] === undefined);
	await left.until(() => changes().length === 1, "an arrival");
	one.close();
	silent.close();
	await one.closeCode();
	expect(await present()).toEqual([ada.userId, ben.userId]);
	expect(changes()).toEqual([
		{ type: "presence", joined: [{ userId: ben.userId, name: "Ben Agent", kind: "Agent" }], left: [] },
	]);
	two.close();
	await left.until(() => changes().length === 2, "a departure");
	expect(changes()[1]).toEqual({
		type: "presence",
		joined: [],
		left: [{ userId: ben.userId, name: "Ben Agent", kind: "Agent" }],
	});
	expect(await present()).toEqual([ada.userId]);
});

it("tells once that somebody who was removed has gone, though the socket closes after that", async () => {
	const { ada, ben, chatId } = await pair();
	const [left, removed] = [await Socket.join(ada, chatId), await Socket.join(ben, chatId)];
	const chatMembers = [{ userId: ben.userId, isActive: false }];
	await ada.call("PUT", `/v1/Chat/${chatId}`, { chat: { chatMembers } });
	expect(await removed.closeCode()).toBe(4507);
	const back = [{ userId: ben.userId, isActive: true }];
	await ada.call("PUT", `/v1/Chat/${chatId}`, { chat: { chatMembers: back } });
	// What the close had to say comes before what is said after it.
	await Socket.join(ben, chatId);
	const changes = () => left.frames.filter(({ type }) => type === "presence");
	await left.until(() => changes().filter(({ joined }) => joined.length > 0).length === 2, "a return");
	const ids = (people: { userId: string }[]) => people.map(({ userId }) => userId);
	expect(changes().map(({ joined, left: gone }) => [ids(joined), ids(gone)])).toEqual([
		[[ben.userId], []],
		[[], [ben.userId]],
		[[ben.userId], []],
	]);
});

it("replays what a client missed, every kind of change, in order and without a gap", async () => {
	const { ada, ben, chatId } = await pair();
	const [one, two] = [await ada.send(chatId, "one"), await ada.send(chatId, "two")];
	const before = await Socket.join(ben, chatId);
	const position = positionOf(before);
	before.close();
	await ada.call("PUT", `/v1/Chat/${chatId}/Messages/${one.chatMessageId}`, { body: "one, edited" });
	await ada.call("DELETE", `/v1/Chat/${chatId}/Messages/${two.chatMessageId}`);
	await ada.call("PUT", `/v1/Chat/${chatId}`, {
		chat: { chatName: "Resumed", isArchived: true, chatMembers: [{ userId: "cleo" }] },
	});
	await ben.call("POST", `/v1/Chat/${chatId}/Read`, { lastChatMessageId: two.chatMessageId });
	const missed = [
		"message.updated",
		"message.deleted",
		"room.updated",
		"room.archived",
		"member.joined",
		"receipt.updated",
	];
	await sendMany(ada, chatId, 450);

	const back = await Socket.join(ben, chatId, position);
	const resumed = await back.until(({ type }) => type === "resumed");
	const { seq } = positionOf(back);
	expect(resumed).toEqual({ type: "resumed", re: 1, from: position.seq, to: seq, count: 456, limited: false });
	expect(back.frames.map(({ type, more }) => [type, more])).toEqual([
		["ready", undefined],
		["replay", true],
		["replay", true],
		["replay", false],
		["resumed", undefined],
	]);
	expect(back.events.slice(0, 6).map(({ kind }) => kind)).toEqual(missed);
	expect(back.events[0]?.["data"].message.body).toBe("one, edited");
	await ada.send(chatId, "live again");
	await back.heard("live again");
	expect(back.events.map(({ prev }) => prev)).toEqual([
		position.seq,
		...back.events.slice(0, -1).map((event) => event["seq"]),
	]);
	expect(back.events.length).toBe(457);
});

it("replays only the newest of too many missed events, and says so", async () => {
	const { ada, ben, chatId } = await pair();
	const before = await Socket.join(ben, chatId);
	const position = positionOf(before);
	before.close();
	await sendMany(ada, chatId, 2000);
	const enough = await Socket.join(ben, chatId, position);
	expect(await enough.until(({ type }) => type === "resumed")).toMatchObject({ count: 2000, limited: false });
	enough.close();
	await ada.send(chatId, "one too many");
	const back = await Socket.join(ben, chatId, position);
	const resumed = await back.until(({ type }) => type === "resumed");
	const to = position.seq + 2001;
	expect(resumed).toMatchObject({ from: position.seq, to, count: 200, limited: true });
	expect(back.events.map(({ seq }) => seq)).toEqual(Array.from({ length: 200 }, (_, index) => to - 199 + index));
	expect(back.events.at(-1)?.["data"].message.body).toBe("one too many");
});

it("tells a position that leads nowhere apart, and serves its client all the same", async () => {
	const { ada, ben, chatId } = await pair();
	await sendMany(ada, chatId, 20);
	const { epoch, seq } = positionOf(await Socket.join(ben, chatId));
	const attempt = async (resume: Position) => {
		const socket = await Socket.join(ben, chatId, resume);
		const answer = await socket.until(({ type }) => type === "unrecoverable" || type === "resumed");
		await ada.send(chatId, "and on");
		expect((await socket.event("message.created"))["data"].message.body).toBe("and on");
		return [answer.type, answer["reason"], answer["epoch"], answer["re"]];
	};
	expect(await attempt({ epoch: "0".repeat(16), seq })).toEqual(["unrecoverable", "epochChanged", epoch, 1]);
	expect(await attempt({ epoch, seq: seq + 1000 })).toEqual(["unrecoverable", "ahead", epoch, 1]);
	// A log keeps its last 50,000 changes; this one is told that it has forgotten ten, once it owes D1 nothing and so writes no more.
	await ada.call("PUT", `/v1/Chat/${chatId}`, { chat: {} });
	await runInDurableObject(roomOf(env, chatId), (_, { storage: { sql } }) =>
		sql.exec("UPDATE room SET min_seq = 10").toArray(),
	);
	await evict(chatId);
	expect(await attempt({ epoch, seq: 9 })).toEqual(["unrecoverable", "pruned", epoch, 1]);
	expect((await attempt({ epoch, seq: 10 }))[0]).toBe("resumed");
	expect((await ben.call("GET", `/v1/Chat/${chatId}/Events?epoch=${epoch}&afterSeq=9`)).body).toMatchObject({
		type: "unrecoverable",
		reason: "pruned",
	});
});

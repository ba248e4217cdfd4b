import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import { roomOf } from "../src/rooms/rooms.ts";
import { Person } from "./support/client.ts";
import { evict, fetchState } from "./support/room.ts";
import { Socket } from "./support/socket.ts";
import { openVisitorRoom } from "./support/visitor.ts";

it("goes on with its sockets after the object was evicted: events, presence, callers", async () => {
	const [ada, ben] = [await Person.invent("Ada"), await Person.invent("Ben")];
	const { roomId, chatId, visitorId } = await openVisitorRoom();
	const visitorName = "shop";
	const [left, right] = [await Socket.join(ada, chatId), await Socket.join(ben, chatId)];
	const visitor = await Socket.visit(roomId);
	await left.say("before");
	await visitor.event("message.created");

	expect(await evict(chatId)).toBe(true);
	await ada.send(chatId, "over HTTP, to sockets that sleep");
	for (const socket of [left, right, visitor]) await socket.heard("over HTTP, to sockets that sleep");

	expect(await evict(chatId)).toBe(true);
	await right.say("by a socket that slept");
	const heard = await visitor.heard("by a socket that slept");
	expect(heard["data"].message).toMatchObject({ userId: ben.userId, authorName: "Ben", authorKind: "Agent", index: 3 });
	await visitor.say("and by the visitor's");
	const answered = await left.heard("and by the visitor's");
	expect(answered["data"].message).toMatchObject({ userId: visitorId, authorKind: "Visitor" });

	expect(await evict(chatId)).toBe(true);
	const { present } = await left.answerTo(left.send({ type: "presence.get" }));
	const everybody = [ada.userId, ben.userId, visitorId].sort();
	expect(present.map(({ userId }: { userId: string }) => userId).sort()).toEqual(everybody);
	const expectGone = (who: object) =>
		left.until((frame) => frame.type === "presence" && JSON.stringify(frame["left"]) === JSON.stringify([who]));
	right.close();
	await expectGone({ userId: ben.userId, name: "Ben", kind: "Agent" });
	// Whoever leaves while the object sleeps wakes it to say so.
	expect(await evict(chatId)).toBe(true);
	visitor.close();
	await expectGone({ userId: visitorId, name: visitorName, kind: "Visitor" });

	for (const socket of [left, visitor]) {
		const { events } = socket;
		expect(events.slice(1).map(({ prev }) => prev)).toEqual(events.slice(0, -1).map(({ seq }) => seq));
	}
});

it("lets the object sleep as soon as its sockets have said hello, and answers pings without waking it", async () => {
	const ada = await Person.invent("Ada");
	const chatId = await ada.createChat();
	const socket = await Socket.join(ada, chatId);
	const before = Date.now();
	expect(await evict(chatId)).toBe(true);
	// Whatever keeps an object busy keeps it from being evicted: a timer that waits for hello would be seen here, ten seconds long.
	expect(Date.now() - before).toBeLessThan(5000);
	socket.socket.send("ping");
	await socket.until(({ type }) => type === "pong");
	expect(await evict(chatId), "nothing had woken it").toBe(false);
	await socket.say("awake");
	expect(await evict(chatId)).toBe(true);
});

it("forgets what it was owed by a socket: bad frames and the rate", async () => {
	const ada = await Person.invent("Ada");
	const chatId = await ada.createChat();
	const socket = await Socket.join(ada, chatId);
	const isLimited = (frame: Record<string, unknown>) => frame["code"] === "RateLimited";
	for (let count = 0; count < 60; count += 1) socket.send({ type: "presence.get" });
	const limited = await socket.until(isLimited);
	expect(limited).toMatchObject({ type: "error", temporary: true, retryAfterMs: expect.any(Number) });
	await evict(chatId);
	const refusals = socket.frames.filter(isLimited).length;
	const asked = Array.from({ length: 45 }, () => socket.send({ type: "presence.get" }));
	await Promise.all(asked.map((id) => socket.answerTo(id)));
	expect(socket.frames.filter(isLimited).length).toBe(refusals);
});

it("resumes across evictions, with and without its sockets, from where a client stood", async () => {
	const [ada, ben] = [await Person.invent("Ada"), await Person.invent("Ben")];
	const chatId = await ada.createChat([ben]);
	const socket = await Socket.join(ben, chatId);
	const { epoch, seq } = socket.frames[0] as unknown as { epoch: string; seq: number };
	socket.close();
	const one = await ada.send(chatId, "one");
	await evict(chatId);
	await ada.send(chatId, "two");
	await ada.call("DELETE", `/v1/Chat/${chatId}/Messages/${one.chatMessageId}`);
	await evict(chatId, "close");

	const back = await Socket.join(ben, chatId, { epoch, seq });
	const resumed = await back.until(({ type }) => type === "resumed");
	const state = await fetchState(ben, chatId);
	expect(resumed).toMatchObject({ from: seq, to: state.seq, count: state.seq - seq, limited: false });
	expect(back.events.map(({ kind }) => kind)).toContain("message.deleted");
	expect(back.events.map(({ prev }) => prev)).toEqual([seq, ...back.events.slice(0, -1).map((event) => event["seq"])]);
	expect(JSON.stringify(back.frames)).not.toContain('"one"');

	expect(await evict(chatId, "close")).toBe(true);
	expect(await back.closeCode()).toBe(1006);
	const again = await Socket.join(ben, chatId, { epoch, seq: state.seq });
	expect(await again.until(({ type }) => type === "resumed")).toMatchObject({
		count: 0,
		from: state.seq,
		to: state.seq,
	});
	await ada.send(chatId, "three");
	expect((await again.event("message.created"))["prev"]).toBe(state.seq);
});

/** A chat that was evicted while it owed D1 a message, and how many messages D1 knows of. */
async function inDebt() {
	const ada = await Person.invent("Ada");
	const chatId = await ada.createChat();
	await env.DB.exec("ALTER TABLE chat RENAME TO chat_away");
	try {
		await ada.send(chatId, "written while D1 was away");
		await evict(chatId);
	} finally {
		await env.DB.exec("ALTER TABLE chat_away RENAME TO chat");
	}
	const count = async () => (await ada.call("GET", `/v1/Chat?chatId=${chatId}`)).body.chat[0].messageCount;
	expect(await count()).toBe(0);
	return { ada, chatId, count };
}

it("pays by alarm what it owed D1 when it was evicted", async () => {
	const { chatId, count } = await inDebt();
	expect(await runDurableObjectAlarm(roomOf(env, chatId))).toBe(true);
	await vi.waitFor(async () => expect(await count()).toBe(1));
	expect(await runDurableObjectAlarm(roomOf(env, chatId)), "nothing is owed any more").toBe(false);
});

it("pays what it owed before the alarm when somebody wakes it", async () => {
	const { ada, chatId, count } = await inDebt();
	expect((await ada.call("GET", `/v1/Chat/${chatId}/Messages`)).status).toBe(200);
	await vi.waitFor(async () => expect(await count()).toBe(1));
});

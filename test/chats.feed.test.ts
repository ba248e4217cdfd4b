import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { roomOf } from "../src/rooms/rooms.ts";
import { call, Person, request } from "./support/client.ts";
import { Socket } from "./support/socket.ts";

type Event = { seq: number; prev: number; kind: string };

async function pair() {
	const [ada, ben] = [await Person.signIn(), await Person.signIn("Agent", "acme", 2)];
	const chatId = await ada.createChat([ben]);
	const feed = async (query = "", person = ben) => {
		const { status, body } = await person.call("GET", `/v1/Chat/${chatId}/Events?${query}`);
		expect(status).toBe(200);
		return body;
	};
	return { ada, ben, chatId, feed };
}

it("reads the log as a feed, the same envelopes as on the socket", async () => {
	const { ada, ben, chatId, feed } = await pair();
	const socket = await Socket.join(ben, chatId);
	const { chatMessageId } = await ada.send(chatId, "one");
	await ada.send(chatId, "two");
	await ada.call("PUT", `/v1/Chat/${chatId}/Messages/${chatMessageId}`, { body: "one, better" });
	await ada.call("PUT", `/v1/Chat/${chatId}`, { chat: { chatName: "Feed" } });
	await ben.call("POST", `/v1/Chat/${chatId}/Read`, { lastChatMessageId: chatMessageId });
	await socket.event("receipt.updated");

	const all = await feed();
	expect(all).toMatchObject({ type: "replay", epoch: expect.any(String), minSeq: 0, more: false });
	expect(all.events.map(({ kind }: Event) => kind)).toEqual([
		"member.joined",
		"member.joined",
		"message.created",
		"message.created",
		"message.updated",
		"room.updated",
		"receipt.updated",
	]);
	// Contiguous, and for a socket that was there the very same (but that a message reads as it is now).
	let last = 0;
	for (const { seq, prev } of all.events as Event[]) {
		expect(prev).toBe(last);
		last = seq;
	}
	expect(all.seq).toBe(last);
	const { seq: joined } = socket.frames.find(({ type }) => type === "ready") as unknown as Event;
	const after = await feed(`epoch=${all.epoch}&afterSeq=${joined}`);
	const withoutText = (events: object[]) =>
		JSON.parse(JSON.stringify(events).replaceAll(/"(body|dateEdited)":("[^"]*"|null)/g, '"$1":0'));
	expect(withoutText(after.events)).toEqual(withoutText(socket.events));
	expect(after.events[0].data.message.body).toBe("one, better");

	// In pages.
	const first = await feed("take=3");
	expect([first.events.length, first.more]).toEqual([3, true]);
	const second = await feed(`epoch=${all.epoch}&afterSeq=${first.events[2].seq}&take=100`);
	expect([...first.events, ...second.events]).toEqual(all.events);
	expect(await feed(`afterSeq=${last}`)).toMatchObject({ type: "replay", events: [], more: false });

	// A position in another log, or in this one's future.
	expect(await feed(`epoch=another&afterSeq=1`)).toEqual({
		type: "unrecoverable",
		reason: "epochChanged",
		epoch: all.epoch,
		seq: last,
	});
	expect(await feed(`epoch=${all.epoch}&afterSeq=${last + 1}`)).toEqual({
		type: "unrecoverable",
		reason: "ahead",
		epoch: all.epoch,
		seq: last,
	});
	for (const query of [
		"afterSeq=-1",
		"afterSeq=x",
		"afterSeq=1.5",
		"take=-1",
		"take=201",
		"wait=26",
		"wait=-1",
		"wait=x",
	])
		expect([query, (await ben.call("GET", `/v1/Chat/${chatId}/Events?${query}`)).status]).toEqual([query, 400]);
});

it("holds a long poll until something happens, and wakes it at once", async () => {
	const { ada, ben, chatId, feed } = await pair();
	const { seq, epoch } = await feed();
	const started = Date.now();
	const polls = [
		feed(`epoch=${epoch}&afterSeq=${seq}&wait=25`),
		feed(`afterSeq=${seq}&wait=20`, ada),
		feed(`afterSeq=${seq}&wait=0.3`),
	] as const;
	expect(await polls[2]).toMatchObject({ type: "replay", events: [], seq });
	expect(Date.now() - started).toBeGreaterThanOrEqual(280);
	await ada.send(chatId, "wake up");
	const answers = [await polls[0], await polls[1]];
	expect(Date.now() - started).toBeLessThan(3000);
	for (const { events } of answers)
		expect(events[0]).toMatchObject({
			seq: seq + 1,
			prev: seq,
			kind: "message.created",
			data: { message: { body: "wake up" } },
		});
	// There is something already: no waiting. And none for a position that leads nowhere.
	expect((await feed(`afterSeq=${seq}&wait=25`)).events).toHaveLength(1);
	expect(await feed(`epoch=gone&afterSeq=${seq}&wait=25`)).toMatchObject({ reason: "epochChanged" });
	expect(Date.now() - started).toBeLessThan(3000);

	// Whoever is removed while waiting learns of nothing more.
	const waiting = ben.call("GET", `/v1/Chat/${chatId}/Events?afterSeq=${seq + 1}&wait=25`);
	await ada.call("PUT", `/v1/Chat/${chatId}`, { chat: { chatMembers: [{ userId: ben.userId, isActive: false }] } });
	expect((await waiting).status).toBe(403);
});

it("gives out tickets for a socket: one connection, thirty seconds, this chat", async () => {
	const { ada, ben, chatId } = await pair();
	const elsewhere = await ada.createChat();
	const path = `/v1/Chat/${chatId}/Socket`;
	const issue = async () => {
		const { status, body } = await ben.call("POST", `/v1/Chat/${chatId.toUpperCase()}/Ticket`);
		expect(status).toBe(200);
		expect(body).toEqual({
			ticket: expect.stringMatching(/^[0-9a-f]{64}$/),
			url: `ws://foyer.test${path}`,
			expiresInSeconds: 30,
		});
		return body.ticket as string;
	};
	const open = (ticket: string, at = path) => Socket.connect(at, {}, `foyer.v1, ticket.${ticket}`);

	const ticket = await issue();
	const answer = await request(path, {
		headers: { Upgrade: "websocket", "Sec-WebSocket-Protocol": `foyer.v1, ticket.${await issue()}` },
	});
	expect([answer.status, answer.headers.get("Sec-WebSocket-Protocol")]).toEqual([101, "foyer.v1"]);
	answer.webSocket?.accept();
	answer.webSocket?.close();

	expect(await (await open(ticket, `/v1/Chat/${elsewhere}/Socket`)).closeCode()).toBe(4500);
	const socket = await open(ticket);
	expect((await socket.hello())["me"]).toMatchObject({ userId: ben.userId });
	expect(await socket.say("by ticket")).toMatchObject({ type: "ack" });
	expect(await (await open(ticket)).closeCode()).toBe(4500);
	expect(await (await open("made-up")).closeCode()).toBe(4500);
	expect(await (await open("")).closeCode()).toBe(4500);
	// Of two who use it at the same moment one gets in.
	const contested = await issue();
	const rivals = await Promise.all([open(contested), open(contested), open(contested)]);
	const outcomes = await Promise.all(
		rivals.map((rival) =>
			rival.hello().then(
				({ type }) => type,
				() => rival.closed?.code,
			),
		),
	);
	expect(outcomes.map(String).toSorted()).toEqual(["4500", "4500", "ready"]);

	// Only its hash is kept, for thirty seconds.
	const late = await issue();
	const stored = await runInDurableObject(roomOf(env, chatId), (_, { storage: { sql } }) => {
		const rows = sql.exec("SELECT * FROM ticket").toArray();
		sql.exec("UPDATE ticket SET expires_at = expires_at - 30001");
		return JSON.stringify(rows);
	});
	expect(stored).not.toContain(late);
	// Those that nobody can use any more are none that wait: the room has as many to give as ever.
	await runInDurableObject(roomOf(env, chatId), (_, { storage: { sql } }) => {
		sql.exec(
			"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) INSERT INTO ticket SELECT 'old ' || i, '{}', ? FROM n",
			Date.now() - 1,
		);
	});
	await issue();
	expect(await (await open(late)).closeCode()).toBe(4009);
	expect(await (await open(late)).closeCode()).toBe(4500);
	// A ticket is worth what its holder is worth when it is used.
	const stale = await issue();
	await ada.call("PUT", `/v1/Chat/${chatId}`, { chat: { chatMembers: [{ userId: ben.userId, isActive: false }] } });
	expect(await (await open(stale)).closeCode()).toBe(4507);
});

it("asks for an upgrade where a socket is opened, and for a credential before that", async () => {
	const { ada, chatId } = await pair();
	const path = `/v1/Chat/${chatId}/Socket`;
	for (const headers of [
		{},
		{ Upgrade: "websocket" },
		{ Upgrade: "websocket", "Sec-WebSocket-Protocol": "graphql-ws" },
		{ "Sec-WebSocket-Protocol": "foyer.v1" },
	]) {
		const answer = await call("GET", path, { headers: { ...ada.headers, ...headers } });
		expect([answer.status, answer.body.responseStatus.errorCode, answer.headers.get("Upgrade")]).toEqual([
			426,
			"UpgradeRequired",
			"websocket",
		]);
		expect((await call("GET", path, { headers })).status).toBe(401);
	}
	// No token in the address, in whatever name.
	const inUrl = await call("GET", `${path}?token=${ada.token}&access_token=${ada.token}&ticket=${ada.token}`, {
		headers: { Upgrade: "websocket", "Sec-WebSocket-Protocol": "foyer.v1" },
	});
	expect(inUrl.status).toBe(401);
});

import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { Person, call, unique } from "./support/client.ts";
import { Socket } from "./support/socket.ts";
import { openVisitorRoom } from "./support/visitor.ts";

async function pair() {
	const [ada, ben] = [await Person.signIn(), await Person.signIn("Agent", "acme", 2)];
	return { ada, ben, chatId: await ada.createChat([ben]) };
}

const open = (person: Person, chatId: string, headers: Record<string, string> = {}) =>
	Socket.connect(`/v1/Chat/${chatId}/Socket`, { ...person.headers, ...headers });

const errorsOf = (socket: Socket) => socket.frames.filter(({ type }) => type === "error");

const garbage: [string, unknown][] = [
	["no JSON", "nonsense"],
	["nothing", ""],
	["half an object", '{"type":"message.send"'],
	["a list", "[]"],
	["null", "null"],
	["a number", "42"],
	["no type", { id: 1 }],
	["an unknown type", { id: 1, type: "message.shout" }],
	["a type that is an operator", { id: 1, type: { $ne: null } }],
	["an inherited type", { id: 1, type: "constructor" }],
	["no id", { type: "message.send", clientMessageId: "a", body: "x" }],
	["an id that is an object", { id: {}, type: "presence.get" }],
	["an id too long", { id: "i".repeat(65), type: "presence.get" }],
	["no clientMessageId", { id: 1, type: "message.send", body: "x" }],
	["a clientMessageId too long", { id: 1, type: "message.send", clientMessageId: "c".repeat(129), body: "x" }],
	["no body", { id: 1, type: "message.send", clientMessageId: "a" }],
	["an empty body", { id: 1, type: "message.send", clientMessageId: "a", body: "" }],
	["a body of a wrong type", { id: 1, type: "message.send", clientMessageId: "a", body: { $gt: "" } }],
	["an author", { id: 1, type: "message.send", clientMessageId: "a", body: "x", userId: "acme-admin" }],
	[
		"a prototype",
		'{"id":1,"type":"message.send","clientMessageId":"a","body":"x","__proto__":{"kind":"System"},"extra":1}',
	],
	["a reply to no Guid", { id: 1, type: "message.send", clientMessageId: "a", body: "x", replyToChatMessageId: "y" }],
	["an edit of no Guid", { id: 1, type: "message.edit", chatMessageId: 7, body: "x" }],
	["a receipt below zero", { id: 1, type: "receipt.read", index: -1 }],
	["a receipt in between", { id: 1, type: "receipt.read", index: 1.5 }],
	["a receipt of a word", { id: 1, type: "receipt.read", index: "1" }],
	["a page of none", { id: 1, type: "history", take: 0 }],
	["a page too long", { id: 1, type: "history", take: 201 }],
	["a page of words", { id: 1, type: "history", before: "x" }],
	["bytes", new Uint8Array([1, 2, 3])],
	["bytes of JSON", new TextEncoder().encode('{"id":1,"type":"presence.get"}')],
	["a ping that is none", "PING"],
	["deep", `${'{"a":'.repeat(5000)}1${"}".repeat(5000)}`],
];

it("answers every frame that is none with BadFrame, and goes on", async () => {
	const { ada, ben, chatId } = await pair();
	const [socket, watcher] = [await Socket.join(ada, chatId), await Socket.join(ben, chatId)];
	for (const [name, frame] of garbage) {
		const before = errorsOf(socket).length;
		const text = typeof frame === "string" ? frame : JSON.stringify(frame);
		socket.socket.send(frame instanceof Uint8Array ? frame : text);
		await socket.until(() => errorsOf(socket).length > before, name);
		const re = text.includes('"id":1') ? { re: 1 } : {};
		const error = { type: "error", ...re, code: "BadFrame", message: expect.any(String), temporary: false };
		expect([name, errorsOf(socket).at(-1)]).toEqual([name, error]);
		// A good frame in between: the count starts anew.
		expect(await socket.answerTo(socket.send({ type: "presence.get" }))).toMatchObject({ type: "presence" });
	}
	expect(errorsOf(socket).length).toBe(garbage.length);
	expect(await socket.say("unharmed")).toMatchObject({ type: "ack", index: 1 });
	await watcher.event("message.created");
	expect(watcher.events.length).toBe(1);
});

it("closes a socket after ten bad frames in a row, before hello and after", async () => {
	const { ada, ben, chatId } = await pair();
	const watcher = await Socket.join(ben, chatId);
	const [hello, ask] = [
		JSON.stringify({ id: 1, type: "hello", v: 1 }),
		JSON.stringify({ id: 1, type: "presence.get" }),
	];
	for (const [isReady, bad, code] of [
		[true, "{", "BadFrame"],
		[true, hello, "BadFrame"],
		[false, "{", "BadFrame"],
		[false, ask, "HelloFirst"],
	] as const) {
		const socket = isReady ? await Socket.join(ada, chatId) : await open(ada, chatId);
		for (let count = 0; count < 9; count += 1) socket.socket.send(bad);
		await socket.until(() => errorsOf(socket).length === 9, "nine errors");
		expect(new Set(errorsOf(socket).map((error) => error["code"]))).toEqual(new Set([code]));
		socket.socket.send(bad);
		expect(await socket.closeCode()).toBe(4501);
	}
	// Nobody is told of somebody who never said hello, and nobody else is cut off.
	expect(watcher.closed).toBeUndefined();
	expect(watcher.events).toEqual([]);
});

it("wants a hello first, in the version it speaks, and once", async () => {
	const { ada, ben, chatId } = await pair();
	const silent = await open(ada, chatId);
	const opened = Date.now();
	const socket = await open(ben, chatId);
	await ada.send(chatId, "not for those who have not said hello");
	for (const frame of [
		{ type: "message.send", clientMessageId: "early", body: "too early" },
		{ type: "history" },
		{ type: "presence.get" },
	])
		expect(await socket.answerTo(socket.send(frame))).toMatchObject({ type: "error", code: "HelloFirst" });
	for (const hello of [
		{ v: 2 },
		{ v: "1" },
		{},
		{ v: 1, resume: {} },
		{ v: 1, resume: { epoch: 1, seq: 1 } },
		{ v: 1, resume: { epoch: "a", seq: -1 } },
	])
		expect(await socket.answerTo(socket.send({ type: "hello", ...hello }))).toMatchObject({
			type: "error",
			code: "BadFrame",
		});
	expect(await socket.hello()).toMatchObject({ type: "ready", messageCount: 1 });
	expect(await socket.hello()).toMatchObject({ type: "error", code: "BadFrame" });
	await ada.send(chatId, "for those who have");
	expect((await socket.heard("for those who have"))["data"].message.index).toBe(2);
	expect(socket.events.length).toBe(1);

	expect(await silent.closeCode(15_000)).toBe(4501);
	expect(Date.now() - opened).toBeGreaterThanOrEqual(9900);
	expect(silent.frames).toEqual([]);
	expect(socket.closed).toBeUndefined();
});

it("limits what one socket may send, and says what was not accepted", async () => {
	const { ada, ben, chatId } = await pair();
	const [socket, watcher] = [await Socket.join(ada, chatId), await Socket.join(ben, chatId)];
	const answers = await Promise.all(Array.from({ length: 80 }, (_, index) => socket.say(`m${index}`)));
	const accepted = answers.filter(({ type }) => type === "ack");
	const refused = answers.filter(({ type }) => type === "error");
	expect(accepted.length).toBeGreaterThanOrEqual(50);
	// 20 a second come back; these were sent in far less than a second.
	expect(accepted.length).toBeLessThan(65);
	for (const error of refused) {
		expect(error).toMatchObject({
			code: "RateLimited",
			temporary: true,
			message: expect.stringContaining("not accepted"),
		});
		expect(error["retryAfterMs"]).toBeGreaterThan(0);
		expect(error["retryAfterMs"]).toBeLessThanOrEqual(50);
	}
	const { body } = await ada.call("GET", `/v1/Chat/${chatId}/Messages?take=200`);
	expect(body.messages.map(({ index }: { index: number }) => index)).toEqual(accepted.map(({ index }) => index));
	await watcher.until(() => watcher.events.length === accepted.length, "what was accepted");
	// The others are not made to wait for it, and after the time that it was told it may go on.
	expect(await watcher.say("meanwhile")).toMatchObject({ type: "ack" });
	await new Promise((resolve) => setTimeout(resolve, 60));
	expect(await socket.say("patient")).toMatchObject({ type: "ack" });
	expect(socket.closed).toBeUndefined();
});

it("answers ping at once, also before hello, and repeats the code it is closed with", async () => {
	const { ada, chatId } = await pair();
	const early = await open(ada, chatId);
	early.socket.send("ping");
	await early.until(({ type }) => type === "pong");
	for (const code of [1000, 1001, 3000, 4005, 4999]) {
		const socket = await Socket.join(ada, chatId);
		socket.close(code);
		expect(await socket.closeCode()).toBe(code);
	}
	const nameless = await Socket.join(ada, chatId);
	nameless.socket.close();
	expect([1000, 1005]).toContain(await nameless.closeCode());
});

it("lets in members only, and of pages only those of origins that the tenant names", async () => {
	const tenant = unique("careful");
	await env.DB.prepare("INSERT INTO tenant (id, name, allowed_origins, created_at) VALUES (?, 'Careful', ?, 0)")
		.bind(tenant, JSON.stringify(["https://shop.careful.test"]))
		.run();
	const [ada, ben, mia] = [
		await Person.signIn("Agent", tenant),
		await Person.signIn("Agent", tenant, 2),
		await Person.signIn("Manager", tenant),
	];
	const chatId = await ada.createChat();
	const outcome = async (person: Person, origin?: string) => {
		const socket = await open(person, chatId, origin === undefined ? {} : { Origin: origin });
		return socket.hello().then(
			({ type }) => type,
			() => socket.closed?.code,
		);
	};
	for (const origin of [undefined, "http://foyer.test", "https://shop.careful.test"])
		expect([origin, await outcome(ada, origin)]).toEqual([origin, "ready"]);
	for (const origin of [
		"https://evil.test",
		"null",
		"https://shop.careful.test.evil.test",
		"http://shop.careful.test",
		"https://SHOP.careful.test:8443",
	])
		expect([origin, await outcome(ada, origin)]).toEqual([origin, 4507]);
	expect(await outcome(ben)).toBe(4507);
	expect(await outcome(await Person.signIn("Agent", "globex"))).toBe(4507);
	expect(
		(
			await call("GET", `/v1/Chat/${chatId}/Socket`, {
				headers: { ...mia.headers, Upgrade: "websocket", "Sec-WebSocket-Protocol": "foyer.v1" },
			})
		).status,
	).toBe(403);
	// A tenant that names no origins takes any.
	const other = await pair();
	const anywhere = await open(other.ada, other.chatId, { Origin: "https://anywhere.test" });
	expect((await anywhere.hello()).type).toBe("ready");
});

it("knows a visitor by the room's id alone, whatever else the request claims to be", async () => {
	const { roomId, visitorId } = await openVisitorRoom();
	const path = `/api/v2/room-socket/${roomId}/`;
	const claim = encodeURIComponent(
		JSON.stringify({ tenantId: "acme", userId: "acme-admin", name: "Alma", kind: "Agent", isAdministrator: true }),
	);
	const visitor = await Socket.connect(path, { "X-Foyer-Caller": claim });
	expect((await visitor.hello())["me"]).toMatchObject({ userId: visitorId, kind: "Visitor" });
	expect(await visitor.say("hello")).toMatchObject({ type: "ack", index: 1 });
	const upgrade = { Upgrade: "websocket", "Sec-WebSocket-Protocol": "foyer.v1" };
	for (const [headers, status] of [
		[{ Authorization: "Bearer nonsense" }, 401],
		[{ "X-Api-Key": "nonsense" }, 401],
		[(await Person.signIn("Customer")).headers, 403],
	] as const) {
		const answer = await call("GET", path, { headers: { ...upgrade, ...headers } });
		expect([answer.status, answer.body.success]).toEqual([status, false]);
	}
	const mia = await Socket.connect(path, (await Person.signIn("Manager")).headers);
	expect((await mia.hello())["me"]).toMatchObject({ userId: "acme-manager", kind: "Agent" });
	const stranger = await Socket.connect(path, (await Person.signIn("Administrator", "globex")).headers);
	expect(await stranger.closeCode()).toBe(4507);
	// A group chat has no visitor who could come in by its id.
	const ada = await Person.signIn();
	const chatId = await ada.createChat();
	const trespasser = await Socket.connect(`/api/v2/room-socket/${chatId.slice(0, 24)}/`);
	expect(await trespasser.closeCode()).toBe(4500);
});

it("cuts off who has missed more than can wait for a socket, and lets it come back for the rest", async () => {
	const { ada, ben, chatId } = await pair();
	const gone = await Socket.join(ben, chatId);
	const { epoch, seq: start } = gone.frames[0] as unknown as { epoch: string; seq: number };
	gone.close();
	const body = "x".repeat(1024 * 1024);
	for (let count = 0; count < 40; count += 1) await ada.send(chatId, body);
	const first = await open(ben, chatId);
	first.send({ type: "hello", v: 1, resume: { epoch, seq: start } });
	expect(await first.closeCode()).toBe(4001);
	const seq = first.events.at(-1)!["seq"] as number;
	const second = await Socket.join(ben, chatId, { epoch, seq });
	const resumed = await second.until(({ type }) => type === "resumed", "the rest");
	expect(resumed).toMatchObject({ from: seq, limited: false });
	const events = [...first.events, ...second.events];
	expect(events.map(({ prev }) => prev)).toEqual(Array.from({ length: 40 }, (_, index) => start + index));
	// The room has said nothing into the socket that it had closed.
	expect(first.frames.some(({ type }) => type === "resumed")).toBe(false);
});

it("cuts off who does not read, and keeps who shows signs of life", async () => {
	const { ada, ben, chatId } = await pair();
	const alma = await Person.signIn("Administrator");
	const [silent, alive] = [await Socket.join(ben, chatId), await Socket.join(alma, chatId)];
	const body = "x".repeat(1024 * 1024);
	for (let count = 0; count < 34; count += 1) {
		await ada.send(chatId, body);
		alive.socket.send("ping");
	}
	expect(await silent.closeCode()).toBe(4001);
	await alive.until(() => alive.events.length === 34, "every message", 10_000);
	expect(alive.closed).toBeUndefined();
});

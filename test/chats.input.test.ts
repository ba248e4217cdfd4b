import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { roomOf } from "../src/rooms/rooms.ts";
import { type Answer, call, Person, request, unique } from "./support/client.ts";
import { Socket } from "./support/socket.ts";

const MIB = 1024 * 1024;

let ada: Person;
let chatId: string;
beforeAll(async () => {
	ada = await Person.signIn();
	chatId = await ada.createChat();
	await ada.send(chatId, "the first");
});

/** Sends a body as it is. */
async function raw(method: string, path: string, body: BodyInit, type?: string): Promise<Answer> {
	const headers = { ...ada.headers, ...(type === undefined ? {} : { "Content-Type": type }) };
	const response = await request(path, { method, headers, body });
	return { status: response.status, headers: response.headers, body: await response.json() };
}

const bytes = (text: string) => new TextEncoder().encode(text);

/** The chat and its messages: what a refused request must leave as it was. */
async function state(): Promise<unknown> {
	const chat = await ada.call("PUT", `/v1/Chat/${chatId}`, { chat: {} });
	return [chat.body, (await ada.call("GET", `/v1/Chat/${chatId}/Messages`)).body];
}

/** What is wrong, by field. */
const complaints = ({ status, body }: Answer) => [
	status,
	...(body.responseStatus?.errors ?? []).map(
		({ errorCode, fieldName }: { errorCode: string; fieldName: string }) => `${fieldName}: ${errorCode}`,
	),
];

it("reads JSON under the names it goes by, and nothing else", async () => {
	const path = `/v1/Chat/${chatId}/Messages`;
	const before = await state();
	for (const text of [
		"{",
		"nonsense",
		'{"body":"x"',
		"{'body':'x'}",
		'{"body":"x"}}',
		'{"body":undefined}',
		"\u0000",
		"[".repeat(100_000),
	]) {
		const answer = await raw("POST", path, text, "application/json");
		expect([text.slice(0, 20), answer.status, answer.body.responseStatus.errorCode]).toEqual([
			text.slice(0, 20),
			400,
			"SerializationException",
		]);
		expect(answer.body.responseStatus.message).toMatch(/JSON/);
	}
	for (const text of ["null", "[]", '"text"', "42", "true", '[{"body":"x"}]'])
		expect([text, (await raw("POST", path, text, "application/json")).status]).toEqual([text, 400]);
	for (const type of ["text/plain", "text/html;charset=utf-8", "application/octet-stream", "image/png", "json"]) {
		const answer = await raw("POST", path, bytes('{"body":"x"}'), type);
		expect([type, answer.status, answer.body.responseStatus.errorCode]).toEqual([type, 415, "UnsupportedMediaType"]);
	}
	expect(await state()).toEqual(before);
	for (const type of [
		"application/json",
		"application/json; charset=utf-8",
		"APPLICATION/JSON",
		"text/json",
		"application/vnd.acme.v2+json",
		undefined,
	]) {
		const answer = await raw("POST", path, bytes(JSON.stringify({ body: `as ${type}` })), type);
		expect([type, answer.status, answer.body.message?.body]).toEqual([type, 200, `as ${type}`]);
	}
});

it("names the field that is of the wrong type, and changes nothing", async () => {
	const before = await state();
	const guid = "f".repeat(32);
	const whole = await ada.call("PUT", `/v1/Chat/${chatId}`, [{ chatName: "a list" }]);
	expect(whole.body.responseStatus).toMatchObject({
		errorCode: "SerializationException",
		message: "The request must be an object.",
	});
	const named = await ada.call("PUT", `/v1/Chat/${chatId}`, { chat: { chatMembers: [{ userId: 7 }] } });
	expect(named.body.responseStatus).toEqual({
		errorCode: "SerializationException",
		message: "'User Id' must be a string.",
		errors: [
			{
				errorCode: "SerializationException",
				fieldName: "Chat.ChatMembers[0].UserId",
				message: "'User Id' must be a string.",
			},
		],
	});
	const chatCases: [object, string[]][] = [
		[{ chatName: 7 }, ["Chat.ChatName: SerializationException"]],
		[{ chatName: { $gt: "" } }, ["Chat.ChatName: SerializationException"]],
		[{ chatName: ["a"] }, ["Chat.ChatName: SerializationException"]],
		[{ chatName: "x".repeat(201) }, ["Chat.ChatName: MaximumLength"]],
		[{ isArchived: "perhaps" }, ["Chat.IsArchived: SerializationException"]],
		[{ isArchived: 5 }, ["Chat.IsArchived: SerializationException"]],
		[{ chatMembers: "ben" }, ["Chat.ChatMembers[0]: SerializationException"]],
		[{ chatMembers: { userId: "ben" } }, ["Chat.ChatMembers: SerializationException"]],
		[{ chatMembers: ["ben"] }, ["Chat.ChatMembers[0]: SerializationException"]],
		[
			{ chatMembers: [{ userId: "ok" }, { userId: { $ne: null } }] },
			["Chat.ChatMembers[1].UserId: SerializationException"],
		],
		[{ chatMembers: [{ userId: "" }] }, ["Chat.ChatMembers[0].UserId: NotEmpty"]],
		[{ chatMembers: [{ userId: "x".repeat(129) }] }, ["Chat.ChatMembers[0].UserId: MaximumLength"]],
		[
			{ chatMembers: [{ userId: "a", chatMemberName: "x".repeat(201) }] },
			["Chat.ChatMembers[0].ChatMemberName: MaximumLength"],
		],
		[{ chatMembers: [{ chatMemberId: "not a guid" }] }, ["Chat.ChatMembers[0].ChatMemberId: RegularExpression"]],
		[
			{ chatMembers: [{ userId: "a", lastChatMessageId: guid.slice(1) }] },
			["Chat.ChatMembers[0].LastChatMessageId: RegularExpression"],
		],
		[
			{ chatMembers: Array.from({ length: 1001 }, (_, index) => ({ userId: `u${index}` })) },
			["Chat.ChatMembers: MaximumLength"],
		],
		[
			{ chatName: 7, isArchived: "x", chatMembers: [{ isActive: "maybe" }] },
			[
				"Chat.ChatName: SerializationException",
				"Chat.ChatMembers[0].IsActive: SerializationException",
				"Chat.IsArchived: SerializationException",
			],
		],
	];
	for (const [chat, expected] of chatCases) {
		expect([chat, complaints(await ada.call("PUT", `/v1/Chat/${chatId}`, { chat }))]).toEqual([
			chat,
			[400, ...expected],
		]);
		expect([chat, complaints(await ada.call("POST", "/v1/Chat", { chat }))]).toEqual([chat, [400, ...expected]]);
	}
	expect(complaints(await ada.call("POST", "/v1/Chat", { chatId: "7", chat: 7 }))).toEqual([
		400,
		"ChatId: RegularExpression",
		"Chat: SerializationException",
	]);

	const messageCases: [unknown, string[]][] = [
		[{}, ["Body: NotEmpty"]],
		[{ body: "" }, ["Body: NotEmpty"]],
		[{ body: null }, ["Body: NotEmpty"]],
		[{ body: { $gt: "" } }, ["Body: SerializationException"]],
		[{ body: 7 }, ["Body: SerializationException"]],
		[{ body: "x", clientMessageId: 7 }, ["ClientMessageId: SerializationException"]],
		[{ body: "x", clientMessageId: "" }, ["ClientMessageId: NotEmpty"]],
		[{ body: "x", clientMessageId: "y".repeat(129) }, ["ClientMessageId: MaximumLength"]],
		[{ body: "x", messageType: "y".repeat(65) }, ["MessageType: MaximumLength"]],
		[{ body: "x", replyToChatMessageId: "z" }, ["ReplyToChatMessageId: RegularExpression"]],
	];
	for (const [body, expected] of messageCases)
		expect([body, complaints(await ada.call("POST", `/v1/Chat/${chatId}/Messages`, body))]).toEqual([
			body,
			[400, ...expected],
		]);
	expect(complaints(await ada.call("POST", `/v1/Chat/${chatId}/Read`, {}))).toEqual([
		400,
		"LastChatMessageId: NotEmpty",
	]);
	expect(complaints(await ada.call("POST", `/v1/Chat/${chatId}/Read`, { lastChatMessageId: 3 }))).toEqual([
		400,
		"LastChatMessageId: SerializationException",
	]);

	for (const [query, expected] of [
		["take=201", "Take: LessThanOrEqual"],
		["take=-1", "Take: GreaterThanOrEqual"],
		["take=abc", "take: SerializationException"],
		["take=1.5", "Take: SerializationException"],
		["take=99999999", "Take: LessThanOrEqual"],
	] as const)
		for (const path of ["/v1/Chat", `/v1/Chat/${chatId}/Messages`, "/v1/Chat/Search?q=abc"]) {
			const answer = await ada.call("GET", `${path}${path.includes("?") ? "&" : "?"}${query}`);
			expect([path, query, ...complaints(answer)]).toEqual([path, query, 400, expected]);
		}
	for (const [path, expected] of [
		["/v1/Chat?skip=-1", "Skip: GreaterThanOrEqual"],
		["/v1/Chat?kind=groups", "kind: SerializationException"],
		["/v1/Chat?kind[$ne]=Group&kind={$ne:Group}", "kind: SerializationException"],
		["/v1/Chat?isArchived=maybe", "isArchived: SerializationException"],
		["/v1/Chat?chatId=7", "ChatId: RegularExpression"],
		[`/v1/Chat/${chatId}/Messages?before=x`, "before: SerializationException"],
		[`/v1/Chat/${chatId}/Messages?after=-1`, "After: GreaterThanOrEqual"],
	] as const)
		expect([path, ...complaints(await ada.call("GET", path))]).toEqual([path, 400, expected]);
	expect(await state()).toEqual(before);
});

it("takes names and ids up to their limits, as data and never as code", async () => {
	const odd = ["__proto__", "constructor", "toString", "x".repeat(128), "'; --", "visitor:1", "ünï 👋", "a/b?c#d%20"];
	const chatName = "n".repeat(200);
	const { status, body } = await raw(
		"POST",
		"/v1/Chat",
		`{"__proto__":{"admin":true},"chat":{"chatName":"${chatName}","__proto__":{"isArchived":true},"constructor":{},"chatMembers":${JSON.stringify(odd.map((userId) => ({ userId, chatMemberName: chatName })))}}}`,
		"application/json",
	);
	expect([status, body.chat?.[0].chatName, body.chat?.[0].isArchived]).toEqual([200, chatName, false]);
	expect(body.chat[0].chatMembers.map(({ userId }: { userId: string }) => userId).slice(1)).toEqual(odd);
	expect(({} as { admin?: boolean }).admin).toBeUndefined();
	const clientMessageId = "c".repeat(128);
	const sent = await ada.send(body.chat[0].chatId, "x", {
		clientMessageId,
		messageType: "t".repeat(64),
		replyToChatMessageId: null,
	});
	expect(sent).toMatchObject({ clientMessageId, messageType: "t".repeat(64) });
	expect(sent).not.toHaveProperty("replyToChatMessageId");
	const many = Array.from({ length: 999 }, (_, index) => ({ userId: `u${index}` }));
	const full = await ada.call("POST", "/v1/Chat", { chat: { chatMembers: many } });
	expect(full.body.chat[0].memberCount).toBe(1000);
	const tooMany = await ada.call("POST", "/v1/Chat", {
		chatId: "abc0".repeat(8),
		chat: { chatMembers: [...many, { userId: "one more" }] },
	});
	expect([tooMany.status, tooMany.body.responseStatus.errorCode]).toEqual([400, "TooManyMembers"]);
	expect((await ada.call("GET", `/v1/Chat/${"abc0".repeat(8)}/Messages`)).status).toBe(404);
	// Null, like absence, says nothing.
	const nothing = { chatName: null, isArchived: null, chatMembers: null, chatId: null };
	expect(
		(await ada.call("PUT", `/v1/Chat/${body.chat[0].chatId}`, { chatId: null, chat: nothing })).body.chat[0].chatName,
	).toBe(chatName);
	expect((await ada.call("PUT", `/v1/Chat/${body.chat[0].chatId}`, { chat: null })).body.chat[0].chatName).toBe(
		chatName,
	);
});

it("takes a message of one mebibyte and none of a byte more, over HTTP and sockets", async () => {
	const big = await ada.createChat();
	const path = `/v1/Chat/${big}/Messages`;
	const exact = ["x".repeat(MIB), "ä".repeat(MIB / 2), "👋".repeat(MIB / 4)];
	for (const [index, body] of exact.entries())
		expect(await ada.send(big, body)).toMatchObject({ index: index + 1, body });
	const socket = await Socket.join(ada, big);
	expect(await socket.say("y".repeat(MIB))).toMatchObject({ type: "ack", index: 4 });
	expect((await socket.event("message.created"))["data"].message.body.length).toBe(MIB);
	const { body: page } = await ada.call("GET", `${path}?take=2`);
	expect(page.messages.map(({ body }: { body: string }) => body.length)).toEqual([MIB / 2, MIB]);

	for (const body of ["x".repeat(MIB + 1), "ä".repeat(MIB / 2) + "x", `x${"👋".repeat(MIB / 4)}`]) {
		for (const [method, at] of [
			["POST", path],
			["PUT", `${path}/${page.messages[1].chatMessageId}`],
		] as const) {
			const answer = await ada.call(method, at, { body });
			expect([answer.status, answer.body.responseStatus.errorCode]).toEqual([413, "BodyTooLarge"]);
		}
		expect(await socket.say(body)).toMatchObject({ type: "error", code: "BodyTooLarge", temporary: false });
		expect(
			await socket.answerTo(socket.send({ type: "message.edit", chatMessageId: page.messages[1].chatMessageId, body })),
		).toMatchObject({ code: "BodyTooLarge" });
	}
	// The socket bears no grudge, and nothing was stored.
	expect(await socket.say("small")).toMatchObject({ type: "ack", index: 5 });
	expect((await ada.call("GET", `${path}?before=5&take=1`)).body.messages[0]).toEqual(page.messages[1]);
});

it("reads no request over two mebibytes, announced or not", async () => {
	const before = await state();
	const path = `/v1/Chat/${chatId}/Messages`;
	const large = JSON.stringify({ body: "x", padding: "p".repeat(2 * MIB) });
	const answer = await raw("POST", path, large, "application/json");
	expect([answer.status, answer.body.responseStatus.errorCode]).toEqual([413, "BodyTooLarge"]);
	let sent = 0;
	const endless = new ReadableStream({
		pull(controller) {
			sent += 1;
			if (sent > 1000) controller.close();
			else controller.enqueue(bytes(sent === 1 ? '{"body":"x","padding":"' : "p".repeat(64 * 1024)));
		},
	});
	const streamed = await raw("POST", path, endless, "application/json");
	expect([streamed.status, streamed.body.responseStatus.errorCode]).toEqual([413, "BodyTooLarge"]);
	expect(sent).toBeLessThan(100);
	expect((await raw("POST", "/auth/dev", large, "application/json")).status).toBe(413);
	expect(await state()).toEqual(before);
});

it("answers a made-up id without storing a byte for it", async () => {
	const made = [
		unique("x").length.toString(16).padStart(32, "a"),
		crypto.randomUUID().replaceAll("-", ""),
		`${"b".repeat(24)}00000000`,
	];
	const message = "c".repeat(32);
	for (const id of made) {
		for (const [method, rest, body] of [
			["PUT", "", { chat: { chatName: "mine now", chatMembers: [{ userId: ada.userId }] } }],
			["GET", "/Messages"],
			["POST", "/Messages", { body: "x" }],
			["PUT", `/Messages/${message}`, { body: "x" }],
			["DELETE", `/Messages/${message}`],
			["POST", "/Read", { lastChatMessageId: message }],
			["GET", "/Events?wait=1"],
			["POST", "/Ticket"],
		] as const) {
			const answer = await ada.call(method, `/v1/Chat/${id}${rest}`, body);
			expect([method, rest, answer.status, answer.body.responseStatus.errorCode]).toEqual([
				method,
				rest,
				404,
				"NotFound",
			]);
		}
		const member = await Socket.connect(`/v1/Chat/${id}/Socket`, ada.headers);
		expect(await member.closeCode()).toBeGreaterThanOrEqual(4500);
		const guest = await Socket.connect(`/v1/Chat/${id}/Socket`, {}, "foyer.v1, ticket.abc");
		expect(await guest.closeCode()).toBeGreaterThanOrEqual(4500);
		const visitor = await Socket.connect(`/api/v2/room-socket/${id.slice(0, 24)}/`);
		expect(await visitor.closeCode()).toBeGreaterThanOrEqual(4500);
		const tables = await runInDurableObject(roomOf(env, id), async (_, { storage }) => [
			storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'").toArray(),
			await storage.getAlarm(),
		]);
		expect(tables).toEqual([[], null]);
		expect(await env.DB.prepare("SELECT 1 FROM chat WHERE chat_id = ?").bind(id).first()).toBeNull();
	}
	for (const id of [
		"1",
		"x".repeat(32),
		"f".repeat(31),
		"f".repeat(33),
		`${"f".repeat(31)}g`,
		"..%2F..",
		"%00",
		"%ff",
		"null",
		"Search%20",
	]) {
		const answer = await ada.call("GET", `/v1/Chat/${id}/Messages`);
		expect([id, ...complaints(answer)]).toEqual([id, 400, "ChatId: RegularExpression"]);
		expect((await call("GET", `/v1/Chat/${id}/Messages`)).status).toBe(401);
	}
	const wrong = await ada.call("DELETE", `/v1/Chat/${chatId}/Messages/xyz`);
	expect(complaints(wrong)).toEqual([400, "ChatMessageId: RegularExpression"]);
});

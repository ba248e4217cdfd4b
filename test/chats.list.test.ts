import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import { chatIdOf } from "../src/rooms/room-id.ts";
import { type Answer, call, Person, unique } from "./support/client.ts";

type Chat = { chatId: string; chatName: string; unreadCount: number; messageCount: number; isArchived: boolean };

const names = ({ body }: Answer) => body.chat.map(({ chatName }: Chat) => chatName);
const ids = ({ body }: Answer): string[] => body.chat.map(({ chatId }: Chat) => chatId);

/** The people of a tenant of its own, so that its lists hold what the test put there and nothing else. */
async function company() {
	const tenant = unique("company");
	const org = unique("org");
	await env.DB.prepare("INSERT INTO org (id, tenant_id, allow_unauthenticated_staff, created_at) VALUES (?, ?, 0, 0)")
		.bind(org, tenant)
		.run();
	const [ada, ben, alma] = [
		await Person.signIn("Agent", tenant),
		await Person.signIn("Agent", tenant, 2),
		await Person.signIn("Administrator", tenant),
	];
	const visit = async () => {
		const { body } = await call("POST", "/api/v2/room-control/", {
			body: { user_id: unique("visitor"), org_id: org, product_name: "LOGIN", portfolio_name: "door" },
		});
		return { roomId: body.inserted_id as string, chatId: chatIdOf(body.inserted_id) };
	};
	return { ada, ben, alma, visit };
}

/** Sends a message and waits until it can be found: the order of results is the order in which D1 heard of them. */
async function tell(person: Person, chatId: string, body: string) {
	const message = await person.send(chatId, body);
	await vi.waitFor(async () => {
		const row = await env.SEARCH.prepare("SELECT 1 FROM message WHERE chat_id = ? AND idx = ?")
			.bind(chatId, message.index)
			.first();
		expect(row).not.toBeNull();
	}, 5000);
	return message;
}

/** Waits until the list says it: what is sent reaches D1 a moment later. */
function listed(person: Person, query: string, expected: string[]): Promise<void> {
	return vi.waitFor(async () => expect(names(await person.call("GET", `/v1/Chat?${query}`))).toEqual(expected), 5000);
}

it("lists to each the chats it may see, last activity first", async () => {
	const { ada, ben, alma, visit } = await company();
	for (const person of [ada, ben, alma]) expect((await person.call("GET", "/v1/Chat")).body).toEqual({ chat: [] });
	const [one, two, three, four] = [
		await ada.createChat([ben], "one"),
		await ada.createChat([], "two"),
		await ben.createChat([ada], "three"),
		await ben.createChat([], "four"),
	];
	await listed(ada, "", ["three", "two", "one"]);
	await listed(ben, "", ["four", "three", "one"]);
	await listed(alma, "", ["four", "three", "two", "one"]);

	// Whatever is said moves a chat to the top; what is read or renamed does not.
	const { chatMessageId } = await ada.send(one, "up");
	await listed(ada, "", ["one", "three", "two"]);
	await ada.call("PUT", `/v1/Chat/${two}`, { chat: { chatName: "two, renamed" } });
	await ben.call("POST", `/v1/Chat/${one}/Read`, { lastChatMessageId: chatMessageId });
	await listed(ada, "", ["one", "three", "two, renamed"]);

	// Visitor rooms are everybody's who serves them.
	const room = await visit();
	const said = {
		type: "create_message",
		room_id: room.roomId,
		message_data: "Hello?",
		side: false,
		author: "client",
		message_type: "text",
	};
	await call("POST", "/api/v2/room-service/", { body: said });
	for (const person of [ada, ben, alma]) {
		await vi.waitFor(async () => {
			const { body } = await person.call("GET", "/v1/Chat?take=1");
			expect(body.chat[0]).toMatchObject({
				chatId: room.chatId,
				kind: "Visitor",
				messageCount: 1,
				unreadCount: 1,
				memberCount: 1,
			});
		}, 5000);
		expect(ids(await person.call("GET", "/v1/Chat?kind=Visitor"))).toEqual([room.chatId]);
		expect(ids(await person.call("GET", "/v1/Chat?kind=Group"))).not.toContain(room.chatId);
	}
	expect(names(await ada.call("GET", "/v1/Chat?kind=Group"))).toEqual(["one", "three", "two, renamed"]);

	// One chat, with everybody in it, to those who may see it.
	const { body } = await ada.call("GET", `/v1/Chat?chatId=${three}`);
	expect(body.chat).toHaveLength(1);
	expect(body.chat[0].chatMembers.map(({ userId }: { userId: string }) => userId).sort()).toEqual(
		[ada.userId, ben.userId].sort(),
	);
	for (const hidden of [four, "f".repeat(32), room.chatId.replace(/^./, "0")]) {
		const answer = await ada.call("GET", `/v1/Chat?chatId=${hidden}`);
		expect([answer.status, answer.body.responseStatus.errorCode]).toEqual([404, "NotFound"]);
	}
	expect(ids(await alma.call("GET", `/v1/Chat?chatId=${four}`))).toEqual([four]);
	// The zero Guid of typed clients asks for no chat in particular.
	expect(ids(await ada.call("GET", `/v1/Chat?chatId=${"0".repeat(32)}`))).toHaveLength(4);

	// Archived for all or for me: another list. By its id a chat is found in either.
	await ada.call("PUT", `/v1/Chat/${two}`, { chat: { isArchived: true } });
	await ada.call("PUT", `/v1/Chat/${three}`, { chat: { chatMembers: [{ userId: ada.userId, isArchived: true }] } });
	expect(names(await ada.call("GET", "/v1/Chat?kind=Group"))).toEqual(["one"]);
	expect(names(await ada.call("GET", "/v1/Chat?isArchived=true"))).toEqual(["three", "two, renamed"]);
	expect(names(await alma.call("GET", "/v1/Chat?isArchived=1"))).toEqual(["two, renamed"]);
	expect(names(await ben.call("GET", "/v1/Chat?isArchived=yes"))).toEqual([]);
	expect(ids(await ada.call("GET", `/v1/Chat?chatId=${two}`))).toEqual([two]);
});

it("pages through a long list without losing or repeating a chat", async () => {
	const { ada, alma, visit } = await company();
	const expected: string[] = [];
	for (let index = 0; index < 63; index += 1)
		expected.unshift(index % 7 === 0 ? (await visit()).chatId : await ada.createChat([], `chat ${index}`));
	for (const person of [ada, alma]) {
		expect(ids(await person.call("GET", "/v1/Chat"))).toHaveLength(50);
		expect(new Set(ids(await person.call("GET", "/v1/Chat?take=200")))).toEqual(new Set(expected));
		const paged: string[] = [];
		for (let skip = 0; skip < 70; skip += 10)
			paged.push(...ids(await person.call("GET", `/v1/Chat?skip=${skip}&take=10`)));
		expect(paged).toEqual(ids(await person.call("GET", "/v1/Chat?take=200")));
		expect(ids(await person.call("GET", "/v1/Chat?skip=63"))).toEqual([]);
		expect(ids(await person.call("GET", "/v1/Chat?skip=60&take=200"))).toEqual(paged.slice(60));
	}
});

it("finds what was said: any text of three characters or more, in the caller's own chats", async () => {
	const { ada, ben, alma, visit } = await company();
	const stranger = (await company()).alma;
	const [shared, private_] = [await ada.createChat([ben]), await ada.createChat()];
	const room = await visit();
	await tell(ada, shared, 'The "Crème Brûlée" NEAR the AND gate costs 100%_*');
	await tell(ada, shared, "creme brulee again, C++ (NOT Java) -- fine");
	await tell(ada, private_, "Crème for me alone");
	await tell(ada, room.chatId, "crème for the visitor");
	const image = await ada.send(shared, "data:image/png;base64,creme", { messageType: "Image" });
	const found = async (person: Person, q: string, more = "") => {
		const { status, body } = await person.call("GET", `/v1/Chat/Search?q=${encodeURIComponent(q)}${more}`);
		expect([q, status]).toEqual([q, 200]);
		return body.messages.map((message: { body: string }) => message.body.slice(0, 10));
	};

	// Case and accents aside, newest first; an image is not text.
	for (const q of ["crème", "CREME", "Creme", "crÈme"])
		expect(await found(ada, q)).toEqual(["crème for ", "Crème for ", "creme brul", 'The "Crème']);
	expect(await found(ada, "crème", "&take=2")).toEqual(["crème for ", "Crème for "]);
	expect(await found(ada, "crème", "&skip=3&take=2")).toEqual(['The "Crème']);
	expect((await ada.call("GET", "/v1/Chat/Search?q=creme&take=3")).body.hasMore).toBe(true);
	expect((await ada.call("GET", "/v1/Chat/Search?q=creme&take=4")).body.hasMore).toBe(false);
	// An agent's own chats and the visitor rooms; an administrator's whole tenant; another tenant nothing.
	expect(await found(ben, "crème")).toEqual(["crème for ", "creme brul", 'The "Crème']);
	expect(await found(alma, "crème")).toHaveLength(4);
	expect(await found(stranger, "crème")).toEqual([]);

	// Nothing in the text is an operator.
	for (const [q, count] of [
		['"Crème Brûlée"', 1],
		["brulee NEAR", 0],
		["NEAR the AND gate", 1],
		["100%_*", 1],
		["10_%_*", 0],
		["C++ (NOT", 1],
		["creme OR java", 0],
		["crem*", 0],
		["body:creme", 0],
		["-- fine", 1],
		["'); DROP TABLE message; --", 0],
		['"""', 0],
		["^creme", 0],
		["\u0000\u0000\u0000", 0],
	] as const)
		expect([q, (await found(alma, q)).length]).toEqual([q, count]);

	// An edited text is found by its new words only, a removed member finds nothing more.
	const edited = await tell(ben, shared, "marzipan");
	expect(await found(ada, "marzipan")).toHaveLength(1);
	await ben.call("PUT", `/v1/Chat/${shared}/Messages/${edited.chatMessageId}`, { body: "nougat" });
	await vi.waitFor(
		async () => expect([(await found(ada, "marzipan")).length, (await found(ada, "nougat")).length]).toEqual([0, 1]),
		5000,
	);
	const { body } = await ada.call("GET", "/v1/Chat/Search?q=nougat");
	expect(body.messages[0]).toMatchObject({
		chatId: shared,
		chatMessageId: edited.chatMessageId,
		index: 4,
		body: "nougat",
		dateEdited: expect.any(String),
	});
	await ada.call("PUT", `/v1/Chat/${shared}`, { chat: { chatMembers: [{ userId: ben.userId, isActive: false }] } });
	expect(await found(ben, "nougat")).toEqual([]);
	expect(await found(ada, image.body.slice(0, 15))).toEqual([]);

	for (const [query, code] of [
		["", "NotEmpty"],
		["?q=", "NotEmpty"],
		["?q=ab", "QueryTooShort"],
		["?q=%20%20ab%20%20", "QueryTooShort"],
		["?q=👋👋", "QueryTooShort"],
		[`?q=${"x".repeat(201)}`, "MaximumLength"],
		["?q=abc&take=201", "LessThanOrEqual"],
		["?q=abc&skip=10001", "LessThanOrEqual"],
	] as const) {
		const answer = await ada.call("GET", `/v1/Chat/Search${query}`);
		expect([query, answer.status, answer.body.responseStatus?.errorCode]).toEqual([query, 400, code]);
	}
	// Three characters that are six halves, and two that fold away to nothing.
	expect(await found(ada, "👋👋👋")).toEqual([]);
	expect(await found(ada, "a\u0301\u0301\u0301")).toEqual([]);
});

import { expect, it } from "vitest";
import { Person, unique } from "./support/client.ts";
import { Socket } from "./support/socket.ts";

type Member = {
	chatMemberId: string;
	userId: string;
	isActive: boolean;
	isArchived: boolean;
	lastChatMessageId?: string;
	chatMemberName: string;
};

/** A GUID as a client makes one, in the spelling with dashes. */
const dashed = () => crypto.randomUUID();
const plain = (guid: string) => guid.replaceAll("-", "").toLowerCase();

async function team(): Promise<Record<"ada" | "ben" | "alma" | "gus", Person>> {
	return {
		ada: await Person.signIn(),
		ben: await Person.signIn("Agent", "acme", 2),
		alma: await Person.signIn("Administrator"),
		gus: await Person.signIn("Agent", "globex"),
	};
}

/** Changes a chat and answers with it. */
async function put(person: Person, chatId: string, chat: object) {
	const { status, body } = await person.call("PUT", `/v1/Chat/${chatId}`, { chat });
	expect([status, body.responseStatus]).toEqual([200, undefined]);
	const [changed] = body.chat;
	const members = new Map<string, Member>(changed.chatMembers.map((member: Member) => [member.userId, member]));
	return { ...changed, member: ({ userId }: Person) => members.get(userId) };
}

async function listed(person: Person, chatId: string, query = "") {
	const { body } = await person.call("GET", `/v1/Chat?take=200${query}`);
	return body.chat.find((chat: { chatId: string }) => chat.chatId === chatId);
}

it("creates a chat once under the id that its creator chose, however it is spelt", async () => {
	const { ada, ben, gus } = await team();
	const chatId = dashed();
	const chatName = unique("Night shift");
	const create = (person: Person, id: string, chat: object = {}) =>
		person.call("POST", "/v1/Chat", { chatId: id, chat: { chatName, ...chat } });

	const created = await create(ada, chatId.toUpperCase(), {
		// All of this is the server's to say.
		createdBy: ben.userId,
		createdByName: "Ben Agent",
		dateCreated: "2001-01-01T00:00:00.000Z",
		memberCount: 7,
		messageCount: 7,
		unreadCount: 7,
		chatMembers: [
			{ userId: ben.userId, chatMemberName: "Ben" },
			{ userId: ada.userId },
			{ userId: ben.userId, isActive: false },
		],
	});
	expect(created.status).toBe(200);
	const [chat] = created.body.chat;
	expect(chat).toMatchObject({
		chatId: plain(chatId),
		chatName,
		createdBy: ada.userId,
		createdByName: "Ada Agent",
		kind: "Group",
		memberCount: 2,
		messageCount: 0,
		unreadCount: 0,
		isArchived: false,
	});
	expect(Date.now() - Date.parse(chat.dateCreated)).toBeLessThan(60_000);
	expect(
		chat.chatMembers.map(({ userId, chatMemberName, isActive }: Member) => [userId, chatMemberName, isActive]),
	).toEqual([
		[ada.userId, "Ada Agent", true],
		[ben.userId, "Ben", true],
	]);
	expect(chat.chatMembers.every(({ chatMemberId }: Member) => /^[0-9a-f]{32}$/.test(chatMemberId))).toBe(true);

	for (const spelling of [chatId, plain(chatId), plain(chatId).toUpperCase(), `{${chatId}}`]) {
		const again = await create(ada, spelling, { chatName: "another name", chatMembers: [{ userId: "nobody-new" }] });
		expect([again.status, again.body.chat[0]]).toEqual([200, chat]);
		expect((await ada.call("GET", `/v1/Chat/${encodeURIComponent(spelling)}/Messages`)).status).toBe(200);
		expect((await ada.call("GET", `/v1/Chat?chatId=${encodeURIComponent(spelling)}`)).body.chat).toHaveLength(1);
	}
	for (const other of [ben, gus]) {
		const taken = await create(other, chatId);
		expect([taken.status, taken.body.responseStatus.errorCode]).toEqual([409, "ChatExists"]);
	}
	// The id inside the chat does as well; the zero Guid, which typed clients send for none, is none.
	const inside = dashed();
	expect((await ada.call("POST", "/v1/Chat", { chat: { chatId: inside } })).body.chat[0].chatId).toBe(plain(inside));
	const zero = "0".repeat(32);
	const [one, two] = [await create(ada, zero, { chatId: zero }), await create(ben, zero, { chatId: zero })];
	expect([one.status, two.status]).toEqual([200, 200]);
	expect(new Set([one.body.chat[0].chatId, two.body.chat[0].chatId, zero]).size).toBe(3);
});

it("creates one chat for fifty who ask for it at once", async () => {
	const { ada, ben } = await team();
	const chatId = plain(dashed());
	const answers = await Promise.all(
		Array.from({ length: 50 }, (_, index) =>
			(index % 5 === 0 ? ben : ada).call("POST", "/v1/Chat", { chat: { chatId, chatName: `n${index}` } }),
		),
	);
	const made = answers.filter(({ status }) => status === 200).map(({ body }) => body.chat[0]);
	const refused = answers.filter(({ status }) => status === 409);
	expect(made.length + refused.length).toBe(50);
	expect([10, 40]).toContain(made.length);
	expect(new Set(made.map((chat) => JSON.stringify(chat))).size).toBe(1);
	const owner = made[0].createdBy === ada.userId ? ada : ben;
	expect(await listed(owner, chatId)).toMatchObject({ memberCount: 1, chatName: made[0].chatName });
});

it("changes only what a PUT names, and says what it changed on every socket", async () => {
	const { ada, ben, alma } = await team();
	const chatId = await ada.createChat([ben, alma]);
	const watcher = await Socket.join(alma, chatId);
	const before = await put(ada, chatId, {});
	const renamed = await put(ada, chatId.toUpperCase(), {
		chatName: "Kettles, blue",
		createdBy: "x",
		messageCount: 9,
		kind: "Visitor",
	});
	expect(renamed).toMatchObject({ chatName: "Kettles, blue", createdBy: ada.userId, messageCount: 0, kind: "Group" });
	expect(renamed.chatMembers).toEqual(before.chatMembers);
	expect((await watcher.event("room.updated"))["data"]).toEqual({ chatName: "Kettles, blue" });
	expect(await listed(ben, chatId)).toMatchObject({ chatName: "Kettles, blue" });

	// Archived for all by one, for everybody; brought back by another.
	expect(await put(ben, chatId, { isArchived: true })).toMatchObject({ isArchived: true, chatName: "Kettles, blue" });
	await watcher.event("room.archived");
	for (const person of [ada, ben, alma]) {
		expect(await listed(person, chatId)).toBeUndefined();
		expect(await listed(person, chatId, "&isArchived=true")).toMatchObject({ isArchived: true });
	}
	expect(await put(ada, chatId, { isArchived: false })).toMatchObject({ isArchived: false });
	await watcher.event("room.unarchived");

	// Archived for me is my business only, and what I say of it about others is left alone.
	const mine = await put(ben, chatId, {
		chatMembers: [
			{ userId: ben.userId, isArchived: true },
			{ userId: ada.userId, isArchived: true },
		],
	});
	expect(mine.isArchived).toBe(false);
	expect([mine.member(ben)?.isArchived, mine.member(ada)?.isArchived]).toEqual([true, false]);
	expect(await listed(ben, chatId)).toBeUndefined();
	expect(await listed(ben, chatId, "&isArchived=true")).toMatchObject({ isArchived: false });
	expect(await listed(ada, chatId)).toMatchObject({ isArchived: false });
	await put(ben, chatId, { chatMembers: [{ chatMemberId: mine.member(ben)?.chatMemberId, isArchived: false }] });
	expect(await listed(ben, chatId)).toMatchObject({ chatId });

	// A change that changes nothing is no event.
	await put(ada, chatId, {
		chatName: "Kettles, blue",
		isArchived: false,
		chatMembers: [{ userId: ben.userId, isActive: true }],
	});
	await ada.send(chatId, "the end");
	await watcher.event("message.created");
	expect(watcher.events.map(({ kind }) => kind)).toEqual([
		"room.updated",
		"room.archived",
		"room.unarchived",
		"member.updated",
		"member.updated",
		"message.created",
	]);
});

it("adds and removes members by either id, and closes the sockets of who is removed at once", async () => {
	const { ada, ben, alma } = await team();
	const chatId = await ada.createChat();
	const cleo = unique("cleo");
	const added = await put(ada, chatId, {
		chatMembers: [{ userId: ben.userId, chatMemberName: "Ben" }, { userId: cleo }],
	});
	expect(added.memberCount).toBe(3);
	expect(added.member(ben)).toMatchObject({ isActive: true, chatMemberName: "Ben" });
	const sockets = [
		await Socket.join(ben, chatId),
		await Socket.join(ben, chatId),
		await Socket.join(ada, chatId),
	] as const;
	await ben.send(chatId, "here");

	const removed = await put(ada, chatId, {
		chatMembers: [{ chatMemberId: added.member(ben)?.chatMemberId.toUpperCase(), isActive: false }],
	});
	expect(removed).toMatchObject({ memberCount: 2, messageCount: 1 });
	expect(removed.member(ben)).toMatchObject({ isActive: false, chatMemberId: added.member(ben)?.chatMemberId });
	expect(removed.member({ userId: cleo })).toMatchObject({ isActive: true });
	expect(await sockets[0].closeCode(1000)).toBe(4507);
	expect(await sockets[1].closeCode(1000)).toBe(4507);
	expect((await sockets[2].event("member.left"))["data"].member).toMatchObject({ userId: ben.userId, isActive: false });
	expect(sockets[2].closed).toBeUndefined();

	// Whoever was a member hears that it is over, on each way in; the list no longer has it.
	for (const [method, path, body] of [
		["GET", "/Messages"],
		["POST", "/Messages", { body: "still here?" }],
		["GET", "/Events"],
		["POST", "/Ticket"],
		["PUT", "", { chat: { chatMembers: [{ userId: ben.userId, isActive: true }] } }],
	] as const)
		expect([path, (await ben.call(method, `/v1/Chat/${chatId}${path}`, body)).status]).toEqual([path, 403]);
	expect(await listed(ben, chatId)).toBeUndefined();
	const late = await Socket.connect(`/v1/Chat/${chatId}/Socket`, ben.headers);
	expect(await late.closeCode()).toBe(4507);

	// Leaving on one's own, and being taken back with the old marker and member id.
	const back = await put(ada, chatId, { chatMembers: [{ userId: ben.userId, isActive: true }] });
	expect(back.member(ben)).toEqual({
		...added.member(ben),
		chatMemberName: "Ben Agent",
		lastChatMessageId: expect.any(String),
	});
	expect((await put(ben, chatId, { chatMembers: [{ userId: ben.userId, isActive: false }] })).memberCount).toBe(2);
	expect((await ben.call("GET", `/v1/Chat/${chatId}/Messages`)).status).toBe(403);
	// An administrator needs no membership, and joins by speaking.
	expect((await put(alma, chatId, { chatMembers: [{ userId: cleo, isActive: false }] })).memberCount).toBe(1);
	await alma.send(chatId, "I close this one");
	expect((await put(ada, chatId, {})).member(alma)).toMatchObject({ isActive: true });
});

it("finds a member by its user where the member id is one of the client's own making, and takes the zero Guid for none", async () => {
	const { ada, ben } = await team();
	const zero = "0".repeat(32);
	const created = await ada.call("POST", "/v1/Chat", {
		chat: {
			chatMembers: [
				{ chatMemberId: zero, userId: dashed().replaceAll(/[0-9a-f]/g, "0"), chatMemberName: "String" },
				{ userId: "visitor:somebody" },
			],
		},
	});
	const [{ chatId, chatMembers }] = created.body.chat;
	expect(chatMembers.map(({ userId }: Member) => userId)).toEqual([ada.userId, "visitor:somebody"]);
	const socket = await Socket.join(ada, chatId);
	const [ready] = socket.frames;
	expect(ready!["members"].map(({ kind }: { kind: string }) => kind)).toEqual(["Agent", "Visitor"]);

	const own = { chatMemberId: dashed(), userId: ben.userId };
	const added = await put(ada, chatId, { chatMembers: [own] });
	expect(added.member(ben)).toMatchObject({ isActive: true });
	// Twice: who is removed already is not brought back by it.
	for (let time = 0; time < 2; time += 1) {
		const removed = await put(ada, chatId, { chatMembers: [{ ...own, isActive: false }] });
		expect(removed.member(ben)).toMatchObject({ isActive: false });
		expect(removed.chatMembers).toHaveLength(3);
	}
	// A member id that is known goes before the user, and nobody is added by the zero Guid.
	const { chatMemberId } = added.member(ben)!;
	const back = await put(ada, chatId, { chatMembers: [{ chatMemberId, userId: zero, isActive: true }] });
	expect([back.member(ben)?.isActive, back.chatMembers.length]).toEqual([true, 3]);
	const nobody = await ada.call("PUT", `/v1/Chat/${chatId}`, { chat: { chatMembers: [{ userId: zero }] } });
	expect([nobody.status, nobody.body.responseStatus.errorCode]).toEqual([404, "NotFound"]);
});

it("moves read markers forward only, and for their owner only", async () => {
	const { ada, ben } = await team();
	const chatId = await ada.createChat([ben]);
	const messages = [await ada.send(chatId, "one"), await ada.send(chatId, "two"), await ada.send(chatId, "three")];
	const read = (index: number) =>
		ben.call("POST", `/v1/Chat/${chatId}/Read`, { lastChatMessageId: messages[index].chatMessageId });
	const putRead = (person: Person, index: number) =>
		put(person, chatId, { chatMembers: [{ userId: ben.userId, lastChatMessageId: messages[index].chatMessageId }] });

	expect((await read(1)).body).toEqual({ unreadCount: 1, lastReadIndex: 2 });
	expect((await read(0)).body).toEqual({ unreadCount: 1, lastReadIndex: 2 });
	expect((await putRead(ben, 0)).member(ben)?.lastChatMessageId).toBe(messages[1].chatMessageId);
	// Nobody reads in another's name.
	expect((await putRead(ada, 2)).member(ben)?.lastChatMessageId).toBe(messages[1].chatMessageId);
	expect(await putRead(ben, 2)).toMatchObject({ unreadCount: 0 });
	expect((await listed(ben, chatId)).unreadCount).toBe(0);
	// What one says is read by oneself, and by nobody else.
	await ben.send(chatId, "four");
	expect((await put(ben, chatId, {})).unreadCount).toBe(0);
	expect((await put(ada, chatId, {})).unreadCount).toBe(1);
	const unknown = await ben.call("POST", `/v1/Chat/${chatId}/Read`, { lastChatMessageId: "f".repeat(32) });
	expect([unknown.status, unknown.body.responseStatus.errorCode]).toEqual([404, "MessageNotFound"]);
});

it("does all of a change or, when one part is refused, none", async () => {
	const { ada, ben } = await team();
	const chatId = await ada.createChat([ben]);
	const before = await put(ada, chatId, {});
	for (const [members, status] of [
		[[{ userId: "new-one" }, { chatMemberId: "f".repeat(32), isActive: false }], 404],
		[[{ userId: "new-one" }, { isActive: false }], 404],
		[[{ userId: "new-one" }, { userId: ada.userId, lastChatMessageId: "f".repeat(32) }], 404],
		[Array.from({ length: 999 }, (_, index) => ({ userId: `new-${index}` })), 400],
	] as const) {
		const answer = await ada.call("PUT", `/v1/Chat/${chatId}`, {
			chat: { chatName: "half done", isArchived: true, chatMembers: members },
		});
		expect(answer.status).toBe(status);
		expect({ ...(await put(ada, chatId, {})), member: null }).toEqual({ ...before, member: null });
	}
	const full = Array.from({ length: 998 }, (_, index) => ({ userId: `new-${index}` }));
	expect((await put(ada, chatId, { chatMembers: full })).memberCount).toBe(1000);
	const onemore = await ada.call("PUT", `/v1/Chat/${chatId}`, {
		chat: { chatMembers: [{ userId: "the thousand and first" }] },
	});
	expect([onemore.status, onemore.body.responseStatus.errorCode]).toEqual([400, "TooManyMembers"]);
	// Who is in already is no new member.
	expect((await put(ada, chatId, { chatMembers: [{ userId: "new-7", isActive: false }] })).memberCount).toBe(999);
	expect((await put(ada, chatId, { chatMembers: [{ userId: "new-7", isActive: true }] })).memberCount).toBe(1000);
	expect((await listed(ben, chatId)).chatMembers).toHaveLength(1000);
});

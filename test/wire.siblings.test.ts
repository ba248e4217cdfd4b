import { expect, it } from "vitest";
import { call, Person, unique } from "./support/client.ts";

const ZERO = "0".repeat(32);

it("sends and reads a message by its id alone, as soon as it is sent", async () => {
	const ada = await Person.invent("Ada");
	const ben = await Person.invent("Ben");
	const stranger = await Person.invent("Sam");
	const chatId = await ada.createChat([ben]);
	const text = unique("said");
	const sent = await ada.call("POST", "/v1/ChatMessage", {
		ChatMessageId: ZERO,
		ChatMessage: {
			ChatMessageId: ZERO,
			ChatId: chatId,
			SenderUserId: ZERO,
			Message: text,
			AttachmentId: ZERO,
			DateCreated: "0001-01-01T00:00:00",
		},
	});
	const [message] = sent.body.ChatMessage;
	expect([sent.status, message]).toEqual([
		200,
		{
			ChatMessageId: expect.stringMatching(/^[0-9a-f]{32}$/),
			ChatId: chatId,
			SenderUserId: ada.userId,
			Message: text,
			AttachmentId: ZERO,
			DateCreated: expect.stringMatching(/Z$/),
			SenderName: "Ada",
			Index: 1,
			MessageType: "Text",
			IsDeleted: false,
		},
	]);
	const path = `/v1/ChatMessage/${message.ChatMessageId}`;
	expect((await ben.call("GET", `${path}?jsconfig=epcn`)).body).toEqual({ ChatMessage: [message] });
	const named = await ben.call("GET", `/api/ChatMessageRequest?ChatMessageId=${message.ChatMessageId}`);
	expect(named.body).toEqual({ ChatMessage: [message] });
	const all = await ben.call("GET", `/api/ChatMessagesRequest?ChatId=${chatId}`);
	expect(all.body.ChatMessage).toEqual([message]);
	// Who asks for a page speaks the contract's shape, and does not get each message twice.
	const page = await ben.call("GET", `/v1/Chat/${chatId}/Messages?take=5`);
	expect([page.body.messages.length, page.body.chatMessage]).toEqual([1, undefined]);
	// Also an old one, of a chat that has moved on; an edit shows, a deletion leaves nothing to read.
	for (let count = 0; count < 3; count++) await ben.send(chatId, `more ${count}`);
	await ada.call("PUT", `/v1/Chat/${chatId}/Messages/${message.ChatMessageId}`, { body: "edited" });
	expect((await ada.call("GET", path)).body.chatMessage).toMatchObject([{ message: "edited", index: 1 }]);
	await ada.call("DELETE", `/v1/Chat/${chatId}/Messages/${message.ChatMessageId}`);
	expect((await ada.call("GET", path)).body.chatMessage).toMatchObject([{ message: "", isDeleted: true }]);

	const again = { chatMessage: { chatId, chatMessageId: "a".repeat(32), message: "once" } };
	const [first, second] = [
		await ada.call("POST", "/v1/ChatMessage", again),
		await ada.call("POST", "/v1/ChatMessage", again),
	];
	expect(second.body).toEqual(first.body);
	const other = await ada.call("POST", "/v1/ChatMessage", { chatMessage: { ...again.chatMessage, message: "twice" } });
	expect([other.status, other.body.responseStatus.errorCode]).toEqual([409, "IdempotencyMismatch"]);

	expect((await stranger.call("GET", path)).status).toBe(404);
	const globex = await Person.invent("Gus", "Agent", "globex");
	expect((await globex.call("GET", path)).status).toBe(404);
	const started = Date.now();
	// Ids that were never given out: of long ago, of a time to come, and none at all.
	for (const id of [`5${"0".repeat(15)}0000000100000000`, `ffffffff${"0".repeat(8)}0000000100000000`, "f".repeat(32)]) {
		const missing = await ada.call("GET", `/v1/ChatMessage/${id}`);
		expect([id, missing.status, missing.body.responseStatus.errorCode]).toEqual([id, 404, "NotFound"]);
	}
	expect(Date.now() - started).toBeLessThan(2000);
	expect((await call("GET", path)).status).toBe(401);
	for (const [body, field] of [
		[{}, "ChatMessage"],
		[{ chatMessage: { message: "x" } }, "ChatMessage.ChatId"],
		[{ chatMessage: { chatId } }, "ChatMessage.Message"],
	] as const) {
		const wrong = await ada.call("POST", "/v1/ChatMessage", body);
		expect([wrong.status, wrong.body.responseStatus.errors]).toMatchObject([
			400,
			[{ errorCode: "NotEmpty", fieldName: field }],
		]);
	}
});

it("ends a membership, and archives a chat for its member, by the member's id alone", async () => {
	const ada = await Person.invent("Ada");
	const ben = await Person.invent("Ben");
	const chatId = await ada.createChat([ben]);
	const members = async (person: Person) =>
		(await person.call("GET", `/v1/Chat?chatId=${chatId}`)).body.chat[0].chatMembers;
	const idOf = async (person: Person) =>
		(await members(ada)).find(({ userId }: { userId: string }) => userId === person.userId).chatMemberId;
	const [adas, bens] = [await idOf(ada), await idOf(ben)];

	const archived = await ada.call("PUT", `/v1/ChatMember/${adas}/Archive`);
	expect(archived).toMatchObject({
		status: 200,
		body: { chatMember: [{ chatMemberId: adas, isArchived: true, chatId }] },
	});
	const listed = async (person: Person, query = "") =>
		(await person.call("GET", `/v1/Chat${query}`)).body.chat.map((chat: { chatId: string }) => chat.chatId);
	expect(await listed(ada)).toEqual([]);
	expect(await listed(ada, "?isArchived=true")).toEqual([chatId]);
	expect(await listed(ben)).toEqual([chatId]);
	const foreign = await ada.call("PUT", `/v1/ChatMember/${bens}/Archive`);
	expect([foreign.status, foreign.body.responseStatus.errorCode]).toEqual([403, "Forbidden"]);
	expect(await listed(ben)).toEqual([chatId]);

	const gone = await ada.call("DELETE", `/api/ChatMemberRequest?ChatMemberId=${bens}`);
	expect(gone).toMatchObject({ status: 200, body: { ChatMember: [{ ChatMemberId: bens, IsActive: false }] } });
	expect(await listed(ben)).toEqual([]);
	// Who was a member hears that this is over; to strangers there is nothing.
	expect((await ben.call("DELETE", `/v1/ChatMember/${adas}`)).status).toBe(403);
	expect((await ada.call("DELETE", `/v1/ChatMember/${adas}`)).status).toBe(200);
	for (const person of [await Person.invent("Gus", "Administrator", "globex"), await Person.invent("Sam")])
		expect((await person.call("PUT", `/v1/ChatMember/${bens}/Archive`)).status).toBe(404);
	expect((await ada.call("DELETE", `/v1/ChatMember/${"f".repeat(32)}`)).status).toBe(404);
});

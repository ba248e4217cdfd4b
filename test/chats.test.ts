import { expect, it, vi } from "vitest";
import { call, Person, unique } from "./support/client.ts";
import { Socket } from "./support/socket.ts";

it("walks a group chat from its creation to its archive", async () => {
	const ada = await Person.signIn();
	const ben = await Person.signIn("Agent", "acme", 2);
	const chatName = unique("Refund desk");
	const created = await ada.call("POST", "/v1/Chat", {
		chat: {
			chatName,
			createdBy: "somebody else",
			messageCount: 99,
			chatMembers: [{ userId: ben.userId, chatMemberName: "Ben" }],
		},
	});
	expect(created.status).toBe(200);
	const [chat] = created.body.chat;
	expect(chat).toMatchObject({
		chatName,
		createdBy: ada.userId,
		createdByName: "Ada Agent",
		memberCount: 2,
		messageCount: 0,
		unreadCount: 0,
		isArchived: false,
	});
	expect(chat.chatId).toMatch(/^[0-9a-f]{32}$/);

	const first = await ada.send(chat.chatId, "Good morning");
	const second = await ada.send(chat.chatId, "The parcel of Tuesday is back");
	expect([first.index, second.index]).toEqual([1, 2]);

	const history = await ben.call("GET", `/v1/Chat/${chat.chatId}/Messages`);
	expect(history.body.messages.map(({ body }: { body: string }) => body)).toEqual([
		"Good morning",
		"The parcel of Tuesday is back",
	]);
	expect(history.body.hasMore).toBe(false);

	const listed = await vi.waitFor(async () => {
		const { body } = await ben.call("GET", `/v1/Chat?chatId=${chat.chatId}`);
		expect(body.chat[0].messageCount).toBe(2);
		return body.chat[0];
	});
	expect(listed.unreadCount).toBe(2);

	const read = await ben.call("POST", `/v1/Chat/${chat.chatId}/Read`, { lastChatMessageId: first.chatMessageId });
	expect(read.body.unreadCount).toBe(1);
	const again = await ben.call("GET", `/v1/Chat?chatId=${chat.chatId}`);
	expect(again.body.chat[0].unreadCount).toBe(1);

	const archived = await ada.call("PUT", `/v1/Chat/${chat.chatId}`, { chat: { isArchived: true } });
	expect(archived.body.chat[0].isArchived).toBe(true);
	const all = await ada.call("GET", "/v1/Chat?take=200");
	expect(all.body.chat.map(({ chatId }: { chatId: string }) => chatId)).not.toContain(chat.chatId);
	const archive = await ada.call("GET", "/v1/Chat?isArchived=true&take=200");
	expect(archive.body.chat.map(({ chatId }: { chatId: string }) => chatId)).toContain(chat.chatId);
});

it("carries a conversation live between two sockets", async () => {
	const ada = await Person.signIn();
	const ben = await Person.signIn("Agent", "acme", 2);
	const chatId = await ada.createChat([ben]);
	const [left, right] = [await Socket.join(ada, chatId), await Socket.join(ben, chatId)];
	const ack = await left.say("Are you there?");
	expect(ack).toMatchObject({ type: "ack", index: 1, duplicate: false });
	const heard = await right.event("message.created");
	expect(heard["data"].message).toMatchObject({
		body: "Are you there?",
		userId: ada.userId,
		authorKind: "Agent",
		index: 1,
	});
	expect(heard["prev"]).toBe(heard["seq"] - 1);
	await left.event("message.created");
	expect(left.frames.findIndex(({ type }) => type === "ack")).toBeLessThan(
		left.frames.findIndex(({ type }) => type === "event"),
	);
});

it("answers without a credential, with the wrong role and for another tenant", async () => {
	const ada = await Person.signIn();
	const chatId = await ada.createChat();
	const none = await call("GET", "/v1/Chat");
	expect(none.status).toBe(401);
	expect(none.headers.get("WWW-Authenticate")).toContain("Bearer");
	expect(none.body.responseStatus.errorCode).toBe("Unauthorized");
	const manager = await Person.signIn("Manager");
	expect((await manager.call("GET", "/v1/Chat")).status).toBe(403);
	const stranger = await Person.signIn("Administrator", "globex");
	expect((await stranger.call("GET", `/v1/Chat/${chatId}/Messages`)).status).toBe(404);
});

import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import { Person, request, unique } from "./support/client.ts";
import { Socket, type Frame } from "./support/socket.ts";
import { openVisitorRoom } from "./support/visitor.ts";

async function enter(person: Person): Promise<Socket> {
	const socket = await Socket.connect("/v1/Chat/Lobby", person.headers);
	await socket.hello();
	return socket;
}

/** What a lobby has said of a chat last, once it fits. */
function told(socket: Socket, chatId: string, fits: (chat: Frame) => boolean = () => true): Promise<Frame> {
	return socket.until((frame) => frame["chat"]?.chatId === chatId && fits(frame), `news of ${chatId}`, 10_000);
}

it("tells members how their chat is, in absolute values, and nobody else of the tenant", async () => {
	const [ada, ben, stranger, alma] = await Promise.all([
		Person.invent("Ada Lobby"),
		Person.invent("Ben Lobby"),
		Person.invent("Stan Stranger"),
		Person.invent("Alma Lobby", "Administrator"),
	]);
	const sockets = await Promise.all([ben, stranger, alma].map(enter));
	const [bens, strangers, almas] = sockets as [Socket, Socket, Socket];
	const chatId = await ada.createChat([ben], "Lobby news");
	await ada.send(chatId, "first");
	await ada.send(chatId, "second");
	const news = await told(bens, chatId, ({ chat }) => chat.messageCount === 2);
	expect(news).toEqual({
		type: "chat",
		chat: {
			chatId,
			kind: "Group",
			chatName: "Lobby news",
			seq: expect.any(Number),
			isArchived: false,
			isActive: true,
			memberCount: 2,
			messageCount: 2,
			lastActivityDate: expect.stringMatching(/Z$/),
			lastMessage: {
				index: 2,
				userId: ada.userId,
				authorName: "Ada Lobby",
				authorKind: "Agent",
				messageType: "Text",
				preview: "second",
			},
		},
		me: { userId: ben.userId, isActive: true, isArchived: false, lastReadIndex: 0 },
	});
	expect((await told(almas, chatId))["me"]).toBeNull();
	const last = await ben.send(chatId, "third");
	await told(bens, chatId, ({ chat, me }) => chat.messageCount === 3 && me.lastReadIndex === 3);
	await ben.call("DELETE", `/v1/Chat/${chatId}/Messages/${last.chatMessageId}`);
	await told(bens, chatId, ({ chat }) => chat.messageCount === 3 && chat.lastMessage.preview === null);
	await ada.call("PUT", `/v1/Chat/${chatId}`, { chat: { chatMembers: [{ userId: ben.userId, isActive: false }] } });
	expect(await bens.until(({ type }) => type === "gone", "gone", 10_000)).toMatchObject({ chatId });
	expect(JSON.stringify(strangers.frames)).not.toContain(chatId);
	for (const socket of sockets) socket.close();
});

it("tells all agents of visitors, and no other tenant of anything", async () => {
	const [ada, gus] = await Promise.all([
		Person.invent("Ada Door"),
		Person.invent("Gus Globex", "Administrator", "globex"),
	]);
	const [adas, guses] = [await enter(ada), await enter(gus)];
	const { roomId, chatId } = await openVisitorRoom();
	const visitor = await Socket.visit(roomId);
	await visitor.say("Is anybody here?");
	const news = await told(adas, chatId, ({ chat }) => chat.messageCount === 1);
	expect(news).toMatchObject({ chat: { kind: "Visitor", lastMessage: { preview: "Is anybody here?" } }, me: null });
	await new Promise((resolve) => setTimeout(resolve, 500));
	expect(guses.frames.map(({ type }) => type)).toEqual(["ready"]);
	for (const socket of [adas, guses, visitor]) socket.close();
});

it("lets in by a ticket, once, and by nothing else", async () => {
	const ada = await Person.signIn();
	const { body } = await ada.call("POST", "/v1/Chat/Lobby/Ticket");
	expect(body).toMatchObject({ expiresInSeconds: 30, url: "ws://foyer.test/v1/Chat/Lobby?tenant=acme" });
	const path = "/v1/Chat/Lobby?tenant=acme";
	const socket = await Socket.connect(path, {}, `foyer.v1, ticket.${body.ticket}`);
	expect(await socket.hello()).toMatchObject({ type: "ready", pingIntervalMs: 25_000 });
	socket.send({ type: "hello", v: 1 });
	expect(await socket.closeCode()).toBe(4501);
	for (const [where, ticket] of [
		[path, body.ticket],
		["/v1/Chat/Lobby?tenant=globex", (await ada.call("POST", "/v1/Chat/Lobby/Ticket")).body.ticket],
		["/v1/Chat/Lobby?tenant=nobody", "made-up"],
		["/v1/Chat/Lobby", "made-up"],
	]) {
		const refused = await Socket.connect(where, {}, `foyer.v1, ticket.${ticket}`);
		expect([where, await refused.closeCode()]).toEqual([where, 4500]);
	}
	const foreign = await Socket.connect(path, { ...ada.headers, "X-Foyer-Caller": "x" });
	expect(await foreign.hello()).toMatchObject({ type: "ready" });
	foreign.close();
	expect((await request("/v1/Chat/Lobby", { headers: ada.headers })).status).toBe(426);
	expect(
		(await request(path, { headers: { Upgrade: "websocket", "Sec-WebSocket-Protocol": "foyer.v1" } })).status,
	).toBe(401);
});

it("refuses what is no hello, and asks rooms for longer pauses when there are many", async () => {
	const ada = await Person.signIn();
	for (const text of ["{", "null", JSON.stringify({ type: "hello", v: 2, id: 1 }), "x".repeat(2000)]) {
		const socket = await Socket.connect("/v1/Chat/Lobby", ada.headers);
		socket.socket.send(text);
		expect(await socket.closeCode()).toBe(4501);
	}
	const lobby = env.LOBBIES.getByName(unique("empty"));
	const summary = {
		chatId: "1".repeat(32),
		kind: "Group" as const,
		chatName: "x",
		seq: 1,
		isArchived: false,
		isActive: true,
		memberCount: 1,
		messageCount: 0,
		lastActivityDate: new Date(0).toISOString(),
		lastMessage: null,
	};
	expect(await lobby.tell(summary, [])).toEqual({ pauseMs: 1000, isHeard: false });
	const pauses = await Promise.all(Array.from({ length: 3000 }, async () => (await lobby.tell(summary, [])).pauseMs));
	expect(Math.max(...pauses)).toBeGreaterThan(5000);
});

it("lists chats with their last message when asked to", async () => {
	const ada = await Person.invent("Ada Lister");
	const chatId = await ada.createChat();
	const empty = await ada.createChat();
	await ada.send(chatId, `${"long ".repeat(100)}end`);
	// D1 hears of it a moment later.
	await vi.waitFor(async () => {
		const { body } = await ada.call("GET", "/v1/Chat?withLastMessage=true");
		const byId = Object.fromEntries(body.chat.map((chat: Frame) => [chat["chatId"], chat]));
		expect(byId[chatId]).toMatchObject({
			seq: expect.any(Number),
			lastMessage: { index: 1, preview: "long ".repeat(28) },
		});
		expect(byId[empty].lastMessage ?? null).toBeNull();
	});
	expect((await ada.call("GET", "/v1/Chat")).body.chat[0]).not.toHaveProperty("lastMessage");
});

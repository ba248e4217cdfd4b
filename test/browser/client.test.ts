import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from "vitest";
import { root } from "../../scripts/local.ts";
import { type Message, RoomClient, staffAddress, StopError } from "../../src/web/socket/client.ts";
import type { ServerFrame } from "../../src/web/socket/wire.ts";
import type * as room from "../../src/rooms/frames.ts";
import { Server } from "../node/server.ts";
import { Proxy } from "./proxy.ts";

let stateDir = "";
let server: Server;
let line: Proxy;
const tokens: Record<string, string> = {};

beforeAll(async () => {
	stateDir = await mkdtemp(join(tmpdir(), "foyer-client-"));
	server = await Server.start(stateDir);
	line = await Proxy.to(server.url);
	for (const number of [1, 2]) {
		const wish = { tenant: "acme", role: "Agent", number };
		const { token, user } = await server.ask<Signed>("POST", "/auth/dev", undefined, wish);
		tokens[user.userId] = token;
	}
});

afterAll(async () => {
	line.close();
	await server.stop();
	await rm(stateDir, { recursive: true, force: true });
});

type Signed = { token: string; user: { userId: string } };
const ADA = "acme-agent-1";
const BEN = "acme-agent-2";

/** A chat of Ada's and Ben's. */
async function chatOf(name: string): Promise<string> {
	const body = { chat: { chatName: name, chatMembers: [{ userId: BEN, chatMemberName: "Ben Agent" }] } };
	const { chat } = await server.ask<{ chat: { chatId: string }[] }>("POST", "/v1/Chat", tokens[ADA], body);
	return chat[0]?.chatId ?? "";
}

function enter(chatId: string, userId: string): RoomClient {
	const client = new RoomClient({ address: staffAddress(line.url, chatId, () => tokens[userId] ?? "") });
	onTestFinished(() => client.close());
	return client;
}

const online = (...clients: RoomClient[]) =>
	vi.waitFor(() => expect(clients.map(({ connection }) => connection)).toEqual(clients.map(() => "online")), {
		timeout: 60_000,
		interval: 50,
	});

const bodies = ({ messages }: RoomClient) =>
	Array.from(messages.values())
		.sort((a, b) => a.index - b.index)
		.map(({ body }) => body);
/** What a client shows, in order. */
const shown = ({ messages }: RoomClient): Message[] =>
	Array.from(messages.values(), ({ chatId: _, ...message }) => ({ ...message, chatId: "" })).sort(
		(a, b) => a.index - b.index,
	);

async function historyOf(chatId: string): Promise<{ body: string; index: number; clientMessageId: string }[]> {
	const path = `/v1/Chat/${chatId}/Messages?take=200`;
	return (await server.ask<{ messages: [] }>("GET", path, tokens[ADA])).messages;
}

it("talks: messages, typing, presence, receipts, edits and deletions reach the other", async () => {
	const chatId = await chatOf("talk");
	const [ada, ben] = [enter(chatId, ADA), enter(chatId, BEN)];
	await online(ada, ben);
	await vi.waitFor(() => expect([...ada.present.keys()].sort()).toEqual([ADA, BEN]));

	ada.startTyping();
	await vi.waitFor(() => expect(ben.typing).toEqual(["Ada Agent"]));
	await ada.send("Hello");
	await vi.waitFor(() => expect(bodies(ben)).toEqual(["Hello"]));
	await vi.waitFor(() => expect(ada.pending).toEqual([]));
	expect(ben.typing).toEqual([]);
	expect([ada.unreadCount, ben.unreadCount]).toEqual([0, 1]);

	ben.markRead(1);
	expect(ben.unreadCount).toBe(0);
	await vi.waitFor(() => expect(ada.members.get(BEN)?.lastReadIndex).toBe(1));
	const [first] = shown(ada);
	await ada.edit(first?.chatMessageId ?? "", "Hello, Ben");
	await vi.waitFor(() => expect(bodies(ben)).toEqual(["Hello, Ben"]));
	await expect(ben.edit(first?.chatMessageId ?? "", "Mine")).rejects.toMatchObject({ code: "Forbidden" });
	await ben.send("Hi", { replyToChatMessageId: first?.chatMessageId });
	await vi.waitFor(() => expect(ada.messages.get(2)?.replyToChatMessageId).toBe(first?.chatMessageId));
	await ada.remove(first?.chatMessageId ?? "");
	await vi.waitFor(() => expect(ben.messages.get(1)).toMatchObject({ isDeleted: true, body: null }));
	expect(shown(ada)).toEqual(shown(ben));
});

it("delivers what was written without a connection once, in order, and catches up on what was missed", async () => {
	const chatId = await chatOf("offline");
	const [ada, ben] = [enter(chatId, ADA), enter(chatId, BEN)];
	await online(ada, ben);
	await ada.send("before");
	await vi.waitFor(() => expect(bodies(ben)).toEqual(["before"]));
	line.cut();
	await vi.waitFor(() => expect(ada.connection).not.toBe("online"));
	for (let number = 1; number <= 60; number += 1) {
		await ada.send(`ada ${number}`);
		await ben.send(`ben ${number}`);
	}
	await expect(ada.edit("0".repeat(32), "x")).rejects.toMatchObject({ code: "Offline", temporary: true });
	// Somebody else goes on meanwhile.
	await server.ask("POST", `/v1/Chat/${chatId}/Messages`, tokens[ADA], { body: "by another way" });
	expect([ada.pending.length, ben.pending.length]).toEqual([60, 60]);
	line.mend();
	await online(ada, ben);
	// More than the burst of fifty: some are told to wait, and keep their order.
	await vi.waitFor(() => expect([ada.pending, ben.pending]).toEqual([[], []]), { timeout: 30_000, interval: 100 });
	await vi.waitFor(() => expect(bodies(ada).length).toBe(122));
	await vi.waitFor(() => expect(shown(ada)).toEqual(shown(ben)));
	for (const name of ["ada", "ben"])
		expect(bodies(ben).filter((body) => body?.startsWith(name))).toEqual(
			Array.from({ length: 60 }, (_, number) => `${name} ${number + 1}`),
		);
});

it("loses and doubles nothing when the line breaks again and again and the server is killed", async () => {
	const chatId = await chatOf("chaos");
	const [ada, ben] = [enter(chatId, ADA), enter(chatId, BEN)];
	await online(ada, ben);
	const said: string[] = [];
	const talk = async (client: RoomClient, name: string) => {
		for (let number = 1; number <= 80; number += 1) {
			const body = `${name} ${number}`;
			said.push(body);
			await client.send(body);
			await new Promise((resolve) => setTimeout(resolve, 40));
		}
	};
	const disturb = async () => {
		for (const wait of [300, 500, 200]) {
			await new Promise((resolve) => setTimeout(resolve, wait));
			line.cut();
			await new Promise((resolve) => setTimeout(resolve, 100));
			line.mend();
		}
		await server.kill();
		server = await Server.start(stateDir);
		line.target = server.url;
	};
	await Promise.all([talk(ada, "ada"), talk(ben, "ben"), disturb()]);
	await online(ada, ben);
	await vi.waitFor(() => expect([ada.pending, ben.pending]).toEqual([[], []]), { timeout: 60_000, interval: 100 });
	await vi.waitFor(() => expect(new Set(bodies(ada))).toEqual(new Set(said)), { timeout: 10_000 });
	await vi.waitFor(() => expect(shown(ben)).toEqual(shown(ada)));
	expect(bodies(ada).length).toBe(said.length);
	expect((await historyOf(chatId)).map(({ body }) => body)).toEqual(bodies(ada));
});

it("loads history by index, shares what is asked twice, and stays right after a long absence", async () => {
	const chatId = await chatOf("history");
	const ada = enter(chatId, ADA);
	await online(ada);
	const path = `/v1/Chat/${chatId}/Messages`;
	const say = async (from: number, to: number) => {
		for (let at = from; at <= to; at += 50)
			await Promise.all(
				Array.from({ length: Math.min(50, to - at + 1) }, (_, offset) =>
					server.ask("POST", path, tokens[BEN], { body: `line ${at + offset}`, clientMessageId: `m${at + offset}` }),
				),
			);
	};
	await say(1, 300);
	await vi.waitFor(() => expect(ada.messageCount).toBe(300));
	const newcomer = enter(chatId, BEN);
	await online(newcomer);
	expect(newcomer.messages.size).toBe(0);
	await Promise.all([newcomer.load(251, 300), newcomer.load(251, 300)]);
	expect([...newcomer.messages.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => 251 + i));
	await newcomer.load(1, 300);
	expect(newcomer.messages.size).toBe(250);

	// Beyond what is replayed: the picture is made anew from the newest state.
	line.cut();
	await vi.waitFor(() => expect(ada.connection).not.toBe("online"));
	await say(301, 2400);
	line.mend();
	await online(ada);
	expect([ada.messageCount, ada.unreadCount]).toEqual([2400, 2400]);
	expect(ada.messages.size).toBe(0);
	await ada.load(2390, 2400);
	expect(ada.messages.get(2400)?.index).toBe(2400);
});

it("stops when it is told to, and says why", async () => {
	const chatId = await chatOf("stop");
	const ben = enter(chatId, BEN);
	await online(ben);
	await server.ask("PUT", `/v1/Chat/${chatId}`, tokens[ADA], {
		chat: { chatMembers: [{ userId: BEN, isActive: false }] },
	});
	await vi.waitFor(() => expect([ben.connection, ben.stop?.code]).toEqual(["stopped", 4507]));

	const stranger = new RoomClient({ address: async () => Promise.reject(new StopError("signed out")) });
	await vi.waitFor(() => expect(stranger.stop).toEqual({ code: 4507, reason: "signed out" }));
	const refused = enter(chatId, ADA);
	await online(refused);
	await refused.send("x".repeat(1024 * 1024 + 1));
	await vi.waitFor(() => expect(refused.pending[0]?.error).toEqual(expect.any(String)));
	await refused.send("small");
	await vi.waitFor(() => expect(bodies(refused)).toEqual(["small"]));
	refused.discard(refused.pending[0]?.clientMessageId ?? "");
	expect(refused.pending).toEqual([]);
});

it("is published as one file with types that compile", async () => {
	const folder = await mkdtemp(join(tmpdir(), "foyer-types-"));
	onTestFinished(() => rm(folder, { recursive: true }));
	for (const name of ["client.js", "client.d.ts"]) {
		const answer = await fetch(`${server.url}/${name}`);
		expect(answer.status).toBe(200);
		expect(answer.headers.get("Access-Control-Allow-Origin")).toBe("*");
		expect(answer.headers.get("Cross-Origin-Resource-Policy")).toBe("cross-origin");
		await writeFile(join(folder, name), await answer.text());
	}
	const program = `import { RoomClient, staffAddress, type Message } from "./client.js";
const client = new RoomClient({ address: staffAddress("https://foyer.example", "1", () => "token"), onChange: () => {} });
const newest: Message | undefined = client.messages.get(client.messageCount);
console.log(newest?.body, client.unreadCount satisfies number);
`;
	await writeFile(join(folder, "use.ts"), program);
	const tsc = join(root, "node_modules/typescript/bin/tsc");
	const flags = ["--strict", "--noEmit", "--target", "es2024", "--module", "esnext", "--moduleResolution", "bundler"];
	execFileSync(process.execPath, [tsc, ...flags, "--lib", "es2024,dom", "use.ts"], { cwd: folder });
	const { RoomClient: published } = (await import(join(folder, "client.js"))) as { RoomClient: typeof RoomClient };
	expect(typeof published.prototype.send).toBe("function");
});

it("reads the frames that the room sends, to the letter", () => {
	const read: ServerFrame = {} as room.ServerFrame;
	const sent: room.ServerFrame = {} as ServerFrame;
	expect([read, sent]).toEqual([{}, {}]);
});

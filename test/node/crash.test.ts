import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { Sender } from "./sender.ts";
import { Server } from "./server.ts";

const ROOMS = 200;
/** The server dies when this many messages are acked, and many more are on their way. */
const ACKED = 4000;

type Message = { clientMessageId: string; chatMessageId: string; index: number; seq: number; body: string };
type Chat = { chatId: string; chatName: string; messageCount: number; unreadCount: number };

let stateDir = "";
let server: Server;

beforeAll(async () => {
	stateDir = await mkdtemp(join(tmpdir(), "foyer-crash-"));
	server = await Server.start(stateDir);
});

afterAll(async () => {
	await server.stop();
	await rm(stateDir, { recursive: true, force: true });
});

/** In handfuls, so that two hundred of something do not wait for each other, nor all come at once. */
async function each<Item, Result>(items: readonly Item[], work: (item: Item) => Promise<Result>): Promise<Result[]> {
	const results: Result[] = [];
	for (let at = 0; at < items.length; at += 20)
		results.push(...(await Promise.all(items.slice(at, at + 20).map(work))));
	return results;
}

async function historyOf(token: string, chatId: string): Promise<Message[]> {
	const messages: Message[] = [];
	for (let more = true; more;) {
		const path = `/v1/Chat/${chatId}/Messages?take=200&after=${messages.length}`;
		const page = await server.ask<{ messages: Message[]; hasMore: boolean }>("GET", path, token);
		messages.push(...page.messages);
		more = page.hasMore;
	}
	return messages;
}

/** What the list says of every room, by chat id. */
async function listed(token: string): Promise<Map<string, Chat>> {
	const pages = [0, 200].map((skip) => server.ask<{ chat: Chat[] }>("GET", `/v1/Chat?take=200&skip=${skip}`, token));
	return new Map((await Promise.all(pages)).flatMap(({ chat }) => chat.map((one) => [one.chatId, one])));
}

it("loses nothing that was acked when it is killed in the middle of two hundred rooms sending", async () => {
	const signIn = { tenant: "acme", role: "Agent" };
	const { token } = await server.ask<{ token: string }>("POST", "/auth/dev", undefined, signIn);
	const words = Array.from({ length: ROOMS }, (_, index) => `sender${String(index).padStart(3, "0")}`);
	const senders = await each(words, async (word) => {
		const { chat } = await server.ask<{ chat: [Chat] }>("POST", "/v1/Chat", token, { chat: { chatName: word } });
		return new Sender(chat[0].chatId, word);
	});
	await each(senders, (sender) => sender.open(server, token));
	for (const sender of senders) sender.start();
	const acked = () => senders.reduce((sum, { acks }) => sum + acks.length, 0);
	await vi.waitUntil(() => acked() >= ACKED, { timeout: 30_000, interval: 5 });
	await server.kill();
	expect(senders.every(({ acks, sent }) => acks.length > 0 && sent > acks.length)).toBe(true);

	server = await Server.start(stateDir);
	// D1 hears of every acked message before anybody asks a room for anything.
	await vi.waitFor(
		async () => {
			const chats = await listed(token);
			const behind = senders.filter(({ chatId, acks }) => (chats.get(chatId)?.messageCount ?? 0) < acks.length);
			expect(behind.map(({ word }) => word)).toEqual([]);
		},
		{ timeout: 30_000, interval: 250 },
	);
	await each(senders, ({ word, acks }) =>
		vi.waitFor(
			async () => {
				const q = encodeURIComponent(`${word} says number ${acks.length}.`);
				const { messages } = await server.ask<{ messages: Message[] }>("GET", `/v1/Chat/Search?q=${q}`, token);
				expect(messages.map(({ chatMessageId }) => chatMessageId)).toEqual([acks.at(-1)?.chatMessageId]);
			},
			{ timeout: 10_000, interval: 250 },
		),
	);
	const chats = await listed(token);
	await each(senders, async (sender) => {
		const history = await historyOf(token, sender.chatId);
		expect(history.map(({ index }) => index)).toEqual(history.map((_, position) => position + 1));
		expect(new Set(history.map(({ clientMessageId }) => clientMessageId)).size).toBe(history.length);
		for (const { clientMessageId, chatMessageId, index, seq } of sender.acks)
			expect(history[index - 1]).toMatchObject({ clientMessageId, chatMessageId, seq });
		// In the order they were sent, since one socket sent them all.
		expect(history.map(({ body }) => body)).toEqual(history.map((_, position) => sender.message(position + 1).body));
		expect(chats.get(sender.chatId)).toMatchObject({ messageCount: history.length, unreadCount: 0 });
		// What was on its way can be sent again: it is taken up or recognised, and there once.
		const last = sender.message(sender.sent);
		const path = `/v1/Chat/${sender.chatId}/Messages`;
		const isKnown = history.some(({ clientMessageId }) => clientMessageId === last.clientMessageId);
		const again = await server.ask<{ duplicate: boolean }>("POST", path, token, last);
		expect(again.duplicate).toBe(isKnown);
	});
});

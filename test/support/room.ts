import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { Member, Message } from "../../src/rooms/model.ts";
import { roomOf } from "../../src/rooms/rooms.ts";
import type { Person } from "./client.ts";
import { Socket } from "./socket.ts";

/** All that a client may know of a room. */
export type RoomState = {
	chatName: string;
	isArchived: boolean;
	isActive: boolean;
	/** By index. */
	messages: Message[];
	/** By user id. */
	members: Member[];
};

/** workerd ends with "onEmpty() can only be called once at a time" when it evicts one object twice at once (2026-11-22). */
let evicting: Promise<unknown> = Promise.resolve();

/** Ends the room's object and keeps what is on disk; true when there was one running. */
export function evict(chatId: string, webSockets: "hibernate" | "close" = "hibernate"): Promise<boolean> {
	const evicted = evicting.then(() =>
		evictDurableObject(roomOf(env, chatId), { webSockets }).then(
			() => true,
			() => false,
		),
	);
	evicting = evicted;
	return evicted;
}

/** A room as someone sees it who comes fresh: by `ready`, the pages of the history, and an empty change. */
export async function fetchState(person: Person, chatId: string): Promise<RoomState & { epoch: string; seq: number }> {
	const messages: Message[] = [];
	for (let more = true; more;) {
		const page = await person.call("GET", `/v1/Chat/${chatId}/Messages?after=${messages.length}&take=200`);
		messages.push(...page.body.messages.map(whole));
		more = page.body.hasMore;
	}
	const { chatName, isArchived, isActive } = (await person.call("PUT", `/v1/Chat/${chatId}`, { chat: {} })).body
		.chat[0];
	const socket = await Socket.connect(`/v1/Chat/${chatId}/Socket`, person.headers);
	const { epoch, seq, members } = await socket.hello();
	socket.close();
	return { chatName, isArchived, isActive, messages, members: byUser(members), epoch, seq };
}

/** A message as sockets have it; over HTTP, what it has not is left out. */
export function whole(message: Partial<Message>): Message {
	const absent = { body: null, clientMessageId: null, replyToChatMessageId: null, dateEdited: null };
	return { ...absent, ...message } as Message;
}

/** Members in one order, whatever the order they came in. */
export function byUser(members: Iterable<Member>): Member[] {
	return [...members].sort((a, b) => (a.userId < b.userId ? -1 : 1));
}

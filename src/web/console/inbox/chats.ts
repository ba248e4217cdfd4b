import { batch, computed, effect, signal } from "@preact/signals";
import { ticketFrom } from "../../socket/addresses.ts";
import { Connection, type ConnectionState } from "../../socket/connection.ts";
import { call, messageOf, query } from "../core/api.ts";
import { session } from "../core/session.ts";
import { FIRST_CHATS } from "./first-chats.ts";
import { unreadOf, type Chat, type ListedChat, type Standing } from "./types.ts";

/** Chats asked for at a time, and the most that are kept: a list longer than that is searched, not scrolled. */
const PAGE = 200;
const MOST = 3000;

export const filters = ["Open", "Mine", "Visitors", "Unread", "Archived"] as const;
export type Filter = (typeof filters)[number];

const chats = signal<ReadonlyMap<string, Chat>>(new Map());
export const filter = signal<Filter>("Open");
export const listError = signal("");
export const isLoaded = signal(false);
/** Whether the list moves by itself at the moment. */
export const lobbyState = signal<ConnectionState>("connecting");

/** The chats under the filter, last activity first. */
export const listed = computed(() =>
	[...chats.value.values()].filter(passes).sort((a, b) => (a.lastActivityDate < b.lastActivityDate ? 1 : -1)),
);
/** How many chats there are to see under each filter; unread ones for most. */
export const counts = computed((): Record<Filter, number> => {
	const all = [...chats.value.values()];
	const unread = all.filter((chat) => !isArchived(chat) && unreadOf(chat) > 0);
	return {
		Open: unread.length,
		Mine: unread.filter((chat) => chat.me?.isActive).length,
		Visitors: unread.filter(({ kind }) => kind === "Visitor").length,
		Unread: unread.length,
		Archived: 0,
	};
});
/** Unread chats that are the reader's to answer: their own, and visitors that wait. */
export const unreadCount = computed(() => counts.value.Open);

export function chatOf(chatId: string): Chat | undefined {
	return chats.value.get(chatId);
}

/** For the reader, or for all. */
export function isArchived(chat: Chat): boolean {
	return chat.isArchived || (chat.me?.isArchived ?? false);
}

function passes(chat: Chat): boolean {
	if (isArchived(chat) !== (filter.value === "Archived")) return false;
	switch (filter.value) {
		case "Mine":
			return chat.me?.isActive ?? false;
		case "Visitors":
			return chat.kind === "Visitor";
		case "Unread":
			return unreadOf(chat) > 0;
		case "Open":
		case "Archived":
			return true;
	}
}

/** Takes in what is newer than what is known. */
export function learn(news: readonly Chat[]): void {
	const next = new Map(chats.value);
	for (const chat of news) {
		const known = next.get(chat.chatId);
		if (known && known.seq > chat.seq) continue;
		// What was read here is known before anybody else tells of it.
		const read = Math.max(chat.me?.lastReadIndex ?? 0, known?.me?.lastReadIndex ?? 0);
		next.set(chat.chatId, chat.me || read > 0 ? { ...chat, me: { ...standing(chat), lastReadIndex: read } } : chat);
	}
	chats.value = next;
}

/** The reader has read this far. */
export function readHere(chatId: string, index: number): void {
	const chat = chats.value.get(chatId);
	if (!chat || (chat.me?.lastReadIndex ?? 0) >= index) return;
	const next = new Map(chats.value);
	next.set(chatId, { ...chat, me: { ...standing(chat), lastReadIndex: index } });
	chats.value = next;
}

function standing({ me }: Chat): Standing {
	return me ?? { isActive: false, isArchived: false, lastReadIndex: 0 };
}

function forget(chatId: string): void {
	const next = new Map(chats.value);
	next.delete(chatId);
	chats.value = next;
}

/** A chat as lists answer it. */
export function fromList(chat: ListedChat): Chat {
	const own = chat.chatMembers.find(({ userId }) => userId === session.value?.user.userId);
	const lastReadIndex = Math.max(0, chat.messageCount - chat.unreadCount);
	const me = own
		? { isActive: own.isActive, isArchived: own.isArchived, lastReadIndex }
		: lastReadIndex > 0
			? { isActive: false, isArchived: false, lastReadIndex }
			: null;
	return {
		chatId: chat.chatId,
		chatName: chat.chatName,
		kind: chat.kind,
		seq: chat.seq ?? 0,
		isArchived: chat.isArchived,
		isActive: chat.isActive,
		memberCount: chat.memberCount,
		messageCount: chat.messageCount,
		lastActivityDate: chat.lastActivityDate ?? new Date().toISOString(),
		lastMessage: chat.lastMessage ?? null,
		me,
	};
}

async function load(isArchived: boolean): Promise<void> {
	for (let skip = 0; skip < MOST; skip += PAGE) {
		const path = `/v1/Chat${query({ withLastMessage: true, isArchived, take: PAGE, skip })}`;
		const page = (await call<{ chat: ListedChat[] }>("GET", path)).chat;
		learn(page.map(fromList));
		isLoaded.value = true;
		if (page.length < PAGE) return;
	}
}

/** Shows what is on top before the lobby's socket opens; what happens meanwhile is in the list that is read then. */
async function loadFirst(): Promise<void> {
	try {
		const { chat } = await call<{ chat: ListedChat[] }>("GET", FIRST_CHATS);
		batch(() => {
			learn(chat.map(fromList));
			isLoaded.value = true;
		});
	} catch {
		// The whole list says what is wrong.
	}
}

/** Reads one chat that is not in the list, because it is old or was just made. */
export async function loadOne(chatId: string): Promise<void> {
	const path = `/v1/Chat${query({ withLastMessage: true, chatId })}`;
	learn((await call<{ chat: ListedChat[] }>("GET", path)).chat.map(fromList));
}

/** Loads and says what went wrong. */
export async function reload(): Promise<void> {
	try {
		listError.value = "";
		await load(filter.value === "Archived");
	} catch (error) {
		listError.value = messageOf(error);
	}
}

type LobbyFrame =
	| { type: "ready"; pingIntervalMs: number }
	| { type: "chat"; chat: Omit<Chat, "me">; me: Standing | null }
	| { type: "gone"; chatId: string };

/** Keeps the list moving while somebody is signed in. Answers with what ends it. */
export function watchLobby(): () => void {
	const token = session.value?.token ?? "";
	let waiting: Chat[] = [];
	const first = filter.value === "Archived" ? undefined : loadFirst();
	const connection = new Connection({
		address: async () => {
			// At the same time they would only keep each other waiting.
			await first;
			return ticketFrom("/v1/Chat/Lobby/Ticket", { Authorization: `Bearer ${token}` });
		},
		onOpen: () => connection.send({ type: "hello", id: 1, v: 1 }),
		onFrame: (frame) => {
			const news = frame as LobbyFrame;
			if (news.type === "ready") {
				connection.established(news.pingIntervalMs);
				// What happened before this moment is in the list, what happens after it is told.
				void reload();
			} else if (news.type === "gone") forget(news.chatId);
			else if (news.type === "chat") {
				if (waiting.length === 0) requestAnimationFrame(flush);
				waiting.push({ ...news.chat, me: news.me });
			}
		},
		onState: (state) => (lobbyState.value = state),
	});
	const flush = (): void => {
		const news = waiting;
		waiting = [];
		learn(news);
	};
	const stopArchive = effect(() => {
		if (filter.value === "Archived") void reload();
	});
	const stopTitle = effect(() => {
		document.title = unreadCount.value > 0 ? `(${unreadCount.value}) Foyer` : "Foyer";
	});
	return () => {
		connection.close();
		stopArchive();
		stopTitle();
		batch(() => {
			chats.value = new Map();
			isLoaded.value = false;
		});
	};
}

import type { Pending } from "../socket/outbox.ts";
import type { Message } from "../socket/wire.ts";
import { daysBetween } from "./times.ts";

/** Messages of one author within this are drawn as one. */
const TOGETHER_MS = 5 * 60_000;

/** One message as it is drawn. */
export type Entry = {
	key: string;
	isOwn: boolean;
	/** Of staff */
	author: string;
	messageType: string;
	/** Null once deleted */
	body: string | null;
	date: Date;
	isEdited: boolean;
	/** What it answers, when that is here to be quoted. */
	quoted: Message | undefined;
	state: "waiting" | "refused" | "sent" | "seen";
	/** Why it was refused */
	error: string | undefined;
	/** The first of a day */
	startsDay: boolean;
	/** The first of several by one author */
	startsGroup: boolean;
	endsGroup: boolean;
};

/** What a conversation looks like: its messages, then those that are not there yet. */
export function entriesOf(messages: readonly Message[], pending: readonly Pending[], seenUpTo: number): Entry[] {
	const byId = new Map(messages.map((message) => [message.chatMessageId, message]));
	const known = new Set(messages.map(({ clientMessageId }) => clientMessageId));
	const entries = [
		...messages.map((message) => entryOf(message, byId.get(message.replyToChatMessageId ?? ""), seenUpTo)),
		...pending.filter(({ clientMessageId }) => !known.has(clientMessageId)).map(waiting),
	];
	for (const [place, entry] of entries.entries()) {
		const before = entries[place - 1];
		entry.startsDay = !before || daysBetween(before.date, entry.date) !== 0;
		entry.startsGroup = !before || entry.startsDay || !belongTogether(before, entry);
		if (before) before.endsGroup = entry.startsGroup;
	}
	return entries;
}

function entryOf(message: Message, quoted: Message | undefined, seenUpTo: number): Entry {
	return {
		// The same before and after it is acknowledged, so that nothing is drawn anew.
		key: message.clientMessageId ?? message.chatMessageId,
		isOwn: message.authorKind === "Visitor",
		author: message.authorName,
		messageType: message.messageType,
		body: message.isDeleted ? null : message.body,
		date: new Date(message.dateCreated),
		isEdited: message.dateEdited !== null && !message.isDeleted,
		quoted,
		state: message.index <= seenUpTo ? "seen" : "sent",
		error: undefined,
		...alone,
	};
}

function waiting({ clientMessageId, messageType = "Text", body, dateCreated, error }: Pending): Entry {
	return {
		key: clientMessageId,
		isOwn: true,
		author: "",
		messageType,
		body,
		date: new Date(dateCreated),
		isEdited: false,
		quoted: undefined,
		state: error === undefined ? "waiting" : "refused",
		error,
		...alone,
	};
}

const alone = { startsDay: false, startsGroup: true, endsGroup: true };

function belongTogether(one: Entry, next: Entry): boolean {
	// One's own name is not known before the room has said it.
	const isSame = one.isOwn ? next.isOwn : !next.isOwn && one.author === next.author;
	return isSame && next.date.getTime() - one.date.getTime() < TOGETHER_MS;
}

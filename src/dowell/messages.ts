import { orFail } from "../http/failure.ts";
import { limits } from "../rooms/limits.ts";
import type { Caller, Draft } from "../rooms/model.ts";
import { objectIdOf } from "../rooms/room-id.ts";
import { roomOf } from "../rooms/rooms.ts";
import type { StoredMessage } from "../rooms/transcript.ts";
import type { MessageBody } from "./schema.ts";
import { fourFields, type VisitorRoom } from "./visitor-rooms.ts";

/** What a message of this dialect wants back and rooms have no field for. */
type Origin = { author: string; isJson?: true };

/** Messages of one answer: its clients page through nothing and show it whole. */
const MESSAGES = 1000;
/** Characters of texts after which an answer takes no further page: eight of the largest pictures. */
const LENGTH = 8 * 1024 * 1024;

/** A message as rooms take it. Text stays text, so that agents read it; any other JSON is its own source. */
export function draftOf({ message_data, author, message_type }: MessageBody): Draft {
	const isText = typeof message_data === "string";
	const origin: Origin = isText ? { author } : { author, isJson: true };
	return {
		messageType: message_type,
		// Half a surrogate pair cannot be stored; JSON escapes it.
		body: isText ? message_data.toWellFormed() : JSON.stringify(message_data),
		origin: JSON.stringify(origin),
	};
}

type Window = { after?: number | undefined; before?: number | undefined };
type Page = { messages: StoredMessage[]; hasMore: boolean };

/** The newest messages, or those in a window of indexes, oldest first: the whole history of all but the longest rooms. */
export async function messagesOf(env: Env, roomId: string, caller: Caller, { after, before }: Window): Promise<Page> {
	const room = roomOf(env, roomId);
	const isForward = after !== undefined && before === undefined;
	const pages: StoredMessage[][] = [];
	let window: Window = { after, before };
	for (let count = 0, length = 0; count < MESSAGES && length < LENGTH;) {
		const take = Math.min(limits.take, MESSAGES - count);
		const { messages, hasMore } = orFail(await room.history(caller, { ...window, take }));
		pages.push(messages);
		if (!hasMore) return { messages: joined(pages, isForward), hasMore };
		window = isForward ? { after: messages.at(-1)?.index } : { after, before: messages[0]?.index };
		count += messages.length;
		length += messages.reduce((sum, { body }) => sum + (body?.length ?? 0), 0);
	}
	return { messages: joined(pages, isForward), hasMore: true };
}

/**
 * The document of a message: the README's, which repeats its room, and what the deployed code sent. A deleted message has none: to
 * clients that draw the whole list again it is gone. `read` was always true and no client makes anything of it.
 */
export function messageDocuments(room: VisitorRoom, messages: readonly StoredMessage[]) {
	const shared = { ...fourFields(room), is_active: room.isActive, room_id: room.roomId };
	return messages
		.filter(({ isDeleted }) => !isDeleted)
		.map((message) => ({
			_id: objectIdOf(message.chatMessageId),
			...shared,
			message_data: dataOf(message),
			side: message.authorKind === "Agent",
			author: originOf(message)?.author ?? message.authorName,
			message_type: message.messageType === "Text" ? "text" : message.messageType,
			read: true,
			index: message.index,
			date_created: message.dateCreated,
		}));
}

/** What was sent. An edit in the other dialect makes a text of it. */
function dataOf(message: StoredMessage): unknown {
	const isJson = originOf(message)?.isJson === true && message.dateEdited === null;
	return isJson ? JSON.parse(message.body ?? "null") : message.body;
}

function originOf({ origin }: StoredMessage): Origin | null {
	return origin === null ? null : (JSON.parse(origin) as Origin);
}

function joined(pages: StoredMessage[][], isForward: boolean): StoredMessage[] {
	return (isForward ? pages : pages.reverse()).flat();
}

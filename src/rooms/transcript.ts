import type { Actor, Caller, Draft, EventKind, Message, RoomEvent } from "./model.ts";
import { Once } from "./once.ts";
import { PRESENTED, presentedJson } from "./presented-json.ts";
import { messageIndexOf, newMessageId } from "./room-id.ts";

const COLUMNS =
	"idx, seq, message_id, client_message_id, user_id, author_name, author_kind, type, body, reply_to, origin, created_at, edited_at, is_deleted";

/** A row in the order of `COLUMNS`. */
type MessageRow = [
	index: number,
	seq: number,
	chatMessageId: string,
	clientMessageId: string | null,
	userId: string,
	authorName: string,
	authorKind: Message["authorKind"],
	messageType: string,
	body: string | null,
	replyTo: string | null,
	origin: string | null,
	createdAt: number,
	editedAt: number | null,
	isDeleted: number,
];

type EventRow = {
	seq: number;
	at: number;
	kind: EventKind;
	actor: string;
	message_idx: number | null;
	data: string | null;
};

/** A message with what the dialect that wrote it wants back. */
export type StoredMessage = Message & { origin: string | null };

/** Indexes that the messages of a page are older than, or newer than, and how many it holds. */
export type HistoryPage = { before?: number | undefined; after?: number | undefined; take: number };

export type Appended = { message: Message; duplicate: boolean } | "mismatch";

/**
 * The log of one room: every durable change in one order (`seq`), messages counted by `index`, each at most once per
 * `(author, clientMessageId)`. Knows SQL and nothing of sockets, bindings or dialects; every method is synchronous, so a turn of the
 * object is a transaction. What a call changed waits in `takeEvents()` to be announced.
 */
export class Transcript {
	readonly #sql: SqlStorage;
	readonly #chatId: string;
	readonly #once: Once;
	#seq: number;
	#messageCount: number;
	#fresh: RoomEvent[] = [];

	constructor(sql: SqlStorage, chatId: string) {
		this.#sql = sql;
		this.#chatId = chatId;
		const head = sql
			.exec<{ seq: number; count: number }>(
				`SELECT max((SELECT coalesce((SELECT seq FROM message ORDER BY idx DESC LIMIT 1), 0)), (SELECT coalesce(max(seq), 0) FROM event)) AS seq,
					(SELECT coalesce(max(idx), 0) FROM message) AS count`,
			)
			.one();
		this.#seq = head.seq;
		this.#messageCount = head.count;
		this.#once = new Once(sql, head.count);
	}

	get seq(): number {
		return this.#seq;
	}

	/** The index of the newest message; tombstones keep theirs. */
	get messageCount(): number {
		return this.#messageCount;
	}

	/** The events since the last call, oldest first. */
	takeEvents(): RoomEvent[] {
		const events = this.#fresh;
		this.#fresh = [];
		return events;
	}

	/** Appends a message, or answers with the one that this author already sent under the same `clientMessageId`. */
	append(author: Caller, draft: Draft, now: number): Appended {
		const { clientMessageId } = draft;
		const recent = clientMessageId === undefined ? undefined : this.#once.recent(author.userId, clientMessageId);
		if (recent !== undefined) return this.#earlier(recent, draft);
		const index = this.#messageCount + 1;
		const seq = this.#seq + 1;
		const message: Message = {
			chatMessageId: newMessageId(index, now),
			chatId: this.#chatId,
			index,
			seq,
			clientMessageId: clientMessageId ?? null,
			userId: author.userId,
			authorName: author.name,
			authorKind: author.kind,
			messageType: draft.messageType,
			body: draft.body,
			replyToChatMessageId: draft.replyToChatMessageId ?? null,
			dateCreated: new Date(now).toISOString(),
			dateEdited: null,
			isDeleted: false,
		};
		this.#once.begin(index);
		const inserted = this.#sql.exec(
			`INSERT INTO message (idx, seq, message_id, client_message_id, user_id, author_name, author_kind, type, body, reply_to, origin, created_at)
			SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12 ${this.#once.condition(index)}`,
			index,
			seq,
			message.chatMessageId,
			message.clientMessageId,
			message.userId,
			message.authorName,
			message.authorKind,
			message.messageType,
			message.body,
			message.replyToChatMessageId,
			draft.origin ?? null,
			now,
		);
		if (clientMessageId !== undefined) {
			const earlier = inserted.rowsWritten === 0 ? this.earlier(author, draft) : undefined;
			if (earlier) return earlier;
			this.#once.note(author.userId, clientMessageId, index);
		}
		this.#messageCount = index;
		this.#announce("message.created", author, { message }, now);
		return { message, duplicate: false };
	}

	/** What `append` would answer to a message that this author has sent already; undefined to one that is new. */
	earlier({ userId }: Caller, draft: Draft): Appended | undefined {
		const { clientMessageId } = draft;
		const index = clientMessageId === undefined ? undefined : this.#once.find(userId, clientMessageId);
		return index === undefined ? undefined : this.#earlier(index, draft);
	}

	#earlier(index: number, draft: Draft): Appended {
		const message = this.#at(index);
		// A text that was edited or deleted since can no longer be compared; the id alone then says that it is the same message.
		const comparable = message.dateEdited === null && !message.isDeleted;
		if (comparable && message.body !== draft.body) return "mismatch";
		return { message, duplicate: true };
	}

	/** The newest message of each author after a position. */
	newestByAuthor(seq: number): Message[] {
		const newest = "idx IN (SELECT max(idx) FROM message WHERE idx >= ? GROUP BY user_id)";
		return [...this.#stored(newest, this.#firstAfter(seq))];
	}

	/** The message of this id, deleted or not. */
	find(messageId: string): Message | undefined {
		const found = this.#find(messageIndexOf(messageId));
		return found?.chatMessageId === messageId ? found : undefined;
	}

	/** The id of the message at an index; null where there is none. */
	messageIdAt(index: number): string | null {
		const [row] = this.#sql
			.exec<{ message_id: string }>("SELECT message_id FROM message WHERE idx = ?", index)
			.toArray();
		return row?.message_id ?? null;
	}

	/** Changes the text of a message that exists and is not deleted. */
	edit(message: Message, body: string, actor: Actor, now: number): Message {
		this.#sql.exec("UPDATE message SET body = ?, edited_at = ? WHERE idx = ?", body, now, message.index);
		const edited = { ...message, body, dateEdited: new Date(now).toISOString() };
		this.#record("message.updated", actor, { message: edited }, now, message.index);
		return edited;
	}

	/** Leaves a tombstone: the index stays, text and origin go. */
	remove(message: Message, actor: Actor, now: number): Message {
		this.#sql.exec("UPDATE message SET body = NULL, origin = NULL, is_deleted = 1 WHERE idx = ?", message.index);
		const tombstone = { ...message, body: null, isDeleted: true };
		this.#record("message.deleted", actor, { message: tombstone }, now, message.index);
		return tombstone;
	}

	/** Appends a change that is not one of a message. */
	record(kind: EventKind, actor: Actor, data: Record<string, unknown>, now: number): void {
		this.#record(kind, actor, data, now, null);
	}

	/** Messages older than `before` or newer than `after` (indexes), oldest first, the newest page without either. */
	history(page: HistoryPage): { messages: StoredMessage[]; hasMore: boolean } {
		const [where, values, isForward] = placeOf(page);
		const { kept, more } = bounded(this.#stored(where, ...values), page.take, ({ body }) => body?.length ?? 0);
		return { messages: isForward ? kept : kept.reverse(), hasMore: more };
	}

	/**
	 * The same as JSON in UTF-8, with messages as `presented` has them. SQLite writes it, and its bytes pass no text of JavaScript: by way of
	 * objects a page of 50 leaves 170 KB of garbage more, by way of texts 90, and one request in a hundred waits for its collection (2026-11-23).
	 */
	historyJson(page: HistoryPage): ArrayBuffer {
		const [where, values, isForward] = placeOf(page);
		const rows = this.#sql.exec(`SELECT ${PRESENTED} FROM message WHERE ${where}`, this.#chatId, ...values);
		const { kept, more } = bounded(rows.raw<[json: ArrayBuffer]>(), page.take, ([json]) => json.byteLength);
		const messages = kept.map(([json]) => json);
		return presentedJson(isForward ? messages : messages.reverse(), more);
	}

	/**
	 * At most `take` events after a position, oldest first, and less when they are long. A message is shown as it is now: what was
	 * edited or deleted since reads so at once, and the later event says the same again. The first event's `prev` is the position asked
	 * for, so that a reader who stood there sees no gap.
	 */
	since(seq: number, take: number): RoomEvent[] {
		const created = bounded(
			this.#stored("idx >= ? ORDER BY idx LIMIT ?", this.#firstAfter(seq), take + 1),
			take,
			({ body }) => body?.length ?? 0,
		);
		const others = bounded(
			this.#sql.exec<EventRow & { length: number }>(
				`SELECT event.*, coalesce(length(message.body), 0) AS length FROM event
				LEFT JOIN message ON message.idx = event.message_idx WHERE event.seq > ? ORDER BY event.seq LIMIT ?`,
				seq,
				take + 1,
			),
			take,
			(row) => row.length,
		);
		const end = Math.min(...[created, others].map(({ kept, more }) => (more ? (kept.at(-1)?.seq ?? seq) : Infinity)));
		const events = [
			...created.kept.map((stored) => this.#created(stored)),
			...others.kept.map((row) => this.#other(row)),
		]
			.filter((event) => event.seq <= end)
			.sort((a, b) => a.seq - b.seq)
			.slice(0, take);
		let prev = seq;
		for (const event of events) {
			event.prev = prev;
			prev = event.seq;
		}
		return events;
	}

	/** The index of the first message after a position, found by halving: indexes and positions rise together. */
	#firstAfter(seq: number): number {
		// Each message has taken a position: no more of them can be after this one than positions are.
		let [low, high] = [Math.max(1, this.#messageCount + 1 - (this.#seq - seq)), this.#messageCount + 1];
		while (low < high) {
			const middle = Math.floor((low + high) / 2);
			const row = this.#sql.exec<{ seq: number }>("SELECT seq FROM message WHERE idx = ?", middle).one();
			if (row.seq > seq) high = middle;
			else low = middle + 1;
		}
		return low;
	}

	/** Forgets changes (never messages) up to a position. */
	prune(upTo: number): void {
		this.#sql.exec("DELETE FROM event WHERE seq <= ?", upTo);
	}

	/** Continues after `seq`: used when a restored object finds that the world had seen more of it. */
	skipTo(seq: number): void {
		this.#seq = Math.max(this.#seq, seq);
	}

	#created(stored: StoredMessage): RoomEvent {
		const message = bare(stored);
		const actor = { userId: message.userId, name: message.authorName, kind: message.authorKind };
		return this.#event(message.seq, message.dateCreated, "message.created", actor, { message });
	}

	#other(row: EventRow): RoomEvent {
		return this.#event(
			row.seq,
			new Date(row.at).toISOString(),
			row.kind,
			JSON.parse(row.actor) as Actor,
			this.#dataOf(row),
		);
	}

	#dataOf(row: EventRow): Record<string, unknown> {
		if (row.message_idx === null) return JSON.parse(row.data ?? "{}") as Record<string, unknown>;
		return { message: this.#at(row.message_idx) };
	}

	#record(kind: EventKind, actor: Actor, data: Record<string, unknown>, now: number, messageIdx: number | null): void {
		this.#sql.exec(
			"INSERT INTO event (seq, at, kind, actor, message_idx, data) VALUES (?, ?, ?, ?, ?, ?)",
			this.#seq + 1,
			now,
			kind,
			JSON.stringify(actorOf(actor)),
			messageIdx,
			messageIdx === null ? JSON.stringify(data) : null,
		);
		this.#announce(kind, actor, data, now);
	}

	#announce(kind: EventKind, actor: Actor, data: Record<string, unknown>, now: number): void {
		this.#seq += 1;
		this.#fresh.push(this.#event(this.#seq, new Date(now).toISOString(), kind, actorOf(actor), data));
	}

	#event(seq: number, ts: string, kind: EventKind, actor: Actor, data: Record<string, unknown>): RoomEvent {
		return { type: "event", seq, prev: seq - 1, ts, kind, actor, data };
	}

	/**
	 * A cursor that is not read to its end keeps its statement and a read transaction until it is collected as garbage, so ask for no more
	 * rows than are read. As lists of values rows cost 2 us each, as the objects that a cursor makes of them 5 (2026-11-23).
	 */
	*#stored(where: string, ...values: SqlStorageValue[]): Generator<StoredMessage> {
		const cursor = this.#sql.exec(`SELECT ${COLUMNS} FROM message WHERE ${where}`, ...values);
		for (const row of cursor.raw<MessageRow>()) yield this.#message(row);
	}

	/** The message of an index that exists. */
	#at(index: number): Message {
		const found = this.#find(index);
		if (!found) throw new Error(`no message has the index ${index}`);
		return found;
	}

	#find(index: number): Message | undefined {
		const [found] = [...this.#stored("idx = ?", index)];
		return found && bare(found);
	}

	#message(row: MessageRow): StoredMessage {
		const [index, seq, chatMessageId, clientMessageId, userId, authorName, authorKind, messageType, body, ...rest] =
			row;
		const [replyToChatMessageId, origin, createdAt, editedAt, isDeleted] = rest;
		return {
			chatMessageId,
			chatId: this.#chatId,
			index,
			seq,
			clientMessageId,
			userId,
			authorName,
			authorKind,
			messageType,
			body,
			replyToChatMessageId,
			dateCreated: new Date(createdAt).toISOString(),
			dateEdited: editedAt === null ? null : new Date(editedAt).toISOString(),
			isDeleted: isDeleted === 1,
			origin,
		};
	}
}

function bare({ origin: _, ...message }: StoredMessage): Message {
	return message;
}

function actorOf({ userId, name, kind }: Actor): Actor {
	return { userId, name, kind };
}

/** The rows of a page and one more, as a condition with its values; whether they come oldest first. */
function placeOf({ before, after, take }: HistoryPage): [where: string, values: number[], isForward: boolean] {
	if (after !== undefined && before === undefined) return ["idx > ? ORDER BY idx LIMIT ?", [after, take + 1], true];
	const bounds = [before ?? Number.MAX_SAFE_INTEGER, after ?? 0];
	return ["idx < ? AND idx > ? ORDER BY idx DESC LIMIT ?", [...bounds, take + 1], false];
}

/** Texts of one answer: eight of the longest messages, far under what a call between objects carries (32 MiB). */
const PAGE_LENGTH = 8 * 1024 * 1024;

/** The first `take` of one row more, fewer when they are long but always one, and whether there were more. */
function bounded<Row>(
	rows: Iterable<Row>,
	take: number,
	lengthOf: (row: Row) => number,
): { kept: Row[]; more: boolean } {
	const kept: Row[] = [];
	let length = 0;
	for (const row of rows) {
		length += lengthOf(row);
		if (length > PAGE_LENGTH && kept.length > 0) return { kept, more: true };
		kept.push(row);
	}
	const more = kept.length > take;
	return { kept: more ? kept.slice(0, take) : kept, more };
}

import type { Actor, Caller, Draft, EventKind, Message, RoomEvent } from "./model.ts";
import { Once } from "./once.ts";
import { messageIndexOf, newMessageId } from "./room-id.ts";

type MessageRow = {
	idx: number;
	seq: number;
	message_id: string;
	client_message_id: string | null;
	user_id: string;
	author_name: string;
	author_kind: Message["authorKind"];
	type: string;
	body: string | null;
	reply_to: string | null;
	origin: string | null;
	created_at: number;
	edited_at: number | null;
	is_deleted: number;
};

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
			SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12
			WHERE NOT EXISTS (SELECT 1 FROM sent WHERE user_id = ?5 AND client_message_id = ?4)`,
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
			if (inserted.rowsWritten === 0) return this.#earlier(this.#once.indexed(author.userId, clientMessageId), draft);
			this.#once.note(author.userId, clientMessageId, index);
		}
		this.#messageCount = index;
		this.#announce("message.created", author, { message }, now);
		return { message, duplicate: false };
	}

	#earlier(index: number, draft: Draft): Appended {
		const row = this.#sql.exec<MessageRow>("SELECT * FROM message WHERE idx = ?", index).one();
		// A text that was edited or deleted since can no longer be compared; the id alone then says that it is the same message.
		const comparable = row.edited_at === null && row.is_deleted === 0;
		if (comparable && row.body !== draft.body) return "mismatch";
		return { message: this.#view(row), duplicate: true };
	}

	/** The newest message of each author after a position. */
	newestByAuthor(seq: number): { userId: string; message: Message }[] {
		return this.#sql
			.exec<MessageRow>(
				"SELECT * FROM message WHERE idx IN (SELECT max(idx) FROM message WHERE idx >= ? GROUP BY user_id)",
				this.#firstAfter(seq),
			)
			.toArray()
			.map((row) => ({ userId: row.user_id, message: this.#view(row) }));
	}

	/** The message of this id, deleted or not. */
	find(messageId: string): Message | undefined {
		const [row] = this.#sql
			.exec<MessageRow>("SELECT * FROM message WHERE idx = ? AND message_id = ?", messageIndexOf(messageId), messageId)
			.toArray();
		return row && this.#view(row);
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
	history(page: { before?: number | undefined; after?: number | undefined; take: number }): {
		messages: StoredMessage[];
		hasMore: boolean;
	} {
		const forward = page.after !== undefined && page.before === undefined;
		const rows = forward
			? this.#sql.exec<MessageRow>("SELECT * FROM message WHERE idx > ? ORDER BY idx", page.after ?? 0)
			: this.#sql.exec<MessageRow>(
					"SELECT * FROM message WHERE idx < ? AND idx > ? ORDER BY idx DESC",
					page.before ?? Number.MAX_SAFE_INTEGER,
					page.after ?? 0,
				);
		const { kept, more } = bounded(rows, page.take, (row) => row.body?.length ?? 0);
		const messages = kept.map((row) => ({ ...this.#view(row), origin: row.origin }));
		return { messages: forward ? messages : messages.reverse(), hasMore: more };
	}

	/**
	 * At most `take` events after a position, oldest first, and less when they are long. A message is shown as it is now: what was
	 * edited or deleted since reads so at once, and the later event says the same again. The first event's `prev` is the position asked
	 * for, so that a reader who stood there sees no gap.
	 */
	since(seq: number, take: number): RoomEvent[] {
		const created = bounded(
			this.#sql.exec<MessageRow>("SELECT * FROM message WHERE idx >= ? ORDER BY idx", this.#firstAfter(seq)),
			take,
			(row) => row.body?.length ?? 0,
		);
		const others = bounded(
			this.#sql.exec<EventRow & { length: number }>(
				`SELECT event.*, coalesce(length(message.body), 0) AS length FROM event
				LEFT JOIN message ON message.idx = event.message_idx WHERE event.seq > ? ORDER BY event.seq`,
				seq,
			),
			take,
			(row) => row.length,
		);
		const end = Math.min(...[created, others].map(({ kept, more }) => (more ? (kept.at(-1)?.seq ?? seq) : Infinity)));
		const events = [...created.kept.map((row) => this.#created(row)), ...others.kept.map((row) => this.#other(row))]
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

	#created(row: MessageRow): RoomEvent {
		const actor = { userId: row.user_id, name: row.author_name, kind: row.author_kind };
		return this.#event(row.seq, row.created_at, "message.created", actor, { message: this.#view(row) });
	}

	#other(row: EventRow): RoomEvent {
		return this.#event(row.seq, row.at, row.kind, JSON.parse(row.actor) as Actor, this.#dataOf(row));
	}

	#dataOf(row: EventRow): Record<string, unknown> {
		if (row.message_idx === null) return JSON.parse(row.data ?? "{}") as Record<string, unknown>;
		return {
			message: this.#view(this.#sql.exec<MessageRow>("SELECT * FROM message WHERE idx = ?", row.message_idx).one()),
		};
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
		this.#fresh.push(this.#event(this.#seq, now, kind, actorOf(actor), data));
	}

	#event(seq: number, at: number, kind: EventKind, actor: Actor, data: Record<string, unknown>): RoomEvent {
		return { type: "event", seq, prev: seq - 1, ts: new Date(at).toISOString(), kind, actor, data };
	}

	#view(row: MessageRow): Message {
		return {
			chatMessageId: row.message_id,
			chatId: this.#chatId,
			index: row.idx,
			seq: row.seq,
			clientMessageId: row.client_message_id,
			userId: row.user_id,
			authorName: row.author_name,
			authorKind: row.author_kind,
			messageType: row.type,
			body: row.body,
			replyToChatMessageId: row.reply_to,
			dateCreated: new Date(row.created_at).toISOString(),
			dateEdited: row.edited_at === null ? null : new Date(row.edited_at).toISOString(),
			isDeleted: row.is_deleted === 1,
		};
	}
}

function actorOf({ userId, name, kind }: Actor): Actor {
	return { userId, name, kind };
}

/** Texts of one answer: eight of the longest messages, far under what a call between objects carries (32 MiB). */
const PAGE_LENGTH = 8 * 1024 * 1024;

/** The first `take` rows of a cursor, fewer when they are long but always one, and whether there were more. */
function bounded<Row>(
	rows: Iterable<Row>,
	take: number,
	lengthOf: (row: Row) => number,
): { kept: Row[]; more: boolean } {
	const kept: Row[] = [];
	let length = 0;
	for (const row of rows) {
		length += lengthOf(row);
		if (kept.length === take || (length > PAGE_LENGTH && kept.length > 0)) return { kept, more: true };
		kept.push(row);
	}
	return { kept, more: false };
}

/** Messages whose ids wait together for the table `sent`. */
const BLOCK = 256;

/**
 * Which message an author sent under which `clientMessageId`. An index of the log would cost every message a page of its own: one
 * outstanding, 1,421 messages/s with it and 1,857 without (2026-11-22). So ids go to the table `sent` a block at a time, before the first
 * message of the next block is written. Until then they are known from the log, in memory, and read from there again when the room wakes up.
 */
export class Once {
	readonly #sql: SqlStorage;
	readonly #recent = new Map<string, number>();

	constructor(sql: SqlStorage, messageCount: number) {
		this.#sql = sql;
		const block = Math.floor(Math.max(0, messageCount - 1) / BLOCK) * BLOCK;
		const rows = sql.exec<{ idx: number; user_id: string; client_message_id: string }>(
			"SELECT idx, user_id, client_message_id FROM message WHERE idx > ? AND client_message_id IS NOT NULL",
			block,
		);
		for (const row of rows) this.note(row.user_id, row.client_message_id, row.idx);
	}

	/** What an INSERT asks of `sent`, given author and id as ?5 and ?4; nothing while no block is there. */
	condition(index: number): string {
		if (index <= BLOCK) return "";
		return "WHERE NOT EXISTS (SELECT 1 FROM sent WHERE user_id = ?5 AND client_message_id = ?4)";
	}

	/** The index of a message of the newest block; older ones are in `sent`. */
	recent(userId: string, clientMessageId: string): number | undefined {
		return this.#recent.get(keyOf(userId, clientMessageId));
	}

	/** The index of a message of any block. */
	find(userId: string, clientMessageId: string): number | undefined {
		const recent = this.recent(userId, clientMessageId);
		if (recent !== undefined) return recent;
		const indexed = this.#sql.exec<{ idx: number }>(
			"SELECT idx FROM sent WHERE user_id = ? AND client_message_id = ?",
			userId,
			clientMessageId,
		);
		return indexed.toArray()[0]?.idx;
	}

	/** To be called before the message of this index is written: a room that has it has the block before it in `sent`. */
	begin(index: number): void {
		const last = index - 1;
		if (last === 0 || last % BLOCK > 0) return;
		// Some are there already when the message was not written after all, or when the room is older than this table.
		this.#sql.exec(
			`INSERT OR IGNORE INTO sent (user_id, client_message_id, idx)
			SELECT user_id, client_message_id, idx FROM message WHERE idx > ? AND idx <= ? AND client_message_id IS NOT NULL`,
			last - BLOCK,
			last,
		);
		this.#recent.clear();
	}

	/** A message has been written. */
	note(userId: string, clientMessageId: string, index: number): void {
		this.#recent.set(keyOf(userId, clientMessageId), index);
	}
}

function keyOf(userId: string, clientMessageId: string): string {
	return `${userId.length} ${userId}${clientMessageId}`;
}

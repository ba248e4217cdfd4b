import type { Actor, AuthorKind, Caller, Member, Message } from "./model.ts";
import { newGuid } from "./room-id.ts";
import type { Transcript } from "./transcript.ts";

type Row = {
	user_id: string;
	member_id: string;
	name: string;
	kind: AuthorKind;
	is_active: number;
	is_archived: number;
	last_read_index: number;
	last_message_id: string | null;
	seq: number;
};

/**
 * Who belongs to a room and how far each has read. Held in memory whole (at most 1,000) and written through to the object's SQLite, but for
 * one thing: that authors have read what they wrote stands in the messages already. Those markers are written when D1 has been paid, and
 * read from the messages since then when the room wakes up.
 */
export class Roster {
	readonly #sql: SqlStorage;
	readonly #transcript: Transcript;
	readonly #rows = new Map<string, Row>();
	readonly #unwritten = new Set<Row>();

	/** `writtenSeq` is the position up to which `writeMarkers` was called. */
	constructor(sql: SqlStorage, transcript: Transcript, writtenSeq: number) {
		this.#sql = sql;
		this.#transcript = transcript;
		for (const row of sql.exec<Row>("SELECT * FROM member")) this.#rows.set(row.user_id, row);
		for (const message of transcript.newestByAuthor(writtenSeq)) this.#authored(message.userId, message);
	}

	/** Members that ever were, active or not. */
	get size(): number {
		return this.#rows.size;
	}

	get activeCount(): number {
		let count = 0;
		for (const row of this.#rows.values()) count += row.is_active;
		return count;
	}

	get(userId: string): Member | undefined {
		const row = this.#rows.get(userId);
		return row && this.#view(row);
	}

	/** The member of this member id. */
	byMemberId(memberId: string): Member | undefined {
		for (const row of this.#rows.values()) if (row.member_id === memberId) return this.#view(row);
		return undefined;
	}

	isActive(userId: string): boolean {
		return this.#rows.get(userId)?.is_active === 1;
	}

	/** How far this user has read; 0 for someone who is no member. */
	lastRead(userId: string): number {
		return this.#rows.get(userId)?.last_read_index ?? 0;
	}

	all(): Member[] {
		return Array.from(this.#rows.values(), (row) => this.#view(row));
	}

	/** Members changed after a position of the log, with the position of each one's last change. */
	changedSince(seq: number): (Member & { seq: number })[] {
		return [...this.#rows.values()].filter((row) => row.seq > seq).map((row) => ({ ...this.#view(row), seq: row.seq }));
	}

	/** Makes someone an active member, for the first time or again. Nothing happens to one who is. */
	join(who: { userId: string; name: string; kind: AuthorKind }, actor: Actor, now: number): void {
		const row = this.#rows.get(who.userId);
		if (row?.is_active === 1) return;
		this.#put({
			user_id: who.userId,
			member_id: row?.member_id ?? newGuid(now),
			name: who.name,
			kind: who.kind,
			is_active: 1,
			is_archived: 0,
			last_read_index: row?.last_read_index ?? 0,
			last_message_id: row?.last_message_id ?? null,
			seq: this.#transcript.seq + 1,
		});
		this.#record("member.joined", who.userId, actor, now);
	}

	/** Gives a read marker to someone who looks in without being a member. */
	addReader(who: Actor, now: number): void {
		this.#put({
			user_id: who.userId,
			member_id: newGuid(now),
			name: who.name,
			kind: who.kind,
			is_active: 0,
			is_archived: 0,
			last_read_index: 0,
			last_message_id: null,
			seq: this.#transcript.seq + 1,
		});
		this.#record("member.updated", who.userId, who, now);
	}

	/** Takes over the name that a member's own credential carries; whoever added it may not have known it. */
	introduce(who: Actor, now: number): void {
		const row = this.#rows.get(who.userId);
		if (!row || row.name === who.name) return;
		this.#put({ ...row, name: who.name, seq: this.#transcript.seq + 1 });
		this.#record("member.updated", who.userId, who, now);
	}

	/** Gives a member another user id: to everybody else the one is gone and the other is there, under the same member id. */
	reassign(userId: string, newId: string, actor: Actor, now: number): void {
		const row = this.#rows.get(userId);
		if (!row) return;
		this.#rows.delete(userId);
		this.#unwritten.delete(row);
		this.#sql.exec("DELETE FROM member WHERE user_id = ?", userId);
		this.#put({ ...row, user_id: newId, seq: this.#transcript.seq + 1 });
		this.#record("member.updated", newId, actor, now);
	}

	/** Ends a membership; the row and the read marker stay. */
	leave(userId: string, actor: Actor, now: number): void {
		const row = this.#rows.get(userId);
		if (row?.is_active !== 1) return;
		this.#put({ ...row, is_active: 0, seq: this.#transcript.seq + 1 });
		this.#record("member.left", userId, actor, now);
	}

	/** Archives the chat for one member only, or brings it back. */
	archive(userId: string, isArchived: boolean, actor: Actor, now: number): void {
		const row = this.#rows.get(userId);
		if (!row || (row.is_archived === 1) === isArchived) return;
		this.#put({ ...row, is_archived: isArchived ? 1 : 0, seq: this.#transcript.seq + 1 });
		this.#record("member.updated", userId, actor, now);
	}

	/** Moves a read marker forward, never backwards. */
	markRead(userId: string, index: number, actor: Actor, now: number): void {
		const row = this.#rows.get(userId);
		const upTo = Math.min(index, this.#transcript.messageCount);
		if (!row || upTo <= row.last_read_index) return;
		const lastChatMessageId = this.#transcript.messageIdAt(upTo);
		this.#setRead(row, upTo, lastChatMessageId, this.#transcript.seq + 1);
		this.#write(row);
		const data = { userId, lastReadIndex: upTo, lastChatMessageId };
		this.#transcript.record("receipt.updated", actor, data, now);
	}

	/** An author has read what it wrote. The message itself says so, hence no event of its own. */
	authored(author: Caller, message: Message): void {
		this.#authored(author.userId, message);
	}

	/** Writes the markers that only memory has. */
	writeMarkers(): void {
		for (const row of this.#unwritten) this.#write(row);
		this.#unwritten.clear();
	}

	#authored(userId: string, message: Message): void {
		const row = this.#rows.get(userId);
		if (!row || message.index <= row.last_read_index) return;
		this.#setRead(row, message.index, message.chatMessageId, message.seq);
		this.#unwritten.add(row);
	}

	#setRead(row: Row, index: number, messageId: string | null, seq: number): void {
		row.last_read_index = index;
		row.last_message_id = messageId;
		row.seq = Math.max(row.seq, seq);
	}

	#write(row: Row): void {
		this.#sql.exec(
			"UPDATE member SET last_read_index = ?, last_message_id = ?, seq = ? WHERE user_id = ?",
			row.last_read_index,
			row.last_message_id,
			row.seq,
			row.user_id,
		);
	}

	#put(row: Row): void {
		this.#sql.exec(
			`INSERT INTO member (user_id, member_id, name, kind, is_active, is_archived, last_read_index, last_message_id, seq)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (user_id) DO UPDATE SET name = excluded.name, is_active = excluded.is_active,
				is_archived = excluded.is_archived, last_read_index = excluded.last_read_index,
				last_message_id = excluded.last_message_id, seq = excluded.seq`,
			row.user_id,
			row.member_id,
			row.name,
			row.kind,
			row.is_active,
			row.is_archived,
			row.last_read_index,
			row.last_message_id,
			row.seq,
		);
		const before = this.#rows.get(row.user_id);
		if (before) this.#unwritten.delete(before);
		this.#rows.set(row.user_id, row);
	}

	#record(kind: "member.joined" | "member.left" | "member.updated", userId: string, actor: Actor, now: number): void {
		this.#transcript.record(kind, actor, { member: this.get(userId) }, now);
	}

	#view(row: Row): Member {
		return {
			chatMemberId: row.member_id,
			userId: row.user_id,
			name: row.name,
			kind: row.kind,
			isActive: row.is_active === 1,
			isArchived: row.is_archived === 1,
			lastReadIndex: row.last_read_index,
			lastChatMessageId: row.last_message_id,
		};
	}
}

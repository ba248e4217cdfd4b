import { limits } from "./limits.ts";
import {
	refuse,
	unreadCount,
	isVisitorId,
	visitorUserId,
	type Actor,
	type AuthorKind,
	type Caller,
	type Draft,
	type Member,
	type Message,
	type Refusal,
	type Result,
	type Room,
	type RoomEvent,
	type RoomSeed,
	type Visitor,
} from "./model.ts";
import { bodyTooLarge, closed, mismatch, notFound, tooManyMembers, unknownMessage } from "./refusals.ts";
import { newGuid } from "./room-id.ts";
import { Roster } from "./roster.ts";
import { Transcript, type Appended } from "./transcript.ts";

type RoomRow = {
	chat_id: string;
	tenant_id: string;
	kind: Room["kind"];
	name: string;
	created_by: string;
	created_by_name: string;
	created_at: number;
	is_archived: number;
	is_active: number;
	visitor: string | null;
	epoch: string;
	min_seq: number;
	projected_seq: number;
};

/** A change of members: found by member id or user id; an unknown user is added. */
export type MemberChange = {
	chatMemberId?: string | undefined;
	userId?: string | undefined;
	name?: string | undefined;
	isActive?: boolean | undefined;
	isArchived?: boolean | undefined;
	lastChatMessageId?: string | undefined;
};

export type RoomChange = {
	chatName?: string | undefined;
	isArchived?: boolean | undefined;
	members: readonly MemberChange[];
};

export type Snapshot = { room: Room; members: Member[] };
export type Sent = { message: Message; duplicate: boolean };
export type Read = { lastReadIndex: number; unreadCount: number };

/** The room itself, where nobody else did it. */
export const SYSTEM: Actor = { userId: "system", name: "Foyer", kind: "System" };

/** Everything one room knows and allows, on its own SQLite: synchronous, and ignorant of sockets, RPC and D1. */
export class Conversation {
	readonly transcript: Transcript;
	readonly roster: Roster;
	readonly #sql: SqlStorage;
	#row: RoomRow;
	#lastActivityAt: number;

	/** Opens a room that exists. */
	constructor(sql: SqlStorage) {
		this.#sql = sql;
		this.#row = sql.exec<RoomRow>("SELECT * FROM room").one();
		this.transcript = new Transcript(sql, this.#row.chat_id);
		this.roster = new Roster(sql, this.transcript, this.#row.projected_seq);
		const [last] = this.transcript.history({ take: 1 }).messages;
		this.#lastActivityAt = last ? Date.parse(last.dateCreated) : this.#row.created_at;
	}

	/** Creates a room with its first members in storage whose schema is in place. */
	static create(sql: SqlStorage, seed: RoomSeed, members: readonly MemberChange[], now: number): Conversation {
		sql.exec(
			`INSERT INTO room (id, chat_id, tenant_id, kind, name, created_by, created_by_name, created_at, visitor, epoch)
			VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			seed.chatId,
			seed.tenantId,
			seed.kind,
			seed.chatName,
			seed.createdBy,
			seed.createdByName,
			now,
			seed.visitor && JSON.stringify(seed.visitor),
			newEpoch(),
		);
		const conversation = new Conversation(sql);
		const kind = seed.visitor ? "Visitor" : "Agent";
		const creator: Actor = { userId: seed.createdBy, name: seed.createdByName, kind };
		conversation.roster.join(creator, creator, now);
		for (const { userId, name } of members)
			if (userId !== undefined)
				conversation.roster.join({ userId, name: name ?? userId, kind: kindOf(userId) }, creator, now);
		return conversation;
	}

	get epoch(): string {
		return this.#row.epoch;
	}

	/** Positions below this can no longer be resumed from. */
	get minSeq(): number {
		return this.#row.min_seq;
	}

	/** The position up to which D1 knows everything. */
	get projectedSeq(): number {
		return this.#row.projected_seq;
	}

	get visitor(): Visitor | null {
		return this.#row.visitor === null ? null : (JSON.parse(this.#row.visitor) as Visitor);
	}

	get tenantId(): string {
		return this.#row.tenant_id;
	}

	get lastActivityAt(): number {
		return this.#lastActivityAt;
	}

	get room(): Room {
		const row = this.#row;
		return {
			chatId: row.chat_id,
			tenantId: row.tenant_id,
			kind: row.kind,
			chatName: row.name,
			createdBy: row.created_by,
			createdByName: row.created_by_name,
			dateCreated: row.created_at,
			isArchived: row.is_archived === 1,
			isActive: row.is_active === 1,
			visitor: this.visitor,
			messageCount: this.transcript.messageCount,
			seq: this.transcript.seq,
		};
	}

	snapshot(): Snapshot {
		return { room: this.room, members: this.roster.all() };
	}

	/** The caller that the holder of a visitor room's id is. */
	visitorCaller(): Caller | undefined {
		const visitor = this.visitor;
		if (!visitor) return undefined;
		return {
			tenantId: this.tenantId,
			userId: visitorUserId(visitor.userId),
			name: visitor.portfolioName || visitor.userId,
			kind: "Visitor",
			isAdministrator: false,
		};
	}

	/**
	 * Why this caller may not see the room; undefined if it may. Members may; so may administrators, and staff in visitor rooms. Whoever
	 * was a member hears that this is over; to anybody else the room does not exist.
	 */
	refusal(caller: Caller): Refusal | undefined {
		if (caller.tenantId !== this.tenantId) return notFound();
		if (caller.isAdministrator || this.roster.isActive(caller.userId)) return undefined;
		if (this.#row.kind === "Visitor" && caller.kind !== "Visitor") return undefined;
		if (this.roster.get(caller.userId)) return refuse("Forbidden", "You are no longer a member of this chat.");
		return notFound();
	}

	/** Why somebody from outside may not come in; undefined if it may. Whoever left or was removed stays out. */
	refusalAtTheDoor(visitor: Caller): Refusal | undefined {
		if (visitor.tenantId !== this.tenantId) return notFound();
		if (this.#row.is_active === 0) return closed();
		if (this.roster.get(visitor.userId)) return this.refusal(visitor);
		return this.roster.size >= limits.members ? tooManyMembers() : undefined;
	}

	/** Makes somebody from outside a member. */
	admit(visitor: Caller, now: number): Result<Snapshot> {
		const refused = this.refusalAtTheDoor(visitor);
		if (refused) return refused;
		this.roster.join(visitor, visitor, now);
		this.roster.introduce(visitor, now);
		return { ok: true, ...this.snapshot() };
	}

	/** Ends the membership of somebody whose right to be here is over. */
	dismiss(userId: string, now: number): void {
		this.roster.leave(userId, SYSTEM, now);
	}

	/** Appends a message. Staff who speak in a room they may see become members of it. */
	send(caller: Caller, draft: Draft, now: number): Result<Sent> {
		const isMember = this.roster.isActive(caller.userId);
		const isOpen = this.#row.is_active === 1;
		// What was accepted and comes again, its answer lost, needs no open room and brings nobody back into it.
		const earlier = isMember && isOpen ? undefined : this.transcript.earlier(caller, draft);
		if (earlier) return sent(earlier);
		if (!isOpen) return closed();
		const { body, replyToChatMessageId } = draft;
		if (byteLength(body) > limits.bodyBytes) return bodyTooLarge();
		if (replyToChatMessageId !== undefined && !this.transcript.find(replyToChatMessageId)) return unknownMessage();
		if (!isMember) {
			if (this.roster.size >= limits.members) return tooManyMembers();
			this.roster.join(caller, caller, now);
		}
		this.roster.introduce(caller, now);
		const appended = this.transcript.append(caller, draft, now);
		if (appended !== "mismatch" && !appended.duplicate) {
			this.roster.authored(caller, appended.message);
			this.#lastActivityAt = now;
		}
		return sent(appended);
	}

	/** Changes a message's text: its author only. */
	edit(caller: Caller, messageId: string, body: string, now: number): Result<{ message: Message }> {
		const message = this.transcript.find(messageId);
		if (!message) return unknownMessage();
		if (message.userId !== caller.userId) return refuse("Forbidden", "Only its author may edit a message.");
		if (message.isDeleted) return refuse("MessageDeleted", "This message was deleted.");
		if (byteLength(body) > limits.bodyBytes) return bodyTooLarge();
		return { ok: true, message: this.transcript.edit(message, body, caller, now) };
	}

	/** Deletes a message: its author or an administrator. Deleting twice is the same as once. */
	remove(caller: Caller, messageId: string, now: number): Result<{ message: Message }> {
		const message = this.transcript.find(messageId);
		if (!message) return unknownMessage();
		if (message.userId !== caller.userId && !caller.isAdministrator)
			return refuse("Forbidden", "Only its author or an administrator may delete a message.");
		if (message.isDeleted) return { ok: true, message };
		return { ok: true, message: this.transcript.remove(message, caller, now) };
	}

	/** Moves the caller's read marker to a message, named by id or index. Staff who look into a room without joining it have one too. */
	markRead(caller: Caller, upTo: { messageId: string } | { index: number }, now: number): Result<Read> {
		const index = "index" in upTo ? upTo.index : this.transcript.find(upTo.messageId)?.index;
		if (index === undefined) return unknownMessage();
		if (!this.roster.get(caller.userId)) {
			if (this.roster.size >= limits.members) return tooManyMembers();
			this.roster.addReader(caller, now);
		}
		this.roster.markRead(caller.userId, index, caller, now);
		return { ok: true, ...this.readBy(caller.userId) };
	}

	/** How far a user has read, and what is left. */
	readBy(userId: string): Read {
		const lastReadIndex = this.roster.lastRead(userId);
		return { lastReadIndex, unreadCount: unreadCount(this.transcript.messageCount, lastReadIndex) };
	}

	/** Changes what is present and nothing else: all of it or, when one part is refused, none. */
	change(caller: Caller, change: RoomChange, now: number): Result<Snapshot> {
		const refused = this.#refuseChange(caller, change);
		if (refused) return refused;
		if (change.chatName !== undefined && change.chatName !== this.#row.name) {
			this.#update({ name: change.chatName });
			this.transcript.record("room.updated", caller, { chatName: change.chatName }, now);
		}
		if (change.isArchived !== undefined) this.#archive(change.isArchived, caller, now);
		for (const member of change.members) this.#changeMember(caller, member, now);
		return { ok: true, ...this.snapshot() };
	}

	/** Deletes a visitor room softly (its messages stay, it takes no more) or brings it back. */
	setActive(isActive: boolean, caller: Caller, now: number): Result<Snapshot> {
		if ((this.#row.is_active === 1) !== isActive) {
			this.#update({ is_active: isActive ? 1 : 0, is_archived: isActive ? 0 : 1 });
			this.transcript.record(isActive ? "room.unarchived" : "room.archived", caller, { isActive }, now);
		}
		return { ok: true, ...this.snapshot() };
	}

	/** Notes that D1 knows everything up to a position, and forgets changes that nobody can be owed any more. */
	setProjected(seq: number): void {
		this.roster.writeMarkers();
		this.#update({ projected_seq: seq });
		const floor = Math.min(seq, this.transcript.seq - limits.keptEvents);
		// Pruned in steps of a tenth, so that the log is not touched at each flush.
		if (floor > this.minSeq + limits.keptEvents / 10) {
			this.transcript.prune(floor);
			this.#update({ min_seq: floor });
		}
	}

	/**
	 * This object was restored to an older state than the world has seen: positions up to `seenSeq` mean something else elsewhere. A new
	 * epoch tells every client so, and the log goes on after them.
	 */
	beginEpoch(seenSeq: number, now: number): void {
		this.#update({ epoch: newEpoch(), projected_seq: 0 });
		this.transcript.skipTo(seenSeq);
		this.transcript.record("room.updated", SYSTEM, { chatName: this.#row.name }, now);
	}

	/** Reads anew what stands in the room's own row, where another part has written there. */
	reread(): void {
		this.#row = this.#sql.exec<RoomRow>("SELECT * FROM room").one();
	}

	/** At most `take` changes after a position, and the position they lead to. */
	changesSince(seq: number, take: number): { events: RoomEvent[]; upTo: number } {
		const events = this.transcript.since(seq, take);
		return { events, upTo: events.at(-1)?.seq ?? this.transcript.seq };
	}

	#refuseChange(caller: Caller, change: RoomChange): Refusal | undefined {
		const added = change.members.filter((member) => member.userId !== undefined && !this.roster.get(member.userId));
		if (this.roster.size + added.length > limits.members) return tooManyMembers();
		for (const member of change.members) {
			const found = this.#find(member);
			if (!found && member.userId === undefined) return refuse("NotFound", "There is no such member.");
			const isOwn = (found?.userId ?? member.userId) === caller.userId;
			if (isOwn && member.lastChatMessageId !== undefined && !this.transcript.find(member.lastChatMessageId))
				return unknownMessage();
		}
		return undefined;
	}

	#find(change: MemberChange): Member | undefined {
		const named = change.chatMemberId === undefined ? undefined : this.roster.byMemberId(change.chatMemberId);
		return named ?? (change.userId === undefined ? undefined : this.roster.get(change.userId));
	}

	/** Archiving and reading are a member's own business: what a caller sends of them about others is left alone. */
	#changeMember(caller: Caller, change: MemberChange, now: number): void {
		const known = this.#find(change);
		const userId = known?.userId ?? change.userId;
		if (userId === undefined) return;
		// Typed clients send `isActive: false` for whoever they did not set it for; about somebody new it says nothing.
		if (known && change.isActive === false) this.roster.leave(userId, caller, now);
		else if (!known || change.isActive === true)
			this.roster.join({ userId, name: change.name ?? known?.name ?? userId, kind: kindOf(userId) }, caller, now);
		if (userId !== caller.userId) return;
		if (change.isArchived !== undefined) this.roster.archive(userId, change.isArchived, caller, now);
		const read = change.lastChatMessageId === undefined ? undefined : this.transcript.find(change.lastChatMessageId);
		if (read) this.roster.markRead(userId, read.index, caller, now);
	}

	#archive(isArchived: boolean, caller: Caller, now: number): void {
		if ((this.#row.is_archived === 1) === isArchived) return;
		this.#update({ is_archived: isArchived ? 1 : 0 });
		this.transcript.record(
			isArchived ? "room.archived" : "room.unarchived",
			caller,
			{ isActive: this.#row.is_active === 1 },
			now,
		);
	}

	#update(
		change: Partial<Pick<RoomRow, "name" | "is_archived" | "is_active" | "epoch" | "min_seq" | "projected_seq">>,
	): void {
		this.#row = { ...this.#row, ...change };
		const row = this.#row;
		this.#sql.exec(
			"UPDATE room SET name = ?, is_archived = ?, is_active = ?, epoch = ?, min_seq = ?, projected_seq = ?",
			row.name,
			row.is_archived,
			row.is_active,
			row.epoch,
			row.min_seq,
			row.projected_seq,
		);
	}
}

/** What somebody is who was added by an id. */
function kindOf(userId: string): AuthorKind {
	return isVisitorId(userId) ? "Visitor" : "Agent";
}

function sent(appended: Appended): Result<Sent> {
	return appended === "mismatch" ? mismatch() : { ok: true, ...appended };
}

/** UTF-8 bytes; a text that is short in any script is not encoded to be counted. */
function byteLength(text: string): number {
	return text.length * 3 <= limits.bodyBytes ? text.length : new TextEncoder().encode(text).length;
}

function newEpoch(): string {
	return newGuid().slice(8, 24);
}

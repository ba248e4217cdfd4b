import type { EventKind, Member, Message, RoomEvent } from "../../src/rooms/model.ts";
import { byUser, type RoomState } from "./room.ts";

/** A client's own picture of a room, kept up by folding events into it. Written from section 3 of the contract alone. */
export class Replica {
	seq: number;
	chatName: string;
	isArchived = false;
	isActive = true;
	readonly messages = new Map<number, Message>();
	readonly members = new Map<string, Member>();
	readonly seen: Record<EventKind, number> = {
		"message.created": 0,
		"message.updated": 0,
		"message.deleted": 0,
		"member.joined": 0,
		"member.left": 0,
		"member.updated": 0,
		"receipt.updated": 0,
		"room.updated": 0,
		"room.archived": 0,
		"room.unarchived": 0,
	};

	/** Starts from a snapshot at a position; from nothing, at the beginning of the log. */
	constructor(state: Partial<RoomState> = {}, seq = 0) {
		this.seq = seq;
		this.chatName = state.chatName ?? "";
		this.isArchived = state.isArchived ?? false;
		this.isActive = state.isActive ?? true;
		for (const member of state.members ?? []) this.members.set(member.userId, member);
		for (const message of state.messages ?? []) this.messages.set(message.index, message);
	}

	/** Folds one event in. Throws at a gap, a repetition and an event of no known kind. */
	apply({ seq, prev, kind, data }: RoomEvent): void {
		if (prev !== this.seq) throw new Error(`gap: at ${this.seq}, event ${seq} follows ${prev} (${kind})`);
		this.seq = seq;
		this.seen[kind] += 1;
		switch (kind) {
			case "message.created":
				return this.#created(data["message"] as Message);
			case "message.updated":
			case "message.deleted":
				return this.#changed(data["message"] as Message);
			case "member.joined":
			case "member.left":
			case "member.updated":
				return this.#member(data["member"] as Member);
			case "receipt.updated":
				return this.#read(data as Pick<Member, "userId" | "lastReadIndex" | "lastChatMessageId">);
			case "room.updated":
				this.chatName = data["chatName"] as string;
				return;
			case "room.archived":
			case "room.unarchived":
				this.isArchived = kind === "room.archived";
				this.isActive = data["isActive"] as boolean;
				return;
			default:
				throw new Error(`unknown kind ${String(kind)}`);
		}
	}

	get state(): RoomState {
		const { chatName, isArchived, isActive } = this;
		const messages = [...this.messages.values()].sort((a, b) => a.index - b.index);
		return { chatName, isArchived, isActive, messages, members: byUser(this.members.values()) };
	}

	/** An author has read what it wrote: the message itself is the receipt. */
	#created(message: Message): void {
		if (this.messages.has(message.index)) throw new Error(`message ${message.index} came twice`);
		this.messages.set(message.index, message);
		const { userId, index: lastReadIndex, chatMessageId: lastChatMessageId } = message;
		this.#read({ userId, lastReadIndex, lastChatMessageId });
	}

	#changed(message: Message): void {
		if (!this.messages.has(message.index)) throw new Error(`message ${message.index} changed before it came`);
		this.messages.set(message.index, message);
	}

	#member(member: Member): void {
		this.members.set(member.userId, member);
	}

	#read({
		userId,
		lastReadIndex,
		lastChatMessageId,
	}: Pick<Member, "userId" | "lastReadIndex" | "lastChatMessageId">): void {
		const member = this.members.get(userId);
		if (!member) throw new Error(`${userId} read and is no member`);
		this.members.set(userId, { ...member, lastReadIndex, lastChatMessageId });
	}
}

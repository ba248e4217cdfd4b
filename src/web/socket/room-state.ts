import type { HistoryFrame, Member, Message, Person, Ready, RoomEvent } from "./wire.ts";

/** A client's picture of a chat: absolute values, kept up by folding events into it. */
export class RoomState {
	/** By index. Not every message need be here: those that were loaded or came live. */
	readonly messages: Map<number, Message> = new Map();
	readonly members: Map<string, Member> = new Map();
	/** Who is here at the moment. */
	readonly present: Map<string, Person> = new Map();
	/** Who is writing, and until when that holds (milliseconds since 1970). */
	readonly typing: Map<string, { name: string; until: number }> = new Map();
	epoch = "";
	seq = 0;
	/** Messages in the chat, deleted ones included: the index of the newest. */
	messageCount = 0;
	me: Ready["me"] | undefined;
	chatName: string | undefined;
	isArchived: boolean | undefined;
	/** False once a visitor's room is closed for good. */
	isActive: boolean | undefined;

	/** What lies above one's own marker. */
	get unreadCount(): number {
		return Math.max(0, this.messageCount - (this.me?.lastReadIndex ?? 0));
	}

	/** The position to come back to; undefined before the first state. */
	get position(): { epoch: string; seq: number } | undefined {
		return this.epoch === "" ? undefined : { epoch: this.epoch, seq: this.seq };
	}

	/** Takes over what the server says of now. With `isFresh` nothing that was known before counts. */
	adopt(ready: Ready, isFresh: boolean): void {
		if (isFresh) {
			this.messages.clear();
			this.seq = ready.seq;
		}
		this.epoch = ready.epoch;
		this.messageCount = Math.max(ready.messageCount, isFresh ? 0 : this.messageCount);
		this.me = ready.me;
		this.members.clear();
		for (const member of ready.members) this.members.set(member.userId, member);
	}

	/** Folds one event in. False at a gap: something was missed. */
	apply(event: RoomEvent): boolean {
		if (event.seq <= this.seq) return true;
		if (event.prev !== this.seq) return false;
		this.seq = event.seq;
		this.#fold(event);
		return true;
	}

	/** Takes in a message as it is now: a socket's frames are in order, so what comes later is at least as new. */
	learn(message: Message): void {
		this.messages.set(message.index, message);
		this.messageCount = Math.max(this.messageCount, message.index);
	}

	learnHistory({ messages }: HistoryFrame): void {
		for (const message of messages) this.learn(message);
	}

	/** Read markers only move forward. */
	read(userId: string, index: number): void {
		const member = this.members.get(userId);
		if (member && member.lastReadIndex < index) this.members.set(userId, { ...member, lastReadIndex: index });
		if (this.me?.userId === userId && this.me.lastReadIndex < index) this.me = { ...this.me, lastReadIndex: index };
	}

	#fold({ kind, data }: RoomEvent): void {
		switch (kind) {
			case "message.created":
			case "message.updated":
			case "message.deleted": {
				const message = data["message"] as Message;
				this.learn(message);
				// Whoever sends has read up to there, and is no longer writing.
				if (kind === "message.created") {
					this.read(message.userId, message.index);
					this.typing.delete(message.userId);
				}
				return;
			}
			case "member.joined":
			case "member.left":
			case "member.updated": {
				const member = data["member"] as Member;
				this.members.set(member.userId, member);
				return;
			}
			case "receipt.updated":
				return this.read(String(data["userId"]), Number(data["lastReadIndex"]));
			case "room.updated":
				this.chatName = String(data["chatName"]);
				return;
			case "room.archived":
			case "room.unarchived":
				this.isArchived = kind === "room.archived";
				this.isActive = data["isActive"] as boolean;
				return;
			// A kind of a later server: its position counts, what it says does not.
			default:
		}
	}
}

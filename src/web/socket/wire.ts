/** What is said on the sockets of `foyer.v1`, as a client reads it. Times are ISO 8601. */

export type PersonKind = "Agent" | "Visitor" | "System";

/** A message of a chat. `index` counts from 1 without gaps; a deleted message keeps its own, and has no `body`. */
export type Message = {
	chatMessageId: string;
	chatId: string;
	index: number;
	seq: number;
	clientMessageId: string | null;
	userId: string;
	authorName: string;
	authorKind: PersonKind;
	messageType: string;
	body: string | null;
	replyToChatMessageId: string | null;
	dateCreated: string;
	dateEdited: string | null;
	isDeleted: boolean;
};

/** Somebody in a chat, and how far they have read. */
export type Member = {
	chatMemberId: string;
	userId: string;
	name: string;
	kind: PersonKind;
	isActive: boolean;
	isArchived: boolean;
	lastReadIndex: number;
	lastChatMessageId: string | null;
};

export type Person = { userId: string; name: string; kind: PersonKind };

export type EventKind =
	| "message.created"
	| "message.updated"
	| "message.deleted"
	| "member.joined"
	| "member.left"
	| "member.updated"
	| "receipt.updated"
	| "room.updated"
	| "room.archived"
	| "room.unarchived";

/** A durable change of a chat. `prev` is the `seq` of the one before it. */
export type RoomEvent = {
	type: "event";
	seq: number;
	prev: number;
	ts: string;
	kind: EventKind;
	actor: Person;
	data: Record<string, unknown>;
};

export type FrameId = string | number;

export type Ready = {
	type: "ready";
	re: FrameId;
	connectionId: string;
	epoch: string;
	seq: number;
	minSeq: number;
	messageCount: number;
	me: { userId: string; kind: PersonKind; lastReadIndex: number; unreadCount: number };
	members: Member[];
	pingIntervalMs: number;
	limits: { bodyBytes: number; take: number; burst: number; ratePerSecond: number };
};

export type Ack = {
	type: "ack";
	re: FrameId;
	seq: number;
	index: number;
	chatMessageId: string;
	dateCreated: string;
	duplicate: boolean;
};

export type ErrorFrame = {
	type: "error";
	re?: FrameId;
	code: string;
	message: string;
	temporary: boolean;
	retryAfterMs?: number;
};

export type HistoryFrame = { type: "history"; re: FrameId; messages: Message[]; hasMore: boolean };

export type Unrecoverable = {
	type: "unrecoverable";
	re?: FrameId;
	reason: "epochChanged" | "ahead" | "pruned";
	epoch: string;
	seq: number;
};

export type ServerFrame =
	| Ready
	| RoomEvent
	| { type: "replay"; re: FrameId; events: RoomEvent[]; more: boolean }
	| { type: "resumed"; re: FrameId; from: number; to: number; count: number; limited: boolean }
	| Unrecoverable
	| Ack
	| ErrorFrame
	| HistoryFrame
	| { type: "typing"; userId: string; name: string; active: boolean; expiresInMs: number }
	| { type: "presence"; re: FrameId; present: Person[] }
	| { type: "presence"; joined: Person[]; left: Person[] }
	| { type: "reconnect"; reason: string; afterMs: number }
	| { type: "batch"; frames: ServerFrame[] };

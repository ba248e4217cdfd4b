/** What rooms speak about: plain data that crosses RPC, frames and dialects alike. Times are milliseconds since 1970 unless they say ISO. */

export type RoomKind = "Group" | "Visitor";
export type AuthorKind = "Agent" | "Visitor" | "System";

/** Who is asking. Made from a verified credential (or a room's own visitor), never from what a client says of itself. */
export type Caller = {
	tenantId: string;
	userId: string;
	name: string;
	kind: AuthorKind;
	/** May act in every chat of the tenant. */
	isAdministrator: boolean;
	/** The visit that it speaks in, where its right to be here ends with one. */
	visit?: Visit;
	/** When the credential expires that it came with, in ms: no socket outlives it. */
	until?: number;
};

/** The stay of somebody from outside: its id, and when it is over. */
type Visit = { id: string; until: number };

/** True when a caller's right to be in a room has ended by time. */
export function isOver({ visit }: Caller, now?: number): boolean {
	return visit !== undefined && visit.until <= (now ?? Date.now());
}

/** The visitor of a room, in the words of the visitor dialect. */
export type Visitor = {
	userId: string;
	orgId: string;
	productName: string;
	portfolioName: string;
	eventId: string;
	isLogin: boolean;
};

/** What a room is born with. */
export type RoomSeed = {
	chatId: string;
	tenantId: string;
	kind: RoomKind;
	chatName: string;
	createdBy: string;
	createdByName: string;
	visitor: Visitor | null;
};

export type Room = RoomSeed & {
	dateCreated: number;
	isArchived: boolean;
	/** False once a visitor room is deleted: it is kept to be read, and takes no more messages. */
	isActive: boolean;
	messageCount: number;
	seq: number;
};

export type Member = {
	chatMemberId: string;
	userId: string;
	name: string;
	kind: AuthorKind;
	isActive: boolean;
	isArchived: boolean;
	lastReadIndex: number;
	lastChatMessageId: string | null;
};

export type Message = {
	chatMessageId: string;
	chatId: string;
	index: number;
	seq: number;
	clientMessageId: string | null;
	userId: string;
	authorName: string;
	authorKind: AuthorKind;
	messageType: string;
	body: string | null;
	replyToChatMessageId: string | null;
	/** ISO */
	dateCreated: string;
	/** ISO */
	dateEdited: string | null;
	isDeleted: boolean;
};

/** A message of the agent dialect. */
export type PresentedMessage = { [Name in keyof Message]?: Exclude<Message[Name], null> | undefined };

/** A message as section 2 of the contract has it: what it has not is left out. */
export function presented({ origin: _, ...message }: Message & { origin?: unknown }): PresentedMessage {
	const { clientMessageId, body, replyToChatMessageId, dateEdited } = message;
	return {
		...message,
		clientMessageId: clientMessageId ?? undefined,
		body: body ?? undefined,
		replyToChatMessageId: replyToChatMessageId ?? undefined,
		dateEdited: dateEdited ?? undefined,
	};
}

/** A page of messages as section 2 has it. */
export function presentedPage({ messages, hasMore }: { messages: readonly Message[]; hasMore: boolean }) {
	return { messages: messages.map(presented), hasMore };
}

/** A message to be. `origin` is kept for the dialect that wrote it and means nothing to the room. */
export type Draft = {
	clientMessageId?: string | undefined;
	messageType: string;
	body: string;
	replyToChatMessageId?: string | undefined;
	origin?: string | undefined;
};

export type Actor = { userId: string; name: string; kind: AuthorKind };

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

/** One durable change. `prev` is the seq of the event before it, so a client sees a gap as `event.prev !== lastSeq`. */
export type RoomEvent = {
	type: "event";
	seq: number;
	prev: number;
	/** ISO */
	ts: string;
	kind: EventKind;
	actor: Actor;
	data: Record<string, unknown>;
};

export type RefusalCode =
	| "NotFound"
	| "MessageNotFound"
	| "Forbidden"
	| "ChatExists"
	| "IdempotencyMismatch"
	| "MessageDeleted"
	| "RoomClosed"
	| "TooManyMembers"
	| "BodyTooLarge"
	| "RateLimited"
	| "TooManyRequests";

/** An expected "no". Rooms return it as a value: an error thrown across RPC loses its class. */
export type Refusal = { ok: false; code: RefusalCode; message: string; retryAfterMs?: number };
export type Result<T> = ({ ok: true } & T) | Refusal;

export function refuse(code: RefusalCode, message: string, retryAfterMs?: number): Refusal {
	return { ok: false, code, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

/** Never a counter: what lies above the reader's marker, tombstones included, since they keep their index. */
export function unreadCount(messageCount: number, lastReadIndex: number): number {
	return Math.max(0, messageCount - lastReadIndex);
}

const VISITOR = "visitor:";

/** A visitor's user id as rooms know it. Visitors choose their own ids, so these live in a name space that no credential can claim. */
export function visitorUserId(userId: string): string {
	return `${VISITOR}${userId}`;
}

/** True for the user ids of visitors. */
export function isVisitorId(userId: string): boolean {
	return userId.startsWith(VISITOR);
}

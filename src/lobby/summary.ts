import type { AuthorKind, RoomKind } from "../rooms/model.ts";

/** What a list shows of a chat: absolute, as of `seq` of its log. */
export type ChatSummary = {
	chatId: string;
	kind: RoomKind;
	chatName: string;
	seq: number;
	isArchived: boolean;
	isActive: boolean;
	memberCount: number;
	messageCount: number;
	/** ISO */
	lastActivityDate: string;
	/** Null before the first message. */
	lastMessage: LastMessage | null;
};

export type LastMessage = {
	index: number;
	userId: string;
	authorName: string;
	authorKind: AuthorKind;
	messageType: string;
	/** How it begins; null when it was deleted. */
	preview: string | null;
};

/** How one person stands to a chat. */
export type Standing = { userId: string; isActive: boolean; isArchived: boolean; lastReadIndex: number };

/** Characters of a preview: a line of the widest list. */
export const PREVIEW_LENGTH = 140;

/** What the console knows of a chat: what lists answer and the lobby tells. */
export type Chat = {
	chatId: string;
	chatName: string;
	kind: "Group" | "Visitor";
	seq: number;
	isArchived: boolean;
	isActive: boolean;
	memberCount: number;
	messageCount: number;
	lastActivityDate: string;
	lastMessage: LastMessage | null;
	/** How the one who is signed in stands to it; null when not a member. */
	me: Standing | null;
};

type LastMessage = {
	index: number;
	userId: string;
	authorName: string;
	authorKind: "Agent" | "Visitor" | "System";
	messageType: string;
	preview: string | null;
};

export type Standing = { isActive: boolean; isArchived: boolean; lastReadIndex: number };

/** As `GET /v1/Chat?withLastMessage=true` answers it. */
export type ListedChat = Omit<Chat, "me"> & {
	unreadCount: number;
	chatMembers: { userId: string; isActive: boolean; isArchived: boolean }[];
};

/** A message as HTTP answers it, where what is not set is left out. */
export type FoundMessage = {
	chatMessageId: string;
	chatId: string;
	index: number;
	userId: string;
	authorName: string;
	body?: string;
	dateCreated: string;
};

export function unreadOf(chat: Chat): number {
	return Math.max(0, chat.messageCount - (chat.me?.lastReadIndex ?? 0));
}

export function nameOf(chat: Pick<Chat, "chatName" | "kind">): string {
	return chat.chatName || (chat.kind === "Visitor" ? "Visitor" : "Unnamed chat");
}

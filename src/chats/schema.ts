import * as z from "zod";
import { guid, text } from "../rooms/frames.ts";
import { limits } from "../rooms/limits.ts";

/** `dto` names the type that clients know an object by; the generated types and descriptions are made from these schemas. */

const count = z.int().min(0).max(1_000_000);
const index = z.int().min(0);
const skip = count.default(0).describe("How many to leave out at the start");
/** Items of a page unless the caller says how many. */
export const PAGE = 50;
const size = z.int().min(1).max(limits.take);
const take = size.default(PAGE).describe("How many to return at most");
const kind = z.enum(["Group", "Visitor"]).meta({ dto: "ChatKind" });

const chatMember = z
	.object({
		chatMemberId: guid.optional(),
		userId: text.min(1).max(128).optional(),
		isActive: z.boolean().optional(),
		isArchived: z.boolean().optional(),
		lastChatMessageId: guid.optional(),
		chatMemberName: text.max(limits.nameLength).optional(),
	})
	.meta({ dto: "ChatMember" });

const chat = z
	.object({
		chatId: guid.optional(),
		chatName: text.max(limits.nameLength).optional(),
		chatMembers: z.array(chatMember).max(limits.members).optional(),
		isArchived: z.boolean().optional(),
	})
	.meta({ dto: "Chat" });

/** `ChatRequest` of seed 000. Counts, dates and authorship are the server's: what a client sends of them is not read. */
export const chatRequest = z.object({
	chatId: guid.optional().describe("The chat; on creating one, the id that it shall have"),
	chat: chat.optional().describe("What to create or to change: members that are absent stay as they are"),
});
export type ChatBody = z.infer<typeof chat>;
export type ChatMemberBody = z.infer<typeof chatMember>;

export const chatListQuery = z.object({
	chatId: guid.optional().describe("Only this chat"),
	isArchived: z.boolean().default(false).describe("Archived chats instead of the others"),
	kind: kind.optional().describe("Only chats of this kind"),
	withLastMessage: z
		.boolean()
		.default(false)
		.describe("Adds to each chat how its last message begins, and the position of its log"),
	skip,
	take,
});

const chatId = guid.describe("The chat");
export const chatPath = z.object({ ChatId: chatId });
export const messagePath = z.object({ ChatId: chatId, ChatMessageId: guid.describe("The message") });
export const historyQuery = z.object({
	before: index.optional().describe("Messages before this index, the newest of them"),
	after: index.optional().describe("Messages after this index, the oldest of them"),
	take: size.optional().describe(`How many to return at most; ${PAGE} unless said otherwise`),
});

/** How long it may be the room says itself, in bytes. */
const body = text.min(1).describe("What is said");
export const messageBody = z.object({
	clientMessageId: text
		.min(1)
		.max(128)
		.optional()
		.describe("Of the sender's choosing; sending it again sends no second message"),
	messageType: text.min(1).max(64).optional().describe("Text unless said otherwise"),
	body,
	replyToChatMessageId: guid.optional().describe("The message that this one answers"),
});
export const editBody = z.object({ body });
export const readBody = z.object({ lastChatMessageId: guid.describe("The last message that was read") });

export const chatMessagePath = z.object({ ChatMessageId: guid });
export const chatMemberPath = z.object({ ChatMemberId: guid });
/** `ChatMessageRequest` of the publishers of seed 000. A `chatMessageId` of the client's makes sending it again harmless. */
export const chatMessageRequest = z.object({
	chatMessage: z
		.object({ chatId: guid, chatMessageId: guid.optional(), message: body })
		.meta({ dto: "PublishedChatMessage" }),
});

export const eventsQuery = z.object({
	epoch: z.string().max(64).optional().describe("Of the log that `afterSeq` was read from"),
	afterSeq: z.int().min(0).default(0).describe("The last event that is known"),
	take: z
		.int()
		.min(1)
		.max(limits.replayFrame)
		.default(limits.replayFrame)
		.describe("How many events to return at most"),
	wait: z.number().min(0).max(25).default(0).describe("Seconds to wait for the first event"),
});

export const searchQuery = z.object({
	q: text.trim().max(200).describe("What to look for, at least three characters"),
	skip: count.max(10_000).default(0).describe("How many to leave out at the start"),
	take,
});

/** An instant as JSON carries it: ISO 8601 in UTC with milliseconds. */
const instant = z.iso.datetime({ precision: 3 }).meta({ format: "date-time" });
const natural = z.int().min(0);
const id = z.string().meta({ format: "guid" });

/** `ChatMember` of seed 000. `lastChatMessageId` is how far the member has read: all zeros before the first message. */
const chatMemberInfo = z
	.object({
		chatMemberId: id,
		chatId: id,
		userId: z.string(),
		isActive: z.boolean(),
		isArchived: z.boolean(),
		lastChatMessageId: id,
		chatMemberName: z.string(),
	})
	.meta({ dto: "ChatMember" });

const lastMessageInfo = z
	.object({
		index: natural,
		userId: z.string(),
		authorName: z.string(),
		authorKind: z.enum(["Agent", "Visitor", "System"]),
		messageType: z.string(),
		preview: z.string().nullable().describe("How it begins; null when it was deleted"),
	})
	.meta({ dto: "ChatLastMessage" });

/** `Chat` of seed 000, and what it leaves out: the kind of room, its last sign of life, whether it still takes messages. */
const chatInfo = z
	.object({
		chatId: id,
		chatName: z.string(),
		createdBy: z.string(),
		dateCreated: instant,
		chatMembers: z.array(chatMemberInfo),
		isArchived: z.boolean(),
		memberCount: natural,
		messageCount: natural,
		unreadCount: natural,
		createdByName: z.string(),
		kind,
		isActive: z.boolean(),
		lastActivityDate: instant.optional(),
		seq: natural.optional().describe("The position of the chat's log that this was read at; if asked for"),
		lastMessage: lastMessageInfo.nullable().optional().describe("If asked for; null before the first message"),
	})
	.meta({ dto: "Chat" });

const messageInfo = z
	.object({
		chatMessageId: id,
		chatId: id,
		index: natural,
		seq: natural,
		clientMessageId: z.string().optional(),
		userId: z.string(),
		authorName: z.string(),
		authorKind: z.enum(["Agent", "Visitor", "System"]),
		messageType: z.string(),
		body: z.string().optional().describe("Absent once deleted"),
		replyToChatMessageId: id.optional(),
		dateCreated: instant,
		dateEdited: instant.optional(),
		isDeleted: z.boolean(),
	})
	.meta({ dto: "ChatMessage" });

const eventInfo = z
	.object({
		type: z.literal("event"),
		seq: natural,
		prev: natural,
		ts: instant,
		kind: z.string(),
		actor: z.object({ userId: z.string(), name: z.string(), kind: z.string() }).meta({ dto: "ChatActor" }),
		data: z.record(z.string(), z.unknown()),
	})
	.meta({ dto: "ChatEvent" });

export type Chat = z.infer<typeof chatInfo>;

export const chatResponse = z.object({ chat: z.array(chatInfo) }).meta({ dto: "ChatResponse" });
/** `ChatMessage` as the publishers of seed 000 have it, and where it stands in its chat. */
const publishedMessage = z
	.object({
		chatMessageId: id,
		chatId: id,
		senderUserId: z.string(),
		message: z.string(),
		attachmentId: id,
		dateCreated: instant,
		senderName: z.string(),
		index: natural,
		messageType: z.string(),
		isDeleted: z.boolean(),
	})
	.meta({ dto: "PublishedChatMessage" });
export const searchResponse = z
	.object({ messages: z.array(messageInfo), hasMore: z.boolean() })
	.meta({ dto: "ChatSearchResponse" });
export const messagesResponse = z
	.object({
		...searchResponse.shape,
		chatMessage: z
			.array(publishedMessage)
			.optional()
			.describe("The messages as their publishers have them; only where the request names the chat alone"),
	})
	.meta({ dto: "ChatMessagesResponse" });
export const sentResponse = z
	.object({ message: messageInfo, duplicate: z.boolean() })
	.meta({ dto: "ChatMessageSendResponse" });
export const messageResponse = z.object({ message: messageInfo }).meta({ dto: "ChatMessageChangeResponse" });
export const chatMessageResponse = z
	.object({ chatMessage: z.array(publishedMessage) })
	.meta({ dto: "ChatMessageResponse" });
export const chatMemberResponse = z.object({ chatMember: z.array(chatMemberInfo) }).meta({ dto: "ChatMemberResponse" });
export const readResponse = z
	.object({ unreadCount: natural, lastReadIndex: natural })
	.meta({ dto: "ChatReadResponse" });
export const ticketResponse = z
	.object({ ticket: z.string(), url: z.string(), expiresInSeconds: natural })
	.meta({ dto: "ChatTicketResponse" });
/** The frame `replay`, or `unrecoverable` with a reason instead of events. */
export const eventsResponse = z
	.object({
		type: z.enum(["replay", "unrecoverable"]),
		epoch: z.string(),
		seq: natural,
		minSeq: natural.optional(),
		events: z.array(eventInfo).optional(),
		more: z.boolean().optional(),
		reason: z.enum(["epochChanged", "ahead", "pruned"]).optional(),
	})
	.meta({ dto: "ChatEventsResponse" });

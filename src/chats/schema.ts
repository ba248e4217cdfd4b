import * as z from "zod";
import { guid, text } from "../rooms/frames.ts";
import { limits } from "../rooms/limits.ts";

const count = z.int().min(0).max(1_000_000);
const take = z.int().min(1).max(limits.take).default(50);

const chatMember = z.object({
	chatMemberId: guid.optional(),
	userId: text.min(1).max(128).optional(),
	isActive: z.boolean().optional(),
	isArchived: z.boolean().optional(),
	lastChatMessageId: guid.optional(),
	chatMemberName: text.max(limits.nameLength).optional(),
});

const chat = z.object({
	chatId: guid.optional(),
	chatName: text.max(limits.nameLength).optional(),
	chatMembers: z.array(chatMember).max(limits.members).optional(),
	isArchived: z.boolean().optional(),
});

/** `ChatRequest` of seed 000. Counts, dates and authorship are the server's: what a client sends of them is not read. */
export const chatRequest = z.object({ chatId: guid.optional(), chat: chat.optional() });
export type ChatBody = z.infer<typeof chat>;
export type ChatMemberBody = z.infer<typeof chatMember>;

export const chatListQuery = z.object({
	chatId: guid.optional(),
	isArchived: z.boolean().default(false),
	kind: z.enum(["Group", "Visitor"]).optional(),
	skip: count.default(0),
	take,
});

export const chatPath = z.object({ ChatId: guid });
export const messagePath = z.object({ ChatId: guid, ChatMessageId: guid });
export const historyQuery = z.object({ before: count.optional(), after: count.optional(), take });

/** How long it may be the room says itself, in bytes. */
const body = text.min(1);
export const messageBody = z.object({
	clientMessageId: text.min(1).max(128).optional(),
	messageType: text.min(1).max(64).optional(),
	body,
	replyToChatMessageId: guid.optional(),
});
export const editBody = z.object({ body });
export const readBody = z.object({ lastChatMessageId: guid });

export const eventsQuery = z.object({
	epoch: z.string().max(64).optional(),
	afterSeq: z.int().min(0).default(0),
	take: z.int().min(1).max(limits.replayFrame).default(limits.replayFrame),
	/** Seconds to wait for the first event. */
	wait: z.number().min(0).max(25).default(0),
});

export const searchQuery = z.object({ q: text.trim().max(200), skip: count.max(10_000).default(0), take });

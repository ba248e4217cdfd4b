import * as z from "zod";
import { guid, text } from "../rooms/frames.ts";
import { limits } from "../rooms/limits.ts";

/** What typed clients write for a Guid that they have not set. */
const ZERO = /^[0-]{32,36}$/;

/** Members that a client leaves out, or sends as null or as the zero Guid, are not there. */
const absent = <Schema extends z.ZodType>(schema: Schema) =>
	z.preprocess((value) => (value === null || isZero(value) ? undefined : value), schema.optional());

function isZero(value: unknown): boolean {
	return typeof value === "string" && ZERO.test(value);
}

const count = z.coerce.number().int().min(0).max(1_000_000);
const take = z.coerce.number().int().min(1).max(limits.take).default(50);
const flag = z.preprocess((value) => (typeof value === "string" ? readFlag(value) : value), z.boolean());

function readFlag(word: string): boolean | string {
	if (/^(true|1|yes|on)$/i.test(word)) return true;
	return /^(false|0|no|off)$/i.test(word) ? false : word;
}

const chatMember = z.object({
	chatMemberId: absent(guid),
	userId: absent(text.min(1).max(128)),
	isActive: absent(flag),
	isArchived: absent(flag),
	lastChatMessageId: absent(guid),
	chatMemberName: absent(text.max(limits.nameLength)),
});

const chat = z.object({
	chatId: absent(guid),
	chatName: absent(text.max(limits.nameLength)),
	chatMembers: absent(z.array(chatMember).max(limits.members)),
	isArchived: absent(flag),
});

/** `ChatRequest` of seed 000. Counts, dates and authorship are the server's: what a client sends of them is not read. */
export const chatRequest = z.object({ chatId: absent(guid), chat: absent(chat) });
export type ChatBody = z.infer<typeof chat>;
export type ChatMemberBody = z.infer<typeof chatMember>;

export const chatListQuery = z.object({
	chatId: absent(guid),
	isArchived: flag.default(false),
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
	clientMessageId: absent(text.min(1).max(128)),
	messageType: absent(text.min(1).max(64)),
	body,
	replyToChatMessageId: absent(guid),
});
export const editBody = z.object({ body });
export const readBody = z.object({ lastChatMessageId: guid });

export const eventsQuery = z.object({
	epoch: z.string().max(64).optional(),
	afterSeq: z.coerce.number().int().min(0).default(0),
	take: z.coerce.number().int().min(1).max(limits.replayFrame).default(limits.replayFrame),
	/** Seconds to wait for the first event. */
	wait: z.coerce.number().min(0).max(25).default(0),
});

export const searchQuery = z.object({ q: text.trim().max(200), skip: count.max(10_000).default(0), take });

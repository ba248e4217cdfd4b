import { Hono, type Context } from "hono";
import { principal, requires } from "../auth/authenticate.ts";
import { callerOf, type Principal } from "../auth/principal.ts";
import { tenantDatabase } from "../db/database.ts";
import { Failure, orFail, respondWithStatus } from "../http/failure.ts";
import type { FoyerEnv } from "../http/foyer-env.ts";
import { valid } from "../http/validate.ts";
import type { Message } from "../rooms/model.ts";
import { messageIndexOf, messageTimeOf } from "../rooms/room-id.ts";
import { roomOf } from "../rooms/rooms.ts";
import { changeChat } from "./chat.ts";
import { published } from "./message.ts";
import * as operations from "./operations.ts";
import * as schema from "./schema.ts";
import { chatOfMessage } from "./search.ts";
import { chatOfMember } from "./store.ts";

const staff = requires("chat:use");
const messagePath = valid("param", schema.chatMessagePath);
const memberPath = valid("param", schema.chatMemberPath);

/** How long the search index may take to hear of a message, and how often it is asked until then. */
const SETTLING_MS = 5000;
const PAUSE_MS = 400;

/** Messages by their ids alone, as the publishers of seed 000 have them beside it (section 10.1 of the ServiceStack reference). */
export const chatMessages = new Hono<FoyerEnv>()
	.get("/:ChatMessageId", operations.message, staff, messagePath, async (c) => {
		const message = await readMessage(c.env, principal(c), c.req.valid("param").ChatMessageId);
		return c.json({ chatMessage: [published(message)] });
	})
	.post("/", operations.message, staff, valid("json", schema.chatMessageRequest), async (c) => {
		const { chatId, chatMessageId, message } = c.req.valid("json").chatMessage;
		const draft = { messageType: "Text", body: message, clientMessageId: chatMessageId };
		const sent = orFail(await roomOf(c.env, chatId).send(callerOf(principal(c)), draft));
		return c.json({ chatMessage: [published(sent.message)] });
	});

/** Memberships by their ids alone. */
export const chatMembers = new Hono<FoyerEnv>()
	.delete("/:ChatMemberId", operations.member, staff, memberPath, async (c) =>
		c.json(await changeMember(c, c.req.valid("param").ChatMemberId, { isActive: false })),
	)
	.put("/:ChatMemberId/Archive", operations.member, staff, memberPath, async (c) => {
		const changed = await changeMember(c, c.req.valid("param").ChatMemberId, { isArchived: true });
		if (changed.chatMember.every(({ isArchived }) => isArchived)) return c.json(changed);
		throw new Failure("Forbidden", "A chat is archived for a member by that member.");
	});

/** The message, if the caller may see its chat. One that is just written may be waited for: its id tells when that was. */
async function readMessage(env: Env, reader: Principal, messageId: string): Promise<Message> {
	const writtenAt = messageTimeOf(messageId);
	let chatId = await chatOfMessage(env, reader.tenantId, messageId);
	while (chatId === undefined && writtenAt <= Date.now() && Date.now() < writtenAt + SETTLING_MS) {
		await scheduler.wait(PAUSE_MS);
		chatId = await chatOfMessage(env, reader.tenantId, messageId);
	}
	if (chatId === undefined) throw new Failure("NotFound", "There is no such message.");
	const page = { after: messageIndexOf(messageId) - 1, take: 1 };
	const { messages } = orFail(await roomOf(env, chatId).history(callerOf(reader), page));
	const [message] = messages;
	if (message?.chatMessageId !== messageId) throw new Failure("NotFound", "There is no such message.");
	return message;
}

async function changeMember(
	c: Context<FoyerEnv>,
	chatMemberId: string,
	change: { isActive: boolean } | { isArchived: boolean },
) {
	const caller = principal(c);
	const chatId = await chatOfMember(tenantDatabase(c.env, caller.tenantId), chatMemberId);
	if (chatId === undefined) throw new Failure("NotFound", "There is no such member.");
	const chat = await changeChat(c.env, caller, chatId, { chatMembers: [{ chatMemberId, ...change }] });
	return { chatMember: chat.chatMembers.filter((member) => member.chatMemberId === chatMemberId) };
}

for (const part of [chatMessages, chatMembers]) part.onError(respondWithStatus);

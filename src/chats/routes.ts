import { Hono } from "hono";
import { open, permitted, principal, requires } from "../auth/authenticate.ts";
import { callerOf } from "../auth/principal.ts";
import { orFail, respondWithStatus } from "../http/failure.ts";
import type { FoyerEnv } from "../http/foyer-env.ts";
import { valid } from "../http/validate.ts";
import { timing } from "../rooms/limits.ts";
import { offersTicket, openSocket, roomOf } from "../rooms/rooms.ts";
import { changeChat, chatsOf, createChat, search } from "./chat.ts";
import { presented, presentedPage } from "../rooms/model.ts";
import { published } from "./message.ts";
import * as operations from "./operations.ts";
import * as schema from "./schema.ts";

const staff = requires("chat:use");

/** The agent dialect: section 2 of the contract, the wire types of seed 000. */
export const chats = new Hono<FoyerEnv>()
	.get("/", operations.chat, staff, valid("query", schema.chatListQuery), async (c) =>
		c.json({ chat: await chatsOf(c.env, principal(c), c.req.valid("query")) }),
	)
	.post("/", operations.chat, staff, valid("json", schema.chatRequest), async (c) => {
		const { chatId, chat = {} } = c.req.valid("json");
		return c.json({ chat: [await createChat(c.env, principal(c), chatId, chat)] });
	})
	.get("/Search", operations.search, staff, valid("query", schema.searchQuery), async (c) =>
		c.json(await search(c.env, principal(c), c.req.valid("query"))),
	)
	.put(
		"/:ChatId",
		operations.chat,
		staff,
		valid("param", schema.chatPath),
		valid("json", schema.chatRequest),
		async (c) => {
			const { chat = {} } = c.req.valid("json");
			return c.json({ chat: [await changeChat(c.env, principal(c), c.req.valid("param").ChatId, chat)] });
		},
	)
	.get(
		"/:ChatId/Messages",
		operations.history,
		staff,
		valid("param", schema.chatPath),
		valid("query", schema.historyQuery),
		async (c) => {
			const room = roomOf(c.env, c.req.valid("param").ChatId);
			const { take, ...position } = c.req.valid("query");
			const page = { ...position, take: take ?? schema.PAGE };
			// The publishers' request names the chat and nothing else, and is answered in their shape, too.
			const isPublished = take === undefined && Object.values(position).every((value) => value === undefined);
			if (!isPublished) {
				const { json } = orFail(await room.historyJson(callerOf(principal(c)), page));
				return c.body(json, 200, { "Content-Type": "application/json" });
			}
			const found = orFail(await room.history(callerOf(principal(c)), page));
			return c.json({ ...presentedPage(found), chatMessage: found.messages.map(published) });
		},
	)
	.post(
		"/:ChatId/Messages",
		operations.send,
		staff,
		valid("param", schema.chatPath),
		valid("json", schema.messageBody),
		async (c) => {
			const { messageType = "Text", ...draft } = c.req.valid("json");
			const room = roomOf(c.env, c.req.valid("param").ChatId);
			const { message, duplicate } = orFail(await room.send(callerOf(principal(c)), { ...draft, messageType }));
			return c.json({ message: presented(message), duplicate });
		},
	)
	.put(
		"/:ChatId/Messages/:ChatMessageId",
		operations.edit,
		staff,
		valid("param", schema.messagePath),
		valid("json", schema.editBody),
		async (c) => {
			const { ChatId, ChatMessageId } = c.req.valid("param");
			const room = roomOf(c.env, ChatId);
			const { message } = orFail(await room.edit(callerOf(principal(c)), ChatMessageId, c.req.valid("json").body));
			return c.json({ message: presented(message) });
		},
	)
	.delete(
		"/:ChatId/Messages/:ChatMessageId",
		operations.remove,
		staff,
		valid("param", schema.messagePath),
		async (c) => {
			const { ChatId, ChatMessageId } = c.req.valid("param");
			const { message } = orFail(await roomOf(c.env, ChatId).remove(callerOf(principal(c)), ChatMessageId));
			return c.json({ message: presented(message) });
		},
	)
	.post(
		"/:ChatId/Read",
		operations.read,
		staff,
		valid("param", schema.chatPath),
		valid("json", schema.readBody),
		async (c) => {
			const room = roomOf(c.env, c.req.valid("param").ChatId);
			const read = orFail(await room.markRead(callerOf(principal(c)), c.req.valid("json").lastChatMessageId));
			return c.json({ unreadCount: read.unreadCount, lastReadIndex: read.lastReadIndex });
		},
	)
	.get(
		"/:ChatId/Events",
		operations.events,
		staff,
		valid("param", schema.chatPath),
		valid("query", schema.eventsQuery),
		async (c) => {
			const { epoch, afterSeq, take, wait } = c.req.valid("query");
			const room = roomOf(c.env, c.req.valid("param").ChatId);
			const { frame } = orFail(await room.events(callerOf(principal(c)), { epoch, seq: afterSeq }, take, wait * 1000));
			return c.json(frame);
		},
	)
	.post("/:ChatId/Ticket", operations.ticket, staff, valid("param", schema.chatPath), async (c) => {
		const { ChatId } = c.req.valid("param");
		const { ticket } = orFail(await roomOf(c.env, ChatId).issueTicket(callerOf(principal(c))));
		const url = new URL(`/v1/Chat/${ChatId}/Socket`, c.req.url);
		url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
		return c.json({ ticket, url: url.href, expiresInSeconds: timing.ticketMs / 1000 });
	})
	.get(
		"/:ChatId/Socket",
		operations.socket,
		open("a ticket of the room or a staff credential, below"),
		valid("param", schema.chatPath),
		async (c) => {
			const { ChatId } = c.req.valid("param");
			if (offersTicket(c.req.raw)) return openSocket(c.env, c.req.raw, ChatId, undefined);
			return openSocket(c.env, c.req.raw, ChatId, callerOf(await permitted(c, "chat:use")));
		},
	);

chats.onError(respondWithStatus);

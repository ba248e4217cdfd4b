import { operation } from "../http/operation.ts";
import * as schema from "./schema.ts";

export const chat = operation({
	name: "ChatRequest",
	summary: "Lists, creates and changes chats",
	answer: schema.chatResponse,
	table: "chat",
});
export const history = operation({
	name: "ChatMessagesRequest",
	summary: "Reads the messages of a chat, oldest first",
	answer: schema.messagesResponse,
	table: "messages",
});
export const search = operation({
	name: "ChatSearchRequest",
	summary: "Finds messages by their text, newest first",
	answer: schema.searchResponse,
	table: "messages",
});
export const send = operation({
	name: "ChatMessageSendRequest",
	summary: "Sends a message",
	answer: schema.sentResponse,
});
export const edit = operation({
	name: "ChatMessageEditRequest",
	summary: "Edits a message",
	answer: schema.messageResponse,
});
export const remove = operation({
	name: "ChatMessageDeleteRequest",
	summary: "Deletes a message; its place in the order stays",
	answer: schema.messageResponse,
});
export const read = operation({
	name: "ChatReadRequest",
	summary: "Marks a chat read up to a message",
	answer: schema.readResponse,
});
export const events = operation({
	name: "ChatEventsRequest",
	summary: "Reads the log of a chat after a position, waiting for the next event if asked to",
	answer: schema.eventsResponse,
	table: "events",
});
export const ticket = operation({
	name: "ChatTicketRequest",
	summary: "Makes a single-use ticket for the chat's socket",
	answer: schema.ticketResponse,
});
export const socket = operation({ name: "ChatSocket", summary: "Opens the chat's WebSocket (foyer.v1)", answer: null });
export const message = operation({
	name: "ChatMessageRequest",
	summary: "Reads a message by its id, or sends one",
	answer: schema.chatMessageResponse,
	table: "chatMessage",
});
export const member = operation({
	name: "ChatMemberRequest",
	summary: "Ends a membership, or archives its chat for its member",
	answer: schema.chatMemberResponse,
	table: "chatMember",
});

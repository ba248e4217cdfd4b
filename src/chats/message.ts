import type { Message } from "../rooms/model.ts";
import { ZERO_GUID } from "../rooms/room-id.ts";

type Presented = { [Name in keyof Message]?: Exclude<Message[Name], null> | undefined };

/** A message as the contract has it: what it has not is left out. */
export function presented({ origin: _, ...message }: Message & { origin?: unknown }): Presented {
	const { clientMessageId, body, replyToChatMessageId, dateEdited } = message;
	return {
		...message,
		clientMessageId: clientMessageId ?? undefined,
		body: body ?? undefined,
		replyToChatMessageId: replyToChatMessageId ?? undefined,
		dateEdited: dateEdited ?? undefined,
	};
}

/** A message as the publishers of seed 000 have it (section 10.1 of the ServiceStack reference), and where it stands in its chat. */
export function published({ chatMessageId, chatId, userId, body, dateCreated, authorName, ...message }: Message) {
	return {
		chatMessageId,
		chatId,
		senderUserId: userId,
		message: body ?? "",
		attachmentId: ZERO_GUID,
		dateCreated,
		senderName: authorName,
		index: message.index,
		messageType: message.messageType,
		isDeleted: message.isDeleted,
	};
}

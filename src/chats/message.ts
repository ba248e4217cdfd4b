import type { Message } from "../rooms/model.ts";
import { ZERO_GUID } from "../rooms/room-id.ts";

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

import { limits } from "./limits.ts";
import { refuse, type Refusal } from "./model.ts";

/** What a room says no with, in one wording each. */

export function notFound(): Refusal {
	return refuse("NotFound", "There is no such chat.");
}

export function closed(): Refusal {
	return refuse("RoomClosed", "This room was deleted; open a new one.");
}

export function unknownMessage(): Refusal {
	return refuse("MessageNotFound", "There is no such message in this chat.");
}

export function tooManyMembers(): Refusal {
	return refuse("TooManyMembers", `A chat has at most ${limits.members} members.`);
}

export function mismatch(): Refusal {
	return refuse("IdempotencyMismatch", "This clientMessageId was used for a message with another body.");
}

export function bodyTooLarge(): Refusal {
	return refuse("BodyTooLarge", `A message holds at most ${limits.bodyBytes} bytes.`);
}

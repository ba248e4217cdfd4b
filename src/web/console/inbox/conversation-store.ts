import { signal, type Signal } from "@preact/signals";
import { inALine } from "../../message/pictures.ts";
import { staffAddress } from "../../socket/addresses.ts";
import { storedOutbox } from "../../socket/outbox.ts";
import { RoomClient } from "../../socket/room-client.ts";
import type { Message, RoomEvent } from "../../socket/wire.ts";
import { announce } from "../core/announce.tsx";
import { session } from "../core/session.ts";

/** The conversation that is open: its client, and a number that rises with each change of it. */
export type Conversation = { chatId: string; client: RoomClient; version: Signal<number> };

/** Opens the live connection of a chat. Whoever opens it closes its client. */
export function openConversation(chatId: string): Conversation {
	const { token, user } = session.value ?? { token: "", user: { userId: "", tenantId: "" } };
	const version = signal(0);
	const client = new RoomClient({
		address: staffAddress("", chatId, () => token),
		outbox: storedOutbox(`${user.tenantId}/${user.userId}/${chatId}`),
		onChange: () => {
			version.value += 1;
		},
		onEvent: (event) => tell(event, user.userId),
	});
	return { chatId, client, version };
}

/** What others say is read out. */
function tell({ kind, actor, data }: RoomEvent, ownId: string): void {
	if (kind !== "message.created" || actor.userId === ownId) return;
	const message = data["message"] as Message;
	announce(`${message.authorName}: ${inALine(message, 200)}`);
}

/** The index that a message's id ends in. */
export function indexOfId(chatMessageId: string): number {
	return Number.parseInt(chatMessageId.slice(16, 24), 16);
}

import { visitorUserId } from "../../src/rooms/model.ts";
import { chatIdOf } from "../../src/rooms/room-id.ts";
import { fourFields, openRoom } from "./dowell.ts";

/** A visitor's room, opened as an existing client opens it, under all its names. */
export async function openVisitorRoom(): Promise<{ roomId: string; chatId: string; visitorId: string }> {
	const fields = fourFields();
	const roomId = await openRoom(fields);
	return { roomId, chatId: chatIdOf(roomId), visitorId: visitorUserId(fields.user_id) };
}

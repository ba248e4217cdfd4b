import { Failure } from "../http/failure.ts";
import type { Caller } from "./model.ts";
import type { Room } from "./room.ts";
import { roomName } from "./room-id.ts";
import { CALLER_HEADER, isUpgrade, PROTOCOL, ticketOf } from "./upgrade.ts";

/** The room behind a chat id, 24 or 32 digits. No look-up: whether it exists, it says itself. */
export function roomOf(env: Env, chatId: string): DurableObjectStub<Room> {
	return env.ROOMS.getByName(roomName(chatId));
}

/**
 * Hands a WebSocket upgrade to a room. Without a caller the room takes the ticket among the subprotocols or, in a visitor room, its
 * visitor. Throws 426 for a request that is no upgrade or does not offer `foyer.v1`.
 */
export async function openSocket(
	env: Env,
	request: Request,
	chatId: string,
	caller: Caller | undefined,
): Promise<Response> {
	return openSocketAt(roomOf(env, chatId), request, caller);
}

/** The same for any object that speaks `foyer.v1`. */
export async function openSocketAt(
	target: { fetch(request: Request): Promise<Response> },
	request: Request,
	caller: Caller | undefined,
): Promise<Response> {
	if (!isUpgrade(request))
		throw new Failure("UpgradeRequired", `Open a WebSocket with the subprotocol ${PROTOCOL}.`, {
			headers: { Upgrade: "websocket" },
		});
	const forwarded = new Request(request);
	forwarded.headers.delete(CALLER_HEADER);
	if (caller) forwarded.headers.set(CALLER_HEADER, encodeURIComponent(JSON.stringify(caller)));
	const answer = await target.fetch(forwarded);
	// The headers of an answer that was fetched cannot be added to, and the middleware round the routes does.
	return new Response(null, { status: answer.status, webSocket: answer.webSocket, headers: answer.headers });
}

/** True when the upgrade brings a ticket among its subprotocols. */
export function offersTicket(request: Request): boolean {
	return ticketOf(request) !== undefined;
}

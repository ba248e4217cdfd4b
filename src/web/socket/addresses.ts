import { StopError, type Address } from "./connection.ts";

/** Answers to the question for a ticket after which it is not asked again. */
const FINAL: readonly number[] = [400, 401, 403, 404, 410];

/** The address of a chat for staff: `ask` is called for a single-use ticket before every attempt. `token` is an access token or an API key. */
export function staffAddress(base: string, chatId: string, token: () => string): () => Promise<Address> {
	return () => ticketFrom(`${base}/v1/Chat/${chatId}/Ticket`, { Authorization: `Bearer ${token()}` });
}

/** The address of a visitor's room: its id is what lets one in. */
export function visitorAddress(base: string, roomId: string): () => Promise<Address> {
	return async () => ({ url: `${base.replace(/^http/, "ws")}/api/v2/room-socket/${roomId}/` });
}

/** Asks for a ticket by POST. Throws a `StopError` where asking again would not help. */
export async function ticketFrom(url: string, headers: Record<string, string>): Promise<Address> {
	const response = await fetch(url, { method: "POST", headers });
	if (FINAL.includes(response.status)) throw new StopError(`The ticket was refused (${response.status}).`);
	if (!response.ok) throw new Error(`The ticket was refused (${response.status}).`);
	return (await response.json()) as Address;
}

import { call, request, unique, type Answer } from "./client.ts";

/** A client of the visitor dialect: what it posts and what it asks, as JSON. */
export const dowell = {
	post: (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
		call("POST", `/api/v2/${path}/`, { body, headers }),

	get: (path: string, query: Record<string, string> = {}, headers: Record<string, string> = {}): Promise<Answer> =>
		call("GET", `/api/v2/${path}/?${new URLSearchParams(query).toString()}`, { headers }),

	/** The raw request, for bodies that are not JSON. */
	raw: async (path: string, init: RequestInit): Promise<Answer> => {
		const response = await request(`/api/v2/${path}`, init);
		const text = await response.text();
		return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
	},
};

/** Four fields nobody else has. */
export function fourFields(more: object = {}) {
	return {
		user_id: unique("visitor"),
		org_id: "DOWELL12345",
		product_name: "LOGOSCAN",
		portfolio_name: "shop",
		...more,
	};
}

/** A new room, opened as clients do. */
export async function openRoom(fields: object = fourFields()): Promise<string> {
	const { body } = await dowell.post("room-control", fields);
	if (!body.success) throw new Error(`room-control: ${JSON.stringify(body)}`);
	return body.inserted_id;
}

export function message(room_id: unknown, more: object = {}) {
	return {
		type: "create_message",
		room_id,
		message_data: "Hello",
		side: false,
		author: "client",
		message_type: "text",
		...more,
	};
}

/** The messages of a room, oldest first. */
export async function messagesIn(room_id: string, query: Record<string, string> = {}): Promise<Answer["body"][]> {
	const { body } = await dowell.get("room-service", { type: "get_messages", room_id, ...query });
	return body.response;
}

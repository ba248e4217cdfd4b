import { request, type Person } from "./client.ts";

/** What came back, before anybody has read it. */
export type Text = { status: number; type: string | null; headers: Headers; text: string };

export type Ask = {
	method?: string;
	headers?: Record<string, string>;
	body?: BodyInit;
	/** Whose credential goes along. */
	as?: Person;
};

/** Sends a body as it stands and reads the answer as text. */
export async function ask(path: string, { method, headers = {}, body, as }: Ask = {}): Promise<Text> {
	const response = await request(path, {
		method: method ?? (body === undefined ? "GET" : "POST"),
		headers: { ...as?.headers, ...headers },
		...(body === undefined ? {} : { body }),
	});
	return {
		status: response.status,
		type: response.headers.get("Content-Type"),
		headers: response.headers,
		text: await response.text(),
	};
}

/** The body as JSON. */
export function json({ text }: Text): any {
	// oxlint-disable-line typescript/no-explicit-any -- tests read what the wire says
	return JSON.parse(text);
}

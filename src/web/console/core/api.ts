import { takeEarly } from "./early.ts";
import { session, signOut } from "./session.ts";

/** An answer that was not the one hoped for. */
export class ApiError extends Error {
	readonly status: number;
	readonly code: string;
	/** What is wrong with which field, by its name as it was sent. */
	readonly fields: ReadonlyMap<string, string>;

	constructor(status: number, code: string, message: string, fields: ReadonlyMap<string, string> = new Map()) {
		super(message);
		this.status = status;
		this.code = code;
		this.fields = fields;
	}
}

type Refusal = {
	responseStatus?: { errorCode: string; message: string; errors?: { fieldName: string; message: string }[] };
};

/** Calls the API in JSON as whoever is signed in; a token that is no longer good signs out. */
export async function call<Answer>(
	method: string,
	path: string,
	body?: unknown,
	headers: Record<string, string> = {},
): Promise<Answer> {
	const { token } = session.value ?? {};
	let response: Response;
	try {
		response = await (takeEarly(path, token) ??
			fetch(path, {
				method,
				headers: {
					Accept: "application/json",
					...(body === undefined ? {} : { "Content-Type": "application/json" }),
					...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
					...headers,
				},
				...(body === undefined ? {} : { body: JSON.stringify(body) }),
			}));
	} catch {
		throw new ApiError(0, "Offline", "The server cannot be reached. Check your connection and try again.");
	}
	if (response.ok) return (response.status === 204 ? undefined : await response.json()) as Answer;
	if (response.status === 401 && token !== undefined) signOut("Your sign-in has expired. Sign in again.");
	throw await errorOf(response);
}

async function errorOf(response: Response): Promise<ApiError> {
	try {
		const { responseStatus } = (await response.json()) as Refusal;
		const { errorCode = "Failed", message = "", errors = [] } = responseStatus ?? {};
		const fields = new Map(errors.map(({ fieldName, message }) => [fieldName.toLowerCase(), message]));
		return new ApiError(response.status, errorCode, message || `The server answered ${response.status}.`, fields);
	} catch {
		return new ApiError(response.status, "Failed", `The server answered ${response.status}.`);
	}
}

/** A query of what is set. */
export function query(members: Record<string, string | number | boolean | undefined>): string {
	const set = Object.entries(members).filter(([, value]) => value !== undefined && value !== "");
	return set.length === 0
		? ""
		: `?${new URLSearchParams(set.map(([name, value]) => [name, String(value)])).toString()}`;
}

/** What to show of anything that was thrown. */
export function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : "Something went wrong.";
}

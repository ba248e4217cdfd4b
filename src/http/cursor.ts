import { Failure } from "./failure.ts";

/** Where a page ended, as a text that needs no escaping in a query. */
export function writeCursor(place: readonly (string | number)[]): string {
	const bytes = new TextEncoder().encode(JSON.stringify(place));
	return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))
		.replaceAll("+", "-")
		.replaceAll("/", "_")
		.replaceAll("=", "");
}

/** The place that a cursor stands for, if it has these types. Throws 400 otherwise: it is not one of ours. */
export function readCursor(cursor: string, types: readonly ("string" | "number")[]): unknown[] {
	const place = parsed(cursor);
	if (place.length === types.length && types.every((type, at) => typeof place[at] === type)) return place;
	throw new Failure("InvalidCursor", "This cursor is not one that an answer gave.");
}

function parsed(cursor: string): unknown[] {
	try {
		const text = atob(cursor.replaceAll("-", "+").replaceAll("_", "/"));
		const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
		const place: unknown = JSON.parse(new TextDecoder().decode(bytes));
		return Array.isArray(place) ? place : [];
	} catch {
		return [];
	}
}

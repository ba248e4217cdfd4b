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
	throw invalidCursor();
}

/** A 400 for what is not a cursor of the list that it was sent to. */
export function invalidCursor(): Failure {
	const message = "This cursor is not one that an answer to this list gave.";
	return new Failure("InvalidCursor", message, {
		fields: [{ errorCode: "InvalidCursor", fieldName: "Cursor", message }],
	});
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

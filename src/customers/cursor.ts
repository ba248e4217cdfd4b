import { invalidCursor, readCursor, writeCursor } from "../http/cursor.ts";
import type { Order, Position } from "./list-store.ts";

const TYPES: Record<Order["field"], ("string" | "number")[]> = {
	Name: ["string", "number"],
	DateCreated: ["number", "number"],
	DateLastModified: ["number", "number"],
	ReferenceId: ["string", "number"],
	AccountName: ["string", "number", "string", "number"],
};

/** A position as callers carry it to the next page. It names an order and is no use in another. */
export function cursorOf(tenantId: string, { field, isDescending }: Order, position: Position): string {
	const place = [field, Number(isDescending), ...position];
	return writeCursor([...place, sumOf(tenantId, place)]);
}

/** The position that a cursor of ours stands for. What was changed on its way is a 400; who makes a good one sees no more for it. */
export function positionOfCursor(tenantId: string, { field, isDescending }: Order, cursor: string): Position {
	const read = readCursor(cursor, ["string", "number", ...TYPES[field], "number"]) as Position;
	const place = read.slice(0, -1);
	const isOfOrder = place[0] === field && place[1] === Number(isDescending);
	if (!isOfOrder || read.at(-1) !== sumOf(tenantId, place)) throw invalidCursor();
	return place.slice(2);
}

/** FNV-1a: tells a slip of the hand, not a forger; there is nothing to forge. */
function sumOf(tenantId: string, place: Position): number {
	let hash = 0x811c9dc5;
	for (const character of JSON.stringify([tenantId, place]))
		hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
	return hash >>> 0;
}

import * as z from "zod";
import { Failure } from "../http/failure.ts";
import type { Order, Position } from "./list-store.ts";

const written = z.tuple([z.string(), z.boolean(), z.array(z.union([z.string(), z.int()])), z.int()]);

const KINDS: Record<Order["field"], string> = {
	Name: "sn",
	DateCreated: "nn",
	DateLastModified: "nn",
	ReferenceId: "sn",
	AccountName: "snsn",
};

/** A position as callers carry it to the next page. It names an order and is no use in another. */
export function cursorOf(tenantId: string, { field, isDescending }: Order, position: Position): string {
	const json = JSON.stringify([field, isDescending, position, sumOf(tenantId, field, isDescending, position)]);
	return encode(json);
}

/** The position that a cursor of ours stands for. What was changed on its way is a 400; who makes a good one sees no more for it. */
export function positionOfCursor(tenantId: string, { field, isDescending }: Order, cursor: string): Position {
	const read = written.safeParse(parsed(cursor));
	if (!read.success) throw invalid();
	const [ofField, ofDirection, position, sum] = read.data;
	const kinds = position.map((key) => (typeof key === "string" ? "s" : "n")).join("");
	if (
		sum !== sumOf(tenantId, ofField, ofDirection, position) ||
		ofField !== field ||
		ofDirection !== isDescending ||
		kinds !== KINDS[field]
	)
		throw invalid();
	return position;
}

function invalid(): Failure {
	const message = "This cursor is not one that was given for this tenant, sortField and sortOrder.";
	return new Failure("InvalidCursor", message, {
		fields: [{ errorCode: "InvalidCursor", fieldName: "Cursor", message }],
	});
}

function encode(text: string): string {
	const bytes = new TextEncoder().encode(text);
	return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))
		.replaceAll("+", "-")
		.replaceAll("/", "_")
		.replace(/=+$/, "");
}

function parsed(cursor: string): unknown {
	try {
		const bytes = Uint8Array.from(atob(cursor.replaceAll("-", "+").replaceAll("_", "/")), (byte) => byte.charCodeAt(0));
		return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
	} catch {
		return undefined;
	}
}

/** FNV-1a: tells a slip of the hand, not a forger; there is nothing to forge. */
function sumOf(...parts: readonly unknown[]): number {
	let hash = 0x811c9dc5;
	for (const character of JSON.stringify(parts)) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
	return hash >>> 0;
}

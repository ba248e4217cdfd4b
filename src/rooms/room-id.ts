/**
 * One id, two spellings. The visitor dialect names a room by 24 hex digits (4 bytes of Unix time, 8 random bytes: the shape of the
 * ObjectIds that DowellChat clients store); `/v1/Chat` names it by a GUID: the same digits and eight zeros. Either spelling leads to the
 * object without a look-up. A GUID chosen by a client, which need not end in zeros, names its object whole.
 */

const GUID = /^\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?$/i;
const PADDING = "00000000";

/** What typed clients write for a GUID that is not set, and read as none. */
export const ZERO_GUID = "0".repeat(32);

/** The 32 lower-case digits of a GUID written with or without dashes or braces, in any case; undefined if it is none. */
export function parseGuid(text: string): string | undefined {
	return GUID.exec(text)?.slice(1).join("").toLowerCase();
}

/** 32 digits as a GUID with dashes. */
export function dashed(digits: string): string {
	return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** A new 24-digit id: sorts by its time of birth, and its 64 random bits cannot be guessed. */
export function newObjectId(now = Date.now()): string {
	const random = crypto.getRandomValues(new Uint8Array(8));
	return seconds(now) + hex(random);
}

/** A new GUID in 32 digits, time first, so that indexes on it grow at their end. */
export function newGuid(now = Date.now()): string {
	return newObjectId(now) + PADDING;
}

/** A new message id: time, four random bytes, and the index, so that the row is found without an index on ids. */
export function newMessageId(index: number, now: number): string {
	return seconds(now) + digits(random()) + digits(index) + PADDING;
}

/** The message index that a message id carries; 0, which no message has, when the id is not one of ours. */
export function messageIndexOf(messageId: string): number {
	return /^[0-9a-f]{24}0{8}$/.test(messageId) ? Number.parseInt(messageId.slice(16, 24), 16) : 0;
}

/** When a message got its id, to the second; long ago when the id is not one of ours. */
export function messageTimeOf(messageId: string): number {
	return messageIndexOf(messageId) === 0 ? 0 : Number.parseInt(messageId.slice(0, 8), 16) * 1000;
}

/** The name of the room object behind a 32-digit chat id. */
export function roomName(chatId: string): string {
	return chatId.endsWith(PADDING) ? chatId.slice(0, 24) : chatId;
}

/** The 32-digit chat id of a room object's name. */
export function chatIdOf(name: string): string {
	return name.padEnd(32, "0");
}

/** The 24-digit spelling of a GUID made by `newGuid`, as the visitor dialect shows messages. */
export function objectIdOf(guid: string): string {
	return guid.slice(0, 24);
}

const pool = new Uint32Array(256);
let unused = 0;

/** Four random bytes. Asked for one by one they cost every message 20 us (2026-11-22). */
function random(): number {
	if (unused === 0) unused = crypto.getRandomValues(pool).length;
	unused -= 1;
	return pool[unused] ?? 0;
}

function seconds(now: number): string {
	return digits(Math.floor(now / 1000));
}

function digits(number: number): string {
	return number.toString(16).padStart(8, "0");
}

function hex(bytes: Uint8Array): string {
	return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

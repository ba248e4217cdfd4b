/** A text that is not what its format allows, and where: a position counted in characters from 0, or a line counted from 1. */
export class FormatError extends Error {
	readonly problem: string;
	readonly position: number | undefined;
	readonly line: number | undefined;

	constructor(format: string, problem: string, place: { position?: number; line?: number } = {}) {
		const where =
			place.line !== undefined ? ` on line ${place.line}` : place.position !== undefined ? ` at ${place.position}` : "";
		super(`Malformed ${format}${where}: ${problem}.`);
		this.name = "FormatError";
		this.problem = problem;
		this.position = place.position;
		this.line = place.line;
	}
}

/** What a format without types reads: every scalar is still text. */
export type Tree = null | string | Tree[] | TreeObject;

/** Members by name. Without a prototype, so that no name of a caller's can mean one. */
export type TreeObject = { [name: string]: Tree };

/** How much one text may unfold to. */
export type Limits = { maxDepth: number; maxNodes: number };

/** No operation nests more than 8 deep; the largest page of an answer has some 10,000 values. */
export const defaultLimits: Limits = { maxDepth: 64, maxNodes: 100_000 };

/** An object without members and without a prototype. */
export function emptyObject<Value = Tree>(): { [name: string]: Value } {
	return Object.create(null);
}

/**
 * Sets a member; of two of one name the later wins. `__proto__` is dropped: it is harmless here, but whoever copies the object into an
 * ordinary one by assignment would replace that one's prototype.
 */
export function setMember<Value>(object: { [name: string]: Value }, name: string, value: Value): void {
	if (name !== "__proto__") object[name] = value;
}

/** Whether a value has members: an object that is neither a list nor a date. */
export function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** The members that are written: those with a value. */
export function presentMembers(value: Record<string, unknown>): [name: string, value: unknown][] {
	return Object.entries(value).filter(([, member]) => member !== undefined && member !== null);
}

/**
 * How many values a value of JSON is made of, when it is within limits. Level by level, because JSON.parse itself takes a depth that
 * recursion does not survive.
 */
export function countNodes(
	value: unknown,
	{ maxDepth, maxNodes }: Limits,
	fail: (problem: string) => FormatError,
): number {
	let count = 0;
	let level = [value];
	for (let depth = 0; level.length > 0; depth++) {
		count += level.length;
		if (count > maxNodes) throw fail("there are too many values");
		const containers = level.filter((item) => typeof item === "object" && item !== null);
		if (containers.length > 0 && depth === maxDepth) throw fail(`it is nested more than ${maxDepth} deep`);
		level = containers.flatMap((item) => Object.values(item));
	}
	return count;
}

/** JSON Lines: one compact JSON value a line (section 1.5 of the ServiceStack reference). */

import type { Limits } from "./tree.ts";
import { countNodes, defaultLimits, FormatError } from "./tree.ts";

/** A list as a line for each element; any other value as its JSON alone, without an end of line; nothing as nothing. */
export function writeJsonl(value: unknown): string {
	if (value === undefined || value === null) return "";
	if (!Array.isArray(value)) return JSON.stringify(value);
	return value.map((item) => `${JSON.stringify(item ?? null)}\n`).join("");
}

/** The values of all lines that are not blank. */
export function readJsonl(text: string, limits: Limits = defaultLimits): unknown[] {
	let remaining = limits.maxNodes;
	const values: unknown[] = [];
	for (const [index, line] of lines(text)) {
		const value = parseLine(line, index);
		const fail = (problem: string) => new FormatError("JSON Lines", problem, { line: index });
		remaining -= countNodes(value, { ...limits, maxNodes: remaining }, fail);
		values.push(value);
	}
	return values;
}

/** JSON.parse takes a byte order mark for an error and the other blanks for blanks. */
function* lines(text: string): Generator<[line: number, text: string]> {
	const whole = text.replace(/^\uFEFF/, "");
	let line = 1;
	for (let start = 0; start < whole.length; line++) {
		const newline = whole.indexOf("\n", start);
		const end = newline < 0 ? whole.length : newline;
		const content = whole.slice(start, end);
		if (/\S/.test(content)) yield [line, content];
		start = end + 1;
	}
}

function parseLine(text: string, line: number): unknown {
	try {
		return JSON.parse(text);
	} catch {
		throw new FormatError("JSON Lines", "this is not JSON", { line });
	}
}

/**
 * JSV, the text format of ServiceStack: JSON without the quotes that nothing needs, CSV's escaping where they are needed, and no types.
 * The rules are those of section 2 of the ServiceStack reference; `test/vectors/jsv.json` are texts of real writers and readers.
 */

import type { Limits, Tree, TreeObject } from "./tree.ts";
import { defaultLimits, emptyObject, FormatError, isObject, presentMembers, setMember } from "./tree.ts";

const SPECIAL = /[":,{}[\]\r\n]/;
const NAME_END = /[:,{}[\]]/g;
const MEMBER_END = /[,}]/g;
const ELEMENT_END = /[,\]]/g;
const BLANK = /\s/;
/** The layout of metadata pages: a brace followed by blanks, which compact text never has, or a bracket by a line or another bracket. */
const PRETTY = /^\s*(?:\{\s|\[(?:[\r\n]|\s+[{["]))/;

/**
 * Compact JSV (section 2.1). Null members are omitted and null elements empty, so that a list of one null reads back as an empty list: the
 * format has no text for it.
 */
export function writeJsv(value: unknown): string {
	if (value === undefined || value === null) return "";
	if (typeof value === "string") return quoteJsv(value);
	if (Array.isArray(value)) return `[${value.map(writeJsv).join(",")}]`;
	if (!isObject(value)) return scalarText(value);
	const members = presentMembers(value).map(([name, member]) => `${writeName(name)}:${writeJsv(member)}`);
	return `{${members.join(",")}}`;
}

/** JSV as metadata pages print it: a line for each member, tabs, a space after the colon. */
export function writePrettyJsv(value: unknown, indent = ""): string {
	const inner = `${indent}\t`;
	if (Array.isArray(value)) {
		const items = value.map((item) => writePrettyJsv(item, inner));
		return `[\n${inner}${items.join(`,\n${inner}`)}\n${indent}]`;
	}
	if (!isObject(value)) return writeJsv(value);
	const members = presentMembers(value).map(([name, member]) => {
		const nested = Array.isArray(member) || isObject(member);
		return `${writeName(name)}: ${nested ? `\n${inner}` : ""}${writePrettyJsv(member, inner)}`;
	});
	return `{\n${inner}${members.join(`,\n${inner}`)}\n${indent}}`;
}

/** A boolean, number or date as .NET writes it (section 2.1), without quotes even where a string would need them. */
export function scalarText(value: unknown): string {
	if (value instanceof Date) return shortestDate(value);
	if (typeof value === "boolean") return value ? "True" : "False";
	return String(value).replace("e", "E");
}

/** The shortest XSD form: `2024-01-02` at midnight, else whole seconds, else seven digits of a second. */
function shortestDate(date: Date): string {
	const iso = date.toISOString();
	if (iso.endsWith("T00:00:00.000Z")) return iso.slice(0, -"T00:00:00.000Z".length);
	return iso.endsWith(".000Z") ? `${iso.slice(0, -".000Z".length)}Z` : `${iso.slice(0, -1)}0000Z`;
}

function quoteJsv(text: string): string {
	return text === "" || SPECIAL.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Readers trim names, so one that begins or ends with a blank is quoted. */
function writeName(name: string): string {
	return name !== name.trim() ? `"${name.replaceAll('"', '""')}"` : quoteJsv(name);
}

/**
 * Reads JSV into text, lists and objects (section 2.2). In compact text blanks are data; text laid out like the samples of metadata pages
 * is trimmed. Nothing, and the nothing between two commas, is null.
 */
export function readJsv(text: string, limits: Limits = defaultLimits): Tree {
	return new JsvReader(text, limits).document();
}

/** The elements of a list written with or without its brackets, as in `?tagIds=a,"b,c"` (section 2.3). */
export function readJsvList(text: string, limits: Limits = defaultLimits): Tree[] {
	if (text === "") return [];
	const list = readJsv(/^\s*\[/.test(text) ? text : `[${text}]`, limits);
	return Array.isArray(list) ? list : [list];
}

class JsvReader {
	readonly #text: string;
	readonly #limits: Limits;
	readonly #pretty: boolean;
	#at = 0;
	#nodes = 0;

	constructor(text: string, limits: Limits) {
		this.#text = text.startsWith("\uFEFF") ? text.slice(1) : text;
		this.#limits = limits;
		this.#pretty = PRETTY.test(this.#text);
	}

	document(): Tree {
		this.#skipBlanks();
		if (!this.#startsStructure()) return this.#text === "" ? null : this.#text;
		const value = this.#value("", 1);
		this.#skipBlanks();
		if (this.#at < this.#text.length) this.#fail("there is text after the end of the value");
		return value;
	}

	/** A value that ends before a comma or `close`. */
	#value(close: string, depth: number): Tree {
		if (++this.#nodes > this.#limits.maxNodes) this.#fail(`there are more than ${this.#limits.maxNodes} values`);
		const start = this.#at;
		this.#skipBlanks();
		switch (this.#text[this.#at]) {
			case "{":
				return this.#object(depth);
			case "[":
				return this.#list(depth);
			case '"':
				return this.#quoted();
			default:
				if (!this.#pretty) this.#at = start;
				return this.#bare(close);
		}
	}

	#object(depth: number): TreeObject {
		const object = emptyObject();
		this.#open(depth);
		this.#skipBlanks();
		while (this.#text[this.#at] !== "}") {
			const name = this.#name();
			setMember(object, name, this.#value("}", depth + 1));
			if (this.#endsAfterValue("}")) return object;
			this.#skipBlanks();
		}
		this.#at++;
		return object;
	}

	#list(depth: number): Tree[] {
		const list: Tree[] = [];
		this.#open(depth);
		if (this.#pretty) this.#skipBlanks();
		if (this.#text[this.#at] === "]") {
			this.#at++;
			return list;
		}
		do list.push(this.#value("]", depth + 1));
		while (!this.#endsAfterValue("]"));
		return list;
	}

	#open(depth: number): void {
		if (depth > this.#limits.maxDepth) this.#fail(`it is nested more than ${this.#limits.maxDepth} deep`);
		this.#at++;
	}

	#name(): string {
		const start = this.#at;
		if (this.#text[start] === '"') {
			const name = this.#quoted();
			this.#skipBlanks();
			if (this.#text[this.#at++] !== ":") this.#fail("a colon must follow the name of a member", this.#at - 1);
			return name;
		}
		const end = this.#find(NAME_END);
		if (this.#text[end] !== ":") this.#fail("a member has no value", start);
		this.#at = end + 1;
		return this.#text.slice(start, end).trimEnd();
	}

	#quoted(): string {
		const start = this.#at;
		let end = this.#text.indexOf('"', start + 1);
		while (end >= 0 && this.#text[end + 1] === '"') end = this.#text.indexOf('"', end + 2);
		if (end < 0) this.#fail("a quote is not closed", start);
		this.#at = end + 1;
		return this.#text.slice(start + 1, end).replaceAll('""', '"');
	}

	#bare(close: string): string | null {
		const start = this.#at;
		this.#at = this.#find(close === "}" ? MEMBER_END : ELEMENT_END);
		const text = this.#text.slice(start, this.#at);
		return (this.#pretty ? text.trimEnd() : text) || null;
	}

	/** Steps over the comma or `close` that must follow a value; whether it was `close`. */
	#endsAfterValue(close: string): boolean {
		this.#skipBlanks();
		const found = this.#text[this.#at];
		if (found === undefined) this.#fail(`a "${close}" is missing at the end`);
		if (found !== "," && found !== close) this.#fail(`a comma or "${close}" must follow a value`);
		this.#at++;
		return found === close;
	}

	#startsStructure(): boolean {
		return /[{["]/.test(this.#text.charAt(this.#at));
	}

	#skipBlanks(): void {
		while (this.#at < this.#text.length && BLANK.test(this.#text.charAt(this.#at))) this.#at++;
	}

	#find(pattern: RegExp): number {
		pattern.lastIndex = this.#at;
		return pattern.exec(this.#text)?.index ?? this.#text.length;
	}

	#fail(problem: string, position = this.#at): never {
		throw new FormatError("JSV", problem, { position });
	}
}

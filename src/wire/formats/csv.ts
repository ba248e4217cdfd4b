/** CSV as ServiceStack writes it (section 1.5 of its reference): RFC 4180, with nested values as cells of JSV. */

import { scalarText, writeJsv } from "./jsv.ts";
import type { Limits } from "./tree.ts";
import { defaultLimits, emptyObject, FormatError, isObject, setMember } from "./tree.ts";

/** A row by the names of its header. An empty cell is null; only a quoted empty cell is an empty text. */
export type CsvRow = { [name: string]: string | null };

const QUOTED = /[",\r\n]|^[[{]/;
const CELL_END = /[,\r\n]/g;
const LINE_END = /\r\n|\r|\n/g;

/**
 * A table of a list of objects, one row of any other object, one row without a header of a list of scalars. The header is `header`, or
 * else every member name in the order in which the rows first have it.
 */
export function writeCsv(value: unknown, header?: readonly string[]): string {
	const rows: unknown[] = Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
	if (!rows.every(isObject)) return writeRecord(rows);
	const names = header ?? [...new Set(rows.flatMap(Object.keys))];
	if (names.length === 0) return "";
	return [names, ...rows.map((row) => names.map((name) => row[name]))].map(writeRecord).join("");
}

/** One empty cell is written as `""`, because an empty line is no row. */
function writeRecord(cells: readonly unknown[]): string {
	const record = cells.map(writeCell).join(",");
	return `${record === "" ? '""' : record}\r\n`;
}

function writeCell(value: unknown): string {
	if (value === undefined || value === null) return "";
	const text = cellText(value);
	return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function cellText(value: unknown): string {
	if (typeof value === "string") return value;
	return Array.isArray(value) || isObject(value) ? writeJsv(value) : scalarText(value);
}

/** The rows below the header line. Lines end in any of the three ways, empty ones are skipped; a short row has nulls at its end. */
export function readCsv(text: string, limits: Limits = defaultLimits): CsvRow[] {
	let names: string[] | undefined;
	const rows: CsvRow[] = [];
	for (const { cells, line } of new CsvReader(text).records()) {
		if (names) rows.push(namedRow(names, cells, line));
		else names = cells.map((name) => name ?? "");
		// A long header over short rows unfolds to more cells than the text has.
		if (rows.length * names.length > limits.maxNodes)
			throw new FormatError("CSV", `there are more than ${limits.maxNodes} cells`, { line });
	}
	return rows;
}

function namedRow(names: readonly string[], cells: readonly (string | null)[], line: number): CsvRow {
	if (cells.length > names.length)
		throw new FormatError("CSV", `${cells.length} cells under a header of ${names.length}`, { line });
	const row = emptyObject<string | null>();
	for (const [index, name] of names.entries()) setMember(row, name, cells[index] ?? null);
	return row;
}

type CsvRecord = { line: number; cells: (string | null)[] };

class CsvReader {
	readonly #text: string;
	#at = 0;
	#line = 1;

	constructor(text: string) {
		this.#text = text.startsWith("\uFEFF") ? text.slice(1) : text;
	}

	*records(): Generator<CsvRecord> {
		while (this.#at < this.#text.length) {
			if (this.#skipLineEnd()) continue;
			yield this.#record();
		}
	}

	#record(): CsvRecord {
		const line = this.#line;
		const cells = [this.#cell()];
		while (this.#text[this.#at] === ",") {
			this.#at++;
			cells.push(this.#cell());
		}
		if (this.#at < this.#text.length && !this.#skipLineEnd())
			this.#fail("a comma or the end of the line must follow a closing quote");
		return { line, cells };
	}

	#cell(): string | null {
		if (this.#text[this.#at] === '"') return this.#quoted();
		const start = this.#at;
		CELL_END.lastIndex = start;
		this.#at = CELL_END.exec(this.#text)?.index ?? this.#text.length;
		return this.#text.slice(start, this.#at) || null;
	}

	#quoted(): string {
		const start = this.#at + 1;
		let end = this.#text.indexOf('"', start);
		while (end >= 0 && this.#text[end + 1] === '"') end = this.#text.indexOf('"', end + 2);
		if (end < 0) this.#fail("a quote is not closed");
		this.#at = end + 1;
		const raw = this.#text.slice(start, end);
		this.#line += raw.match(LINE_END)?.length ?? 0;
		return raw.replaceAll('""', '"');
	}

	#skipLineEnd(): boolean {
		const found = this.#text[this.#at];
		if (found !== "\r" && found !== "\n") return false;
		this.#at += found === "\r" && this.#text[this.#at + 1] === "\n" ? 2 : 1;
		this.#line++;
		return true;
	}

	#fail(problem: string): never {
		throw new FormatError("CSV", problem, { line: this.#line });
	}
}

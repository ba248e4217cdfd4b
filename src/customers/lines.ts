/** Files of lines that are too long to be held: read as they come, a broken line costing no more than itself. */

/** One record: its cells or its text, or what is wrong with it. `line` is where it begins. */
export type Line<T> = { line: number; value: T } | { line: number; problem: string };

/** What spreadsheets take for a formula, or for a text that would otherwise be one. */
const FORMULA = /^'*[=+\-@\t\r]/;

/** A cell as a text where a spreadsheet opens it: an apostrophe says so. https://owasp.org/www-community/attacks/CSV_Injection */
export function guarded(cell: string): string {
	return FORMULA.test(cell) ? `'${cell}` : cell;
}

/** What `guarded` was given. */
function unguarded(cell: string | null): string | null {
	return cell?.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell;
}

/** Characters of one record. */
const LONGEST = 262_144;

/** Stands in a text for bytes that are not UTF-8. No UTF-8 is read as half a surrogate pair. */
const NOT_UTF8 = "\uD800";

/** The lines of a text that are not blank. */
export async function* textLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<Line<string>> {
	let rest = "";
	let line = 1;
	let isSkipping = false;
	for await (const { text, isLast } of chunksOf(stream)) {
		const lines = `${rest}${text}`.split("\n");
		rest = isLast ? "" : (lines.pop() ?? "");
		for (const content of lines) {
			if (!isSkipping && /\S/.test(content)) yield lineOf(line, content);
			isSkipping = false;
			line += 1;
		}
		if (rest.length <= LONGEST) continue;
		if (!isSkipping) yield tooLong(line);
		isSkipping = true;
		rest = "";
	}
}

function lineOf(line: number, value: string): Line<string> {
	if (value.length > LONGEST) return tooLong(line);
	return value.includes(NOT_UTF8) ? { line, problem: problems.encoding } : { line, value };
}

function tooLong(line: number): { line: number; problem: string } {
	return { line, problem: problems.length };
}

const problems = {
	length: `It has more than ${LONGEST} characters.`,
	encoding: "It is not UTF-8.",
	open: "A quote is not closed.",
	afterQuote: "A comma or the end of the line must follow a closing quote.",
} as const;

/**
 * The records of a CSV text, whose lines end in any of the three ways. One that cannot be read, because of its quotes or its length, is given up
 * up to the end of its first line, and reading goes on in the next: a quote that nobody closed does not swallow the file.
 */
export async function* csvRecords(stream: ReadableStream<Uint8Array>): AsyncGenerator<Line<(string | null)[]>> {
	let rest = "";
	let line = 1;
	let isSkipping = false;
	let isReturned = false;
	// A column that nobody knows may have any name.
	let isHeader = true;
	for await (const { text, isLast } of chunksOf(stream)) {
		rest += text;
		if (rest === "") continue;
		// The other half of a line's end, whose first half ended the piece before.
		let at: number = isReturned && rest.startsWith("\n") ? 1 : 0;
		if (isSkipping) {
			const end = lineEnd(rest, at);
			isSkipping = end === undefined;
			at = end ?? rest.length;
			line += isSkipping ? 0 : 1;
		}
		while (at < rest.length) {
			const record = takeRecord(rest, at, isLast);
			if (record === undefined) break;
			if ("problem" in record) yield { line, problem: record.problem };
			else if (!record.isBlank) {
				yield isHeader || !record.cells.some((cell) => cell?.includes(NOT_UTF8))
					? { line, value: record.cells.map(unguarded) }
					: { line, problem: problems.encoding };
				isHeader = false;
			}
			line += linesIn(rest, at, record.end);
			at = record.end;
			// The end of a line that is given up may be yet to come.
			isSkipping = "problem" in record && at === rest.length && !isLast && !/[\r\n]$/.test(rest);
		}
		isReturned = at === rest.length && rest.endsWith("\r");
		rest = rest.slice(at);
	}
}

type Taken = { end: number; cells: (string | null)[]; isBlank: boolean } | { end: number; problem: string };

/** The record that begins here; undefined when its end has not come yet. */
function takeRecord(text: string, start: number, isLast: boolean): Taken | undefined {
	const cells: (string | null)[] = [];
	const isAll = isLast || text.length - start > LONGEST + 2;
	let at = start;
	for (;;) {
		const isQuoted = text[at] === '"';
		const end = isQuoted ? closingQuote(text, at + 1) : cellEnd(text, at);
		if (end === undefined) return isAll ? brokenLine(text, start, problems.open) : undefined;
		// What follows the last character may belong to it: another quote, the other half of a line's end.
		if (end + 2 >= text.length && !isLast) return isAll ? brokenLine(text, start, problems.length) : undefined;
		const raw = text.slice(at + (isQuoted ? 1 : 0), end);
		cells.push(isQuoted ? raw.replaceAll('""', '"') : raw || null);
		at = end + (isQuoted ? 1 : 0);
		if (text[at] === ",") {
			at += 1;
			continue;
		}
		if (at < text.length && text[at] !== "\r" && text[at] !== "\n") return brokenLine(text, start, problems.afterQuote);
		if (at - start > LONGEST) return brokenLine(text, start, problems.length);
		at += text.startsWith("\r\n", at) ? 2 : 1;
		return { end: Math.min(at, text.length), cells, isBlank: cells.length === 1 && cells[0] === null };
	}
}

function closingQuote(text: string, from: number): number | undefined {
	let end = text.indexOf('"', from);
	while (end >= 0 && text[end + 1] === '"') end = text.indexOf('"', end + 2);
	return end < 0 ? undefined : end;
}

const CELL_END = /[,\r\n]/g;

function cellEnd(text: string, from: number): number {
	CELL_END.lastIndex = from;
	return CELL_END.exec(text)?.index ?? text.length;
}

function brokenLine(text: string, start: number, problem: string): Taken {
	return { end: lineEnd(text, start) ?? text.length, problem };
}

const LINE_END = /\r\n|\r|\n/g;

/** Where the next line begins. */
function lineEnd(text: string, from: number): number | undefined {
	LINE_END.lastIndex = from;
	return LINE_END.test(text) ? LINE_END.lastIndex : undefined;
}

function linesIn(text: string, from: number, to: number): number {
	let count = 0;
	for (let at = lineEnd(text, from); at !== undefined && at <= to; at = lineEnd(text, at)) count += 1;
	return count;
}

/** The text in pieces as they arrive, without a byte order mark; the last piece is what a character that was cut off left, if anything. */
async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<{ text: string; isLast: boolean }> {
	const decoder = new TextDecoder();
	const isUtf8 = utf8Test();
	for await (const bytes of stream) {
		const text = decoder.decode(bytes, { stream: true });
		yield { text: isUtf8(bytes) ? text : marked(text), isLast: false };
	}
	yield { text: marked(decoder.decode()), isLast: true };
}

function marked(text: string): string {
	return text.replaceAll("\uFFFD", NOT_UTF8);
}

/** Whether each of the pieces of a text is UTF-8, given in order. */
function utf8Test(): (bytes: Uint8Array) => boolean {
	const newDecoder = () => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
	let decoder = newDecoder();
	return (bytes) => {
		try {
			decoder.decode(bytes, { stream: true });
			return true;
		} catch {
			// It would not go on where it failed.
			decoder = newDecoder();
			return false;
		}
	};
}

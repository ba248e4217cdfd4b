/** Files of lines that are too long to be held: read as they come, a broken line costing no more than itself. */

/** One record: its cells or its text, or what is wrong with it. `line` is where it begins. */
export type Line<T> = { line: number; value: T } | { line: number; problem: string };

/** Characters of one record. */
const LONGEST = 262_144;

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
	return value.length > LONGEST ? tooLong(line) : { line, value };
}

function tooLong(line: number): { line: number; problem: string } {
	return { line, problem: `It has more than ${LONGEST} characters.` };
}

/**
 * The records of a CSV text. One with quotes that cannot be read is given up up to the end of its first line, and reading goes on in the
 * next: a quote that nobody closed does not swallow the file.
 */
export async function* csvRecords(stream: ReadableStream<Uint8Array>): AsyncGenerator<Line<(string | null)[]>> {
	let rest = "";
	let line = 1;
	let isSkipping = false;
	for await (const { text, isLast } of chunksOf(stream)) {
		rest += text;
		let at = 0;
		if (isSkipping) {
			const newline = rest.indexOf("\n");
			isSkipping = newline < 0;
			at = isSkipping ? rest.length : newline + 1;
			line += isSkipping ? 0 : 1;
		}
		while (at < rest.length) {
			const record = takeRecord(rest, at, isLast || rest.length - at > LONGEST);
			if (record === undefined) break;
			if ("problem" in record) yield { line, problem: record.problem };
			else if (!record.isBlank) yield { line, value: record.cells };
			// The end of a line that is given up may be yet to come.
			isSkipping = "problem" in record && !isLast && rest[record.end - 1] !== "\n";
			line += linesIn(rest, at, record.end);
			at = record.end;
		}
		rest = rest.slice(at);
	}
}

type Taken = { end: number; cells: (string | null)[]; isBlank: boolean } | { end: number; problem: string };

/** The record that begins here; undefined when its end has not come yet. */
function takeRecord(text: string, start: number, isAll: boolean): Taken | undefined {
	const cells: (string | null)[] = [];
	let at = start;
	for (;;) {
		const isQuoted = text[at] === '"';
		const end = isQuoted ? closingQuote(text, at + 1) : cellEnd(text, at);
		if (end === undefined) return isAll ? brokenLine(text, start, "A quote is not closed.") : undefined;
		// What follows the last character may belong to it: another quote, the other half of a line's end.
		if (end + 2 >= text.length && !isAll) return undefined;
		const raw = text.slice(at + (isQuoted ? 1 : 0), end);
		cells.push(isQuoted ? raw.replaceAll('""', '"') : raw || null);
		at = end + (isQuoted ? 1 : 0);
		if (text[at] === ",") {
			at += 1;
			continue;
		}
		if (at < text.length && text[at] !== "\r" && text[at] !== "\n")
			return brokenLine(text, start, "A comma or the end of the line must follow a closing quote.");
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
	const newline = text.indexOf("\n", start);
	return { end: newline < 0 ? text.length : newline + 1, problem };
}

function linesIn(text: string, from: number, to: number): number {
	let count = 0;
	for (let at = text.indexOf("\n", from); at >= 0 && at < to; at = text.indexOf("\n", at + 1)) count += 1;
	return count;
}

/** The text in pieces as they arrive, without a byte order mark; the last piece is empty. */
async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<{ text: string; isLast: boolean }> {
	const decoder = new TextDecoder();
	for await (const bytes of stream) yield { text: decoder.decode(bytes, { stream: true }), isLast: false };
	yield { text: decoder.decode(), isLast: true };
}

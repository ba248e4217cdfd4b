import type { ImportLine } from "./schema.ts";

/** A line that can become a customer, under an id that it has or was given. */
export type Row = { line: number; uid: string; body: ImportLine };

/**
 * Lines held at once. An export of a directory of ten thousand comes back in whatever order it is; a Worker has 128 MB, of which these take 8,
 * or 16 where their letters are not Latin, and as much again while they are read.
 */
export const HELD = { lines: 10_000, characters: 8_000_000 };

/** Lines whose parent is not there yet, in the order of the file. */
export class HeldLines {
	/** JSON: objects would take a multiple, and a text cut out of a piece of the file would keep all of the piece. */
	#lines: string[] = [];
	#characters = 0;

	get size(): number {
		return this.#lines.length;
	}

	/** Keeps a line; false when that would be more than are held. */
	hold(row: Row): boolean {
		const line = JSON.stringify(row);
		if (this.#lines.length >= HELD.lines || this.#characters + line.length > HELD.characters) return false;
		this.#lines.push(line);
		this.#characters += line.length;
		return true;
	}

	/** All lines, which are held no more. */
	take(): Iterable<Row> {
		const lines = this.#lines;
		[this.#lines, this.#characters] = [[], 0];
		return rowsOf(lines);
	}
}

function* rowsOf(lines: readonly string[]): Generator<Row> {
	for (const line of lines) yield JSON.parse(line) as Row;
}

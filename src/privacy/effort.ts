import type { ErasureCounts } from "./run-store.ts";
import type { Count, RoomCount } from "./schema.ts";

/** What one call may do: units of work (a step of a room is one, of the record a few), and time. */
const UNITS = 300;
const TIME_MS = 5000;

/** Units of a step that asks D1 and KV. A Worker may ask for a thousand things in one request. */
export const RECORD = 5;
/** Units of a step of a room. */
export const ROOM = 1;

/** A step came to its end, or something could not go now, or the call has done its share. */
export type Outcome = "done" | "left" | "later";

/** What a call has done so far, and whether it may go on. */
export class Effort {
	readonly counts: ErasureCounts = {};
	/** Whether it goes through what was erased before, too. */
	readonly isRepeated: boolean;
	readonly #left = new Map<string, { count: number; why: string }>();
	readonly #rooms = new Map<string, RoomCount>();
	readonly #until = Date.now() + TIME_MS;
	#units = UNITS;

	constructor({ isRepeated = false } = {}) {
		this.isRepeated = isRepeated;
	}

	/** Takes a step's units; false when the call has done its share. */
	spend(units: number): boolean {
		this.#units -= units;
		return this.#units >= 0 && Date.now() < this.#until;
	}

	erased(kind: string, count: number): void {
		if (count > 0) this.counts[kind] = (this.counts[kind] ?? 0) + count;
	}

	/** Something is there and stays: until a later call, or for good. */
	left(kind: string, count: number, why: string): void {
		if (count > 0) this.#left.set(kind, { count: (this.#left.get(kind)?.count ?? 0) + count, why });
	}

	room(chatId: string, { found, erased, why }: { found: number; erased: number; why?: string }): void {
		const before = this.#rooms.get(chatId) ?? { chatId, found: 0, erased: 0 };
		this.#rooms.set(chatId, {
			...before,
			found: before.found + found,
			erased: before.erased + erased,
			...(why === undefined ? {} : { why }),
		});
	}

	get rooms(): RoomCount[] {
		return [...this.#rooms.values()];
	}

	/** By kind, with what earlier calls have done. */
	items(earlier: ErasureCounts = {}): Count[] {
		const kinds = new Set([...Object.keys(earlier), ...Object.keys(this.counts), ...this.#left.keys()]);
		return [...kinds].sort().map((kind) => {
			const erased = (earlier[kind] ?? 0) + (this.counts[kind] ?? 0);
			const left = this.#left.get(kind);
			return {
				kind,
				found: erased + (left?.count ?? 0),
				erased,
				left: left?.count ?? 0,
				...(left ? { why: left.why } : {}),
			};
		});
	}
}

/** Counts with more of them. */
export function sumOf(counts: ErasureCounts, more: ErasureCounts): ErasureCounts {
	const sum = { ...counts };
	for (const [kind, count] of Object.entries(more)) sum[kind] = (sum[kind] ?? 0) + count;
	return sum;
}

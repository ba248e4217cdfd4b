import type { Directory } from "./index-store.ts";
import { listRows, type Filter, type ListedRow, type Order, type Slice, type UpTo } from "./list-store.ts";
import type { Owed } from "./lookup-store.ts";
import { tuning } from "./plan.ts";

/** What is looked for, in which order, and which part of it. */
export type Search = { filter: Filter; order: Order; slice: Slice };

/** What was found so far, and the rows that it leads to. */
export class Found {
	readonly #directory: Directory;
	readonly #search: Search;
	readonly #owed: readonly number[];
	readonly #lastId: number;
	readonly #ids: number[] = [];
	/** Rows of the slice and before it. */
	readonly wanted: number;
	/** The tenant that a text alone must be kept to; undefined where the record does. */
	readonly tenant: string | undefined;
	/** Ids asked for at once. */
	readonly enough: number;
	/** Names of the first few that have a text: where in the order of names many have it. */
	names: readonly string[] = [];

	constructor(directory: Directory, search: Search, { owed, lastId }: Owed, tenant: string | undefined) {
		[this.#directory, this.#search, this.#owed, this.#lastId] = [directory, search, owed, lastId];
		this.tenant = tenant;
		this.wanted = search.slice.offset + search.slice.limit;
		this.enough = this.wanted + tuning.spare;
	}

	/** How many match, of entries that were all there are; undefined where only the record can tell. */
	totalOf(matches: number): number | undefined {
		return this.#owed.length === 0 ? matches : undefined;
	}

	/** True when there may be enough for the slice. */
	get mayDo(): boolean {
		return this.#ids.length >= this.wanted;
	}

	/** How many ids there are where these are the first: they are handed out in turn, so how far these reach tells. */
	expected(first: readonly number[]): number {
		return (first.length * this.#lastId) / (first.at(-1) ?? 1);
	}

	/** Ids asked for at once of sections of which the first may hold so many: all that it does, if those are few. */
	enoughOf(expected: number): number {
		return Math.max(this.enough, Math.min(Math.round(1.5 * expected), this.wanted + tuning.beyond));
	}

	add(ids: readonly number[]): void {
		for (const id of ids) this.#ids.push(id);
	}

	/** The rows of the slice among those found, and those given, up to where the order was looked through. */
	rows(ids: readonly number[] = [], upTo?: UpTo): Promise<ListedRow[]> {
		const { filter, order, slice } = this.#search;
		const all = [...new Set([...this.#ids, ...ids, ...this.#owed])];
		return listRows(this.#directory, filter, order, slice, { kind: "lookup", ids: all, upTo });
	}

	/** The rows of the slice, if it is full. */
	async slice(upTo: UpTo, ids?: readonly number[]): Promise<ListedRow[] | undefined> {
		const rows = await this.rows(ids, upTo);
		return rows.length === this.#search.slice.limit ? rows : undefined;
	}
}

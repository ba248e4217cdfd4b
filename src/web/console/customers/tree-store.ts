import { signal } from "@preact/signals";
import { messageOf } from "../core/api.ts";
import { childrenOf } from "./directory.ts";
import type { Customer } from "./types.ts";

/** What is known of the customers right below one. */
type Branch = {
	items: Customer[];
	hasMore: boolean;
	cursor?: string | undefined;
	isLoading: boolean;
	error: string;
};

/** The customer that the topmost ones are below. */
const TOP = "";

/** A line of the tree: a customer, or what there is to say at the end of a branch. */
export type Row = { key: string; parentId: string; level: number } & (
	| { kind: "customer"; customer: Customer; isOpen: boolean; at: number; of: number }
	| { kind: "more" | "loading" }
	| { kind: "error"; error: string }
);

/** The tree as far as it was opened: branches come when they are, a page at a time. */
export class CustomerTree {
	/** Changes with anything that is shown. */
	readonly version = signal(0);
	readonly #branches = new Map<string, Branch>();
	readonly #open = new Set<string>();

	constructor() {
		void this.more(TOP);
	}

	/** The lines from top to bottom. */
	get rows(): Row[] {
		void this.version.value;
		return this.#rowsBelow(TOP, 1);
	}

	#rowsBelow(parentId: string, level: number): Row[] {
		const branch = this.#branches.get(parentId);
		if (!branch) return [];
		const of = branch.hasMore ? -1 : branch.items.length;
		const rows = branch.items.flatMap((customer, index): Row[] => {
			const isOpen = this.#open.has(customer.id) && customer.childCount > 0;
			const row = { kind: "customer" as const, customer, isOpen, at: index + 1, of };
			const below = isOpen ? this.#rowsBelow(customer.id, level + 1) : [];
			return [{ ...row, key: customer.id, parentId, level }, ...below];
		});
		const end = { parentId, level };
		if (branch.isLoading) rows.push({ ...end, kind: "loading", key: `loading ${parentId}` });
		else if (branch.error) rows.push({ ...end, kind: "error", key: `error ${parentId}`, error: branch.error });
		else if (branch.hasMore) rows.push({ ...end, kind: "more", key: `more ${parentId}` });
		return rows;
	}

	get isEmpty(): boolean {
		const top = this.#branches.get(TOP);
		return top !== undefined && !top.isLoading && !top.error && top.items.length === 0;
	}

	/** Opens a customer's branch, and answers when what is in it is there. */
	async open(id: string): Promise<void> {
		this.#open.add(id);
		this.#changed();
		if (!this.#branches.has(id)) await this.more(id);
	}

	close(id: string): void {
		this.#open.delete(id);
		this.#changed();
	}

	/** Loads the next page of a branch; the first one if there is none. */
	async more(parentId: string): Promise<void> {
		const before = this.#branches.get(parentId);
		if (before?.isLoading) return;
		await this.#load(parentId, before?.items ?? [], before?.cursor);
	}

	/** Adds a page to these; what is shown stays until it is there. */
	async #load(parentId: string, items: Customer[], cursor: string | undefined): Promise<void> {
		const shown = this.#branches.get(parentId)?.items ?? [];
		const branch: Branch = { items: shown, hasMore: false, cursor, isLoading: true, error: "" };
		this.#set(parentId, branch);
		try {
			const page = await childrenOf(parentId === TOP ? undefined : parentId, cursor);
			// Somebody who comes or goes between two pages is not shown twice.
			const known = new Set(items.map(({ id }) => id));
			const fresh = (page.items ?? []).filter(({ id }) => !known.has(id));
			const next = { hasMore: page.hasMorePages, cursor: page.cursor, isLoading: false };
			if (this.#branches.get(parentId) === branch)
				this.#set(parentId, { ...branch, ...next, items: [...items, ...fresh] });
		} catch (error) {
			if (this.#branches.get(parentId) === branch)
				this.#set(parentId, { ...branch, isLoading: false, error: messageOf(error) });
		}
	}

	/** Opens the way to a customer, as far as it is within what the branches show first. */
	async reveal(breadcrumb: readonly { id: string }[]): Promise<void> {
		for (const { id } of breadcrumb.slice(0, -1)) await this.open(id);
	}

	/** Shows a customer as it is now, wherever it is in sight. */
	update(customer: Customer): void {
		for (const branch of this.#branches.values())
			branch.items = branch.items.map((item) => (item.id === customer.id ? customer : item));
		this.#changed();
	}

	/** Reads a branch anew from its first page. */
	async refresh(parentId: string | undefined): Promise<void> {
		const id = parentId ?? TOP;
		if (id !== TOP && !this.#branches.has(id)) return;
		await this.#load(id, [], undefined);
	}

	#set(id: string, branch: Branch): void {
		this.#branches.set(id, branch);
		this.#changed();
	}

	#changed(): void {
		this.version.value += 1;
	}
}

import { stepsOfKey, tokens, type KeyKind } from "./entry.ts";
import type { Order, Position } from "./list-store.ts";

/** An account as the order of accounts has it. */
export type AccountPlace = { id: number; nameKey: string };

/** A part of an order: the customers whose keys begin alike; in the order of accounts, those of one account. */
export type Section = {
	account?: AccountPlace | undefined;
	/** What the keys begin with; of a date, its first digits. */
	prefix: string;
	/** The keys end there as well. */
	isWhole: boolean;
	/** It holds too many to be read at once: it must be divided. `behind` is the part of it that comes last before what is left. */
	isOpen: boolean;
	behind?: Section | undefined;
	/** Of keys that are all the same: up to where it was read. */
	past?: Position | undefined;
	/** How many that are looked for it may hold. */
	expected?: number | undefined;
};

/** Parts of one section, in order, and what is left behind them; of several levels each is of the first part of the one before. */
export type Level = { parts: readonly Section[]; rest?: Section | undefined };

/**
 * The sections of levels in order, with as many levels as it takes for the first of them to hold about `wanted` of what is looked for, if that
 * is spread evenly.
 */
export function inOrder(levels: readonly Level[], expected: number, wanted: number): Section[] {
	const [level, ...deeper] = levels;
	if (!level) return [];
	const { parts, rest } = level;
	const ofEach = expected / (parts.length + (rest ? 1 : 0));
	const [first, ...others] = parts.map((section) => ({ ...section, expected: ofEach }));
	if (!first) return [];
	const isFine = deeper.length === 0 || ofEach <= wanted;
	return [...(isFine ? [first] : inOrder(deeper, ofEach, wanted)), ...others, ...(rest ? [rest] : [])];
}

/** The whole of an order. */
export const everything: Section = { prefix: "", isWhole: false, isOpen: true };

/** The key that divides an order, by the index that has its beginnings. Dates of creation need none: they are in the order of ids. */
export function keyOf({ field }: Order): { kind: KeyKind; column: string; index: string } {
	switch (field) {
		case "ReferenceId":
			return { kind: "r", column: "reference_id", index: "customer_reference" };
		case "DateLastModified":
			return { kind: "u", column: "updated_at", index: "customer_updated" };
		case "AccountName":
			return { kind: "n", column: "name_key", index: "customer_account" };
		default:
			return { kind: "n", column: "name_key", index: "customer_name" };
	}
}

/** What the index is asked, beside the question itself, for the customers of a section. */
export function tokenOfSection(tenantId: string, { prefix, isWhole }: Section, order: Order): string | undefined {
	return prefix === "" && !isWhole ? undefined : tokens.beginning(tenantId, keyOf(order).kind, prefix, isWhole);
}

/** The narrowest section that a key is in. */
export function sectionOfKey(key: string | number, account: AccountPlace | undefined, order: Order): Section {
	const characters = [...String(key)];
	const longest = stepsOf(order).findLast((step) => step <= characters.length);
	const isWhole = longest !== stepsOf(order).at(-1);
	const prefix = isWhole ? String(key) : characters.slice(0, longest).join("");
	return { account, prefix, isWhole, isOpen: false };
}

/** True for keys of a section. */
export function isIn(key: string, { prefix, isWhole }: Section): boolean {
	return isWhole ? key === prefix : key.startsWith(prefix);
}

/** The lengths that keys of an order can be divided by. */
export function stepsOf(order: Order): readonly number[] {
	return stepsOfKey[keyOf(order).kind];
}

const DIGITS = 13;

/** The first moment whose digits begin so, and the first one after all of those. */
export function spanOf(prefix: string): [from: number, to: number] {
	const unit = 10 ** (DIGITS - prefix.length);
	return [Number(prefix) * unit, (Number(prefix) + 1) * unit];
}

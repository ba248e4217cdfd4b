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
	/** The first part that is likely to have something of what is looked for. */
	isBeginning?: boolean;
	/** It stands for some of its parts, which are asked for together. */
	parts?: readonly Section[];
	behind?: Section | undefined;
	/** Of keys that are all the same: up to where it was read. */
	past?: Position | undefined;
	/** How many that are looked for it may hold. */
	expected?: number | undefined;
};

/** Parts of one section, in order, and what is left behind them; of several levels each is of the part of the one before that is `at` a place. */
export type Level = { parts: readonly Section[]; at: number; rest?: Section | undefined };

/** A match for each part of which none is known, so that these are not thought empty. */
const UNSEEN = 0.3;

/**
 * The sections of one that was divided, in order, with as many levels as it takes for what is divided to hold about `wanted` of those that are
 * looked for: spread as the names are that are known of them, or evenly. Parts before the first that is likely to have something are one.
 */
export function inOrder(
	section: Section,
	levels: readonly Level[],
	wanted: number,
	names: readonly string[] = [],
): Section[] {
	const [level, ...deeper] = levels;
	if (!level) return [];
	const { parts, at, rest } = level;
	const { expected = 0 } = section;
	const ofEach = expected / (names.length + UNSEEN * (parts.length + (rest ? 1 : 0)));
	const within = (part: Section) => names.filter((name) => isIn(name, part));
	const all = parts.map((part) => ({ ...part, expected: ofEach * (within(part).length + UNSEEN) }));
	const next = all[at];
	if (!next) return rest ? [...all, rest] : all;
	const before = all.slice(0, at);
	const isFine = deeper.length === 0 || next.expected <= wanted;
	const isOne = before.length > 1 && section.prefix !== "" && !section.behind;
	return [
		...(isOne ? [{ ...section, isOpen: false, isBeginning: false, parts: before }] : before),
		...(isFine ? [{ ...next, isBeginning: true }] : inOrder(next, deeper, wanted, within(next))),
		...all.slice(at + 1),
		...(rest ? [rest] : []),
	];
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

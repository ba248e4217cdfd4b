import { pairsOf, shortGramsOf, tokenOf } from "./fold.ts";
import { idOfPath, STEP, stepsOf, tagIdsOf } from "./row.ts";

/** What the search index is told of a customer. */
export type Indexed = {
	path: string;
	name_key: string;
	reference_id: string;
	updated_at: number;
	account_id: number;
	tag_ids: string;
};

/** Keys of orders that the index knows the beginnings of. */
export type KeyKind = "n" | "r" | "u";

/**
 * How many characters the beginnings have that a customer is marked with, so that a part of an order can be asked for. Names that share more
 * than the longest are told apart in the record alone.
 */
const TEXT_STEPS = [2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 24];
/** Of the 13 digits of a date: spans of 115 days, 28 hours, 17 minutes, 10 and 0.1 seconds, and one millisecond. */
const DATE_STEPS = [3, 5, 7, 9, 11, 13];

/** Characters of the beginning of a name that its pairs are noted with. */
export const WITHIN = 2;

export const stepsOfKey: Record<KeyKind, readonly number[]> = { n: TEXT_STEPS, r: TEXT_STEPS, u: DATE_STEPS };

/** The tenant, account, ancestors and tags of a customer, the shortest pieces of its name, and how its keys begin: one token each. */
export function facetsOf(tenantId: string, id: number, row: Indexed): string {
	const ancestors = stepsOf(row.path.slice(0, -STEP)).map(idOfPath);
	const parent = ancestors.at(-1);
	return [
		tokens.tenant(tenantId),
		tokens.account(row.account_id),
		tokens.self(id),
		...ancestors.flatMap((ancestor) => [tokens.below(ancestor), tokens.belowIn(ancestor, row.account_id)]),
		...(parent === undefined ? [] : [tokens.child(parent)]),
		...tagIdsOf(row.tag_ids).map(tokens.tag),
		...shortGramsOf(row.name_key).map(tokens.short),
		...new Set(pairsOf(row.name_key).map(tokens.within(tenantId, row.name_key))),
		...beginnings(tenantId, "n", row.name_key),
		...beginnings(tenantId, "r", row.reference_id),
		...beginnings(tenantId, "u", String(row.updated_at)),
	].join(" ");
}

/** The words in which the index is told and asked. */
export const tokens = {
	tenant: (id: string) => `d${tokenOf(id)}`,
	account: (id: number) => `a${id}`,
	self: (id: number) => `s${id}`,
	below: (ancestor: number) => `p${ancestor}`,
	/** Both at once: where accounts are gone through one by one, those that a subtree has nothing of cost nothing. */
	belowIn: (ancestor: number, account: number) => `p${ancestor}a${account}`,
	child: (parent: number) => `q${parent}`,
	tag: (id: number) => `t${id}`,
	short: (gram: string) => `g${gram}`,
	/**
	 * Two characters of a name together with how it begins: where names that begin so have no such pair nothing is gone through, and else
	 * a list of those alone.
	 */
	within: (tenantId: string, nameKey: string) => {
		const beginning = `b${markOf(tenantId)}${tokenOf([...nameKey].slice(0, WITHIN).join(""))}`;
		return (pair: string) => `${beginning}${pair}`;
	},
	/** Keys that begin so; with `isWhole`, those that are no longer. Marked with the tenant: its customers do not stand among all others'. */
	beginning: (tenantId: string, kind: KeyKind, prefix: string, isWhole: boolean) =>
		`${isWhole ? "w" : ""}${kind}${markOf(tenantId)}${tokenOf(prefix)}`,
};

/** One of 46,656: enough to tell tenants apart, which only saves time; the record knows whose a customer is. */
function markOf(tenantId: string): string {
	// An import asks for the same one a million times.
	if (tenantId !== marked.tenantId) marked = { tenantId, mark: newMarkOf(tenantId) };
	return marked.mark;
}

let marked = { tenantId: "", mark: "" };

function newMarkOf(tenantId: string): string {
	let hash = 0;
	for (const character of tenantId) hash = (Math.imul(hash, 31) + (character.codePointAt(0) ?? 0)) >>> 0;
	return (hash % 36 ** 3).toString(36).padStart(3, "0");
}

function beginnings(tenantId: string, kind: KeyKind, key: string): string[] {
	const characters = [...tokenOf(key)];
	const start = tokens.beginning(tenantId, kind, "", false);
	const steps = stepsOfKey[kind];
	const within = steps.filter((step) => step <= characters.length);
	const prefixes = within.map((step) => `${start}${characters.slice(0, step).join("")}`);
	return within.length === steps.length ? prefixes : [...prefixes, tokens.beginning(tenantId, kind, key, true)];
}

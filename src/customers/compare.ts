/** Compares keys of an order as SQLite does: numbers by value, texts by code point. */
export function compareKeys(a: readonly (string | number)[], b: readonly (string | number)[]): number {
	const at = a.findIndex((key, place) => key !== b[place]);
	if (at < 0) return 0;
	const [left, right] = [a[at], b[at]];
	if (typeof left === "string" && typeof right === "string") return compareTexts(left, right);
	return Number(left) - Number(right);
}

/** JavaScript compares by 16 bits, which puts what takes two of them before U+E000 to U+FFFF. */
function compareTexts(a: string, b: string): number {
	let at = 0;
	while (at < a.length && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
	return rank(a.charCodeAt(at)) - rank(b.charCodeAt(at));
}

function rank(unit: number): number {
	if (Number.isNaN(unit)) return -1;
	if (unit < 0xd800) return unit;
	return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** The first few of a list in an order; to sort all of some thousand for a page took longer than to read them. */
export function firstOf<Item>(list: readonly Item[], most: number, compare: (a: Item, b: Item) => number): Item[] {
	const first: Item[] = [];
	for (const item of list) {
		const last = first.at(-1);
		if (first.length >= most && (last === undefined || compare(item, last) >= 0)) continue;
		let [from, to] = [0, first.length];
		while (from < to) {
			const middle = (from + to) >> 1;
			if (compare(item, first[middle] as Item) < 0) to = middle;
			else from = middle + 1;
		}
		first.splice(from, 0, item);
		if (first.length > most) first.pop();
	}
	return first;
}

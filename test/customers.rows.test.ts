import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { directoryOf, fill, index, uidOf } from "../bench/directory/fill.ts";
import { RowsRead } from "../bench/directory/rows-read.ts";
import { listCustomers } from "../src/customers/list.ts";
import { listQuery, sortFields } from "../src/customers/schema.ts";
import { checked } from "../src/http/validate.ts";

const SHAPE = [10, 100, 2000, 28_000] as const;
const TOTAL = SHAPE.reduce((sum, count) => sum + count, 0);

beforeAll(async () => {
	await fill(env.DB, SHAPE);
	for (let after: number | null = 0; after !== null;) after = await index(env.DB, env.SEARCH, after);
}, 120_000);

async function list(query: string) {
	const read = new RowsRead();
	const visit = { directory: directoryOf(read.on(env.DB), read.on(env.SEARCH)), userId: "mia", root: "", rootSize: 0 };
	const answer = await listCustomers(
		visit,
		checked(listQuery, Object.fromEntries(new URLSearchParams(query)), "query"),
	);
	return { ...answer, rows: read.total };
}

const filters = {
	"no filter": "",
	"a large subtree": `parentCustomerIds=${uidOf(3)}`,
	"a middle subtree": `parentCustomerIds=${uidOf(17)}`,
	children: `parentCustomerIds=${uidOf(3)}&shallowParent=true`,
	"an account": `accountIds=${uidOf(4)}`,
	"a tag": `tagIds=${uidOf(5)}`,
	"two tags": `tagIds=${uidOf(5)},${uidOf(70)}`,
	"a common text": "nameFilter=den",
	"a rare text": "nameFilter=0123",
	"two letters": "nameFilter=zq",
	"an account and a tag": `accountIds=${uidOf(4)}&tagIds=${uidOf(5)}`,
	"a subtree, a tag and a text": `parentCustomerIds=${uidOf(3)}&tagIds=${uidOf(5)}&nameFilter=den`,
};

it.each(Object.entries(filters))("reads under 5,000 rows for the first page of %s, in any order", async (_, filter) => {
	for (const field of sortFields)
		for (const direction of ["Ascend", "Descend"])
			for (const paging of ["", "&simplifiedPaging=true"]) {
				const { rows } = await list(`${filter}&sortField=${field}&sortOrder=${direction}${paging}`);
				expect([field, direction, paging, rows < 5000 ? "few" : rows]).toEqual([field, direction, paging, "few"]);
			}
});

it("counts nothing for simplified paging, little where a counter knows, and else up to a limit", async () => {
	const [counted, simplified] = [await list("nameFilter=den"), await list("nameFilter=den&simplifiedPaging=true")];
	expect(counted).toMatchObject({ totalCount: 1000, totalPages: 40, isTotalLowerBound: true, hasMorePages: true });
	expect(simplified).toMatchObject({ totalCount: 0, totalPages: 0, hasMorePages: true });
	expect(simplified).not.toHaveProperty("isTotalLowerBound");
	expect([counted.rows - simplified.rows > 900, counted.rows - simplified.rows < 1100]).toEqual([true, true]);
	for (const [filter, count] of [
		["", TOTAL],
		[`parentCustomerIds=${uidOf(3)}`, 3010],
	] as const) {
		const known = await list(filter);
		expect(known.totalCount).toBe(count);
		expect(known).not.toHaveProperty("isTotalLowerBound");
		expect(known.rows).toBe((await list(`${filter}&simplifiedPaging=true`)).rows);
	}
});

it("goes on behind what was counted, and says more as more is seen", async () => {
	const far = await list("nameFilter=den&page=60");
	expect(far).toMatchObject({ totalCount: 61 * 25 + 1, totalPages: 62, isTotalLowerBound: true, hasMorePages: true });
	expect(far.items).toHaveLength(25);
	let [last, pages] = [await list(`tagIds=${uidOf(5)}&nameFilter=e`), 1];
	while (last.hasMorePages) [last, pages] = [await list(`tagIds=${uidOf(5)}&nameFilter=e&page=${pages}`), pages + 1];
	expect(last.totalCount).toBe((pages - 1) * 25 + last.items.length);
	expect(last).not.toHaveProperty("isTotalLowerBound");
});

it("reads no more for a page far behind, with a cursor, than for the first", async () => {
	const first = await list("simplifiedPaging=true");
	const far = await list("page=399&simplifiedPaging=true");
	const next = await list(`cursor=${far.cursor}&simplifiedPaging=true`);
	expect(next.rows).toBeLessThan(2 * first.rows);
	await expect(list("all=true")).rejects.toThrow(/More than 10000/);
});

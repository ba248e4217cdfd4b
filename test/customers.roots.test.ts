import { expect, it } from "vitest";
import { Person, unique } from "./support/client.ts";

type Made = { id: string; name: string };

async function made(mia: Person, body: object): Promise<Made> {
	const answer = await mia.call("POST", "/customers", body);
	expect(answer.status).toBe(200);
	return answer.body;
}

it("lists the top of the tree by name, page by page, either way", async () => {
	const mia = await Person.signIn("Manager", unique("tenant"));
	expect((await mia.call("GET", "/customers?rootsOnly=true")).body).toEqual({
		items: [],
		totalCount: 0,
		totalPages: 0,
		hasMorePages: false,
	});
	for (const name of ["Éclair", "echo", "Delta", "echo", "Alpha"]) {
		const root = await made(mia, { name });
		await made(mia, { name: `Below ${name}`, parentCustomerId: root.id });
	}
	for (const [order, names] of [
		["Ascend", ["Alpha", "Delta", "echo", "echo", "Éclair"]],
		["Descend", ["Éclair", "echo", "echo", "Delta", "Alpha"]],
	] as const) {
		const shown: string[] = [];
		for (let cursor = ""; ;) {
			const query = `rootsOnly=true&sortOrder=${order}&countPerPage=2${cursor && `&cursor=${cursor}`}`;
			const { body } = await mia.call("GET", `/customers?${query}`);
			shown.push(...body.items.map(({ name }: Made) => name));
			expect([body.totalCount, body.items.length <= 2]).toEqual([0, true]);
			if (!body.hasMorePages) break;
			cursor = encodeURIComponent(body.cursor);
		}
		expect(shown).toEqual(names);
	}
	expect((await mia.call("GET", "/customers?rootsOnly=true&all=true")).body.items).toHaveLength(5);
	const other = await Person.signIn("Manager", unique("tenant"));
	expect((await other.call("GET", "/customers?rootsOnly=true")).body.items).toEqual([]);
});

it("refuses a filter or another order beside it, and says so", async () => {
	const mia = await Person.signIn("Manager", unique("tenant"));
	const filtered = await mia.call("GET", "/customers?rootsOnly=true&nameFilter=a");
	expect([filtered.status, filtered.body.responseStatus.errors]).toEqual([
		400,
		[{ errorCode: "Predicate", fieldName: "RootsOnly", message: "'Roots Only' goes with no filter." }],
	]);
	const sorted = await mia.call("GET", "/customers?rootsOnly=true&sortField=DateCreated");
	expect([sorted.status, sorted.body.responseStatus.errorCode]).toEqual([400, "InvalidSortField"]);
});

it("is for a customer the one it speaks for", async () => {
	const tenant = unique("tenant");
	const mia = await Person.signIn("Manager", tenant);
	const carl = await Person.signIn("Customer", tenant);
	expect((await carl.call("GET", "/customers?rootsOnly=true")).body.items).toEqual([]);
	const root = await made(mia, { name: "Root" });
	const own = await made(mia, { id: "66f0a1c0d3e4f5a6b7c8d9f000000000", name: "Own", parentCustomerId: root.id });
	await made(mia, { name: "Below", parentCustomerId: own.id });
	const { items } = (await carl.call("GET", "/customers?rootsOnly=true")).body;
	expect(
		items.map(({ id, parentCustomerId }: { id: string; parentCustomerId?: string }) => [id, parentCustomerId]),
	).toEqual([[own.id, undefined]]);
});

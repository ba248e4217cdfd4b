import { afterEach, expect, it } from "vitest";
import { limits } from "../src/customers/limits.ts";
import { listCustomers, type CustomerList } from "../src/customers/list.ts";
import { tuning } from "../src/customers/plan.ts";
import type { ListQuery } from "../src/customers/schema.ts";
import { Company, isWithin } from "./support/directory.ts";
import { Person } from "./support/client.ts";

const usual = { ...tuning };
const counted = limits.counted;
afterEach(() => {
	Object.assign(tuning, usual);
	Object.assign(limits, { counted });
});

/** Limits that lead a directory of a hundred customers down each way that one of a million would take. */
const indexed = { few: 0, walk: 0, scan: 0, spare: 0, beyond: 0, sampled: 3 };
const ways = {
	"as tuned": {},
	"by short walks": { ...indexed, walk: 20, sorted: 0, sortedWithText: 0 },
	"by what the index sorts": { ...indexed, sorted: 1000, sortedWithText: 1000 },
	"by sections": { ...indexed, sorted: 0, sortedWithText: 0 },
	"by sections of one level": { ...indexed, sorted: 0, sortedWithText: 0, levels: 1 },
	"by sections of few parts": { ...indexed, sorted: 0, sortedWithText: 0, parts: 3 },
	"by sections from where a text begins": { ...indexed, sorted: 0, sortedWithText: 0, sampled: 6, ahead: 1 },
	"by sections that hold enough": { ...indexed, beyond: 30, sorted: 0, sortedWithText: 0 },
	"by scans": { few: 0, walk: 0, scan: 1000 },
};

it.each(Object.entries(ways))(
	"lists what a plain model lists, %s",
	async (_, way) => {
		for (const seed of [1, 2]) {
			const company = await Company.found(seed);
			for (let round = 0; round < 6; round++) {
				for (let step = 0; step < 20; step++) await company.step();
				if (round % 3 === 2) await company.forget();
				Object.assign(tuning, way);
				Object.assign(limits, { counted: round % 2 === 0 ? counted : 4 });
				for (let asked = 0; asked < 40; asked++) await compare(company);
				Object.assign(tuning, usual);
			}
		}
	},
	120_000,
);

async function compare(company: Company): Promise<void> {
	const query = company.query();
	const { ids, total } = company.expected(query);
	const answer = await listCustomers(await company.visit(), query);
	expect([query, answer.items.map(({ id }) => id)]).toEqual([query, ids]);
	expectTotal(query, answer, total);
	const isMore = !query.all && (query.page + 1) * query.countPerPage < total;
	expect([query, answer.hasMorePages]).toEqual([query, isMore]);
	if (!answer.hasMorePages || answer.cursor === undefined) return;
	const next = await listCustomers(await company.visit(), { ...query, page: 0, cursor: answer.cursor });
	const expected = company.expected({ ...query, page: query.page + 1 });
	expect([query, next.items.map(({ id }) => id)]).toEqual([query, expected.ids]);
}

/** Exact, or said to be a lower bound: no less than the limit of counting, no less than what was shown, and never too much. */
function expectTotal(query: ListQuery, answer: CustomerList, total: number): void {
	const { totalCount, totalPages, isTotalLowerBound = false, items } = answer;
	const isExact = totalCount === (query.simplifiedPaging ? 0 : total);
	expect([query, totalCount, isTotalLowerBound || isExact]).toEqual([query, totalCount, true]);
	expect(totalPages).toBe(query.all ? Math.min(totalCount, 1) : Math.ceil(totalCount / query.countPerPage));
	if (!isTotalLowerBound) return;
	const seen = items.length === 0 ? 0 : query.page * query.countPerPage + items.length + Number(answer.hasMorePages);
	expect([query, total > limits.counted, totalCount]).toEqual([query, true, Math.max(limits.counted, seen)]);
	expect(totalCount).toBeLessThanOrEqual(total);
}

it("shows a customer nothing outside of its subtree, whatever it asks", async () => {
	const company = await Company.found(3);
	for (let step = 0; step < 80; step++) await company.step();
	for (const way of Object.values(ways)) {
		Object.assign(tuning, way);
		Object.assign(limits, { counted: 3 });
		for (let asked = 0; asked < 80; asked++) {
			const root = company.chance.of(company.customers);
			if (!root) throw new Error("the directory is empty");
			const query = company.query();
			const carl = await company.visit({ roles: ["Customer"], customerId: root.id });
			const answer = await listCustomers(carl, query);
			const { ids, total } = company.expected(query, root);
			expect([query, answer.items.map(({ id }) => id)]).toEqual([query, ids]);
			expectTotal(query, answer, total);
			const own = new Set(company.customers.filter((customer) => isWithin(customer, root)).map(({ id }) => id));
			for (const { breadcrumb = [], parentCustomerId } of answer.items) {
				for (const { id } of breadcrumb) expect(own).toContain(id);
				if (parentCustomerId !== undefined) expect(own).toContain(parentCustomerId);
			}
		}
	}
}, 120_000);

it("shows nothing to a customer that has none, or one of another tenant", async () => {
	const [company, other] = [await Company.found(4), await Company.found(5)];
	for (let step = 0; step < 8; step++) await company.step();
	await other.step();
	for (const customerId of [undefined, "f".repeat(32), other.customers[0]?.id]) {
		const person = customerId === undefined ? {} : { customerId };
		const carl = await company.visit({ roles: ["Customer"], ...person });
		expect((await listCustomers(carl, { ...company.query(), page: 0 })).items).toEqual([]);
	}
	const { body } = await (await Person.signIn("Manager", other.tenantId)).call("GET", "/customers?all=true");
	expect(body.items).toHaveLength(1);
});

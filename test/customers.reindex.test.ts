import { createScheduledController } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, expect, it } from "vitest";
import { listCustomers } from "../src/customers/list.ts";
import { tuning } from "../src/customers/plan.ts";
import worker from "../src/index.ts";
import { Company } from "./support/directory.ts";

const usual = { ...tuning };
afterEach(() => void Object.assign(tuning, usual));

const sweep = (bindings = env) => worker.scheduled(createScheduledController({ cron: "* * * * *" }), bindings);

/** A directory of some sixty customers, of which the index holds nothing, as after a migration that makes it anew. */
async function unindexed(seed: number): Promise<Company> {
	const company = await Company.found(seed);
	for (let step = 0; step < 90; step++) await company.step();
	const own = "SELECT id FROM customer WHERE tenant_id = ?";
	const { results } = await env.DB.prepare(own).bind(company.tenantId).all<{ id: number }>();
	await env.SEARCH.prepare("DELETE FROM customer_entry WHERE rowid IN (SELECT value FROM json_each(?))")
		.bind(JSON.stringify(results.map(({ id }) => id)))
		.run();
	// Long enough ago for nobody to be at it.
	await env.DB.prepare(
		`INSERT INTO customer_unindexed SELECT tenant_id, id, index_seq - 60000 FROM customer WHERE tenant_id = ?1`,
	)
		.bind(company.tenantId)
		.run();
	expect(await owedBy(company)).toBe(company.customers.length);
	return company;
}

async function owedBy({ tenantId }: Company): Promise<number> {
	const sql = "SELECT count(*) AS n FROM customer_unindexed WHERE tenant_id = ?";
	return (await env.DB.prepare(sql).bind(tenantId).first<{ n: number }>())?.n ?? 0;
}

async function compare(company: Company, times: number): Promise<void> {
	for (let asked = 0; asked < times; asked++) {
		const query = { ...company.query(), simplifiedPaging: false };
		const { ids, total } = company.expected(query);
		const answer = await listCustomers(await company.visit(), query);
		expect([query, answer.items.map(({ id }) => id)]).toEqual([query, ids]);
		expect([query, answer.isTotalLowerBound === true || answer.totalCount === total]).toEqual([query, true]);
		expect(answer.totalCount).toBeLessThanOrEqual(total);
	}
}

it("lists by the record alone while the index is made anew", async () => {
	const company = await unindexed(21);
	Object.assign(tuning, { few: 0, walk: 0, scan: 0, unheard: 10 });
	await compare(company, 80);
});

it("makes the index anew for every tenant, some of each at a time", async () => {
	const companies = await Promise.all([unindexed(22), unindexed(23)]);
	await sweep();
	for (const company of companies) {
		expect(await owedBy(company)).toBe(0);
		Object.assign(tuning, { few: 0, walk: 0, scan: 0 });
		await compare(company, 30);
		Object.assign(tuning, usual);
	}
	const found = await env.SEARCH.prepare("SELECT count(*) AS n FROM customer_entry WHERE seq > 0").first<{
		n: number;
	}>();
	expect(found?.n).toBeGreaterThanOrEqual(companies.reduce((sum, { customers }) => sum + customers.length, 0));
});

it("leaves what cannot be paid owed, and goes on to others", async () => {
	const companies = await Promise.all([unindexed(24), unindexed(26)]);
	/** Fails so many times. */
	const failing = (times: number) => {
		let left = times;
		const search = {
			prepare: (sql: string) => env.SEARCH.prepare(sql),
			batch: (statements: D1PreparedStatement[]) =>
				left-- > 0 ? Promise.reject(new Error("no room")) : env.SEARCH.batch(statements),
		};
		return { ...env, SEARCH: search as D1Database };
	};
	await sweep(failing(Number.POSITIVE_INFINITY));
	for (const company of companies) expect(await owedBy(company)).toBe(company.customers.length);
	await sweep(failing(1));
	for (const company of companies) expect(await owedBy(company)).toBe(0);
});

it("leaves changes of this moment to who made them", async () => {
	const company = await unindexed(25);
	await env.DB.prepare("UPDATE customer_unindexed SET seq = ? WHERE tenant_id = ?")
		.bind(Date.now(), company.tenantId)
		.run();
	await sweep();
	expect(await owedBy(company)).toBe(company.customers.length);
});

import { expect, it } from "vitest";
import { Person } from "./support/client.ts";
import { manager, posted } from "./support/customers.ts";

async function read(mia: Person, path: string): Promise<any> {
	return (await mia.call("GET", path)).body;
}

function together<T>(count: number, call: (n: number) => Promise<T>): Promise<T[]> {
	return Promise.all(Array.from({ length: count }, (_, n) => call(n)));
}

it("makes one customer of an id that many choose at once", async () => {
	const mia = await manager();
	const rounds = [3, 3, 3, 3, 50, 50, 50];
	for (const [round, count] of rounds.entries()) {
		const id = `${round}`.repeat(32).replace(/^0+/, (zeros) => "a".repeat(zeros.length));
		const answers = await together(count, (n) => mia.call("POST", "/customers", { id, name: `Customer ${n}` }));
		const refused = answers.filter(({ status }) => status !== 200);
		expect(refused.length).toBe(count - 1);
		expect(new Set(refused.map(({ status, body }) => `${status} ${body.responseStatus.errorCode}`))).toEqual(
			new Set(["409 CustomerExists"]),
		);
	}
	expect((await read(mia, "/customers")).totalCount).toBe(rounds.length);
});

it("makes every one of 50 changes at once, of the same member and of others", async () => {
	const mia = await manager();
	const { id } = await posted(mia, "/customers", { name: "One" });
	const other = await posted(mia, "/accounts", { name: "Other" });
	const tags = await Promise.all(["a", "b"].map((name) => posted(mia, "/tags", { name })));
	const bodies = [
		{ name: "Two" },
		{ referenceId: "R" },
		{ isStaging: true },
		{ customerState: "Away" },
		{ data: { key: { numberValue: 1 } } },
		{ integrationData: { crm: { thirdPartyId: "7" } } },
		{ overrideAppSettings: true, appSettings: { pageTitle: "Hello" } },
		{ accountId: other.id },
		{ tagIds: [tags[0].id] },
		{ tagIds: [tags[1].id, tags[0].id] },
	];
	const answers = await together(50, (n) => mia.call("PATCH", `/customers/${id}`, bodies[n % bodies.length]));
	expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200));
	const now = await read(mia, `/customers/${id}`);
	expect(now).toMatchObject({
		name: "Two",
		referenceId: "R",
		isStaging: true,
		customerState: "Away",
		data: { key: { numberValue: 1 } },
		integrationData: { crm: { thirdPartyId: "7" } },
		overrideAppSettings: true,
		appSettings: { pageTitle: "Hello" },
		accountId: other.id,
		version: 51,
	});
	expect((await read(mia, `/accounts/${other.id}`)).customerCount).toBe(1);
	for (const tag of tags) {
		const isOn = now.tags.some((own: any) => own.id === tag.id);
		expect((await read(mia, `/tags/${tag.id}`)).customerCount).toBe(isOn ? 1 : 0);
	}
});

it("makes every one of 50 moves of a customer at once, and counts right", async () => {
	const mia = await manager();
	const [left, right] = await Promise.all(["Left", "Right"].map((name) => posted(mia, "/customers", { name })));
	const branch = await posted(mia, "/customers", { name: "Branch", parentCustomerId: left.id });
	await posted(mia, "/customers", { name: "Leaf", parentCustomerId: branch.id });
	const parents = [left.id, right.id, undefined];
	const answers = await together(50, (n) =>
		mia.call("POST", `/customers/${branch.id}/move`, { parentCustomerId: parents[n % 3] }),
	);
	expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200));
	const { parentCustomerId } = await read(mia, `/customers/${branch.id}`);
	for (const { id } of [left, right]) {
		const { childCount, descendantCount } = await read(mia, `/customers/${id}`);
		expect([childCount, descendantCount]).toEqual(id === parentCustomerId ? [1, 2] : [0, 0]);
	}
});

it("makes every one of 50 changes of an account at once", async () => {
	const mia = await manager();
	const { id } = await posted(mia, "/accounts", { name: "One", billingSettings: { base: {}, aiInsights: {} } });
	const bodies = [
		{ name: "Two" },
		{ logoId: "L" },
		{ isBYOA: true },
		{ billingSettings: { base: { unitCost: 2 } } },
		{},
	];
	const answers = await together(50, (n) => mia.call("PATCH", `/accounts/${id}`, bodies[n % bodies.length]));
	expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200));
	const now = await read(mia, `/accounts/${id}`);
	expect(now).toMatchObject({ name: "Two", logoId: "L", isBYOA: true, version: 51 });
	// Settings are replaced as a whole.
	expect(now.billingSettings).toEqual({
		base: { baseCost: 0, rawUnitMultiplier: 0, unitCost: 2, allowance: 0 },
	});
	expect((await read(mia, "/accounts")).items.map(({ name }: any) => name)).toEqual(["Two"]);
});

it("makes every one of 50 changes of a tag at once", async () => {
	const mia = await manager();
	const { id } = await posted(mia, "/tags", { name: "One", color: "Red" });
	const answers = await together(50, (n) =>
		mia.call("PATCH", `/tags/${id}`, n % 2 === 0 ? { name: "Two" } : { color: "Lime" }),
	);
	expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200));
	expect(await read(mia, `/tags/${id}`)).toMatchObject({ name: "Two", color: "Lime" });
	await posted(mia, "/tags", { name: "Three" });
	expect((await mia.call("PATCH", `/tags/${id}`, { name: "three" })).status).toBe(409);
	expect((await mia.call("PATCH", `/tags/${"f".repeat(32)}`, { name: "three" })).status).toBe(404);
});

it("leaves no customer with an account that is gone", async () => {
	const mia = await manager();
	for (let round = 0; round < 5; round++) {
		const customer = await posted(mia, "/customers", { name: "Customer" });
		const account = await posted(mia, "/accounts", { name: "Account" });
		const answers = await together(20, (n) =>
			n % 2 === 0
				? mia.call("PATCH", `/customers/${customer.id}`, { accountId: account.id })
				: mia.call("DELETE", `/accounts/${account.id}`),
		);
		expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
		const another = await posted(mia, "/accounts", { name: "Another" });
		const others = await together(20, (n) =>
			n === 5
				? mia.call("DELETE", `/accounts/${another.id}`)
				: mia.call("POST", "/customers", { name: "Customer", accountId: another.id }),
		);
		const codes = others.flatMap(({ status, body }) => (status < 400 ? [] : [body.responseStatus.errorCode]));
		expect(codes.filter((code) => code !== "AccountNotFound" && code !== "InUse")).toEqual([]);
		const now = await read(mia, `/customers/${customer.id}`);
		expect(now.accountName).toMatch(/^(Main|Account)$/);
	}
});

import { expect, it } from "vitest";
import { limits } from "../src/customers/limits.ts";
import { call, Person } from "./support/client.ts";
import { made, manager } from "./support/customers.ts";

async function refusal(mia: Person, method: string, path: string, body?: unknown): Promise<unknown[]> {
	const answer = await mia.call(method, path, body);
	const { errorCode, errors } = answer.body.responseStatus;
	return [answer.status, errorCode, errors[0]?.fieldName];
}

it("refuses lists that are asked for wrongly, and names the field", async () => {
	const mia = await manager();
	const list = (query: string) => refusal(mia, "GET", `/customers?${query}`);
	expect(await list("sortField=Password")).toEqual([400, "InvalidSortField", "SortField"]);
	expect(await list("page=401")).toEqual([400, "OffsetTooDeep", "Page"]);
	expect(await list("countPerPage=201")).toEqual([400, "LessThanOrEqual", "CountPerPage"]);
	expect(await list("page=-1")).toEqual([400, "GreaterThanOrEqual", "Page"]);
	expect(await list("page=soon")).toEqual([400, "SerializationException", "page"]);
	expect(await list("sortOrder=Sideways")).toEqual([400, "SerializationException", "sortOrder"]);
	expect(await list("tagIds=not-a-guid")).toEqual([400, "RegularExpression", "TagIds[0]"]);
	const ids = (count: number) => Array.from({ length: count }, (_, n) => n.toString(16).padStart(32, "a")).join();
	expect(await list(`specificIds=${ids(501)}`)).toEqual([400, "MaximumLength", "SpecificIds"]);
	expect((await mia.call("GET", `/customers?specificIds=${ids(500)}`)).body).toMatchObject({
		items: [],
		totalCount: 0,
	});
	// Nobody has that many: an empty answer, up to as many as a tenant has.
	expect((await mia.call("GET", `/customers?tagIds=${ids(5000)}`)).body).toMatchObject({ items: [], totalCount: 0 });
	expect(await list(`tagIds=${ids(5001)}`)).toEqual([400, "MaximumLength", "TagIds"]);
	for (const cursor of ["x", "%00", "e30", "W10", btoa('["Name",false,["a",1],1]')])
		expect(await list(`cursor=${cursor}`)).toEqual([400, "InvalidCursor", "Cursor"]);
});

it("takes a list that is empty for one that was not set, however it is spelled", async () => {
	const mia = await manager();
	await made(mia, { name: "One" });
	const names = ["specificIds", "accountIds", "parentCustomerIds", "tagIds"];
	for (const empty of ["", "[]", ",", "[,]"])
		for (const name of names)
			expect([name, empty, (await mia.call("GET", `/customers?${name}=${empty}`)).body.totalCount]).toEqual([
				name,
				empty,
				1,
			]);
	const unset = Object.fromEntries(names.map((name) => [name, []]));
	expect((await mia.call("POST", "/api/ListCustomers", unset)).body.totalCount).toBe(1);
});

it("takes a cursor only as it was given", async () => {
	const mia = await manager();
	for (const name of ["a", "b", "c"]) await made(mia, { name });
	const { cursor } = (await mia.call("GET", "/customers?countPerPage=1")).body;
	expect((await mia.call("GET", `/customers?countPerPage=1&cursor=${cursor}`)).body.items[0].name).toBe("b");
	expect(await refusal(mia, "GET", `/customers?sortField=DateCreated&cursor=${cursor}`)).toContain("InvalidCursor");
	expect(await refusal(mia, "GET", `/customers?sortOrder=Descend&cursor=${cursor}`)).toContain("InvalidCursor");
	expect(await refusal(await manager(), "GET", `/customers?cursor=${cursor}`)).toContain("InvalidCursor");
	for (let at = 0; at < cursor.length; at += 3) {
		const tampered = `${cursor.slice(0, at)}${cursor[at] === "A" ? "B" : "A"}${cursor.slice(at + 1)}`;
		const answer = await mia.call("GET", `/customers?countPerPage=1&cursor=${tampered}`);
		// The last character carries bits that stand for nothing.
		if (at < cursor.length - 2) expect([tampered, answer.status]).toEqual([tampered, 400]);
	}
});

it("reads wildcards, quotes and SQL as the characters they are", async () => {
	const mia = await manager();
	const names = [
		"100%",
		"under_score",
		"O'Hara",
		'"quoted"',
		"a* OR b",
		"'; DROP TABLE customer; --",
		"NEAR(a b)",
		"{}:^",
		"\\",
		"🐶 & 日本",
	];
	for (const name of names)
		await made(mia, {
			name,
			referenceId: name,
			customerState: name.slice(0, 10),
			data: { [name]: { stringValue: name } },
		});
	for (const name of names) {
		const { body } = await mia.call("GET", `/customers?nameFilter=${encodeURIComponent(name)}`);
		expect([name, body.items.map((item: any) => item.name)]).toEqual([name, [name]]);
		expect(body.items[0]).toMatchObject({ referenceId: name, data: { [name]: { stringValue: name } } });
	}
	for (const wildcard of ["%%", "__", "**", "a%b"])
		expect((await mia.call("GET", `/customers?nameFilter=${encodeURIComponent(wildcard)}`)).body.totalCount).toBe(0);
	for (const field of ["sortField", "tenantId", "cursor"])
		expect((await mia.call("GET", `/customers?${field}=${encodeURIComponent("' OR 1=1 --")}`)).status).toBeLessThan(
			500,
		);
});

it("refuses customers that cannot be", async () => {
	const mia = await manager();
	const root = await made(mia, { name: "Root" });
	const post = (body: object) => refusal(mia, "POST", "/customers", body);
	const nobody = "f".repeat(32);
	expect(await post({})).toEqual([400, "NotEmpty", "Name"]);
	expect(await post({ name: "   " })).toEqual([400, "NotEmpty", "Name"]);
	expect(await post({ name: "x".repeat(201) })).toEqual([400, "MaximumLength", "Name"]);
	expect(await post({ name: "x", parentCustomerId: nobody })).toEqual([400, "ParentNotFound", "ParentCustomerId"]);
	expect(await post({ name: "x", accountId: nobody })).toEqual([400, "AccountNotFound", "AccountId"]);
	expect(await post({ name: "x", tagIds: [nobody] })).toEqual([400, "TagNotFound", "TagIds"]);
	expect(await post({ name: "x", id: root.id })).toEqual([409, "CustomerExists", "Id"]);
	expect(await post({ name: "x", data: { big: { stringValue: "x".repeat(70_000) } } })).toEqual([
		400,
		"Predicate",
		"Data",
	]);
	expect(await post({ name: "x", schedule: { timeZoneId: "Mars/Olympus", rules: [] } })).toEqual([
		400,
		expect.any(String),
		"Schedule.TimeZoneId",
	]);
	expect((await mia.call("GET", "/customers")).body.totalCount).toBe(1);
	expect(await refusal(mia, "POST", "/tags", { name: "t", color: "Mauve" })).toEqual([400, "Enum", "Color"]);
	await mia.call("POST", "/tags", { name: "Täg" });
	expect(await refusal(mia, "POST", "/tags", { name: "tag" })).toContain("NameTaken");
	expect(await refusal(mia, "DELETE", `/accounts/${root.accountId}`)).toContain("InUse");
});

it("grows to 32 levels and no further, by creation or by move", async () => {
	const mia = await manager();
	let parentCustomerId: string | undefined;
	const chain: string[] = [];
	for (let level = 1; level <= 32; level++) {
		({ id: parentCustomerId } = await made(mia, { name: `level ${level}`, parentCustomerId }));
		chain.push(parentCustomerId as string);
	}
	expect(await refusal(mia, "POST", "/customers", { name: "33", parentCustomerId })).toEqual([
		400,
		"TooDeep",
		"ParentCustomerId",
	]);
	const [two, below] = [await made(mia, { name: "two" }), chain[30]];
	await made(mia, { name: "below", parentCustomerId: two.id });
	expect(await refusal(mia, "POST", `/customers/${two.id}/move`, { parentCustomerId: below })).toEqual([
		400,
		"TooDeep",
		"ParentCustomerId",
	]);
	expect((await mia.call("POST", `/customers/${two.id}/move`, { parentCustomerId: chain[29] })).status).toBe(200);
	expect((await mia.call("GET", `/customers/${chain[0]}`)).body.descendantCount).toBe(33);
});

it("lets one of two moves win that would close a circle together", async () => {
	const mia = await manager();
	for (let round = 0; round < 10; round++) {
		const [a, b] = [await made(mia, { name: "a" }), await made(mia, { name: "b" })];
		const answers = await Promise.all([
			mia.call("POST", `/customers/${a.id}/move`, { parentCustomerId: b.id }),
			mia.call("POST", `/customers/${b.id}/move`, { parentCustomerId: a.id }),
		]);
		expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409]);
		const counts = await Promise.all(
			[a, b].map(async ({ id }) => (await mia.call("GET", `/customers/${id}`)).body.descendantCount),
		);
		expect(counts.sort((a, b) => a - b)).toEqual([0, 1]);
	}
});

it("changes only the version that the caller has seen", async () => {
	const mia = await manager();
	const { id } = await made(mia, { name: "First" });
	const change = (version: string, name: string) =>
		call("PATCH", `/customers/${id}`, { body: { name }, headers: { ...mia.headers, "If-Match": version } });
	const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => change('"1"', `Change ${n}`)));
	expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
	expect(
		new Set(answers.filter(({ status }) => status !== 200).map(({ body }) => body.responseStatus.errorCode)),
	).toEqual(new Set(["PreconditionFailed"]));
	const now = answers.find(({ status }) => status === 200);
	expect(now?.headers.get("ETag")).toBe('"2"');
	expect((await change("nonsense", "x")).status).toBe(412);
	expect((await change("*", "Any")).body).toMatchObject({ name: "Any", version: 3 });
	const together = await Promise.all(
		Array.from({ length: 5 }, (_, n) => mia.call("PATCH", `/customers/${id}`, { referenceId: `${n}` })),
	);
	expect(together.map(({ status }) => status)).toEqual(Array(5).fill(200));
});

it("moves and deletes no more at once than it says", async () => {
	const mia = await manager();
	const { id } = await made(mia, { name: "Wide" });
	for (let below = 0; below < 3; below++) await made(mia, { name: `Below ${below}`, parentCustomerId: id });
	const elsewhere = await made(mia, { name: "Elsewhere" });
	const { subtree } = limits;
	Object.assign(limits, { subtree: 3 });
	try {
		const move = { parentCustomerId: elsewhere.id };
		expect(await refusal(mia, "POST", `/customers/${id}/move`, move)).toEqual([400, "TooManyDescendants", undefined]);
		expect(await refusal(mia, "DELETE", `/customers/${id}?cascade=true`)).toEqual([
			400,
			"TooManyDescendants",
			undefined,
		]);
	} finally {
		Object.assign(limits, { subtree });
	}
	expect((await mia.call("GET", `/customers/${id}`)).body).toMatchObject({ descendantCount: 3, breadcrumb: [{ id }] });
	expect((await mia.call("DELETE", `/customers/${id}?cascade=true`)).status).toBe(204);
});

it("answers all at once only where they are not too many", async () => {
	const mia = await manager();
	for (let n = 0; n < 4; n++) await made(mia, { name: `One of four ${n}` });
	const all = limits.all;
	Object.assign(limits, { all: 3 });
	try {
		for (const query of ["", "&nameFilter=four", "&rootsOnly=true"])
			expect([query, ...(await refusal(mia, "GET", `/customers?all=true${query}`))]).toEqual([
				query,
				400,
				"TooManyRows",
				undefined,
			]);
		expect((await mia.call("GET", "/customers?all=true&nameFilter=four 2")).body.items).toHaveLength(1);
	} finally {
		Object.assign(limits, { all });
	}
	expect((await mia.call("GET", "/customers?all=true")).body.items).toHaveLength(4);
});

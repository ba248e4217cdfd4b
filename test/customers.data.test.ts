import { expect, it } from "vitest";
import { call, Person, request } from "./support/client.ts";
import { made, manager } from "./support/customers.ts";

/** Names of the customer's own that look like members, in each spelling, on two levels. */
const DATA = {
	StringValue: { structValue: { Foo: { stringValue: "a" }, foo_bar: { numberValue: -1.5e-7 } } },
	list: { listValue: [{ Baz: { boolValue: true } }, { bAR: { listValue: [{ x: { stringValue: "True" } }] } }] },
};

async function text(mia: Person, path: string): Promise<string> {
	return (await request(path, { headers: mia.headers })).text();
}

async function refusal(mia: Person, body: object): Promise<unknown[]> {
	const { status, body: answer } = await mia.call("POST", "/customers", body);
	return [status, answer.responseStatus?.errors[0]?.errorCode, answer.responseStatus?.errors[0]?.fieldName];
}

it("keeps the names within a customer's data in every format, and spells the members as asked", async () => {
	const mia = await manager();
	const { id, data } = await made(mia, { name: "Keys", data: DATA });
	expect(data).toEqual(DATA);
	const pascal = {
		StringValue: { StructValue: { Foo: { StringValue: "a" }, foo_bar: { NumberValue: -1.5e-7 } } },
		list: { ListValue: [{ Baz: { BoolValue: true } }, { bAR: { ListValue: [{ x: { StringValue: "True" } }] } }] },
	};
	expect((await mia.call("GET", `/customers/${id}?jsconfig=epcn`)).body.Data).toEqual(pascal);
	expect(JSON.parse(await text(mia, `/customers/${id}.jsonl`)).data).toEqual(DATA);
	expect(await text(mia, `/customers/${id}.jsv`)).toContain(
		"data:{StringValue:{structValue:{Foo:{stringValue:a},foo_bar:{numberValue:-1.5E-7}}}," +
			"list:{listValue:[{Baz:{boolValue:True}},{bAR:{listValue:[{x:{stringValue:True}}]}}]}}",
	);
	expect(await text(mia, `/customers/${id}.xml`)).toContain(
		"<ListValue><Struct><Baz><BoolValue>true</BoolValue></Baz></Struct><Struct><bAR>",
	);
	expect(await text(mia, `/customers/${id}.csv`)).toContain("{StringValue:{StructValue:{Foo:{StringValue:a}");
});

it("reads a customer's data by its types from every format, however deep they lie", async () => {
	const mia = await manager();
	const { id } = await made(mia, { name: "Types" });
	const spelled = `{"StringValue":{"StructValue":{"Foo":{"StringValue":"a"},"foo_bar":{"number_value":"-1.5e-7"}}},
		"list":{"LISTVALUE":[{"Baz":{"BoolValue":"on"}},{"bAR":{"listValue":[{"x":{"stringValue":"True"}}]}}]}}`;
	expect((await mia.call("PATCH", `/customers/${id}`, { data: JSON.parse(spelled) })).body.data).toEqual(DATA);
	for (const [format, type] of [
		["jsv", "text/jsv"],
		["xml", "application/xml"],
		["csv", "text/csv"],
		["jsonl", "text/jsonl"],
	] as const) {
		const body = await text(mia, `/customers/${id}.${format}`);
		await mia.call("PUT", `/customers/${id}`, { name: "Types" });
		const headers = { ...mia.headers, "Content-Type": type, Accept: "application/json" };
		const answer = await request(`/customers/${id}?jsconfig=eccn`, { method: "PUT", headers, body });
		expect([format, ((await answer.json()) as any).data]).toEqual([format, DATA]);
	}
	const nested = (inner: object) => refusal(mia, { name: "x", data: { a: { structValue: { b: inner } } } });
	expect(await nested({ numberValue: "many" })).toEqual([
		400,
		"SerializationException",
		"Data.A.StructValue.B.NumberValue",
	]);
	expect(await nested({ listValue: [{ c: "text" }] })).toContain("Data.A.StructValue.B.ListValue[0].C");
});

it("takes data that is nested as deep as other formats may be, and no deeper", async () => {
	const mia = await manager();
	const nested = (levels: number) =>
		`{"name":"Deep","data":${'{"s":{"structValue":'.repeat(levels)}{}${"}}".repeat(levels)}}`;
	const post = (body: string) =>
		request("/customers", {
			method: "POST",
			headers: { ...mia.headers, "Content-Type": "application/json" },
			body,
		});
	const deep = (await (await post(nested(30))).json()) as any;
	for (const format of ["xml", "csv", "jsv", "jsonl", "html"])
		expect([format, (await request(`/customers/${deep.id}.${format}`, { headers: mia.headers })).status]).toEqual([
			format,
			200,
		]);
	for (const levels of [33, 1000, 50_000]) {
		const answer = await post(nested(levels));
		expect([levels, answer.status]).toEqual([levels, 400]);
		expect(((await answer.json()) as any).responseStatus.message).toBe("The request is nested more than 64 deep.");
	}
});

it("keeps what a customer holds within bounds", async () => {
	const mia = await manager();
	const keys = (count: number, of: object) =>
		Object.fromEntries(Array.from({ length: count }, (_, n) => [`key ${n}`, of]));
	expect(await refusal(mia, { name: "x", integrationData: keys(3000, { thirdPartyId: "1".repeat(400) }) })).toEqual([
		400,
		"Predicate",
		"IntegrationData",
	]);
	const rule = { simpleRuleType: "Always", state: "Open" };
	const schedule = (own: object) => ({ timeZoneId: "UTC", defaultState: "Closed", rules: Array(40).fill(own) });
	expect(await refusal(mia, { name: "x", schedule: schedule({ ...rule, condition: "c".repeat(3500) }) })).toEqual([
		400,
		"Predicate",
		"Schedule",
	]);
	const flowParams = { text: { stringValue: "t".repeat(3500) } };
	expect(await refusal(mia, { name: "x", schedule: schedule({ ...rule, flowParams }) })).toContain("Schedule");
	const most = await made(mia, {
		name: "x",
		integrationData: keys(900, { thirdPartyId: "1".repeat(40) }),
		schedule: schedule({ ...rule, condition: "c".repeat(2500), flowParams: keys(3, { numberValue: 1 }) }),
	});
	expect((await mia.call("GET", `/customers/${most.id}`)).body).toEqual(most);
});

it("stores no half of a character", async () => {
	const mia = await manager();
	const half = "\ud800";
	const { id, ...body } = await made(mia, {
		name: `a${half}`,
		data: { [half]: { stringValue: half, structValue: { [half]: { stringValue: `b${half}` } } } },
		integrationData: { [half]: { thirdPartyId: half } },
	});
	const whole = "\ufffd";
	expect(body).toMatchObject({
		name: `a${whole}`,
		data: { [whole]: { stringValue: whole, structValue: { [whole]: { stringValue: `b${whole}` } } } },
		integrationData: { [whole]: { thirdPartyId: whole } },
	});
	const { headers } = await call("GET", `/customers/${id}`, { headers: mia.headers });
	expect(headers.get("ETag")).toBe('"1"');
});

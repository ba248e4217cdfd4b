import { expect, it } from "vitest";
import { demoCustomerId } from "../src/auth/demo.ts";
import { Person, unique } from "./support/client.ts";

async function family() {
	const tenant = unique("tenant");
	const mia = await Person.signIn("Manager", tenant);
	const account = (await mia.call("POST", "/accounts", { name: "North", billingSettings: { base: { baseCost: 9 } } }))
		.body;
	const make = async (name: string, more: object): Promise<any> =>
		(await mia.call("POST", "/customers", { name, ...more })).body;
	const root = await make("Root", { accountId: account.id });
	const own = await make("Own", { id: demoCustomerId, parentCustomerId: root.id });
	const leaf = await make("Leaf", { parentCustomerId: own.id });
	return { tenant, mia, account, root, own, leaf };
}

it("resolves settings: the nearest that overrides, whole, then the account, then defaults", async () => {
	const { tenant, mia, account, root, own, leaf } = await family();
	const effective = async () => (await mia.call("GET", `/customers/${leaf.id}?resolve=true`)).body.effective;
	expect(await effective()).toMatchObject({
		billingSettings: { value: { base: { baseCost: 9 } }, sourceAccountId: account.id },
		appSettings: { value: { enableDialer: false } },
	});
	await mia.call("PATCH", `/customers/${root.id}`, {
		overrideBillingSettings: true,
		billingSettings: { base: { unitCost: 2 }, aiInsights: { allowance: 5 } },
		overrideAppSettings: true,
		appSettings: { enableDialer: true, pageTitle: "Root's" },
	});
	expect(await effective()).toMatchObject({
		billingSettings: { value: { base: { baseCost: 0, unitCost: 2 } }, sourceCustomerId: root.id },
		appSettings: { value: { enableDialer: true, pageTitle: "Root's" }, sourceCustomerId: root.id },
	});
	await mia.call("PATCH", `/customers/${own.id}`, {
		overrideAppSettings: true,
		appSettings: { enableAssistants: true },
	});
	const { appSettings } = await effective();
	expect(appSettings).toMatchObject({
		value: { enableDialer: false, enableAssistants: true },
		sourceCustomerId: own.id,
	});
	expect(appSettings.value.pageTitle).toBeUndefined();

	// A customer is not told of what is above it.
	const carl = await Person.signIn("Customer", tenant);
	const seen = (await carl.call("GET", `/customers/${leaf.id}?resolve=true`)).body;
	expect(seen.breadcrumb.map(({ name }: any) => name)).toEqual(["Own", "Leaf"]);
	expect(JSON.stringify(seen)).not.toContain(root.id);
	expect(seen.effective.billingSettings.value.base.unitCost).toBe(2);
	expect((await carl.call("GET", `/customers/${root.id}`)).status).toBe(404);
	expect(
		(await carl.call("GET", `/customers?parentCustomerIds=${root.id}`)).body.items.map(({ name }: any) => name),
	).toEqual(["Leaf", "Own"]);
	expect((await carl.call("PATCH", `/customers/${leaf.id}`, { name: "Mine" })).status).toBe(403);
});

it("evaluates the schedule in effect", async () => {
	const { mia, root, leaf } = await family();
	const schedule = {
		timeZoneId: "Europe/Berlin",
		defaultState: "Closed",
		rules: [
			{
				id: "day",
				state: "Open",
				simpleRuleType: "Time",
				startDate: "2026-01-01",
				startTime: "09:00",
				endTime: "17:00",
				frequency: "Daily",
				interval: 1,
			},
		],
	};
	expect((await mia.call("PATCH", `/customers/${root.id}`, { schedule })).status).toBe(200);
	const state = async (at: string) => (await mia.call("GET", `/customers/${leaf.id}/state?at=${at}`)).body;
	expect(await state("2026-07-01T07:00:00Z")).toEqual({
		state: "Open",
		ruleId: "day",
		sourceCustomerId: root.id,
		nextChangeUtc: "2026-07-01T15:00:00.000Z",
	});
	expect(await state("2026-07-01T15:00:00Z")).toMatchObject({
		state: "Closed",
		nextChangeUtc: "2026-07-02T07:00:00.000Z",
	});
	const inherited = (await mia.call("GET", `/customers/${leaf.id}/inherited-schedule`)).body;
	expect(inherited).toMatchObject({ sourceCustomerId: root.id, schedule: { timeZoneId: "Europe/Berlin" } });
	const tried = { ...schedule, forceClosed: true };
	const tested = await mia.call("POST", `/customers/${leaf.id}/test-schedule`, {
		at: "2026-07-01T10:00:00Z",
		schedule: tried,
	});
	expect(tested.body).toMatchObject({ state: "Closed", sourceCustomerId: leaf.id });
	expect((await mia.call("GET", `/customers/${leaf.id}/state?at=yesterday`)).status).toBe(400);
	expect((await mia.call("POST", `/customers/${leaf.id}/staging`, { isStaging: true })).body.isStaging).toBe(true);
});

it("keeps what is not named in a PATCH and forgets it in a PUT", async () => {
	const { mia, leaf, own } = await family();
	const tag = (await mia.call("POST", "/tags", { name: "t" })).body.id;
	await mia.call("PATCH", `/customers/${leaf.id}`, {
		referenceId: "R",
		tagIds: [tag],
		data: { a: { boolValue: true } },
	});
	const kept = (await mia.call("PATCH", `/customers/${leaf.id}`, { name: "Renamed" })).body;
	expect(kept).toMatchObject({
		name: "Renamed",
		referenceId: "R",
		tags: [{ id: tag }],
		data: { a: { boolValue: true } },
	});
	// What was read can be put back as it is.
	const same = (await mia.call("PUT", `/customers/${leaf.id}`, kept)).body;
	expect(same).toEqual({ ...kept, version: kept.version + 1, dateLastModified: same.dateLastModified });
	const put = (await mia.call("PUT", `/customers/${leaf.id}`, { name: "Bare" })).body;
	expect(put).toMatchObject({ name: "Bare", tags: [], parentCustomerId: own.id });
	expect([put.referenceId, put.data]).toEqual([undefined, undefined]);
	expect((await mia.call("GET", "/tags")).body.items[0].customerCount).toBe(0);
	await mia.call("DELETE", `/tags/${tag}`);
});

it("lets a system administrator into the tenant it names, and nobody else", async () => {
	const { tenant, root } = await family();
	const sam = await Person.signIn("SystemAdministrator", "acme");
	expect((await sam.call("GET", `/customers/${root.id}`)).status).toBe(404);
	for (const name of ["tenantId", "tenant_id", "tenantid"])
		expect([name, (await sam.call("GET", `/customers/${root.id}?${name}=${tenant}`)).body]).toMatchObject([
			name,
			{ name: "Root" },
		]);
	const mallory = await Person.signIn("Manager", "globex");
	expect((await mallory.call("GET", `/customers/${root.id}?tenantId=${tenant}`)).status).toBe(404);
});

import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { Desk } from "./support/link-desk.ts";
import { byKind, exported, Life } from "./support/life.ts";
import { storedInD1 } from "./support/stored.ts";

let desk: Desk;

beforeAll(async () => {
	desk = await Desk.found();
});

async function customer(members: object): Promise<any> {
	return (await desk.manager.call("POST", "/customers", members)).body;
}

it("hands out a company with its contacts, and erases both", async () => {
	const word = `w${crypto.randomUUID().slice(0, 8)}`;
	const company = await customer({
		name: `Company ${word}`,
		referenceId: `ref-${word}`,
		data: { note: { stringValue: `about ${word}` } },
	});
	const other = await customer({ name: "Other company" });
	const [one, two, stranger] = await Promise.all([
		Life.lived(desk, { customerId: company.id }),
		Life.begin(desk, { customerId: company.id }),
		Life.begin(desk, { customerId: other.id }),
	]);
	const records = await exported(desk.administrator, { customerId: company.id }, 20);
	const found = byKind(records);
	expect(found["Customer"]).toMatchObject([{ name: `Company ${word}`, referenceId: `ref-${word}`, effective: {} }]);
	expect(found["Contact"]?.map(({ contactId }) => contactId).sort()).toEqual(
		[one.contact.contactId, two.contact.contactId].sort((a, b) => a - b),
	);
	expect(found["ChatMessage"]).toHaveLength(3);

	const ask = (more = {}) => desk.administrator.call("POST", "/v1/privacy/erase", { customerId: company.id, ...more });
	const { body: plan } = await ask({ dryRun: true });
	expect(plan.items).toEqual(expect.arrayContaining([expect.objectContaining({ kind: "Contact", found: 2 })]));
	let { body: report } = await ask();
	for (let calls = 0; calls < 20 && !report.isComplete; calls += 1) ({ body: report } = await ask()); // oxlint-disable-line no-await-in-loop -- one goes on after the other
	expect(report).toMatchObject({ isComplete: true, subject: "Customer", subjectId: company.id });
	expect(report.items).toEqual(
		expect.arrayContaining([
			{ kind: "Customer", found: 1, erased: 1, left: 0 },
			{ kind: "Contact", found: 2, erased: 2, left: 0 },
		]),
	);
	expect([await one.traces(), await two.traces()]).toEqual([[], []]);
	for (const database of [env.DB, env.SEARCH]) expect(await storedInD1(database)).not.toContain(word);
	expect((await desk.manager.call("GET", `/customers/${company.id}`)).status).toBe(404);
	expect((await desk.manager.call("GET", `/customers?nameFilter=${word}`)).body.items).toEqual([]);
	expect((await desk.manager.call("GET", `/v1/contact/${stranger.contact.contactId}`)).status).toBe(200);
	expect((await ask()).body).toMatchObject({ isComplete: true, erasureId: report.erasureId });
});

it("asks for what is below a company first, each being a company of its own", async () => {
	const parent = await customer({ name: "Parent" });
	const child = await customer({ name: "Child", parentCustomerId: parent.id });
	const person = await Life.begin(desk, { customerId: parent.id });
	const erase = (customerId: string) => desk.administrator.call("POST", "/v1/privacy/erase", { customerId });
	expect(await erase(parent.id)).toMatchObject({ status: 409, body: { responseStatus: { errorCode: "HasChildren" } } });
	expect((await desk.manager.call("GET", `/v1/contact/${person.contact.contactId}`)).status).toBe(200);
	expect((await erase(child.id)).body.isComplete).toBe(true);
	expect((await erase(parent.id)).body.isComplete).toBe(true);
});

it("speaks all formats, and knows the names of its operations", async () => {
	const { contact } = await Life.begin(desk);
	const { headers } = desk.administrator;
	const { exports } = await import("cloudflare:workers");
	const response = await exports.default.fetch(
		new Request("http://foyer.test/xml/reply/ExportPersonalData", {
			method: "POST",
			headers: { ...headers, "Content-Type": "application/xml" },
			body: `<ExportPersonalData><ContactId>${contact.contactId}</ContactId></ExportPersonalData>`,
		}),
	);
	expect([response.status, await response.text()]).toEqual([200, expect.stringContaining(contact.email)]);
});

import { expect, it } from "vitest";
import { made, manager } from "./support/customers.ts";

const GUID = /^[0-9a-f]{32}$/;

it("creates, shows, changes, moves and deletes customers", async () => {
	const mia = await manager();
	const root = await made(mia, { name: "Åcme Group", referenceId: "R-1" });
	expect(root).toEqual({
		id: expect.stringMatching(GUID),
		name: "Åcme Group",
		referenceId: "R-1",
		accountId: expect.stringMatching(GUID),
		accountName: "Main",
		breadcrumb: [{ id: root.id, name: "Åcme Group" }],
		isStaging: false,
		tags: [],
		overrideBillingSettings: false,
		overrideAppSettings: false,
		childCount: 0,
		descendantCount: 0,
		version: 1,
		createdBy: mia.userId,
		lastModifiedBy: mia.userId,
		dateCreated: expect.any(String),
		dateLastModified: expect.any(String),
	});
	const child = await made(mia, { name: "Child", parentCustomerId: root.id });
	const leaf = await made(mia, { name: "Leaf", parentCustomerId: child.id });
	expect(leaf.breadcrumb.map(({ name }: { name: string }) => name)).toEqual(["Åcme Group", "Child", "Leaf"]);
	expect((await mia.call("GET", `/customers/${root.id}`)).body).toMatchObject({ childCount: 1, descendantCount: 2 });

	const list = await mia.call("GET", "/customers?nameFilter=acme");
	expect(list.body).toMatchObject({ items: [{ id: root.id }], totalCount: 1, totalPages: 1, hasMorePages: false });
	expect((await mia.call("GET", `/customers?parentCustomerIds=${root.id}`)).body.totalCount).toBe(2);
	expect(
		(await mia.call("GET", `/customers?parentCustomerIds=${root.id}&shallowParent=true`)).body.items,
	).toMatchObject([{ id: child.id }]);

	const patched = await mia.call("PATCH", `/customers/${leaf.id}`, { isStaging: true });
	expect(patched.body).toMatchObject({ name: "Leaf", isStaging: true, version: 2 });
	const moved = await mia.call("POST", `/customers/${leaf.id}/move`, { parentCustomerId: root.id });
	expect(moved.body).toMatchObject({ parentCustomerId: root.id, version: 3 });
	expect((await mia.call("GET", `/customers/${child.id}`)).body).toMatchObject({ childCount: 0, descendantCount: 0 });
	expect((await mia.call("GET", `/customers/${root.id}`)).body).toMatchObject({ childCount: 2, descendantCount: 2 });
	const cycle = await mia.call("POST", `/customers/${root.id}/move`, { parentCustomerId: leaf.id });
	expect([cycle.status, cycle.body.responseStatus.errorCode]).toEqual([409, "CycleDetected"]);

	expect((await mia.call("DELETE", `/customers/${root.id}`)).body.responseStatus.errorCode).toBe("HasChildren");
	expect((await mia.call("DELETE", `/customers/${child.id}`)).status).toBe(204);
	expect((await mia.call("GET", `/customers/${root.id}`)).body).toMatchObject({ childCount: 1, descendantCount: 1 });
	expect((await mia.call("DELETE", `/customers/${root.id}?cascade=true`)).status).toBe(204);
	expect((await mia.call("GET", "/customers")).body).toEqual({
		items: [],
		totalCount: 0,
		totalPages: 0,
		hasMorePages: false,
	});
});

it("leaves the contacts of a deleted customer, nobody's", async () => {
	const mia = await manager();
	const [root, other] = [await made(mia, { name: "Root" }), await made(mia, { name: "Other" })];
	const child = await made(mia, { name: "Child", parentCustomerId: root.id });
	const contact = async (customerId: string) =>
		(await mia.call("POST", "/v1/contact", { name: "Ann", customerId })).body.contact.contactId;
	const [below, elsewhere] = [await contact(child.id), await contact(other.id)];
	expect((await mia.call("DELETE", `/customers/${root.id}`)).status).toBe(409);
	expect((await mia.call("GET", `/v1/contact/${below}`)).body.contact.customerId).toBe(child.id);
	expect((await mia.call("DELETE", `/customers/${root.id}?cascade=true`)).status).toBe(204);
	expect((await mia.call("GET", `/v1/contact/${below}`)).body.contact).not.toHaveProperty("customerId");
	expect((await mia.call("GET", `/v1/contact/${elsewhere}`)).body.contact.customerId).toBe(other.id);
	expect((await mia.call("GET", `/v1/contact?customerId=${child.id}`)).body.items).toEqual([]);
});

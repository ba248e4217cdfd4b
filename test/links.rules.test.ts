import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { newGuid } from "../src/rooms/room-id.ts";
import { Circle } from "./support/circle.ts";
import { Person } from "./support/client.ts";
import { address, Desk, number } from "./support/link-desk.ts";
import { askWith, claimsOf, secretIssuer, signed } from "./support/tokens.ts";

let desk: Desk;

beforeAll(async () => {
	desk = await Desk.found();
});

function refusal(status: number, errorCode: string) {
	return { status, body: { responseStatus: { errorCode } } };
}

it.each([
	["Standard", { requireOtp: false, otpChannel: null, maxViews: null }, 168, 2160, null],
	["Sensitive", { requireOtp: true, otpChannel: "Email", maxViews: 10 }, 72, 720, 10],
	["Restricted", { requireOtp: true, otpChannel: "Email", maxViews: 1 }, 24, 168, 1],
])("keeps a %s link within its tier", async (tier, expected, hours, mostHours, mostViews) => {
	const resource = await desk.ofTier(tier);
	const link = await desk.link(resource);
	expect(link).toMatchObject({ sensitivityTier: tier, ...expected });
	expect((Date.parse(link.expiresAtUtc) - Date.parse(link.createdAtUtc)) / 3600_000).toBe(hours);
	const most = { ...resource, expiresInHours: mostHours, ...(mostViews === null ? {} : { maxViews: mostViews }) };
	expect(await desk.ask(most)).toMatchObject({ status: 200 });
	expect(await desk.ask({ ...resource, expiresInHours: mostHours + 1 })).toMatchObject({
		status: 422,
		body: { responseStatus: { errorCode: "PolicyViolation", errors: [{ fieldName: "ExpiresInHours" }] } },
	});
	const many = await desk.ask({ ...resource, maxViews: (mostViews ?? 1000) + 1 });
	expect(many).toMatchObject(
		mostViews === null
			? { status: 200, body: { link: { maxViews: 1001 } } }
			: { status: 422, body: { responseStatus: { errors: [{ fieldName: "MaxViews" }] } } },
	);
	// No extension outlasts the tier, either: it is counted from when the link was made.
	const path = `/v1/customerlink/${link.customerLinkUID}`;
	const late = new Date(Date.parse(link.createdAtUtc) + (mostHours + 1) * 3600_000).toISOString();
	expect(await desk.agent.call("PATCH", path, { expiresAtUtc: late })).toMatchObject({ status: 422 });
});

it("takes the tier from the policy when there is one; links that exist keep theirs", async () => {
	const own = await Desk.found();
	const before = await own.link();
	const policy = "/v1/linkpolicy/chat";
	expect((await own.agent.call("GET", policy)).body.linkPolicy).toEqual({
		resourceType: "Chat",
		sensitivityTier: "Standard",
		isDefault: true,
		requireOtp: false,
		otpDigits: null,
		otpLifeSeconds: null,
		otpTries: null,
		defaultHours: 168,
		maxHours: 2160,
		maxViews: null,
		sessionMinutes: 720,
		linkBySms: true,
	});
	for (const by of [own.agent, own.manager])
		expect(await by.call("PUT", policy, { sensitivityTier: "Restricted" })).toMatchObject({ status: 403 });
	const set = await own.administrator.call("PUT", policy, { sensitivityTier: "Restricted" });
	expect(set.body.linkPolicy).toMatchObject({
		sensitivityTier: "Restricted",
		isDefault: false,
		otpDigits: 8,
		otpLifeSeconds: 300,
		otpTries: 3,
	});
	expect(await own.link()).toMatchObject({ sensitivityTier: "Restricted", maxViews: 1 });
	expect(await own.read(before)).toMatchObject({ sensitivityTier: "Standard", maxViews: null });
	expect(await own.agent.call("GET", "/v1/linkpolicy/Nothing")).toMatchObject(refusal(404, "ResourceNotFound"));
	// The policy is of one tenant.
	expect(await desk.link()).toMatchObject({ sensitivityTier: "Standard" });
});

it("has its own types and those that an administrator registers", async () => {
	const own = await Desk.found();
	const put = (name: string, body: object, by = own.administrator) => by.call("PUT", `/v1/resourcetype/${name}`, body);
	const invoice = { title: "Invoice", urlTemplate: "https://pay.acme.test/i/{resourceUid}?lang=en" };
	expect(await put("Invoice", invoice, own.manager)).toMatchObject({ status: 403 });
	const { body } = await put("Invoice", invoice);
	expect(body.resourceType).toEqual({ name: "Invoice", sensitivityTier: "Sensitive", isBuiltIn: false, ...invoice });
	await put("Invoice", { ...invoice, title: "Bill", sensitivityTier: "standard" });
	const { body: all } = await own.agent.call("GET", "/v1/resourcetype");
	expect(
		all.resourceTypes.map(({ name, sensitivityTier, isBuiltIn }: any) => [name, sensitivityTier, isBuiltIn]),
	).toEqual([
		["Chat", "Standard", true],
		["Customer", "Sensitive", true],
		["Connection", "Standard", true],
		["Invoice", "Standard", false],
	]);
	expect((await own.agent.call("GET", "/v1/resourcetype/Invoice")).body.resourceType.title).toBe("Bill");
	expect(await put("chat", invoice)).toMatchObject(refusal(409, "NameTaken"));
	for (const urlTemplate of [
		"http://pay.acme.test/{resourceUid}",
		"javascript:alert(1)",
		"https://{resourceUid}.acme.test/",
		"https:\\\\{resourceUid}.acme.test/",
		"https://user:pass@acme.test/",
		"//acme.test/x",
		"not an address",
	])
		expect([urlTemplate, (await put("Other", { title: "Other", urlTemplate })).status]).toEqual([urlTemplate, 400]);
	expect(await put("1st", invoice)).toMatchObject({ status: 400 });
	expect(await own.agent.call("GET", "/v1/resourcetype/Nothing")).toMatchObject(refusal(404, "ResourceNotFound"));
	expect(await desk.agent.call("GET", "/v1/resourcetype/Invoice")).toMatchObject(refusal(404, "ResourceNotFound"));
	expect(await own.link({ resourceType: "Invoice", resourceUid: newGuid() })).toMatchObject({ status: "Active" });
	expect(await desk.ask({ resourceType: "Invoice", resourceUid: newGuid() })).toMatchObject(
		refusal(404, "ResourceNotFound"),
	);
});

it("says in stable words what was not sent and why; the link is made", async () => {
	const cases: [object, string[], string][] = [
		[{ recipientEmail: undefined, recipientPhone: number(), deliverEmail: true }, ["Email:NoAddress"], ""],
		[{ deliverSms: true }, ["Sms:NoPhone"], ""],
		[{ recipientPhone: number(), deliverSms: true, deliverEmail: true }, ["Sms:NoConsent"], "Email"],
		[{ recipientPhone: "call me", deliverSms: true }, ["Sms:InvalidNumber"], ""],
		[
			{ recipientEmail: undefined, recipientPhone: number(), deliverSms: true, deliverEmail: true },
			["Email:NoAddress", "Sms:NoConsent"],
			"",
		],
		[{ ...(await desk.ofTier("Restricted")), recipientPhone: number(), deliverSms: true }, ["Sms:TierForbidsSms"], ""],
		[{ deliverEmail: false, deliverSms: false }, [], ""],
	];
	for (const [members, deliveryErrors, deliveryChannels] of cases) {
		const { status, body } = await desk.ask(members);
		expect([members, status, body.deliveryErrors]).toEqual([members, 200, deliveryErrors]);
		expect(body.link.deliveryChannels).toBe(deliveryChannels);
		const { events } = await desk.events(body.link);
		const failed = events.filter(({ type }: any) => type === "DeliveryFailed");
		expect(failed.map(({ channel, data }: any) => `${channel}:${data.reason}`)).toEqual(deliveryErrors);
	}
});

it("sends nothing to whom a provider said never to write", async () => {
	const recipientEmail = address();
	const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(recipientEmail));
	const hex = Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
	await env.DB.prepare("INSERT INTO suppression VALUES (?, 'Email', ?, 'complained', 0)").bind(desk.tenant, hex).run();
	expect((await desk.ask({ recipientEmail, deliverEmail: true })).body.deliveryErrors).toEqual(["Email:Suppressed"]);
});

it("chooses another way for the code than the link took", async () => {
	const contact = await desk.contact({ email: address(), phone: number(), smsConsent: true });
	const to = { recipientEmail: undefined, recipientContactId: contact.contactId };
	const sensitive = await desk.ofTier("Sensitive");
	expect(await desk.link({ ...sensitive, ...to, deliverEmail: true })).toMatchObject({ otpChannel: "Sms" });
	expect(await desk.link({ ...sensitive, ...to, deliverSms: true })).toMatchObject({ otpChannel: "Email" });
	expect(await desk.link({ ...sensitive, ...to, deliverSms: true, deliverEmail: true })).toMatchObject({
		otpChannel: "Email",
	});
	expect(await desk.link({ ...sensitive, deliverEmail: true })).toMatchObject({ otpChannel: "Email" });
	const silent = await desk.contact({ phone: number() });
	expect(
		await desk.link({ ...sensitive, recipientEmail: undefined, recipientContactId: silent.contactId }),
	).toMatchObject({ otpChannel: null, smsConsentSnapshot: false });
});

it("asks who the link is for, and takes consent only for the number that it was given for", async () => {
	expect(await desk.ask({ recipientEmail: undefined })).toMatchObject(refusal(422, "RecipientRequired"));
	expect(await desk.ask({ recipientEmail: "" })).toMatchObject(refusal(422, "RecipientRequired"));
	expect(await desk.ask({ recipientEmail: undefined, recipientPhone: "12" })).toMatchObject(
		refusal(422, "RecipientRequired"),
	);
	expect(await desk.ask({ recipientContactId: 2 ** 40 })).toMatchObject(refusal(404, "ContactNotFound"));
	const foreign = await (await Desk.found()).contact();
	expect(await desk.ask({ recipientContactId: foreign.contactId })).toMatchObject(refusal(404, "ContactNotFound"));
	const contact = await desk.contact({ phone: number(), smsConsent: true });
	const to = { recipientEmail: undefined, recipientContactId: contact.contactId };
	expect(await desk.link(to)).toMatchObject({ smsConsentSnapshot: true, recipientPhone: contact.phone });
	const other = number();
	expect(await desk.link({ ...to, recipientPhone: other })).toMatchObject({
		smsConsentSnapshot: false,
		recipientPhone: other,
	});
	const spaced = contact.phone.replace(/^(\+44)(\d{4})/, "$1 $2 ");
	expect(await desk.link({ ...to, recipientPhone: spaced })).toMatchObject({ smsConsentSnapshot: true });
});

it("notes the agent's number and the type of the contact", async () => {
	const { manager } = desk;
	const { body: type } = await manager.call("POST", "/api/contacttypes", { name: "Patient" });
	const contact = await desk.contact({ contactTypeId: type.contactType.contactTypeId });
	const token = await signed(claimsOf(secretIssuer, { tenant: desk.tenant, roles: ["Manager"], agentId: "1042" }));
	const answer = await askWith({ JWT_ISSUERS: JSON.stringify([secretIssuer]) }, "/v1/customerlink", {
		method: "POST",
		headers: { Authorization: `Bearer ${token}` },
		body: { ...(await desk.ofTier("Standard")), recipientContactId: contact.contactId },
	});
	expect(answer).toMatchObject({ status: 200, body: { link: { createdByAgentId: 1042, recipientType: "Patient" } } });
});

it("leads only to what exists and the caller sees", async () => {
	const mia = desk.manager;
	const { body: customer } = await mia.call("POST", "/customers", { name: "Brightwater" });
	expect(await desk.link({ resourceType: "customer", resourceUid: customer.id })).toMatchObject({
		resourceType: "Customer",
		sensitivityTier: "Sensitive",
		resourceUid: customer.id,
	});
	const stranger = await Person.invent("Ben Agent", "Agent", desk.tenant);
	for (const [members, by] of [
		[{ resourceUid: newGuid() }, desk.agent],
		[{ resourceType: "Customer", resourceUid: newGuid() }, desk.agent],
		[{ resourceType: "Connection", resourceUid: newGuid() }, desk.agent],
		[{ resourceType: "Nothing" }, desk.agent],
		// A group chat of others.
		[{}, stranger],
		[{}, (await Desk.found()).administrator],
	] as const)
		expect([members, await desk.ask(members, { by })]).toMatchObject([members, refusal(404, "ResourceNotFound")]);
	expect(await desk.ask({}, { by: desk.administrator })).toMatchObject({ status: 200 });
	expect(await desk.ask({ resourceUid: "nonsense" })).toMatchObject({ status: 400 });
});

it("lets nobody but the contact that is asked have the link to a connection", async () => {
	const circle = await Circle.found(desk.tenant);
	const { id, asked, asks } = await circle.requested();
	const mail = address();
	await circle.manager.call("PATCH", `/v1/contact/${asked.contactId}`, { email: mail });
	const resource = { resourceType: "Connection", resourceUid: id.replaceAll("-", ""), recipientEmail: undefined };
	const by = circle.manager;
	expect(await desk.link(resource, by)).toMatchObject({ recipientContactId: asked.contactId, recipientEmail: mail });
	expect(await desk.link({ ...resource, recipientEmail: mail.toUpperCase() }, by)).toMatchObject({
		recipientContactId: asked.contactId,
	});
	for (const members of [
		{ recipientContactId: asks.contactId },
		{ recipientEmail: address() },
		{ recipientPhone: number() },
	])
		expect(await desk.ask({ ...resource, ...members }, { by })).toMatchObject(refusal(422, "PolicyViolation"));
	expect(await desk.ask({ ...resource, recipientContactId: asked.contactId })).toMatchObject(
		refusal(404, "ResourceNotFound"),
	);
});

it("shows agents the links that they made, and the others all of the tenant", async () => {
	const link = await desk.link();
	const other = await Person.invent("Ben Agent", "Agent", desk.tenant);
	const path = `/v1/customerlink/${link.customerLinkUID}`;
	const calls = (by: Person) =>
		Promise.all([
			by.call("GET", path),
			by.call("PATCH", path, { maxViews: 5 }),
			by.call("GET", `${path}/events`),
			by.call("GET", `${path}/deliveries`),
			by.call("POST", `${path}/resend`, { deliverEmail: false }),
			by.call("POST", `${path}/unlock`),
			by.call("POST", `${path}/revoke`),
		]);
	const stranger = (await Desk.found()).administrator;
	for (const by of [other, stranger])
		for (const answer of await calls(by)) expect(answer).toMatchObject(refusal(404, "LinkNotFound"));
	expect(await desk.read(link)).toMatchObject({ status: "Active", version: 1 });
	const system = await Person.signIn("SystemAdministrator");
	expect(await system.call("GET", `${path}?tenantId=${desk.tenant}`)).toMatchObject({ status: 200 });
	expect(await system.call("GET", path)).toMatchObject({ status: 404 });
	for (const by of [desk.manager, desk.administrator])
		expect(await by.call("GET", path)).toMatchObject({ status: 200 });
});

it.each([
	["no type", { resourceType: undefined }, "ResourceType", "NotEmpty"],
	["no resource", { resourceUid: undefined }, "ResourceUid", "NotEmpty"],
	["a zero resource", { resourceUid: "0".repeat(32) }, "ResourceUid", "NotEmpty"],
	["a bad address", { recipientEmail: "rae at example" }, "RecipientEmail", "Email"],
	["two addresses", { recipientEmail: "a@example.com, b@example.com" }, "RecipientEmail", "Email"],
	["a header in it", { recipientEmail: "a@example.com\r\nBcc: b@example.com" }, "RecipientEmail", "Email"],
	["a negative life", { expiresInHours: -1 }, "ExpiresInHours", "GreaterThanOrEqual"],
	["half a view", { maxViews: 1.5 }, "MaxViews", "SerializationException"],
	["a name that is none", { resourceType: "Chat; drop" }, "ResourceType", "RegularExpression"],
])("refuses %s and names the field", async (_, members, fieldName, errorCode) => {
	const { status, body } = await desk.ask(members);
	expect([status, body.responseStatus.errors[0]]).toMatchObject([400, { fieldName, errorCode }]);
});

it("has no links where nobody said under which address the portal is", async () => {
	const answer = await askWith({ PORTAL_BASE_URL: "" }, "/v1/customerlink", {
		method: "POST",
		headers: desk.agent.headers,
		body: { resourceType: "Chat", resourceUid: desk.chatId, recipientEmail: address() },
	});
	expect(answer).toMatchObject(refusal(501, "NotConfigured"));
});

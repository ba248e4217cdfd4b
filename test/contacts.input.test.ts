import { beforeAll, expect, it } from "vitest";
import { Circle } from "./support/circle.ts";

let circle: Circle;
beforeAll(async () => {
	circle = await Circle.found();
});

const DEEP = Array.from({ length: 5000 }).reduce<unknown>((inner) => ({ a: inner }), {});

/** What a member refuses, and what it says. */
const refused: [member: string, value: unknown, code: string][] = [
	["name", "", "NotEmpty"],
	["name", "   ", "NotEmpty"],
	["name", "x".repeat(201), "MaximumLength"],
	["name", "Bcc: everybody@example.test\r\nX: y", "RegularExpression"],
	["name", "nul\u0000", "RegularExpression"],
	["name", { $gt: "" }, "SerializationException"],
	["name", ["a", "b"], "SerializationException"],
	["email", "nobody", "Email"],
	["email", "", "Email"],
	["email", "a@b.test, c@d.test", "Email"],
	["email", "a@b.test\nBcc: c@d.test", "Email"],
	["email", "<script>@example.test", "Email"],
	["email", `${"x".repeat(250)}@example.test`, "MaximumLength"],
	["email", 5, "SerializationException"],
	["phone", "020 7946 0958", "Predicate"],
	["phone", "+44", "Predicate"],
	["phone", "+1 202 555 0123 ext. 5", "Predicate"],
	["phone", "+442079460958123456", "Predicate"],
	["phone", "+999 123 456", "Predicate"],
	["phone", "call me", "Predicate"],
	["phone", "+".repeat(65), "MaximumLength"],
	["phone", 442079460958, "SerializationException"],
	["smsConsent", true, "Predicate"],
	["smsConsent", "perhaps", "SerializationException"],
	["smsConsentSource", "x".repeat(201), "MaximumLength"],
	["contactTypeId", "friend", "RegularExpression"],
	["customerId", "12", "RegularExpression"],
	["customerId", DEEP, "SerializationException"],
];

it.each(refused)("refuses %s %j", async (member, value, code) => {
	const contact = await circle.contact();
	const path = `/v1/contact/${contact.contactId}`;
	const before = await circle.manager.call("GET", path);
	const fieldName = member[0]?.toUpperCase() + member.slice(1);
	for (const [method, where] of [
		["POST", "/v1/contact"],
		["PATCH", path],
	] as const) {
		const { status, body } = await circle.manager.call(method, where, { name: "Nia", [member]: value });
		expect([method, status]).toEqual([method, 400]);
		const [error] = body.responseStatus.errors;
		expect([error.errorCode, error.fieldName]).toEqual([code, fieldName]);
		expect(body.responseStatus.errorCode).toBe(code);
	}
	expect((await circle.manager.call("GET", path)).body).toEqual(before.body);
});

it("refuses queries and paths that mean nothing", async () => {
	for (const [query, code] of [
		["page=-1", "GreaterThanOrEqual"],
		["page=x", "SerializationException"],
		["page=401", "OffsetTooDeep"],
		["countPerPage=201", "LessThanOrEqual"],
		["sortOrder=Sideways", "SerializationException"],
		["cursor=%00", "InvalidCursor"],
		["cursor=WzEsMl0", "InvalidCursor"],
		["cursor=e30", "InvalidCursor"],
		["contactTypeId=1", "RegularExpression"],
		["phone=12", "Predicate"],
		[`specificIds=${Array.from({ length: 501 }, () => crypto.randomUUID()).join(",")}`, "MaximumLength"],
	] as const) {
		const { status, body } = await circle.manager.call("GET", `/v1/contact?${query}`);
		expect([query, status, body.responseStatus.errorCode]).toEqual([query, 400, code]);
	}
	const beyond = await circle.manager.call("GET", "/v1/contact?page=401");
	expect(beyond.body.responseStatus.message).toContain("cursor");
	for (const [id, status] of [
		["x", 400],
		["-1", 400],
		["1.5", 400],
		["0", 400],
		["99999999999", 404],
		["9e15", 404],
		["1; DROP TABLE contact", 400],
		["%00", 400],
	] as const)
		expect([id, (await circle.manager.call("GET", `/v1/contact/${id}`)).status]).toEqual([id, status]);
});

it("stores texts as they are, whatever they look like", async () => {
	for (const name of [
		"Robert'); DROP TABLE contact;--",
		"<img src=x onerror=alert(1)>",
		"${jndi:ldap://x}",
		"😀 \u202e abc",
		"%_\\",
		'"quoted"',
	]) {
		const { body } = await circle.manager.call("POST", "/v1/contact", { name });
		expect(body.contact.name).toBe(name);
		const found = await circle.manager.call("GET", `/v1/contact?namePrefix=${encodeURIComponent(name)}`);
		expect(found.body.items.map((contact: { name: string }) => contact.name)).toEqual([name]);
	}
	const half = await circle.manager.call("POST", "/v1/contact", { name: "half \ud83d" });
	expect(half.body.contact.name).toBe("half \ufffd");
});

it("takes what names nothing for nothing, and refuses names of lists that are none", async () => {
	for (const body of [undefined, {}, { unknown: 1, constructor: 2, __proto__: { name: "x" } }]) {
		const answer = await circle.manager.call("POST", "/v1/contact", body);
		expect(answer.body.responseStatus.errors).toEqual([
			{ errorCode: "NotEmpty", fieldName: "Name", message: "'Name' must not be empty." },
		]);
	}
	const { contactId } = await circle.contact();
	const reset = await circle.manager.call("PATCH", `/v1/contact/${contactId}`, { reset: ["Name"] });
	expect([reset.status, reset.body.responseStatus.errorCode]).toEqual([400, "Enum"]);
	for (const path of ["/api/contacttypes", "/api/connectionroles"])
		for (const name of ["", " ", "x".repeat(201), "a\nb", null, 5]) {
			const { status } = await circle.manager.call("POST", path, { name });
			expect([path, name, status]).toEqual([path, name, 400]);
		}
});

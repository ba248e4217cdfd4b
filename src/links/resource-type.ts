import type { Principal } from "../auth/principal.ts";
import type { TenantDatabase } from "../db/database.ts";
import { Failure } from "../http/failure.ts";
import type { PolicyInfo, TypeBody, TypeInfo } from "./schema.ts";
import { findType, listTypes, putPolicy, putType, type TypeRow } from "./type-store.ts";
import { tierRules, type Tier } from "./tiers.ts";

/** Types that a tenant may register. */
const MOST = 200;

/** What the portal shows itself. */
export const builtIn = {
	Chat: { title: "Conversation", tier: "Standard" },
	Customer: { title: "Customer profile", tier: "Sensitive" },
	Connection: { title: "Connection request", tier: "Standard" },
} as const satisfies Record<string, { title: string; tier: Tier }>;
export type BuiltIn = keyof typeof builtIn;

/** A type of resource with the tier that its links get now. `urlTemplate` is null for what the portal shows itself. */
export type ResourceType = { name: string; title: string; tier: Tier; urlTemplate: string | null };

export function isBuiltIn(name: string): name is BuiltIn {
	return Object.hasOwn(builtIn, name);
}

/** A type by its name, the built-in ones in any case. 404 for what is none. */
export async function readType(tenant: TenantDatabase, written: string): Promise<ResourceType> {
	const name = canonical(written);
	const { type, policy } = await findType(tenant, name);
	const own = isBuiltIn(name) ? { name, ...builtIn[name], urlTemplate: null } : type;
	if (!own) throw unknownType(written);
	return { name, title: own.title, tier: policy?.tier ?? own.tier, urlTemplate: own.urlTemplate };
}

export async function typesOf(tenant: TenantDatabase): Promise<TypeInfo[]> {
	const { types, policies } = await listTypes(tenant, MOST + Object.keys(builtIn).length);
	const tiersByPolicy = new Map(policies.map(({ resourceType, tier }) => [resourceType, tier]));
	const own = Object.entries(builtIn).map(([name, { title, tier }]) => ({ name, title, tier, urlTemplate: null }));
	return [...own, ...types].map(({ name, title, tier, urlTemplate }) =>
		typeInfoOf({ name, title, tier: tiersByPolicy.get(name) ?? tier, urlTemplate }),
	);
}

/** Registers a type or changes it. The built-in ones are as they are. */
export async function registerType(
	tenant: TenantDatabase,
	by: Principal,
	name: string,
	{ title, sensitivityTier: tier, urlTemplate }: TypeBody,
): Promise<TypeInfo> {
	if (isBuiltIn(canonical(name))) throw new Failure("NameTaken", `${canonical(name)} is built in.`);
	checkTemplate(urlTemplate);
	const row: Omit<TypeRow, "tenantId"> = {
		name,
		title,
		tier,
		urlTemplate,
		updatedAt: Date.now(),
		updatedBy: by.userId,
	};
	if (!(await putType(tenant, row, MOST))) throw new Failure("TooMany", `There can be ${MOST} of them.`);
	return typeInfoOf(await readType(tenant, name));
}

export function typeInfoOf({ name, title, tier, urlTemplate }: ResourceType): TypeInfo {
	return { name, title, sensitivityTier: tier, urlTemplate, isBuiltIn: isBuiltIn(name) };
}

/** What a tenant asks of the links to a type of resource. */
export async function policyOf(tenant: TenantDatabase, written: string): Promise<PolicyInfo> {
	const { name, tier } = await readType(tenant, written);
	const { policy } = await findType(tenant, name);
	const { otp, lifeHours, maxViews, sessionMs, linkBySms } = tierRules[tier];
	return {
		resourceType: name,
		sensitivityTier: tier,
		isDefault: !policy,
		requireOtp: otp !== null,
		otpDigits: otp?.digits ?? null,
		otpLifeSeconds: otp ? otp.lifeMs / 1000 : null,
		otpTries: otp?.tries ?? null,
		defaultHours: lifeHours.default,
		maxHours: lifeHours.max,
		maxViews,
		sessionMinutes: sessionMs / 60_000,
		linkBySms,
	};
}

/** Sets the tier of links that are made from now on; those that exist keep theirs. */
export async function setPolicy(
	tenant: TenantDatabase,
	by: Principal,
	written: string,
	tier: Tier,
): Promise<PolicyInfo> {
	const { name } = await readType(tenant, written);
	await putPolicy(tenant, { resourceType: name, tier, updatedAt: Date.now(), updatedBy: by.userId });
	return policyOf(tenant, name);
}

/** Where the portal leads for a resource of a registered type. */
export function addressOf(urlTemplate: string, resourceUid: string): string {
	return urlTemplate.replaceAll(/\{resourceUid\}/gi, resourceUid);
}

/** An address over https, or http to this machine, without a name or password in it. */
function checkTemplate(urlTemplate: string): void {
	const url = URL.parse(addressOf(urlTemplate, "0".repeat(32)));
	const isLocal = url?.protocol === "http:" && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname);
	const isSafe = url && (url.protocol === "https:" || isLocal) && url.username === "" && url.password === "";
	// As browsers read it: with backslashes for slashes, too.
	const host = URL.parse(urlTemplate)?.hostname ?? "";
	if (isSafe && !/[{}]/.test(host)) return;
	const message = "'Url Template' must be an https address, such as https://example.com/invoices/{resourceUid}.";
	throw new Failure("ValidationFailed", message, {
		fields: [{ errorCode: "Predicate", fieldName: "UrlTemplate", message }],
	});
}

/** The name of a built-in type as it is spelled; every other name as it was written. */
export function canonical(name: string): string {
	return Object.keys(builtIn).find((own) => own.toLowerCase() === name.toLowerCase()) ?? name;
}

function unknownType(name: string): Failure {
	return new Failure("ResourceNotFound", `There is no resource type '${name}'.`);
}

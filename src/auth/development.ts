import { demoCustomerId } from "./demo.ts";
import type { Role } from "./permissions.ts";
import type { Principal } from "./principal.ts";

/** Development identities, made-up orgs and the outbox exist only then. */
export function isDevelopment(env: Env): boolean {
	return env.ENVIRONMENT === "development" && !isProduction(env);
}

/** A deployment that says both "development" and "production" is a mistake that would open it: it must not serve. */
export function isContradictory(env: Env): boolean {
	return env.ENVIRONMENT !== "production" && isProduction(env);
}

/** Whatever the flag says that is not a plain no: a typo must close a deployment, not open it. */
function isProduction(env: Env): boolean {
	return !/^(|0|no|off|false)$/i.test(env.PRODUCTION ?? "");
}

/** The people of the demo: one set per tenant. `acme-agent-1` is Ada at Acme. */
const people: Record<Exclude<Role, "SystemAdministrator">, readonly { id: string; name: string }[]> = {
	Agent: [
		{ id: "agent-1", name: "Ada Agent" },
		{ id: "agent-2", name: "Ben Agent" },
	],
	Administrator: [{ id: "admin", name: "Alma Administrator" }],
	Manager: [{ id: "manager", name: "Mia Manager" }],
	Customer: [{ id: "customer", name: "Carl Customer" }],
};

export type DemoIdentity = { tenantId: string; userId: string; name: string; roles: Role[]; customerId?: string };

/** Whom one may sign in as: role, number and name, those first who have most to do. */
export function demoPeople(): { role: Role; number: number; name: string }[] {
	const ofTenant = (Object.keys(people) as (keyof typeof people)[]).flatMap((role) =>
		people[role].map(({ name }, index) => ({ role, number: index + 1, name })),
	);
	return [...ofTenant, { role: "SystemAdministrator", number: 1, name: "Sam System" }];
}

/** The demo identity of a role; `number` picks one where there are several (1 is the first). Undefined where there is none. */
export function demoIdentity(tenantId: string, role: Role, number = 1): DemoIdentity | undefined {
	if (role === "SystemAdministrator") return { tenantId, userId: "system-admin", name: "Sam System", roles: [role] };
	const person = people[role][number - 1];
	const own = role === "Customer" ? { customerId: demoCustomerId } : {};
	return person && { tenantId, userId: `${tenantId}-${person.id}`, name: person.name, roles: [role], ...own };
}

/** The demo identity of a user id, as `acme-agent-1`. */
export function demoPerson(userId: string): Principal | undefined {
	const [tenantId = "", id] = /^([a-z0-9]+)-([a-z0-9-]+)$/.exec(userId)?.slice(1) ?? [];
	for (const role of Object.keys(people) as (keyof typeof people)[]) {
		const number = people[role].findIndex((person) => person.id === id) + 1;
		const identity = number > 0 ? demoIdentity(tenantId, role, number) : undefined;
		if (identity) return { kind: "user", ...identity };
	}
	return undefined;
}
